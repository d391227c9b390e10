"""Concepts: found by whatever people call them, and described."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from skingraph.counterparts import Counterpart, counterparts_of, matching
from skingraph.errors import UnknownName
from skingraph.prefixes import SKG, SKIN, curie, expand
from skingraph.rows import value_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from skingraph.rows import Term
    from skingraph.store import SkinGraph

_LABELS = """
SELECT ?concept ?property ?label WHERE {
  VALUES ?property { skos:prefLabel skos:altLabel skos:hiddenLabel }
  ?concept ?property ?label .
  FILTER (isIRI(?concept) && isLiteral(?label))
}
"""
_KINDS = """
SELECT ?concept ?class WHERE {
  ?class rdfs:subClassOf+ skg:Concept .
  ?direct rdfs:subClassOf* ?class .
  ?concept a ?direct .
  FILTER (isIRI(?concept) && isIRI(?class))
}
"""
_DESCRIPTION = """
SELECT ?concept ?property ?value ?label WHERE {
  ?concept ?property ?value .
  VALUES ?property { rdf:type skos:definition skos:altLabel skos:broader skos:related }
  OPTIONAL { ?value skos:prefLabel ?label }
}
ORDER BY ?property ?label ?value
"""
_NARROWER = """
SELECT ?concept ?narrower ?label WHERE {
  ?narrower skos:broader ?concept ; skos:prefLabel ?label .
}
ORDER BY ?label
"""


@dataclass(frozen=True, slots=True, order=True)
class Named:
    """A thing with its label: a concept, a property, a class."""

    label: str
    iri: str

    @property
    def curie(self) -> str:
        """The IRI in short form."""
        return curie(self.iri)

    @property
    def slug(self) -> str:
        """The last part of the IRI."""
        return re.split(r"[/#]", self.iri)[-1]


@dataclass(frozen=True, slots=True)
class Match:
    """A concept that a text may mean: the label it matched by, and how near it is (0 to 1)."""

    concept: Named
    kinds: tuple[str, ...]
    matched: str
    score: float


@dataclass(frozen=True, slots=True)
class Concept:
    """A concept as people know it: its names, its meaning, its place among the others."""

    name: Named
    kinds: tuple[str, ...]
    definition: str
    synonyms: tuple[str, ...]
    broader: tuple[Named, ...]
    narrower: tuple[Named, ...]
    related: tuple[Named, ...]
    counterparts: tuple[Counterpart, ...] = ()


def fold(text: str) -> str:
    """The text as it is compared: case, accents' forms, hyphens and spaces make no difference.

    >>> fold("  Micro-Needling ")
    'micro needling'
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = plain.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return " ".join(re.sub(r"[-_\N{EN DASH}]", " ", plain).split())


def plainest(labels: Iterable[object]) -> str:
    """The label to show of those in several languages: an English one first; "" where is none."""
    texts = [label for label in labels if isinstance(label, ox.Literal)]
    if len(texts) > 1:
        texts.sort(key=lambda text: ((text.language or "en").split("-")[0] != "en", text.value))
    return texts[0].value if texts else ""


class Lexicon:
    """Every label of a graph's concepts, so that what a person types is found."""

    def __init__(self, graph: SkinGraph) -> None:
        self._graph = graph
        self._by_label: dict[str, dict[str, bool]] = {}
        self._as_written: dict[str, str] = {}
        names: dict[str, list[ox.Literal]] = {}
        for concept, kind, label in graph.select(_LABELS).terms:
            assert isinstance(concept, ox.NamedNode)
            assert isinstance(kind, ox.NamedNode)
            assert isinstance(label, ox.Literal)
            preferred = kind.value.endswith("prefLabel")
            if preferred:
                names.setdefault(concept.value, []).append(label)
            key = fold(label.value)
            # Of several spellings the same one is shown every time.
            written = self._as_written.setdefault(key, label.value)
            self._as_written[key] = min(written, label.value)
            owners = self._by_label.setdefault(key, {})
            owners[concept.value] = owners.get(concept.value, False) or preferred
        self.preferred = {iri: plainest(labels) for iri, labels in names.items()}
        self._kinds: dict[str, set[str]] = {}
        for iri, class_ in graph.select(_KINDS).terms:
            assert isinstance(iri, ox.NamedNode)
            assert isinstance(class_, ox.NamedNode)
            self._kinds.setdefault(iri.value, set()).add(class_.value.removeprefix(SKG))

    def named(self, iri: str) -> Named:
        """The concept with its preferred label, or with its short IRI where it has none."""
        return Named(self.preferred.get(iri, curie(iri)), iri)

    def kinds(self, iri: str) -> tuple[str, ...]:
        """The classes of a concept, such as ("Concern", "SideEffect")."""
        return tuple(sorted(self._kinds.get(iri, ())))

    def resolve(self, name: str, kinds: Iterable[str] = ()) -> Named:
        """The one concept that a person means by an IRI, a CURIE, a slug, a label or a synonym.

        An identifier of another vocabulary, such as MONDO:0011438, means its exact match.

        Args:
            name: what was typed, in any case.
            kinds: classes of which the concept must have one, such as "Treatment".

        Raises:
            UnknownName: nothing is called so, or it is not of these kinds, or it names several.
        """
        wanted = set(kinds)
        found = sorted(self._candidates(name))
        fitting = [iri for iri in found if not wanted or wanted & self._kinds.get(iri, set())]
        if len(fitting) == 1:
            return self.named(fitting[0])
        if len(fitting) > 1:
            names = ", ".join(f"{self.named(iri).label} ({curie(iri)})" for iri in fitting)
            raise UnknownName(f"{name!r} names several concepts: {names}. Write one of them.")
        if found:
            asked = " or ".join(sorted(wanted))
            raise UnknownName(
                f"{name!r} is {_article(' and '.join(self.kinds(found[0])))}, not {_article(asked)}."
                f"{self._hint(name, wanted)}"
            )
        near = matching(self._graph, name)
        if near:
            ways = ", ".join(f"{self.named(one.concept).label} ({one.match})" for one in near)
            raise UnknownName(
                f"{name} ({near[0].label}) is the exact match of no concept. Near it: {ways}."
            )
        raise UnknownName(f"nothing is called {name!r}.{self._hint(name, wanted)}")

    def find(self, text: str, *, limit: int = 10, kinds: Iterable[str] = ()) -> list[Match]:
        """The concepts that a text may mean, nearest first; typing errors are forgiven.

        An identifier of another vocabulary finds the concepts that match its term in some way.
        """
        wanted, key = set(kinds), fold(text)
        found = [
            Match(self.named(one.concept), self.kinds(one.concept), str(one), one.nearness)
            for one in matching(self._graph, text)
            if not wanted or wanted & self._kinds.get(one.concept, set())
        ]
        if found:
            return sorted(found, key=lambda match: (-match.score, match.concept))[:limit]
        best: dict[str, tuple[float, str]] = {}
        for label, owners in sorted(self._by_label.items()):
            score = _likeness(key, label)
            for iri, preferred in owners.items():
                points = score + (0.01 if preferred and score else 0.0)
                fits = not wanted or wanted & self._kinds.get(iri, set())
                if fits and points > best.get(iri, (0.0, ""))[0]:
                    best[iri] = (points, label)
        ranked = sorted(best.items(), key=lambda item: (-item[1][0], self.named(item[0])))
        return [
            Match(self.named(iri), self.kinds(iri), self._as_written[label], min(score, 1.0))
            for iri, (score, label) in ranked[:limit]
        ]

    def _candidates(self, name: str) -> set[str]:
        text = name.strip()
        if text.startswith("<") and text.endswith(">"):
            text = text[1:-1]
        iri = text if "://" in text else expand(text) or SKIN + text
        for written in (iri, expand(text.lower()) or SKIN + text.lower()):
            if written in self.preferred:
                return {written}
        exact = {one.concept for one in matching(self._graph, text) if one.match == "exact"}
        if exact:
            return exact
        key = fold(text)
        owners = self._by_label.get(key) or self._by_label.get(key.removesuffix("s")) or {}
        # A preferred label beats another concept's synonym.
        return {iri for iri, preferred in owners.items() if preferred} or set(owners)

    def _hint(self, name: str, kinds: set[str]) -> str:
        near = [
            match.concept.label
            for match in self.find(name, limit=3, kinds=kinds)
            if match.score >= 0.5
        ]
        if not near:
            return " Look with: skingraph find TEXT"
        return f" Did you mean {' or '.join(repr(label) for label in near)}?"


class Hierarchy:
    """Which concept is broader than which, read once."""

    def __init__(self, graph: SkinGraph) -> None:
        self._broader: dict[str, set[str]] = {}
        self._narrower: dict[str, set[str]] = {}
        self._related: dict[str, set[str]] = {}
        for row in graph.select("SELECT ?n ?b { ?n skos:broaderTransitive ?b }"):
            narrower, broader = str(row["n"]), str(row["b"])
            self._broader.setdefault(narrower, set()).add(broader)
            self._narrower.setdefault(broader, set()).add(narrower)
        for row in graph.select("SELECT ?a ?b { ?a skos:related ?b }"):
            self._related.setdefault(str(row["a"]), set()).add(str(row["b"]))
            self._related.setdefault(str(row["b"]), set()).add(str(row["a"]))

    def broader(self, iri: str) -> frozenset[str]:
        """All concepts above, at any distance."""
        return frozenset(self._broader.get(iri, ()))

    def narrower(self, iri: str) -> frozenset[str]:
        """All concepts below, at any distance."""
        return frozenset(self._narrower.get(iri, ()))

    def related(self, iri: str) -> frozenset[str]:
        """The concepts beside it that are easily taken for it."""
        return frozenset(self._related.get(iri, ()))


def describe(graph: SkinGraph, concept: Named) -> Concept:
    """What the graph says of a concept apart from claims."""
    node = ox.NamedNode(concept.iri)
    facts: dict[Term | None, dict[Term | None, list[Term | None]]] = {}
    for _, property_, value, label in graph.select(_DESCRIPTION, concept=node).terms:
        facts.setdefault(property_, {}).setdefault(value, []).append(label)
    narrower: dict[Term | None, list[Term | None]] = {}
    for _, iri, label in graph.select(_NARROWER, concept=node).terms:
        narrower.setdefault(iri, []).append(label)

    def values(name: str) -> dict[Term | None, list[Term | None]]:
        return facts.get(ox.NamedNode(expand(name) or name), {})

    return Concept(
        name=concept,
        kinds=tuple(named.slug for named in _named(values("rdf:type"))),
        definition=plainest(values("skos:definition")),
        synonyms=tuple(str(value_of(name)) for name in values("skos:altLabel")),
        broader=_named(values("skos:broader")),
        narrower=_named(narrower),
        related=_named(values("skos:related")),
        counterparts=counterparts_of(graph, concept.iri),
    )


def _named(labels: dict[Term | None, list[Term | None]]) -> tuple[Named, ...]:
    return tuple(
        Named(plainest(found) or curie(thing.value), thing.value)
        for thing, found in labels.items()
        if isinstance(thing, ox.NamedNode)
    )


def _likeness(text: str, label: str) -> float:
    """How near a typed text is to a label, from 0 to 1."""
    if text == label:
        return 1.0
    if not text:
        return 0.0
    if label.startswith(text):
        return 0.9
    if re.search(rf"\b{re.escape(text)}", label):
        return 0.8
    if text in label:
        return 0.7
    import difflib

    # The quick ratios are upper bounds; without them a long text takes minutes.
    matcher = difflib.SequenceMatcher(None, text, label)
    if matcher.real_quick_ratio() < 0.7 or matcher.quick_ratio() < 0.7:
        return 0.0
    ratio = matcher.ratio()
    return ratio * 0.7 if ratio >= 0.7 else 0.0


def _article(word: str) -> str:
    return f"{'an' if word[:1].lower() in 'aeiou' else 'a'} {word}"
