"""GEXF 1.3 with typed attributes, places and colours, written one element after the other."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, BinaryIO, Final

from skingraph.export.appearance import Places, colour_of, line_colour, manners
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
<gexf xmlns="http://gexf.net/1.3" xmlns:viz="http://gexf.net/1.3/viz" version="1.3">
<meta><creator>skingraph</creator></meta>
<graph defaultedgetype="directed" mode="static">
"""
_TYPES: Final = {str: "string", float: "double", int: "integer", bool: "boolean"}


def write_gexf(graph: SkinGraph, file: BinaryIO, options: Options) -> tuple[str, ...]:
    """GEXF: attributes of nodes and edges with their types, places and colours for Gephi."""
    read, text = PropertyGraph(graph, inherited=options.with_inherited), XmlText()
    places = Places(read)
    file.write(_HEAD.encode())
    for domain, attributes in (("node", NODE_ATTRIBUTES), ("edge", EDGE_ATTRIBUTES)):
        file.write(f'<attributes class="{domain}" mode="static">\n'.encode())
        file.writelines(
            f'<attribute id="{name}" title="{name}" type="{_TYPES[kind]}"/>\n'.encode()
            for name, kind in attributes.items()
        )
        file.write(b"</attributes>\n")
    file.write(b"<nodes>\n")
    file.writelines(_node(node, places, text).encode() for node in read.nodes())
    file.write(b"</nodes>\n<edges>\n")
    file.writelines(_edge(edge, text).encode() for edge in chain(read.edges(), read.links()))
    file.write(b"</edges>\n</graph>\n</gexf>\n")
    return (*text.remarks(), *remarks_of(read, options))


def _node(node: Node, places: Places, text: XmlText) -> str:
    x, y = places.of(node)
    # Gephi's vertical axis points up.
    return (
        f'<node id="{text.of(node.id)}" label="{text.of(node.label)}">'
        f"{_values(node.attributes(), text)}"
        f'<viz:color {_coloured(colour_of(node))}/><viz:position x="{x}" y="{-y}" z="0.0"/>'
        "</node>\n"
    )


def _edge(edge: Edge, text: XmlText) -> str:
    # Gephi merges edges between the same two nodes unless their kinds differ.
    line = ""
    if manners(edge):
        line = f'<viz:shape value="{"dotted" if edge.refuted else "dashed"}"/>'
    return (
        f'<edge id="{text.of(edge.id)}" source="{text.of(edge.subject)}" '
        f'target="{text.of(edge.object)}" label="{text.of(edge.label)}" '
        f'kind="{text.of(edge.id)}">'
        f"{_values(edge.attributes(), text)}"
        f"<viz:color {_coloured(line_colour(edge))}/>{line}</edge>\n"
    )


def _values(said: Mapping[str, Scalar], text: XmlText) -> str:
    return f"<attvalues>{''.join(_attvalues(said, text))}</attvalues>"


def _attvalues(said: Mapping[str, Scalar], text: XmlText) -> Iterator[str]:
    for name, value in said.items():
        written = str(value).lower() if isinstance(value, bool) else text.of(str(value))
        yield f'<attvalue for="{name}" value="{written}"/>'


def _coloured(colour: str) -> str:
    red, green, blue = bytes.fromhex(colour[1:])
    return f'r="{red}" g="{green}" b="{blue}"'
