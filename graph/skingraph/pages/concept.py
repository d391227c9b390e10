"""The page of a concept: its names, its place, and all that is said of it, in reading order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from skingraph.claims import Said, reading_place
from skingraph.concepts import Lexicon, Named, describe, plainest
from skingraph.index import ClaimIndex
from skingraph.pages.about import readable
from skingraph.pages.silence import silent_properties, unspoken_treatments
from skingraph.picture import Link
from skingraph.prefixes import PREFIXES, curie

if TYPE_CHECKING:
    from collections.abc import Iterable

    from skingraph.claims import Claim, Source
    from skingraph.store import SkinGraph

# A section of more groups than this shows the first few and folds the others away.
_UNFOLDED: Final = 12
_HEAD: Final = 8
_MATCHES: Final = {
    "exactMatch": "exact match",
    "closeMatch": "close match",
    "broadMatch": "broader match",
    "narrowMatch": "narrower match",
    "relatedMatch": "related match",
}
_MAPPINGS: Final = """
SELECT ?property ?other ?label WHERE {
  VALUES ?property {
    skos:exactMatch skos:closeMatch skos:broadMatch skos:narrowMatch skos:relatedMatch
  }
  ?thing ?property ?other .
  OPTIONAL { ?other rdfs:label|skos:prefLabel ?label }
}
ORDER BY ?property ?other ?label
"""
_LABELS: Final = """
SELECT ?label WHERE { ?thing skos:prefLabel|skos:altLabel ?label }
ORDER BY LANG(?label) ?label
"""
_INVERSES: Final = "SELECT ?property ?label { ?property skg:inverseLabel ?label }"
_CHAINS: Final = "SELECT ?from ?to { ?from skg:mayHelp ?to }"


@dataclass(frozen=True, slots=True)
class Group:
    """What is said of one pair of things, or of one quantity: `other` stands at its other end."""

    other: Named | None
    said: tuple[Said, ...]
    manner: str

    @property
    def sources(self) -> tuple[Source, ...]:
        """The documents that speak, each once."""
        return tuple(dict.fromkeys(source for one in self.said for source in one.claim.sources))

    @property
    def levels(self) -> tuple[str, ...]:
        """The evidence levels, the strongest first."""
        return tuple(sorted({one.claim.evidence for one in self.said} - {""}, reverse=True))

    @property
    def denied(self) -> bool:
        """Whether a source denies it, altogether or in part."""
        return any(not one.claim.supports for one in self.said)

    @property
    def warns(self) -> bool:
        """Whether it holds a caution or a red flag that a source affirms."""
        return any(
            one.claim.supports
            and (one.claim.is_caution or one.claim.predicate.slug == "redFlagAfter")
            for one in self.said
        )

    @property
    def firmness(self) -> int:
        """Where it stands among cautions: what is refused first, then what is advised against."""
        strengths = {one.claim.strength for one in self.said if one.claim.supports}
        return 0 if "absolute" in strengths else 1 if "relative" in strengths else 2


@dataclass(frozen=True, slots=True)
class Section:
    """All that is said with one property, read from the side of the page's thing."""

    name: str
    predicate: Named
    heading: str
    groups: tuple[Group, ...]

    @property
    def count(self) -> int:
        """How many claims."""
        return sum(len(group.said) for group in self.groups)

    def shown(self, folded: bool) -> tuple[Group, ...]:
        """What stands before the fold: of a folded section only cautions and denials."""
        if (not folded and len(self.groups) <= _UNFOLDED) or any(
            group.warns for group in self.groups
        ):
            return self.groups
        head = () if folded else self.groups[:_HEAD]
        return (*head, *(one for one in self.groups[len(head) :] if one.denied))


def concept_view(graph: SkinGraph, iri: str) -> dict[str, Any]:
    """What the template of a concept's page shows."""
    part, left_out = readable(graph, iri)
    lexicon, index = Lexicon(part), ClaimIndex(part)
    name = lexicon.named(iri)
    said, others = index.said_of(iri), index.said_elsewhere(iri)
    own = [one for one in said if one.inherited_from is None]
    donors: dict[Named, list[Said]] = {}
    for one in said:
        if one.inherited_from is not None:
            donors.setdefault(one.inherited_from, []).append(one)
    sections = _sections(own, "said")
    elsewhere = _sections(others, "of", _inverse_labels(part))
    naming = [Said(claim) for claim in index.naming(iri)]
    return {
        "name": name,
        "concept": describe(part, name),
        "labels": _other_languages(part, iri, name.label),
        "mappings": _mappings(part, iri),
        "sections": sections,
        "disagreements": [
            (section, group)
            for section in (*sections, *elsewhere)
            for group in section.groups
            if group.manner in ("disputed", "in part")
        ],
        "inherited": [
            (donor, _sections(donors[donor], f"from-{donor.slug}")) for donor in sorted(donors)
        ],
        "elsewhere": elsewhere,
        "naming": sorted(naming, key=lambda one: str(one.claim)),
        "chains": _chains(part, lexicon, iri),
        "handed": _handed(index, lexicon, iri),
        "silent": silent_properties(graph, iri),
        "unspoken": unspoken_treatments(graph, iri),
        "sources": sorted(
            {source for one in (*said, *others) for source in one.claim.sources},
            key=lambda source: source.title,
        ),
        "example": own[0].claim if own else others[0].claim if others else None,
        "left_out": left_out,
        "nothing": not (said or others or naming),
    }


def _sections(
    said: Iterable[Said], lead: str, inverses: dict[str, str] | None = None
) -> tuple[Section, ...]:
    """What is said, by property, then by the thing at the other end; the most said of first."""
    found: dict[Named, dict[Named | None, list[Said]]] = {}
    for one in said:
        claim = one.claim
        other = claim.object if inverses is None else claim.subject
        found.setdefault(claim.predicate, {}).setdefault(other, []).append(one)
    sections = []
    for predicate in sorted(found, key=reading_place):
        groups = [_group(predicate, other, many) for other, many in found[predicate].items()]
        groups.sort(key=lambda one: (one.firmness, -len(one.said), one.other or Named("", "")))
        heading = (inverses or {}).get(predicate.iri, predicate.label)
        name = f"{lead}-{predicate.slug}"
        sections.append(Section(name, predicate, heading, tuple(groups)))
    return tuple(sections)


def _group(predicate: Named, other: Named | None, said: list[Said]) -> Group:
    ordered = tuple(sorted(said, key=_order))
    if other is None:
        return Group(None, ordered, "")
    return Group(other, ordered, Link(said[0].claim.subject, predicate, other, ordered).manner)


def _order(said: Said) -> tuple[bool, bool, str]:
    claim: Claim = said.claim
    return not claim.supports, claim.hedged, claim.iri


def _inverse_labels(part: SkinGraph) -> dict[str, str]:
    return {str(row["property"]): str(row["label"]) for row in part.select(_INVERSES)}


def _other_languages(part: SkinGraph, iri: str, shown: str) -> list[tuple[str, str]]:
    """Names in languages other than English, with their language tags."""
    rows = part.select(_LABELS.replace("?thing", f"<{iri}>"))
    return [
        (term.value, term.language)
        for (term,) in rows.terms
        if isinstance(term, ox.Literal)
        and term.language
        and not term.language.startswith("en")
        and term.value != shown
    ]


def _mappings(part: SkinGraph, iri: str) -> dict[str, list[Named]]:
    """The terms of other vocabularies, by how they stand to this one; the nearest first."""
    found: dict[tuple[str, str], list[object]] = {}
    for property_, other, label in part.select(_MAPPINGS.replace("?thing", f"<{iri}>")).terms:
        if isinstance(property_, ox.NamedNode) and isinstance(other, ox.NamedNode):
            name = property_.value.removeprefix(PREFIXES["skos"])
            found.setdefault((name, other.value), []).append(label)
    mappings: dict[str, list[Named]] = {word: [] for word in _MATCHES.values()}
    for (name, iri_there), labels in found.items():
        mappings[_MATCHES[name]].append(Named(plainest(labels) or curie(iri_there), iri_there))
    return {word: sorted(others) for word, others in mappings.items() if others}


def _chains(part: SkinGraph, lexicon: Lexicon, iri: str) -> list[Named]:
    """What a chain of claims joins to this, from treatment over mechanism to concern."""
    ends = {(str(row["from"]), str(row["to"])) for row in part.select(_CHAINS)}
    return sorted(lexicon.named(one if other == iri else other) for one, other in ends)


def _handed(index: ClaimIndex, lexicon: Lexicon, iri: str) -> list[tuple[Claim, list[Named]]]:
    """The claims that name this and are handed on, each with the treatments that inherit it."""
    found: dict[str, set[str]] = {}
    for treatment, handed in index.inherited.items():
        for one in handed:
            if one.claim.object is not None and one.claim.object.iri == iri:
                found.setdefault(one.claim.iri, set()).add(treatment)
    claims = sorted((index.claims[name] for name in found), key=_reading_order)
    return [(claim, sorted(map(lexicon.named, found[claim.iri]))) for claim in claims]


def _reading_order(claim: Claim) -> tuple[tuple[int, str], str]:
    return reading_place(claim.predicate), str(claim)
