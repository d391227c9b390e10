"""What a person reads: a concept, the options for a concern, the ways, two treatments compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skingraph.citations import NOTICE, Citations, rows_of_claims
from skingraph.claims import Claim, Said, reading_place
from skingraph.options import Evidence, Option, Options, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from skingraph.comparison import Comparison
    from skingraph.concepts import Concept
    from skingraph.index import ClaimIndex
    from skingraph.network import Explanation
    from skingraph.rows import Rows

_VERDICT_NOTES = {
    Verdict.SUITED: "a source calls it suited, none objects",
    Verdict.NOT_ASKED: "say --for FACTOR to see what is said against them",
    Verdict.NO_OBJECTION: "no source objects or calls it suited; silence is no evidence of safety",
    Verdict.ASK_FIRST: "a source asks for a professional's word first; it forbids nothing",
    Verdict.ADVISED_AGAINST: "a source does not recommend it, or says it may not suit",
    Verdict.REFUSED: "a source refuses it",
}


def concept_text(concept: Concept, index: ClaimIndex, *, release: str, width: int) -> str:
    """One concept: its meaning, and everything that is said of it, by whom, on what evidence."""
    cite = Citations(width)
    iri = concept.name.iri
    said = sorted(index.said_of(iri), key=_reading_key)
    own = [item for item in said if item.inherited_from is None]
    inherited = [item for item in said if item.inherited_from is not None]
    lines = [f"{concept.name.label} ({', '.join(concept.kinds)}) {concept.name.curie}"]
    lines += [cite.wrapped(concept.definition, indent=2)] if concept.definition else []
    for word, names in (
        ("also called", concept.synonyms),
        ("a kind of", [named.label for named in concept.broader]),
        ("its kinds", [named.label for named in concept.narrower]),
        ("not to be confused with", [named.label for named in concept.related]),
        ("in other vocabularies", [str(one) for one in concept.counterparts]),
    ):
        if names:
            lines.append(cite.wrapped(f"{word}: {'; '.join(names)}", indent=2))
    lines += _section("What is said of it", own, cite, under=iri)
    lines += _section("What is said of broader treatments, and passes down", inherited, cite)
    others = sorted(index.said_elsewhere(iri), key=_reading_key)
    lines += _section("Where it is named", others, cite)
    scoped = [Said(claim) for claim in index.naming(iri)]
    lines += _section("What is limited to it, or given as a reason or an attribute", scoped, cite)
    if not (said or others or scoped):
        lines += ["", "No claim speaks of it. That is no evidence of safety."]
    return _page(lines, cite, release)


def concept_rows(index: ClaimIndex, iri: str) -> Rows:
    """Everything that is said of a thing, as rows with the role in which the claim names it."""
    return rows_of_claims(
        ("role",),
        (
            ((role,), said)
            for role, found in (
                ("subject", index.said_of(iri)),
                ("object", index.said_elsewhere(iri)),
                ("circumstance", [Said(claim) for claim in index.naming(iri)]),
            )
            for said in found
        ),
    )


def claim_text(claim: Claim, *, release: str, width: int) -> str:
    """One claim with each of its passages, ready to be cited."""
    cite = Citations(width)
    lines = [claim.curie, cite.wrapped(str(claim), indent=2), ""]
    for passage in claim.passages:
        lines.append(
            cite.wrapped(
                f"{passage}; {passage.source.file}; {passage.hash}; evidence {claim.evidence}, "
                f"{passage.source.authority}",
                indent=2,
            )
        )
    if claim.note:
        lines += ["", cite.wrapped(f"Curator's note: {claim.note}", indent=2)]
    return _page(lines, cite, release)


def options_text(found: Options, *, release: str, width: int, every: bool = False) -> str:
    """The options by verdict, each with the claims behind it.

    That a treatment helps is shown by one claim a source, unless `every` one is asked for; what
    is said of the person is always shown whole.
    """
    cite = Citations(width)
    whom = (
        f", for {' and '.join(factor.label for factor in found.factors)}" if found.factors else ""
    )
    lines = [f"Treatments that a source says act against {found.concern.label} or fit it{whom}"]
    for verdict in Verdict:
        options = found.with_verdict(verdict)
        if options:
            lines += ["", f"{verdict.upper()} ({_VERDICT_NOTES[verdict]})"]
            for option in options:
                lines += _option_lines(option, cite, every)
    if found.too_long:
        lines += ["", "SET ASIDE: EVERY STATED DOWNTIME IS LONGER THAN ASKED"]
        for option in found.too_long:
            lines += _option_lines(option, cite, every)
    if not found.options and not found.too_long:
        lines += [
            "",
            "No claim found. That is no evidence that nothing helps, or that all is safe.",
        ]
    return _page(lines, cite, release)


def options_rows(found: Options) -> Rows:
    """The options as rows: one a treatment, role and passage of a claim."""
    return rows_of_claims(
        ("concern", "treatment", "treatmentLabel", "verdict", "downtime", "role", "factor"),
        (
            (
                (
                    f"<{found.concern.iri}>",
                    f"<{option.treatment.iri}>",
                    option.treatment.label,
                    str(option.verdict),
                    option.downtime,
                    item.role,
                    f"<{item.factor.iri}>" if item.factor else "",
                ),
                item.said,
            )
            for option in (*found.options, *found.too_long)
            for item in option.evidence
        ),
    )


def explanation_text(found: Explanation, *, release: str, width: int) -> str:
    """The ways, step by step with their claims, and what is said against them."""
    cite = Citations(width)
    lines = [f"From {found.start.label} to {found.end.label}: the ways that claims tell"]
    for number, way in enumerate(found.ways, 1):
        names = [way[0].start.label, *(step.end.label for step in way)]
        lines += ["", cite.wrapped(f"{number}. {' > '.join(names)}", indent=0)]
        for step in way:
            lines += [cite.line(said, indent=3) for said in step.said]
    if found.left_out:
        lines += ["", f"{found.left_out} more ways, none shorter. See them with --ways N."]
    if not found.ways:
        lines += [
            "",
            "No recorded way leads from one to the other. That proves nothing against it.",
        ]
    lines += _section("Against it", list(found.against), cite)
    return _page(lines, cite, release)


def explanation_rows(found: Explanation) -> Rows:
    """The ways as rows: one a way, step and passage; claims against have way 0."""
    steps = (
        ((str(number), str(place), f"<{step.start.iri}>", f"<{step.end.iri}>"), said)
        for number, way in enumerate(found.ways, 1)
        for place, step in enumerate(way, 1)
        for said in step.said
    )
    against = (
        (("0", "0", f"<{said.claim.subject.iri}>", _object(said.claim)), said)
        for said in found.against
    )
    return rows_of_claims(("way", "step", "from", "to"), (*steps, *against))


def comparison_text(found: Comparison, *, release: str, width: int) -> str:
    """Two treatments, property by property; a blank side is said to be blank."""
    cite = Citations(width)
    names = (found.left.label, found.right.label)
    lines = [f"{names[0]} and {names[1]} side by side"]
    direct = list(found.direct)
    lines += _section("Compared by a source", direct, cite)
    if not direct:
        lines += ["", "No source compares the two."]
    for aspect in found.aspects:
        lines += ["", aspect.predicate.label.upper()]
        for thing, side in ((found.left, aspect.left), (found.right, aspect.right)):
            lines.append(f"  {thing.label}" if side else f"  {thing.label}: nothing said")
            lines += [cite.line(said, under=thing.iri) for said in side]
    return _page(lines, cite, release)


def comparison_rows(found: Comparison) -> Rows:
    """The comparison as rows: one a side, property and passage."""
    direct = ((("both", "skg:comparedWith"), said) for said in found.direct)
    sides = (
        ((f"<{thing.iri}>", aspect.predicate.curie), said)
        for aspect in found.aspects
        for thing, side in ((found.left, aspect.left), (found.right, aspect.right))
        for said in side
    )
    return rows_of_claims(("side", "property"), (*direct, *sides))


def _option_lines(option: Option, cite: Citations, every: bool) -> Iterator[str]:
    yield f"  {option.treatment.label}"
    if len(option.by_factor) > 1:
        words = "; ".join(f"{factor.label}: {verdict}" for factor, verdict in option.by_factor)
        yield cite.wrapped(words, indent=4)
    for factor in option.silent_on:
        yield cite.wrapped(f"nothing said on {factor.label}", indent=4)
    if option.downtime == "not stated":
        yield "    downtime not stated in numbers"
    order = ["caution", "nearby", "suited", "cleared", "note", "does not help", "helps", "fits"]
    # Downtime matters to whoever asked for it.
    for role in [*order, "downtime"] if option.downtime or every else order:
        found = option.having(role)
        shown = found if every or role != "helps" else _one_a_source(found)
        for item in shown:
            yield cite.line(item.said, lead=f"{role}: ", under=option.treatment.iri)
        if len(shown) < len(found):
            yield f"    {len(found) - len(shown)} more claims that it helps: see them with --all"


def _one_a_source(found: list[Evidence]) -> list[Evidence]:
    """The first plain claim of each source, or its first hedged one."""
    best: dict[str, Evidence] = {}
    for item in sorted(found, key=lambda item: (item.claim.hedged, item.claim.iri)):
        sources = item.claim.sources
        best.setdefault(sources[0].iri if sources else "", item)
    return list(best.values())


def _section(heading: str, said: list[Said], cite: Citations, under: str = "") -> Iterable[str]:
    if not said:
        return []
    return ["", heading, *(cite.line(item, indent=2, under=under) for item in said)]


def _reading_key(said: Said) -> tuple[tuple[int, str], str, str]:
    claim = said.claim
    return reading_place(claim.predicate), claim.object.label if claim.object else "", claim.iri


def _page(lines: list[str], cite: Citations, release: str) -> str:
    sources = cite.sources()
    dated = f"Data {release}. " if release else ""
    return "\n".join([*lines, *([""] if sources else []), *sources, "", dated + NOTICE]) + "\n"


def _object(claim: Claim) -> str:
    return f"<{claim.object.iri}>" if claim.object else ""
