"""What formats of nodes and edges cannot hold, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from skingraph.export.format import Options
    from skingraph.property_graph import PropertyGraph

_QUANTITIES: Final = "claims of a quantity point to a node of their own that words it"
_SOURCES: Final = (
    "of documents only name, title, place, evidence and authority are held, with each claim; "
    "publisher, date and hashes stay in RDF and SQLite"
)
_WHOLE: Final = "the schema and plain edges that rules infer have no place here; RDF holds them"


def remarks_of(
    read: PropertyGraph, options: Options, *, has_tables: bool = False
) -> tuple[str, ...]:
    """The remarks on a property graph that was written; call it when its nodes were read.

    Args:
        read: the graph as it was read.
        options: what was asked for.
        has_tables: quantities and documents have tables of their own.
    """
    found = []
    if read.inherited_left_out:
        found.append(
            f"{read.inherited_left_out} statements that treatments inherit from broader ones, cautions "
            "among them, are left out, and no rule brings them back here: --whole writes them"
        )
    if read.quantities and not has_tables:
        found.append(_QUANTITIES)
    if read.has_sources and not has_tables:
        found.append(_SOURCES)
    if options.whole:
        found.append(_WHOLE)
    if not read.has_claims:
        found.append(
            "there are no claims here: nothing says who states these edges, nor how firmly"
        )
    return (*found, *read.remarks())
