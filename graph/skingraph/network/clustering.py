"""Which concepts hang together more than with the rest."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from skingraph.errors import BadParameter
from skingraph.network.supporting import LEADING, Support, between, supporting

if TYPE_CHECKING:
    import networkx

    from skingraph.network.supporting import Edge

# What acts together: not care, qualities, comparisons, dependences, cautions or who gives it.
TOGETHER: Final = (*LEADING, "skg:causedBy", "skg:pairsWith")


@dataclass(frozen=True, slots=True)
class Community:
    """Concepts that claims join among themselves, the best joined first.

    `links` counts for each concept the others of the community that it is joined to; `supports`
    has for each the claims that join it to them.
    """

    concepts: tuple[str, ...]
    links: tuple[int, ...]
    supports: tuple[Support, ...]


@dataclass(frozen=True, slots=True)
class Partition:
    """The communities, largest first, and their modularity: 0 is as by chance, 1 the most."""

    communities: tuple[Community, ...]
    modularity: float


def communities(
    network: networkx.MultiDiGraph[str], *, seed: int = 0, resolution: float = 1.0
) -> Partition:
    """The concepts in communities by the method of Louvain.

    Two concepts are joined, once and in no direction, where a supporting claim with `TOGETHER`
    says something of both. The method is that of Blondel and others (2008,
    doi:10.1088/1742-5468/2008/10/P10008), as networkx has it. It shuffles: another seed may give
    other communities, the same seed gives the same.

    Args:
        network: as `SkinGraph.to_networkx` gives it.
        seed: for the shuffling.
        resolution: above 1 for smaller communities, below 1 for larger ones.

    Raises:
        BadParameter: the resolution is no number above 0.
    """
    import networkx as nx

    if not 0 < resolution < math.inf:
        raise BadParameter(f"resolution {resolution}: must be a number above 0.")
    edges = supporting(network, TOGETHER)
    names = sorted({end for edge in edges for end in edge[:2]})
    if not names:
        return Partition((), 0.0)
    # Numbers, since the order of texts in a set differs from one run to the next.
    number = {name: at for at, name in enumerate(names)}
    joined: networkx.Graph[int] = nx.Graph()
    joined.add_nodes_from(range(len(names)))
    joined.add_edges_from(sorted((number[a], number[b]) for a, b in between(edges)))
    parts = nx.community.louvain_communities(joined, weight=None, seed=seed, resolution=resolution)
    modularity = nx.community.modularity(joined, parts, weight=None, resolution=resolution)
    found = []
    for part in parts:
        degree = {names[one]: sum(other in part for other in joined[one]) for one in part}
        order = sorted(degree, key=lambda name: (-degree[name], name))
        inside: dict[str, list[Edge]] = {name: [] for name in order}
        for edge in edges:
            if edge[0] in inside and edge[1] in inside:
                inside[edge[0]].append(edge)
                inside[edge[1]].append(edge)
        links = tuple(degree[name] for name in order)
        supports = tuple(Support.of(inside[name], network) for name in order)
        found.append(Community(tuple(order), links, supports))
    found.sort(key=lambda one: (-len(one.concepts), one.concepts))
    return Partition(tuple(found), float(modularity))
