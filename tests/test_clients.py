"""The endpoint asked by the tools that people have: each gets the rows that the library gives."""

from __future__ import annotations

import csv
import io
import subprocess
import urllib.parse
import urllib.request
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib
import SPARQLWrapper
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from tests.fetched import FUSEKI, archive, program
from tests.pieces import ROOT
from tests.server import running

from skingraph.catalogue import named

QUESTION = named("treatments-for-concern").text
ANSWER_IS_YES = "ASK { ?claim a <https://w3id.org/skingraph/schema#Claim> }"
LABELS = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
CONSTRUCT { ?concept skos:prefLabel ?label } WHERE { ?concept skos:prefLabel ?label }
"""
RESULTS_XML = "application/sparql-results+xml"
ASKS = ROOT / "tests" / "java" / "Asks.java"


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    with running(tmp_path_factory.mktemp("clients")) as server:
        yield f"{server.base}sparql"


@pytest.fixture(scope="module")
def expected(graph):
    """The columns and the rows of the question, each cell as text, empty where unbound."""
    rows = graph.select(QUESTION)
    assert len(rows) > 50
    return [
        list(rows.columns),
        *([getattr(term, "value", "") for term in row] for row in rows.terms),
    ]


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("question") / "question.rq"
    path.write_text(QUESTION, encoding="utf-8")
    return path


def of_solutions(body: bytes, form: ox.QueryResultsFormat) -> list[list[str]]:
    solutions = ox.parse_query_results(body, format=form)
    assert isinstance(solutions, ox.QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    return [names, *([getattr(term, "value", "") for term in row] for row in solutions)]


def of_csv(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def of_rdflib(result: rdflib.query.Result) -> list[list[str]]:
    names = [str(name) for name in result.vars or []]
    rows = [
        ["" if row[name] is None else str(row[name]) for name in names]
        for row in result
        if isinstance(row, rdflib.query.ResultRow)
    ]
    return [names, *rows]


def printed(*command: str) -> str:
    """What a command prints; it has to say that all went well."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout[-500:] + done.stderr[-2000:]
    return done.stdout


def wrapper(url: str, text: str, form: str) -> SPARQLWrapper.SPARQLWrapper:
    client = SPARQLWrapper.SPARQLWrapper(url, returnFormat=form)
    client.setQuery(text)
    return client


def converted(client: SPARQLWrapper.SPARQLWrapper) -> Any:
    return client.queryAndConvert()


@pytest.mark.parametrize("way", ["GET", "POST form", "POST direct"])
def test_sparqlwrapper_gets_rows(url, expected, way):
    client = wrapper(url, QUESTION, SPARQLWrapper.JSON)
    client.setMethod(way.split()[0])
    if way == "POST direct":
        client.setRequestMethod(SPARQLWrapper.POSTDIRECTLY)
    answer = converted(client)
    names = answer["head"]["vars"]
    rows = [
        [row[name]["value"] if name in row else "" for name in names]
        for row in answer["results"]["bindings"]
    ]
    assert [names, *rows] == expected


@pytest.mark.parametrize(
    ("form", "results"),
    [
        (SPARQLWrapper.XML, ox.QueryResultsFormat.XML),
        (SPARQLWrapper.TSV, ox.QueryResultsFormat.TSV),
    ],
)
def test_sparqlwrapper_gets_rows_in_every_format(url, expected, form, results):
    body = wrapper(url, QUESTION, form).query().response.read()
    assert of_solutions(body, results) == expected


def test_sparqlwrapper_gets_a_spreadsheet(url, expected):
    body = converted(wrapper(url, QUESTION, SPARQLWrapper.CSV))
    assert of_csv(body.decode()) == expected


# SPARQLWrapper makes its graphs in a way that rdflib would have it leave.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")
def test_sparqlwrapper_gets_yes_and_a_graph(url, graph):
    assert converted(wrapper(url, ANSWER_IS_YES, SPARQLWrapper.JSON))["boolean"] is True
    for form in (SPARQLWrapper.RDFXML, SPARQLWrapper.TURTLE, SPARQLWrapper.JSONLD):
        answer = converted(wrapper(url, LABELS, form))
        labels = answer if isinstance(answer, rdflib.Graph) else rdflib.Graph().parse(data=answer)
        assert len(labels) == len(graph.construct(LABELS))


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflib_asks_the_endpoint_as_its_store(url, expected, graph, method):
    theirs = rdflib.Graph(SPARQLStore(url, method=method))
    assert of_rdflib(theirs.query(QUESTION)) == expected
    assert theirs.query(ANSWER_IS_YES).askAnswer is True
    concept = rdflib.URIRef("https://w3id.org/skingraph/microneedling")
    ours = graph.select("SELECT ?p ?o { skin:microneedling ?p ?o }")
    assert len(set(theirs.predicate_objects(concept))) == len(set(ours.terms))


@pytest.mark.parametrize(
    "way",
    [
        ("--get", "--data-urlencode", "query@{}"),
        ("--data-urlencode", "query@{}"),
        ("--data-binary", "@{}", "--header", "Content-Type: application/sparql-query"),
    ],
    ids=["get", "form", "direct"],
)
def test_curl_gets_rows(url, expected, file, way):
    filled = [part.format(file) for part in way]
    body = printed(program("curl"), "-sS", "--fail", "-H", "Accept: text/csv", *filled, url)
    assert of_csv(body) == expected


def test_jena_asks_the_endpoint(url, expected, file):
    jena = [program("java"), "-cp", str(archive(FUSEKI)), "arq.rsparql"]
    asked = ["--service", url, "--query", str(file), "--results", "TSV"]
    body = printed(*jena, *asked).encode()
    assert of_solutions(body, ox.QueryResultsFormat.TSV) == expected


def test_jena_gets_a_graph(url, graph, tmp_path):
    path = tmp_path / "labels.rq"
    path.write_text(LABELS, encoding="utf-8")
    jena = [program("java"), "-cp", str(archive(FUSEKI)), "arq.rsparql"]
    turtle = printed(*jena, "--service", url, "--query", str(path)).encode()
    labels = set(ox.parse(turtle, format=ox.RdfFormat.TURTLE))
    assert labels == set(graph.construct(LABELS).store)


@pytest.mark.parametrize("way", ["form", "direct"])
def test_java_without_a_library_gets_rows(url, expected, file, way):
    body = printed(program("java"), str(ASKS), url, str(file), way).encode()
    assert of_solutions(body, ox.QueryResultsFormat.TSV) == expected


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_the_packages_of_r_send_gets_rows(url, expected, method):
    # There is no R here: this is what its SPARQL and httr packages put into the request.
    fields = urllib.parse.urlencode({"query": QUESTION, "output": "xml"})
    headers = {"Accept": f"{RESULTS_XML},application/xml", "User-Agent": "libcurl httr"}
    asked = (
        urllib.request.Request(f"{url}?{fields}", headers=headers)
        if method == "GET"
        else urllib.request.Request(url, fields.encode(), headers)
    )
    with urllib.request.urlopen(asked, timeout=30) as response:
        assert response.headers.get_content_type() == RESULTS_XML
        assert of_solutions(response.read(), ox.QueryResultsFormat.XML) == expected
