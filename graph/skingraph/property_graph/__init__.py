"""The graph as nodes and edges with attributes, which every format that is not RDF shares.

A claim is an edge from its subject to its object, and keeps all that it says: who says so, where,
how firmly, for whom. A claim that gives a quantity points to a node of its own that words it.
docs/formats.md describes the attributes.
"""

from skingraph.property_graph.elements import (
    EDGE_ATTRIBUTES,
    LISTS,
    NODE_ATTRIBUTES,
    QUANTITY,
    Edge,
    Node,
    Scalar,
    Value,
    joined,
    parted,
)
from skingraph.property_graph.reading import PropertyGraph, edges, links, nodes
from skingraph.property_graph.records import short

__all__ = (
    "EDGE_ATTRIBUTES",
    "LISTS",
    "NODE_ATTRIBUTES",
    "QUANTITY",
    "Edge",
    "Node",
    "PropertyGraph",
    "Scalar",
    "Value",
    "edges",
    "joined",
    "links",
    "nodes",
    "parted",
    "short",
)
