"""The SQLite database: what is in it is what was selected, and Datasette opens and searches it."""

import contextlib
import io
import json
import sqlite3
import subprocess
import sys
import urllib.parse

import pytest
from tests.pieces import claim, concept

from skingraph.errors import CannotWrite
from skingraph.export import Options, write, write_graph
from skingraph.prefixes import SKIN
from skingraph.property_graph import QUANTITY, edges, joined, links, nodes

LISTS = (
    "because_of",
    "attribute",
    "body_site",
    "severity",
    "population",
    "setting",
    "about",
    "using",
)


def database(graph, path, **options):
    with path.open("wb") as file:
        remarks = write(graph, "sqlite", file, Options(**options))
    opened = sqlite3.connect(path)
    opened.row_factory = sqlite3.Row
    return opened, remarks


@pytest.fixture(scope="module")
def whole(graph, tmp_path_factory):
    opened, remarks = database(graph, tmp_path_factory.mktemp("sqlite") / "skin.db", inherited=True)
    assert remarks == ()
    with contextlib.closing(opened):
        yield opened


def rows(opened, query, *values):
    return [tuple(row) for row in opened.execute(query, values)]


def plain(value):
    return None if value == "" or value == () else value


def test_concepts_and_their_labels_are_those_that_were_selected(graph, whole):
    selected = [node for node in nodes(graph, inherited=True) if QUANTITY not in node.kinds]
    assert rows(whole, "SELECT id, iri, label, definition FROM concepts ORDER BY rowid") == [
        (node.id, node.iri, node.label, plain(node.definition)) for node in selected
    ]
    found = rows(whole, "SELECT concept, kind, label FROM labels")
    assert set(found) == {
        (node.id, kind, text)
        for node in selected
        for kind, texts in (
            ("preferred", (node.label,)),
            ("alternative", node.synonyms),
            ("hidden", node.hidden_labels),
            ("other", node.other_labels),
        )
        for text in texts
    }
    assert set(rows(whole, "SELECT concept, kind FROM concept_kinds")) == {
        (node.id, kind) for node in selected for kind in node.kinds
    }
    assert set(rows(whole, "SELECT concept, term FROM matches WHERE match = 'exact'")) == {
        (node.id, term) for node in selected for term in node.exact_match
    }


def test_a_claim_has_all_that_it_says(graph, whole):
    for edge in edges(graph):
        (row,) = whole.execute("SELECT * FROM claims WHERE id = ?", [edge.id])
        for name in row.keys():  # noqa: SIM118
            value = getattr(edge, name)
            if name == "object" and value == f"{edge.id}/value":
                value = None
            value = joined(value) if isinstance(value, tuple) else value
            assert row[name] == plain(value), (edge.id, name)
        assert {
            passage
            for (passage,) in rows(
                whole, "SELECT passage FROM claim_passages WHERE claim = ?", edge.id
            )
        } == set(edge.passages)
        limits = rows(whole, "SELECT kind, thing FROM claim_limits WHERE claim = ?", edge.id)
        assert set(limits) == {(kind, thing) for kind in LISTS for thing in getattr(edge, kind)}


def test_an_edge_says_whether_it_is_inherited_and_from_whom(graph, whole):
    selected = [*edges(graph, inherited=True), *links(graph)]
    columns = "id, kind, subject, predicate, polarity, certainty, strength, evidence, claim, inherited_from"
    found = rows(whole, f"SELECT {columns}, sources, passages FROM edges ORDER BY rowid")
    assert found == [
        (
            *(plain(getattr(edge, name)) for name in columns.split(", ")),
            *(plain(joined(texts)) for texts in (edge.sources, edge.passages)),
        )
        for edge in selected
    ]
    assert any(edge.inherited for edge in selected)


def test_sources_and_passages_are_whole(graph, whole):
    for name in ("source", "passage"):
        kind = name.title()
        iris = graph.select(f"SELECT ?x {{ ?x a skg:{kind} }} ORDER BY ?x").column("x")
        assert [iri for (iri,) in rows(whole, f"SELECT iri FROM {name}s ORDER BY iri")] == iris
    asked = """SELECT ?passage ?start ?end ?section ?hash ?title ?file ?level ?authority {
      ?passage a skg:Passage ; skg:source ?source ; skg:start ?start ; skg:end ?end ;
        skg:section ?section ; skg:hash ?hash .
      ?source dcterms:title ?title ; skg:file ?file ; skg:evidenceLevel/skos:notation ?level ;
        skg:authority/skos:notation ?authority }"""
    joined_again = rows(
        whole,
        """SELECT passages.iri, start, "end", section, passages.hash, title, file, evidence, authority
        FROM passages JOIN sources ON sources.id = passages.source""",
    )
    assert set(joined_again) == {tuple(row.values()) for row in graph.select(asked)}


def test_the_file_is_sound_and_every_reference_leads_somewhere(whole):
    assert rows(whole, "PRAGMA integrity_check") == [("ok",)]
    assert rows(whole, "PRAGMA foreign_key_check") == []
    for name in ("concepts_fts", "labels_fts", "claims_fts"):
        # Complains of a search index that does not fit its table.
        whole.execute(f"INSERT INTO {name} ({name}, rank) VALUES ('integrity-check', 1)")
    whole.rollback()


def test_full_text_search_finds_words_in_every_form_and_case(whole):
    found = rows(
        whole,
        "SELECT id FROM concepts WHERE rowid IN "
        "(SELECT rowid FROM concepts_fts WHERE concepts_fts MATCH 'SCARRING')",
    )
    assert ("skin:acne-scar",) in found
    (hit,) = rows(
        whole,
        "SELECT claims.id FROM claims_fts JOIN claims ON claims.rowid = claims_fts.rowid "
        "WHERE claims_fts MATCH ? AND claims.strength = 'relative' AND claims.subject = ?",
        "darker skin tone",
        "skin:smartskin-co2",
    )
    assert hit == ("claim:smartskin-advised-against-darker-skin",)


def test_search_still_answers_after_the_file_was_packed(graph, tmp_path):
    opened, _ = database(graph, tmp_path / "packed.db")
    with contextlib.closing(opened):
        query = "SELECT concept FROM labels WHERE number IN (SELECT rowid FROM labels_fts('scar'))"
        before = rows(opened, query)
        opened.execute("VACUUM")
        assert rows(opened, query) == before != []


def test_the_same_graph_gives_the_same_bytes(graph):
    part = [graph.subgraph([SKIN + "smartskin-co2"]) for _ in range(2)]
    assert write_graph(part[0], "sqlite") == write_graph(part[1], "sqlite")


def test_a_caution_keeps_its_force_and_its_donor(small, tmp_path):
    graph = small(
        claim("never", "laser", "contraindicatedIn", "pregnancy", strength="skg:Absolute"),
        claim("rather-not", "laser", "contraindicatedIn", "tan", strength="skg:Relative"),
        claim("ask", "laser", "consultFirstIn", "acne", certainty="skg:Hedged", hedge='"may"'),
        claim("fine", "laser", "contraindicatedIn", "age", polarity="skg:Refutes"),
        concept("laser", "Treatment"),
        concept("co2", "Treatment", broader="laser"),
    )
    query = "SELECT treatment, factor, caution, inherited_from FROM cautions ORDER BY 1, 2"
    own = [
        ("laser", "skin:acne", "ask first", None),
        ("laser", "skin:pregnancy", "refused", None),
        ("laser", "skin:tan", "advised against", None),
    ]
    opened, _ = database(graph, tmp_path / "own.db")
    with contextlib.closing(opened):
        assert rows(opened, query) == own
        assert "more cautions" in dict(rows(opened, "SELECT name, value FROM about"))["inherited"]
        assert rows(opened, "SELECT claim FROM denials") == [("claim:fine",)]
    opened, _ = database(graph, tmp_path / "all.db", inherited=True)
    with contextlib.closing(opened):
        heirs = [("co2", factor, caution, "laser") for _, factor, caution, _ in own]
        assert rows(opened, query) == heirs + own


def test_a_quantity_stands_with_its_claim_and_is_no_concept(small, tmp_path):
    graph = small(
        claim("days", "peel", "downtime", minimum="2.5", statedAs='"a few days"'),
        concept("peel", "Treatment"),
    )
    opened, _ = database(graph, tmp_path / "quantity.db")
    with contextlib.closing(opened):
        assert rows(opened, "SELECT thing, minimum, maximum, unit, stated_as FROM quantities") == [
            ("peel", 2.5, None, "day", "a few days")
        ]
        assert rows(opened, "SELECT id FROM concepts") == [("skin:peel",)]


def test_every_text_is_kept(small, tmp_path):
    texts = [
        "a\\u0000b",
        "'; DROP TABLE claims; --",
        "\\uFEFF\\U0001F600\\uFFFF",
        "a\\r\\nb",
        "=1+1",
    ]
    graph = small(
        *(
            f'skin:a{number} a skg:Concern ; skos:prefLabel "{text}" .\n'
            for number, text in enumerate(texts)
        ),
        f'skin:long a skg:Concern ; skos:prefLabel "{"x" * 1_000_000}" .',
    )
    opened, _ = database(graph, tmp_path / "texts.db")
    with contextlib.closing(opened):
        assert rows(opened, "SELECT label FROM concepts ORDER BY id") == [
            (node.label,) for node in nodes(graph)
        ]
        assert rows(opened, "SELECT length(label) FROM concepts WHERE id = 'skin:long'") == [
            (1_000_000,)
        ]


def test_what_has_no_column_is_told(small, tmp_path):
    graph = small(
        "source:leaflet dcterms:language 'de' . passage:leaflet-0-9 skg:novel 1 .",
        claim("yes", "peel", "treats", "scar"),
    )
    opened, remarks = database(graph, tmp_path / "more.db")
    opened.close()
    assert remarks == (
        "2 statements about sources and passages have no column: dcterms:language (1), skg:novel (1)",
    )


def test_a_full_disk_is_told(graph, monkeypatch):
    # Without the schema in memory SQLite finds no page left.
    monkeypatch.setattr(
        "skingraph.export.sqlite.TABLES", "PRAGMA max_page_count = 1;\nCREATE TABLE a (b);"
    )
    with pytest.raises(CannotWrite, match=r"full.*TMPDIR"):
        write(graph, "sqlite", io.BytesIO())


ASKING = """
import asyncio, json, sys
from datasette.app import Datasette

async def answers(path, queries):
    asked = Datasette([path])
    return [(await asked.client.get(query)).json() for query in queries]

print(json.dumps(asyncio.run(answers(sys.argv[1], sys.argv[2:]))))
"""


def datasette(path, *queries):
    """What Datasette answers, asked as over HTTP in a process of its own."""
    command = [sys.executable, "-c", ASKING, str(path), *queries]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-800:]
    return json.loads(done.stdout)


def test_datasette_opens_it_and_answers_a_full_text_search(graph, whole):
    path = rows(whole, "PRAGMA database_list")[0][2]
    searched = urllib.parse.urlencode({"_search": "darker skin tone", "_shape": "array"})
    tables, concepts, claims = datasette(
        path, "/skin.json", "/skin/concepts.json?_search=scarring", f"/skin/claims.json?{searched}"
    )
    searchable = {each["name"]: each["fts_table"] for each in tables["tables"]}
    assert searchable["concepts"] == "concepts_fts"
    assert searchable["claims"] == "claims_fts"
    assert {view["name"] for view in tables["views"]} >= {"cautions", "claims_in_passages"}
    labels = [row[concepts["columns"].index("label")] for row in concepts["rows"]]
    assert "acne scar" in labels
    hits = {hit["id"]: hit for hit in claims}
    assert hits["claim:smartskin-advised-against-darker-skin"]["strength"] == "relative"
