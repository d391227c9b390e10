"""The SPARQL 1.1 protocol, spoken to a real server over a small graph in two named graphs."""

import csv
import http.server
import io
import threading
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
from tests.server import running

from skingraph.errors import BadQuery
from skingraph.guard import check_query
from skingraph.web.negotiation import GRAPHS, RESULTS, chosen
from skingraph.web.protocol import BadRequest, read_request

QUERY = "application/sparql-query"
FORM = "application/x-www-form-urlencoded"
ALL = "SELECT ?s ?p ?o WHERE { ?s ?p ?o } ORDER BY ?s ?p ?o"
ONE, TWO = "http://example.org/one", "http://example.org/two"
DATA = f"""
<urn:a> <urn:p> <urn:b> <{ONE}> .
<urn:a> <urn:p> <urn:c> <{TWO}> .
<urn:a> <urn:p> "=1+1" .
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("protocol")
    (folder / "data.nq").write_text(DATA, encoding="utf-8")
    with running(folder, "--graph", str(folder / "data.nq"), "--timeout", "3") as server:
        yield server


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    with running(tmp_path_factory.mktemp("shipped"), "--cors", "https://example.org") as server:
        yield server


def post(server, content_type, body, path="/sparql", **headers):
    return server.send("POST", path, body, {"Content-Type": content_type, **headers})


def test_the_three_ways_to_ask_give_the_same_rows(server):
    found = [
        server.ask(ALL).rows(),
        post(server, FORM, urlencode({"query": ALL}).encode()).rows(),
        post(server, QUERY, ALL.encode()).rows(),
        post(server, f"{QUERY}; charset=UTF-8", ALL.encode()).rows(),
    ]
    assert found[0] == [{"s": "urn:a", "p": "urn:p", "o": "=1+1"}]
    assert all(rows == found[0] for rows in found)


REFUSED = {
    "no query in a form": ("POST", "/sparql", FORM, b"", 400),
    "two queries in the address": ("GET", "/sparql?query=ASK%7B%7D&query=ASK%7B%7D", "", b"", 400),
    "two queries in a form": ("POST", "/sparql", FORM, b"query=ASK%7B%7D&query=ASK%7B%7D", 400),
    "a query in both places": ("POST", "/sparql?query=ASK%7B%7D", QUERY, b"ASK{}", 400),
    "a form beside the address": ("POST", "/sparql?query=ASK%7B%7D", FORM, b"query=ASK{}", 400),
    "an empty query": ("GET", "/sparql?query=", "", b"", 400),
    "no query but a graph": ("GET", f"/sparql?default-graph-uri={ONE}", "", b"", 400),
    "bad syntax": ("GET", "/sparql?query=SELECT+WHERE", "", b"", 400),
    "bad syntax in a body": ("POST", "/sparql", QUERY, b"SELECT * { ?s ?p", 400),
    "a graph that is no IRI": (
        "GET",
        f"/sparql?query=ASK%7B%7D&default-graph-uri={quote('a b<>')}",
        "",
        b"",
        400,
    ),
    "a relative graph": ("GET", "/sparql?query=ASK%7B%7D&named-graph-uri=one", "", b"", 400),
    "no content type": ("POST", "/sparql", "", b"ASK {}", 415),
    "plain text": ("POST", "/sparql", "text/plain", b"ASK {}", 415),
    "JSON": ("POST", "/sparql", "application/json", b'{"query": "ASK {}"}', 415),
    "several parts": ("POST", "/sparql", "multipart/form-data; boundary=x", b"--x--", 415),
    "UTF-16": ("POST", "/sparql", f"{QUERY}; charset=utf-16", "ASK {}".encode("utf-16"), 415),
    "no UTF-8 in a body": ("POST", "/sparql", QUERY, b"ASK { ?x ?y '\xe4' }", 400),
    "no UTF-8 in the address": ("GET", "/sparql?query=ASK%20%7B%7D%20%23%E4", "", b"", 400),
    "a thousand parameters": ("GET", "/sparql?query=ASK%7B%7D" + "&a=1" * 1000, "", b"", 400),
    "PUT": ("PUT", "/sparql", QUERY, b"ASK {}", 405),
    "DELETE": ("DELETE", "/sparql", "", b"", 405),
    "PATCH": ("PATCH", "/sparql", QUERY, b"ASK {}", 405),
    "an update in the address": ("GET", "/sparql?update=CLEAR%20ALL", "", b"", 403),
    "an update beside a query": ("GET", "/sparql?query=ASK%7B%7D&update=CLEAR%20ALL", "", b"", 403),
    "an update in a form": ("POST", "/sparql", FORM, b"update=CLEAR%20ALL", 403),
    "an update in a body": ("POST", "/sparql", "application/sparql-update", b"CLEAR ALL", 403),
    "an update as a query": ("POST", "/sparql", QUERY, b"DELETE WHERE { ?s ?p ?o }", 400),
    "LOAD as a query": ("POST", "/sparql", QUERY, b"LOAD <http://127.0.0.1:9/x>", 400),
    "SERVICE": ("POST", "/sparql", QUERY, b"ASK { SERVICE <http://127.0.0.1:9/> {} }", 400),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_of_the_protocol_is_refused(server, name):
    method, path, content_type, body, status = REFUSED[name]
    headers = {"Content-Type": content_type} if content_type else {}
    reply = server.send(method, path, body or None, headers)
    assert reply.status == status, reply.text
    assert reply.media == "text/plain"
    assert reply.text.count("\n") == 1
    assert "Traceback" not in reply.text
    if status == 403 or "update" in name:
        assert "read-only" in reply.text
    if status == 405:
        assert reply.headers["allow"] == "GET, HEAD, POST, OPTIONS"
    assert len(server.ask("SELECT * { GRAPH ?g { ?s ?p ?o } }").rows()) == 2


def test_a_wrong_query_is_told_its_line_and_column(server):
    reply = server.ask("SELECT *\n{ ?s ?p \u201cx\u201d }")
    assert reply.status == 400
    assert reply.text.startswith("2:9: ")
    reply = server.ask("SELECT * { ?s ?p }", headers={"Accept": "application/json"})
    assert reply.media == "application/problem+json"
    assert reply.json()["status"] == 400
    assert "1:" in reply.json()["detail"]


GRAPHS_CHOSEN = [
    ({}, ["=1+1"], ["urn:b", "urn:c"]),
    ({"default-graph-uri": ONE}, ["urn:b"], []),
    ({"default-graph-uri": [ONE, TWO]}, ["urn:b", "urn:c"], []),
    ({"named-graph-uri": TWO}, [], ["urn:c"]),
    ({"named-graph-uri": [ONE, TWO]}, [], ["urn:b", "urn:c"]),
    ({"default-graph-uri": ONE, "named-graph-uri": TWO}, ["urn:b"], ["urn:c"]),
    ({"default-graph-uri": "http://example.org/none"}, [], []),
]


@pytest.mark.parametrize(("graphs", "default", "named"), GRAPHS_CHOSEN)
@pytest.mark.parametrize("how", ["get", "form", "body"])
def test_a_request_chooses_its_graphs(server, graphs, default, named, how):
    for query, expected in (
        ("SELECT ?o { ?s ?p ?o } ORDER BY ?o", default),
        ("SELECT ?o { GRAPH ?g { ?s ?p ?o } } ORDER BY ?o", named),
        # What the request says overrules what the query says.
        (f"SELECT ?o FROM <{TWO}> {{ ?s ?p ?o }} ORDER BY ?o", default if graphs else ["urn:c"]),
    ):
        if how == "get":
            reply = server.ask(query, **graphs)
        elif how == "form":
            body = urlencode({"query": query} | graphs, doseq=True).encode()
            reply = post(server, FORM, body)
        else:
            path = "/sparql?" + urlencode(graphs, doseq=True)
            reply = post(server, QUERY, query.encode(), path)
        assert [row["o"] for row in reply.rows()] == expected


def test_the_default_graph_of_ours_is_the_union_of_all(shipped):
    count = "SELECT (COUNT(*) AS ?n) {{ {} }}"
    whole = int(shipped.ask(count.format("?s ?p ?o")).rows()[0]["n"])
    part = shipped.ask(
        count.format("?s ?p ?o"),
        **{"default-graph-uri": "https://w3id.org/skingraph/schema#asserted"},
    )
    named = shipped.ask(count.format("GRAPH ?g { ?s ?p ?o }"))
    assert 0 < int(part.rows()[0]["n"]) < whole == int(named.rows()[0]["n"])


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("", "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("application/json", "application/json"),
        ("text/csv", "text/csv"),
        ("text/tab-separated-values", "text/tab-separated-values"),
        ("text/csv;q=0.5, application/sparql-results+xml", "application/sparql-results+xml"),
        ("application/sparql-results+json;q=0, */*", "application/json"),
        ("text/*", "text/xml"),
        ("text/html, application/xml;q=0.9, */*;q=0.8", "application/xml"),
        ("TEXT/CSV ; Q=1.0", "text/csv"),
        ("text/csv;header=present", "text/csv"),
        ("nonsense, text/csv", "text/csv"),
        ("image/png", None),
        ("text/turtle", None),
        ("*/*;q=0", None),
    ],
)
def test_the_accept_header_chooses_the_format_of_rows(server, accept, media):
    reply = server.send("GET", "/sparql?query=" + quote(ALL), headers={"Accept": accept})
    if media is None:
        assert reply.status == 406
        assert "application/sparql-results+json" in reply.text
        return
    assert (reply.status, reply.media) == (200, media)
    assert reply.headers["vary"] == "Accept"
    assert b"urn:a" in reply.body


@pytest.mark.parametrize(
    ("accept", "media", "form"),
    [
        ("", "text/turtle", ox.RdfFormat.TURTLE),
        ("application/n-triples", "application/n-triples", ox.RdfFormat.N_TRIPLES),
        ("text/plain", "text/plain", ox.RdfFormat.N_TRIPLES),
        ("application/rdf+xml", "application/rdf+xml", ox.RdfFormat.RDF_XML),
        ("application/ld+json", "application/ld+json", ox.RdfFormat.JSON_LD),
        ("application/ld+json;q=0.4, text/turtle;q=0.6", "text/turtle", ox.RdfFormat.TURTLE),
    ],
)
def test_the_accept_header_chooses_the_format_of_a_graph(server, accept, media, form):
    for query in ("CONSTRUCT WHERE { ?s ?p ?o }", "DESCRIBE <urn:a>"):
        reply = server.ask(query, headers={"Accept": accept})
        assert (reply.status, reply.media) == (200, media)
        assert [quad.object.value for quad in ox.parse(reply.body, format=form)] == ["=1+1"]
    assert server.ask("DESCRIBE <urn:a>", headers={"Accept": "text/csv"}).status == 406


@pytest.mark.parametrize(
    ("name", "rows", "graph"),
    [
        ("json", "application/sparql-results+json", "application/ld+json"),
        ("xml", "application/sparql-results+xml", "application/rdf+xml"),
        ("csv", "text/csv", None),
        ("tsv", "text/tab-separated-values", None),
        ("turtle", None, "text/turtle"),
        ("nt", None, "application/n-triples"),
        ("application/rdf+xml", None, "application/rdf+xml"),
        ("pdf", None, None),
    ],
)
def test_a_short_name_overrules_the_accept_header(server, name, rows, graph):
    for key in ("format", "_format"):
        for query, media in ((ALL, rows), ("CONSTRUCT WHERE { ?s ?p ?o }", graph)):
            reply = server.ask(query, headers={"Accept": "text/html"}, **{key: name})
            assert reply.status == (406 if media is None else 200)
            if media:
                assert reply.media == media


def test_every_format_carries_the_same_answer(server):
    for name, form in (
        ("json", ox.QueryResultsFormat.JSON),
        ("xml", ox.QueryResultsFormat.XML),
        ("tsv", ox.QueryResultsFormat.TSV),
    ):
        solutions = ox.parse_query_results(server.ask(ALL, format=name).body, format=form)
        assert isinstance(solutions, ox.QuerySolutions)
        assert [row["o"].value for row in solutions] == ["=1+1"]
        yes = (
            ox.parse_query_results(server.ask("ASK {}", format=name).body, format=form)
            if (name != "tsv")
            else True
        )
        assert bool(yes)
    # The protocol's CSV is lossless; only a download for a spreadsheet is made harmless.
    rows = list(csv.reader(io.StringIO(server.ask(ALL, format="csv").text)))
    assert rows == [["s", "p", "o"], ["urn:a", "urn:p", "=1+1"]]
    assert server.ask("ASK {}", format="csv").text == "true"


def test_xml_that_no_reader_would_take_is_not_sent(server):
    query = 'SELECT ("a\\u0001b" AS ?x) {}'
    assert server.ask(query, format="xml").status == 406
    assert server.ask(query, format="json").json()["results"]["bindings"][0]["x"]["value"] == (
        "a\x01b"
    )


def test_xml_brings_back_what_was_asked_for(server):
    query = 'SELECT ("a\\r\\nb\\rc" AS ?x) {}'
    solutions = ox.parse_query_results(
        server.ask(query, format="xml").body, format=ox.QueryResultsFormat.XML
    )
    assert isinstance(solutions, ox.QuerySolutions)
    assert next(solutions)["x"].value == "a\r\nb\rc"
    read = ElementTree.fromstring(server.ask(query, format="xml").body)
    assert [literal.text for literal in read.iter() if literal.text] == ["a\r\nb\rc"]
    graph = server.ask('CONSTRUCT { <urn:s> <urn:p> "a\\rb" } WHERE {}', format="rdf")
    read = ElementTree.fromstring(graph.body)
    assert "a\rb" in [element.text for element in read.iter()]


@pytest.mark.parametrize("name", ["http://example.org/1", "urn:1", "http://example.org/"])
def test_a_property_that_xml_cannot_name_is_not_sent_as_xml(server, name):
    query = f"CONSTRUCT {{ <urn:s> <{name}> 1 }} WHERE {{}}"
    assert server.ask(query, format="rdf").status == 406
    assert name in server.ask(query, format="ttl").text
    kind = f"CONSTRUCT {{ <urn:s> a <{name}> }} WHERE {{}}"
    reply = server.ask(kind, format="rdf")
    assert reply.status == 406 or ElementTree.fromstring(reply.body) is not None


def test_a_head_has_the_headers_of_a_get_and_no_body(server):
    path = "/sparql?query=" + quote(ALL)
    head, whole = server.send("HEAD", path), server.get(path)
    assert head.body == b""
    for name in ("content-type", "content-length", "etag", "vary"):
        assert head.headers[name] == whole.headers[name]


def test_options_tell_what_is_allowed(server):
    reply = server.send("OPTIONS", "/sparql")
    assert (reply.status, reply.headers["allow"]) == (204, "GET, HEAD, POST, OPTIONS")
    assert server.send("OPTIONS", "/health").headers["allow"] == "GET, HEAD, OPTIONS"


def test_an_answer_that_is_held_already_is_not_worked_out_again(server):
    path = "/sparql?query=" + quote(ALL)
    tag = server.get(path).headers["etag"]
    assert tag.startswith('W/"')
    before = server.metric('skingraph_requests_total{kind="query",outcome="unchanged"}')
    for held in (tag, f'"x", {tag}', tag.removeprefix("W/")):
        reply = server.get(path, If_None_Match=held)
        assert (reply.status, reply.body, reply.headers["etag"]) == (304, b"", tag)
    after = server.metric('skingraph_requests_total{kind="query",outcome="unchanged"}')
    assert after == before + 3
    assert server.get(path, If_None_Match='"x"').status == 200
    assert server.get(path, If_None_Match=tag, Accept="text/csv").status == 200
    assert server.get(path + "&format=csv", If_None_Match=tag).status == 200


@pytest.mark.parametrize("word", ["RAND()", "NOW()", "UUID()", "STRUUID()", "BNODE()"])
def test_what_differs_each_time_is_never_kept(server, word):
    reply = server.ask(f"SELECT ({word} AS ?x) {{}}")
    assert reply.status == 200
    assert "etag" not in reply.headers
    assert reply.headers["cache-control"] == "no-store"


def store_names(store):
    return store.query(
        "PREFIX sd: <http://www.w3.org/ns/sparql-service-description#>"
        " SELECT ?name { ?dataset sd:namedGraph/sd:name ?name ; sd:defaultGraph/a sd:Graph }"
    )


def test_the_service_describes_itself(shipped):
    reply = shipped.get("/sparql")
    assert reply.media == "text/turtle"
    store = ox.Store()
    store.load(reply.body, format=ox.RdfFormat.TURTLE)
    found = store.query(
        "PREFIX sd: <http://www.w3.org/ns/sparql-service-description#> SELECT ?name ?endpoint {"
        " ?service a sd:Service ; sd:endpoint ?endpoint ; sd:feature sd:UnionDefaultGraph ;"
        "  sd:supportedLanguage sd:SPARQL11Query ; sd:defaultDataset/sd:namedGraph/sd:name ?name }"
    )
    assert isinstance(found, ox.QuerySolutions)
    rows = {(row["name"].value.rpartition("#")[2], row["endpoint"].value) for row in found}
    graphs = ("asserted", "inferred", "mappings", "schema")
    assert rows == {(name, f"{shipped.base}sparql") for name in graphs}
    asked = shipped.ask("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }").rows()
    assert {row["name"].value for row in store_names(store)} == {row["g"] for row in asked}
    formats = store.query(
        "PREFIX sd: <http://www.w3.org/ns/sparql-service-description#>"
        " SELECT ?format { ?service sd:resultFormat ?format }"
    )
    assert isinstance(formats, ox.QuerySolutions)
    assert {row["format"].value.rpartition("/")[2] for row in formats} == {
        *(f"SPARQL_Results_{name}" for name in ("JSON", "XML", "CSV", "TSV")),
        *("Turtle", "N-Triples", "RDF_XML", "JSON-LD"),
    }
    assert shipped.get("/sparql", Accept="application/rdf+xml").media == "application/rdf+xml"
    assert shipped.get("/sparql?format=nt").media == "application/n-triples"
    browser = shipped.get("/sparql", Accept="text/html,application/xml;q=0.9,*/*;q=0.8")
    assert (browser.status, browser.headers["location"]) == (303, "query")


def test_an_empty_answer_has_words(shipped):
    reply = shipped.ask("SELECT * { skin:no-such-treatment skg:treats ?x }")
    assert reply.rows() == []
    note = reply.headers["skingraph-note"]
    assert note.startswith("no claim found in release ")
    assert "that is no evidence of safety" in note
    assert "skin:no-such-treatment" in note
    assert reply.headers["skingraph-release"] in note
    for query in ("ASK { skin:microneedling skg:treats 1 }", "DESCRIBE skin:no-such-treatment"):
        assert "no evidence of safety" in shipped.ask(query).headers["skingraph-note"]
    assert "skingraph-note" not in shipped.ask("ASK { ?x a skg:Claim }").headers


def test_only_the_origin_that_is_named_may_read(server, shipped):
    path = "/sparql?query=" + quote(ALL)
    assert "access-control-allow-origin" not in server.get(path, Origin="https://a.org").headers
    assert server.get(path).headers["cross-origin-resource-policy"] == "same-origin"
    allowed = shipped.get("/sparql?query=ASK%7B%7D", Origin="https://example.org")
    assert allowed.headers["access-control-allow-origin"] == "https://example.org"
    assert "Skingraph-Note" in allowed.headers["access-control-expose-headers"]
    assert "Origin" in allowed.headers["vary"]
    other = shipped.get("/sparql?query=ASK%7B%7D", Origin="https://evil.example")
    assert "access-control-allow-origin" not in other.headers
    asked = shipped.send(
        "OPTIONS",
        "/sparql",
        headers={"Origin": "https://example.org", "Access-Control-Request-Method": "POST"},
    )
    assert asked.status == 204
    assert "POST" in asked.headers["access-control-allow-methods"]
    assert "Content-Type" in asked.headers["access-control-allow-headers"]
    assert "Cache-Control" in asked.headers["access-control-allow-headers"]
    other = shipped.send(
        "OPTIONS",
        "/sparql",
        headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"},
    )
    assert not [name for name in other.headers if name.startswith("access-control-")]
    assert "Origin" in other.headers["vary"]


CALLS = [
    "SELECT * {{ SERVICE <{0}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE SILENT <{0}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ ?s ?p ?o FILTER EXISTS {{ SERVICE <{0}> {{ ?a ?b ?c }} }} }}",
    "SELECT * {{ ?s ?p ?o MINUS {{ SERVICE<{0}>{{ ?a ?b ?c }} }} }}",
    "SELECT * {{ OPTIONAL {{ SERVICESILENT<{0}>{{ ?a ?b ?c }} }} }}",
    "SELECT * {{ {{ SELECT * {{ service <{0}> {{ ?a ?b ?c }} }} }} }}",
    "SELECT * {{ BIND(<{0}> AS ?x) SERVICE ?x {{ ?a ?b ?c }} }}",
    "CONSTRUCT {{ ?s ?p ?o }} WHERE {{ SERVICE <{0}> {{ ?s ?p ?o }} }}",
    "SELECT * FROM <{0}> {{ ?s ?p ?o }}",
    "SELECT * FROM NAMED <{0}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    "SELECT * {{ GRAPH <{0}> {{ ?s ?p ?o }} }}",
    "DESCRIBE <{0}>",
    "LOAD <{0}>",
    "SELECT (<{0}>(1) AS ?x) {{}}",
    "SELECT * FROM <file:///etc/passwd> {{ ?s ?p ?o }}",
]


class _Listener(http.server.ThreadingHTTPServer):
    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Answers)
        self.asked: list[str] = []


class _Answers(http.server.BaseHTTPRequestHandler):
    server: _Listener

    def do_POST(self):
        self.server.asked.append(self.path)
        body = (
            b'{"head":{"vars":["s"]},"results":{"bindings":[{"s":{"type":"uri","value":"urn:x"}}]}}'
        )
        self.send_response(200)
        self.send_header("Content-Type", "application/sparql-results+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST

    def log_message(self, *_):
        pass


@pytest.fixture
def listener():
    with _Listener() as listener:
        thread = threading.Thread(target=listener.serve_forever)
        thread.start()
        yield listener
        listener.shutdown()
        thread.join()


def test_no_query_contacts_another_machine_unless_the_operator_names_it(server, listener, tmp_path):
    place = f"127.0.0.1:{listener.server_port}"
    address = f"http://{place}/there"
    for call in CALLS:
        reply = server.ask(call.format(address))
        assert reply.status in (200, 400)
        assert b"root:" not in reply.body
    for graphs in ({"default-graph-uri": address}, {"named-graph-uri": address}):
        assert server.ask(ALL, **graphs).rows() == []
    assert listener.asked == []
    with running(
        tmp_path,
        "--graph",
        server.told.parent.joinpath("data.nq").as_posix(),
        "--allow-service",
        place,
    ) as open_server:
        assert open_server.ask(CALLS[0].format(address)).rows() == [{"s": "urn:x"}]
        assert "etag" not in open_server.ask(CALLS[1].format(address)).headers
        assert listener.asked == ["/there", "/there"]
        # Its description says more than that of the other, so it is no copy of it.
        assert open_server.get("/sparql").headers["etag"] != server.get("/sparql").headers["etag"]
        other = f"http://localhost:{listener.server_port}/there"
        for call in CALLS:
            assert open_server.ask(call.format(other)).status in (200, 400)
        for call in CALLS[8:]:
            assert open_server.ask(call.format(address)).status in (200, 400)
        assert open_server.ask(CALLS[0].format(f"http://{place}@localhost/")).status == 400
        assert listener.asked == ["/there", "/there"]


ALLOWED = [
    "SELECT * { SERVICE <http://a.org:80/sparql> { ?s ?p ?o } }",
    "SELECT * { SERVICE SILENT<https://A.org:80?x> { ?s ?p ?o } }",
    "ASK { FILTER EXISTS { SERVICE <http://a.org:80> { ?s ?p ?o } } }",
    'SELECT ?service { ?service ?p "SERVICE <http://evil/>" } # SERVICE <http://evil/>',
]
FORBIDDEN = [
    "SELECT * { SERVICE <http://b.org/sparql> { ?s ?p ?o } }",
    "SELECT * { SERVICE <http://a.org/> { ?s ?p ?o } }",
    "SELECT * { SERVICE <file://a.org:80/> { ?s ?p ?o } }",
    "SELECT * { SERVICE ?x { ?s ?p ?o } }",
    "SELECT * { SERVICE SILENT SILENT <http://a.org:80> { ?s ?p ?o } }",
    "SELECT * { SERVICE <http://a.org:80@evil/> {} }",
    "SELECT * { SERVICE <http://a.org:80.evil/> {} }",
    "SELECT * { SERVICE <http://evil/?http://a.org:80/> {} }",
    "SELECT * { SERVICE <//a.org:80/> {} }",
    "BASE <http://evil/> SELECT * { SERVICE <a.org:80> {} }",
    r"SELECT * { SERVICE <http://a.org:80\u0040evil/> {} }",
    "SELECT * { SERVICESILENT<http://a.org:80/> {} }",
    "SELECT * { FILTER(1SERVICE<http://evil/>) }",
    "PREFIX SERVICE: <http://evil/> SELECT * { ?s SERVICE:x {} }",
    "PREFIX a: <http://a.org:80/> SELECT * { SERVICE a:x {} }",
    "SELECT * { SERVICE # <http://a.org:80/>\n <http://evil> {} }",
]


@pytest.mark.parametrize("query", ALLOWED)
def test_service_may_name_an_allowed_host(query):
    check_query(query, services=["a.org:80"])


@pytest.mark.parametrize("query", FORBIDDEN)
def test_service_may_name_no_other_place(query):
    with pytest.raises(BadQuery, match="SERVICE"):
        check_query(query, services=["a.org:80"])


def test_a_request_is_read_without_a_server():
    request = read_request("GET", b"query=ASK%7B%7D&default-graph-uri=urn:a", "", b"")
    assert request is not None
    assert (request.query, request.default_graphs, request.named_graphs) == (
        "ASK{}",
        ("urn:a",),
        (),
    )
    assert read_request("GET", b"", "", b"") is None
    with pytest.raises(BadRequest, match="read-only"):
        read_request("POST", b"", "application/sparql-update", b"")


def test_of_two_formats_that_fit_alike_ours_comes_first():
    for formats, accept, name in (
        (RESULTS, "text/csv, application/sparql-results+json", "json"),
        (GRAPHS, "*/*;q=0.1, text/*;q=0.2, application/ld+json;q=0.1", "ttl"),
    ):
        choice = chosen(formats, accept)
        assert choice is not None
        assert choice[0].name == name
    assert chosen(GRAPHS, "text/turtle;q=2") is None
