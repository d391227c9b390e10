"""The child that hostile work runs in: what it may do, and that it always ends."""

import os
import signal
import socket
import statistics
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from skingraph.errors import BadFile, BadQuery, QueryStopped, UnknownName
from skingraph.sandbox import Limits, in_child

QUICK = Limits(seconds=0.5)


@pytest.fixture(scope="module")
def store():
    """20 000 triples, as many as the shipped graph has in a few years."""
    lines = (
        f"<http://x/s{number // 7}> <http://x/p{number % 7}> <http://x/o{number % 997}> .\n"
        for number in range(20_000)
    )
    store = ox.Store()
    store.bulk_load("".join(lines).encode(), format=ox.RdfFormat.N_TRIPLES)
    return store


def asking(store: ox.Store, query: str) -> Callable[[], bytes]:
    def ask() -> bytes:
        results = store.query(query)
        assert isinstance(results, ox.QuerySolutions | ox.QueryBoolean)
        return results.serialize(format=ox.QueryResultsFormat.JSON) or b""

    return ask


def asleep() -> bytes:
    time.sleep(30)
    return b""


def struck_by(number: int) -> Callable[[], bytes]:
    def work() -> bytes:
        os.kill(os.getpid(), number)
        return asleep()

    return work


def descriptors() -> list[str]:
    return sorted(path.name for path in Path("/dev/fd").iterdir())


def test_an_answer_comes_back_as_it_was(store):
    query = "SELECT * { <http://x/s5> ?p ?o } ORDER BY ?p"
    assert in_child(asking(store, query)) == asking(store, query)()


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 5 << 20])
def test_an_answer_of_any_size_comes_back_whole(size):
    assert in_child(lambda: b"\x04end" + b"x" * size) == b"\x04end" + b"x" * size


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
        "SELECT * { ?a (<http://x/p1>|!<http://x/p2>|^<http://x/p3>)* ?b . ?c !(<a:>)* ?d }",
        f"SELECT * {{ {'( ' * 180} 1 {' )' * 180} ?p ?o }}",
    ],
    ids=["cross product", "closure", "planner"],
)
def test_a_query_without_end_is_stopped_in_time(store, query):
    start = time.monotonic()
    with pytest.raises(QueryStopped, match=r"^stopped after 0\.5 s; narrow it, or raise --timeout"):
        in_child(asking(store, query), QUICK)
    assert time.monotonic() - start < QUICK.seconds + 1


def test_work_that_waits_is_stopped_in_time():
    with pytest.raises(QueryStopped, match=r"after 0\.2 s"):
        in_child(asleep, Limits(seconds=0.2))


def test_work_that_silences_its_alarm_is_stopped_by_the_parent():
    def deaf() -> bytes:
        signal.setitimer(signal.ITIMER_REAL, 0)
        time.sleep(30)
        return b""

    with pytest.raises(QueryStopped, match=r"after 0\.2 s"):
        in_child(deaf, Limits(seconds=0.2))


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?a LIMIT 1",
        "SELECT (STRLEN(?x30) AS ?n) { BIND('0123456789' AS ?x0) "
        + " ".join(f"BIND(CONCAT(?x{n},?x{n}) AS ?x{n + 1})" for n in range(30))
        + "}",
    ],
    ids=["order of a cross product", "doubling"],
)
def test_a_query_that_fills_the_memory_is_stopped(store, query):
    with pytest.raises(QueryStopped, match=r"^stopped at 200 MB of memory"):
        in_child(asking(store, query), Limits(seconds=30, memory=200 << 20))


def test_python_that_fills_the_memory_is_stopped():
    with pytest.raises(QueryStopped, match=r"^stopped at 200 MB of memory"):
        in_child(lambda: bytes(1 << 30), Limits(memory=200 << 20))


def test_an_answer_that_is_too_large_is_refused_whole():
    with pytest.raises(QueryStopped, match="larger than 1 MB"):
        in_child(lambda: bytes((1 << 20) + 1), Limits(answer=1 << 20))


def test_a_child_that_floods_the_pipe_is_killed():
    def flood() -> bytes:
        while True:
            os.write(3, bytes(1 << 16))

    start = time.monotonic()
    with pytest.raises(QueryStopped, match="larger than 1 MB"):
        in_child(flood, Limits(answer=1 << 20))
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE])
def test_a_crash_ends_only_the_child(number):
    with pytest.raises(QueryStopped, match="the engine broke down"):
        in_child(struck_by(number))


def test_a_query_too_deep_for_the_stack_ends_only_the_child(store):
    query = f"SELECT ({'STR(' * 3000}1{')' * 3000} AS ?x) {{}}"
    with pytest.raises(QueryStopped, match="the engine broke down"):
        in_child(asking(store, query))


@pytest.mark.parametrize("number", [signal.SIGABRT, signal.SIGKILL])
def test_an_abort_is_told_as_lack_of_memory(number):
    with pytest.raises(QueryStopped, match="memory"):
        in_child(struck_by(number))


@pytest.mark.parametrize("code", [0, 1, 3])
def test_a_child_that_leaves_without_an_answer_never_looks_like_an_empty_one(code):
    with pytest.raises(QueryStopped):
        in_child(lambda: os._exit(code))


@pytest.mark.parametrize(
    "written", [b"", b"+", b"+\0\0\0\0\0\0\0\x05abc", b"+\0\0\0\0\0\0\0\x05abc\x04end"]
)
def test_a_cut_answer_is_none(written):
    def cut() -> bytes:
        os.write(3, written)
        os._exit(0)

    with pytest.raises(QueryStopped):
        in_child(cut)


@pytest.mark.parametrize("kind", [BadQuery, BadFile, UnknownName, QueryStopped])
def test_an_error_of_ours_comes_back_as_itself(kind):
    def fail() -> bytes:
        raise kind("acne.ttl:3:1: «ähm»\nand so on")

    with pytest.raises(kind) as caught:
        in_child(fail)
    assert type(caught.value) is kind
    assert str(caught.value) == "acne.ttl:3:1: «ähm»\nand so on"


def test_a_syntax_error_of_the_engine_comes_back_as_a_bad_query(store):
    with pytest.raises(BadQuery, match="error at 1:"):
        in_child(asking(store, "SELECT * { ?s ?p }"))


def test_a_syntax_error_keeps_its_place():
    with pytest.raises(BadQuery, match=r"^2:1: .*not a valid subject"):
        in_child(lambda: bytes(list(ox.parse(b"\n. ", format=ox.RdfFormat.TURTLE))))


@pytest.mark.parametrize(
    "error",
    [ValueError("no such place"), SystemExit("no such place"), KeyboardInterrupt("no such p")],
)
def test_any_other_error_comes_back_as_a_bad_query(error):
    def fail() -> bytes:
        raise error

    with pytest.raises(BadQuery, match=r"^no such p"):
        in_child(fail)


def test_no_file_is_read_or_written_in_the_child(tmp_path):
    with pytest.raises(BadQuery, match="Too many open files"):
        in_child(lambda: Path(__file__).read_bytes())
    with pytest.raises(BadQuery, match="Too many open files"):
        in_child(lambda: bytes((tmp_path / "mine.txt").write_bytes(b"x")))
    assert list(tmp_path.iterdir()) == []


def test_no_open_file_of_the_parent_is_written_in_the_child(tmp_path):
    with (tmp_path / "mine.txt").open("wb", buffering=0) as mine:
        with pytest.raises(BadQuery, match="Bad file descriptor"):
            in_child(lambda: bytes(os.write(mine.fileno(), b"x")))
        mine.write(b"parent")
    assert (tmp_path / "mine.txt").read_bytes() == b"parent"


def test_what_the_child_prints_is_not_seen(capfd):
    assert in_child(lambda: b"%d %d" % (os.write(1, b"out"), os.write(2, b"err"))) == b"3 3"
    assert capfd.readouterr() == ("", "")


def test_no_socket_is_opened_in_the_child():
    with pytest.raises(BadQuery, match="Too many open files"):
        in_child(lambda: bytes(socket.socket().fileno()))


def test_the_engine_reaches_no_one_from_the_child(store):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        port = listener.getsockname()[1]
        query = f"SELECT * {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}"
        with pytest.raises(BadQuery):
            in_child(asking(store, query))
        with pytest.raises(TimeoutError):
            listener.accept()


def test_the_listener_would_have_heard_it(store):
    """Watches the test above: outside of a child the same query does connect."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        port = listener.getsockname()[1]
        query = f"ASK {{ SERVICE SILENT <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}"
        asker = threading.Thread(target=lambda: store_of_one().query(query))
        asker.start()
        listener.accept()[0].close()
    asker.join(timeout=10)
    assert not asker.is_alive()


def store_of_one() -> ox.Store:
    store = ox.Store()
    store.add(ox.Quad(*[ox.NamedNode("http://x/a")] * 3))
    return store


def test_the_child_cannot_change_the_graph(store):
    in_child(lambda: str(store.clear()).encode())
    assert len(store) == 20_000


def test_no_descriptor_and_no_process_is_left_behind(store):
    outcomes = [
        asking(store, "ASK {}"),
        lambda: b"x",
        lambda: bytes(1 // 0),
        struck_by(signal.SIGSEGV),
        asleep,
    ]
    before = descriptors()
    for _ in range(10):
        for work in outcomes:
            try:
                in_child(work, Limits(seconds=0.05))
            except (BadQuery, QueryStopped):
                continue
    assert descriptors() == before
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_an_interrupt_ends_the_child_and_is_heard_by_the_parent():
    def interrupted(*_):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupted)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    start = time.monotonic()
    try:
        with pytest.raises(KeyboardInterrupt):
            in_child(asleep)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert time.monotonic() - start < 5
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_the_parent_hears_signals_as_before():
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGPIPE)]
    in_child(lambda: b"")
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == before
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGPIPE)] == handlers


def test_a_thread_may_have_a_child_too(store):
    answers = []
    thread = threading.Thread(target=lambda: answers.append(in_child(lambda: b"from a thread")))
    thread.start()
    thread.join()
    assert answers == [b"from a thread"]


def test_a_system_without_fork_says_what_it_lacks(monkeypatch):
    monkeypatch.delattr(os, "fork")
    with pytest.raises(BadQuery, match="POSIX"):
        in_child(lambda: b"")


def test_a_system_without_room_for_a_process_says_so(monkeypatch):
    def full():
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", full)
    with pytest.raises(QueryStopped, match="no process can be started"):
        in_child(lambda: b"")


def test_a_child_costs_little(store):
    """Some 6 ms where nothing else runs; the bound leaves room for a busy machine."""
    work = asking(store, "SELECT * { <http://x/s5> ?p ?o }")
    costs = []
    for _ in range(30):
        start = time.perf_counter()
        in_child(work)
        costs.append(time.perf_counter() - start)
    assert statistics.median(costs) < 0.05
