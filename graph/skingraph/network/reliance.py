"""What rests on one source alone, and would fall with it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from skingraph.network.helping import CHAIN, TREATS, as_graph, in_role, steps_of
from skingraph.network.supporting import Support, sources_of, supporting

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    import networkx

    from skingraph.network.supporting import Edge

    Network = networkx.MultiDiGraph[str]

LOSSES: Final = ("connection", "concern", "concept", "statement")


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing that only one source bears.

    Attributes:
        kind: "statement" (nobody else says it), "concern" (nobody else says of any treatment
            that it treats it), "connection" (without the source nothing leads from the treatment
            to the concern, neither a claim that it treats it nor a chain of mechanisms), or
            "concept" (no other source affirms anything of it).
        subject: the CURIE of the thing, or of the one at the beginning.
        predicate: of a statement.
        object: of a statement or a connection: the thing at the end.
        support: the claims of the source that bear it; for a connection those on a shortest way.
    """

    kind: str
    subject: str
    predicate: str
    object: str
    support: Support


@dataclass(frozen=True, slots=True)
class Reliance:
    """A source, how many supporting claims it makes, and what rests on it alone."""

    source: str
    claims: int
    losses: tuple[Loss, ...]

    def of(self, kind: str) -> list[Loss]:
        """The losses of one of the kinds in `LOSSES`."""
        return [loss for loss in self.losses if loss.kind == kind]


def reliance(
    network: networkx.MultiDiGraph[str], sources: Collection[str] | None = None
) -> list[Reliance]:
    """For each source what would fall apart without it, the source that bears most first.

    A claim of two sources rests on neither alone. Only supporting claims bear anything.

    Args:
        network: as `SkinGraph.to_networkx` gives it.
        sources: only these (CURIEs); all unless said.
    """
    edges = supporting(network)
    helping = _Helping(edges)
    known = sorted({source for edge in edges for source in sources_of(edge[3])})
    found = [
        _reliance(network, edges, helping, source)
        for source in known
        if sources is None or source in sources
    ]
    found.sort(key=lambda one: (-len(one.losses), one.source))
    return found


def _reliance(network: Network, edges: list[Edge], helping: _Helping, source: str) -> Reliance:
    own = [edge for edge in edges if source in sources_of(edge[3])]
    rest = [edge for edge in edges if set(sources_of(edge[3])) != {source}]
    losses = [
        *helping.lost(network, rest),
        *_concerns(network, own, rest),
        *_concepts(network, own, rest),
        *_statements(network, own, rest),
    ]
    claims = len({edge[3].get("claim") or edge[2] for edge in own})
    return Reliance(source, claims, tuple(losses))


def _statements(network: Network, own: list[Edge], rest: list[Edge]) -> list[Loss]:
    said = {(start, one["predicate"], end) for start, end, _, one in rest}
    alone: dict[tuple[str, str, str], list[Edge]] = {}
    for edge in own:
        statement = (edge[0], str(edge[3]["predicate"]), edge[1])
        if statement not in said:
            alone.setdefault(statement, []).append(edge)
    return [
        Loss("statement", *statement, support=Support.of(found, network))
        for statement, found in sorted(alone.items())
    ]


def _concerns(network: Network, own: list[Edge], rest: list[Edge]) -> list[Loss]:
    """The concerns that no other source says any treatment treats."""
    treated = {end for _, end, _, one in rest if one["predicate"] == "skg:treats"}
    alone: dict[str, list[Edge]] = {}
    for edge in own:
        if edge[3]["predicate"] == "skg:treats" and edge[1] not in treated:
            alone.setdefault(edge[1], []).append(edge)
    return [
        Loss("concern", concern, "", "", Support.of(found, network))
        for concern, found in sorted(alone.items())
    ]


def _concepts(network: Network, own: list[Edge], rest: list[Edge]) -> list[Loss]:
    known = {end for edge in rest for end in edge[:2]}
    alone: dict[str, list[Edge]] = {}
    for edge in own:
        for end in edge[:2]:
            if end not in known:
                alone.setdefault(end, []).append(edge)
    return [
        Loss("concept", concept, "", "", Support.of(found, network))
        for concept, found in sorted(alone.items())
    ]


class _Helping:
    """The ways by which treatments are said to help concerns, a shortest one for each pair."""

    def __init__(self, edges: list[Edge]) -> None:
        import networkx as nx

        self.steps = steps_of(edges, CHAIN | TREATS)
        whole = as_graph(self.steps)
        self.ways = {
            start: {
                end: way
                for end, way in nx.single_source_shortest_path(whole, start).items()
                if end[0] == "concern"
            }
            for start in in_role(whole, "treatment")
        }

    def lost(self, network: Network, rest: list[Edge]) -> Iterator[Loss]:
        """The pairs that no way joins any more when only these edges are left."""
        import networkx as nx

        left = as_graph(steps_of(rest, CHAIN | TREATS))
        kept = {edge[2] for edge in rest}
        for start, ways in self.ways.items():
            still = nx.descendants(left, start) if start in left else set()
            for end in sorted(ways.keys() - still):
                bearing = [
                    edge
                    for step in itertools.pairwise(ways[end])
                    for edge in self.steps[step]
                    if edge[2] not in kept
                ]
                yield Loss("connection", start[1], "", end[1], Support.of(bearing, network))
