"""A graph as a file for the next tool: RDF in its formats, and tables of concepts and claims."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from skingraph.catalogue import named
from skingraph.errors import BadParameter
from skingraph.loading import INFERRED_GRAPH, SCHEMA_GRAPH
from skingraph.prefixes import PREFIXES
from skingraph.tables import write_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from skingraph.store import SkinGraph

_CONCEPTS = """
SELECT ?concept ?label ?types ?definition WHERE {
  { SELECT ?concept (GROUP_CONCAT(?type; separator=" ") AS ?types) WHERE {
      ?class rdfs:subClassOf+ skg:Concept .
      ?concept a ?class .
      BIND (REPLACE(STR(?class), "^.*#", "") AS ?type)
    } GROUP BY ?concept }
  ?concept skos:prefLabel ?label .
  OPTIONAL { ?concept skos:definition ?definition }
}
ORDER BY ?concept
"""


def write_graph(graph: SkinGraph, format: str) -> bytes:
    """The asserted statements of a graph in an RDF format, or its claims as a CSV table.

    What rules infer and the schema are left out, since whoever loads the file can have both
    again. Same graph, same bytes.

    Args:
        graph: the whole or a part.
        format: ttl, nt, nq, trig, rdf, jsonld, or csv (one row a claim and passage).

    Raises:
        BadParameter: there is no such format.
    """
    if format not in _WRITERS:
        raise BadParameter(
            f"{format!r} is no format for a graph. Known: {', '.join(GRAPH_FORMATS)}."
        )
    return _WRITERS[format](graph)


def concepts_csv(graph: SkinGraph) -> bytes:
    """The concepts of a graph as a CSV table: IRI, label, types, definition."""
    return write_rows(graph.select(_CONCEPTS), "csv").encode()


def statements(graph: SkinGraph) -> list[ox.Triple]:
    """The asserted statements of a graph, in a stable order."""
    return sorted({quad.triple for quad in _asserted(graph)}, key=str)


def _asserted(graph: SkinGraph) -> Iterator[ox.Quad]:
    left_out = (SCHEMA_GRAPH, INFERRED_GRAPH)
    return (quad for quad in graph.store if quad.graph_name not in left_out)


def _triples(graph: SkinGraph, format: ox.RdfFormat) -> bytes:
    return _serialized(statements(graph), format)


def _quads(graph: SkinGraph, format: ox.RdfFormat) -> bytes:
    return _serialized(sorted(_asserted(graph), key=str), format)


def _serialized(content: list[ox.Triple] | list[ox.Quad], format: ox.RdfFormat) -> bytes:
    written = ox.serialize(content, format=format, prefixes=PREFIXES)
    assert written is not None
    return written


def _json_ld(graph: SkinGraph) -> bytes:
    """Compact JSON-LD with our prefixes as its context; the context is inline."""
    import rdflib

    data = _triples(graph, ox.RdfFormat.N_TRIPLES)
    body = rdflib.Graph().parse(data=data, format="nt")
    text = body.serialize(format="json-ld", context=dict(PREFIXES), auto_compact=False)
    document = json.loads(text)
    # A graph of one node is written without @graph, the context within the node.
    document.pop("@context", None)
    nodes = document.get("@graph", [document] if document else [])
    ordered = {
        "@context": PREFIXES,
        "@graph": sorted((_sorted(node) for node in nodes), key=lambda node: str(node["@id"])),
    }
    return (json.dumps(ordered, ensure_ascii=False, indent=1) + "\n").encode()


def _sorted(value: object) -> dict[str, object]:
    assert isinstance(value, dict)
    return {
        key: sorted(item, key=lambda one: json.dumps(one, sort_keys=True))
        if isinstance(item, list)
        else item
        for key, item in sorted(value.items())
    }


def _claims_csv(graph: SkinGraph) -> bytes:
    return write_rows(graph.select(named("claims").text), "csv").encode()


_WRITERS: Final[dict[str, Callable[[SkinGraph], bytes]]] = {
    "ttl": lambda graph: _triples(graph, ox.RdfFormat.TURTLE),
    "nt": lambda graph: _triples(graph, ox.RdfFormat.N_TRIPLES),
    "nq": lambda graph: _quads(graph, ox.RdfFormat.N_QUADS),
    "trig": lambda graph: _quads(graph, ox.RdfFormat.TRIG),
    "rdf": lambda graph: _triples(graph, ox.RdfFormat.RDF_XML),
    "jsonld": _json_ld,
    "csv": _claims_csv,
}
GRAPH_FORMATS: Final = tuple(_WRITERS)
RDF_FORMATS: Final = tuple(format for format in _WRITERS if format != "csv")
