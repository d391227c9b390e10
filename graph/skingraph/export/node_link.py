"""Node-link JSON, as networkx reads it."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, BinaryIO, Final

from skingraph.export.json_text import write_list
from skingraph.export.remarks import remarks_of
from skingraph.property_graph import PropertyGraph

if TYPE_CHECKING:
    from skingraph.export.format import Options
    from skingraph.property_graph import Edge, Node
    from skingraph.store import SkinGraph

_HEAD: Final = (
    b'{"directed": true,\n"multigraph": true,\n"graph": {"name": "skingraph"},\n"nodes": '
)


def write_json(graph: SkinGraph, file: BinaryIO, options: Options) -> tuple[str, ...]:
    """Node-link JSON: a directed multigraph whose keys are the ids of the edges."""
    read = PropertyGraph(graph, inherited=options.with_inherited)
    file.write(_HEAD)
    write_list(file, map(_node, read.nodes()))
    file.write(b',\n"edges": ')
    write_list(file, map(_edge, chain(read.edges(), read.links())))
    file.write(b"}\n")
    return remarks_of(read, options)


def _node(node: Node) -> dict[str, object]:
    return {"id": node.id, **node.values()}


def _edge(edge: Edge) -> dict[str, object]:
    ends = {"source": edge.subject, "target": edge.object, "key": edge.id}
    return {**ends, **edge.values()}
