"""Which claims a graph keeps: by evidence, by authority, by source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from skingraph.errors import UnknownName, did_you_mean
from skingraph.rows import union_select

if TYPE_CHECKING:
    import pyoxigraph as ox

_CLAIMS = """
SELECT ?claim ?rank ?authority ?source WHERE {
  ?claim a skg:Claim .
  OPTIONAL {
    ?claim skg:passage/skg:source ?source .
    OPTIONAL { ?source skg:authority/skos:notation ?authority }
    OPTIONAL { ?source skg:evidenceLevel/skg:rank ?sourceRank }
  }
  OPTIONAL { ?claim skg:evidenceLevel/skg:rank ?ownRank }
  BIND (COALESCE(?ownRank, ?sourceRank, 0) AS ?rank)
}
"""


@dataclass(frozen=True, slots=True)
class ClaimFilter:
    """Keep claims of at least this evidence level, of these authorities, of these sources.

    What is left empty does not filter. Levels are E0 to E5, authorities and sources are named by
    their short names (`clinic`, `smartskin-overview`).
    """

    min_evidence: str | None = None
    authorities: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.min_evidence or self.authorities or self.sources)

    def apply(self, store: ox.Store) -> None:
        """Take all other claims out of the store.

        Raises:
            UnknownName: the graph has no such level, authority or source.
        """
        kept = self.kept(store)
        claims = union_select(store, "SELECT DISTINCT ?claim { ?claim a skg:Claim }")
        for claim in {claim for (claim,) in claims} - kept:
            for quad in list(store.quads_for_pattern(claim, None, None, None)):
                store.remove(quad)

    def kept(self, store: ox.Store) -> set[ox.NamedNode]:
        """The claims of a store that it keeps.

        Raises:
            UnknownName: the graph has no such level, authority or source.
        """
        rank = self._rank(store)
        authorities = self._known(store, self.authorities, "skg:Authority", "authority")
        sources = self._known(store, self.sources, "skg:Source", "source")
        kept = set()
        for claim, claim_rank, authority, source in union_select(store, _CLAIMS):
            if (
                int(claim_rank.value) >= rank
                and (not authorities or (authority and authority.value in authorities))
                and (not sources or (source and _slug(source.value) in sources))
            ):
                kept.add(claim)
        return kept

    def _rank(self, store: ox.Store) -> int:
        if self.min_evidence is None:
            return 0
        levels = {
            notation.value: int(rank.value)
            for notation, rank in union_select(
                store, "SELECT ?name ?rank { ?level skg:rank ?rank ; skos:notation ?name }"
            )
        }
        if self.min_evidence.upper() not in levels:
            raise UnknownName(
                f"no evidence level is called {self.min_evidence!r}. "
                f"The levels are {', '.join(sorted(levels))}."
            )
        return levels[self.min_evidence.upper()]

    def _known(
        self, store: ox.Store, names: tuple[str, ...], kind: str, word: str
    ) -> frozenset[str]:
        if not names:
            return frozenset()
        known = {
            notation.value if notation else _slug(thing.value)
            for thing, notation in union_select(
                store,
                f"SELECT ?x ?name {{ ?x a {kind} . OPTIONAL {{ ?x skos:notation ?name }} }}",
            )
        }
        wanted = frozenset(_slug(name).removeprefix("source:") for name in names)
        for name in sorted(wanted - known):
            raise UnknownName(
                f"no {word} is called {name!r}.{did_you_mean(name, known)} "
                f"Known: {', '.join(sorted(known))}."
            )
        return wanted


def _slug(name: str) -> str:
    return name.rsplit("/", 1)[-1].strip().lower()
