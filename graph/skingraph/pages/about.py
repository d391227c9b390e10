"""What belongs to one thing: its statements, the claims about it, and all that these rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from skingraph.claims import SCOPES
from skingraph.loading import ASSERTED_GRAPH, SCHEMA_GRAPH
from skingraph.prefixes import PREFIXES, SKG, SKIN
from skingraph.store import SkinGraph, graph_of

if TYPE_CHECKING:
    from collections.abc import Iterable

ONTOLOGY: Final = SKIN + "schema"
READABLE: Final = 2000

_CIRCUMSTANCES: Final = "|".join(f"skg:{name}" for name in (*SCOPES, "becauseOf", "attribute"))
# The claims that a page tells of, by what the thing is.
_CLAIMS: Final = f"""
SELECT DISTINCT ?claim ?caution WHERE {{
  {{ ?claim rdf:subject %s }}
  UNION {{ ?claim rdf:object %s }}
  UNION {{ ?claim {_CIRCUMSTANCES} %s }}
  UNION {{ ?edge rdf:subject %s ; skg:basedOn ?claim }}
  UNION {{ ?claim skg:passage %s }}
  UNION {{ ?passage skg:source %s . ?claim skg:passage ?passage }}
  UNION {{ BIND (%s AS ?claim) }}
  ?claim a skg:Claim .
  OPTIONAL {{
    ?claim rdf:predicate ?caution .
    VALUES ?caution {{ skg:contraindicatedIn skg:consultFirstIn skg:redFlagAfter }}
  }}
}}
ORDER BY DESC(BOUND(?caution)) ?claim
"""
_EDGES: Final = """
SELECT DISTINCT ?edge WHERE {
  ?edge a skg:InheritedEdge .
  { ?edge rdf:subject %s } UNION { ?edge rdf:object %s }
}
"""
_OWN: Final = """
CONSTRUCT { ?thing ?property ?value }
WHERE {
  VALUES ?thing { %s }
  ?thing ?property ?value
}
"""
_PASSAGES: Final = "SELECT DISTINCT ?p WHERE { VALUES ?c { %s } ?c skg:passage ?p }"
_PASSAGES_OF: Final = "SELECT DISTINCT ?p WHERE { ?p skg:source %s }"
_SOURCES: Final = "SELECT DISTINCT ?s WHERE { VALUES ?p { %s } ?p skg:source ?s }"
# Enough to name a thing: what it is called and what it is.
_NAMING: Final = frozenset(
    ox.NamedNode(PREFIXES[prefix] + name)
    for prefix, name in (
        ("rdf", "type"),
        ("skos", "prefLabel"),
        ("rdfs", "label"),
        ("dcterms", "title"),
        ("skos", "notation"),
    )
)
_LINKS: Final = """
CONSTRUCT { ?other ?property %s }
WHERE {
  VALUES ?property { skos:broader skos:related }
  ?other ?property %s
}
"""


def statements_about(graph: SkinGraph, iri: str) -> SkinGraph:
    """The RDF that belongs to a page: all that it says, so that machines have what people have.

    These are the statements about the thing, the claims that name it or that it inherits, their
    passages and sources, and the names of all that is named. For the schema it is the schema.
    """
    if iri == ONTOLOGY:
        return graph_of(graph.store.quads_for_pattern(None, None, None, SCHEMA_GRAPH))
    return graph_of(_triples(graph, ox.NamedNode(iri))[0])


def readable(graph: SkinGraph, iri: str) -> tuple[SkinGraph, int]:
    """The same part with the schema, which claims need to be read, and how many were left out.

    A page has room for some thousand claims. Cautions are never left out before others.
    """
    triples, left_out = _triples(graph, ox.NamedNode(iri), most=READABLE)
    store = ox.Store()
    store.extend(graph.store.quads_for_pattern(None, None, None, SCHEMA_GRAPH))
    store.extend(
        ox.Quad(triple.subject, triple.predicate, triple.object, ASSERTED_GRAPH)
        for triple in triples
    )
    return SkinGraph(store), left_out


def _triples(
    graph: SkinGraph, thing: ox.NamedNode, most: int | None = None
) -> tuple[set[ox.Triple], int]:
    def found(query: str, *things: ox.NamedNode) -> list[ox.NamedNode]:
        rows = graph.select(query.replace("%s", " ".join(map(str, things)))).terms
        return [row[0] for row in rows if isinstance(row[0], ox.NamedNode)]

    named = found(_CLAIMS, thing)
    claims, left_out = named[:most], len(named[most:]) if most else 0
    passages = [*(found(_PASSAGES, *claims) if claims else ()), *found(_PASSAGES_OF, thing)]
    sources = found(_SOURCES, *passages) if passages else []
    told = dict.fromkeys([thing, *claims, *passages, *sources, *found(_EDGES, thing)])
    triples = _statements(graph, told)
    links = graph.query(_LINKS.replace("%s", str(thing)))
    assert isinstance(links, ox.QueryTriples)
    triples.update(links)
    ends = {end for triple in triples for end in (triple.subject, triple.object)} - set(told)
    ours = {end for end in ends if isinstance(end, ox.NamedNode) and not _of_schema(end)}
    names = {triple for triple in _statements(graph, ours) if triple.predicate in _NAMING}
    return triples | names, left_out


def _statements(graph: SkinGraph, things: Iterable[ox.NamedNode]) -> set[ox.Triple]:
    """All statements about these things. Of a store at hand ten times faster than a query."""
    if isinstance(graph.store, ox.Store):
        return {
            quad.triple
            for thing in things
            for quad in graph.store.quads_for_pattern(thing, None, None)
        }
    triples = graph.query(_OWN.replace("%s", " ".join(map(str, things))))
    assert isinstance(triples, ox.QueryTriples)
    return set(triples)


def _of_schema(name: ox.NamedNode) -> bool:
    return name.value.startswith(SKG)
