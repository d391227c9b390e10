"""Which treatments are alike: in mechanisms, in concerns, in risks."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from skingraph.network.supporting import Support, is_hedged, of_kinds, supporting

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    import networkx

    from skingraph.network.supporting import Edge

    # What two treatments may share: a property, how firm (for a contraindication), and a thing.
    Feature = tuple[str, str, str]

ASPECTS: Final[Mapping[str, tuple[str, ...]]] = {
    "mechanisms": ("skg:hasMechanism", "skg:hasPhase"),
    "concerns": ("skg:treats",),
    "risks": ("skg:hasSideEffect", "skg:contraindicatedIn", "skg:consultFirstIn"),
}


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two treatments and how alike they are, from 0 (nothing in common) to 1 (all of it).

    Attributes:
        left: the CURIE of one.
        right: the CURIE of the other.
        similarity: what both have, in parts of what either has.
        shared: what both have: property, strength or nothing, thing.
        either: how many features either of them has.
        hedged: those of the shared ones that of one of them or both no source says flatly.
        inherited: those that one of them or both only take over from a broader treatment.
        support: the claims that say of either what both have.
    """

    left: str
    right: str
    similarity: float
    shared: tuple[Feature, ...]
    either: int
    hedged: tuple[Feature, ...]
    inherited: tuple[Feature, ...]
    support: Support


def alike(
    network: networkx.MultiDiGraph[str],
    treatments: Collection[str] | None = None,
    *,
    by: Iterable[str] = tuple(ASPECTS),
) -> list[Likeness]:
    """Pairs of treatments that share something, most alike first.

    What is compared are supporting claims: the things a treatment is said to work through, to
    treat and to risk. Refused in, advised against in and ask first in are three different things.
    Likeness is the coefficient of Jaccard (1901, doi:10.5169/seals-266450): common features by
    all features. It counts what sources say, so little said of both makes for easy likeness; and
    what no source says of a treatment counts as what it does not have.

    Args:
        network: as `SkinGraph.to_networkx` gives it.
        treatments: only pairs in which one of these is; all unless said.
        by: which of `ASPECTS` count.
    """
    predicates = [predicate for aspect in by for predicate in ASPECTS[aspect]]
    known = of_kinds(network, "Treatment")
    features: dict[str, dict[Feature, list[Edge]]] = {}
    for edge in supporting(network, predicates):
        start, end, _, said = edge
        if start in known:
            feature = (str(said["predicate"]), str(said.get("strength", "")), end)
            features.setdefault(start, {}).setdefault(feature, []).append(edge)
    found = []
    for left, right in itertools.combinations(sorted(features), 2):
        if treatments is not None and not {left, right} & set(treatments):
            continue
        sides = (features[left], features[right])
        shared = tuple(sorted(sides[0].keys() & sides[1].keys()))
        if shared:
            either = len(sides[0].keys() | sides[1].keys())
            edges = [edge for side in sides for feature in shared for edge in side[feature]]
            found.append(
                Likeness(
                    left,
                    right,
                    len(shared) / either,
                    shared,
                    either,
                    _only(shared, sides, is_hedged),
                    _only(shared, sides, lambda said: said.get("kind") == "inherited"),
                    Support.of(edges, network),
                )
            )
    found.sort(key=lambda one: (-one.similarity, -len(one.shared), one.left, one.right))
    return found


def _only(
    shared: Iterable[Feature],
    sides: Iterable[dict[Feature, list[Edge]]],
    holds: Callable[[dict[str, Any]], bool],
) -> tuple[Feature, ...]:
    """The features of which this holds for all claims on one side."""
    sides = list(sides)
    return tuple(
        feature
        for feature in shared
        if any(all(holds(said) for _, _, _, said in side[feature]) for side in sides)
    )
