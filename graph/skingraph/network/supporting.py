"""The graph as a networkx multigraph, and the edges in it that support something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from skingraph.property_graph import PropertyGraph, parted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    import networkx

    from skingraph.store import SkinGraph

    # An edge: its two ends, its key and its attributes.
    Edge = tuple[str, str, str, dict[str, Any]]

# From a treatment on: what it sets going and what comes of it.
LEADING: Final = (
    "skg:treats",
    "skg:hasMechanism",
    "skg:hasPhase",
    "skg:hasSideEffect",
    "skg:hasOutcome",
    "skg:performedWith",
    "skg:leadsTo",
    "skg:addresses",
)


@dataclass(frozen=True, slots=True)
class Support:
    """The claims that say something, as CURIEs in order, and how they say it.

    `hedged` names those of the claims that only may hold, `inherited` those that are taken over
    here from a broader treatment. Where all of a step are among them, no source says it flatly, or
    of the thing itself. `against` names claims that deny one of the same statements.
    """

    claims: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    hedged: tuple[str, ...] = ()
    inherited: tuple[str, ...] = ()
    against: tuple[str, ...] = ()

    @classmethod
    def of(cls, edges: Iterable[Edge], network: networkx.MultiDiGraph[str]) -> Support:
        """What these edges of a network say together."""
        edges = list(edges)
        statements = {(start, str(said["predicate"]), end) for start, end, _, said in edges}
        found = [(attributes.get("claim") or key, attributes) for _, _, key, attributes in edges]
        return cls(
            _sorted(claim for claim, _ in found),
            _sorted(source for _, one in found for source in sources_of(one)),
            _sorted(claim for claim, one in found if is_hedged(one)),
            _sorted(claim for claim, one in found if one.get("kind") == "inherited"),
            _sorted(claim for one in statements for claim in denials(network, *one)),
        )


def as_network(
    graph: SkinGraph, *, inherited: bool = False, links: bool = False
) -> networkx.MultiDiGraph[str]:
    """The graph as a directed multigraph, as `SkinGraph.to_networkx` tells."""
    import networkx as nx

    read = PropertyGraph(graph, inherited=inherited)
    network: networkx.MultiDiGraph[str] = nx.MultiDiGraph(name="skingraph", release=graph.release)
    for node in read.nodes():
        network.add_node(node.id, **node.attributes())
    for edge in read.edges():
        network.add_edge(edge.subject, edge.object, key=edge.id, **edge.attributes())
    for edge in read.links() if links else ():
        network.add_edge(edge.subject, edge.object, key=edge.id, **edge.attributes())
    return network


def supporting(
    network: networkx.MultiDiGraph[str], predicates: Collection[str] | None = None
) -> list[Edge]:
    """The edges that say that something is so, in a stable order.

    Left out are refuting claims, claims that say neither, quantities, what no claim says (such as
    a plain skos:broader, which has no polarity), and a thing's edges to itself. Hedged and
    inherited claims are in.

    Args:
        network: as `SkinGraph.to_networkx` gives it.
        predicates: only claims with one of these (CURIEs).
    """
    return sorted(
        (start, end, key, attributes)
        for start, end, key, attributes in network.edges(keys=True, data=True)
        if attributes.get("polarity") == "supports"
        and (predicates is None or attributes.get("predicate") in predicates)
        and start != end
        and "Quantity" not in kinds(network, end)
    )


def denials(
    network: networkx.MultiDiGraph[str], start: str, predicate: str, end: str
) -> Iterator[str]:
    """The claims that deny a statement."""
    for claim, said in joining(network, start, end):
        if said.get("polarity") == "refutes" and said.get("predicate") == predicate:
            yield claim


def joining(
    network: networkx.MultiDiGraph[str], start: str, end: str
) -> list[tuple[str, dict[str, Any]]]:
    """The claims that go from one thing to another, with what they say."""
    if not network.has_edge(start, end):
        return []
    edges = network[start][end].items()
    return [(str(said.get("claim") or key), dict(said)) for key, said in edges]


def between(edges: Iterable[Edge]) -> dict[tuple[str, str], list[Edge]]:
    """Edges by their two ends: however many claims join two things, they are joined once."""
    found: dict[tuple[str, str], list[Edge]] = {}
    for edge in edges:
        found.setdefault((edge[0], edge[1]), []).append(edge)
    return found


def kinds(network: networkx.MultiDiGraph[str], thing: str) -> list[str]:
    """The classes of a thing, such as ["Concern", "SideEffect"]."""
    return parted(str(network.nodes[thing].get("kinds", "")))


def of_kinds(network: networkx.MultiDiGraph[str], *wanted: str) -> set[str]:
    """The things of one of these classes."""
    return {thing for thing in network if set(kinds(network, thing)) & set(wanted)}


def sources_of(attributes: dict[str, Any]) -> list[str]:
    """The sources of an edge, as CURIEs."""
    return parted(str(attributes.get("sources", "")))


def is_hedged(attributes: dict[str, Any]) -> bool:
    """Whether a claim says no more than that something may be so."""
    return bool(attributes.get("certainty") != "stated")


def _sorted(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(texts)))
