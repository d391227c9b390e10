"""Terms of other vocabularies that our concepts match, and the concepts that match a term."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from skingraph.prefixes import PREFIXES, VOCABULARIES, curie, expand

if TYPE_CHECKING:
    from skingraph.store import SkinGraph

_MATCHES: Final = """
SELECT ?concept ?match ?other ?label WHERE {
  VALUES ?match { skos:exactMatch skos:closeMatch skos:broadMatch skos:narrowMatch }
  ?concept ?match ?other .
  FILTER (isIRI(?concept) && isIRI(?other))
  OPTIONAL {
    ?other rdfs:label ?label .
    FILTER (LANG(?label) = "" || LANGMATCHES(LANG(?label), "en"))
  }
}
ORDER BY ?concept ?other DESC(?label)
"""
_NEARNESS: Final = {"exact": 1.0, "close": 0.9, "narrow": 0.8, "broad": 0.7}


@dataclass(frozen=True, slots=True)
class Counterpart:
    """A concept, a term of another vocabulary, and how they match: exact, close, broad, narrow.

    Broad means that the term is broader than the concept.
    """

    concept: str
    iri: str
    label: str
    match: str

    @property
    def curie(self) -> str:
        """The term's IRI in short form, which is how its vocabulary writes it."""
        return curie(self.iri)

    @property
    def nearness(self) -> float:
        """How near the two are, from 0 to 1."""
        return _NEARNESS[self.match]

    def __str__(self) -> str:
        return f"{self.label} ({self.curie}, {self.match})"


def counterparts_of(graph: SkinGraph, concept: str) -> tuple[Counterpart, ...]:
    """The terms of other vocabularies that a concept matches, the nearest first."""
    return _found(graph, concept=ox.NamedNode(concept))


def matching(graph: SkinGraph, name: str) -> tuple[Counterpart, ...]:
    """The concepts that match a term of another vocabulary, the nearest first.

    Args:
        graph: where to look.
        name: an identifier such as MONDO:0011438, in any case, or the term's IRI. For any other
            text there are none, and nothing is asked.
    """
    iri = _of_others(name)
    return _found(graph, other=ox.NamedNode(iri)) if iri else ()


def _found(graph: SkinGraph, **known: ox.NamedNode) -> tuple[Counterpart, ...]:
    pairs = {}
    for concept, match, other, label in graph.select(_MATCHES, **known).terms:
        assert isinstance(concept, ox.NamedNode)
        assert isinstance(match, ox.NamedNode)
        assert isinstance(other, ox.NamedNode)
        way = match.value.removeprefix(PREFIXES["skos"]).removesuffix("Match")
        text = label.value if isinstance(label, ox.Literal) else curie(other.value)
        pairs[concept.value, way, other.value] = Counterpart(concept.value, other.value, text, way)
    return tuple(sorted(pairs.values(), key=lambda one: (-one.nearness, one.curie, one.concept)))


def _of_others(name: str) -> str | None:
    text = name.strip().removeprefix("<").removesuffix(">")
    if text.startswith(tuple(PREFIXES[prefix] for prefix in VOCABULARIES)):
        return None if set(text) & set('<>"{}|^`\\ ') else text
    prefix, _, local = text.partition(":")
    known = prefix.upper() in VOCABULARIES and local.isalnum()
    return expand(f"{prefix.upper()}:{local.upper()}") if known else None
