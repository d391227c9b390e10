"""The limits of the server: what the worst queries get, and what they leave of the others."""

import asyncio
import contextlib
import http.client
import os
import resource
import signal
import socket
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.server import alive, running, until

from skingraph.catalogue import catalogue
from skingraph.web import crew, pool
from skingraph.web.answers import Answer
from skingraph.web.frames import BrokenFrame, Inbox, packed
from skingraph.web.written import count_rows

SECONDS, SLOW, WAITING = 0.6, 6, 20
LANES = max(2, os.cpu_count() or 1)
CROSS = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"
ENDLESS = f"SELECT (COUNT(*) AS ?n) {{ {CROSS} }}"


def doubled(times: int) -> str:
    steps = " ".join(f"BIND(CONCAT(?v{n}, ?v{n}) AS ?v{n + 1})" for n in range(times))
    return f"SELECT (STRLEN(?v{times}) AS ?n) {{ BIND('xxxxxxxxxxxxxxxx' AS ?v0) {steps} }}"


def optional(times: int) -> str:
    return " ".join(f"OPTIONAL {{ ?s ?p{n} ?o{n} }}" for n in range(times))


# Each oversteps the time, the memory or the size it may have, whichever is first on this machine.
WORST = {
    "a cross product counted": ENDLESS,
    "a cross product sorted": f"SELECT * {{ {CROSS} }} ORDER BY ?f ?a LIMIT 1",
    "a cross product sent": f"SELECT * {{ {CROSS} }}",
    "a cross product without repeats": f"SELECT DISTINCT ?a ?f {{ {CROSS} }}",
    "a cross product grouped": f"SELECT ?a (COUNT(*) AS ?n) {{ {CROSS} }} GROUP BY ?a",
    "a cross product as a graph": f"CONSTRUCT {{ ?a ?e ?i }} WHERE {{ {CROSS} }}",
    "a cross product described": f"DESCRIBE * {{ {CROSS} }}",
    "an unbounded path": "SELECT (COUNT(*) AS ?n) { ?a (!rdf:nil|^(!rdf:nil))* ?b }",
    "stars in a star": "SELECT (COUNT(*) AS ?n) { ?a ((!rdf:nil)*|(^!rdf:nil)*)+ ?b }",
    "a regular expression that explodes": f"SELECT * {{ {CROSS}"
    " FILTER REGEX(CONCAT(STR(?c), STR(?f)), '(a|aa)+$|(x+x+)+y') }",
    "a list of everything": f"SELECT (GROUP_CONCAT(STR(?a)) AS ?x) {{ {CROSS} }}",
    "a text doubled thirty times": doubled(30),
    "a text replaced by itself": f"SELECT (STRLEN(?d) AS ?n) {{ BIND('{'x' * 60}' AS ?a)"
    " BIND(REPLACE(?a, 'x', ?a) AS ?b) BIND(REPLACE(?b, 'x', ?b) AS ?c)"
    " BIND(REPLACE(?c, 'x', ?c) AS ?d) }",
    "many options": f"SELECT * {{ {optional(50)} }}",
    "a star of all": f"SELECT * {{ {' '.join(f'?s ?p{n} ?o{n} .' for n in range(90))} }}",
    "values by values": "SELECT (COUNT(*) AS ?n) {"
    + " ".join(f"VALUES ?v{n} {{ {'1 ' * 3000} }}" for n in range(3))
    + "}",
    "a negation by all": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c FILTER NOT EXISTS"
    " { ?d ?e ?f FILTER(?f = ?c && ?d != ?a && ?e != ?b) } }",
}
# What would end or hang the engine is refused; what only looks like it is answered.
OTHERS = {
    "957 levels": (f"SELECT ({'STR(' * 957}1{')' * 957} AS ?x) {{}}", 400),
    "180 lists in lists": (f"SELECT * {{ {'( ' * 180}1{' )' * 180} ?p ?o }}", 400),
    "a star the planner hangs on": (
        f"SELECT * {{ {' '.join(f'?s <urn:p> ?o{n} .' for n in range(150))} }}",
        400,
    ),
    "200 KB that are six times as long in JSON": ("\x01" * 200_000, 400),
    "60 levels": (f"SELECT ({'STR(' * 60}1{')' * 60} AS ?x) {{}}", 200),
    "a query of 64 KB": (f"ASK {{}} # {'x' * 65_000}", 200),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    options = {"timeout": SECONDS, "slow": SLOW, "waiting": WAITING, "memory": 256, "answer": 16}
    arguments = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    with running(tmp_path_factory.mktemp("pool"), *arguments) as server:
        yield server


def kill(processes: list[int]) -> None:
    """End these at once; some may have ended by themselves."""
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def is_at_rest(server) -> bool:
    """Whether nobody waits, and below the server are the nursery and an idle worker a lane."""
    states = ("idle", "quick", "slow")
    workers = [server.metric(f'skingraph_workers{{state="{state}"}}') for state in states]
    is_calm = workers == [LANES, 0, 0] and server.metric("skingraph_waiting") == 0
    # One that was ended may still be among the processes for a moment.
    return is_calm and len(server.family()) == 1 + LANES


def kills(server, reason):
    return server.metric(f'skingraph_worker_kills_total{{reason="{reason}"}}')


def post(server, query):
    headers = {"Content-Type": "application/sparql-query", "Accept": "*/*"}
    return server.send("POST", "/sparql", query.encode(), headers)


@pytest.fixture(scope="module")
def replies(server):
    """What the worst queries get, some of them side by side, each followed by a light one."""

    def send(query):
        return post(server, query), server.ask(f"ASK {{}} # after {hash(query)}")

    with ThreadPoolExecutor(SLOW - 1) as several:
        return dict(zip(WORST, several.map(send, WORST.values()), strict=True))


@pytest.mark.parametrize("name", WORST)
def test_the_worst_query_is_an_answer_and_no_more(replies, name):
    reply, light = replies[name]
    assert reply.status in (413, 503), reply.text[:200]
    assert reply.media == "text/plain"
    assert len(reply.text.splitlines()) == 1
    assert "stopped a" in reply.text or "larger than" in reply.text
    assert light.json() == {"head": {}, "boolean": True}


@pytest.mark.parametrize("name", OTHERS)
def test_what_would_end_the_engine_is_refused_and_what_looks_like_it_is_not(server, name):
    query, status = OTHERS[name]
    assert post(server, query).status == status


def test_a_query_that_was_too_heavy_takes_no_quick_lane_again(server):
    query = f"SELECT (COUNT(?a) AS ?n) {{ {CROSS} }}"
    assert server.ask(query).status == 503
    made = server.metric("skingraph_workers_made_total")
    threads = [threading.Thread(target=server.ask, args=(query,)) for _ in range(SLOW)]
    for thread in threads:
        thread.start()
    assert until(lambda: server.metric('skingraph_workers{state="slow"}') == SLOW)
    began = time.monotonic()
    reply = server.ask(query)
    assert reply.status == 503
    assert reply.headers["retry-after"] == "2"
    assert time.monotonic() - began < SECONDS
    for thread in threads:
        thread.join()
    assert until(lambda: is_at_rest(server))
    # One each, and none in vain to replace a quick one.
    assert server.metric("skingraph_workers_made_total") <= made + SLOW + 1


def test_those_who_ask_the_catalogue_are_answered_whatever_others_send(tmp_path, graph):
    with running(tmp_path, "--timeout", "6", "--memory", "256", "--answer", "8") as server:
        too_much = server.ask(doubled(30))
        assert (too_much.status, "of memory" in too_much.text) == (413, True)
        too_large = server.ask("SELECT * { ?a ?b ?c . ?d ?e ?f }")
        assert (too_large.status, "larger than 8 MB" in too_large.text) == (413, True)
        check_the_catalogue_under_attack(server, graph)


def check_the_catalogue_under_attack(server, graph):
    questions = {query.text: len(graph.select(query.text)) for query in catalogue()[::4]}
    assert until(lambda: is_at_rest(server))
    before = server.descriptors()
    until_when = time.monotonic() + 3
    good: Counter[tuple[int, bool]] = Counter()
    bad: Counter[int] = Counter()

    def ask_well(number):
        texts = list(questions)
        while time.monotonic() < until_when:
            text = texts[number % len(texts)]
            number += 1
            # Worked out each time, and not given from memory.
            reply = server.ask(text, headers={"Cache-Control": "no-cache"})
            good[reply.status, reply.status == 200 and len(reply.rows()) == questions[text]] += 1

    def ask_badly(number):
        texts = list(WORST.values())
        while time.monotonic() < until_when:
            # Each a little different, so that none is known from before.
            number += 8
            text = f"{texts[number % len(texts)]}\n# {number}"
            reply = post(server, text)
            bad[reply.status] += 1

    most = []
    threads = [threading.Thread(target=ask_well, args=(n,)) for n in range(16)]
    threads += [threading.Thread(target=ask_badly, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        most.append(server.metric("skingraph_process_memory_bytes"))
        time.sleep(0.5)
    assert set(good) == {(200, True)}, good
    assert sum(good.values()) >= 16
    assert bad[503] + bad[413] > 0
    assert 500 not in bad
    assert max(most) < 400 << 20
    assert until(lambda: is_at_rest(server))
    assert until(lambda: server.descriptors() <= before)
    assert server.ask("ASK {}").status == 200
    assert server.get("/health").json()["workers"] == {"idle": LANES, "quick": 0, "slow": 0}


def test_a_worker_that_is_killed_is_an_answer_too(server):
    assert until(lambda: is_at_rest(server))
    replies = []
    thread = threading.Thread(target=lambda: replies.append(server.ask(f"{ENDLESS} # killed")))
    thread.start()
    assert until(lambda: server.metric('skingraph_workers{state="slow"}') == 1)
    kill(server.family()[1:])
    thread.join()
    assert [reply.status for reply in replies] == [503]
    assert "broke down" in replies[0].text
    assert server.ask("ASK {}").status == 200


def test_a_nursery_that_is_killed_is_made_anew(server):
    assert until(lambda: is_at_rest(server))
    old = server.family()
    replies = []
    thread = threading.Thread(target=lambda: replies.append(server.ask(f"{ENDLESS} # nursery")))
    thread.start()
    assert until(lambda: server.metric('skingraph_workers{state="slow"}') == 1)
    os.kill(old[0], signal.SIGKILL)
    thread.join()
    assert [reply.status for reply in replies] == [503]
    assert server.ask("ASK {}").status == 200
    assert until(lambda: is_at_rest(server))
    assert until(lambda: not any(map(alive, old)))
    assert not set(server.family()) & set(old)


@contextlib.contextmanager
def no_descriptors(server):
    """For a while the web process can open nothing."""
    before = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (3, before[1]))
    try:
        yield
    finally:
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, before)


@pytest.mark.parametrize("whole", [False, True], ids=["workers", "nursery"])
def test_what_the_system_does_not_give_is_asked_for_again(server, whole):
    assert until(lambda: is_at_rest(server))
    old = server.family()
    with no_descriptors(server):
        kill(old[:1] if whole else old[1:])
        assert until(lambda: not any(map(alive, old[1:])))
        # Long enough to have been refused, whenever it was tried.
        time.sleep(0.7)
    assert until(lambda: is_at_rest(server))
    assert server.ask(f"ASK {{}} # {whole}").status == 200
    assert kills(server, "not made") > 0
    assert "Traceback" not in server.told.read_text(encoding="utf-8")


def test_a_worker_that_is_held_up_delays_one_query(server):
    assert until(lambda: is_at_rest(server))
    for worker in server.family()[1:]:
        os.kill(worker, signal.SIGSTOP)
    statuses = [server.ask(f"ASK {{}} # held {n}").status for n in range(4)]
    assert statuses[-1] == 200
    assert set(statuses) <= {200, 503}
    assert until(lambda: is_at_rest(server))


def pooled(check, **allowed):
    """Run this with a pool whose jobs sleep as long as they say."""

    def make(_):
        def work(job):
            time.sleep(job["sleep"])
            return Answer("answered").to_frame()

        return work

    async def run():
        several = pool.Pool(make, pool.Allowance(quick=2, memory=64 << 20, **allowed))
        await several.open()
        try:
            await check(several)
        finally:
            await several.close()

    asyncio.run(run())


def test_a_nursery_that_is_held_up_is_made_anew(monkeypatch):
    monkeypatch.setattr(crew, "_STUCK", 0.2)
    monkeypatch.setattr(pool, "_WAIT", 0.5)

    async def check(several):
        nursery = several.crew._nursery
        while several.workers()["idle"] < 2:
            await asyncio.sleep(0.01)
        os.kill(nursery, signal.SIGSTOP)
        for _ in range(2):
            assert (await several.ask({"sleep": 5})).outcome == "time"
        assert (await several.ask({"sleep": 0})).outcome == "busy"
        for _ in range(50):
            await asyncio.sleep(0.1)
            if (await several.ask({"sleep": 0})).outcome == "answered":
                break
        assert several.crew._nursery != nursery
        assert not alive(nursery)

    pooled(check, seconds=0.3)


def test_a_query_that_came_at_a_bad_time_is_not_taken_for_a_heavy_one():
    async def check(several):
        assert (await several.ask({"sleep": 0}, key="light")).outcome == "answered"
        slow = [asyncio.create_task(several.ask({"sleep": 1.5}, key=f"{n}")) for n in range(2)]
        await asyncio.sleep(0.5)
        # Known to be quick, it may take longer for once, and is not remembered for it.
        assert (await several.ask({"sleep": 0.3}, key="light")).outcome == "answered"
        assert (await several.ask({"sleep": 0.3}, key="new")).outcome == "crowded"
        assert (await several.ask({"sleep": 0}, key="light")).outcome == "answered"
        # Asking again and again while it is crowded makes nothing heavier.
        began = time.monotonic()
        while time.monotonic() - began < 10:
            if (await several.ask({"sleep": 0}, key="new")).outcome == "answered":
                break
            await asyncio.sleep(0.05)
        else:
            pytest.fail("it was never let in again")
        assert {(await task).outcome for task in slow} == {"answered"}

    pooled(check, slow=2, seconds=5)


def test_a_client_that_leaves_frees_its_worker(server):
    assert until(lambda: is_at_rest(server))
    before = kills(server, "client gone")
    request = (
        f"GET /sparql?query={quote(ENDLESS + ' # leaves')} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    )
    with socket.create_connection(server.place) as connection:
        connection.sendall(request.encode())
        assert until(lambda: server.metric('skingraph_workers{state="slow"}') == 1)
    assert until(lambda: kills(server, "client gone") == before + 1)
    assert until(lambda: is_at_rest(server))
    assert until(lambda: any(line["status"] == 499 for line in server.log()))


def test_the_line_is_bounded(tmp_path):
    with running(tmp_path, "--waiting", "0", "--slow", "1", "--timeout", "1") as server:
        replies = []
        # Not the catalogue's own text, which would keep its lane, and each one unknown.
        threads = [
            threading.Thread(target=lambda n=n: replies.append(server.ask(f"{ENDLESS} # {n}")))
            for n in range(12)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {reply.status for reply in replies} == {503}
        assert any("wait already" in reply.text for reply in replies)
        assert any("such queries run already" in reply.text for reply in replies)
        assert any("stopped after 1 s" in reply.text for reply in replies)
        for reply in replies:
            assert ("retry-after" in reply.headers) == ("stopped after" not in reply.text)
        # Who asks whether it is well does not stand in the line.
        assert server.get("/health").status == 200


def test_a_client_that_takes_nothing_holds_up_nobody(server):
    everything = quote("SELECT * { ?s ?p ?o }")
    request = f"GET /sparql?query={everything} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    sleepers = []
    try:
        for _ in range(6):
            sleeper = socket.socket()
            sleeper.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            sleeper.connect(server.place)
            sleeper.sendall(request)
            sleepers.append(sleeper)
        for _ in range(20):
            assert server.ask("ASK {}").status == 200
        assert server.metric("skingraph_process_memory_bytes") < 400 << 20
    finally:
        for sleeper in sleepers:
            sleeper.close()
    assert until(lambda: is_at_rest(server))


def test_an_answer_has_its_length_before_it(server):
    connection = http.client.HTTPConnection(*server.place)
    connection.request("GET", "/sparql?query=" + quote("SELECT * { ?s ?p ?o }"))
    reply = connection.getresponse()
    length = int(reply.headers["content-length"])
    assert length > 1 << 20
    assert len(reply.read()) == length
    # The connection serves the next request as well.
    connection.request("GET", "/sparql?query=ASK%7B%7D")
    assert connection.getresponse().read() == b'{"head":{},"boolean":true}'
    connection.close()


def test_an_answer_that_was_given_lately_is_given_again(server):
    query = "SELECT ?x { ?x a skg:Treatment } ORDER BY ?x"
    before = server.metric("skingraph_kept_answers_total")
    first = server.ask(query)
    again = [server.ask(query), server.ask(query, headers={"Cache-Control": "no-cache"})]
    assert {reply.body for reply in (first, *again)} == {first.body}
    assert server.metric("skingraph_kept_answers_total") == before + 1
    # What differs each time is worked out each time.
    assert len({server.ask("SELECT (UUID() AS ?x) {}").body for _ in range(3)}) == 3


def test_a_worker_can_open_nothing(server):
    # One that is just being made is confined before it is given anything.
    assert until(lambda: is_at_rest(server))
    workers = server.family()[1:]
    assert workers
    for worker in workers:
        place = Path(f"/proc/{worker}")
        lines = (place / "limits").read_text(encoding="ascii").splitlines()
        limits = {line[:26].strip(): line[26:].split()[0] for line in lines}
        assert limits["Max open files"] == "0"
        assert limits["Max file size"] == "0"
        assert limits["Max core file size"] == "0"
        assert limits["Max address space"].isdigit()
        opened = {str(link.readlink()).partition(":")[0] for link in (place / "fd").iterdir()}
        assert opened == {"/dev/null", "socket"}


def test_a_frame_is_whole_or_none():
    frame = packed({"a": 1}, b"body")
    inbox = Inbox(10)
    for place in range(len(frame) - 1):
        assert inbox.add(frame[place : place + 1]) is None
    assert inbox.add(frame[-1:]) == ({"a": 1}, b"body")
    for broken in (
        packed({}, b"12345678901"),
        frame[:-1] + b"x",
        frame + b"x",
        packed({})[:8] + b"[]" + b"\x04end",
        b"\xff" * 20,
    ):
        with pytest.raises(BrokenFrame):
            Inbox(10).add(broken)


@pytest.mark.parametrize(
    ("body", "format", "rows"),
    [
        (b'{"head":{"vars":["a"]},"results":{"bindings":[]}}', "json", 0),
        (b'{"results":{"bindings":[{"a":{"value":"},{"}},{"a":{"value":"x}},{"}}]}}', "json", 2),
        (b'{"results":{"bindings":[{},{}]}}', "json", 2),
        (b"a,b\r\n1,2\r\n", "csv", 1),
        (b'a,b\r\n1,"x\r\ny"\r\n', "csv", 1),
        (b"a,b\r\n", "csv", 0),
        (b"?a\n", "tsv", 0),
        (b"<results><result></result><result></result></results>", "xml", 2),
    ],
)
def test_the_rows_of_a_written_answer_are_counted(body, format, rows):
    assert count_rows(body, format) == rows


def test_a_worker_that_is_killed_beside_a_query_does_not_fail_it(server):
    assert until(lambda: is_at_rest(server))
    for number in range(5):
        # Killed before the server can see it, one is still given the next query.
        kill(server.family()[1:])
        assert server.ask(f"ASK {{}} # {number}").status == 200
