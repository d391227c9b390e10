"""What changed between two graphs: told field by field, and as a patch that Jena applies."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fetched import FUSEKI, archive, program
from tests.pieces import LEAFLET, PREFIXES, ROOT, claim, concept

from skingraph import blanks
from skingraph.changelog import changelog, patch, report, summary
from skingraph.differences import differences
from skingraph.errors import BadFile, BadParameter, QueryStopped, UnknownName
from skingraph.export import RDF_FORMATS, write_graph
from skingraph.filters import ClaimFilter
from skingraph.release import write_release
from skingraph.sandbox import Limits
from skingraph.store import SkinGraph, graph_of
from skingraph.versions import version

THINGS = LEAFLET + concept("peel", "Treatment") + concept("scar", "Concern")
BEFORE = THINGS + claim("a", "peel", "treats", "scar", hedge='"may"', certainty="skg:Hedged")
NEWER = {
    "nothing": BEFORE,
    "concept": BEFORE + concept("pore", "Concern"),
    "claim": BEFORE + claim("b", "peel", "treats", "scar"),
    "certainty": THINGS + claim("a", "peel", "treats", "scar"),
    "label": BEFORE.replace('"scar"@en', '"old scar"@en'),
    "passage": BEFORE.replace("skg:end 9", "skg:end 8"),
    "source": BEFORE.replace("skg:E2", "skg:E0"),
}


@pytest.fixture
def changed(write):
    """The differences from one piece of Turtle to another."""

    def call(before, after):
        names = write(before, "before.ttl"), write(after, "after.ttl")
        return differences(*(version(name).graph for name in names))

    return call


@pytest.fixture(scope="module")
def released(graph, tmp_path_factory):
    """A release of the shipped graph."""
    folder = tmp_path_factory.mktemp("releases") / "skingraph-0"
    write_release(graph, folder)
    return folder


@pytest.fixture(scope="module")
def part(graph):
    """A part of the shipped graph."""
    return graph.subgraph(["skin:ablation"])


def fields(change):
    return {one.name: (one.before, one.after) for one in change.fields}


def named(found):
    return {(one.kind, one.change, one.id) for one in found.changes}


def applied(triples, text):
    """The statements after a patch without graphs, applied by the letter of its description."""
    # Other marks that Python takes for an end of line may stand in a text.
    lines = text.removesuffix("\n").split("\n")
    assert (lines[0], lines[-1]) == ("TX .", "TC .")
    triples = set(triples)
    for line in lines[1:-1]:
        letter, row = line.split(" ", 1)
        (quad,) = ox.parse(row, format=ox.RdfFormat.N_TRIPLES)
        if letter == "A":
            triples.add(quad.triple)
        else:
            assert letter == "D"
            triples.remove(quad.triple)
    return triples


# What changed


def test_the_same_said_in_another_order_is_no_difference(changed):
    pieces = [claim("a", "peel", "treats", "scar"), claim("b", "scar", "causedBy", "peel")]
    found = changed(THINGS + "".join(pieces), "".join(reversed(pieces)) + THINGS)
    assert not found
    assert summary(found) == "no difference"


def test_a_new_concept_is_told_with_its_fields(changed):
    found = changed(BEFORE, NEWER["concept"])
    assert named(found) == {("concept", "added", "skin:pore")}
    (one,) = found.changes
    assert one.label == "pore"
    assert fields(one) == {
        "rdf:type": ((), ("skg:Concern",)),
        "skos:prefLabel": ((), ('"pore"@en',)),
    }


def test_what_came_one_way_went_the_other_way(changed):
    found = changed(NEWER["concept"], BEFORE)
    assert named(found) == {("concept", "removed", "skin:pore")}
    assert (len(found.removed), len(found.added)) == (2, 0)


def test_a_changed_claim_says_which_field_and_how_it_reads(changed):
    (one,) = changed(BEFORE, NEWER["certainty"]).changes
    assert (one.kind, one.change, one.id) == ("claim", "changed", "claim:a")
    assert fields(one) == {
        "skg:certainty": (("skg:Hedged",), ("skg:Stated",)),
        "skg:hedge": (('"may"',), ()),
    }
    assert one.said_before == "peel treats scar [hedged: may]"
    assert one.said_after == "peel treats scar"
    assert one.sources == ("source:leaflet",)


def test_a_lost_denial_is_told(changed):
    denied = THINGS + claim("a", "peel", "treats", "scar", polarity="skg:Refutes")
    (one,) = changed(denied, NEWER["certainty"]).changes
    assert (one.said_before, one.said_after) == ("peel does NOT treat scar", "peel treats scar")


def test_a_claim_that_says_two_things_is_told_by_its_fields_alone(changed):
    torn = BEFORE.replace("skg:polarity skg:Supports", "skg:polarity skg:Supports, skg:Refutes")
    found = changed(BEFORE, torn)
    (one,) = found.changes
    assert (one.said_before, one.said_after) == ("peel treats scar [hedged: may]", "")
    assert fields(one) == {"skg:polarity": ((), ("skg:Refutes",))}
    assert changelog(found) == "- `claim:a` changed: skg:polarity from nothing to `skg:Refutes`.\n"


def test_a_changed_source_and_passage_name_the_claims_on_them(changed):
    (source,) = changed(BEFORE, NEWER["source"]).changes
    assert (source.kind, source.claims) == ("source", ("claim:a",))
    assert fields(source) == {"skg:evidenceLevel": (("skg:E2",), ("skg:E0",))}
    (passage,) = changed(BEFORE, NEWER["passage"]).changes
    assert (passage.kind, passage.claims) == ("passage", ("claim:a",))
    assert fields(passage)["skg:end"] == (('"9"^^xsd:integer',), ('"8"^^xsd:integer',))


def test_of_several_values_only_those_that_differ_are_told(changed):
    names = 'skin:scar skos:altLabel "one"@en, "two"@en .', 'skin:scar skos:altLabel "two"@en .'
    (one,) = changed(BEFORE + names[0], BEFORE + names[1]).changes
    assert fields(one) == {"skos:altLabel": (('"one"@en',), ())}


def test_a_thing_of_another_kind_is_told_as_such(changed):
    found = changed(BEFORE, BEFORE + '<http://example.org/x> rdfs:label "x" .')
    assert named(found) == {("other", "added", "<http://example.org/x>")}


def test_changes_stand_in_a_stable_order(changed):
    more = "".join(concept(name, "Concern") for name in ("c", "b", "a"))
    found = changed(BEFORE, NEWER["claim"] + more)
    assert [one.id for one in found.changes] == ["skin:a", "skin:b", "skin:c", "claim:b"]


def test_blank_nodes_are_the_same_where_all_that_hangs_on_them_is(changed):
    one = "skin:scar skos:note [ rdfs:label 'x' ; rdfs:seeAlso [ rdfs:label 'y' ] ] ."
    same = "skin:scar skos:note _:n . _:m rdfs:label 'y' . _:n rdfs:seeAlso _:m ; rdfs:label 'x' ."
    other = same.replace("'y'", "'z'")
    assert not changed(BEFORE + one, BEFORE + same)
    assert changed(BEFORE + one, BEFORE + other)


def test_the_same_blank_node_twice_is_not_the_same_once(changed):
    once = "[ rdfs:label 'x' ] rdfs:comment 'y' . "
    assert changed(BEFORE + once, BEFORE + once + once)
    assert not changed(BEFORE + once + once, BEFORE + once + once)


def test_tangled_blank_nodes_do_not_keep_us_for_ever(write, monkeypatch):
    monkeypatch.setattr(blanks, "LIMITS", Limits(seconds=1))
    # Every node is joined to every other: no order tells them apart.
    knot = "".join(
        f"_:a{m} rdfs:seeAlso _:a{n} .\n" for m in range(24) for n in range(24) if m != n
    )
    graph = version(write(BEFORE + knot)).graph
    with pytest.raises(QueryStopped):
        differences(graph, graph)


def test_neither_schema_nor_rules_nor_named_graphs_count(graph):
    asserted = [
        quad.triple
        for quad in graph.store
        if quad.graph_name.value.rpartition("#")[2] in ("asserted", "mappings")
    ]
    assert not differences(graph, graph_of(asserted))


# As text, JSON, Markdown


def test_the_text_tells_how_a_claim_read_and_reads(run, write):
    names = write(BEFORE, "a.ttl"), write(NEWER["certainty"], "b.ttl")
    code, out, _ = run("diff", *names)
    assert code == 1
    assert "1 claim changed; 2 statements removed, 1 added" in out.replace("\n    ", " ")
    assert "was: peel treats scar [hedged: may]" in out
    assert "is: peel treats scar\n" in out
    assert "skg:certainty: skg:Hedged -> skg:Stated" in out


def test_the_same_is_said_and_exits_0(run, write):
    names = write(BEFORE, "a.ttl"), write(BEFORE, "b.ttl")
    code, out, _ = run("diff", *names)
    assert code == 0
    assert "no difference" in out


def test_the_json_has_every_change_and_is_stable(run, write):
    names = write(BEFORE, "a.ttl"), write(NEWER["certainty"] + NEWER["concept"], "b.ttl")
    code, out, _ = run("diff", *names, "-f", "json")
    assert code == 1
    told = json.loads(out)
    assert set(told) == {"before", "after", "same", "counts", "statements", "changes"}
    assert told["same"] is False
    assert told["counts"]["concept"] == {"added": 1, "removed": 0, "changed": 0}
    assert [list(one) for one in told["changes"]] == [
        [
            "kind",
            "change",
            "id",
            "label",
            "saidBefore",
            "saidAfter",
            "sources",
            "claims",
            "fields",
        ]
    ] * len(told["changes"])
    assert run("diff", *names, "-f", "json")[1] == out


def test_the_changelog_is_a_list_for_people(changed):
    gone = claim("old", "peel", "hasSideEffect", "scar", certainty="skg:Hedged")
    before = BEFORE + gone + concept("pore", "Concern")
    after = NEWER["certainty"].replace("skg:E2", "skg:E3") + claim("b", "peel", "treats", "scar")
    lines = changelog(changed(before, after)).splitlines()
    assert all(line.startswith("- ") for line in lines)
    text = "\n".join(lines)
    assert "- 1 claim added from `source:leaflet`." in text
    assert "- 1 concept removed: pore (`skin:pore`)." in text
    assert "`claim:old` removed: peel has the side effect scar [hedged]." in text
    assert '"peel treats scar [hedged: may]" is now "peel treats scar"' in text
    assert "skg:evidenceLevel from `skg:E2` to `skg:E3`; 2 claims on it." in text


def test_the_command_writes_a_changelog(run, write, tmp_path):
    names = write(BEFORE, "a.ttl"), write(NEWER["concept"], "b.ttl")
    code, out, _ = run("diff", *names, "--changelog")
    assert (code, out) == (1, "- 1 concept added: pore (`skin:pore`).\n")
    assert run("diff", *names, "-o", str(tmp_path / "x.md"))[0] == 1
    assert (tmp_path / "x.md").read_text(encoding="utf-8") == out


def test_a_label_of_several_lines_cannot_break_out_of_its_line(changed):
    evil = concept("pore", "Concern").replace('"pore"', '"pore\\n- none\\u001B[2J"')
    found = changed(BEFORE, BEFORE + evil)
    assert len(changelog(found).splitlines()) == 1
    assert "\x1b" not in changelog(found)


# As a patch


@pytest.mark.parametrize("name", NEWER)
def test_the_patch_makes_the_second_of_the_first(changed, write, name):
    text = patch(changed(BEFORE, NEWER[name]), graphs=False)
    before, after = (
        {quad.triple for quad in ox.parse(PREFIXES + turtle, format=ox.RdfFormat.TURTLE)}
        for turtle in (BEFORE, NEWER[name])
    )
    assert applied(before, text) == after


_WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_NAMES = st.sampled_from([ox.NamedNode(f"http://example.org/{name}") for name in "abc"])
_TRIPLES = st.frozensets(
    st.builds(ox.Triple, _NAMES, _NAMES, st.one_of(_NAMES, st.builds(ox.Literal, _WORDS))),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(_TRIPLES, _TRIPLES)
def test_any_patch_makes_the_second_of_the_first_and_the_way_back_is_its_mirror(before, after):
    left, right = graph_of(before), graph_of(after)
    found, back = differences(left, right), differences(right, left)
    assert applied(before, patch(found, graphs=False)) == after
    assert (found.removed, found.added) == (back.added, back.removed)
    assert bool(found) == (before != after)


def test_rows_name_the_graph_where_the_first_has_graphs(run, tmp_path):
    one, two = "<urn:a> <urn:b> <urn:one>", "<urn:a> <urn:b> <urn:two>"
    contents = {"a.nq": f"{one} <urn:g> .", "b.nq": f"{two} <urn:g> .", "c.nt": f"{two} ."}
    for name, content in contents.items():
        (tmp_path / name).write_text(content, encoding="utf-8")

    def rows(first, second):
        code, out, _ = run("diff", str(tmp_path / first), str(tmp_path / second), "-f", "patch")
        assert code == 1
        return out.splitlines()[1:-1]

    assert rows("a.nq", "b.nq") == [f"D {one} <urn:g> .", f"A {two} <urn:g> ."]
    assert rows("a.nq", "c.nt") == [f"D {one} <urn:g> .", f"A {two} ."]
    assert rows("c.nt", "a.nq") == [f"D {two} .", f"A {one} ."]


def test_jena_applies_the_patch(run, graph, tmp_path):
    jar, java = archive(FUSEKI), program("java")
    # Named graphs, and every kind of character that a row could break on.
    note = 'skin:microneedling skos:note "a\\n\\t\\r\\"\\\\ \\u2028 \\u0001 \\U0001F600 é"@en'
    before, after = tmp_path / "before.nq", tmp_path / "after.nq"
    before.write_bytes(graph.store.dump(format=ox.RdfFormat.N_QUADS))
    store = ox.Store()
    store.extend(graph.store)
    for number, quad in enumerate(sorted(store, key=str)):
        if number % 50 == 0 and quad.graph_name.value.endswith("asserted"):
            store.remove(quad)
    extra = f"{PREFIXES} GRAPH skg:asserted {{ {note} }}"
    store.extend(ox.parse(extra, format=ox.RdfFormat.TRIG))
    after.write_bytes(store.dump(format=ox.RdfFormat.N_QUADS))
    rows = tmp_path / "change.rdfp"
    assert run("diff", str(before), str(after), "-o", str(rows))[0] == 1
    patched = tmp_path / "patched.nq"
    source = ROOT / "tests" / "java" / "Patched.java"
    subprocess.run(
        [java, "-cp", str(jar), str(source), str(before), str(rows), str(patched)],
        check=True,
        capture_output=True,
        timeout=300,
    )
    known = set(store)
    found = set(ox.parse(patched.read_bytes(), format=ox.RdfFormat.N_QUADS))
    named = [quad for quad in found if "BlankNode" not in repr(quad)]
    assert set(named) == {quad for quad in known if "BlankNode" not in repr(quad)}
    assert len(found) == len(known)


def test_a_patch_that_needs_blank_nodes_is_refused_with_a_reason(changed, run, write):
    more = BEFORE + "skin:scar skos:note [ rdfs:label 'x' ] ."
    with pytest.raises(BadParameter, match="blank nodes"):
        patch(changed(BEFORE, more), graphs=False)
    names = write(BEFORE, "a.ttl"), write(more, "b.ttl")
    code, _, err = run("diff", *names, "-f", "patch")
    assert code == 2
    assert "-f json" in err


# Versions


def test_a_version_is_the_shipped_graph_a_file_a_store_or_a_release(graph, run, released, tmp_path):
    exported = tmp_path / "all.ttl"
    assert run("export", "-o", str(exported))[0] == 0
    packed = tmp_path / "all.nt.gz"
    assert run("export", "-f", "nt", "-o", str(tmp_path / "all.nt"))[0] == 0
    packed.write_bytes(gzip.compress((tmp_path / "all.nt").read_bytes()))
    assert run("load", "--store", str(tmp_path / "store"))[0] == 0
    for name in (".", exported, packed, released, tmp_path / "store"):
        code, out, _ = run("diff", "shipped", str(name), "-f", "json")
        assert (code, json.loads(out)["same"]) == (0, True), name
    assert version(str(released)).release == graph.release
    assert version(str(exported)).release == ""


@pytest.mark.parametrize("format", RDF_FORMATS)
def test_an_export_in_any_rdf_format_is_a_version(run, part, tmp_path, format):
    names = [str(tmp_path / f"part.{ending}") for ending in ("nt", format)]
    for name, ending in zip(names, ("nt", format), strict=True):
        Path(name).write_bytes(write_graph(part, ending))
    code, out, _ = run("diff", *names, "-f", "json")
    assert (code, json.loads(out)["changes"]) == (0, [])


def test_standard_input_is_a_version(write):
    path = write(BEFORE)
    command = [sys.executable, "-m", "skingraph", "diff", path, "-"]
    content = (PREFIXES + NEWER["label"]).encode()
    told = subprocess.run(command, input=content, capture_output=True, check=False)
    assert told.returncode == 1
    assert b"to standard input: 1 concept changed" in b" ".join(told.stdout.split())
    told = subprocess.run([*command[:-2], "-", "-"], input=b"", capture_output=True, check=False)
    assert told.returncode == 2
    assert b"both A and B" in told.stderr


def test_a_file_beside_the_shipped_graph_is_what_differs(run, write):
    path = write(BEFORE)
    _, out, _ = run("diff", "shipped", path, "-f", "json")
    told = json.loads(out)
    assert [one["id"] for one in told["changes"] if one["change"] == "added"][:2] == [
        "skin:peel",
        "claim:a",
    ]
    assert told["counts"]["claim"]["removed"] > 1000


def test_a_filter_holds_for_both_sides(run, write):
    names = write(BEFORE, "a.ttl"), write(NEWER["claim"], "b.ttl")
    assert run("diff", *names)[0] == 1
    code, _, err = run("diff", *names, "--min-evidence", "E5")
    assert code == 0
    assert "leaves claims out" in err
    with pytest.raises(UnknownName):
        version(names[0], only=ClaimFilter(sources=("nobody",)))


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (None, "nowhere.ttl", "No such file"),
        ("skin:a skin:b", "cut.ttl", ":"),
        (BEFORE, "graph.txt", "no RDF format"),
    ],
)
def test_a_file_that_cannot_be_read_exits_2(run, tmp_path, content, name, reason):
    path = tmp_path / name
    if content is not None:
        path.write_text(PREFIXES + content, encoding="utf-8")
    code, out, err = run("diff", "shipped", str(path))
    assert (code, out) == (2, "")
    assert reason in err
    assert "Traceback" not in err


def test_what_is_odd_in_plain_data_is_told(run, tmp_path):
    path = tmp_path / "odd.nt"
    number = '"three"^^<http://www.w3.org/2001/XMLSchema#integer>'
    path.write_text(f"<urn:a> <urn:b> {number} .", encoding="utf-8")
    code, _, err = run("diff", str(path), str(path))
    assert code == 0
    assert "Used as it stands" in err


def test_a_folder_that_is_no_version_is_refused(run, tmp_path):
    code, _, err = run("diff", str(tmp_path), "shipped")
    assert code == 2
    assert "no store" in err


def test_a_file_that_mixes_the_schema_in_is_refused(released):
    with pytest.raises(BadFile, match=r"\.nq or \.trig"):
        version(str(released / "skingraph.ttl"))


def test_options_for_one_graph_are_refused(run, write):
    path = write(BEFORE)
    code, _, err = run("--graph", path, "diff", path, path)
    assert code == 2
    assert "A and B are the two graphs" in err


def test_a_claim_in_words_knows_the_labels_of_the_shipped_concepts(graph):
    other = SkinGraph(ox.Store())
    found = differences(graph, other)
    told = {one.id: one.said_before for one in found.of("claim", "removed")}
    assert told["claim:smartskin-advised-against-darker-skin"].startswith(
        "SmartSkin CO2 laser resurfacing is advised against in darker skin tone"
    )
    assert report("md", version("shipped"), version("shipped"), found)


def test_a_patch_has_a_row_for_each_statement_between_the_marks_of_a_transaction(changed):
    rows = patch(changed(BEFORE, NEWER["label"]), graphs=False).splitlines()
    assert [row.split(" ", 1)[0] for row in rows] == ["TX", "D", "A", "TC"]
    assert all(row.endswith(" .") for row in rows)
