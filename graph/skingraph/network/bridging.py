"""Which mechanisms stand between treatments and concerns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from skingraph.network.helping import as_graph, chain_steps, in_role
from skingraph.network.supporting import Support, of_kinds

if TYPE_CHECKING:
    from collections.abc import Collection

    import networkx


@dataclass(frozen=True, slots=True)
class Bridge:
    """A mechanism, and how much of the ways from treatments to concerns run over it.

    Attributes:
        mechanism: its CURIE.
        score: its betweenness: over all pairs of a treatment and a concern, the part of their
            shortest ways that runs over it, summed.
        share: the same in parts of all joined pairs, from 0 to 1.
        treatments: where such ways begin.
        concerns: where they end.
        support: the claims on the steps of these ways to it and from it.
    """

    mechanism: str
    score: float
    share: float
    treatments: tuple[str, ...]
    concerns: tuple[str, ...]
    support: Support


@dataclass(frozen=True, slots=True)
class Bridges:
    """The mechanisms that bridge, highest first, and the pairs that any way joins."""

    found: tuple[Bridge, ...]
    pairs: tuple[tuple[str, str], ...]


def bridges(
    network: networkx.MultiDiGraph[str],
    treatments: Collection[str] | None = None,
    concerns: Collection[str] | None = None,
) -> Bridges:
    """The mechanisms on the shortest ways from treatments to concerns, by betweenness.

    A way is a chain of supporting claims: the treatment works through a process, that leads to
    others or not, and the last one acts on the concern. A step counts once however many claims
    say it. What a source says a treatment treats is no way: it is shorter than any and would hide
    the mechanisms.

    Betweenness is Freeman's (1977, doi:10.2307/3033543), between two sets of things as in Brandes
    (2008, doi:10.1016/j.socnet.2007.11.001); networkx works it out.

    Args:
        network: as `SkinGraph.to_networkx` gives it.
        treatments: where the ways begin (CURIEs); all treatments unless said.
        concerns: where they end; all concerns unless said.
    """
    import networkx as nx

    steps = chain_steps(network)
    graph = as_graph(steps)
    starts = [n for n in in_role(graph, "treatment") if treatments is None or n[1] in treatments]
    ends = [n for n in in_role(graph, "concern") if concerns is None or n[1] in concerns]
    backwards = graph.reverse()
    reached = {one: nx.single_source_shortest_path_length(graph, one) for one in starts}
    left = {one: nx.single_source_shortest_path_length(backwards, one) for one in ends}
    pairs = {
        (start, end): reached[start][end]
        for start in starts
        for end in ends
        if end in reached[start]
    }
    scores = nx.betweenness_centrality_subset(graph, starts, ends)
    mechanisms = of_kinds(network, "Mechanism", "HealingPhase")
    found = []
    for node in in_role(graph, "process"):
        if scores[node] <= 0 or node[1] not in mechanisms:
            continue
        over = [
            (start, end)
            for (start, end), length in pairs.items()
            if node in reached[start]
            and node in left[end]
            and reached[start][node] + left[end][node] == length
        ]
        used = [
            (one, other)
            for one, other in [*graph.in_edges(node), *graph.out_edges(node)]
            if any(
                one in reached[start]
                and other in left[end]
                and reached[start][one] + 1 + left[end][other] == pairs[start, end]
                for start, end in over
            )
        ]
        found.append(
            Bridge(
                node[1],
                scores[node],
                scores[node] / len(pairs),
                tuple(sorted({start[1] for start, _ in over})),
                tuple(sorted({end[1] for _, end in over})),
                Support.of((edge for step in used for edge in steps[step]), network),
            )
        )
    # Sums of fractions differ in the last place; a tie must stay one.
    found.sort(key=lambda one: (-round(one.score, 9), one.mechanism))
    return Bridges(tuple(found), tuple(sorted((start[1], end[1]) for start, end in pairs)))
