"""Options: which treatments are said to help a concern, and what is said against them for whom."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from skingraph.claims import Claim, Said
from skingraph.concepts import Hierarchy, Named
from skingraph.errors import BadParameter
from skingraph.index import ClaimIndex
from skingraph.prefixes import SKG

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from skingraph.store import SkinGraph


class Verdict(StrEnum):
    """How a treatment stands for a person, from the best word to the worst."""

    SUITED = "stated as suited"
    NOT_ASKED = "no factor given"
    NO_OBJECTION = "no objection found"
    ASK_FIRST = "ask first"
    ADVISED_AGAINST = "advised against"
    REFUSED = "refused"


_ORDER: Final = tuple(Verdict)
_DAYS: Final = {"h": Decimal(1) / 24, "d": Decimal(1), "w": Decimal(7), "m": Decimal(30)}


@dataclass(frozen=True, slots=True)
class Evidence:
    """A claim that bears on an option: in which role, and for which of the factors asked for.

    Roles: `helps`, `fits` (called suited to the concern) and `does not help`; `suited`, `caution`,
    `cleared` (a caution that a source denies), `nearby` (a caution about a narrower or related
    factor, or of a narrower treatment), `note` (said with the factor in view); `downtime`.
    """

    role: str
    said: Said
    factor: Named | None = None

    @property
    def claim(self) -> Claim:
        """The claim itself."""
        return self.said.claim


@dataclass(frozen=True, slots=True)
class Option:
    """A treatment with its verdict and every claim behind it."""

    treatment: Named
    verdict: Verdict
    by_factor: tuple[tuple[Named, Verdict], ...]
    evidence: tuple[Evidence, ...]
    downtime: str

    def having(self, role: str) -> list[Evidence]:
        """The evidence in one role."""
        return [item for item in self.evidence if item.role == role]

    @property
    def silent_on(self) -> list[Named]:
        """The factors on which no source says anything for this treatment."""
        spoken_of = {item.factor for item in self.evidence}
        return [factor for factor, _ in self.by_factor if factor not in spoken_of]


@dataclass(frozen=True, slots=True)
class Options:
    """The treatments for a concern, best verdict first; `too_long` have a longer downtime."""

    concern: Named
    factors: tuple[Named, ...]
    options: tuple[Option, ...]
    too_long: tuple[Option, ...]

    def with_verdict(self, verdict: Verdict) -> list[Option]:
        """The options of one verdict."""
        return [option for option in self.options if option.verdict is verdict]


def options_for(
    graph: SkinGraph,
    concern: Named,
    *,
    factors: Sequence[Named] = (),
    max_downtime: Decimal | None = None,
) -> Options:
    """The treatments that a source says act against a concern, or fit it, or a narrower one.

    Args:
        graph: where to look.
        concern: what to treat.
        factors: what is true of the person; a claim about a broader factor counts, one about a
            narrower or related factor is noted.
        max_downtime: in days. A treatment is set aside only if all its numbers are above it.
    """
    index, hierarchy = ClaimIndex(graph), Hierarchy(graph)
    concerns = {concern.iri} | hierarchy.narrower(concern.iri)
    helped: dict[Named, list[Claim]] = {}
    for claim in (*index.where(predicate="treats"), *index.where(predicate="suitedTo")):
        if claim.object is not None and claim.object.iri in concerns:
            helped.setdefault(claim.subject, []).append(claim)
    found = [
        _option(treatment, claims, factors, max_downtime, index, hierarchy)
        for treatment, claims in helped.items()
        if any(claim.supports for claim in claims)
    ]
    found.sort(key=lambda option: (_ORDER.index(option.verdict), option.treatment))
    return Options(
        concern,
        tuple(factors),
        tuple(option for option in found if option.downtime != "longer"),
        tuple(option for option in found if option.downtime == "longer"),
    )


def days(text: str) -> Decimal:
    """A length of time such as `3d`, `12h`, `2 weeks` or `5`, in days; a month counts 30.

    >>> days("2 weeks")
    Decimal('14')

    Raises:
        BadParameter: the text is no length of time.
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(?:(h|d|w|m(?!in))\w*)?", text.strip().lower())
    if match is None:
        raise BadParameter(f"{text!r} is no length of time. Write for example 3d, 12h or 2w.")
    return Decimal(match[1]) * _DAYS[match[2] or "d"]


def _option(
    treatment: Named,
    helps: list[Claim],
    factors: Sequence[Named],
    max_downtime: Decimal | None,
    index: ClaimIndex,
    hierarchy: Hierarchy,
) -> Option:
    said = index.said_of(treatment.iri)
    evidence = [Evidence(_role(claim), Said(claim)) for claim in helps]
    verdicts = []
    for factor in factors:
        bearing = list(_bearing(said, factor, hierarchy))
        bearing += _of_narrower(treatment, factor, index, hierarchy)
        bearing += _from_elsewhere(treatment, factor, index, hierarchy)
        evidence += bearing
        verdicts.append((factor, _verdict(bearing)))
    downtimes = [Said(claim) for claim in index.where(subject=treatment.iri, predicate="downtime")]
    evidence += [Evidence("downtime", item) for item in downtimes]
    overall = max((v for _, v in verdicts), key=_ORDER.index, default=Verdict.NOT_ASKED)
    return Option(
        treatment,
        overall,
        tuple(verdicts),
        tuple(evidence),
        _downtime([item.claim for item in downtimes], max_downtime),
    )


def _bearing(said: list[Said], factor: Named, hierarchy: Hierarchy) -> Iterator[Evidence]:
    covers = {factor.iri} | hierarchy.broader(factor.iri)
    near = hierarchy.narrower(factor.iri) | hierarchy.related(factor.iri)
    for item in said:
        claim = item.claim
        target = claim.object.iri if claim.object else ""
        if claim.is_caution:
            if target in covers:
                yield Evidence("caution" if claim.supports else "cleared", item, factor)
            elif target in near:
                yield Evidence("nearby" if claim.supports else "note", item, factor)
        elif claim.predicate.iri == SKG + "suitedTo" and target == factor.iri:
            yield Evidence("suited" if claim.supports else "note", item, factor)
        elif (claim.predicate.iri == SKG + "suitedTo" and target in covers) or _in_view(
            claim, covers
        ):
            yield Evidence("note", item, factor)


def _of_narrower(
    treatment: Named, factor: Named, index: ClaimIndex, hierarchy: Hierarchy
) -> Iterator[Evidence]:
    """Cautions of narrower treatments: nothing passes up to the class, but it is worth knowing."""
    covers = {factor.iri} | hierarchy.broader(factor.iri)
    for narrower in sorted(hierarchy.narrower(treatment.iri)):
        for claim in index.where(subject=narrower):
            if claim.is_caution and claim.object and claim.object.iri in covers:
                yield Evidence("nearby" if claim.supports else "note", Said(claim), factor)


def _from_elsewhere(
    treatment: Named, factor: Named, index: ClaimIndex, hierarchy: Hierarchy
) -> Iterator[Evidence]:
    """What is said with the factor in view of other things that name the treatment or its kind."""
    covers = {factor.iri} | hierarchy.broader(factor.iri)
    for iri in (treatment.iri, *sorted(hierarchy.broader(treatment.iri))):
        for said in index.said_elsewhere(iri):
            if said.claim.subject.iri != treatment.iri and _in_view(said.claim, covers):
                yield Evidence("note", said, factor)


def _in_view(claim: Claim, factors: set[str]) -> bool:
    return any(named.iri in factors for named in claim.circumstances)


def _role(claim: Claim) -> str:
    if not claim.supports:
        return "does not help"
    return "helps" if claim.predicate.iri == SKG + "treats" else "fits"


def _verdict(bearing: list[Evidence]) -> Verdict:
    verdict = Verdict.NO_OBJECTION
    if any(item.role == "suited" for item in bearing):
        verdict = Verdict.SUITED
    for item in bearing:
        if item.role == "caution":
            verdict = max(verdict, _caution(item.claim), key=_ORDER.index)
    return verdict


def _caution(claim: Claim) -> Verdict:
    if claim.predicate.iri == SKG + "consultFirstIn":
        return Verdict.ASK_FIRST
    return Verdict.REFUSED if claim.strength == "absolute" else Verdict.ADVISED_AGAINST


def _downtime(claims: list[Claim], limit: Decimal | None) -> str:
    """Whether the downtime is `within` the limit, `longer`, or `not stated` in numbers."""
    if limit is None:
        return ""
    numbers = [
        number
        for claim in claims
        if claim.supports
        for number in (claim.minimum, claim.maximum)
        if number is not None
    ]
    if not numbers:
        return "not stated"
    return "within" if min(numbers) <= limit else "longer"
