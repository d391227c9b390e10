"""Nodes and edges as CSV and TSV, for a spreadsheet, a data frame or one of the tools that import."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from importlib import import_module
from typing import TYPE_CHECKING, BinaryIO, Final

from skingraph.errors import BadParameter, did_you_mean
from skingraph.export.columns import part_of
from skingraph.property_graph import joined
from skingraph.tables import harmless

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from skingraph.export.columns import Cell, Part
    from skingraph.export.format import Options
    from skingraph.property_graph import Edge, Node
    from skingraph.store import SkinGraph

HEADERS: Final = ("neo4j", "kgx")


@dataclass(frozen=True, slots=True)
class Layout:
    """A table as a tool wants it: the names of the columns, and the cells of a node or an edge.

    `between` is what the tool parts the texts of a cell at; where one has it in itself, `instead`
    takes its place, since no such tool knows an escape. Without it texts are `joined`. A tool that
    is not `quoting` in TSV takes no tab and no line end in a cell.
    """

    header: Sequence[str]
    cells: Callable[[Node | Edge], Sequence[Cell]]
    tool: str = ""
    between: str = ""
    instead: str = ""
    quoting: bool = True


def write_csv(graph: SkinGraph, file: BinaryIO, options: Options) -> tuple[str, ...]:
    """The nodes or the edges, the cells parted by commas.

    Raises:
        BadParameter: the options name no part, or headers that nobody knows.
    """
    return _write(graph, file, options, ",")


def write_tsv(graph: SkinGraph, file: BinaryIO, options: Options) -> tuple[str, ...]:
    """The nodes or the edges, the cells parted by tabs.

    Raises:
        BadParameter: the options name no part, or headers that nobody knows.
    """
    return _write(graph, file, options, "\t")


def _write(graph: SkinGraph, file: BinaryIO, options: Options, separator: str) -> tuple[str, ...]:
    part = part_of(graph, options)
    layout = _layout(part, options.headers)
    texts = _Texts(layout, unquoted=separator == "\t" and not layout.quoting)
    wrapped = io.TextIOWrapper(file, encoding="utf-8", newline="")
    try:
        write = _writer(wrapped, separator, texts)
        write(layout.header)
        for element in part.elements:
            write([texts.of(cell) for cell in layout.cells(element)])
    finally:
        # The file is for another to close.
        wrapped.detach()
    return (*part.remarks(), *texts.remarks())


def _writer(
    file: io.TextIOWrapper, separator: str, texts: _Texts
) -> Callable[[Sequence[str]], object]:
    if texts.unquoted:
        return lambda cells: file.write(separator.join(cells) + "\n")
    return csv.writer(file, delimiter=separator, lineterminator="\r\n").writerow


def _layout(part: Part, headers: str) -> Layout:
    if not headers:
        names = [column.name for column in part.columns]
        return Layout(names, lambda element: [getattr(element, name) for name in names])
    if headers not in HEADERS:
        raise BadParameter(
            f"{headers!r} is no tool whose headers are known.{did_you_mean(headers, HEADERS)} "
            f"Known: {', '.join(HEADERS)}."
        )
    made: Layout = import_module(f"skingraph.export.{headers}").layout(part)
    return made


class _Texts:
    """Cells as texts, and a count of those that had to change."""

    def __init__(self, layout: Layout, *, unquoted: bool) -> None:
        self._layout = layout
        self.unquoted = unquoted
        self._changed: Counter[str] = Counter()

    def of(self, cell: Cell) -> str:
        """The text of a cell; a number stays one, and a text that a spreadsheet would run does not."""
        if cell is None:
            return ""
        if isinstance(cell, bool):
            return "true" if cell else "false"
        if isinstance(cell, int | Decimal):
            return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)
        text = cell if isinstance(cell, str) else self._joined(cell)
        if self.unquoted and any(sign in text for sign in "\t\r\n"):
            self._changed["line"] += 1
            text = " ".join(text.replace("\t", " ").splitlines())
        safe = harmless(text)
        self._changed["formula"] += safe != text
        return safe

    def remarks(self) -> tuple[str, ...]:
        """What changed, in words."""
        layout, changed = self._layout, self._changed
        told = {
            "formula": "cells that a spreadsheet would run have an apostrophe before them",
            "list": f"texts have {layout.instead!r} for {layout.between!r}, at which"
            f" {layout.tool} parts lists",
            "line": f"texts have spaces for tabs and line ends, which {layout.tool} cannot read",
        }
        return tuple(f"{changed[kind]} {words}" for kind, words in told.items() if changed[kind])

    def _joined(self, texts: tuple[str, ...]) -> str:
        between = self._layout.between
        if not between:
            return joined(texts)
        self._changed["list"] += sum(between in text for text in texts)
        return between.join(text.replace(between, self._layout.instead) for text in texts)
