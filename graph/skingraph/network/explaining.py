"""The ways that claims tell from one concept to another, and what is said against them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from skingraph.claims import Said
from skingraph.concepts import Hierarchy, Named
from skingraph.index import ClaimIndex

if TYPE_CHECKING:
    from collections.abc import Iterator

    import networkx

    from skingraph.store import SkinGraph

LEADING: Final = (
    "treats",
    "hasMechanism",
    "hasPhase",
    "hasSideEffect",
    "hasOutcome",
    "performedWith",
    "leadsTo",
    "addresses",
)
# What is acted against is not brought about: with these a way can only end.
_ENDING: Final = ("treats", "addresses")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a way, with every claim that says it."""

    start: Named
    end: Named
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The ways from one concept to another, shortest first, and the claims against."""

    start: Named
    end: Named
    ways: tuple[tuple[Step, ...], ...]
    against: tuple[Said, ...]
    left_out: int = 0


def claim_network(graph: SkinGraph) -> networkx.MultiDiGraph[str]:
    """The claims that lead somewhere, as a directed multigraph.

    Nodes are concept IRIs with a `label`; an edge goes from subject to object, has the claim's
    IRI as its key, and holds `said` (a `Said`) and `predicate`. Only supporting claims whose
    predicate is in `LEADING` count; inherited ones are marked in `said`.
    """
    return _network(ClaimIndex(graph))


def explain(
    graph: SkinGraph, start: Named, end: Named, *, ways: int = 8, steps: int = 5
) -> Explanation:
    """The ways in which one concept is said to lead to another, and what is said against it.

    Args:
        graph: where to look.
        start: mostly a treatment.
        end: mostly a concern; a way to a narrower one counts too.
        ways: how many to tell at most, shortest first; the rest is counted up to 100.
        steps: how long a way may be.
    """
    return Explainer(graph).explain(start, end, ways=ways, steps=steps)


class Explainer:
    """Explains many pairs of one graph, which is read once."""

    def __init__(self, graph: SkinGraph) -> None:
        self.index, self.hierarchy = ClaimIndex(graph), Hierarchy(graph)
        self.network = _network(self.index)

    def explain(self, start: Named, end: Named, *, ways: int = 8, steps: int = 5) -> Explanation:
        """As the function `explain` does."""
        goals = [end.iri, *sorted(self.hierarchy.narrower(end.iri))]
        found = [path for goal in goals for path in self._paths(start.iri, goal, steps)]
        found.sort(key=lambda path: (len(path), path))
        told = tuple(tuple(_steps(self.network, path)) for path in found[:ways])
        return Explanation(
            start,
            end,
            told,
            tuple(_against(self.index, self.hierarchy, start, end, found[:ways])),
            max(len(found) - ways, 0),
        )

    def _paths(self, start: str, goal: str, steps: int) -> list[list[str]]:
        """The ways to one goal, shortest first; a hundred are enough."""
        import networkx as nx

        if start == goal or start not in self.network or goal not in self.network:
            return []
        simple = _leading_to(self.network, goal)
        if not nx.has_path(simple, start, goal):
            return []
        paths = nx.shortest_simple_paths(simple, start, goal)
        short = itertools.takewhile(lambda path: len(path) <= steps + 1, paths)
        return list(itertools.islice(short, 100))


def _network(index: ClaimIndex) -> networkx.MultiDiGraph[str]:
    import networkx as nx

    network: networkx.MultiDiGraph[str] = nx.MultiDiGraph()
    own = ((claim.subject, Said(claim)) for claim in index.claims.values())
    for subject, said in itertools.chain(own, _inherited(index)):
        claim = said.claim
        if claim.supports and claim.object and claim.predicate.slug in LEADING:
            network.add_node(subject.iri, label=subject.label)
            network.add_node(claim.object.iri, label=claim.object.label)
            network.add_edge(
                subject.iri,
                claim.object.iri,
                key=claim.iri,
                said=said,
                predicate=claim.predicate.slug,
            )
    return network


def _leading_to(network: networkx.MultiDiGraph[str], goal: str) -> networkx.DiGraph[str]:
    """The ways that may lead to this goal, where several claims join two things once."""
    import networkx as nx

    simple: networkx.DiGraph[str] = nx.DiGraph()
    simple.add_nodes_from(network)
    simple.add_edges_from(
        (start, end)
        for start, end, said in network.edges(data=True)
        if said["predicate"] not in _ENDING or end == goal
    )
    return simple


def _steps(network: networkx.MultiDiGraph[str], path: list[str]) -> Iterator[Step]:
    for a, b in itertools.pairwise(path):
        said = tuple(
            edge["said"]
            for _, edge in sorted(network[a][b].items())
            if edge["predicate"] not in _ENDING or b == path[-1]
        )
        yield Step(Named(network.nodes[a]["label"], a), Named(network.nodes[b]["label"], b), said)


def _against(
    index: ClaimIndex, hierarchy: Hierarchy, start: Named, end: Named, paths: list[list[str]]
) -> Iterator[Said]:
    """Claims that deny a step or the whole, and cautions in the end or what is close to it."""
    ends = {end.iri} | hierarchy.narrower(end.iri)
    pairs = {pair for path in paths for pair in itertools.pairwise(path)}
    pairs |= {(start.iri, iri) for iri in ends}
    close = ends | hierarchy.broader(end.iri) | hierarchy.related(end.iri)
    for claim in index.claims.values():
        # A caution that is denied speaks for the way.
        denies = not claim.supports and not claim.is_caution
        if denies and claim.object and (claim.subject.iri, claim.object.iri) in pairs:
            yield Said(claim)
    for said in index.said_of(start.iri):
        claim = said.claim
        if claim.supports and claim.is_caution and claim.object and claim.object.iri in close:
            yield said


def _inherited(index: ClaimIndex) -> Iterator[tuple[Named, Said]]:
    labels = {
        named.iri: named
        for claim in index.claims.values()
        for named in (claim.subject, claim.object)
        if named
    }
    for iri, inherited in index.inherited.items():
        for said in inherited:
            yield labels.get(iri, Named(iri.rsplit("/", 1)[-1], iri)), said
