"""Two treatments side by side: what is said of each, and what is said of the two together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from skingraph.claims import Claim, Said, reading_place
from skingraph.concepts import Hierarchy, Named
from skingraph.index import ClaimIndex
from skingraph.prefixes import PREFIXES

if TYPE_CHECKING:
    from skingraph.store import SkinGraph


@dataclass(frozen=True, slots=True)
class Aspect:
    """One property, with what is said of either treatment."""

    predicate: Named
    left: tuple[Said, ...]
    right: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What sources say of the two together (`direct`), and of each, property by property."""

    left: Named
    right: Named
    direct: tuple[Said, ...]
    aspects: tuple[Aspect, ...]


def compare(graph: SkinGraph, left: Named, right: Named) -> Comparison:
    """The two treatments side by side; inherited claims are marked as such."""
    index, hierarchy = ClaimIndex(graph), Hierarchy(graph)
    sides = [_by_predicate(index.said_of(thing.iri)) for thing in (left, right)]
    predicates = {predicate for side in sides for predicate in side}
    aspects = [
        Aspect(predicate, tuple(sides[0].get(predicate, ())), tuple(sides[1].get(predicate, ())))
        for predicate in sorted(predicates, key=reading_place)
    ]
    return Comparison(left, right, tuple(_direct(index, hierarchy, left, right)), tuple(aspects))


def _direct(index: ClaimIndex, hierarchy: Hierarchy, left: Named, right: Named) -> list[Said]:
    """Comparisons of the two, or of one with a class of the other, which is then named."""
    families = [{thing.iri} | hierarchy.broader(thing.iri) for thing in (left, right)]

    def concerns(claim: Claim) -> bool:
        ends = (claim.subject.iri, claim.object.iri if claim.object else "")
        return any(
            ends[0] in one and ends[1] in other for one, other in (families, reversed(families))
        )

    return [Said(claim) for claim in index.where(predicate="comparedWith") if concerns(claim)]


def _by_predicate(said: list[Said]) -> dict[Named, list[Said]]:
    grouped: dict[Named, list[Said]] = {}
    for item in said:
        predicate = item.claim.predicate
        if predicate.slug != "comparedWith" and predicate.iri != PREFIXES["skos"] + "broader":
            grouped.setdefault(predicate, []).append(item)
    return grouped
