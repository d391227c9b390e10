"""The page of the vocabulary: every class, property and value, as the schema itself tells of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from skingraph.concepts import Named, plainest
from skingraph.loading import SCHEMA_GRAPH
from skingraph.prefixes import PREFIXES, SKG, curie

if TYPE_CHECKING:
    from collections.abc import Iterable

    from skingraph.rows import Term as Node
    from skingraph.store import SkinGraph

# How many concepts of a class are named; the catalogue lists the rest.
MEMBERS: Final = 300

_OWL, _RDF, _RDFS, _SKOS = (PREFIXES[name] for name in ("owl", "rdf", "rdfs", "skos"))
_ALIGNED: Final = {
    f"{_SKOS}exactMatch": "the same as",
    f"{_SKOS}closeMatch": "close to",
    f"{_SKOS}broadMatch": "within the broader",
    f"{_SKOS}narrowMatch": "holds the narrower",
}
_USES: Final = f"""
SELECT ?property ?value (COUNT(DISTINCT ?claim) AS ?uses) (MIN(STR(?claim)) AS ?example) WHERE {{
  ?claim a skg:Claim ; ?property ?any .
  BIND (IF(isIRI(?any) && STRSTARTS(STR(?any), "{SKG}"), ?any, skg:Claim) AS ?value)
}}
GROUP BY ?property ?value
"""
_GRADED: Final = """
SELECT ?value (COUNT(DISTINCT ?source) AS ?uses) WHERE {
  ?source a skg:Source ; skg:evidenceLevel|skg:authority ?value .
}
GROUP BY ?value
"""
_MEMBERS: Final = """
SELECT DISTINCT ?class ?concept ?label WHERE {
  ?class rdfs:subClassOf* skg:Concept .
  ?concept a ?class ; skos:prefLabel ?label .
}
ORDER BY ?class ?label ?concept
"""


@dataclass(slots=True)
class Term:
    """A class, a property or a value of the vocabulary, with all that the schema says of it."""

    name: Named
    types: set[str] = field(default_factory=set)
    definition: str = ""
    parents: list[str] = field(default_factory=list)
    domain: list[str] = field(default_factory=list)
    range: list[str] = field(default_factory=list)
    unit: str = ""
    negated: str = ""
    inverse_label: str = ""
    inverse: list[str] = field(default_factory=list)
    aligned: list[tuple[str, str]] = field(default_factory=list)
    notation: str = ""
    uses: int = 0
    used_by: str = "claim"
    example: str = ""
    members: list[Named] = field(default_factory=list)
    more: int = 0

    @property
    def kind(self) -> str:
        """In one word what it is."""
        if f"{_OWL}Class" in self.types:
            return "class"
        if any(kind.startswith(_OWL) and kind.endswith("Property") for kind in self.types):
            return "property"
        return "value"


def schema_view(graph: SkinGraph) -> dict[str, Any]:
    """What the template of the vocabulary's page shows."""
    terms = _terms(graph)
    _count(graph, terms)
    _list_members(graph, terms)
    chapters: dict[str, list[Term]] = {heading: [] for heading in _HEADINGS}
    for term in terms.values():
        chapters[_chapter(term, terms)].append(term)
    return {
        "chapters": [
            (heading, sorted(found, key=_order)) for heading, found in chapters.items() if found
        ],
        "terms": terms,
    }


_HEADINGS: Final = (
    "Classes of concepts",
    "Classes of records and of values",
    "Relations between concepts",
    "Quantities",
    "What a claim says beside its three parts",
    "Passages and sources",
    "Inferred properties, inverses and annotations",
    "Evidence levels",
    "Authorities",
    "Other values",
)


def _chapter(term: Term, terms: dict[str, Term]) -> str:
    above = _above(term, terms)
    if term.kind == "class":
        return _HEADINGS[0 if f"{SKG}Concept" in {term.name.iri, *above} else 1]
    if term.kind == "property":
        if f"{SKG}relation" in {term.name.iri, *above} and (term.negated or term.uses):
            return _HEADINGS[2]
        if f"{SKG}Quantity" in term.types:
            return _HEADINGS[3]
        if f"{SKG}Claim" in term.domain:
            return _HEADINGS[4]
        records = {f"{SKG}Passage", f"{SKG}Source"}
        slugs = {"hash", "evidenceLevel", "rank"}
        return _HEADINGS[5 if records & set(term.domain) or term.name.slug in slugs else 6]
    if f"{SKG}EvidenceLevel" in term.types:
        return _HEADINGS[7]
    return _HEADINGS[8 if f"{SKG}Authority" in term.types else 9]


def _above(term: Term, terms: dict[str, Term]) -> set[str]:
    found: set[str] = set()
    waiting = list(term.parents)
    while waiting:
        iri = waiting.pop()
        if iri not in found:
            found.add(iri)
            waiting += terms[iri].parents if iri in terms else []
    return found


def _order(term: Term) -> tuple[str, str]:
    # Evidence levels from the strongest down, all else by label.
    level = f"{9 - int(term.notation[1:])}" if term.notation[1:].isdigit() else ""
    return level, term.name.label.casefold()


def _terms(graph: SkinGraph) -> dict[str, Term]:
    facts: dict[str, dict[str, list[Node]]] = {}
    names: dict[str, list[Node]] = {}
    for quad in graph.store.quads_for_pattern(None, None, None, SCHEMA_GRAPH):
        if not isinstance(quad.subject, ox.NamedNode):
            continue
        found = facts.setdefault(quad.subject.value, {})
        found.setdefault(quad.predicate.value, []).append(quad.object)
        if quad.predicate.value == f"{_RDFS}label":
            names.setdefault(quad.subject.value, []).append(quad.object)
    labels = {iri: plainest(found) for iri, found in names.items()}
    return {
        iri: _term(iri, said, labels)
        for iri, said in sorted(facts.items())
        if iri.startswith(SKG) and f"{_RDF}type" in said
    }


def _term(iri: str, said: dict[str, list[Node]], labels: dict[str, str]) -> Term:
    def iris(*properties: str) -> list[str]:
        found = (node for name in properties for node in said.get(name, ()))
        return sorted(node.value for node in found if isinstance(node, ox.NamedNode))

    def text(property_: str) -> str:
        return plainest(said.get(property_, ()))

    units = iris(f"{SKG}unit")
    return Term(
        name=Named(labels.get(iri, curie(iri)), iri),
        types=set(iris(f"{_RDF}type")),
        definition=text(f"{_RDFS}comment"),
        parents=iris(f"{_RDFS}subClassOf", f"{_RDFS}subPropertyOf"),
        domain=iris(f"{_RDFS}domain"),
        range=iris(f"{_RDFS}range"),
        unit=f"{labels.get(units[0], '')} ({curie(units[0])})" if units else "",
        negated=text(f"{SKG}negatedLabel"),
        inverse_label=text(f"{SKG}inverseLabel"),
        inverse=iris(f"{_OWL}inverseOf"),
        aligned=[(word, other) for name, word in _ALIGNED.items() for other in iris(name)],
        notation=text(f"{_SKOS}notation"),
    )


def _count(graph: SkinGraph, terms: dict[str, Term]) -> None:
    """How many claims use a term, and one that does."""
    for row in graph.select(_USES):
        counted: Iterable[str] = {str(row["property"]), str(row["value"])} - {f"{SKG}Claim"}
        for iri in counted:
            if iri in terms:
                terms[iri].uses += int(str(row["uses"]))
                example = str(row["example"])
                terms[iri].example = min(terms[iri].example or example, example)
    for row in graph.select(_GRADED):
        term = terms.get(str(row["value"]))
        if term is not None:
            term.uses, term.used_by, term.example = int(str(row["uses"])), "source", ""


def _list_members(graph: SkinGraph, terms: dict[str, Term]) -> None:
    found: dict[str, dict[str, list[Node | None]]] = {}
    for class_, concept, label in graph.select(_MEMBERS).terms:
        if isinstance(class_, ox.NamedNode) and isinstance(concept, ox.NamedNode):
            found.setdefault(class_.value, {}).setdefault(concept.value, []).append(label)
    for iri, members in found.items():
        if iri in terms:
            named = sorted(Named(plainest(labels), one) for one, labels in members.items())
            terms[iri].members, terms[iri].more = named[:MEMBERS], max(0, len(named) - MEMBERS)
