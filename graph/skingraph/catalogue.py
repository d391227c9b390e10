"""The named questions: one .rq file each, which says in its header what it asks and takes.

A header line begins with `#+` and holds `key: text`, or `- item` below a key, as grlc reads it.
A parameter is an ordinary variable of the query's projection, with the class or datatype it
ranges over. Unbound, the query answers for everything; or, where the header says `kind = value`,
as for that value, which stands in the text as well, so that any engine gives the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from skingraph.errors import BadQuery, UnknownQuery, did_you_mean
from skingraph.resources import folder, walk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

_KEYS: Final = {"summary", "description", "row", "tags", "parameters", "example", "level"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A variable that may be bound, and what it ranges over: `skg:Concern` and so on.

    `default` is what an unbound one counts as; empty where that is everything.
    """

    name: str
    kind: str
    default: str = ""

    def __str__(self) -> str:
        return f"{self.name}={self.kind}" + (f" ({self.default})" if self.default else "")


@dataclass(frozen=True, slots=True)
class Query:
    """A question of the catalogue.

    `row` says what one row means, `example` is a command line that shows it at work,
    `level` is `error` or `warning` for a check and empty for a question.
    """

    name: str
    folder: str
    summary: str
    description: str
    row: str
    tags: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    example: str
    level: str
    text: str


def named(name: str) -> Query:
    """The query of that name.

    Raises:
        UnknownQuery: the catalogue has none of that name.
    """
    files = {_stem(file): (topic, file) for topic, file in _files()}
    if name not in files:
        known = [stem for stem, (topic, _) in files.items() if topic != "checks"]
        raise UnknownQuery(
            f"no query is called {name!r}.{did_you_mean(name, known)} "
            "List them with: skingraph queries"
        )
    topic, file = files[name]
    return parse(file.read_text(encoding="utf-8"), name=name, folder=topic)


def catalogue() -> list[Query]:
    """All questions, by folder and name. The checks of the data are apart; see `checks`."""
    return [query for query in _read_all() if query.folder != "checks"]


def checks() -> list[Query]:
    """The queries about the data in which every row is a violation."""
    return [query for query in _read_all() if query.folder == "checks"]


def parse(text: str, *, name: str, folder: str = "") -> Query:
    """The query in a text, with what its header says.

    Raises:
        BadQuery: a header line that this reader does not know.
    """
    fields: dict[str, str] = {}
    lists: dict[str, list[str]] = {"tags": [], "parameters": []}
    key = ""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("#+"):
            break
        content = line[2:].strip()
        if content.startswith("- ") and key in lists:
            lists[key].append(content[2:].strip())
            continue
        key, colon, value = content.partition(":")
        if not colon or key not in _KEYS:
            raise BadQuery(
                f"{name}.rq:{number}: {content!r} is no header line. "
                f"Known keys: {', '.join(sorted(_KEYS))}."
            )
        fields[key] = value.strip()
    parameters = []
    for item in lists["parameters"]:
        variable, _, takes = item.partition(":")
        kind, _, default = takes.partition(" = ")
        parameters.append(Parameter(variable.strip(), kind.strip(), default.strip()))
    return Query(
        name=name,
        folder=folder,
        summary=fields.get("summary", ""),
        description=fields.get("description", ""),
        row=fields.get("row", ""),
        tags=tuple(lists["tags"]),
        parameters=tuple(parameters),
        example=fields.get("example", ""),
        level=fields.get("level", ""),
        text=text,
    )


def _read_all() -> Iterator[Query]:
    for topic, file in _files():
        yield parse(file.read_text(encoding="utf-8"), name=_stem(file), folder=topic)


def _files() -> Iterator[tuple[str, Traversable]]:
    for topic in sorted(folder("queries").iterdir(), key=lambda entry: entry.name):
        if topic.is_dir():
            for file in walk(topic, ".rq"):
                yield topic.name, file


def _stem(file: Traversable) -> str:
    return file.name.removesuffix(".rq")
