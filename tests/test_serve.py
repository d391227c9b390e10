"""The server as an operator and a browser meet it: addresses, headers, log, start and stop."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote, urljoin

import pyoxigraph as ox
import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.server import Server, alive, running, until

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
ASK = "/sparql?query=ASK%7B%7D"
EVIL = "<script>alert(1)</script>"
# Never done, whatever the graph holds.
ONES = " ".join(f"VALUES ?v{n} {{ {'1 ' * 3000} }}" for n in range(4))
BY_ITSELF = f"SELECT (COUNT(*) AS ?n) {{ {ONES} }}"
SMALL = """
skin:tried a skg:Treatment ; skos:prefLabel "tried"@en ; skos:definition "A treatment."@en .
skin:lines a skg:Concern ; skos:prefLabel "lines"@en ; skos:definition "A concern."@en .
claim:tried-treats-lines a skg:Claim ; rdf:subject skin:tried ; rdf:predicate skg:treats ;
    rdf:object skin:lines .
"""
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("serve")
    with running(folder, "--public-name", "graph.example.org", "--timeout", "3") as server:
        yield server


@pytest.fixture(scope="module")
def dawdlers(server):
    """Two clients that never finish: one its headers, one its body."""
    host = "Host: 127.0.0.1\r\n"
    begun = (
        f"GET /health HTTP/1.1\r\n{host}X-Slow: ",
        (
            f"POST /sparql HTTP/1.1\r\n{host}Content-Type: application/sparql-query\r\n"
            "Content-Length: 100\r\n\r\nASK"
        ),
    )
    connections = [socket.create_connection(server.place, timeout=20) for _ in begun]
    for connection, content in zip(connections, begun, strict=True):
        connection.sendall(content.encode())
    yield connections
    for connection in connections:
        connection.close()


@pytest.mark.usefixtures("dawdlers")
def test_the_server_tells_that_it_is_well(server):
    reply = server.get("/health")
    assert (reply.status, reply.media) == (200, "application/json")
    found = reply.json()
    assert found["status"] == "ok"
    assert found["release"] == reply.headers["skingraph-release"]
    assert found["statements"] > 20_000


@pytest.mark.parametrize(
    ("path", "media", "form"),
    [
        ("/microneedling.ttl", "text/turtle", ox.RdfFormat.TURTLE),
        ("/microneedling.nt", "application/n-triples", ox.RdfFormat.N_TRIPLES),
        ("/microneedling.rdf", "application/rdf+xml", ox.RdfFormat.RDF_XML),
        ("/microneedling.jsonld", "application/ld+json", ox.RdfFormat.JSON_LD),
        ("/claim/peel-is-temporary.ttl", "text/turtle", None),
        ("/schema.ttl", "text/turtle", ox.RdfFormat.TURTLE),
    ],
)
def test_a_thing_has_rdf_at_its_path(server, path, media, form):
    reply = server.get(path)
    if form is None and reply.status == 404:
        claim = server.ask("SELECT ?c { ?c a skg:Claim } ORDER BY ?c LIMIT 1").rows()[0]["c"]
        reply, form = server.get(f"/claim/{claim.rpartition('/')[2]}.ttl"), ox.RdfFormat.TURTLE
    assert (reply.status, reply.media) == (200, media)
    assert list(ox.parse(reply.body, format=form or ox.RdfFormat.TURTLE))


def test_a_thing_has_a_page_for_people_and_rdf_for_machines(server):
    page = server.get("/microneedling", Accept="text/html,*/*;q=0.5")
    assert page.media == "text/html"
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    data = server.get("/microneedling", Accept="text/turtle")
    assert data.media == "text/turtle"
    assert "sandbox" in data.headers["content-security-policy"]
    assert page.headers["etag"] != data.headers["etag"]
    again = server.get("/microneedling", Accept="text/turtle", If_None_Match=data.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert (
        server.send("HEAD", "/microneedling.html").headers["content-length"]
        == (server.get("/microneedling.html").headers["content-length"])
    )
    assert server.get("/microneedling", Accept="image/png").status == 406


@pytest.mark.parametrize("path", ["/", "/query", "/queries/", "/queries/contraindications"])
def test_there_are_pages_beside_those_of_things(server, path):
    reply = server.get(path)
    assert (reply.status, reply.media) == (200, "text/html")


def test_a_named_question_is_an_address_with_parameters(server):
    path = "/queries/contraindications"
    whole = server.get(f"{path}.json").rows()
    part = server.get(f"{path}.json?treatment=microneedling").rows()
    assert 0 < len(part) < len(whole)
    assert server.get(f"{path}?treatment=microneedling", Accept="application/json").rows() == part
    for ending, media in (
        ("csv", "text/csv"),
        ("tsv", "text/tab-separated-values"),
        ("xml", "application/sparql-results+xml"),
        ("jsonl", "application/jsonl"),
        ("md", "text/markdown"),
    ):
        reply = server.get(f"{path}.{ending}?treatment=microneedling")
        assert (reply.status, reply.media) == (200, media)
        assert reply.headers["content-disposition"] == (
            f'inline; filename="contraindications.{ending}"'
        )
    missed = server.get(f"{path}.csv?treatment=microneedlin")
    assert missed.status == 400
    assert "Did you mean" in missed.text
    assert server.get(f"{path}.csv?no-such=1").status == 400
    assert server.get("/queries/contraindication.csv").status == 404
    assert "contraindications" in server.get("/queries/contraindication.csv").text
    # The short name counts more than what a browser accepts, and is no parameter of the question.
    for key in ("format", "_format"):
        named = server.get(f"{path}?treatment=microneedling&{key}=json", Accept="text/html")
        assert named.rows() == part
        for evil in ("pdf", "a%0d%0aSet-Cookie:x", "%E6%BC%A2", "%22;x=%22", "%ff"):
            refused = server.get(f"{path}?{key}={evil}", Accept="text/csv")
            assert refused.status in (400, 406), evil
            assert "content-disposition" not in refused.headers
            assert refused.headers["server"] == "skingraph"
    assert server.get(f"{path}.csv?treatment=a&treatment=b").status == 400
    wrong = server.get(f"{path}.csv?treatment=acne-scar")
    assert (wrong.status, wrong.text.count("\n")) == (400, 1)
    assert "is a Concern, not a Treatment" in wrong.text
    long = server.get(f"{path}.csv?treatment={'x' * 20_000}")
    assert (long.status, len(long.text) < 1100) == (400, True)
    empty = server.get(f"{path}.csv?treatment=surgery&factor=sunburn")
    assert (empty.status, len(empty.text.splitlines())) == (200, 1)
    assert "no evidence of safety" in empty.headers["skingraph-note"]


def test_a_spreadsheet_runs_no_cell_of_a_download(tmp_path, write):
    turtle = 'skin:evil a skg:Treatment ; skos:prefLabel "=1+1"@en ; skos:definition "@x"@en .'
    with running(tmp_path, "--also", write(turtle)) as server:
        text = server.get("/queries/concepts.csv").text
        assert "'=1+1" in text
        assert ",=1+1" not in text
        asked = server.ask("SELECT ?l { skin:evil skos:prefLabel ?l }", format="csv")
        assert asked.text.splitlines()[1] == "=1+1"


def test_the_dataset_describes_itself(server):
    reply = server.get("/.well-known/void")
    assert (reply.status, reply.media) == (200, "text/turtle")
    described = {quad.object.value for quad in ox.parse(reply.body, format=ox.RdfFormat.TURTLE)}
    assert f"{server.base}sparql" in described
    assert str(server.get("/health").json()["statements"]) in described
    assert server.get("/.well-known/void", Accept="application/ld+json").status == 200


def test_a_store_on_disk_is_served_like_one_in_memory(tmp_path, write):
    data, store = str(write(SMALL)), str(tmp_path / "store")
    load = [sys.executable, "-m", "skingraph", "load", "--store", store]
    subprocess.run([*load, data], check=True, capture_output=True)
    with (
        running(tmp_path, "--store", store, "--timeout", "1") as disk,
        running(tmp_path, "--graph", data) as memory,
    ):
        paths = ("/queries/claims.json", "/tried.nt", "/tried.html", "/queries/concepts.csv")
        whole = [memory.get(path) for path in paths]
        assert {reply.status for reply in whole} == {200}
        assert b"tried" in whole[1].body
        assert [disk.get(path).body for path in paths] == [reply.body for reply in whole]
        assert disk.ask(BY_ITSELF).status == 503
        # What is loaded meanwhile is another store; this one stays as it is, in new workers too.
        changed = write(SMALL.replace("tried", "changed"))
        subprocess.run([*load, "--replace", str(changed)], check=True, capture_output=True)
        for worker in disk.family()[1:]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
        fresh = [disk.send("GET", path, None, {"Cache-Control": "no-cache"}) for path in paths]
        assert [reply.body for reply in fresh] == [reply.body for reply in whole]


def test_static_files_are_those_of_the_pages(server):
    found = re.findall(r'(?:href|src)="\.?/?(static/[^"]+)"', server.get("/query").text)
    assert found
    for path in found:
        reply = server.get(f"/{path}")
        assert reply.status == 200
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert server.get(f"/{path}", If_None_Match=reply.headers["etag"]).status == 304
    assert server.get("/static/no-such.js").status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/../../../../etc/passwd",
        "/static/../../../../../etc/passwd",
        "/static/..%2f..%2f..%2f..%2fetc/passwd",
        "/static/%2e%2e/%2e%2e/pyproject.toml",
        "/static//etc/passwd",
        "/queries/..%2F..%2Fetc%2Fpasswd",
        "/queries/contraindications.rq",
        "/%2e%2e/etc/passwd",
        "//etc/passwd",
        "/etc/passwd%00.ttl",
        "/claim/",
        "/.git/config",
        f"/{quote(EVIL)}",
        f"/queries/{quote(EVIL)}",
        f"/claim/{quote(EVIL)}.ttl",
        "/" + "a" * 5000,
        "/%ff%fe",
        "/a%0d%0aSet-Cookie:%20x=1",
        "/skg:treats",
        "/http://example.org/",
        "/favicon.ico",
        "/robots.txt",
    ],
)
def test_no_other_address_leads_anywhere(server, path):
    for accept in ("*/*", "text/html", "application/json"):
        reply = server.get(path, Accept=accept)
        assert reply.status == 404
        kinds = {"*/*": "plain", "text/html": "html", "application/json": "problem+json"}
        assert reply.media.partition("/")[2] == kinds[accept]
        assert b"root:" not in reply.body
        assert b"<script" not in reply.body
        assert "set-cookie" not in reply.headers


def test_a_person_who_is_lost_is_shown_the_way(server):
    for path in ("/nothing", "/claim/a/b/nothing", "/a%2Fb/nothing", "/%0a", "/" + "x/" * 900):
        reply = server.get(path, Accept=BROWSER)
        assert (reply.status, reply.media) == (404, "text/html")
        assert reply.headers["cache-control"] == "no-store"
        assert "script-src 'self'" in reply.headers["content-security-policy"]
        assert "Nothing has this address" in reply.text
        links = re.findall(r'<a (?:class="brand" )?href="([^"#:]*)"', reply.text)
        assert len(links) >= 4
        # All lead to the top, from wherever the browser thinks it is.
        for link in links:
            assert urljoin(f"{server.base}{path[1:]}", link).startswith(server.base)
            assert server.get(urljoin(path, link), Accept=BROWSER).status == 200
    reply = server.get("/queries/contraindication", Accept=BROWSER)
    assert "Did you mean &#39;contraindications&#39;" in reply.text
    assert server.get(f"/queries/{quote(EVIL)}", Accept=BROWSER).text.count("<script") == 0
    assert server.send("HEAD", "/nothing", None, {"Accept": BROWSER}).body == b""
    assert server.get("/queries", Accept=BROWSER).headers["location"] == "queries/"


def test_the_target_of_a_request_may_be_a_whole_address(server):
    host = "Host: evil.example\r\nConnection: close\r\n\r\n"
    for target, status in (
        ("GET http://127.0.0.1/health", 200),
        ("GET HTTP://localhost:80", 200),
        ("GET http://127.0.0.1/sparql?query=ASK%7B%7D", 200),
        ("GET http://evil.example/health", 421),
        ("GET http://evil.example@127.0.0.1/health", 421),
        ("GET ftp://127.0.0.1/", 421),
        ("CONNECT 127.0.0.1:80", 421),
        ("OPTIONS *", 421),
    ):
        reply = server.raw(f"{target} HTTP/1.1\r\n{host}".encode()).decode()
        assert reply.startswith(f"HTTP/1.1 {status} "), (target, reply[:200])
        assert "server: skingraph" in reply
    ours = server.raw(b"OPTIONS * HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    assert ours.startswith(b"HTTP/1.1 204 ")


def test_a_version_of_the_data_is_no_header_of_its_own(tmp_path, write):
    owl, date = "http://www.w3.org/2002/07/owl#", "http://www.w3.org/2001/XMLSchema#date"
    data = write(
        f'<https://w3id.org/skingraph/schema> <{owl}versionInfo> "1\\r\\nX-Evil: 1 \u6f22" ;'
        f' dcterms:modified "2026-01-01"^^<{date}> .'
    )
    with running(tmp_path, "--graph", str(data)) as server:
        reply = server.get(ASK)
        assert reply.status == 200
        assert reply.headers["skingraph-release"] == r"1\r\nX-Evil: 1 \u6f22 of 2026-01-01"
        assert "x-evil" not in reply.headers
        assert server.get("/nothing", Accept=BROWSER).status == 404


def test_more_connections_than_the_system_gives_are_no_end(tmp_path, write):
    told = tmp_path / "told"
    serve = f"{sys.executable} -m skingraph serve --port 0 --graph {write(SMALL)}"
    with told.open("wb") as file:
        process = subprocess.Popen(["sh", "-c", f"ulimit -n 64; exec {serve}"], stderr=file)
    server = Server("", process, told)
    idle = []
    try:
        assert until(lambda: " serves " in told.read_text("utf-8"), 60)
        server.base = told.read_text("utf-8").partition(" ")[0]
        for _ in range(100):
            idle.append(socket.create_connection(server.place, timeout=5))
        # Whoever comes too late is sent away, and does not wait for ever.
        with contextlib.suppress(ConnectionError, http.client.HTTPException):
            assert server.send("GET", ASK, seconds=5).status == 503
        for connection in idle:
            connection.close()
        assert until(lambda: is_answered(server))
        assert "Traceback" not in told.read_text("utf-8")
    finally:
        for connection in idle:
            connection.close()
        assert server.stop() == 0


def is_answered(server):
    with contextlib.suppress(OSError, http.client.HTTPException):
        return server.get(ASK).status == 200
    return False


def test_what_is_asked_comes_back_as_no_page(server):
    for query in (
        f"SELECT * {{ ?s ?p <http://x/{EVIL}> }}",
        f'SELECT ("{EVIL}" AS ?x) {{}}',
        f"PREFIX x: <{EVIL}> ASK {{}}",
        f"SELECT * {{ skin:x ?p '{EVIL}' FILTER REGEX(?p, '({EVIL}') }}",
    ):
        for accept in ("text/html", "text/html, */*;q=0.1", "application/json"):
            reply = server.ask(query, headers={"Accept": accept})
            assert reply.media != "text/html"
            assert "sandbox" in reply.headers["content-security-policy"]
            assert reply.headers["x-content-type-options"] == "nosniff"
            assert all("\n" not in value for value in reply.headers.values())
    page = server.get(f"/queries/contraindications?treatment={quote(EVIL)}", Accept="text/html")
    assert EVIL.encode() not in page.body
    page = server.get(f"/?q={quote(EVIL)}", Accept="text/html")
    assert EVIL.encode() not in page.body


def test_every_reply_has_the_headers_that_protect_its_reader(server):
    for path in ("/", ASK, "/health", "/metrics", "/no-such", "/microneedling.ttl", "/static/x"):
        headers = server.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["server"] == "skingraph"
        assert "access-control-allow-origin" not in headers


def test_another_name_in_the_host_header_is_not_answered(server):
    port = server.place[1]
    for host in (
        "evil.example",
        f"evil.example:{port}",
        "127.0.0.1.evil.example",
        "localhost.",
        "a@127.0.0.1",
        "127.0.0.1/",
        "",
        "[::1",
        "127.0.0.1:99999999",
    ):
        reply = server.get(ASK, Host=host)
        assert reply.status in (400, 421), host
    for host in (
        "127.0.0.1",
        f"localhost:{port}",
        "LOCALHOST",
        "[::1]:80",
        "graph.example.org",
        "192.168.7.9:8000",
    ):
        assert server.get(ASK, Host=host).status == 200, host
    described = server.get("/sparql", Host="graph.example.org").text
    assert "http://graph.example.org/sparql" in described


@pytest.mark.parametrize(
    "content",
    [
        b"\x16\x03\x01\x02\x00",
        b"GET /health\r\n\r\n",
        b"GET /health HTTP/1.1\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\x00b\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X: " + b"a" * 200_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n",
        (
            b"POST /sparql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        ),
        b"POST /sparql HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_what_is_no_http_is_turned_away(server, content):
    reply = server.raw(content + b"", seconds=0.5)
    assert reply == b"" or re.match(rb"HTTP/1\.1 (400|408|413|415|421|431) ", reply), reply[:200]
    assert server.get(ASK).status == 200


def test_a_body_that_is_too_large_is_not_read(server):
    direct = {"Content-Type": "application/sparql-query"}
    reply = server.send("POST", "/sparql", b"#" * 200_000, direct)
    assert reply.status == 400
    assert "64 KB" in reply.text
    # Announced, it is refused before it is sent; in chunks, once there is too much of it.
    head = (
        "POST /sparql HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        "Content-Type: application/sparql-query\r\n"
    )
    announced = server.raw(f"{head}Content-Length: 1000000000\r\n\r\nASK".encode(), seconds=2)
    assert announced.startswith(b"HTTP/1.1 413 ")
    chunk = b"10000\r\n" + b"#" * 65536 + b"\r\n"
    chunked = server.raw(
        f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + chunk * 6, seconds=2
    )
    assert chunked.startswith(b"HTTP/1.1 413 ")
    assert server.metric("skingraph_process_memory_bytes") < 300 << 20


def test_methods_that_change_something_are_not_taken(server):
    for method in ("PUT", "POST", "DELETE", "PATCH", "TRACE", "PROPFIND"):
        reply = server.send(method, "/microneedling")
        assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


def test_the_metrics_are_read_by_the_library_that_everybody_uses(server):
    server.ask("ASK { ?s ?p ?o }")
    reply = server.get("/metrics")
    assert reply.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    families = {family.name: family for family in text_string_to_metric_families(reply.text)}
    outcomes = {
        (sample.labels["kind"], sample.labels["outcome"]): sample.value
        for sample in families["skingraph_requests"].samples
    }
    assert outcomes["query", "answered"] >= 1
    histogram = families["skingraph_request_seconds"]
    assert histogram.type == "histogram"
    totals = {s.labels["kind"]: s.value for s in histogram.samples if s.name.endswith("_count")}
    most = {
        s.labels["kind"]: s.value
        for s in histogram.samples
        if s.name.endswith("_bucket") and s.labels["le"] == "+Inf"
    }
    assert totals == most
    assert {"skingraph_workers", "skingraph_info", "skingraph_waiting"} < set(families)


def test_the_log_has_a_line_for_each_query_and_nothing_of_the_client(server, tmp_path):
    server.ask(
        "SELECT ?secret_word { ?secret_word a skg:Treatment } LIMIT 3",
        headers={"User-Agent": "secret-agent", "Referer": "http://secret.example/"},
    )
    assert until(lambda: any(line.get("rows") == 3 for line in server.log()))
    line = next(line for line in server.log() if line.get("rows") == 3)
    assert line["kind"] == "query"
    assert (line["outcome"], line["status"]) == ("answered", 200)
    assert {"time", "ms", "bytes", "query", "length"} < set(line)
    assert "secret" not in server.told.read_text(encoding="utf-8")
    assert "127.0.0.1" not in json.dumps(line)
    log = tmp_path / "log.jsonl"
    with running(tmp_path, "--log", str(log), "--log-queries") as other:
        other.ask("ASK { ?secret_word ?p ?o }")
        assert other.told.read_text(encoding="utf-8").count("\n") == 1
    assert [json.loads(line)["text"] for line in log.read_text("utf-8").splitlines()] == [
        "ASK { ?secret_word ?p ?o }"
    ]


def test_a_log_that_nobody_reads_holds_nothing_up(tmp_path):
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", "skingraph", "serve", "--port", "0"], stderr=writing
    )
    try:
        told = os.read(reading, 4096).decode()
        address = re.match(r"http://127.0.0.1:(\d+)/", told)
        assert address
        connection = http.client.HTTPConnection("127.0.0.1", int(address[1]), timeout=10)
        with contextlib.closing(connection):
            for _ in range(700):
                connection.request("GET", "/x")
                reply = connection.getresponse()
                assert (reply.status, reply.read()[:7]) == (404, b"nothing")
    finally:
        process.terminate()
        assert process.wait(15) == 0
        os.close(reading)
        os.close(writing)


def test_a_signal_stops_the_server_and_all_below_it(tmp_path):
    signals = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    folders = [tmp_path / number.name for number in signals]
    for folder in folders:
        folder.mkdir()
    # Side by side, since each waits for its grace.
    with ThreadPoolExecutor() as several:
        assert list(several.map(check_a_signal, folders, signals)) == [None] * 3


def check_a_signal(tmp_path, number):
    with running(tmp_path, "--timeout", "60", "--waiting", "8") as server:
        family = server.family()
        assert len(family) >= 3
        replies = []
        threads = [
            threading.Thread(target=lambda: replies.append(server.ask(ENDLESS))) for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        assert until(lambda: server.metric('skingraph_workers{state="slow"}') == 2)
        family = server.family()
        assert server.stop(number) == 0
        for thread in threads:
            thread.join()
        # Whoever still waits is told, and not just left.
        assert [reply.status for reply in replies] == [503, 503]
        assert all("stopping" in reply.text for reply in replies)
        assert until(lambda: not any(map(alive, family)))
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(server.place, timeout=1)
        assert "Traceback" not in server.told.read_text(encoding="utf-8")


def test_a_server_that_is_killed_leaves_nothing_behind(tmp_path):
    with running(tmp_path) as server:
        family = server.family()
        assert server.stop(signal.SIGKILL) == -signal.SIGKILL
        assert until(lambda: not any(map(alive, family)))


def test_what_cannot_be_served_is_told_in_one_line(server, tmp_path):
    cases = (
        (["--port", str(server.place[1])], "Choose another with --port"),
        (["--host", "192.0.2.1"], "cannot listen"),
        (["--port", "99999"], "--port"),
        (["--timeout", "0"], "--timeout"),
        (["--memory", "-1"], "--memory"),
        (["--cors", "example.org"], "--cors"),
        (["--cors", "https://example.org/"], "--cors"),
        (["--public-name", "graph.example.org:80"], "--public-name"),
        (["--allow-service", "http://a/"], "--allow-service"),
        (["--log", str(tmp_path / "no" / "log")], "cannot be written"),
        (["--graph", str(tmp_path / "none.ttl")], "none.ttl"),
        (["--endpoint", f"{server.base}sparql"], "served already"),
    )

    def serve(arguments):
        port = [] if "--port" in arguments else ["--port", "0"]
        command = [sys.executable, "-m", "skingraph", "serve", *port, *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    with ThreadPoolExecutor(2) as several:
        finished = list(several.map(serve, [arguments for arguments, _ in cases]))
    for done, (arguments, words) in zip(finished, cases, strict=True):
        assert done.returncode == 2, arguments
        assert done.stderr.count("\n") == 1
        assert words in done.stderr


def test_who_dawdles_is_left(server, dawdlers):
    headers, body = dawdlers
    began = time.monotonic()
    assert headers.recv(65536) == b""
    assert body.recv(65536).startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - began < 15
    assert server.get("/health").status == 200
