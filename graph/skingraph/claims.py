"""Claims: what a source says, where, how firmly; each one citable, and in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from skingraph.prefixes import SKG, curie

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from skingraph.concepts import Named

STRENGTHS = {"absolute": "refused", "relative": "advised against"}
# What people ask first: for whom not, what for, how; then the numbers, and the care.
_READING_ORDER = [
    "contraindicatedIn",
    "consultFirstIn",
    "suitedTo",
    "treats",
    "hasMechanism",
    "hasPhase",
    "hasOutcome",
    "hasSideEffect",
    "redFlagAfter",
    "downtime",
    "sessions",
    "sessionInterval",
    "sessionDuration",
    "onset",
    "resultDuration",
    "maintenancePerYear",
    "cost",
    "careBefore",
    "careDuring",
    "careAfter",
    "performedBy",
    "performedAt",
    "performedWith",
    "hasParameter",
    "pairsWith",
    "comparedWith",
    "hasQuality",
    "dependsOn",
]
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
    `scopes` holds pairs of a scope property's short name and the thing it names. `verb` is how the
    predicate reads in this claim: denied, or with the strength of a contraindication.
    """

    iri: str
    subject: Named
    predicate: Named
    object: Named | None
    polarity: str
    certainty: str
    passages: tuple[Passage, ...]
    evidence: str
    verb: str = ""
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
    def is_caution(self) -> bool:
        """True where it is about refusing, advising against or asking first; see `supports`."""
        return self.predicate.iri in (SKG + "contraindicatedIn", SKG + "consultFirstIn")

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

    @property
    def details(self) -> tuple[str, ...]:
        """How, for whom, when and why, as the sentence tells it in brackets."""
        return tuple(_details(self))

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


def reading_place(predicate: Named) -> tuple[int, str]:
    """Where a property stands among others for a reader: warnings first, the unnamed last."""
    slug = predicate.slug
    place = _READING_ORDER.index(slug) if slug in _READING_ORDER else len(_READING_ORDER)
    return place, predicate.label


def sentence(claim: Claim) -> str:
    """The claim in one line: what is said, then in brackets how, for whom and why.

    Nothing that changes the meaning is left out: polarity, hedge, frequency, strength, scope.
    """
    subject, verb = claim.subject.label, claim.verb or claim.predicate.label
    if claim.polarity not in ("supports", "refutes"):
        verb = f"(neither affirmed nor denied:) {verb}"
    if claim.object is None:
        said = f"{subject} - {verb}: {claim.quantity}"
    elif claim.direction:
        denial = "" if claim.supports else "NOT "
        respect = f"{denial}{claim.direction.label} {_labels(claim.attributes)}"
        said = f"{subject} compared with {claim.object.label}: {respect}"
    else:
        said = f"{subject} {verb} {claim.object.label}"
        said += f" ({claim.quantity})" if claim.quantity else ""
    details = list(_details(claim))
    return said + (f" [{'; '.join(details)}]" if details else "")


def _details(claim: Claim) -> Iterable[str]:
    if claim.hedged:
        yield f"hedged: {claim.hedge}" if claim.hedge else "hedged"
    if claim.frequency:
        yield claim.frequency
    if claim.effect:
        yield claim.effect.label
    if claim.expected:
        yield "said to be normal"
    if claim.attributes and not claim.direction:
        yield f"as to {_labels(claim.attributes)}"
    for kind, thing in claim.scopes:
        yield f"{_SCOPE_WORDS[kind]} {thing.label}"
    if claim.start_hour is not None or claim.end_hour is not None:
        yield _window(claim.start_hour, claim.end_hour)
    if claim.stated_as and claim.stated_as != claim.quantity:
        yield f'stated as "{claim.stated_as}"'
    if claim.condition:
        yield claim.condition
    if claim.because:
        yield f"because: {_labels(claim.because)}"


_SCOPE_WORDS = {
    "bodySite": "at the",
    "severity": "severity",
    "population": "for",
    "setting": "setting:",
    "about": "as to",
    "using": "with",
}


def _range(low: Decimal | None, high: Decimal | None) -> str:
    if low == high:
        return _number(low)
    if low is None:
        return f"up to {_number(high)}"
    if high is None:
        return f"at least {_number(low)}" if low >= 0 else f"from {_number(low)}"
    return f"{_number(low)} to {_number(high)}"


def _window(start: Decimal | None, end: Decimal | None) -> str:
    """A stretch of time around the session, in words: hours up to two days, then days."""
    if start is None:
        return f"until {_moment(end)}"
    if end is None:
        return f"from {_moment(start)} on"
    return f"from {_moment(start)} to {_moment(end)}"


def _moment(hour: Decimal | None) -> str:
    if not hour:
        return "the session"
    length = abs(hour)
    in_days = length > 48 and length % 24 == 0
    number, unit = (length / 24, "day") if in_days else (length, "hour")
    plural = "" if number == 1 else "s"
    return f"{_number(number)} {unit}{plural} {'after' if hour > 0 else 'before'} the session"


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
