"""How much a graph holds: concepts, claims, edges, statements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from skingraph.loading import INFERRED_GRAPH, PLAIN_GRAPH, SCHEMA_GRAPH
from skingraph.prefixes import PREFIXES, SKG
from skingraph.rows import union_select

if TYPE_CHECKING:
    from collections.abc import Iterator

    from skingraph.store import SkinGraph

_TYPE: Final = ox.NamedNode(PREFIXES["rdf"] + "type")
_CONCEPTS: Final = """
SELECT DISTINCT ?concept WHERE { ?class rdfs:subClassOf* skg:Concept . ?concept a ?class }
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a graph holds beside schema and inferences; edges are those without a claim."""

    concepts: int
    claims: int
    edges: int
    passages: int
    sources: int
    triples: int

    def __str__(self) -> str:
        told = [many(self.concepts, "concept"), many(self.claims, "claim")]
        told += [many(self.edges, "edge")] if self.edges else []
        return ", ".join([*told, many(self.triples, "triple")])


def counts(graph: SkinGraph) -> Counts:
    """How many concepts, claims and so on a graph holds."""
    store = graph._at_hand()

    def of(kind: str) -> set[object]:
        class_ = ox.NamedNode(SKG + kind)
        return {quad.subject for quad in store.quads_for_pattern(None, _TYPE, class_, None)}

    return Counts(
        concepts=sum(1 for _ in union_select(store, _CONCEPTS)),
        claims=len(of("Claim")),
        edges=len({(q.subject, q.object) for q in _plain_edges(store)}),
        passages=len(of("Passage")),
        sources=len(of("Source")),
        triples=_statements(store),
    )


def _statements(store: ox.Store) -> int:
    """How many different statements there are, without holding them."""
    graphs = [name for name in store.named_graphs() if name not in (SCHEMA_GRAPH, INFERRED_GRAPH)]
    places: list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph] = [ox.DefaultGraph(), *graphs]
    found = 0
    for at, place in enumerate(places):
        for quad in store.quads_for_pattern(None, None, None, place):
            others = places[:at]
            found += not any(
                ox.Quad(quad.subject, quad.predicate, quad.object, other) in store
                for other in others
            )
    return found


def _plain_edges(store: ox.Store) -> Iterator[ox.Quad]:
    return iter(store.quads_for_pattern(None, None, None, PLAIN_GRAPH))


def many(number: int, thing: str) -> str:
    """A number of things, in words: "1 claim", "1,212 claims"."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
