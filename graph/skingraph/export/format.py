"""What a file format is to the package: its name, its endings, and what writes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from skingraph.store import SkinGraph


@dataclass(frozen=True, slots=True)
class Options:
    """What can be asked of a format beside the graph; each takes from it what it knows.

    `whole` is with the schema and all that rules infer, `inherited` with the statements that
    narrower treatments inherit; `part` says which of a format's files is written, and `headers`
    whose column names a table has ("", "neo4j" or "kgx").
    """

    whole: bool = False
    inherited: bool = False
    part: str = ""
    headers: str = ""

    @property
    def with_inherited(self) -> bool:
        """True where inherited statements are wanted, alone or with all that is inferred."""
        return self.whole or self.inherited


Writer = Callable[["SkinGraph", BinaryIO, Options], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Format:
    """A format: `endings` have no dot in front, `parts` names the files of one that has several.

    `write` streams into an open file and gives remarks, each one line: what the format cannot
    hold. None means that it holds all that was selected.
    """

    name: str
    endings: tuple[str, ...]
    summary: str
    write: Writer
    parts: tuple[str, ...] = ("",)


def writer(module: str, function: str) -> Writer:
    """The function of a module of this package, imported when it is first called."""

    def write(graph: SkinGraph, file: BinaryIO, options: Options) -> tuple[str, ...]:
        found: Writer = getattr(import_module(f"skingraph.export.{module}"), function)
        return found(graph, file, options)

    return write
