"""The W3C's cases of the SPARQL 1.1 Protocol: each of its manifest, sent by hand.

The suite says only in words what is sent and what has to come back; the requests below follow
them. Ours is a read-only service: every update is refused, as the protocol allows.
"""

from __future__ import annotations

import http.client
import re
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest
from tests.fetched import SUITE, archive
from tests.server import running

if TYPE_CHECKING:
    from collections.abc import Mapping

FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
SOLUTIONS: Final = {
    "application/sparql-results+xml",
    "application/sparql-results+json",
    "text/csv",
    "text/tab-separated-values",
}
SD: Final = "http://www.w3.org/ns/sparql-service-description#"
GRAPHS: Final = {"application/rdf+xml", "text/turtle", "application/n-triples"}

ONE, TWO, THREE = (f"http://example.org/graph-{number}" for number in (1, 2, 3))
DATA: Final = "".join(
    f"<urn:thing> <urn:is-in> <{graph}> <{graph}> .\n" for graph in (ONE, TWO, THREE)
)
DEFAULT: Final = [("default-graph-uri", ONE), ("default-graph-uri", TWO)]
NAMED: Final = [("named-graph-uri", ONE), ("named-graph-uri", TWO)]
FULL: Final = [("default-graph-uri", THREE), *NAMED]
INSERT: Final = "INSERT DATA { <urn:s> <urn:p> <urn:o> }"

IN_DEFAULT: Final = f"""
ASK {{
  ?s ?p <{ONE}> , <{TWO}>
  FILTER NOT EXISTS {{ ?s ?p <{THREE}> }}
}}"""
IN_NAMED: Final = f"""
ASK {{
  GRAPH ?a {{ ?s ?p <{ONE}> }} GRAPH ?b {{ ?s ?p <{TWO}> }}
  FILTER NOT EXISTS {{ ?x ?y ?z }}
  FILTER NOT EXISTS {{ GRAPH ?g {{ ?s ?p <{THREE}> }} }}
}}"""
IN_FULL: Final = f"""
ASK {{
  ?s ?p <{THREE}>
  GRAPH ?a {{ ?s ?p <{ONE}> }} GRAPH ?b {{ ?s ?p <{TWO}> }}
  FILTER NOT EXISTS {{ ?s ?p <{ONE}> }}
  FILTER NOT EXISTS {{ GRAPH ?g {{ ?s ?p <{THREE}> }} }}
}}"""


@dataclass(frozen=True, slots=True)
class Sent:
    """A request, and what the case wants: a yes, one of these media types, or a refusal."""

    method: str
    body: bytes = b""
    address: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    media: frozenset[str] | None = None
    is_refused: bool = False


def get(*fields: tuple[str, str], media: set[str] | None = None, refused: bool = False) -> Sent:
    wanted = frozenset(media) if media else None
    return Sent("GET", address=urlencode(fields), media=wanted, is_refused=refused)


def form(*fields: tuple[str, str], refused: bool = False) -> Sent:
    return Sent("POST", urlencode(fields).encode(), "", {"Content-Type": FORM}, None, refused)


def direct(body: bytes, kind: str | None, address: str = "", *, refused: bool = False) -> Sent:
    headers = {"Content-Type": kind} if kind else {}
    return Sent("POST", body, address, headers, None, refused)


CASES: Final = {
    "query_post_form": form(("query", "ASK {}")),
    "query_get": get(("query", "ASK {}")),
    "query_post_direct": direct(b"ASK {}", QUERY),
    "query_dataset_default_graphs_get": get(("query", IN_DEFAULT), *DEFAULT),
    "query_dataset_default_graphs_post": direct(IN_DEFAULT.encode(), QUERY, urlencode(DEFAULT)),
    "query_dataset_named_graphs_get": get(("query", IN_NAMED), *NAMED),
    "query_dataset_named_graphs_post": direct(IN_NAMED.encode(), QUERY, urlencode(NAMED)),
    "query_dataset_full": form(("query", IN_FULL), *FULL),
    # What the request says of graphs counts more than what the query says.
    "query_multiple_dataset": form(
        ("query", IN_DEFAULT.replace("ASK {", f"ASK FROM <{THREE}> {{", 1)), *DEFAULT
    ),
    "query_content_type_select": get(("query", "SELECT * { ?s ?p ?o }"), media=SOLUTIONS),
    "query_content_type_ask": get(("query", "ASK {}"), media=SOLUTIONS),
    # The default graph is empty, and so is this answer; it has a media type all the same.
    "query_content_type_describe": get(("query", "DESCRIBE <urn:thing>"), media=GRAPHS),
    "query_content_type_construct": get(
        ("query", "CONSTRUCT { <urn:s> <urn:p> 1 } WHERE {}"), media=GRAPHS
    ),
    "bad_query_method": Sent("PUT", b"", urlencode({"query": "ASK {}"}), is_refused=True),
    "bad_multiple_queries": get(("query", "ASK {}"), ("query", "SELECT * {}"), refused=True),
    "bad_query_wrong_media_type": direct(b"ASK {}", "text/plain", refused=True),
    "bad_query_missing_form_type": direct(b"query=ASK%20%7B%7D", None, refused=True),
    "bad_query_missing_direct_type": direct(b"ASK {}", None, refused=True),
    "bad_query_non_utf8": direct(
        "ASK {}".encode("utf-16"), f"{QUERY}; charset=UTF-16", refused=True
    ),
    "bad_query_syntax": get(("query", "ASK {"), refused=True),
    "bad_update_get": get(("update", "CLEAR ALL"), refused=True),
    "bad_multiple_updates": form(("update", "CLEAR ALL"), ("update", "CLEAR ALL"), refused=True),
    "bad_update_wrong_media_type": direct(b"CLEAR ALL", "text/plain", refused=True),
    "bad_update_missing_form_type": direct(b"update=CLEAR%20ALL", None, refused=True),
    "bad_update_non_utf8": direct(
        "CLEAR ALL".encode("utf-16"), f"{UPDATE}; charset=UTF-16", refused=True
    ),
    "bad_update_syntax": form(("update", "CLEAR XYZ"), refused=True),
    "bad_update_dataset_conflict": form(
        ("using-named-graph-uri", ONE),
        ("update", f"WITH <{TWO}> INSERT {{ ?s ?p 1 }} WHERE {{ ?s ?p ?o }}"),
        refused=True,
    ),
    # A service that takes updates would do these. Ours refuses them, and stays as it was.
    "update_post_form": form(("update", INSERT), refused=True),
    "update_post_direct": direct(INSERT.encode(), UPDATE, refused=True),
    "update_base_uri": form(("update", "INSERT DATA { <a> <b> <c> }"), refused=True),
    "update_dataset_default_graph": form(
        ("update", INSERT), ("using-graph-uri", ONE), refused=True
    ),
    "update_dataset_default_graphs": form(
        ("update", INSERT), ("using-graph-uri", ONE), ("using-graph-uri", TWO), refused=True
    ),
    "update_dataset_named_graphs": form(
        ("update", INSERT), ("using-named-graph-uri", ONE), refused=True
    ),
    "update_dataset_full": form(
        ("update", INSERT), ("using-graph-uri", ONE), ("using-named-graph-uri", TWO), refused=True
    ),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("protocol")
    data = folder / "graphs.nq"
    data.write_text(DATA, encoding="utf-8")
    with running(folder, "--graph", str(data)) as server:
        yield server.place


@dataclass(frozen=True, slots=True)
class Got:
    status: int
    media: str
    body: bytes


def sent(place: tuple[str, int], request: Sent) -> Got:
    """What comes back; as little is added to the request as HTTP allows."""
    connection = http.client.HTTPConnection(*place, timeout=30)
    try:
        connection.putrequest(request.method, f"/sparql?{request.address}".rstrip("?"))
        for name, value in request.headers.items():
            connection.putheader(name, value)
        if request.method != "GET":
            connection.putheader("Content-Length", str(len(request.body)))
        connection.endheaders(request.body)
        response = connection.getresponse()
        media = response.headers.get("Content-Type", "").partition(";")[0]
        return Got(response.status, media, response.read())
    finally:
        connection.close()


@pytest.mark.parametrize("name", CASES)
def test_the_case_comes_out_as_the_protocol_says(place, name):
    request = CASES[name]
    got = sent(place, request)
    if request.is_refused:
        assert 400 <= got.status < 500, got
        assert got.body
        return
    assert got.status == 200, got
    if request.media:
        assert got.media in request.media
        return
    results = ox.QueryResultsFormat.from_media_type(got.media)
    assert results is not None
    answer = ox.parse_query_results(got.body, format=results)
    assert isinstance(answer, ox.QueryBoolean)
    assert answer


def test_no_update_has_changed_anything(place):
    for name in (name for name in CASES if "update" in name):
        sent(place, CASES[name])
    count = "SELECT (COUNT(*) AS ?all) { GRAPH ?g { ?s ?p ?o } }"
    got = sent(place, Sent("GET", address=urlencode({"query": count, "format": "csv"})))
    assert got.body.split() == [b"all", b"3"]


def test_the_service_describes_itself(place):
    # The three cases of the suite's service descriptions: RDF, an endpoint, a service.
    got = sent(place, Sent("GET", headers={"Accept": "text/turtle"}))
    assert (got.status, got.media) == (200, "text/turtle")
    described = ox.Dataset(ox.parse(got.body, format=ox.RdfFormat.TURTLE))
    (endpoint,) = described.quads_for_predicate(ox.NamedNode(f"{SD}endpoint"))
    assert endpoint.object == ox.NamedNode("http://{}:{}/sparql".format(*place))
    assert ox.NamedNode(f"{SD}Service") in [
        quad.object for quad in described.quads_for_subject(endpoint.subject)
    ]


def test_no_case_of_the_suite_is_left_out():
    with zipfile.ZipFile(archive(SUITE)) as suite:
        manifest = suite.read("testcases-sparql-1.1-w3c/protocol/manifest.ttl").decode()
    listed = re.findall(r"^:(\w+) rdf:type mf:ProtocolTest", manifest, re.MULTILINE)
    assert set(listed) == set(CASES)
