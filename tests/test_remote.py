"""Remote services that misbehave: each gives one line, and no answer that looks whole."""

from __future__ import annotations

import base64
import contextlib
import http.server
import json
import socketserver
import threading
import time
from typing import ClassVar
from urllib.parse import parse_qs

import pyoxigraph as ox
import pytest

from skingraph.catalogue import named
from skingraph.errors import BadParameter, BadQuery, QueryStopped, ServiceFailed, SkingraphError
from skingraph.guard import tokens_of
from skingraph.remote import with_values
from skingraph.sandbox import Limits
from skingraph.store import SkinGraph

JSON = "application/sparql-results+json"
NTRIPLES = "application/n-triples"
YES = b'{"head":{},"boolean":true}'
NO_GRAPHS = b'{"head":{"vars":["g"]},"results":{"bindings":[]}}'
ASK = "ASK { ?s ?p ?o }"


class Misbehaving(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """Answers as it is told, and remembers what it was asked."""

    daemon_threads = True


class Handler(http.server.BaseHTTPRequestHandler):
    answer: ClassVar[object] = None
    asked: ClassVar[list[tuple[str, dict[str, str], dict[str, list[str]]]]] = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        fields = parse_qs(body.decode())
        Handler.asked.append((self.path, headers, fields))
        assert callable(Handler.answer)
        with contextlib.suppress(ConnectionError):
            Handler.answer(self, fields.get("query", [""])[0])

    do_GET = do_PUT = do_POST

    def log_message(self, *_):
        pass

    def send(self, status, kind, body, **headers):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in ({"Content_Length": len(body)} | headers).items():
            if value is not None:
                self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def service():
    """Make a service that answers so; gives its address."""
    with Misbehaving(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()

        def answering(answer) -> str:
            Handler.answer, Handler.asked[:] = staticmethod(answer), []
            return f"http://127.0.0.1:{server.server_address[1]}/sparql"

        yield answering
        server.shutdown()
        thread.join()


def always(status, kind, body, **headers):
    return lambda handler, _: handler.send(status, kind, body, **headers)


def first_no_graphs(then):
    """A service without named graphs, whose further answers are these."""

    def answer(handler, query):
        if "GRAPH" in query:
            handler.send(200, JSON, NO_GRAPHS)
        else:
            then(handler, query)

    return answer


def failing(url, kind=ServiceFailed, query=ASK, timeout=5.0):
    with pytest.raises(kind) as told:
        SkinGraph.connect(url, timeout=timeout).answer(query, limits=Limits(seconds=timeout))
    assert "\n" not in str(told.value)
    return str(told.value)


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (400, BadQuery, "refuses the query: no such function"),
        (401, ServiceFailed, "SKINGRAPH_AUTHORIZATION"),
        (403, ServiceFailed, "SKINGRAPH_AUTHORIZATION"),
        (404, ServiceFailed, "says 404"),
        (413, QueryStopped, "says 413"),
        (429, QueryStopped, "says 429"),
        (500, ServiceFailed, "says 500"),
        (503, QueryStopped, "says 503"),
    ],
)
def test_an_error_of_the_service_is_told_in_one_line(service, status, kind, words):
    url = service(always(status, "text/plain", b"no such\n  function"))
    assert words in failing(url, kind)


def test_a_page_is_no_answer(service):
    url = service(always(200, "text/html; charset=utf-8", b"<html>Welcome"))
    assert "text/html" in failing(url)


def test_a_page_that_says_400_is_told_without_its_marks(service):
    url = service(always(400, "text/html", b"<html><b>Bad</b> query"))
    assert failing(url, BadQuery).endswith("refuses the query: Bad query")


def test_nobody_at_the_address_is_told():
    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as unused:
        port = unused.server_address[1]
    assert "cannot be reached" in failing(f"http://127.0.0.1:{port}/sparql")


def test_a_service_that_says_nothing_is_left_in_time(service):
    url = service(lambda *_: time.sleep(3))
    began = time.monotonic()
    assert "no answer within 0.5 s" in failing(url, QueryStopped, timeout=0.5)
    assert time.monotonic() - began < 2.5


def test_a_service_that_drips_is_left_in_time(service):
    def drip(handler, _):
        handler.send(200, JSON, b"", Content_Length=1000)
        for _ in range(30):
            handler.wfile.write(b" ")
            time.sleep(0.1)

    assert "no answer within 1 s" in failing(service(drip), QueryStopped, timeout=1.0)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Content_Length": 1000}, YES),
        ({"Content_Length": None}, YES[:-3]),
        ({"Content_Length": None}, b'{"head":{"vars":["s"]},"results":{"bindings":[{"s":'),
        ({"Content_Length": None, "Transfer_Encoding": "chunked"}, b"1a\r\n" + YES[:5]),
        ({}, b""),
    ],
)
def test_an_answer_that_is_cut_is_none(service, headers, body):
    url = service(first_no_graphs(always(200, JSON, body, **headers)))
    assert any(word in failing(url) for word in ("cut off", "breaks off"))


@pytest.mark.parametrize(
    "body", [b"<urn:a> <urn:b> <urn:c", b"<urn:a> <urn:b> <urn:c> .\n<urn:a>", b"<a> ."]
)
def test_triples_that_are_cut_are_none(service, body):
    url = service(first_no_graphs(always(200, NTRIPLES, body, Content_Length=None)))
    assert "cut off" in failing(url, query="CONSTRUCT WHERE { ?s ?p ?o }")


def test_an_answer_to_another_question_is_none(service):
    url = service(first_no_graphs(always(200, JSON, YES)))
    assert "no answer to SELECT" in failing(url, query="SELECT * { ?s ?p ?o }")


def test_a_part_that_the_service_calls_a_part_is_none(service):
    url = service(first_no_graphs(always(200, JSON, YES, X_SQL_State="S1TAT")))
    assert "a part of the answer" in failing(url, QueryStopped)


def test_an_answer_that_is_too_large_is_left(service):
    url = service(first_no_graphs(always(200, JSON, YES + b" " * (3 << 20))))
    with pytest.raises(QueryStopped, match="larger than 1 MB"):
        SkinGraph.connect(url).answer(ASK, limits=Limits(answer=1 << 20))


def test_an_answer_that_breaks_a_parser_breaks_none_of_ours(service):
    nested = b'{"type":"triple","value":{"subject":' * 200_000
    body = b'{"head":{"vars":["s"]},"results":{"bindings":[{"s":' + nested
    url = service(first_no_graphs(always(200, JSON, body)))
    with pytest.raises(SkingraphError):
        SkinGraph.connect(url).answer("SELECT * { ?s ?p ?o }")


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://x/"])
def test_a_redirect_leads_to_the_web_only(service, target):
    url = service(always(307, "text/plain", b"", Location=target))
    assert "leads on to what is no service" in failing(url)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_asked_the_same(service, status):
    def answer(handler, query):
        if handler.path == "/sparql":
            handler.send(status, "text/plain", b"", Location="/there")
        else:
            handler.send(200, JSON, NO_GRAPHS if "GRAPH" in query else YES)

    url = service(answer)
    assert SkinGraph.connect(url).answer(ASK) is True
    assert {path for path, _, fields in Handler.asked if fields["query"]} == {"/sparql", "/there"}


def test_a_redirect_without_end_is_left(service):
    url = service(always(307, "text/plain", b"", Location="/sparql"))
    failing(url)


def test_credentials_of_the_address_are_sent_and_never_shown(service, run):
    url = service(always(500, "text/plain", b"broken")).replace("//", "//me:s%3Acret@")
    assert "cret" not in failing(url)
    sent = base64.b64decode(Handler.asked[0][1]["authorization"].removeprefix("Basic "))
    assert sent == b"me:s:cret"
    code, _, told = run("stats", "--endpoint", url + "?key=cret")
    assert code == 2
    assert "cret" not in told
    assert "127.0.0.1" in told


def test_credentials_of_the_environment_are_sent_and_never_shown(service, monkeypatch):
    monkeypatch.setenv("SKINGRAPH_AUTHORIZATION", "Bearer hidden")
    assert "hidden" not in failing(service(always(401, "text/plain", b"who?")))
    assert Handler.asked[0][1]["authorization"] == "Bearer hidden"


def test_credentials_stay_with_their_host(service, monkeypatch):
    monkeypatch.setenv("SKINGRAPH_AUTHORIZATION", "Bearer hidden")

    def answer(handler, query):
        if handler.headers["Host"].startswith("127.0.0.1"):
            port = handler.headers["Host"].rpartition(":")[2]
            there = f"http://localhost:{port}/there"
            handler.send(307, "text/plain", b"", Location=there)
        else:
            handler.send(200, JSON, NO_GRAPHS if "GRAPH" in query else YES)

    assert SkinGraph.connect(service(answer)).answer(ASK) is True
    there = [headers for path, headers, _ in Handler.asked if path == "/there"]
    assert there
    assert not any("authorization" in headers for headers in there)


def test_a_header_cannot_be_smuggled_in(service, monkeypatch):
    monkeypatch.setenv("SKINGRAPH_AUTHORIZATION", "Bearer x\r\nX-Other: y")
    url = service(always(200, JSON, YES))
    with pytest.raises(BadParameter, match="a character that a header cannot have"):
        SkinGraph.connect(url).answer(ASK)
    assert not Handler.asked


@pytest.mark.parametrize("url", ["", "nowhere", "file:///etc/passwd", "ftp://x/", "http://x:y/"])
def test_what_is_no_web_address_is_refused(run, url):
    code, _, told = run("stats", "--endpoint", url or " ")
    assert code == 2
    assert "is no address" in told


def test_a_proxy_is_not_asked_for_this_machine(service, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    url = service(first_no_graphs(always(200, JSON, YES)))
    assert SkinGraph.connect(url).answer(ASK) is True


def test_graphs_of_ours_are_named_with_each_query(service):
    found = {"g": {"type": "uri", "value": "https://w3id.org/skingraph/schema#asserted"}}
    listed = json.dumps({"head": {"vars": ["g"]}, "results": {"bindings": [found]}}).encode()
    url = service(
        lambda handler, query: handler.send(200, JSON, listed if "GRAPH" in query else YES)
    )
    SkinGraph.connect(url).answer(ASK)
    SkinGraph.connect(url).answer("ASK FROM <urn:g> { ?s ?p ?o }")
    asked = [fields for _, _, fields in Handler.asked if "GRAPH" not in fields["query"][0]]
    assert asked[0]["default-graph-uri"] == asked[0]["named-graph-uri"] == [found["g"]["value"]]
    assert "default-graph-uri" not in asked[1]


def test_a_query_that_is_refused_here_is_not_sent(service):
    url = service(always(200, JSON, YES))
    failing(url, BadQuery, query="SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")
    assert not Handler.asked


def test_a_graph_that_comes_in_part_is_no_copy(service):
    count = {"n": {"type": "literal", "value": "3"}}
    counted = json.dumps({"head": {"vars": ["n"]}, "results": {"bindings": [count]}}).encode()

    def answer(handler, query):
        if "CONSTRUCT" in query:
            handler.send(200, NTRIPLES, b"<urn:a> <urn:b> <urn:c> .\n")
        else:
            handler.send(200, JSON, counted if "COUNT" in query else NO_GRAPHS)

    with pytest.raises(ServiceFailed, match="gives 1 of 3 statements"):
        list(SkinGraph.connect(service(answer)).store)


def test_booleans_come_as_we_write_them(service):
    term = {"type": "literal", "value": "1", "datatype": "http://www.w3.org/2001/XMLSchema#boolean"}
    body = {"head": {"vars": ["b"]}, "results": {"bindings": [{"b": term}]}}
    url = service(first_no_graphs(always(200, JSON, json.dumps(body).encode())))
    assert list(SkinGraph.connect(url).select("SELECT ?b { ?s ?p ?b }")) == [{"b": True}]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT ?x { ?x ?p 1 }", "SELECT ?x { VALUES ?x { <urn:x> } ?x ?p 1 }"),
        ("SELECT * WHERE { ?x ?p 1 }", "SELECT * WHERE { VALUES ?x { <urn:x> } ?x ?p 1 }"),
        (
            "CONSTRUCT { ?x ?p 1 } WHERE { ?x ?p 1 }",
            "CONSTRUCT { ?x ?p 1 } WHERE { VALUES ?x { <urn:x> } ?x ?p 1 }",
        ),
        (
            "SELECT ?x { BIND(<urn:x> AS ?x) }",
            "SELECT ?x { BIND(<urn:x> AS ?x) }\nVALUES ?x { <urn:x> }",
        ),
    ],
)
def test_a_value_stands_where_the_pattern_begins(query, expected):
    value = {ox.Variable("x"): ox.NamedNode("urn:x")}
    assert with_values(query, tokens_of(query), value) == expected


def test_a_variable_outside_the_projection_cannot_be_bound(graph):
    text = "SELECT ?x { ?x ?p ?y }"
    value = {ox.Variable("y"): ox.NamedNode("urn:x")}
    with pytest.raises(BadQuery):
        graph.query(text, {"y": ox.NamedNode("urn:x")})
    with pytest.raises(BadQuery, match="not in its projection"):
        with_values(text, tokens_of(text), value)


def test_a_text_as_a_value_stays_a_text():
    query = named("claims-for-body-site").text
    harm = ox.Literal('x" } DROP ALL # \n')
    text = with_values(query, tokens_of(query), {ox.Variable("site"): harm})
    assert any(token.text == str(harm) for token in tokens_of(text))
