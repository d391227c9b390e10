"""What forms and the editor suggest: the terms, the concepts by class, other things by class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from skingraph.concepts import Lexicon, Named, plainest
from skingraph.loading import SCHEMA_GRAPH
from skingraph.prefixes import PREFIXES, SKG, curie

if TYPE_CHECKING:
    from skingraph.store import SkinGraph

# A page carries no more concepts than this; beyond it whoever types a label asks the endpoint.
MOST: Final = 5000

_SYNONYMS: Final = (
    "SELECT ?concept ?label { ?concept skos:altLabel ?label } ORDER BY ?concept ?label"
)
# Claims and passages are too many to list, and nobody knows them by a label.
_OTHERS: Final = """
SELECT ?class ?thing ?label WHERE {
  VALUES ?class { skg:EvidenceLevel skg:Authority skg:Source skg:Certainty skg:Polarity
    skg:Strength skg:Severity skg:Effect skg:Direction }
  ?thing a ?class ; rdfs:label|dcterms:title ?label .
}
"""
_OWL: Final = PREFIXES["owl"]
_RDFS: Final = PREFIXES["rdfs"]


@dataclass(frozen=True, slots=True)
class Suggestions:
    """The names that somebody may be about to write.

    `terms` are classes, properties and values of the schema with a word for which of these, and
    their meaning; `concepts` stand with their classes and synonyms; `others` are sources, levels
    and the like by class. `complete` is False where the graph holds more than is listed.
    """

    terms: tuple[tuple[Named, str, str], ...]
    concepts: tuple[tuple[Named, tuple[str, ...], tuple[str, ...]], ...]
    others: dict[str, tuple[Named, ...]]
    complete: bool

    def of_class(self, kind: str) -> tuple[Named, ...]:
        """The things that a parameter of this class may be; `kind` as in a query's header."""
        local = kind.removeprefix("skg:")
        if local in self.others:
            return self.others[local]
        return tuple(
            named for named, kinds, _ in self.concepts if local == "Concept" or local in kinds
        )


def suggestions(graph: SkinGraph) -> Suggestions:
    """What the graph and its schema have to suggest."""
    lexicon = Lexicon(graph)
    synonyms: dict[str, list[str]] = {}
    for concept, label in graph.select(_SYNONYMS).terms:
        if isinstance(concept, ox.NamedNode) and isinstance(label, ox.Literal):
            synonyms.setdefault(concept.value, []).append(label.value)
    named = sorted(map(lexicon.named, lexicon.preferred))
    others: dict[str, dict[str, list[object]]] = {}
    for class_, thing, label in graph.select(_OTHERS).terms:
        if isinstance(class_, ox.NamedNode) and isinstance(thing, ox.NamedNode):
            found = others.setdefault(class_.value.removeprefix(SKG), {})
            found.setdefault(thing.value, []).append(label)
    return Suggestions(
        terms=_terms(graph),
        concepts=tuple(
            (concept, lexicon.kinds(concept.iri), tuple(synonyms.get(concept.iri, ())))
            for concept in named[:MOST]
        ),
        others={
            kind: tuple(sorted(Named(plainest(labels), iri) for iri, labels in found.items()))
            for kind, found in others.items()
        },
        complete=len(named) <= MOST,
    )


def _terms(graph: SkinGraph) -> tuple[tuple[Named, str, str], ...]:
    labels: dict[str, list[object]] = {}
    meanings: dict[str, list[object]] = {}
    words: dict[str, str] = {}
    for quad in graph.store.quads_for_pattern(None, None, None, SCHEMA_GRAPH):
        if not isinstance(quad.subject, ox.NamedNode) or not quad.subject.value.startswith(SKG):
            continue
        iri, property_ = quad.subject.value, quad.predicate.value
        if property_ == f"{_RDFS}label":
            labels.setdefault(iri, []).append(quad.object)
        elif property_ == f"{_RDFS}comment":
            meanings.setdefault(iri, []).append(quad.object)
        elif isinstance(quad.object, ox.NamedNode) and property_.endswith("#type"):
            kind = quad.object.value
            if kind.startswith(_OWL):
                words[iri] = "class" if kind == f"{_OWL}Class" else "property"
    return tuple(
        sorted(
            (
                Named(plainest(found) or curie(iri), iri),
                words.get(iri, "value"),
                plainest(meanings.get(iri, ())),
            )
            for iri, found in labels.items()
        )
    )
