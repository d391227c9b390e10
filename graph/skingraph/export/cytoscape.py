"""The two formats of Cytoscape: the JSON of cytoscape.js, and CX2."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, BinaryIO, Final

from skingraph.export.appearance import INHERITED, PLAIN, REFUTED, Places, colour_of, manners
from skingraph.export.json_text import one, write_list
from skingraph.export.remarks import remarks_of
from skingraph.property_graph import (
    EDGE_ATTRIBUTES,
    LISTS,
    NODE_ATTRIBUTES,
    PropertyGraph,
    Scalar,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skingraph.export.format import Options
    from skingraph.property_graph import Edge, Node
    from skingraph.store import SkinGraph

_TYPES: Final = {str: "string", float: "double", int: "integer", bool: "boolean"}
_STYLE: Final = [
    {
        "selector": "node",
        "style": {"label": "data(label)", "background-color": "data(color)", "font-size": 11},
    },
    {
        "selector": "edge",
        "style": {
            "label": "data(label)",
            "font-size": 8,
            "width": 1,
            "curve-style": "bezier",
            "target-arrow-shape": "triangle",
            "line-color": PLAIN,
            "target-arrow-color": PLAIN,
        },
    },
    {"selector": "edge.hedged", "style": {"line-style": "dashed"}},
    {
        "selector": "edge.inherited",
        "style": {
            "line-style": "dashed",
            "line-color": INHERITED,
            "target-arrow-color": INHERITED,
            "target-arrow-fill": "hollow",
        },
    },
    {
        "selector": "edge.refuted",
        "style": {
            "line-style": "dotted",
            "line-color": REFUTED,
            "target-arrow-color": REFUTED,
            "target-arrow-shape": "tee",
        },
    },
]


def write_cyjs(graph: SkinGraph, file: BinaryIO, options: Options) -> tuple[str, ...]:
    """Cytoscape JSON with places and a style; what is no flat statement has a class that says so."""
    read = PropertyGraph(graph, inherited=options.with_inherited)
    places = Places(read)
    head = {"format_version": "1.0", "target_cytoscapejs_version": "~3.0"}
    file.write(f'{one(head)[:-1]},\n"data": {one({"name": "skingraph"})},\n'.encode())
    file.write(f'"style": {one(_STYLE)},\n"elements": {{\n"nodes": '.encode())
    write_list(file, (_js_node(node, places) for node in read.nodes()))
    file.write(b',\n"edges": ')
    write_list(file, map(_js_edge, chain(read.edges(), read.links())))
    file.write(b"\n}}\n")
    return remarks_of(read, options)


def write_cx2(graph: SkinGraph, file: BinaryIO, options: Options) -> tuple[str, ...]:
    """CX2, as Cytoscape and NDEx read it; its numbers of nodes are ours for this file only."""
    read = PropertyGraph(graph, inherited=options.with_inherited)
    places = Places(read)
    numbers: dict[str, int] = {}
    file.write(b'[{"CXVersion": "2.0", "hasFragments": false},\n')
    aspects = ("attributeDeclarations", "networkAttributes", "nodes", "edges", "visualProperties")
    file.write(f"{one({'metaData': [{'name': name} for name in aspects]})},\n".encode())
    file.write(f"{one({'attributeDeclarations': [_declarations()]})},\n".encode())
    file.write(f'{one({"networkAttributes": [{"name": "skingraph"}]})},\n{{"nodes": '.encode())
    write_list(file, (_cx_node(node, places, numbers) for node in read.nodes()))
    file.write(b'},\n{"edges": ')
    edges = chain(read.edges(), read.links())
    write_list(file, (_cx_edge(at, edge, numbers) for at, edge in enumerate(edges)))
    file.write(f"}},\n{one({'visualProperties': [_looks()]})},\n".encode())
    file.write(f"{one({'status': [{'completed': True, 'success': True}]})}]\n".encode())
    return remarks_of(read, options)


def _js_node(node: Node, places: Places) -> dict[str, object]:
    x, y = places.of(node)
    data = {"id": node.id, "name": node.label, **node.values(), "color": colour_of(node)}
    return {"data": data, "position": {"x": x, "y": y}}


def _js_edge(edge: Edge) -> dict[str, object]:
    ends = {"id": edge.id, "source": edge.subject, "target": edge.object}
    data = {**ends, "name": edge.label, "interaction": edge.predicate, **edge.values()}
    return {"data": data, "classes": " ".join(manners(edge))}


def _cx_node(node: Node, places: Places, numbers: dict[str, int]) -> dict[str, object]:
    numbers[node.id] = len(numbers)
    x, y = places.of(node)
    said = {"name": node.label, "represents": node.id, **node.values(), "color": colour_of(node)}
    return {"id": numbers[node.id], "x": x, "y": y, "v": said}


def _cx_edge(at: int, edge: Edge, numbers: Mapping[str, int]) -> dict[str, object]:
    said = {"name": edge.id, "interaction": edge.predicate, **edge.values()}
    said["manner"] = _manner(edge)
    return {"id": at, "s": numbers[edge.subject], "t": numbers[edge.object], "v": said}


def _declarations() -> dict[str, object]:
    text = {"d": "string"}
    return {
        "networkAttributes": {"name": text},
        "nodes": {"name": text, "represents": text, **_declared(NODE_ATTRIBUTES), "color": text},
        "edges": {"name": text, "interaction": text, **_declared(EDGE_ATTRIBUTES), "manner": text},
    }


def _declared(attributes: Mapping[str, type[Scalar]]) -> dict[str, object]:
    return {
        name: {"d": "list_of_string" if name in LISTS else _TYPES[kind]}
        for name, kind in attributes.items()
    }


def _manner(edge: Edge) -> str:
    """The word by which the line is drawn: the one that keeps it most from being a statement."""
    return (*manners(edge), "flat")[0]


def _looks() -> dict[str, object]:
    return {
        "default": {
            "node": {"NODE_SHAPE": "round-rectangle"},
            "edge": {"EDGE_TARGET_ARROW_SHAPE": "triangle"},
        },
        "nodeMapping": {
            "NODE_LABEL": _passed("label"),
            "NODE_BACKGROUND_COLOR": _passed("color"),
        },
        "edgeMapping": {
            "EDGE_LABEL": _passed("label"),
            "EDGE_LINE_STYLE": _mapped(refuted="dotted", hedged="dashed", inherited="dashed"),
            "EDGE_LINE_COLOR": _mapped(refuted=REFUTED, inherited=INHERITED, flat=PLAIN),
            "EDGE_TARGET_ARROW_SHAPE": _mapped(refuted="tee", flat="triangle"),
        },
    }


def _passed(attribute: str) -> dict[str, object]:
    return {"type": "PASSTHROUGH", "definition": {"attribute": attribute, "type": "string"}}


def _mapped(**values: str) -> dict[str, object]:
    pairs = [{"v": manner, "vp": look} for manner, look in values.items()]
    return {
        "type": "DISCRETE",
        "definition": {"attribute": "manner", "type": "string", "map": pairs},
    }
