"""The ways by which treatments are said to help concerns, as a graph that has no other ways."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from skingraph.network.supporting import supporting

if TYPE_CHECKING:
    from collections.abc import Iterable

    import networkx

    from skingraph.network.supporting import Edge

    # A thing in its role: what stands at the beginning, on the way, or at the end.
    Role = tuple[str, str]
    Steps = dict[tuple[Role, Role], list[Edge]]

# From which role to which a claim leads. What a treatment acts against it does not bring about, so
# a concern is where a way ends; and what leads to a concern helps nobody.
CHAIN: Final = {
    "skg:hasMechanism": ("treatment", "process"),
    "skg:hasPhase": ("treatment", "process"),
    "skg:leadsTo": ("process", "process"),
    "skg:addresses": ("process", "concern"),
}
TREATS: Final = {"skg:treats": ("treatment", "concern")}


def steps_of(edges: Iterable[Edge], roles: dict[str, tuple[str, str]]) -> Steps:
    """The steps that claims make between things in their roles."""
    found: Steps = {}
    for edge in edges:
        start, end, _, said = edge
        if said["predicate"] in roles:
            first, last = roles[said["predicate"]]
            found.setdefault(((first, start), (last, end)), []).append(edge)
    return found


def chain_steps(network: networkx.MultiDiGraph[str]) -> Steps:
    """The steps of the ways from a treatment over its mechanisms to a concern."""
    return steps_of(supporting(network, CHAIN), CHAIN)


def as_graph(steps: Iterable[tuple[Role, Role]]) -> networkx.DiGraph[Role]:
    """The steps as a graph, in a stable order; two things are joined once."""
    import networkx as nx

    pairs = sorted(steps)
    graph: networkx.DiGraph[Role] = nx.DiGraph()
    graph.add_nodes_from(sorted({end for pair in pairs for end in pair}))
    graph.add_edges_from(pairs)
    return graph


def in_role(graph: networkx.DiGraph[Role], role: str) -> list[Role]:
    """The things that stand in a role."""
    return [node for node in graph if node[0] == role]
