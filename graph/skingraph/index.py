"""The claims of a graph, read once, and looked up by what they say of what."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import pyoxigraph as ox

from skingraph.claims import SCOPES, Claim, Passage, Said, Source
from skingraph.concepts import Named, plainest
from skingraph.errors import BadFile, UnknownName
from skingraph.prefixes import PREFIXES, SKG, curie
from skingraph.rows import value_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from skingraph.rows import Term, Value
    from skingraph.store import SkinGraph

_RDF = PREFIXES["rdf"]
_BROADER = PREFIXES["skos"] + "broader"
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
# What a claim says, by property: each value with its labels.
Fields = dict[str, dict["Term | None", list["Term | None"]]]

_UNITS = "SELECT ?property ?unit WHERE { ?property skg:unit/rdfs:label ?unit }"


@dataclass(frozen=True, slots=True)
class Wording:
    """How a graph words its properties: label, label of the denial, and unit, each by IRI."""

    labels: dict[str, str]
    denials: dict[str, str]
    units: dict[str, str]

    @classmethod
    def of(cls, graph: SkinGraph) -> Wording:
        """The wording that a graph's schema gives."""
        return cls(
            _property_labels(graph, "rdfs:label") | {_BROADER: "is a kind of"},
            _property_labels(graph, "skg:negatedLabel") | {_BROADER: "is NOT a kind of"},
            {str(row["property"]): str(row["unit"]) for row in graph.select(_UNITS)},
        )


class ClaimIndex:
    """All claims of a graph as typed values, read once.

    Raises:
        BadFile: a claim is a blank node, or has a text where a number belongs.
    """

    def __init__(self, graph: SkinGraph) -> None:
        self.sources = {source.iri: source for source in sources_of(graph)}
        passages = _passages(graph, self.sources)
        statements: dict[str, Fields] = {}
        for claim, property_, value, label in graph.select(_STATEMENTS).terms:
            if not isinstance(claim, ox.NamedNode):
                raise BadFile(
                    "a claim has no IRI and cannot be cited. Find it: skingraph check FILE"
                )
            assert isinstance(property_, ox.NamedNode)
            fields = statements.setdefault(claim.value, {})
            fields.setdefault(property_.value, {}).setdefault(value, []).append(label)
        wording = Wording.of(graph)
        self.claims = {
            iri: claim_of(iri, fields, passages, wording)
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


def claim_of(iri: str, fields: Fields, passages: dict[str, Passage], wording: Wording) -> Claim:
    """A claim from what is said of it and the passages that it names.

    Raises:
        BadFile: it has a text where a number belongs.
    """

    def things(name: str) -> tuple[Named, ...]:
        values = fields.get(name if "://" in name else SKG + name)
        if not values:
            return ()
        return tuple(
            sorted(
                Named(plainest(labels) or curie(value.value), value.value)
                for value, labels in values.items()
                if isinstance(value, ox.NamedNode)
            )
        )

    def thing(name: str) -> Named | None:
        return next(iter(things(name)), None)

    def plain(name: str) -> Value:
        return value_of(next(iter(fields.get(SKG + name, {})), None))

    def number(name: str) -> Decimal | None:
        return _number(iri, name, plain(name))

    # By its IRI: what decides between yes and no may be labelled in any language, or not at all.
    def word(name: str) -> str:
        found = thing(name)
        return found.slug.lower() if found else ""

    predicate = thing(_RDF + "predicate") or Named("", "")
    found = sorted(
        (passages[p.iri] for p in things("passage") if p.iri in passages),
        key=lambda passage: (passage.source.iri, passage.start, passage.end),
    )
    own_level = thing("evidenceLevel")
    levels = [passage.source.evidence for passage in found]
    order = number("order")
    return Claim(
        iri=iri,
        subject=thing(_RDF + "subject") or Named("", ""),
        predicate=Named(wording.labels.get(predicate.iri, predicate.label), predicate.iri),
        object=thing(_RDF + "object"),
        polarity=word("polarity"),
        certainty=word("certainty"),
        passages=tuple(found),
        evidence=own_level.slug if own_level else max(levels, default=""),
        hedge=str(plain("hedge") or ""),
        frequency=str(plain("frequency") or ""),
        strength=word("strength"),
        verb=_verb(predicate.iri, word("polarity"), word("strength"), wording),
        effect=thing("effect"),
        direction=thing("direction"),
        expected=bool(plain("expected")),
        minimum=number("minimum"),
        maximum=number("maximum"),
        unit=wording.units.get(predicate.iri, ""),
        stated_as=str(plain("statedAs") or ""),
        start_hour=number("startHour"),
        end_hour=number("endHour"),
        order=None if order is None else int(order),
        because=things("becauseOf"),
        attributes=things("attribute"),
        scopes=tuple((kind, named) for kind in SCOPES for named in things(kind)),
        condition=str(plain("condition") or ""),
        note=plainest(fields.get(PREFIXES["skos"] + "editorialNote", {})),
    )


def _verb(predicate: str, polarity: str, strength: str, wording: Wording) -> str:
    """How a predicate reads in a claim: denied, or with the strength of a contraindication."""
    label = wording.labels.get(predicate, curie(predicate))
    if polarity == "refutes":
        return wording.denials.get(predicate, f"NOT: {label}")
    if not strength:
        return label
    firm = {"absolute": "absolutelyContraindicatedIn", "relative": "relativelyContraindicatedIn"}
    return wording.labels.get(SKG + firm.get(strength, ""), f"{label} ({strength})")


def _number(iri: str, name: str, value: Value) -> Decimal | None:
    try:
        return None if value is None else Decimal(str(value))
    except InvalidOperation as error:
        raise BadFile(f"{curie(iri)}: skg:{name} is {value!r}. Write a number.") from error


def _property_labels(graph: SkinGraph, property_: str) -> dict[str, str]:
    rows = graph.select(f"SELECT ?p ?label {{ ?p a ?kind ; {property_} ?label }}")
    labels: dict[str, list[Term | None]] = {}
    for (_, label), predicate in zip(rows.terms, rows.column("p"), strict=True):
        labels.setdefault(str(predicate), []).append(label)
    return {predicate: plainest(found) for predicate, found in labels.items()}


def sources_of(graph: SkinGraph) -> Iterable[Source]:
    """The documents of a graph, in the order of their IRIs."""
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
                start=int(_number(iri, "start", row["start"]) or 0),
                end=int(_number(iri, "end", row["end"]) or 0),
                hash=str(row["hash"] or ""),
            )
    return found
