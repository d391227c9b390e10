"""What every command shares: which graph, where the answer goes, in which format."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import click

from skingraph.errors import BadFile, BadParameter, BadQuery

if TYPE_CHECKING:
    from skingraph.filters import ClaimFilter
    from skingraph.rows import Rows
    from skingraph.store import SkinGraph

Decorated = TypeVar("Decorated", bound=Callable[..., object])

_LONGEST_QUERY = 1 << 20
_ENDINGS = {"htm": "html", "srj": "json", "srx": "xml", "json-ld": "jsonld", "owl": "rdf"}


@dataclass(frozen=True, slots=True)
class Session:
    """The graph that the options choose, loaded when a command first asks for it."""

    graph_files: tuple[str, ...]
    also: tuple[str, ...]
    min_evidence: str | None = None
    authorities: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    store: str | None = None
    endpoint: str | None = None

    @classmethod
    def of(cls, chosen: dict[str, object], outer: Session | None = None) -> Session:
        """The session of a command's options, added to those that stand before the command."""

        def several(name: str) -> tuple[str, ...]:
            value = chosen.get(name)
            return tuple(map(str, value)) if isinstance(value, tuple) else ()

        level = chosen.get("min_evidence")
        if outer is None:
            outer = cls((), ())
        return cls(
            outer.graph_files + several("graph_files"),
            outer.also + several("also"),
            str(level) if level else outer.min_evidence,
            outer.authorities + several("authority"),
            outer.sources + several("source"),
            str(chosen["store"]) if chosen.get("store") else outer.store,
            str(chosen["endpoint"]) if chosen.get("endpoint") else outer.endpoint,
        )

    def limits(self) -> list[str]:
        """The options that leave claims out, in words."""
        chosen = (
            ("--min-evidence", self.min_evidence),
            ("--authority", " ".join(self.authorities)),
            ("--source", " ".join(self.sources)),
        )
        return [f"{option} {value} leaves claims out" for option, value in chosen if value]

    def graph(self) -> SkinGraph:
        """The graph, loaded.

        Raises:
            BadParameter: the options name two graphs.
        """
        from skingraph.store import SkinGraph

        places = (
            ("--graph", self.graph_files),
            ("--store", self.store),
            ("--endpoint", self.endpoint),
        )
        named = [option for option, place in places if place]
        if len(named) > 1:
            raise BadParameter(f"{' and '.join(named)} are two graphs. Choose one of them.")
        graph_files = _with_input(self.graph_files, "--graph")
        also = _with_input(self.also, "--also")
        if self.store:
            graph: SkinGraph = SkinGraph.open(self.store)
        elif self.endpoint:
            graph = SkinGraph.connect(self.endpoint)
        elif self.graph_files:
            return self._told(SkinGraph.read((*graph_files, *also), only=self.only()))
        else:
            return self._told(SkinGraph.load(also=also, only=self.only()))
        only = self.only()
        if only or also:
            graph = graph.narrowed(only=only, also=also)
        return self._told(graph)

    def only(self) -> ClaimFilter | None:
        """The filter that the options make."""
        if not (self.min_evidence or self.authorities or self.sources):
            return None
        from skingraph.filters import ClaimFilter

        return ClaimFilter(self.min_evidence, self.authorities, self.sources)

    def _told(self, graph: SkinGraph) -> SkinGraph:
        for what in graph.odd:
            remark(what)
        for path in graph.added_nothing:
            remark(f"{path}: holds no statement that was not there already, so it adds nothing")
        return graph


def _with_input(paths: tuple[str, ...], option: str) -> tuple[str, ...]:
    if "-" not in paths:
        return paths
    from skingraph.cli.standard_input import files_of

    return files_of(paths, option)


def graph_options(function: Decorated) -> Decorated:
    """The options that choose the graph; one meaning in every command."""
    return _graph_options(function, hidden=False)


def with_graph(function: Decorated) -> Decorated:
    """Give a command the session as its first argument, and the graph's options once more.

    So they may stand before the command or after it; the help lists them in one place.
    """

    @click.pass_context
    def wrapped(context: click.Context, /, **arguments: object) -> object:
        names = ("graph_files", "also", "store", "endpoint", "min_evidence", "authority", "source")
        chosen = {name: arguments.pop(name) for name in names}
        outer = context.find_root().obj
        session = Session.of(chosen, outer if isinstance(outer, Session) else None)
        return context.invoke(function, session, **arguments)

    wrapped.__name__ = function.__name__
    wrapped.__doc__ = function.__doc__
    if hasattr(function, "__click_params__"):
        wrapped.__click_params__ = function.__click_params__  # type: ignore[attr-defined]
    return _graph_options(wrapped, hidden=True)  # type: ignore[return-value]


def _graph_options(function: Decorated, *, hidden: bool) -> Decorated:
    options = (
        click.option(
            "--graph",
            "graph_files",
            multiple=True,
            metavar="FILE",
            hidden=hidden,
            help="Use this RDF file instead of the shipped graph.",
        ),
        click.option(
            "--also",
            multiple=True,
            metavar="FILE",
            hidden=hidden,
            help="Use this RDF file beside the graph.",
        ),
        click.option(
            "--store",
            metavar="DIR",
            hidden=hidden,
            help="Use the store on disk that `skingraph load` made.",
        ),
        click.option(
            "--endpoint",
            metavar="URL",
            hidden=hidden,
            help="Use the graph of this SPARQL service; nothing else is ever contacted.",
        ),
        click.option(
            "--min-evidence",
            metavar="LEVEL",
            hidden=hidden,
            help="Only claims of this evidence level (E0 to E5) or higher.",
        ),
        click.option(
            "--authority",
            multiple=True,
            metavar="NAME",
            hidden=hidden,
            help="Only claims of this kind of body: clinic, journal, regulator, ...",
        ),
        click.option(
            "--source",
            multiple=True,
            metavar="NAME",
            hidden=hidden,
            help="Only claims of this source.",
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


def output_options(formats: Iterable[str]) -> Callable[[Decorated], Decorated]:
    """The options `-o FILE` and `-f FORMAT`."""

    def decorate(function: Decorated) -> Decorated:
        function = click.option(
            "-f", "--format", "format", metavar="FORMAT", help=f"One of: {', '.join(formats)}."
        )(function)
        return click.option(
            "-o",
            "--output",
            metavar="FILE",
            help="Write to this file; its ending chooses the format unless -f does.",
        )(function)

    return decorate


def choose_format(
    output: str | None,
    format: str | None,
    known: Iterable[str],
    default: str,
    *,
    endings: Mapping[str, str] | None = None,
) -> str:
    """The format that -f names, or the file's ending, or the default.

    An ending that packs (.gz, .zst) is passed over: x.ttl.gz is Turtle.

    Args:
        output: the file, if one is named.
        format: what -f says.
        known: the names of the formats.
        default: the one for a file without an ending, and for standard output.
        endings: the format of an ending that is not its name; "a.b" stands for two in a row.

    Raises:
        BadParameter: neither is a known format.
    """
    formats = list(known)
    name = _unpacked_name(output)
    of_ending = {"txt": "text" if "text" in formats else "table", **_ENDINGS, **(endings or {})}
    # The longest ending that means something, else the last.
    parts = os.path.basename(name).lower().split(".")[1:]
    candidates = [".".join(parts[first:]) for first in range(len(parts))]
    found = [of_ending.get(ending, ending) for ending in candidates]
    ending = next((name for name in found if name in formats), found[-1] if found else "")
    wanted = format or ending or default
    if wanted not in formats:
        what = f"-f {format}" if format else f"{output}: the ending .{candidates[-1]}"
        raise BadParameter(
            f"{what} is no format for this answer. Choose with -f one of: {', '.join(formats)}."
        )
    return wanted


def _unpacked_name(output: str | None) -> str:
    if output in (None, "", "-"):
        return ""
    from skingraph.packing import without_packing

    return without_packing(str(output))


def emit(content: str | bytes, output: str | None) -> None:
    """Write to a file, whole or not at all, or to standard output."""
    if isinstance(content, str) and output in (None, "", "-"):
        click.echo(content, nl=False)
        return
    from skingraph.output import written

    # What came from the shell may hold bytes that are no text.
    body = content.encode(errors="backslashreplace") if isinstance(content, str) else content
    with written(output) as file:
        file.write(body)


def emit_rows(rows: Rows, output: str | None, format: str | None) -> None:
    """Write rows in the format chosen; a table on a terminal is cut to its width."""
    from skingraph.tables import ROW_FORMATS, write_rows

    chosen = choose_format(output, format, ROW_FORMATS, "table")
    if chosen == "table" and not len(rows) and output in (None, "-"):
        return
    on_terminal = output in (None, "-") and sys.stdout.isatty()
    emit(write_rows(rows, chosen, width=text_width() if on_terminal else None), output)


def text_width() -> int:
    """The width of the terminal for running text; 100 in a pipe and in a file, whoever looks on."""
    context = click.get_current_context(silent=True)
    output = context.params.get("output") if context else None
    if output not in (None, "", "-") or not sys.stdout.isatty():
        return 100
    import shutil

    return max(shutil.get_terminal_size((100, 24)).columns, 40)


def query_text(name: str) -> str:
    """The text of a query file, or of standard input for `-`.

    Raises:
        BadFile: there is no such file, or it cannot be read.
        BadQuery: it is too long, or not UTF-8.
    """
    from skingraph.cli.standard_input import take

    where = "standard input" if name == "-" else name
    if name == "-":
        take("the query")
    try:
        if name == "-":
            body = sys.stdin.buffer.read(_LONGEST_QUERY + 1)
        else:
            # A pipe without a writer would keep us waiting for one.
            descriptor = os.open(name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
            with open(descriptor, "rb") as file:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    raise BadFile(f"{where}: this is a pipe or a device. Give it with -")
                body = file.read(_LONGEST_QUERY + 1)
    except OSError as error:
        raise BadFile(f"{where}: cannot be read ({error.strerror}). Check the path.") from error
    if len(body) > _LONGEST_QUERY:
        raise BadQuery(f"{where}: longer than any query may be ({_LONGEST_QUERY} bytes).")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        raise BadQuery(f"{where}:{line}: not UTF-8. Save the file as UTF-8.") from error


def remark(text: str) -> None:
    """Say something beside the answer, on standard error."""
    from skingraph.cli.standard_input import told
    from skingraph.tables import printable

    click.echo(printable(told(text)), err=True)
