import csv
import io
import json
from pathlib import Path

import pyoxigraph as ox
import pytest

from skingraph.errors import CannotWrite
from skingraph.export import GRAPH_FORMATS, concepts_csv, statements, write_graph
from skingraph.output import write_whole

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


@pytest.mark.parametrize("format", GRAPH_FORMATS)
def test_the_same_graph_gives_the_same_bytes(graph, part, format):
    assert write_graph(part, format) == write_graph(graph.subgraph(PART), format)


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
    assert "statements exported" in err
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
