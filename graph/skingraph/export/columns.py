"""The nodes and edges of a graph as rows with typed columns, for tables of every kind."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Final

from skingraph.errors import BadParameter
from skingraph.export.remarks import remarks_of
from skingraph.property_graph import Edge, Node, PropertyGraph

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from skingraph.export.format import Options
    from skingraph.store import SkinGraph

PARTS: Final = ("nodes", "edges")

Cell = str | tuple[str, ...] | bool | int | Decimal | None
Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its cells are a text, several texts, a decimal number, a whole one or yes or no.

    In a row an empty text stands for a text that is not there, None for any other such cell.
    """

    name: str
    kind: str


_KINDS: Final = {
    "str": "text",
    "tuple[str, ...]": "texts",
    "Decimal | None": "number",
    "int | None": "whole",
    "bool | None": "truth",
}


def _columns(element: type) -> tuple[Column, ...]:
    return tuple(Column(field.name, _KINDS[str(field.type)]) for field in fields(element))


NODE_COLUMNS: Final = _columns(Node)
EDGE_COLUMNS: Final = _columns(Edge)


@dataclass(frozen=True, slots=True)
class Part:
    """One of the two tables of a graph; `remarks` is to be called when the rows have been read."""

    columns: tuple[Column, ...]
    elements: Iterator[Node | Edge]
    remarks: Callable[[], tuple[str, ...]]

    def rows(self) -> Iterator[Row]:
        """The cells of each element in the order of the columns."""
        names = [column.name for column in self.columns]
        for element in self.elements:
            yield tuple(getattr(element, name) for name in names)


def part_of(graph: SkinGraph, options: Options) -> Part:
    """The table that the options ask for: all nodes, or all edges of claims and without claims.

    Raises:
        BadParameter: they ask for neither.
    """
    if options.part not in PARTS:
        raise BadParameter(
            f"a graph as a table has two parts, {' and '.join(PARTS)}. Write each to a file."
        )
    read = PropertyGraph(graph, inherited=options.with_inherited)
    if options.part == "nodes":
        return Part(NODE_COLUMNS, read.nodes(), partial(remarks_of, read, options))
    edges = itertools.chain(read.edges(), read.links())
    return Part(EDGE_COLUMNS, edges, partial(remarks_of, read, options))
