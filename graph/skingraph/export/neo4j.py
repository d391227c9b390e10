"""The headers that `neo4j-admin database import` and apoc.import.csv read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from skingraph.export.delimited import Layout
from skingraph.property_graph import Edge

if TYPE_CHECKING:
    from skingraph.export.columns import Cell, Part
    from skingraph.property_graph import Node

_TYPES: Final = {"texts": ":string[]", "number": ":double", "whole": ":long", "truth": ":boolean"}
_NODE: Final = {"id": "id:ID", "kinds": ":LABEL"}
_EDGE: Final = {"subject": ":START_ID", "object": ":END_ID"}


def layout(part: Part) -> Layout:
    """Nodes with their kinds as labels, or edges with a type such as TREATS and NOT_TREATS."""
    is_edges = any(column.name == "subject" for column in part.columns)
    special = _EDGE if is_edges else _NODE
    header = [
        special.get(column.name, column.name + _TYPES.get(column.kind, ""))
        for column in part.columns
    ]
    names = [column.name for column in part.columns]

    def cells(element: Node | Edge) -> list[Cell]:
        plain: list[Cell] = [getattr(element, name) for name in names]
        return [*plain, relationship_type(element)] if isinstance(element, Edge) else plain

    return Layout(
        [*header, ":TYPE"] if is_edges else header,
        cells,
        tool="Neo4j",
        between=";",
        instead=",",
    )


def relationship_type(edge: Edge) -> str:
    """The type of an edge, which says when a source denies it: a query by type must not miss that.

    >>> relationship_type(Edge("c", "claim", "a", "skg:hasSideEffect", "b", polarity="refutes"))
    'NOT_HAS_SIDE_EFFECT'
    """
    local = re.split(r"[:/#]", edge.predicate.strip("<>"))[-1]
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", local)
    name = re.sub(r"\W+", "_", words).strip("_").upper() or "RELATED"
    if not edge.refuted:
        return name
    return f"NOT_{name}" if edge.polarity == "refutes" else f"UNDECIDED_{name}"
