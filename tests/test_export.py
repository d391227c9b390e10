import csv
import io
import json
import re
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

from skingraph.catalogue import catalogue
from skingraph.errors import BadParameter, CannotWrite
from skingraph.examples import queries_as_turtle
from skingraph.export import FORMATS, concepts_csv, statements, write_graph
from skingraph.output import write_whole
from skingraph.prefixes import SKIN, curie
from skingraph.store import graph_of

PART = ["https://w3id.org/skingraph/smartskin-co2"]
RDF = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "nq": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "rdf": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
}


@pytest.fixture(scope="session")
def part(graph):
    return graph.subgraph(PART)


@pytest.mark.parametrize("format", RDF)
def test_what_is_exported_is_read_back_the_same(part, format):
    read = {quad.triple for quad in ox.parse(write_graph(part, format), format=RDF[format])}
    assert read == set(statements(part))


@pytest.fixture(scope="session")
def again(graph):
    return graph.subgraph(PART)


@pytest.mark.parametrize(
    ("format", "file"), [(each.name, file) for each in FORMATS.values() for file in each.parts]
)
def test_the_same_graph_gives_the_same_bytes(part, again, format, file):
    assert write_graph(part, format, part=file) == write_graph(again, format, part=file)


def test_json_ld_brings_its_context_with_it(part):
    body = json.loads(write_graph(part, "jsonld"))
    assert body["@context"]["skin"] == "https://w3id.org/skingraph/"
    ids = [node["@id"] for node in body["@graph"]]
    assert ids == sorted(ids)
    assert "skin:smartskin-co2" in ids


def test_the_table_of_claims_has_the_columns_that_tools_depend_on(part):
    rows = list(csv.DictReader(io.StringIO(write_graph(part, "csv").decode())))
    assert ",".join(rows[0]) == (
        "claim,source,file,start,end,section,subject,subjectLabel,predicate,object,objectLabel,"
        "min,max,unit,statedAs,polarity,certainty,strength,evidenceLevel,authority"
    )
    (caution,) = [r for r in rows if r["claim"].endswith("/smartskin-advised-against-darker-skin")]
    assert caution["predicate"] == "skg:contraindicatedIn"
    assert (caution["strength"], caution["polarity"]) == ("relative", "supports")


def test_the_table_of_concepts_names_all_that_the_claims_speak_of(part):
    concepts = {row["concept"] for row in csv.DictReader(io.StringIO(concepts_csv(part).decode()))}
    rows = csv.DictReader(io.StringIO(write_graph(part, "csv").decode()))
    assert {row["subject"] for row in rows} <= concepts


def test_an_export_is_a_graph_that_answers(run, tmp_path):
    path = tmp_path / "part.ttl"
    code, _, err = run("export", "SmartSkin", "-o", str(path))
    assert code == 0
    assert "triples exported" in err
    code, out, _ = run("--graph", str(path), "options", "acne scars", "--for", "darker skin")
    assert code == 0
    assert "ADVISED AGAINST" in out


def test_a_csv_export_writes_the_concepts_beside_it(run, tmp_path):
    path = tmp_path / "part.csv"
    assert run("export", "dermaplaning", "-o", str(path))[0] == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["part.concepts.csv", "part.csv"]


def test_a_construct_is_exported_as_rdf(run, tmp_path):
    query = tmp_path / "mine.rq"
    query.write_text("CONSTRUCT { ?t skg:treats ?c } WHERE { ?t skg:treats ?c }")
    code, out, _ = run("export", "--construct", str(query), "-f", "nt")
    assert code == 0
    assert out.count("schema#treats") == len(out.splitlines()) > 20
    query.write_text("SELECT * { ?t skg:treats ?c }")
    assert run("export", "--construct", str(query))[0] == 2


def test_an_export_of_some_types_reaches_no_others(run):
    _, out, _ = run("export", "microneedling", "--type", "PatientFactor", "-f", "csv")
    objects = {row["predicate"] for row in csv.DictReader(io.StringIO(out))}
    assert "skg:contraindicatedIn" in objects
    assert "skg:treats" not in objects


def test_a_file_is_written_whole_with_the_usual_permissions(tmp_path):
    path = tmp_path / "new.txt"
    write_whole(path, b"one")
    assert path.read_bytes() == b"one"
    assert path.stat().st_mode & 0o777 == 0o666 & ~_umask()
    path.chmod(0o600)
    write_whole(path, b"two")
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_is_followed_and_stays_a_link(tmp_path):
    target, link = tmp_path / "target.txt", tmp_path / "link.txt"
    target.write_text("old")
    link.symlink_to(target)
    write_whole(link, b"new")
    assert link.is_symlink()
    assert target.read_text() == "new"


def test_the_old_file_stands_when_the_new_one_cannot_be_written(tmp_path, monkeypatch):
    path = tmp_path / "kept.txt"
    path.write_text("old")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(CannotWrite, match="No space left"):
        write_whole(path, b"new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("path", ["/no/such/folder/x", "/proc/x", "."])
def test_what_cannot_be_written_is_said(path):
    with pytest.raises(CannotWrite):
        write_whole(path, b"")


def _umask() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("Umask:"):
            return int(line.split()[1], 8)
    raise AssertionError("no umask")


def test_one_node_has_its_context_once(small):
    graph = small().construct("CONSTRUCT { ?s ?p ?o } WHERE { ?s a skg:Source ; ?p ?o }")
    (node,) = json.loads(write_graph(graph, "jsonld"))["@graph"]
    assert "@context" not in node


# The questions of the catalogue, for tools that list SPARQL examples


@pytest.fixture(scope="session")
def examples():
    parsed = ox.parse(queries_as_turtle(), format=ox.RdfFormat.TURTLE)
    return graph_of(ox.Triple(q.subject, q.predicate, q.object) for q in parsed)


def test_every_question_is_an_example_with_its_text_and_its_words(examples):
    rows = examples.select(
        """SELECT ?example ?text ?comment ?target {
          ?example a sh:SPARQLExecutable ; sh:select|sh:ask|sh:construct ?text ;
            rdfs:comment ?comment ; schema:target ?target ; sh:prefixes/sh:declare/sh:prefix "skg" }"""
    )
    found = {str(row["example"]).removeprefix(SKIN + "queries/"): row for row in rows}
    assert set(found) == {query.name for query in catalogue()}
    for query in catalogue():
        assert query.text.endswith(str(found[query.name]["text"]))
        assert found[query.name]["comment"] == query.summary
    assert {str(row["target"]) for row in rows} == {SKIN + "sparql"}


def test_an_example_is_of_the_class_of_its_form(examples):
    for form in ("select", "ask", "construct"):
        wanted = {
            query.name
            for query in catalogue()
            if re.search(rf"^{form}\b", query.text, re.IGNORECASE | re.MULTILINE)
        }
        rows = examples.select(
            f"SELECT ?example {{ ?example a sh:SPARQL{form.title()}Executable ; sh:{form} ?text }}"
        )
        assert {str(row["example"]).rpartition("/")[2] for row in rows} == wanted


def test_an_example_names_its_parameters_and_what_they_range_over(examples):
    rows = examples.select(
        """SELECT ?example ?name ?kind {
          ?example sh:parameter ?parameter . ?parameter a sh:Parameter ; sh:optional true ;
            sh:name ?name ; sh:class|sh:datatype ?kind }"""
    )
    found = {
        (str(row["example"]).rpartition("/")[2], str(row["name"]), curie(str(row["kind"])))
        for row in rows
    }
    assert found == {
        (query.name, parameter.name, parameter.kind)
        for query in catalogue()
        for parameter in query.parameters
    }


def test_every_keyword_tag_and_folder_is_there(examples):
    for query in catalogue():
        this = ox.NamedNode(f"{SKIN}queries/{query.name}")
        rows = examples.select("SELECT ?this ?word { ?this schema:keywords ?word }", this=this)
        assert {str(row["word"]) for row in rows} == {query.folder, *query.tags}


def test_rdflib_reads_the_examples_as_they_are(examples):
    read = rdflib.Graph().parse(data=queries_as_turtle(), format="turtle")
    assert len(read) == len(examples)


def test_an_endpoint_of_ones_own_is_the_target(run):
    code, out, _ = run("--endpoint", "http://127.0.0.1:9/sparql", "export", "queries")
    assert code == 0
    assert out.encode() == queries_as_turtle(target="http://127.0.0.1:9/sparql")
    assert "schema:target <http://127.0.0.1:9/sparql>" in out


def test_the_queries_go_to_a_file_and_as_turtle_only(run, tmp_path):
    assert run("export", "queries", "-o", str(tmp_path / "q.ttl"))[0] == 0
    assert (tmp_path / "q.ttl").read_bytes() == queries_as_turtle()
    for more in (["-f", "csv"], ["--type", "Concern"], ["-o", str(tmp_path / "q.nt")]):
        code, _, told = run("export", "queries", *more)
        assert (code, told.count("\n")) == (2, 1)


@pytest.mark.parametrize(
    ("property_", "text"), [("http://example.org/1", "a"), ("http://example.org/p", "a\x01b")]
)
def test_what_xml_cannot_hold_is_refused_by_name(property_, text):
    name = ox.NamedNode("http://example.org/a")
    graph = graph_of([ox.Triple(name, ox.NamedNode(property_), ox.Literal(text))])
    with pytest.raises(BadParameter, match=r"XML cannot hold .* such as ttl"):
        write_graph(graph, "rdf")
    assert write_graph(graph, "nt")


def test_a_whole_graph_has_the_schema_and_what_is_inferred(part):
    read = {
        quad.triple for quad in ox.parse(write_graph(part, "ttl", whole=True), format=RDF["ttl"])
    }
    assert len(read) == len(part)
    assert set(statements(part)) < read
