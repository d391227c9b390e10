"""The matrix: which treatment is said to treat which concern, how firmly, and by how many."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from skingraph.concepts import Lexicon
from skingraph.index import ClaimIndex
from skingraph.pages.explorer import MOST_CLAIMS, count_of_claims
from skingraph.picture import links_of

if TYPE_CHECKING:
    from skingraph.concepts import Named
    from skingraph.picture import Link
    from skingraph.store import SkinGraph

# More of either does not fit on a page; the most spoken of are kept, and the rest is counted.
TREATMENTS: Final = 40
CONCERNS: Final = 60


@dataclass(frozen=True, slots=True)
class Cell:
    """What is said of one treatment and one concern."""

    link: Link

    @property
    def words(self) -> str:
        """How it is said, such as "hedged" or "in part"."""
        return "denied" if self.link.manner == "refuted" else self.link.manner

    @property
    def level(self) -> str:
        """The strongest evidence level."""
        return max((one.claim.evidence for one in self.link.said), default="")

    @property
    def sources(self) -> int:
        """How many documents speak."""
        return len({source for one in self.link.said for source in one.claim.sources})


def matrix_view(graph: SkinGraph) -> dict[str, Any] | None:
    """What the template of the matrix shows, or None where the graph is too large for a page."""
    if count_of_claims(graph) > MOST_CLAIMS:
        return None
    lexicon = Lexicon(graph)
    cells = {
        (link.object, link.subject): Cell(link)
        for link in links_of(ClaimIndex(graph), lexicon)
        if link.predicate.slug == "treats"
    }
    treatments, treatments_left = _most([pair[1] for pair in cells], TREATMENTS)
    concerns, concerns_left = _most([pair[0] for pair in cells], CONCERNS)
    return {
        "cells": cells,
        "treatments": treatments,
        "concerns": concerns,
        "left": treatments_left + concerns_left,
    }


def _most(named: list[Named], most: int) -> tuple[list[Named], int]:
    """Those met most often, in the order of their labels, and how many there is no room for."""
    found = Counter(named)
    kept = sorted(found, key=lambda one: (-found[one], one))[:most]
    return sorted(kept, key=lambda one: (one.label.casefold(), one)), len(found) - len(kept)
