"""GraphML with typed attributes, written one element after the other."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, BinaryIO, Final

from skingraph.export.appearance import Places, colour_of, line_colour
from skingraph.export.remarks import remarks_of
from skingraph.export.xml import XmlText
from skingraph.property_graph import EDGE_ATTRIBUTES, NODE_ATTRIBUTES, PropertyGraph

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from skingraph.export.format import Options
    from skingraph.property_graph import Edge, Node, Scalar
    from skingraph.store import SkinGraph

_HEAD: Final = """\
<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
"""
_TYPES: Final = {str: "string", float: "double", int: "int", bool: "boolean"}
# Gephi takes place and colour from x, y, r, g, b; igraph takes the colour from color.
_PLACE: Final = {"x": float, "y": float}
_COLOUR: Final = {"color": str, "r": int, "g": int, "b": int}
_NODE: Final[Mapping[str, type[Scalar]]] = {**NODE_ATTRIBUTES, **_PLACE, **_COLOUR}
# igraph mistakes the XML id of an edge for that of a node, so it is an attribute.
_EDGE: Final[Mapping[str, type[Scalar]]] = {"edge_id": str, **EDGE_ATTRIBUTES, **_COLOUR}


def write_graphml(graph: SkinGraph, file: BinaryIO, options: Options) -> tuple[str, ...]:
    """GraphML: attributes of nodes and edges with their types, places and colours."""
    read, text = PropertyGraph(graph, inherited=options.with_inherited), XmlText()
    places = Places(read)
    file.write(_HEAD.encode())
    for domain, attributes in (("node", _NODE), ("edge", _EDGE)):
        file.writelines(
            f'<key id="{domain}-{name}" for="{domain}" attr.name="{name}" '
            f'attr.type="{_TYPES[kind]}"/>\n'.encode()
            for name, kind in attributes.items()
        )
    file.write(b'<graph id="skingraph" edgedefault="directed">\n')
    file.writelines(_node(node, places, text).encode() for node in read.nodes())
    file.writelines(_edge(edge, text).encode() for edge in chain(read.edges(), read.links()))
    file.write(b"</graph>\n</graphml>\n")
    return (*text.remarks(), *remarks_of(read, options))


def _node(node: Node, places: Places, text: XmlText) -> str:
    x, y = places.of(node)
    said = node.attributes() | {"x": x, "y": y} | _coloured(colour_of(node))
    return f'<node id="{text.of(node.id)}">{"".join(_data("node", said, text))}</node>\n'


def _edge(edge: Edge, text: XmlText) -> str:
    said = {"edge_id": edge.id} | edge.attributes() | _coloured(line_colour(edge))
    ends = f'source="{text.of(edge.subject)}" target="{text.of(edge.object)}"'
    return f"<edge {ends}>{''.join(_data('edge', said, text))}</edge>\n"


def _data(domain: str, said: Mapping[str, Scalar], text: XmlText) -> Iterator[str]:
    for name, value in said.items():
        written = text.of(value) if isinstance(value, str) else _plain(value)
        yield f'<data key="{domain}-{name}">{written}</data>'


def _plain(value: float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _coloured(colour: str) -> dict[str, Scalar]:
    red, green, blue = bytes.fromhex(colour[1:])
    return {"color": colour, "r": red, "g": green, "b": blue}
