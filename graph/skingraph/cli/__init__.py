"""The command line: parse, call one function, print."""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import sys
from typing import TYPE_CHECKING, NoReturn

import click

from skingraph.cli.session import Session, graph_options
from skingraph.errors import SkingraphError

if TYPE_CHECKING:
    from types import FrameType

# The module of a command is imported when the command is called, and not before.
_COMMANDS = {
    "find": "names",
    "show": "names",
    "stats": "names",
    "queries": "asking",
    "query": "asking",
    "options": "answering",
    "explain": "answering",
    "compare": "answering",
    "network": "networks",
    "diff": "networks",
    "export": "files",
    "verify": "verifying",
    "map": "drawing",
    "site": "drawing",
    "serve": "serving",
    "load": "stores",
    "publish": "stores",
    "check": "curating",
    "tidy": "curating",
    "passage": "curating",
    "completion": "completion",
    "man": "manual",
}
_COMPLETING = "_SKINGRAPH_COMPLETE"


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        module = importlib.import_module(f"skingraph.cli.{_COMMANDS[name]}")
        command = getattr(module, "map_" if name == "map" else name)
        assert isinstance(command, click.Command)
        if _COMPLETING in os.environ:
            from skingraph.cli.candidates import offer

            offer(command)
        return command


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@graph_options
@click.version_option(package_name="skingraph")
@click.pass_context
def cli(context: click.Context, /, **chosen: object) -> None:
    """Ask an open knowledge graph of skin concerns, and see who says what, and where.

    \b
    skingraph options "acne scars" --for "darker skin"
    skingraph show microneedling
    skingraph query disagreements

    The options above choose the graph and work with every command. Information, not medical
    advice. Exit code 0: done or yes; 1: the answer is no; 2: it could not be done.
    """
    context.obj = Session.of(chosen)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and end the process with the right exit code, never a traceback."""
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _leave)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    code = 2
    try:
        if sys.stdout is None or sys.stderr is None:
            # Started with a closed stream: whatever is printed goes nowhere.
            nowhere = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
            sys.stdout, sys.stderr = sys.stdout or nowhere, sys.stderr or nowhere
        if _COMPLETING in os.environ:
            from skingraph.cli import candidates, shells  # noqa: F401

            candidates.offer(cli)
        result = cli.main(args=arguments, prog_name="skingraph", standalone_mode=False)
        sys.stdout.flush()
        code = result if isinstance(result, int) else 0
    except click.exceptions.Exit as leaving:
        code = leaving.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
    except click.ClickException as error:
        _say(_usage(error))
    except SkingraphError as error:
        _say(str(error))
    except (KeyboardInterrupt, click.Abort):
        _say("stopped")
        code = 130
    except BrokenPipeError:
        code = _nobody_reads()
    except SystemExit as leaving:
        # click itself leaves with 1 where nobody reads, and 1 is an answer here.
        code = _nobody_reads() if leaving.code == 1 else int(leaving.code or 0)
        if code > 128:
            _say(f"stopped by {signal.Signals(code - 128).name}")
    except OSError as error:
        _say(f"{error.filename or 'standard output'}: {error.strerror or error}")
        code = 2
    except RecursionError:
        _say("the input is nested too deep")
    except Exception as error:
        if "SKINGRAPH_DEBUG" in os.environ:
            raise
        _say(
            f"internal error: {type(error).__name__}: {error}. "
            "Please report it; SKINGRAPH_DEBUG=1 shows where."
        )
    sys.exit(code)


def run() -> NoReturn:
    """The command itself: `main`, then out without taking the graph apart statement by statement.

    That alone would be a twentieth of the time of a question.
    """
    code = 0
    try:
        main()
    except SystemExit as leaving:
        code = int(leaving.code or 0)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def _nobody_reads() -> int:
    """Whoever read has enough: nothing more is written, not even at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return 0


def _usage(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    hint = f" Try: {context.command_path} --help" if context else ""
    return error.format_message() + hint


def _say(message: str) -> None:
    from skingraph.cli.standard_input import told
    from skingraph.tables import printable

    # click takes the colour out where standard error is no terminal.
    is_coloured = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    name = click.style("skingraph:", fg="red") if is_coloured else "skingraph:"
    click.echo(f"{name} {printable(' '.join(told(message).split()))}", err=True)


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)
