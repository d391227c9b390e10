"""The command that prints the manual page, made from the help of all commands: man."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import click

from skingraph.cli.session import emit

if TYPE_CHECKING:
    from collections.abc import Iterator

# Whatever a line of the page begins with, it is no request to the formatter.
_SPECIAL: Final = {"\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti"}
_WIDTH: Final = 72
_EXITS: Final = (
    ("0", "Done, or the answer is yes."),
    ("1", "The answer is no: nothing found, a rule is broken, two things differ."),
    ("2", "It could not be done; one line on standard error says what, where and what next."),
)
_VARIABLES: Final = (
    ("NO_COLOR", "Where it is set to anything, nothing is coloured."),
    ("SKINGRAPH_AUTHORIZATION", "What is sent to a SPARQL service as its Authorization."),
    ("SKINGRAPH_CACHE", "The folder for what is worked out once; set to nothing, none is kept."),
    ("SKINGRAPH_DEBUG", "Where it is set, an internal error shows where it happened."),
)


@click.command()
@click.option("-o", "--output", metavar="FILE", help="Write to this file, packed for .gz.")
def man(output: str | None) -> int:
    """Print the manual page of all commands, for man, groff or mandoc.

    \b
    skingraph man | man -l -
    skingraph man -o skingraph.1.gz
    """
    from skingraph.cli import cli

    emit(manual_page(cli), output)
    return 0


def manual_page(group: click.Group) -> str:
    """The page in roff: each command with its usage, its options and its examples."""
    from importlib.metadata import version

    context = click.Context(group, info_name="skingraph")
    release = _roff(version("skingraph"))
    lines = [
        f'.TH SKINGRAPH 1 {_date()} "skingraph {release}" "User Commands"',
        ".SH NAME",
        f"skingraph \\- {_roff(_first(group))}",
        ".SH SYNOPSIS",
        _synopsis(context),
        ".SH DESCRIPTION",
        *_text(group.help or ""),
        ".SH OPTIONS",
        *_options(context),
        ".SH COMMANDS",
    ]
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context)
        lines += [
            f".SS {_roff(name)}",
            _synopsis(inner),
            ".PP",
            *_text(command.help or ""),
            *_options(inner),
        ]
    lines += [".SH EXIT STATUS", *_pairs(_EXITS), ".SH ENVIRONMENT", *_pairs(_VARIABLES)]
    return "\n".join(lines) + "\n"


def _date() -> str:
    """The date of the data, as the schema has it."""
    import pyoxigraph as ox

    from skingraph.resources import folder

    schema = (folder("ontology") / "schema" / "skingraph.ttl").read_bytes()
    dates = [
        quad.object.value
        for quad in ox.parse(schema, format=ox.RdfFormat.TURTLE)
        if quad.predicate.value.endswith("/terms/modified") and isinstance(quad.object, ox.Literal)
    ]
    return max(dates)


def _first(command: click.Command) -> str:
    """What the command is for, as far as the first comma."""
    return " ".join((command.help or "").partition(",")[0].split())


def _synopsis(context: click.Context) -> str:
    pieces = " ".join(context.command.collect_usage_pieces(context))
    return f"\\fB{_roff(context.command_path)}\\fR {_roff(pieces)}"


def _text(help: str) -> Iterator[str]:
    """The paragraphs of a help text; those that click leaves as they stand are examples."""
    for number, paragraph in enumerate(_dedented(help).split("\n\n")):
        if number:
            yield ".PP"
        if not paragraph.startswith("\b"):
            yield from _filled(paragraph)
            continue
        yield ".EX"
        yield from (_roff(line) for line in paragraph.split("\n")[1:])
        yield ".EE"


def _dedented(help: str) -> str:
    import inspect

    return inspect.cleandoc(help)


def _options(context: click.Context) -> Iterator[str]:
    for param in context.command.get_params(context):
        record = param.get_help_record(context)
        # An argument explains itself in the text.
        if record is not None and not isinstance(param, click.Argument):
            yield from _pairs([record])


def _pairs(pairs: object) -> Iterator[str]:
    assert isinstance(pairs, list | tuple)
    for term, text in pairs:
        yield from (".TP", f"\\fB{_roff(term)}\\fR", *_filled(text))


def _filled(text: str) -> Iterator[str]:
    """Running text in short lines, as the formatter's own style has it."""
    import textwrap

    words = " ".join(text.split())
    for line in textwrap.wrap(words, _WIDTH, break_long_words=False, break_on_hyphens=False):
        yield _roff(line)


def _roff(text: str) -> str:
    r"""Text that shows as it stands.

    >>> _roff(".x -f")
    '\\&.x \\-f'
    """
    shown = "".join(_SPECIAL.get(letter, letter) for letter in text)
    # An acute accent or a dot at the beginning would be an order.
    return re.sub(r"^(?=[.'])", r"\\&", shown)
