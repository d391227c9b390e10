"""The graph as a network: what bridges, what is alike, what hangs together, what rests on whom.

Each measure takes the multigraph that `SkinGraph.to_networkx` gives, or one read back from a file
that `skingraph export` wrote. docs/networks.md says what counts in each and whose formula it is.
"""

from skingraph.network.bridging import Bridge, Bridges, bridges
from skingraph.network.clustering import Community, Partition, communities
from skingraph.network.explaining import Explainer, Explanation, Step, claim_network, explain
from skingraph.network.likeness import ASPECTS, Likeness, alike
from skingraph.network.reliance import LOSSES, Loss, Reliance, reliance
from skingraph.network.supporting import LEADING, Support, as_network, supporting
from skingraph.network.ways import Way, WayStep, best_ways, shortest_ways

__all__ = (
    "ASPECTS",
    "LEADING",
    "LOSSES",
    "Bridge",
    "Bridges",
    "Community",
    "Explainer",
    "Explanation",
    "Likeness",
    "Loss",
    "Partition",
    "Reliance",
    "Step",
    "Support",
    "Way",
    "WayStep",
    "alike",
    "as_network",
    "best_ways",
    "bridges",
    "claim_network",
    "communities",
    "explain",
    "reliance",
    "shortest_ways",
    "supporting",
)
