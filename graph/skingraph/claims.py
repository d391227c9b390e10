"""Claims: what a source says, where, how firmly; each one citable."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import pyoxigraph as ox

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

SCOPES = ("bodySite", "severity", "population", "setting", "about", "using")


@dataclass(frozen=True, slots=True)
class Source:
    """A document, with its evidence level (E0 to E5) and the kind of body that speaks in it."""

    iri: str
    title: str
    kind: str
    date: str
    file: str
    evidence: str
    authority: str
    hash: str

    @property
    def curie(self) -> str:
        """The IRI in short form."""
        return curie(self.iri)


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a document: offsets count characters of its text decoded as UTF-8."""

    iri: str
    source: Source
    section: str
    start: int
    end: int
    hash: str

    def __str__(self) -> str:
        where = f"{self.source.title}, characters {self.start} to {self.end}"
        return f'{where}, under "{self.section}"' if self.section else where


@dataclass(frozen=True, slots=True)
class Claim:
    """What one source says in one or more passages.

    A quantity has `minimum` and `maximum` in `unit`, either one None where the source leaves it
    open; `start_hour` and `end_hour` are relative to the session, before it negative.
    `scopes` holds pairs of a scope property's short name and the thing it names.
    """

    iri: str
    subject: Named
    predicate: Named
    object: Named | None
    polarity: str
    certainty: str
    passages: tuple[Passage, ...]
    evidence: str
    hedge: str = ""
    frequency: str = ""
    strength: str = ""
    effect: Named | None = None
    direction: Named | None = None
    expected: bool = False
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    unit: str = ""
    stated_as: str = ""
    start_hour: Decimal | None = None
    end_hour: Decimal | None = None
    order: int | None = None
    because: tuple[Named, ...] = ()
    attributes: tuple[Named, ...] = ()
    scopes: tuple[tuple[str, Named], ...] = ()
    condition: str = ""
    note: str = ""

    @property
    def curie(self) -> str:
        """The IRI in short form."""
        return curie(self.iri)

    @property
    def supports(self) -> bool:
        """True where the source affirms it, False where it denies it."""
        return self.polarity == "supports"

    @property
    def hedged(self) -> bool:
        """True where the source says may, can, might or the like."""
        return self.certainty == "hedged"

    @property
    def sources(self) -> tuple[Source, ...]:
        """The documents of the passages, each once."""
        return tuple(dict.fromkeys(passage.source for passage in self.passages))

    @property
    def circumstances(self) -> tuple[Named, ...]:
        """What limits the claim, its reasons and its attributes."""
        return (*self.because, *self.attributes, *(named for _, named in self.scopes))

    @property
    def quantity(self) -> str:
        """The numbers with their unit, or the source's wording, or nothing."""
        if self.minimum is None and self.maximum is None:
            return self.stated_as
        return f"{_range(self.minimum, self.maximum)}{_unit(self)}"

    def __str__(self) -> str:
        return sentence(self)


@dataclass(frozen=True, slots=True)
class Said:
    """A claim as it bears on a thing: made of the thing itself, or inherited from a broader one."""

    claim: Claim
    inherited_from: Named | None = None

    def __str__(self) -> str:
        if self.inherited_from is None:
            return str(self.claim)
        return f"{self.claim} [inherited from {self.inherited_from.label}]"


def sentence(claim: Claim) -> str:
    """The claim in one line: what is said, then in brackets how, for whom and why.

    Nothing that changes the meaning is left out: polarity, hedge, frequency, strength, scope.
    """
    verb = claim.predicate.label
    if not claim.supports:
        verb = f"NOT: {verb}"
    parts = [claim.subject.label, verb]
    if claim.object is not None:
        parts.append(claim.object.label)
    if claim.quantity:
        parts.append(f"({claim.quantity})" if claim.object else claim.quantity)
    details = list(_details(claim))
    return " ".join(parts) + (f" [{'; '.join(details)}]" if details else "")


def _details(claim: Claim) -> Iterable[str]:
    if claim.hedged:
        yield f"hedged: {claim.hedge}" if claim.hedge else "hedged"
    if claim.frequency:
        yield claim.frequency
    if claim.strength:
        yield {"absolute": "refused", "relative": "advised against"}[claim.strength]
    if claim.effect:
        yield claim.effect.label
    if claim.expected:
        yield "said to be normal"
    if claim.direction:
        yield f"{claim.direction.label} {_labels(claim.attributes)}"
    elif claim.attributes:
        yield f"as to {_labels(claim.attributes)}"
    for kind, thing in claim.scopes:
        yield f"{_SCOPE_WORDS[kind]} {thing.label}"
    if claim.start_hour is not None or claim.end_hour is not None:
        yield f"hours {_range(claim.start_hour, claim.end_hour)} from the session"
    if claim.stated_as and claim.stated_as != claim.quantity:
        yield f'stated as "{claim.stated_as}"'
    if claim.condition:
        yield claim.condition
    if claim.because:
        yield f"because of {_labels(claim.because)}"


_SCOPE_WORDS = {
    "bodySite": "at the",
    "severity": "severity",
    "population": "for",
    "setting": "setting:",
    "about": "as to",
    "using": "with",
}


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


def _range(low: Decimal | None, high: Decimal | None) -> str:
    if low == high:
        return _number(low)
    if low is None:
        return f"up to {_number(high)}"
    if high is None:
        return f"at least {_number(low)}" if low >= 0 else f"from {_number(low)}"
    return f"{_number(low)} to {_number(high)}"


def _number(number: Decimal | None) -> str:
    return "" if number is None else f"{number.normalize():f}"


def _unit(claim: Claim) -> str:
    """The unit as it follows a number: a count has none, one day is no days."""
    if claim.unit in ("", "count"):
        return ""
    single = claim.unit == "per year" or (claim.maximum or claim.minimum) == 1
    return f" {claim.unit}{'' if single else 's'}"


def _labels(things: tuple[Named, ...]) -> str:
    return ", ".join(thing.label for thing in things)
