"""What may stand where the cursor is: names, questions and their parameters, formats, files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import click
from click.shell_completion import CompletionItem

from skingraph.cli import vocabulary
from skingraph.cli.session import Session
from skingraph.errors import SkingraphError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Items = Iterable[CompletionItem[str]]
    Candidates = Callable[[click.Context, str], Items]

_BETWEEN_WORDS: Final = r"[\s/(-]+"


class Completed(click.ParamType[str]):
    """Any text, of which some is offered."""

    name = "text"

    def __init__(self, candidates: Candidates) -> None:
        self._candidates = candidates

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        """What goes on from the text so far; nothing where something is wrong."""
        try:
            return list(self._candidates(ctx, incomplete))
        except (SkingraphError, OSError, SyntaxError):
            return []


def offer(command: click.Command) -> None:
    """Give each parameter of a command what is offered for it."""
    for param in command.params:
        # The graph's options work after a command, too; its help has them in one place.
        if isinstance(param, click.Option):
            param.hidden = False
        candidates = _of(command.name or "", param)
        if candidates is not None:
            param.type = Completed(candidates)


def _of(command: str, param: click.Parameter) -> Candidates | None:
    metavar = str(param.metavar or "").strip("[]. ")
    name = str(param.name)
    known = _BY_NAME.get(f"{command} {name}") or _BY_NAME.get(name)
    if known is not None:
        return known
    if metavar.startswith("FILE"):
        return _files
    if metavar == "DIR":
        return _folders
    if metavar == "FORMAT":
        return _formats(getattr(param, "help", "") or "")
    if isinstance(param, click.Argument) and metavar == "NAME":
        return _concepts()
    return None


def _concepts(*kinds: str) -> Candidates:
    """Concepts of these kinds, or all: by label, else by any word of one, else by synonym."""

    def found(ctx: click.Context, incomplete: str) -> Iterator[CompletionItem[str]]:
        start = incomplete.casefold()
        names = vocabulary.names(_session(ctx), kinds)
        if start.startswith("skin:"):
            yield from _fitting({f"skin:{name.slug}": name.label for name in names}, start)
            return
        ways: tuple[Callable[[vocabulary.Name], Iterable[str]], ...] = (
            lambda name: [name.label],
            lambda name: re.split(_BETWEEN_WORDS, name.label)[1:],
            lambda name: [name.slug, *name.synonyms],
        )
        for texts in ways:
            near = [
                name
                for name in names
                if any(text.casefold().startswith(start) for text in texts(name))
            ]
            yield from (_item(name.label, ", ".join(name.kinds)) for name in near)
            if near:
                return

    return found


def _session(ctx: click.Context) -> Session:
    session = Session.of(ctx.find_root().params)
    return session if ctx.parent is None else Session.of(ctx.params, session)


def _named(known: Callable[[], Mapping[str, str]]) -> Candidates:
    """Names with what they mean, in their order."""
    return lambda ctx, incomplete: _fitting(dict(sorted(known().items())), incomplete)


def _sources(ctx: click.Context, incomplete: str) -> Items:
    titles = vocabulary.sources(_session(ctx))
    return _fitting(dict(sorted(titles.items())), incomplete.removeprefix("source:"))


def _queries(ctx: click.Context, incomplete: str) -> Iterator[CompletionItem[str]]:
    """The named questions; a start that none of them has is a file's."""
    from skingraph.catalogue import catalogue

    found = list(_fitting({query.name: query.summary for query in catalogue()}, incomplete))
    yield from found or _files(ctx, incomplete)


def _bound(ctx: click.Context, incomplete: str) -> Iterator[CompletionItem[str]]:
    """The parameters of the question on the line; after the = what each ranges over."""
    from skingraph.catalogue import catalogue

    words = ctx.find_root().obj or ()
    kinds = {
        parameter.name: parameter.kind.removeprefix("skg:")
        for query in catalogue()
        if query.name in words
        for parameter in query.parameters
    }
    name, equals, value = incomplete.partition("=")
    if equals:
        for item in _of_kind(kinds.get(name, ""))(ctx, value):
            yield CompletionItem(f"{name}={item.value}", type=item.type, help=item.help)
        return
    for item in _fitting(kinds, name):
        yield CompletionItem(f"{item.value}=", type="open", help=item.help)


def _of_kind(kind: str) -> Candidates:
    if kind == "Source":
        return _sources
    if kind in ("EvidenceLevel", "Authority"):
        return _named(lambda: vocabulary.grades(kind))
    if not kind or ":" in kind or kind in ("Quantity", "Claim", "Passage"):
        return lambda ctx, incomplete: ()
    return _concepts() if kind == "Concept" else _concepts(kind)


def _tags() -> dict[str, str]:
    from skingraph.catalogue import catalogue

    return dict.fromkeys((tag for query in catalogue() for tag in query.tags), "")


def _topics() -> dict[str, str]:
    from skingraph.catalogue import catalogue

    return dict.fromkeys((query.folder for query in catalogue()), "")


def _measures() -> dict[str, str]:
    from skingraph.measures import MEASURES

    return {measure.name: measure.asks for measure in MEASURES.values()}


def _shells() -> dict[str, str]:
    from skingraph.cli.shells import SHELLS

    return dict.fromkeys(SHELLS, "")


def _formats(help: str) -> Candidates:
    """The formats that the help of the option names."""
    formats = re.findall(r"[\w-]+", help.partition(":")[2].partition(", and ")[0])
    return lambda ctx, incomplete: _fitting(dict.fromkeys(formats, ""), incomplete)


def _files(ctx: click.Context, incomplete: str) -> Items:
    return [CompletionItem(incomplete, type="file")]


def _folders(ctx: click.Context, incomplete: str) -> Items:
    return [CompletionItem(incomplete, type="dir")]


def _fitting(known: Mapping[str, str], incomplete: str) -> Iterator[CompletionItem[str]]:
    start = incomplete.casefold()
    return (_item(name, told) for name, told in known.items() if name.casefold().startswith(start))


def _item(value: str, told: str) -> CompletionItem[str]:
    return CompletionItem(value, help=told or None)


_BY_NAME: Final[dict[str, Candidates]] = {
    "find text": _concepts(),
    "show name": _concepts(),
    "options concern": _concepts("Concern"),
    "factors": _concepts("PatientFactor"),
    "compare left": _concepts("Treatment"),
    "compare right": _concepts("Treatment"),
    "between": _concepts(),
    "queries name": _queries,
    "query name": _queries,
    "export question": _queries,
    "given": _bound,
    "tags": _named(_tags),
    "folder": _named(_topics),
    "kinds": _named(vocabulary.kinds),
    "properties": _named(vocabulary.properties),
    "min_evidence": _named(lambda: vocabulary.grades("EvidenceLevel")),
    "authority": _named(lambda: vocabulary.grades("Authority")),
    "source": _sources,
    "passage document": _sources,
    "network measure": _named(_measures),
    "completion shell": _named(_shells),
    "diff before": _files,
    "diff after": _files,
}
