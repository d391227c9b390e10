"""The mappings: files that are SSSOM, terms that were seen, and matches that say one thing."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest
import yaml
from tests.pieces import ROOT, concept

from skingraph.catalogue import named
from skingraph.checks import check_mappings, check_query
from skingraph.concepts import Lexicon, describe
from skingraph.counterparts import counterparts_of, matching
from skingraph.errors import BadFile, UnknownName
from skingraph.loading import MAPPINGS_GRAPH
from skingraph.mappings import MATCHES, as_triples, faults, mapping_sets, read_set, verified
from skingraph.prefixes import PREFIXES, SKIN, VOCABULARIES
from skingraph.resources import folder, walk

FILES = list(walk(folder("ontology") / "mappings", ".sssom.tsv"))
HEADER = """\
# curie_map:
#   HP: http://purl.obolibrary.org/obo/HP_
#   skin: https://w3id.org/skingraph/
#   skos: http://www.w3.org/2004/02/skos/core#
# license: https://creativecommons.org/licenses/by/4.0/
# mapping_set_id: https://w3id.org/skingraph/mappings/mine
# creator_label:
# - "one"
# - two
"""
COLUMNS = "subject_id subject_label predicate_id object_id object_label mapping_justification"
LINE = "skin:acne\tacne\tskos:closeMatch\tHP:0001061\tAcne\tsemapv:ManualMappingCuration"


def table(*lines: str, header: str = HEADER) -> bytes:
    return "\n".join([header + COLUMNS.replace(" ", "\t"), *lines, ""]).encode()


def identifiers() -> Path | None:
    """Somebody else's table of verified terms, where this machine has it; it is not in the tree."""
    given = os.environ.get("SKINGRAPH_IDENTIFIERS")
    path = Path(given) if given else ROOT.parent / "shared" / "leads" / "vocab_ids.tsv"
    return path if path.is_file() else None


@pytest.fixture(scope="module")
def sets():
    return mapping_sets()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_our_reader_sees_in_a_header_what_a_yaml_reader_sees(file):
    comment = [line[2:] for line in file.read_text().splitlines() if line.startswith("#")]
    said = yaml.load("\n".join(comment), Loader=yaml.BaseLoader)
    ours = read_set(file.read_bytes(), file.name)
    assert ours.prefixes == said.pop("curie_map")
    assert {key: value for key, value in ours.metadata.items() if value} == said


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_file_is_for_one_vocabulary_with_the_prefixes_of_the_table(file):
    one = read_set(file.read_bytes(), file.name)
    vocabulary = file.name.removesuffix(".sssom.tsv").upper()
    assert one.iri == f"{SKIN}mappings/{file.name}"
    assert {name: one.prefixes[name] for name in ("skin", "skos", vocabulary)} == {
        name: PREFIXES[name] for name in ("skin", "skos", vocabulary)
    }
    assert all(each.object.startswith(PREFIXES[vocabulary]) for each in one.mappings)
    assert [each.subject for each in one.mappings] == sorted(each.subject for each in one.mappings)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_line_has_what_the_standard_requires(file):
    lines = [line for line in file.read_text().splitlines() if not line.startswith("#")]
    columns = lines[0].split("\t")
    assert columns[:6] == COLUMNS.split()
    assert {line.split("\t")[5] for line in lines[1:]} == {"semapv:ManualMappingCuration"}
    versioned = "object_source_version" in (*columns, *read_set(file.read_bytes(), "f").metadata)
    assert versioned


def test_every_vocabulary_of_the_table_has_a_file():
    assert {file.name.removesuffix(".sssom.tsv").upper() for file in FILES} == set(VOCABULARIES)


def test_the_graph_holds_the_matches_in_a_graph_of_their_own(graph, sets):
    held = {q.triple for q in graph.store.quads_for_pattern(None, None, None, MAPPINGS_GRAPH)}
    wanted = set()
    for each in (each for one in sets for each in one.mappings):
        term = ox.NamedNode(each.object)
        label = ox.Literal(each.object_label, language="en")
        match = ox.NamedNode(each.predicate)
        wanted.add(ox.Triple(ox.NamedNode(each.subject), match, term))
        wanted.add(ox.Triple(term, ox.NamedNode(PREFIXES["rdfs"] + "label"), label))
    assert held == wanted


def test_every_mapped_term_was_seen_in_a_release_and_is_called_so_there(graph):
    found = [violation for violation in check_mappings(graph) if violation.level == "error"]
    assert found == [], "\n".join(map(str, found))


def test_the_verified_terms_are_just_the_mapped_ones(sets):
    mapped = {each.object for one in sets for each in one.mappings}
    assert mapped == set(verified())
    assert all("@" in term.seen_in and term.release for term in verified().values())


def test_the_verified_terms_agree_with_the_table_of_somebody_else(graph):
    found = list(check_mappings(graph, identifiers()))
    assert {violation.rule for violation in found} <= {"identifier-not-in-table"}
    assert len(found) < len(verified())


def test_no_vocabulary_has_a_concept_twice_as_its_exact_match(sets):
    exact = Counter(
        each.object
        for one in sets
        for each in one.mappings
        if each.predicate.endswith("exactMatch")
    )
    assert [iri for iri, count in exact.items() if count > 1] == []


def test_the_table_of_the_page_counts_the_files(sets):
    page = (ROOT / "docs" / "mappings.md").read_text(encoding="utf-8")
    names = {"hp": "HPO", "doid": "DO", "chebi": "ChEBI", "maxo": "MAxO", "mesh": "MeSH"}
    told = dict(re.findall(r"^\| (\w+) ((?:\| \d+ ){4})", page, re.MULTILINE))
    for one in sets:
        found = Counter(each.predicate.rpartition("#")[2] for each in one.mappings)
        slug = one.name.split(".")[0]
        row = told[names.get(slug, slug.upper())]
        assert [int(number) for number in re.findall(r"\d+", row)] == [
            found[way] for way in MATCHES
        ]
    concepts = {each.subject for one in sets for each in one.mappings}
    assert f"{len(concepts)} of the " in page


# Matches that must stand so: what the nearest name would have made of them is wrong.
CHOSEN = """
acne MONDO:0011438 exact
acne HP:0001061 close
active-acne MONDO:0011438 broad
back-acne MONDO:0011438 broad
acne-scar HP:0100699 broad
pitted-acne-scar HP:0001075 broad
cold-sore MONDO:0043653 exact
eczema MONDO:0004980 narrow
blood-clotting-disorder MONDO:0001531 close
tretinoin CHEBI:15367 exact
natural-healing-process GO:0042060 broad
avoid-sun-exposure MAXO:0000055 close
top-layer-of-skin UBERON:0001003 close
"""


@pytest.mark.parametrize("line", CHOSEN.strip().splitlines())
def test_a_match_is_as_near_as_was_decided(graph, line):
    slug, term, way = line.split()
    found = {each.curie: each.match for each in counterparts_of(graph, SKIN + slug)}
    assert found[term] == way


@pytest.mark.parametrize("slug", ["acne-prone-skin", "photodamage", "vitamin-c-serum"])
def test_a_concept_without_a_fair_counterpart_has_none(graph, slug):
    assert counterparts_of(graph, SKIN + slug) == ()


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (table(LINE.replace("closeMatch", "sameAs")), "mine:11: skos:sameAs is no way to match"),
        (table(LINE.replace("HP:", "XX:")), "mine:11: 'XX:0001061' is no CURIE"),
        (table(LINE.replace("HP:0001061", "HP:0 1")), "mine:11: 'HP:0 1' holds a character"),
        (table(LINE.replace("\tAcne\t", "\t\t")), "mine:11: the column object_label is empty"),
        (table(LINE + "\tmore"), "mine:11: 7 cells, and the table has 6 columns"),
        (
            table(header=HEADER.replace("license", "licence")),
            "mine:1: the comment .* lacks license",
        ),
        (
            table(header="# no yaml\n" + HEADER),
            "mine:1: 'no yaml' is no line of a mapping's header",
        ),
        (HEADER.encode(), "mine:10: the table is missing"),
        (HEADER.encode() + b"subject_id\n", "mine:10: the table has no column subject_label"),
        (table(LINE) + b"\xff", "mine:12: not UTF-8"),
    ],
)
def test_a_damaged_file_is_refused_with_its_place(damage, told):
    with pytest.raises(BadFile, match=told):
        read_set(damage, "mine")


def test_a_label_with_quotes_and_strokes_stays_itself():
    line = LINE.replace("\tAcne\t", '\tthe "bad" \\ one\t')
    (_, label) = ox.parse(as_triples(table(line), "mine"), format=ox.RdfFormat.N_TRIPLES)
    assert label.object == ox.Literal('the "bad" \\ one', language="en")


def test_a_term_that_nobody_saw_and_a_label_that_changed_are_told():
    one = read_set(table(LINE.replace("HP:0001061", "HP:9999999"), LINE), "mine")
    found = list(faults([one], verified(), {SKIN + "acne": "pimples"}))
    assert [
        (fault.rule, fault.message.split(":")[1]) for fault in found if fault.level == "error"
    ] == [
        ("identifier-not-verified", "11"),
        ("mapping-label-differs", "11"),
        ("mapping-label-differs", "12"),
    ]
    assert {fault.rule for fault in found if fault.level == "warning"} == {"verified-and-unused"}


def test_a_table_that_calls_a_term_otherwise_is_an_error(run, tmp_path):
    rows = ("vocabulary\tid\tlabel_in_release", "HP\tHP:0001061\tPimples", "HP\tHP:0000964\t(none)")
    (tmp_path / "theirs.tsv").write_text("\n".join(rows) + "\n")
    code, out, _ = run("check", "--identifiers", str(tmp_path / "theirs.tsv"))
    assert code == 1
    (error,) = [line for line in out.splitlines() if line.startswith("error")]
    assert error.startswith("error identifier-differs HP:0001061: verified.tsv:")
    assert "theirs.tsv:2 calls it 'Pimples'" in error


def test_a_table_that_is_not_there_is_told(graph, tmp_path):
    with pytest.raises(BadFile, match=r"none\.tsv: cannot be read"):
        list(check_mappings(graph, tmp_path / "none.tsv"))


@pytest.mark.parametrize(
    "name",
    ["MONDO:0011438", "mondo:0011438", "<http://purl.obolibrary.org/obo/MONDO_0011438>"],
)
def test_an_identifier_of_another_vocabulary_means_its_exact_match(graph, name):
    assert Lexicon(graph).resolve(name).slug == "acne"


def test_an_identifier_that_nothing_matches_exactly_says_what_is_near(graph):
    with pytest.raises(UnknownName, match=r"HP:0001061 \(Acne\) is the exact match of no concept"):
        Lexicon(graph).resolve("HP:0001061")


def test_find_lists_what_matches_an_identifier_the_nearest_first(graph):
    found = Lexicon(graph).find("hp:0001061")
    assert [match.concept.slug for match in found][:2] == ["acne", "active-acne"]
    assert found[0].matched == "Acne (HP:0001061, close)"
    assert Lexicon(graph).find("HP:0001061", kinds=["Treatment"]) == []


@pytest.mark.parametrize("name", ["HP:9999999", "HP:<>", "MONDO:", "acne", "skin:acne", "<>"])
def test_other_texts_match_no_term(graph, name):
    assert matching(graph, name) == ()


def test_show_lists_the_counterparts(run):
    _, out, _ = run("show", "skin:sebum")
    assert (
        "in other vocabularies: Sebum (MESH:D012629, exact); sebum (UBERON:0001866, exact)" in out
    )


def test_a_file_of_ones_own_may_map_a_concept(small):
    label = '<http://purl.obolibrary.org/obo/HP_1> rdfs:label "le mal"@fr, "illness"@en .'
    match = "skin:ill skos:closeMatch <http://purl.obolibrary.org/obo/HP_1>, <http://e.org/x> ."
    graph = small(concept("ill", "Concern"), match, label)
    found = describe(graph, Lexicon(graph).resolve("ill")).counterparts
    assert list(map(str, found)) == [
        "illness (HP:1, close)",
        "http://e.org/x (http://e.org/x, close)",
    ]


def test_a_part_takes_its_matches_with_it(graph):
    part = graph.subgraph([SKIN + "tretinoin"])
    assert [each.curie for each in counterparts_of(part, SKIN + "tretinoin")] == [
        "CHEBI:15367",
        "MESH:D014212",
    ]


def test_a_match_within_our_own_names_is_a_violation(small):
    graph = small(
        concept("a", "Concern"), concept("b", "Concern"), "skin:a skos:exactMatch skin:b ."
    )
    (found,) = check_query(graph, named("mapped-within"))
    assert found.entity == SKIN + "a"
