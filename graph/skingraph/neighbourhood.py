"""The part of a graph around some concepts, with every passage and source it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from skingraph.loading import INFERRED_GRAPH, SCHEMA_GRAPH, infer
from skingraph.prefixes import PREFIXES, SKG
from skingraph.rows import union_select

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_CLAIM_ENDS = """
SELECT ?claim ?end WHERE { ?claim a skg:Claim ; rdf:subject|rdf:object ?end }
"""
_HEIRS = """
SELECT ?claim ?heir ?object WHERE {
  ?edge a skg:InheritedEdge ;
    skg:basedOn ?claim ;
    rdf:subject ?heir ;
    rdf:object ?object .
}
"""
_RELATED = ox.NamedNode(PREFIXES["skos"] + "related")


def neighbourhood(
    store: ox.Store, concepts: Iterable[str], *, hops: int, kinds: Iterable[str]
) -> ox.Store:
    """The claims around some concepts (IRIs), as `SkinGraph.subgraph` tells, with their sources."""
    claims: dict[str, set[str]] = {}
    for claim, end in _select(store, _CLAIM_ENDS):
        claims.setdefault(claim, set()).add(end)
    reached = set(concepts)
    inherited = {
        claim: {heir, thing} for claim, heir, thing in _select(store, _HEIRS) if heir in reached
    }
    kinds = tuple(kinds)
    allowed = concepts_of_kinds(store, kinds) if kinds else None
    for _ in range(hops):
        before = len(reached)
        near = {
            end
            for ends in (*claims.values(), *inherited.values())
            if ends & reached
            for end in ends
        }
        reached |= near if allowed is None else near & allowed
        if len(reached) == before:
            break
    kept = {claim for claim, ends in claims.items() if ends <= reached}
    kept |= {claim for claim, ends in inherited.items() if ends <= reached}
    part = ox.Store()
    part.extend(store.quads_for_pattern(None, None, None, SCHEMA_GRAPH))
    part.extend(_with_all_they_name(store, kept | reached))
    infer(part)
    return part


def concepts_of_kinds(store: ox.Store, kinds: Iterable[str]) -> set[str]:
    """The concepts of these classes, or of narrower ones."""
    wanted = " ".join(f"<{SKG}{kind}>" for kind in kinds)
    query = f"SELECT ?x {{ VALUES ?kind {{ {wanted} }} ?x a/rdfs:subClassOf* ?kind }}"
    return {iri for (iri,) in _select(store, query)}


def _with_all_they_name(store: ox.Store, iris: Iterable[str]) -> Iterator[ox.Quad]:
    """The asserted statements about these things and, in turn, about all that these name.

    What is merely related is not followed; such a link is kept where both ends are there.
    """
    waiting = [ox.NamedNode(iri) for iri in iris]
    seen, links = set(waiting), []
    while waiting:
        for quad in store.quads_for_pattern(waiting.pop(), None, None, None):
            if quad.graph_name in (SCHEMA_GRAPH, INFERRED_GRAPH):
                continue
            if quad.predicate == _RELATED:
                links.append(quad)
                continue
            yield quad
            named = quad.object
            if isinstance(named, ox.NamedNode) and named not in seen:
                seen.add(named)
                waiting.append(named)
    yield from (quad for quad in links if quad.object in seen)


def _select(store: ox.Store, query: str) -> Iterator[tuple[str, ...]]:
    for solution in union_select(store, query):
        yield tuple(term.value for term in solution if isinstance(term, ox.NamedNode))
