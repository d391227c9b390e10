"""A graph as a file for the next tool: RDF in its formats, and tables of concepts and claims."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from skingraph.catalogue import named
from skingraph.errors import BadParameter
from skingraph.loading import INFERRED_GRAPH, SCHEMA_GRAPH
from skingraph.prefixes import PREFIXES, curie
from skingraph.tables import write_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from skingraph.rows import Term
    from skingraph.store import SkinGraph

# JSON-LD takes a name that ends in an underscore for a prefix only where it is called one.
_CONTEXT: Final = {
    prefix: name if name.endswith(("/", "#")) else {"@id": name, "@prefix": True}
    for prefix, name in PREFIXES.items()
}
_TYPE: Final = ox.NamedNode(PREFIXES["rdf"] + "type")

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


def write_graph(graph: SkinGraph, format: str, *, whole: bool = False) -> bytes:
    """The statements of a graph in an RDF format, or its claims as a CSV table.

    What rules infer and the schema are left out, since whoever loads the file can have both
    again. Same graph, same bytes.

    Args:
        graph: the whole or a part.
        format: ttl, nt, nq, trig, rdf, jsonld, or csv (one row a claim and passage).
        whole: with the schema and what rules infer, as a query sees the graph.

    Raises:
        BadParameter: there is no such format, or it cannot hold the graph.
    """
    if format == "csv":
        return write_rows(graph.select(named("claims").text), "csv").encode()
    if format not in _WRITERS:
        raise BadParameter(
            f"{format!r} is no format for a graph. Known: {', '.join(GRAPH_FORMATS)}."
        )
    return _WRITERS[format](_stably_named(graph.store) if whole else list(_asserted(graph)))


def concepts_csv(graph: SkinGraph) -> bytes:
    """The concepts of a graph as a CSV table: IRI, label, types, definition."""
    return write_rows(graph.select(_CONCEPTS), "csv").encode()


def statements(graph: SkinGraph) -> list[ox.Triple]:
    """The statements of a graph without schema and inferences, in a stable order."""
    return _triples(_asserted(graph))


def serialized(
    content: list[ox.Triple] | list[ox.Quad],
    format: ox.RdfFormat,
    prefixes: dict[str, str] = PREFIXES,
) -> bytes:
    """Statements in a format, in the order in which they are given."""
    written = ox.serialize(content, format=format, prefixes=prefixes)
    assert written is not None
    return written


def _asserted(graph: SkinGraph) -> Iterator[ox.Quad]:
    left_out = (SCHEMA_GRAPH, INFERRED_GRAPH)
    return (quad for quad in graph.store if quad.graph_name not in left_out)


def _stably_named(quads: Iterable[ox.Quad]) -> list[ox.Quad]:
    """The same statements, the blank nodes of lists named by what they stand for (RDFC-1.0)."""
    plain: list[ox.Quad] = []
    nameless: list[ox.Quad] = []
    for quad in quads:
        blank = any(isinstance(term, ox.BlankNode) for term in (quad.subject, quad.object))
        (nameless if blank else plain).append(quad)
    blanks = ox.Dataset(nameless)
    blanks.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return [*plain, *blanks]


def _triples(quads: Iterable[ox.Quad]) -> list[ox.Triple]:
    return sorted({quad.triple for quad in quads}, key=str)


def _rdf_xml(quads: list[ox.Quad]) -> bytes:
    """RDF/XML, read again: some properties and characters cannot be written in XML 1.0."""
    from xml.parsers import expat

    written = serialized(_triples(quads), ox.RdfFormat.RDF_XML)
    try:
        expat.ParserCreate(namespace_separator=" ").Parse(written, True)
    except expat.ExpatError as error:
        line = written.splitlines()[error.lineno - 1].decode(errors="replace").strip()
        raise BadParameter(
            f"rdf: XML cannot hold {line[:80]!r}. Choose another format, such as ttl."
        ) from error
    return written


def _json_ld(quads: list[ox.Quad]) -> bytes:
    """Compact JSON-LD with our prefixes as its context; the context is inline."""
    nodes: dict[str, dict[str, list[object]]] = {}
    for triple in _triples(quads):
        node = nodes.setdefault(_json_name(triple.subject), {})
        if triple.predicate == _TYPE and not isinstance(triple.object, ox.Literal):
            node.setdefault("@type", []).append(_json_name(triple.object))
        else:
            node.setdefault(_json_name(triple.predicate), []).append(_json_value(triple.object))
    ordered = [
        {"@id": name}
        | {key: said[0] if len(said) == 1 else said for key, said in sorted(node.items())}
        for name, node in sorted(nodes.items())
    ]
    document = {"@context": _CONTEXT, "@graph": ordered}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _json_name(term: ox.NamedNode | ox.BlankNode | ox.Triple) -> str:
    assert not isinstance(term, ox.Triple)
    return curie(term.value) if isinstance(term, ox.NamedNode) else str(term)


def _json_value(term: Term) -> object:
    if not isinstance(term, ox.Literal):
        return {"@id": _json_name(term)}
    if term.language:
        return {"@language": term.language, "@value": term.value}
    datatype = curie(term.datatype.value)
    return term.value if datatype == "xsd:string" else {"@type": datatype, "@value": term.value}


_WRITERS: Final[dict[str, Callable[[list[ox.Quad]], bytes]]] = {
    "ttl": lambda quads: serialized(_triples(quads), ox.RdfFormat.TURTLE),
    "nt": lambda quads: serialized(_triples(quads), ox.RdfFormat.N_TRIPLES),
    "nq": lambda quads: serialized(sorted(quads, key=str), ox.RdfFormat.N_QUADS),
    "trig": lambda quads: serialized(sorted(quads, key=str), ox.RdfFormat.TRIG),
    "rdf": _rdf_xml,
    "jsonld": _json_ld,
}
RDF_FORMATS: Final = tuple(_WRITERS)
GRAPH_FORMATS: Final = (*RDF_FORMATS, "csv")
