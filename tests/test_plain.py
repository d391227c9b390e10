"""Plain data: files of anybody's, without claims, asked in SPARQL as the standard has it."""

import json

import pytest

from skingraph.errors import BadFile
from skingraph.store import SkinGraph

ILL_TYPED = (
    '@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n<urn:a> <urn:p> "ten"^^xsd:integer .\n'
)
RELATIVE = "<a> <urn:p> <b#c> .\n"


@pytest.fixture
def file(tmp_path):
    def call(name, content):
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        return path

    return call


def test_a_value_that_misses_its_type_is_kept_and_told(run, file):
    path = file("a.ttl", ILL_TYPED)
    code, out, err = run(
        "--graph", str(path), "query", "-e", "SELECT ?o { ?s ?p ?o }", "-f", "json"
    )
    (row,) = json.loads(out)["results"]["bindings"]
    assert code == 0
    assert row["o"]["value"] == "ten"
    assert f"{path}:2:18: 'ten' is no xsd:integer" in err
    assert "nothing here is a claim" in err


def test_as_a_value_it_is_text(file):
    (row,) = SkinGraph.read(file("a.ttl", ILL_TYPED)).select("SELECT ?o { ?s ?p ?o }")
    assert row == {"o": "ten"}


def test_relative_iris_do_not_tell_where_the_file_lay(file):
    graph = SkinGraph.read(file("a b.ttl", RELATIVE))
    (row,) = graph.select("SELECT ?s ?o { ?s ?p ?o }")
    assert row == {"s": "file:///a", "o": "file:///b#c"}


@pytest.mark.parametrize("wrong", [ILL_TYPED, RELATIVE])
def test_beside_claims_neither_is_taken(file, wrong):
    claim = "<urn:c> a <https://w3id.org/skingraph/schema#Claim> .\n"
    with pytest.raises(BadFile, match=r"ten|relative"):
        SkinGraph.read(file("a.ttl", wrong + claim))
    with pytest.raises(BadFile, match=r"ten|relative"):
        SkinGraph.read([file("a.ttl", wrong), file("b.ttl", claim)])
    with pytest.raises(BadFile, match=r"ten|relative"):
        SkinGraph.load(also=[file("a.ttl", wrong)])


def test_what_is_no_rdf_at_all_is_refused_as_before(file):
    with pytest.raises(BadFile, match=r"a\.ttl:1:9"):
        SkinGraph.read(file("a.ttl", "<urn:a> nothing ."))


def test_a_query_file_has_its_own_address_as_base(run, file):
    here = file("here.ttl", "").as_uri()
    data = file("a.nq", f"<urn:a> <urn:p> <urn:b> <{here}> .\n")
    query = file("q.rq", "SELECT ?o { GRAPH <here.ttl> { ?s ?p ?o } }")
    code, out, _ = run("--graph", str(data), "query", str(query), "-f", "tsv")
    assert (code, out) == (0, "?o\n<urn:b>\n")


def test_an_empty_answer_says_that_an_iri_was_relative(run, file):
    query = file("q.rq", "SELECT ?o { <microneedling> ?p ?o }")
    code, _, err = run("query", str(query))
    assert code == 1
    assert "<microneedling> is relative" in err


def test_a_query_without_an_address_of_its_own_has_no_base(run):
    code, _, err = run("query", "-e", "SELECT ?o { <microneedling> ?p ?o }")
    assert code == 2
    assert "1:13: the IRI <microneedling> is relative, and the query says no BASE" in err
