"""The checks: what they find, how they say it, and that the shipped graph passes them."""

from __future__ import annotations

import hashlib
import warnings
from collections import Counter

import pyoxigraph as ox
import pytest
import rdflib
from tests.pieces import PREFIXES as SHORT
from tests.pieces import documents

from skingraph.catalogue import checks
from skingraph.checks import Violation, check, check_passages, check_shapes, check_wording
from skingraph.prefixes import PREFIXES
from skingraph.resources import folder, walk
from skingraph.store import SkinGraph

DOCUMENT = "Salve. The salve may soften a scar in two weeks, and it costs next to nothing.\n"
WORDS = "The salve may soften a scar in two weeks"
START = DOCUMENT.index(WORDS)
END = START + len(WORDS)


def hashed(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


SOUND = f"""
source:notes a skg:Source ; dcterms:title "Notes"@en ; skg:kind "leaflet" ;
    skg:file "notes.txt" ; skg:hash "{hashed(DOCUMENT)}" ; skg:characters {len(DOCUMENT)} ;
    skg:evidenceLevel skg:E1 ; skg:authority skg:Clinic .
passage:notes-{START}-{END} a skg:Passage ; skg:source source:notes ; skg:section "Salve" ;
    skg:start {START} ; skg:end {END} ; skg:hash "{hashed(WORDS)}" .
skin:salve a skg:Treatment ; skos:prefLabel "salve"@en ; skos:definition "A thick cream."@en .
skin:scar a skg:Concern ; skos:prefLabel "scar"@en ; skos:definition "A lasting mark."@en .
skin:young-age a skg:PatientFactor ; skos:prefLabel "young age"@en ;
    skos:definition "Being young."@en .
claim:notes-salve-softens a skg:Claim ; rdf:subject skin:salve ; rdf:predicate skg:treats ;
    rdf:object skin:scar ; skg:effect skg:Improves ; skg:polarity skg:Supports ;
    skg:certainty skg:Hedged ; skg:hedge "may" ; skg:statedAs "in two weeks" ;
    skg:passage passage:notes-{START}-{END} .
claim:notes-salve-refused a skg:Claim ; rdf:subject skin:salve ;
    rdf:predicate skg:contraindicatedIn ; rdf:object skin:young-age ; skg:strength skg:Relative ;
    skg:polarity skg:Supports ; skg:certainty skg:Stated ;
    skg:passage passage:notes-{START}-{END} .
"""


@pytest.fixture
def sound(tmp_path):
    """The small graph, with some of its text replaced, and its document beside it."""
    (tmp_path / "notes.txt").write_bytes(DOCUMENT.encode())

    def read(*changes: tuple[str, str], more: str = "") -> SkinGraph:
        turtle = SOUND
        for old, new in changes:
            assert old in turtle
            turtle = turtle.replace(old, new)
        file = tmp_path / "sound.ttl"
        file.write_text(SHORT + turtle + more, encoding="utf-8")
        return SkinGraph.read([file])

    return read


def rules(found) -> set[str]:
    return {violation.rule for violation in found}


def test_the_shipped_graph_conforms(graph):
    report = check(graph, sources=documents())
    errors = [str(violation) for violation in report.violations if violation.level == "error"]
    assert not errors, "\n".join(errors)
    assert report.conforms


def test_the_shipped_graph_has_no_warnings(graph):
    assert check(graph).warnings == 0


def test_a_sound_graph_from_a_file_conforms(sound, tmp_path):
    report = check(sound(), sources=tmp_path)
    assert report.violations == ()
    assert report.conforms


def test_errors_are_counted_apart_from_warnings(sound):
    report = check(sound((" ; skg:effect skg:Improves", ""), ('; skg:hedge "may" ', "")))
    assert rules(report.violations) == {"treats-without-effect", "hedged-without-wording"}
    assert (report.errors, report.warnings, report.conforms) == (1, 1, False)


def test_a_warning_alone_lets_the_graph_conform(sound):
    report = check(sound((" ; skg:effect skg:Improves", "")))
    assert (report.warnings, report.conforms) == (1, True)


def test_violations_come_once_and_in_order(sound):
    report = check(sound(("skg:Relative", "skg:Mild"), ("skg:Hedged", "skg:Stated")))
    assert list(report.violations) == sorted(set(report.violations))


def test_a_violation_is_one_line_with_short_names(sound):
    report = check(sound(("; skg:strength skg:Relative", "")))
    line = next(str(v) for v in report.violations if v.rule == "contraindication-without-strength")
    assert line.startswith(
        "error contraindication-without-strength claim:notes-salve-refused: "
        "The contraindication does not say whether the treatment is refused or advised against. "
    )
    assert line.endswith("[skg:strength]")


def test_a_line_shows_characters_that_cannot_be_seen(sound):
    report = check(sound(('"scar"@en', '"sc\\u200Bar"@en')))
    line = next(str(v) for v in report.violations if v.rule == "text-with-hidden-characters")
    assert line.endswith("[skos:prefLabel sc\\u200bar]")


def test_a_violation_without_a_value_needs_no_brackets():
    violation = Violation("rule", "error", PREFIXES["skin"] + "scar", "Mend it.")
    assert str(violation) == "error rule skin:scar: Mend it."


def test_a_wrong_passage_says_which_claims_rest_on_it(sound):
    report = check(sound(("skg:start 7", "skg:start 8")))
    (violation,) = [v for v in report.violations if v.rule == "passage-name-differs"]
    assert violation.message.endswith(
        "Claims that rest on it: claim:notes-salve-refused, claim:notes-salve-softens."
    )


def test_a_graph_without_claims_is_checked_against_our_schema(tmp_path):
    file = tmp_path / "concept.ttl"
    file.write_text(SHORT + "skin:scar a skg:Concern .", encoding="utf-8")
    found = rules(check(SkinGraph.read([file])).violations)
    assert {"concept-without-label", "concept-without-definition", "unreached-concept"} <= found
    assert "dangling-iri" not in found


def test_values_of_the_wrong_type_are_reported_and_stop_nothing(sound, tmp_path):
    broken = sound(
        ("skg:start 7", 'skg:start "ten"'), more='claim:x a skg:Claim ; skg:minimum "a" .'
    )
    found = rules(check(broken, sources=tmp_path).violations)
    assert {"wrong-datatype", "claim-without-subject"} <= found


def test_nothing_of_ours_is_logged_or_warned_about(sound, caplog):
    broken = sound()
    ten = ox.Literal("ten", datatype=ox.NamedNode(PREFIXES["xsd"] + "integer"))
    passage = ox.NamedNode(f"{PREFIXES['passage']}notes-{START}-{END}")
    broken.store.add(ox.Quad(passage, ox.NamedNode(PREFIXES["skg"] + "start"), ten))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "ill-typed-literal" in rules(check(broken).violations)
    assert "rdflib.term" not in {record.name for record in caplog.records}


def test_a_fault_of_a_blank_node_can_be_written_as_a_row(sound):
    rows = check(sound(more="[] a skg:Claim ; rdf:subject skin:salve .")).rows()
    assert "blank-node" in rows.column("rule")


# The rules


@pytest.mark.parametrize("query", checks(), ids=lambda query: query.name)
def test_a_rule_says_what_a_row_means_and_what_to_do(query, graph):
    assert query.summary
    assert not query.summary.endswith(".")
    assert query.description.endswith(".")
    assert query.level in ("error", "warning")
    columns = {variable.value for variable in graph.query(query.text).variables}
    assert {"entity", "property", "value"} <= columns <= {"entity", "property", "value", "message"}


def test_each_rule_has_its_own_summary():
    counted = Counter(query.summary for query in checks())
    assert [summary for summary, times in counted.items() if times > 1] == []


# The shapes

SHAPE_DAMAGE = [
    ("claim-subject", ("rdf:subject skin:salve ; rdf:predicate skg:treats", "rdf:predicate skg:treats")),
    ("claim-predicate", ("rdf:predicate skg:treats ;", "")),
    ("claim-object", ("rdf:object skin:scar", "rdf:object source:notes")),
    ("claim-polarity", ("skg:polarity skg:Supports", "skg:polarity skg:Maybe")),
    ("claim-certainty", ("skg:certainty skg:Stated", "skg:certainty skg:Supports")),
    ("claim-passage", ("skg:passage passage", "skg:passages passage")),
    ("claim-strength", ("skg:strength skg:Relative", "skg:strength skg:Mild")),
    ("claim-effect", ("skg:effect skg:Improves", "skg:effect skg:Cures")),
    ("claim-hedge", ('skg:hedge "may"', 'skg:hedge "may", "might"')),
    ("claim-stated-as", ('skg:statedAs "in two weeks"', 'skg:statedAs "in two weeks"@en')),
    ("claim-minimum", ('skg:statedAs "in two weeks"', "skg:minimum -2.0")),
    ("claim-order", ('skg:statedAs "in two weeks"', "skg:order 0")),
    ("claim-setting", ('skg:statedAs "in two weeks"', "skg:setting skin:scar")),
    ("claim", ('skg:statedAs "in two weeks"', "skg:source source:notes")),
    ("claim", ('skg:statedAs "in two weeks"', "skg:unit skg:Mild")),
    ("passage-source", ("skg:source source:notes ;", "")),
    ("passage-section", ('skg:section "Salve" ;', "")),
    ("passage-start", ("skg:start 7", "skg:start 70")),
    ("passage-end", (f"skg:end {END}", f"skg:end {END}, 60")),
    ("passage-hash", (hashed(WORDS), hashed(WORDS)[:-1])),
    ("passage", ('skg:section "Salve"', 'skg:section "Salve" ; skg:page 3')),
    ("source-title", ('dcterms:title "Notes"@en ;', "")),
    ("source-kind", ('skg:kind "leaflet" ;', "")),
    ("source-file", ('"notes.txt"', '"../notes.txt"')),
    ("source-hash", (hashed(DOCUMENT), hashed(DOCUMENT).upper())),
    ("source-characters", (f"skg:characters {len(DOCUMENT)} ;", "")),
    ("source-evidence-level", ("skg:evidenceLevel skg:E1 ;", "skg:evidenceLevel skg:Clinic ;")),
    ("source-authority", ("skg:authority skg:Clinic", "skg:authority skg:E1")),
    ("source-date", ('skg:kind "leaflet"', 'skg:kind "leaflet" ; dcterms:date "today"')),
    ("concept-pref-label", ('skos:prefLabel "scar"@en', 'skos:prefLabel "scar"@en, "mark"@en')),
    ("concept-definition", ('; skos:definition "A lasting mark."@en', "")),
    ("concept-broader", ('"A lasting mark."@en', '"A lasting mark."@en ; skos:broader source:notes')),
    ("treatment", ("a skg:Treatment", "a skg:Treatment, skg:Concern")),
    ("treatment-treats", ("rdf:object skin:scar", "rdf:object skin:young-age")),
    ("treatment-contraindicated-in", ("rdf:object skin:young-age", "rdf:object skin:scar")),
    ("outcome", ("a skg:Concern", "a skg:Concern, skg:Outcome")),
    ("device", ("a skg:Treatment", "a skg:Treatment, skg:Device")),
    ("body-site", ("a skg:Concern", "a skg:Concern, skg:BodySite")),
    ("authority", ("skg:authority skg:Clinic .", "skg:authority skg:Mine . skg:Mine a skg:Authority .")),
    ("authority-notation", ("skg:authority skg:Clinic .", "skg:authority skg:Mine . skg:Mine a skg:Authority .")),
    ("evidence-level-rank", ("skg:E1 ;", "skg:E7 .\nskg:E7 a skg:EvidenceLevel .\nsource:notes")),
    ("inherited-edge-subject", ("a skg:Concern", "a skg:Concern, skg:InheritedEdge")),
    ("inherited-edge-inherited-from", ("a skg:Concern", "a skg:Concern, skg:InheritedEdge")),
    ("inherited-edge", ("a skg:Concern", "a skg:Concern, skg:InheritedEdge")),
]  # fmt: skip


@pytest.mark.parametrize(("shape", "change"), SHAPE_DAMAGE)
def test_a_shape_refuses_what_does_not_fit_it(sound, shape, change):
    assert f"shape:{shape}" in rules(check_shapes(sound(change)))


def test_every_class_has_a_shape_that_says_what_to_do(graph):
    shapes = rdflib.Graph()
    for file in walk(folder("ontology") / "shapes", ".ttl"):
        shapes.parse(data=file.read_text(encoding="utf-8"), format="turtle")
    targets = {str(target) for target in shapes.objects(None, rdflib.SH.targetClass)}
    classes = graph.select(
        "SELECT ?class { { ?class rdfs:subClassOf* skg:Concept } UNION "
        "{ VALUES ?class { skg:Claim skg:Passage skg:Source skg:EvidenceLevel skg:Authority "
        "skg:InheritedEdge } } }"
    )
    assert set(classes.column("class")) == targets
    for shape in shapes.subjects(rdflib.SH.targetClass):
        assert str(shapes.value(shape, rdflib.SH.message)).endswith(".")
        assert shapes.value(shape, rdflib.SH.severity) is not None


# The documents


def test_passages_that_stand_in_their_document_pass(sound, tmp_path):
    assert check_passages(sound(), tmp_path) == []
    assert check_wording(sound(), tmp_path) == []


def at(start: int, end: int) -> list[tuple[str, str]]:
    """The changes that move the passage and keep its hash true."""
    return [
        ("skg:start 7", f"skg:start {start}"),
        (f"skg:end {END}", f"skg:end {end}"),
        (hashed(WORDS), hashed(DOCUMENT[start:end])),
    ]


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("passage-hash-differs", [("skg:start 7", "skg:start 6")]),
        ("passage-hash-differs", [(hashed(WORDS), hashed("another"))]),
        ("passage-cuts-a-word", at(8, END)),
        ("passage-cuts-a-word", at(7, END - 1)),
        ("passage-says-nothing", at(5, 7)),
        ("passage-outside-document", [(f"skg:end {END}", "skg:end 5000")]),
        ("passage-outside-document", [("skg:start 7", "skg:start 70")]),
        ("document-changed", [(hashed(DOCUMENT), hashed("another"))]),
        ("document-length-differs", [(f"skg:characters {len(DOCUMENT)}", "skg:characters 1")]),
        ("document-missing", [("notes.txt", "note.txt")]),
        ("document-missing", [("notes.txt", "../notes.txt")]),
        ("document-missing", [('"notes.txt"', '""')]),
    ],
)
def test_a_passage_is_held_against_its_document(sound, tmp_path, rule, changes):
    found = check_passages(sound(*changes), tmp_path)
    assert rule in rules(found)
    assert all("claim:notes-salve-softens" in violation.message for violation in found)


def test_a_changed_document_is_told(sound, tmp_path):
    (tmp_path / "notes.txt").write_bytes(DOCUMENT.replace("soften", "harden").encode())
    assert rules(check_passages(sound(), tmp_path)) == {"document-changed", "passage-hash-differs"}


def test_a_document_that_is_no_text_is_told(sound, tmp_path):
    (tmp_path / "notes.txt").write_bytes(b"\xff\xfe")
    assert "document-not-utf-8" in rules(check_passages(sound(), tmp_path))


def test_a_missing_document_is_named(sound, tmp_path):
    (tmp_path / "notes.txt").unlink()
    (violation,) = check_passages(sound(), tmp_path)
    assert violation.value == "notes.txt"
    assert "No such file" in violation.message


def test_offsets_count_characters_and_line_ends_as_they_are(sound, tmp_path):
    text = "\u00fc\u00e9\r\n" + DOCUMENT
    (tmp_path / "notes.txt").write_bytes(text.encode())
    moved = sound(
        (hashed(DOCUMENT), hashed(text)),
        (f"skg:characters {len(DOCUMENT)}", f"skg:characters {len(text)}"),
        ("skg:start 7", f"skg:start {START + 4}"),
        (f"skg:end {END}", f"skg:end {END + 4}"),
    )
    assert check_passages(moved, tmp_path) == []


@pytest.mark.parametrize(
    ("words", "copied"),
    [
        ("THE SALVE, may: soften a scar in two", True),
        ("Salve that may soften a scar in two weeks, and it", True),
        ("The salve may soften a scar in", False),
        ("The salve may soften a big scar in two weeks", False),
    ],
)
def test_eight_words_in_a_row_of_a_document_are_a_copy(sound, tmp_path, words, copied):
    found = check_wording(sound(("A lasting mark.", words)), tmp_path)
    assert ("wording-copied" in rules(found)) == copied
