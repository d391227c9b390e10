"""Damaged copies of the shipped graph: each is caught by the rule that should catch it."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from tests.damage import (
    CLAIMS,
    EDGES,
    HIDDEN,
    LABELLED,
    PASSAGES,
    REFUTES,
    SOURCES,
    SUPPORTS,
    TRUE,
    WITH_A,
    Damage,
    another_passage,
    another_source,
    blaming_claims,
    broader_too,
    change,
    circle,
    concepts,
    damaged,
    denied_of_the_heir,
    edge_alone,
    gain,
    give_up,
    having_letter,
    inherited_from_home,
    invent,
    itself,
    labelled_as_another,
    lose,
    n,
    named,
    numbered,
    own_label,
    plus,
    quad,
    retyped,
    rewrite,
    said,
    shared_synonym,
    shorter_document,
    stated,
    supporting,
    swap_ends,
    text,
    the,
    things,
    times,
    twin,
    twin_passage,
    twin_source,
    typed,
    unread,
    unread_source,
)
from tests.pieces import documents as where_they_are

from skingraph.catalogue import checks
from skingraph.checks import Violation, check_passages, check_query, check_wording
from skingraph.loading import ASSERTED_GRAPH, SCHEMA_GRAPH
from skingraph.prefixes import PREFIXES, curie
from skingraph.store import SkinGraph

if TYPE_CHECKING:
    from pathlib import Path

    from tests.damage import Harm, Term


def same_term(store: ox.Store, thing: ox.NamedNode) -> Term:
    """A term of another vocabulary that a concept matches exactly."""
    return the(store, thing, "skos:exactMatch")


def next_term(store: ox.Store, thing: ox.NamedNode) -> Term:
    """Another term of the same vocabulary."""
    return ox.NamedNode(same_term(store, thing).value + "9")


# rule, number of copies, damage
MUTANTS: list[tuple[str, int, Harm]] = [
    ("claim-without-passage", 4, lose(CLAIMS, "skg:passage")),
    ("claim-without-source", 3, blaming_claims(lose(PASSAGES, "skg:source"))),
    ("claim-without-polarity", 4, lose(CLAIMS, "skg:polarity")),
    ("claim-without-certainty", 4, lose(CLAIMS, "skg:certainty")),
    ("claim-without-subject", 3, lose(CLAIMS, "rdf:subject")),
    ("claim-without-predicate", 3, lose(CLAIMS, "rdf:predicate")),
    ("claim-without-object", 4, lose(things("skg:Claim", "rdf:object"), "rdf:object")),
    (
        "claim-without-quantity",
        4,
        lose(
            said("skg:sessions", "skg:downtime", "skg:onset", "skg:cost"),
            "skg:minimum", "skg:maximum", "skg:statedAs",
        ),
    ),
    ("quantity-with-object", 2, gain(said("skg:sessions"), "rdf:object", n("skin:redness"))),
    ("more-than-one-value", 4, gain(supporting(CLAIMS), "skg:polarity", REFUTES)),
    ("more-than-one-value", 2, gain(things("skg:Claim", "skg:hedge"), "skg:certainty", n("skg:Stated"))),
    ("more-than-one-value", 2, gain(PASSAGES, "skg:hash", text("sha256:0"))),
    ("more-than-one-value", 2, gain(PASSAGES, "skg:end", typed("99999", "integer"))),
    ("more-than-one-value", 2, gain(CLAIMS, "rdf:subject", n("skin:redness"))),
    ("more-than-one-value", 1, gain(SOURCES, "skg:evidenceLevel", n("skg:E5"))),
    ("unknown-predicate", 2, change(CLAIMS, "rdf:predicate", n("skg:helps"))),
    ("unknown-predicate", 2, change(said("skg:treats"), "rdf:predicate", n("skg:mayHelp"))),
    ("unknown-predicate", 1, change(said("skg:contraindicatedIn"), "rdf:predicate", n("skg:cautionIn"))),
    ("wrong-subject", 4, change(said("skg:treats"), "rdf:subject", n("skin:redness"))),
    ("wrong-subject", 2, change(said("skg:sessions"), "rdf:subject", n("skin:acne"))),
    ("wrong-object", 4, change(said("skg:treats"), "rdf:object", n("skin:medical-spa"))),
    ("wrong-object", 2, change(said("skg:hasSideEffect"), "rdf:object", n("skin:medical-spa"))),
    ("wrong-object", 2, change(said("skg:careAfter"), "rdf:object", n("skin:acne"))),
    ("value-not-in-list", 2, change(said("skg:contraindicatedIn"), "skg:strength", n("skg:Mild"))),
    ("value-not-in-list", 2, change(said("skg:contraindicatedIn"), "skg:strength", n("skg:Relativ"))),
    ("value-not-in-list", 3, change(CLAIMS, "skg:polarity", n("skg:Stated"))),
    ("value-not-in-list", 2, change(CLAIMS, "skg:certainty", n("skg:Certain"))),
    ("value-not-in-list", 2, change(things("skg:Claim", "skg:effect"), "skg:effect", n("skg:Cures"))),
    ("value-not-in-list", 2, change(things("skg:Claim", "skg:population"), "skg:population", n("skin:face"))),
    ("value-not-in-list", 2, change(SOURCES, "skg:evidenceLevel", n("skg:E9"))),
    ("value-not-in-list", 2, change(SOURCES, "skg:authority", n("skg:Expert"))),
    ("value-not-in-list", 2, change(CLAIMS, "skg:passage", n("skin:acne"))),
    ("property-on-wrong-thing", 2, gain(concepts, "skg:polarity", SUPPORTS)),
    ("property-on-wrong-thing", 2, gain(CLAIMS, "skg:start", typed("1", "integer"))),
    ("qualifier-elsewhere", 3, gain(said("skg:consultFirstIn"), "skg:strength", n("skg:Absolute"))),
    ("qualifier-elsewhere", 2, gain(said("skg:hasOutcome"), "skg:effect", n("skg:Heals"))),
    ("qualifier-elsewhere", 2, gain(said("skg:treats"), "skg:direction", n("skg:More"))),
    ("dangling-iri", 4, change(CLAIMS, "rdf:subject", rewrite("$", "x"))),
    ("dangling-iri", 4, change(CLAIMS, "skg:passage", rewrite(r"-\d", "-99"))),
    ("dangling-iri", 3, change(PASSAGES, "skg:source", rewrite("[a-z]$", "q"))),
    ("dangling-iri", 2, change(things("skg:Claim", "skg:setting"), "skg:setting", n("skin:nowhere"))),
    ("dangling-iri", 2, change(things("skg:Treatment", "skos:broader"), "skos:broader", n("skin:nothing"))),
    ("thing-without-class", 2, lose(CLAIMS, "rdf:type")),
    ("thing-without-class", 2, lose(PASSAGES, "rdf:type")),
    ("unknown-property", 2, gain(concepts, "skos:preferredLabel", text("x", "en"))),
    ("unknown-property", 2, gain(CLAIMS, "skg:minimun", typed("3", "decimal"))),
    ("blank-node", 2, gain(CLAIMS, "skg:about", ox.BlankNode("b"))),
    (
        "unreached-concept",
        1,
        invent(("skin:zz-invented", "rdf:type", n("skg:Concern")), blame="skin:zz-invented"),
    ),
    ("duplicate-label", 2, labelled_as_another("skos:prefLabel", str.upper)),
    ("duplicate-label", 2, labelled_as_another("skos:prefLabel", lambda t: t.replace(" ", "-") + " ")),
    ("label-is-synonym-of-another", 3, labelled_as_another("skos:altLabel", str.title)),
    ("label-is-synonym-of-another", 1, labelled_as_another("skos:hiddenLabel", str.title)),
    ("shared-synonym", 2, shared_synonym),
    ("contraindication-without-strength", 4, lose(said("skg:contraindicatedIn"), "skg:strength")),
    (
        "contraindication-without-strength",
        3,
        change(said("skg:consultFirstIn"), "rdf:predicate", n("skg:contraindicatedIn")),
    ),
    ("minimum-above-maximum", 4, swap_ends("skg:minimum", "skg:maximum", things("skg:Claim", "skg:minimum", "skg:maximum"))),
    ("minimum-above-maximum", 3, change(things("skg:Claim", "skg:minimum", "skg:maximum"), "skg:minimum", times(10))),
    ("start-after-end", 3, swap_ends("skg:startHour", "skg:endHour", things("skg:Claim", "skg:startHour", "skg:endHour"))),
    ("care-before-after-the-session", 3, gain(said("skg:careBefore"), "skg:endHour", typed("24.0", "decimal"))),
    ("care-after-before-the-session", 3, gain(said("skg:careAfter"), "skg:startHour", typed("-24.0", "decimal"))),
    ("care-after-before-the-session", 1, gain(said("skg:hasPhase"), "skg:endHour", typed("-1.0", "decimal"))),
    ("number-without-unit", 3, gain(said("skg:treats"), "skg:minimum", typed("3.0", "decimal"))),
    ("hours-without-time", 2, gain(said("skg:treats"), "skg:startHour", typed("3.0", "decimal"))),
    ("unit-outside-schema", 3, gain(said("skg:sessions", "skg:downtime"), "skg:unit", n("unit:DAY"))),
    ("two-units", 2, gain(named("skg:sessions", "skg:downtime"), "skg:unit", n("unit:MO"))),
    ("unknown-unit", 2, change(named("skg:onset", "skg:cost"), "skg:unit", n("unit:FORTNIGHT"))),
    ("wrong-unit", 2, change(named("skg:sessionInterval", "skg:downtime"), "skg:unit", n("unit:MIN"))),
    ("wrong-unit", 2, change(named("skg:cost", "skg:startHour"), "skg:unit", n("unit:DAY"))),
    ("quantity-without-unit", 2, lose(named("skg:sessions", "skg:hasSideEffect"), "skg:unit")),
    ("implausible-number", 1, change(numbered("skg:sessions"), "skg:maximum", times(100))),
    ("implausible-number", 1, change(numbered("skg:downtime"), "skg:maximum", times(1000))),
    ("implausible-number", 1, change(numbered("skg:sessionInterval"), "skg:maximum", times(100))),
    ("implausible-number", 1, change(numbered("skg:sessionDuration"), "skg:maximum", times(60))),
    ("implausible-number", 1, change(numbered("skg:maintenancePerYear"), "skg:maximum", times(100))),
    ("implausible-number", 1, change(numbered("skg:cost"), "skg:maximum", times(100))),
    ("implausible-number", 1, change(numbered("skg:hasSideEffect"), "skg:maximum", times(1000))),
    ("negative-quantity", 3, change(things("skg:Claim", "skg:minimum"), "skg:minimum", times(-1))),
    ("hedge-on-a-stated-claim", 5, change(things("skg:Claim", "skg:hedge"), "skg:certainty", n("skg:Stated"))),
    (
        "hedged-without-wording",
        3,
        lose(things("skg:Claim", "skg:hedge", lacking=("skos:editorialNote",)), "skg:hedge"),
    ),
    (
        "hedged-without-wording",
        3,
        change(
            things("skg:Claim", lacking=("skos:editorialNote", "skg:hedge")),
            "skg:certainty", n("skg:Hedged"),
        ),
    ),
    ("comparison-without-attribute", 3, lose(said("skg:comparedWith"), "skg:attribute")),
    ("comparison-without-direction", 3, lose(said("skg:comparedWith"), "skg:direction")),
    ("dependence-without-attribute", 3, lose(said("skg:dependsOn"), "skg:attribute")),
    ("treats-without-effect", 4, lose(supporting(said("skg:treats")), "skg:effect")),
    ("inherited-edge-without-origin", 3, lose(EDGES, "skg:inheritedFrom")),
    ("inherited-edge-without-claim", 2, lose(EDGES, "skg:basedOn")),
    ("inherited-edge-without-claim", 1, change(EDGES, "skg:basedOn", n("claim:nothing"))),
    ("inherited-edge-differs", 2, change(EDGES, "rdf:object", n("skin:medical-spa"))),
    ("inherited-edge-differs", 2, change(EDGES, "rdf:subject", n("skin:medical-spa"))),
    ("inherited-edge-differs", 1, change(EDGES, "skg:inheritedFrom", n("skin:medical-spa"))),
    ("inheritance-not-allowed", 2, change(EDGES, "rdf:predicate", n("skg:treats"))),
    ("inheritance-not-allowed", 1, change(EDGES, "rdf:predicate", n("skg:suitedTo"))),
    ("inheritance-not-allowed", 1, change(EDGES, "rdf:predicate", n("skg:downtime"))),
    ("inherited-against-a-denial", 2, denied_of_the_heir),
    ("inherited-beyond-its-limits", 2, inherited_from_home),
    ("edge-without-claim", 2, gain(things("skg:Treatment"), "skg:treats", n("skin:medical-spa"))),
    ("edge-without-claim", 4, edge_alone("skg:treats")),
    ("edge-without-claim", 2, edge_alone("skg:hasOutcome")),
    (
        "strength-without-claim",
        2,
        gain(things("skg:Treatment"), "skg:absolutelyContraindicatedIn", n("skin:dry-skin")),
    ),
    ("inverse-without-edge", 2, gain(LABELLED, "skg:treatedBy", n("skin:medical-spa"))),
    ("help-without-chain", 2, gain(things("skg:Treatment"), "skg:mayHelp", n("skin:medical-spa"))),
    ("concept-without-label", 4, lose(concepts, "skos:prefLabel")),
    ("concept-without-definition", 4, lose(concepts, "skos:definition")),
    ("two-preferred-labels", 3, gain(concepts, "skos:prefLabel", text("another name", "en"))),
    ("label-is-own-synonym", 2, gain(concepts, "skos:altLabel", own_label)),
    ("label-without-language", 2, gain(concepts, "skos:altLabel", text("a name"))),
    *(
        ("text-with-hidden-characters", 1, change(concepts, "skos:prefLabel", rewrite("(?<=.)", sign)))
        for sign in HIDDEN
    ),
    ("text-with-outer-space", 2, change(concepts, "skos:prefLabel", rewrite("$", " "))),
    ("text-with-outer-space", 1, change(things("skg:Claim", "skg:hedge"), "skg:hedge", rewrite("^", "\u00a0"))),
    *(
        ("label-with-foreign-letters", 1, change(having_letter(a), "skos:prefLabel", rewrite(a, b)))
        for a, b in WITH_A
    ),
    ("label-too-long", 2, gain(concepts, "skos:altLabel", text("very " * 50 + "long", "en"))),
    ("long-quotation", 2, change(things("skg:Claim", "skg:statedAs"), "skg:statedAs", rewrite("$", " and so on" * 6))),
    ("broader-cycle", 4, circle),
    ("reflexive-relation", 2, gain(concepts, "skos:related", itself)),
    ("reflexive-relation", 1, gain(things("skg:Treatment"), "skg:pairsWith", itself)),
    ("broader-and-related", 3, broader_too),
    (
        "broader-of-another-class",
        3,
        change(things("skg:Treatment", "skos:broader"), "skos:broader", n("skin:medical-spa")),
    ),
    ("disjoint-classes", 2, gain(things("skg:Treatment"), "rdf:type", n("skg:Concern"))),
    ("disjoint-classes", 2, gain(things("skg:Treatment"), "rdf:type", n("skg:PatientFactor"))),
    ("disjoint-classes", 1, gain(things("skg:Outcome"), "rdf:type", n("skg:SideEffect"))),
    ("disjoint-classes", 1, gain(CLAIMS, "rdf:type", n("skg:Passage"))),
    ("deprecated-concept-used", 2, give_up("rdf:subject")),
    ("deprecated-concept-used", 2, give_up("rdf:object")),
    ("deprecated-concept-used", 1, give_up("skg:using")),
    ("deprecated-without-successor", 2, gain(concepts, "owl:deprecated", TRUE)),
    ("passage-incomplete", 2, lose(PASSAGES, "skg:section")),
    ("passage-incomplete", 2, lose(PASSAGES, "skg:hash")),
    ("passage-incomplete", 1, lose(PASSAGES, "skg:start")),
    ("passage-incomplete", 1, lose(PASSAGES, "skg:source")),
    ("passage-ends-before-start", 3, swap_ends("skg:start", "skg:end", PASSAGES)),
    ("passage-past-end", 3, change(PASSAGES, "skg:end", plus("90000"))),
    ("passage-past-end", 2, shorter_document),
    ("negative-offset", 2, change(PASSAGES, "skg:start", typed("-1", "integer"))),
    ("malformed-hash", 2, change(PASSAGES, "skg:hash", rewrite(".$", ""))),
    ("malformed-hash", 2, change(PASSAGES, "skg:hash", rewrite("^sha256:", "md5:"))),
    ("malformed-hash", 1, change(SOURCES, "skg:hash", rewrite(".$", "g"))),
    ("duplicate-passage", 2, twin_passage),
    ("passage-name-differs", 4, change(PASSAGES, "skg:start", plus("1"))),
    ("passage-name-differs", 4, change(PASSAGES, "skg:end", plus("-1"))),
    ("passage-of-another-source", 4, another_source),
    ("claim-of-another-source", 4, another_passage(keeping=False)),
    ("claim-in-two-sources", 3, another_passage(keeping=True)),
    ("unused-passage", 3, unread),
    ("unused-source", 1, unread_source),
    *(
        ("source-incomplete", 1, lose(SOURCES, name))
        for name in (
            "dcterms:title", "skg:kind", "skg:file", "skg:hash", "skg:characters",
            "skg:evidenceLevel", "skg:authority",
        )
    ),
    ("duplicate-source", 1, twin_source("skg:file")),
    ("duplicate-source", 1, twin_source("skg:hash")),
    ("malformed-date", 1, gain(SOURCES, "dcterms:date", text("last year"))),
    ("malformed-date", 1, gain(SOURCES, "dcterms:date", typed("2021-13-01", "date"))),
    ("future-date", 1, gain(SOURCES, "dcterms:date", typed("2999-01-01", "date"))),
    ("future-date", 1, gain(SOURCES, "dcterms:issued", typed("2999", "gYear"))),
    ("wrong-datatype", 2, change(things("skg:Claim", "skg:minimum"), "skg:minimum", retyped("string"))),
    ("wrong-datatype", 2, change(things("skg:Claim", "skg:hedge"), "skg:hedge", text("may", "en"))),
    ("wrong-datatype", 1, change(PASSAGES, "skg:start", retyped("decimal"))),
    ("ill-typed-literal", 2, change(PASSAGES, "skg:start", typed("ten", "integer"))),
    ("ill-typed-literal", 1, change(things("skg:Claim", "skg:minimum"), "skg:minimum", typed("1,5", "decimal"))),
    ("ill-typed-literal", 1, change(things("skg:Claim", "skg:expected"), "skg:expected", typed("yes", "boolean"))),
    ("bad-order", 2, change(things("skg:Claim", "skg:order"), "skg:order", typed("0", "integer"))),
    ("repeated-claim", 4, twin({})),
    ("repeated-claim", 1, twin({"skos:editorialNote": text("said twice", "en")})),
    ("contradiction-in-one-document", 3, twin({"skg:polarity": REFUTES})),
    ("schema-term-unexplained", 1, lose(named("skg:treats"), "rdfs:label")),
    ("schema-term-unexplained", 1, lose(named("skg:Concern"), "rdfs:comment")),
    ("schema-value-unlabelled", 2, lose(named("skg:Relative", "skg:E0"), "rdfs:label")),
    ("two-exact-matches", 3, gain(things("skg:Concern", "skos:exactMatch"), "skos:exactMatch", next_term)),
    ("exact-match-shared", 2, gain(named("skin:blemish", "skin:pain"), "skos:exactMatch", n("MONDO:0011438"))),
    ("matched-in-two-ways", 1, gain(named("skin:acne"), "skos:exactMatch", n("HP:0001061"))),
    ("matched-in-two-ways", 1, gain(things("skg:Agent", "skos:exactMatch"), "skos:broadMatch", same_term)),
    ("mapping-of-no-concept", 3, lose(things("skg:Concern", "skos:closeMatch"), "skos:prefLabel")),
    ("mapped-within", 2, gain(concepts, "skos:broadMatch", n("skin:acne"))),
    ("mapped-within", 1, gain(concepts, "skos:closeMatch", text("acne", "en"))),
    ("matched-term-without-label", 2, gain(concepts, "skos:closeMatch", n("HP:9999999"))),
]  # fmt: skip

CASES = [
    pytest.param(rule, harm, nth, of, id=f"{rule}-{number}.{nth}")
    for number, (rule, of, harm) in enumerate(MUTANTS, 1)
    for nth in range(of)
]
RULES = {query.name: query for query in checks()}


@pytest.fixture(scope="module")
def graph() -> SkinGraph:
    return SkinGraph.load()


@cache
def found_before(graph: SkinGraph, rule: str) -> frozenset[Violation]:
    return frozenset(check_query(graph, RULES[rule]))


@pytest.mark.parametrize(("rule", "harm", "nth", "of"), CASES)
def test_damage_is_caught_by_the_rule_for_it(graph, rule, harm, nth, of):
    damage = harm(graph.store, nth, of)
    before = found_before(graph, rule)
    with damaged(graph.store, damage):
        found = set(check_query(graph, RULES[rule])) - before
    assert damage.entity.value in {violation.entity for violation in found}, (
        f"{rule} does not see this damage to {curie(damage.entity.value)}"
    )


def test_every_rule_has_a_damage_that_it_catches():
    assert {rule for rule, _, _ in MUTANTS} == set(RULES)


def test_there_are_some_200_damaged_copies():
    assert len(CASES) >= 200


# Damage that only the documents show

DOCUMENT = (
    "A short guide to the care of scars. "
    + " ".join(
        f"Point {number}: the gel number {number} can soften a scar within {number} weeks."
        for number in range(1, 21)
    )
    + "\n"
)
SECOND = DOCUMENT.replace("gel", "plain oil").replace("scar", "wart")


@pytest.fixture(scope="module")
def documents(tmp_path_factory) -> tuple[SkinGraph, Path]:
    """The shipped graph and its documents, or a small graph and a document where those are away."""
    folder = where_they_are()
    if folder is not None:
        return SkinGraph.load(), folder
    return miniature(tmp_path_factory.mktemp("documents"))


def miniature(folder: Path) -> tuple[SkinGraph, Path]:
    """Two documents of twenty sentences, and a graph with a claim on each sentence."""
    lines = [f"@prefix {prefix}: <{iri}> ." for prefix, iri in PREFIXES.items()]
    lines.append("skin:gel a skg:Treatment ; skos:definition 'A thick liquid.'@en .")
    lines.append("skin:scar a skg:Concern ; skos:definition 'A mark left by a wound.'@en .")
    for source, document in (("guide", DOCUMENT), ("second", SECOND)):
        (folder / f"{source}.txt").write_bytes(document.encode())
        lines.append(
            f"source:{source} a skg:Source ; skg:file '{source}.txt' ; "
            f"skg:characters {len(document)} ; skg:hash '{hashed(document)}' ."
        )
        for number, match in enumerate(re.finditer(r"Point [^.]*\.", document)):
            passage = f"passage:{source}-{match.start()}-{match.end()}"
            lines.append(
                f"{passage} a skg:Passage ; skg:source source:{source} ; "
                f"skg:start {match.start()} ; skg:end {match.end()} ; "
                f"skg:hash '{hashed(match[0])}' ."
            )
            lines.append(
                f"claim:{source}-{number} a skg:Claim ; rdf:subject skin:gel ; "
                f"rdf:predicate skg:treats ; rdf:object skin:scar ; skg:hedge 'can' ; "
                f"skg:statedAs 'weeks' ; skg:condition 'for a while'@en ; skg:passage {passage} ."
            )
    store = ox.Store()
    store.bulk_load("\n".join(lines), format=ox.RdfFormat.TURTLE, to_graph=ASSERTED_GRAPH)
    return SkinGraph(store), folder


def hashed(words: str) -> str:
    return f"sha256:{hashlib.sha256(words.encode()).hexdigest()}"


def other_digit(old: Term) -> Term:
    return text(old.value[:-1] + ("0" if old.value[-1] != "0" else "1"))


DOCUMENT_MUTANTS: list[tuple[str, int, Harm]] = [
    ("passage-hash-differs", 6, change(PASSAGES, "skg:start", plus("1"))),
    ("passage-hash-differs", 6, change(PASSAGES, "skg:end", plus("-1"))),
    ("passage-hash-differs", 6, change(PASSAGES, "skg:hash", other_digit)),
    ("passage-cuts-a-word", 4, change(PASSAGES, "skg:end", plus("-2"))),
    ("passage-outside-document", 3, change(PASSAGES, "skg:end", plus("90000"))),
    ("passage-outside-document", 2, change(PASSAGES, "skg:start", typed("-1", "integer"))),
    ("passage-outside-document", 2, change(PASSAGES, "skg:start", plus("90000"))),
    ("document-changed", 2, change(SOURCES, "skg:hash", other_digit)),
    ("document-length-differs", 2, change(SOURCES, "skg:characters", plus("1"))),
    ("document-missing", 2, change(SOURCES, "skg:file", rewrite("[.]", "-"))),
    ("document-missing", 1, change(SOURCES, "skg:file", text("../secret.txt"))),
]


@pytest.mark.parametrize(
    ("rule", "harm", "nth", "of"),
    [
        pytest.param(rule, harm, nth, of, id=f"{rule}-{number}.{nth}")
        for number, (rule, of, harm) in enumerate(DOCUMENT_MUTANTS, 1)
        for nth in range(of)
    ],
)
def test_damage_to_a_passage_or_source_shows_in_the_documents(documents, rule, harm, nth, of):
    graph, folder = documents
    damage = harm(graph.store, nth, of)
    with damaged(graph.store, damage):
        found = {(v.rule, v.entity): v for v in check_passages(graph, folder)}
    assert (rule, damage.entity.value) in found
    assert "Claims that rest on it: claim:" in found[rule, damage.entity.value].message


def test_a_claim_moved_to_another_document_shows_in_the_documents(documents):
    graph, folder = documents
    passage = PASSAGES(graph.store)[-1]
    (old,) = stated(graph.store, passage, "skg:source")
    other = next(source for source in SOURCES(graph.store) if source != old.object)
    damage = Damage(passage, (old,), (quad(passage, "skg:source", other),))
    with damaged(graph.store, damage):
        rules = {v.rule for v in check_passages(graph, folder) if v.entity == passage.value}
    assert rules & {"passage-hash-differs", "passage-outside-document"}


@pytest.mark.parametrize(
    ("choose", "property_", "language"),
    [
        (things("skg:Treatment", "skos:definition"), "skos:definition", "en"),
        (things("skg:Concern", "skos:definition"), "skos:scopeNote", "en"),
        (CLAIMS, "skos:editorialNote", "en"),
        (things("skg:Claim", "skg:condition"), "skg:condition", "en"),
        (things("skg:Claim", "skg:statedAs"), "skg:statedAs", None),
        (things("skg:Claim", "skg:hedge"), "skg:hedge", None),
    ],
)
def test_eight_words_of_a_document_are_not_repeated(documents, choose, property_, language):
    graph, folder = documents
    file = the(graph.store, SOURCES(graph.store)[0], "skg:file").value
    words = (folder / file).read_text(encoding="utf-8").split()[20:]
    thing = choose(graph.store)[0]

    def rules(number: int) -> set[str]:
        copied = text(" ".join(["so:", *words[:number]]).upper(), language)
        with damaged(graph.store, Damage(thing, (), (quad(thing, property_, copied),))):
            found = check_wording(graph, folder)
        return {v.rule for v in found if v.entity == thing.value}

    assert "wording-copied" in rules(12)
    assert "wording-copied" not in rules(6)


@pytest.mark.parametrize("damage", ["passage-hash-differs", "wording-copied"])
def test_the_documents_are_checked_where_they_are_away(tmp_path, damage):
    graph, folder = miniature(tmp_path)
    assert check_passages(graph, folder) == []
    assert check_wording(graph, folder) == []
    if damage == "passage-hash-differs":
        (folder / "guide.txt").write_bytes(DOCUMENT.replace("scar ", "wart ").encode())
        found = check_passages(graph, folder)
    else:
        words = text("Point 3: the gel number 3 can soften a scar", "en")
        graph.store.add(quad(n("skin:gel"), "skos:definition", words))
        found = check_wording(graph, folder)
    assert damage in {violation.rule for violation in found}


def test_the_schema_graph_is_left_as_it_was(graph):
    assert len(list(graph.store.quads_for_pattern(None, None, None, SCHEMA_GRAPH))) == len(
        list(SkinGraph.load().store.quads_for_pattern(None, None, None, SCHEMA_GRAPH))
    )
