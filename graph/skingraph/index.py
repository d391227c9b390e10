"""The claims of a graph, read once, and looked up by what they say of what."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pyoxigraph as ox

from skingraph.claims import SCOPES, Claim, Passage, Said, Source
from skingraph.concepts import Named
from skingraph.errors import UnknownName
from skingraph.prefixes import PREFIXES, SKG, curie
from skingraph.rows import value_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from skingraph.rows import Term, Value
    from skingraph.store import SkinGraph

_RDF = PREFIXES["rdf"]
_STATEMENTS = """
SELECT ?claim ?property ?value ?label WHERE {
  ?claim a skg:Claim ; ?property ?value .
  FILTER (?property != rdf:type)
  OPTIONAL { ?value skos:prefLabel ?concept }
  OPTIONAL { ?value rdfs:label ?term }
  BIND (COALESCE(?concept, ?term) AS ?label)
}
"""
_PASSAGES = """
SELECT ?passage ?source ?section ?start ?end ?hash WHERE {
  ?passage a skg:Passage ; skg:source ?source .
  OPTIONAL { ?passage skg:section ?section }
  OPTIONAL { ?passage skg:start ?start }
  OPTIONAL { ?passage skg:end ?end }
  OPTIONAL { ?passage skg:hash ?hash }
}
"""
_SOURCES = """
SELECT ?source ?title ?kind ?date ?file ?hash ?evidence ?authority WHERE {
  ?source a skg:Source .
  OPTIONAL { ?source dcterms:title ?title }
  OPTIONAL { ?source skg:kind ?kind }
  OPTIONAL { ?source dcterms:date ?date }
  OPTIONAL { ?source skg:file ?file }
  OPTIONAL { ?source skg:hash ?hash }
  OPTIONAL { ?source skg:evidenceLevel/skos:notation ?evidence }
  OPTIONAL { ?source skg:authority/skos:notation ?authority }
}
ORDER BY ?source
"""
_INHERITED = """
SELECT ?treatment ?claim WHERE {
  ?edge a skg:InheritedEdge ;
    rdf:subject ?treatment ;
    skg:basedOn ?claim .
}
ORDER BY ?treatment ?claim
"""
_UNITS = "SELECT ?property ?unit WHERE { ?property skg:unit/rdfs:label ?unit }"


class ClaimIndex:
    """All claims of a graph as typed values, read once."""

    def __init__(self, graph: SkinGraph) -> None:
        self.sources = {source.iri: source for source in _sources(graph)}
        passages = _passages(graph, self.sources)
        units = {str(row["property"]): str(row["unit"]) for row in graph.select(_UNITS)}
        statements: dict[str, dict[str, list[tuple[Term, str]]]] = {}
        for claim, property_, value, label in graph.select(_STATEMENTS).terms:
            assert isinstance(claim, ox.NamedNode)
            assert isinstance(property_, ox.NamedNode)
            assert value is not None
            text = label.value if isinstance(label, ox.Literal) else ""
            fields = statements.setdefault(claim.value, {})
            pair = (value, text)
            if pair not in fields.setdefault(property_.value, []):
                fields[property_.value].append(pair)
        labels = _predicate_labels(graph)
        self.claims = {
            iri: _claim(iri, fields, passages, units, labels)
            for iri, fields in sorted(statements.items())
        }

        self.inherited: dict[str, list[Said]] = {}
        for row in graph.select(_INHERITED):
            basis = self.claims.get(str(row["claim"]))
            if basis is not None:
                said = Said(basis, basis.subject)
                self.inherited.setdefault(str(row["treatment"]), []).append(said)

    def said_of(self, iri: str) -> list[Said]:
        """What is said of a thing as subject: its own claims, then those it inherits."""
        own = [Said(claim) for claim in self.where(subject=iri)]
        return own + self.inherited.get(iri, [])

    def said_elsewhere(self, iri: str) -> list[Said]:
        """The claims about other things in which a thing is the object."""
        return [Said(claim) for claim in self.where(object=iri) if claim.subject.iri != iri]

    def naming(self, iri: str) -> list[Claim]:
        """The claims that name a thing only as scope, reason or attribute."""
        return [
            claim
            for claim in self.claims.values()
            if iri in {named.iri for named in claim.circumstances}
            and iri not in {claim.subject.iri, claim.object.iri if claim.object else ""}
        ]

    def where(
        self, *, subject: str | None = None, predicate: str | None = None, object: str | None = None
    ) -> list[Claim]:
        """The claims with this subject, predicate (a local name such as `treats`) and object."""
        return [
            claim
            for claim in self.claims.values()
            if (subject is None or claim.subject.iri == subject)
            and (predicate is None or claim.predicate.iri == SKG + predicate)
            and (object is None or (claim.object is not None and claim.object.iri == object))
        ]

    def named(self, name: str) -> Claim:
        """The claim of that IRI, CURIE or slug.

        Raises:
            UnknownName: no claim is called so.
        """
        slug = name.strip("<>").removeprefix("claim:").rsplit("/", 1)[-1]
        iri = PREFIXES["claim"] + slug
        if iri not in self.claims:
            raise UnknownName(
                f"no claim is called {name!r}. List them with: skingraph query claims"
            )
        return self.claims[iri]


def _claim(
    iri: str,
    fields: dict[str, list[tuple[Term, str]]],
    passages: dict[str, Passage],
    units: dict[str, str],
    labels: dict[str, str],
) -> Claim:
    def things(name: str) -> tuple[Named, ...]:
        pairs = fields.get(name if "://" in name else SKG + name, [])
        return tuple(
            sorted(
                Named(label or curie(value.value), value.value)
                for value, label in pairs
                if isinstance(value, ox.NamedNode)
            )
        )

    def thing(name: str) -> Named | None:
        return next(iter(things(name)), None)

    def plain(name: str) -> Value:
        pairs = fields.get(SKG + name, [])
        return value_of(pairs[0][0]) if pairs else None

    def number(name: str) -> Decimal | None:
        value = plain(name)
        return None if value is None else Decimal(str(value))

    def label(name: str) -> str:
        found = thing(name)
        return found.label if found else ""

    predicate = thing(_RDF + "predicate") or Named("", "")
    found = sorted(
        (passages[p.iri] for p in things("passage") if p.iri in passages),
        key=lambda passage: (passage.source.iri, passage.start, passage.end),
    )
    own_level = thing("evidenceLevel")
    levels = [passage.source.evidence for passage in found]
    order = plain("order")
    note = fields.get(PREFIXES["skos"] + "editorialNote")
    return Claim(
        iri=iri,
        subject=thing(_RDF + "subject") or Named("", ""),
        predicate=Named(labels.get(predicate.iri, predicate.label), predicate.iri),
        object=thing(_RDF + "object"),
        polarity=label("polarity"),
        certainty=label("certainty"),
        passages=tuple(found),
        evidence=own_level.slug if own_level else max(levels, default=""),
        hedge=str(plain("hedge") or ""),
        frequency=str(plain("frequency") or ""),
        strength=label("strength"),
        effect=thing("effect"),
        direction=thing("direction"),
        expected=bool(plain("expected")),
        minimum=number("minimum"),
        maximum=number("maximum"),
        unit=units.get(predicate.iri, ""),
        stated_as=str(plain("statedAs") or ""),
        start_hour=number("startHour"),
        end_hour=number("endHour"),
        order=None if order is None else int(str(order)),
        because=things("becauseOf"),
        attributes=things("attribute"),
        scopes=tuple((kind, named) for kind in SCOPES for named in things(kind)),
        condition=str(plain("condition") or ""),
        note=note[0][0].value if note and isinstance(note[0][0], ox.Literal) else "",
    )


def _predicate_labels(graph: SkinGraph) -> dict[str, str]:
    rows = graph.select(
        "SELECT ?p ?label { ?p rdfs:label ?label FILTER EXISTS { ?c rdf:predicate ?p } }"
    )
    labels = {str(row["p"]): str(row["label"]) for row in rows}
    return labels | {PREFIXES["skos"] + "broader": "is a kind of"}


def _sources(graph: SkinGraph) -> Iterable[Source]:
    for row in graph.select(_SOURCES):
        texts = {key: str(value) if value is not None else "" for key, value in row.items()}
        yield Source(
            iri=texts["source"],
            title=texts["title"] or curie(texts["source"]),
            kind=texts["kind"],
            date=texts["date"],
            file=texts["file"],
            evidence=texts["evidence"],
            authority=texts["authority"],
            hash=texts["hash"],
        )


def _passages(graph: SkinGraph, sources: dict[str, Source]) -> dict[str, Passage]:
    found = {}
    for row in graph.select(_PASSAGES):
        source = sources.get(str(row["source"]))
        if source is not None:
            iri = str(row["passage"])
            found[iri] = Passage(
                iri=iri,
                source=source,
                section=str(row["section"] or ""),
                start=int(str(row["start"] or 0)),
                end=int(str(row["end"] or 0)),
                hash=str(row["hash"] or ""),
            )
    return found
