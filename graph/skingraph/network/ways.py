"""The shortest and the best explained ways from one thing to another."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from skingraph.network.supporting import (
    LEADING,
    Support,
    is_hedged,
    joining,
    sources_of,
    supporting,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import networkx

    from skingraph.network.supporting import Edge

    # A thing is a node, and so is what is said of two things with one property.
    Node = tuple[str, ...]

# What a step costs. It is a convention of ours and no probability; whole numbers, so that sums
# are exact. Two steps on the best evidence cost what one on the least does.
STEP: Final = 10
BELOW_E5: Final = 2
HEDGED: Final = 5
INHERITED: Final = 5
ONE_SOURCE: Final = 3

# What is acted against is not brought about: with these a way can only end.
ENDING: Final = ("skg:treats", "skg:addresses")

_LEVELS: Final = ("E0", "E1", "E2", "E3", "E4", "E5")
_CAUTIONS: Final = ("skg:contraindicatedIn", "skg:consultFirstIn")
# More ways of one cost than this are not looked through.
_TIES: Final = 200


@dataclass(frozen=True, slots=True)
class WayStep:
    """One step: its ends, the property, what it costs, the claims that make it and those against."""

    start: str
    predicate: str
    end: str
    cost: int
    support: Support
    against: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """A way, its cost, and claims against the whole: denials and cautions between its ends."""

    steps: tuple[WayStep, ...]
    cost: int
    against: tuple[str, ...]


def best_ways(
    network: networkx.MultiDiGraph[str], start: str, end: str, *, k: int = 3
) -> list[Way]:
    """The k ways that cost least: few steps, on evidence, said flatly, of the thing itself, by several.

    Each step costs 10; 2 more for each level of evidence below E5; 5 more if the claim is hedged;
    5 more if it is inherited; 3 more if only one source makes the step. Of several claims the
    cheapest counts. Steps are supporting claims with `LEADING`, and those with `ENDING` come last:
    a treatment that acts against a thing does not bring about what that thing leads to. The
    method is that of Yen (1971, Management Science 17(11), 712-716), as networkx has it. Ways of
    the same cost stand in the order of their names.

    Args:
        network: as `SkinGraph.to_networkx` gives it.
        start: the CURIE where the ways begin.
        end: the CURIE where they end.
        k: how many ways.
    """
    return _ways(network, start, end, k, weight="cost")[:k]


def shortest_ways(network: networkx.MultiDiGraph[str], start: str, end: str) -> list[Way]:
    """All ways with the fewest steps, the cheapest first, whatever the evidence is.

    The steps and their costs are those of `best_ways`.
    """
    return _ways(network, start, end, 1, weight=None)


def cost(attributes: dict[str, Any]) -> int:
    """What a step on one claim costs, not counting how many sources make it."""
    level = _LEVELS.index(attributes["evidence"]) if attributes.get("evidence") in _LEVELS else 0
    return (
        STEP
        + BELOW_E5 * (5 - level)
        + HEDGED * is_hedged(attributes)
        + INHERITED * (attributes.get("kind") == "inherited")
    )


def _ways(
    network: networkx.MultiDiGraph[str], start: str, end: str, k: int, *, weight: str | None
) -> list[Way]:
    import networkx as nx

    steps: dict[tuple[str, ...], list[Edge]] = {}
    for edge in supporting(network, LEADING):
        predicate = edge[3]["predicate"]
        if predicate not in ENDING or edge[1] == end:
            steps.setdefault((edge[0], predicate, edge[1]), []).append(edge)
    graph = _as_graph(steps)
    if start == end or (start,) not in graph or (end,) not in graph:
        return []
    if not nx.has_path(graph, (start,), (end,)):
        return []
    paths = nx.shortest_simple_paths(graph, (start,), (end,), weight=weight)
    against = _sorted(_said_against(network, start, end, _CAUTIONS))
    found = [_way(network, steps, path, against) for path in _with_ties(graph, paths, k, weight)]
    return sorted(found, key=lambda way: (way.cost, len(way.steps), _names(way)))


def _as_graph(steps: dict[tuple[str, ...], list[Edge]]) -> networkx.DiGraph[Node]:
    """Things and, between them, one node a property: to treat and to cause are not one step."""
    import networkx as nx

    graph: networkx.DiGraph[Node] = nx.DiGraph()
    for statement in sorted(steps):
        graph.add_edge(statement[:1], statement, cost=_step_cost(steps[statement]))
        graph.add_edge(statement, statement[2:], cost=0)
    return graph


def _with_ties(
    graph: networkx.DiGraph[Node], paths: Iterable[list[Node]], k: int, weight: str | None
) -> Iterator[list[Node]]:
    """The first k ways and all that are as good as the last of them, so that names decide."""
    last = 0
    for number, path in enumerate(itertools.islice(paths, k + _TIES), 1):
        size = sum(graph[a][b][weight] if weight else 1 for a, b in itertools.pairwise(path))
        if number > k and size > last:
            return
        last = size
        yield path


def _way(
    network: networkx.MultiDiGraph[str],
    steps: dict[tuple[str, ...], list[Edge]],
    path: list[Node],
    against: tuple[str, ...],
) -> Way:
    told = tuple(
        WayStep(
            one,
            predicate,
            other,
            _step_cost(steps[one, predicate, other]),
            Support.of(steps[one, predicate, other], network),
            _sorted(_said_against(network, one, other)),
        )
        for one, predicate, other in path[1::2]
    )
    return Way(told, sum(step.cost for step in told), against)


def _step_cost(edges: list[Edge]) -> int:
    sources = {source for _, _, _, said in edges for source in sources_of(said)}
    return min(cost(said) for _, _, _, said in edges) + ONE_SOURCE * (len(sources) < 2)


def _said_against(
    network: networkx.MultiDiGraph[str], start: str, end: str, cautions: tuple[str, ...] = ()
) -> Iterator[str]:
    """The claims that deny that one leads to the other, and these cautions in the other."""
    for claim, said in joining(network, start, end):
        denies = said.get("polarity") == "refutes" and said.get("predicate") in LEADING
        warns = said.get("polarity") == "supports" and said.get("predicate") in cautions
        if denies or warns:
            yield claim


def _names(way: Way) -> list[tuple[str, str]]:
    return [(step.predicate, step.end) for step in way.steps]


def _sorted(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(texts)))
