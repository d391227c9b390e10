"""Our endpoint beside rdflib-endpoint and Apache Jena Fuseki, on one graph, in one run.

Run it with the interpreter of an environment that has skingraph: python benchmarks/endpoint.py
It needs two things that it does not install, and leaves out with a line what is missing: the
command `rdflib-endpoint` (from the package rdflib-endpoint[cli], in an environment of its own; name
it with --rdflib-endpoint), and Java with the jar of Fuseki, which tests/run fetches.

All servers hold the same triples, the union of our graphs. A query counts only if all give the same
rows. Then each is asked in turn, for some seconds, over 1 and over 16 connections that stay open,
by the same asyncio client. Printed are requests a second, and the median and the 99th percentile
in milliseconds; then ours divided by each of the others. In the second part 16 connections ask
while 8 more send queries that have no end.

The client runs on the same processors as the server. It takes the answer as bytes, and is about
as fast for all; what it can do at most is printed first, with an answer that costs nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from skingraph.catalogue import named
from skingraph.store import SkinGraph

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterator

LABEL: Final = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?concept ?label WHERE { ?concept skos:altLabel|skos:prefLabel "microneedling"@en ;
  skos:prefLabel ?label }
"""
NAMES: Final = (
    "contraindications",
    "treatments-for-concern",
    "claims-by-source",
    "concept-coverage",
)
QUERIES: Final = {"a label": LABEL} | {name: named(name).text for name in NAMES}
CROSS: Final = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"
ENDLESS: Final = (
    f"SELECT (COUNT(*) AS ?n) WHERE {{ {CROSS} }}",
    f"SELECT * WHERE {{ {CROSS} }} ORDER BY ?i ?a LIMIT 1",
    "SELECT (COUNT(*) AS ?n) WHERE { ?a (!<urn:x>|^(!<urn:x>))* ?b }",
    f"SELECT (GROUP_CONCAT(STR(?a)) AS ?x) WHERE {{ {CROSS} }}",
    f"SELECT * WHERE {{ {CROSS} FILTER REGEX(CONCAT(STR(?c), STR(?f)), '(a|aa)+$') }}",
)
ACCEPT: Final = "application/sparql-results+json"
PATIENCE: Final = 20.0


@dataclass
class Server:
    """A server with its name, its address, and how to start it again."""

    name: str
    command: list[str]
    port: int
    path: str
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.process = subprocess.Popen(
            self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError, ValueError):
                self.rows("ASK {}")
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.2)
        raise SystemExit(f"{self.name} does not come up: {' '.join(self.command)}")

    def stop(self) -> None:
        """End it, whatever it does."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def rows(self, query: str, seconds: float = 60) -> list[str]:
        """The rows that it answers, in an order of their own."""
        address = f"http://127.0.0.1:{self.port}{self.path}?" + urllib.parse.urlencode(
            {"query": query}
        )
        request = urllib.request.Request(address, headers={"Accept": ACCEPT})
        with urllib.request.urlopen(request, timeout=seconds) as reply:
            found = json.load(reply)
        if "boolean" in found:
            return [str(found["boolean"])]
        return sorted(
            json.dumps({name: _term(term) for name, term in row.items()}, sort_keys=True)
            for row in found["results"]["bindings"]
        )


def _term(term: dict[str, str]) -> tuple[str, ...]:
    """A term as text; two engines write the same number in different ways."""
    value = term["value"]
    if term.get("datatype", "").endswith(("#decimal", "#integer", "#double")):
        value = f"{float(value):g}"
    return term["type"].removeprefix("typed-"), value, term.get("xml:lang", "").lower()


@dataclass
class Measured:
    """What came of asking for some seconds."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)

    @property
    def throughput(self) -> float:
        """Answers a second."""
        return len(self.times) / self.seconds

    def percentile(self, part: float) -> float:
        """In milliseconds."""
        times = sorted(self.times)
        return times[min(int(len(times) * part), len(times) - 1)] * 1000 if times else float("nan")


async def ask_for(
    server: Server, queries: list[str], connections: int, seconds: float, *, path: str = ""
) -> Measured:
    """Ask over so many connections for so long; the first part of it warms up."""
    measured = Measured()
    begin = time.perf_counter() + seconds / 5
    end = begin + seconds
    requests = [_request(server, query) for query in queries] if not path else [_get(server, path)]

    async def one(number: int) -> None:
        connection = None
        while time.perf_counter() < end:
            number += 1
            started = time.perf_counter()
            try:
                async with asyncio.timeout(PATIENCE):
                    if connection is None:
                        connection = await asyncio.open_connection("127.0.0.1", server.port)
                    status, stays = await _exchange(*connection, requests[number % len(requests)])
            except (OSError, EOFError, TimeoutError, ValueError) as error:
                status, stays = type(error).__name__, False
            finished = time.perf_counter()
            if started >= begin:
                measured.outcomes[status] += 1
                if status == "200":
                    measured.times.append(finished - started)
                measured.seconds = max(measured.seconds, finished - begin)
            if not stays and connection is not None:
                connection[1].close()
                connection = None
            if not status.isdigit():
                await asyncio.sleep(0.05)
        if connection is not None:
            connection[1].close()

    await asyncio.gather(*(one(number) for number in range(connections)))
    measured.seconds = max(measured.seconds, seconds)
    return measured


def _get(server: Server, path: str) -> bytes:
    # No server is to answer from memory.
    headers = f"Host: 127.0.0.1:{server.port}\r\nAccept: {ACCEPT}\r\nCache-Control: no-cache\r\n"
    return f"GET {path} HTTP/1.1\r\n{headers}\r\n".encode()


def _request(server: Server, query: str) -> bytes:
    return _get(server, f"{server.path}?{urllib.parse.urlencode({'query': query})}")


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> tuple[str, bool]:
    """The status of the reply, read to its end, and whether the connection stays open."""
    writer.write(request)
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
    if headers.get("transfer-encoding") == "chunked":
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    elif "content-length" in headers:
        await reader.readexactly(int(headers["content-length"]))
    else:
        await reader.read()
        return lines[0].split()[1], False
    return lines[0].split()[1], headers.get("connection") != "close"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def servers(data: Path, rdflib_endpoint: str | None) -> Iterator[Server]:
    """Ours, and the others that this machine has."""
    port = free_port()
    ours = [sys.executable, "-m", "skingraph", "serve", "--port", str(port)]
    yield Server("skingraph", [*ours, "--log", os.devnull], port, "/sparql")
    if rdflib_endpoint:
        port = free_port()
        command = [rdflib_endpoint, "serve", "--host", "127.0.0.1", "--port", str(port), str(data)]
        yield Server("rdflib-endpoint", command, port, "/")
    else:
        print("rdflib-endpoint is left out: no such command. Name it with --rdflib-endpoint")
    folder = os.environ.get("SKINGRAPH_JAVA") or Path(__file__).parents[1] / ".venv" / "java"
    jars = sorted(Path(folder).glob("jena-fuseki-server-*.jar"))
    java = shutil.which("java")
    if jars and java:
        port = free_port()
        command = [java, "-Xmx2g", "-cp", str(jars[-1])]
        command += ["org.apache.jena.fuseki.main.cmds.FusekiMainCmd", "--quiet", "--localhost"]
        command += ["--timeout", "5000", "--port", str(port), f"--file={data}", "/ds"]
        yield Server("Fuseki", command, port, "/ds/sparql")
    else:
        print("Fuseki is left out: no Java, or no jar of it; tests/run fetches the jar")


def main() -> None:
    """Check that all answer alike, measure, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rdflib-endpoint", default=shutil.which("rdflib-endpoint"))
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--attack-seconds", type=float, default=20.0)
    chosen = parser.parse_args()
    graph = SkinGraph.load()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "union.nt"
        lines = sorted({f"{quad.triple} .\n" for quad in graph.store})
        data.write_text("".join(lines), encoding="utf-8")
        print(f"{len(lines)} triples; {os.cpu_count()} processors, shared with the client")
        found = list(servers(data, chosen.rdflib_endpoint))
        try:
            for server in found:
                server.start()
            queries = alike(found)
            asyncio.run(quiet(found, queries, chosen.seconds))
            asyncio.run(attacked(found, queries, chosen.attack_seconds))
        finally:
            for server in found:
                server.stop()


def alike(found: list[Server]) -> dict[str, str]:
    """The queries to which all servers give the same rows; the others are named."""
    queries = {}
    for name, query in QUERIES.items():
        rows = {server.name: server.rows(query) for server in found}
        first = rows["skingraph"]
        differing = [other for other, theirs in rows.items() if theirs != first]
        if differing:
            counts = ", ".join(f"{other} {len(theirs)}" for other, theirs in rows.items())
            print(
                f"{name} is left out: {' and '.join(differing)} answers otherwise ({counts} rows)"
            )
        else:
            queries[name] = query
            print(f"{name}: {len(first)} rows from each")
    return queries


async def quiet(found: list[Server], queries: dict[str, str], seconds: float) -> None:
    """Each query at each server, over 1 and over 16 connections."""
    idle = await ask_for(found[0], [], 16, 2.0, path="/static/pages.css")
    print(f"\nthe client's most, with a reply that costs little: {idle.throughput:.0f} a second")
    heading = f"{'query':24}{'connections':>12}"
    heading += "".join(f"{server.name + ' /s':>20}{'p50':>8}{'p99':>8}" for server in found)
    print(heading + "".join(f"{'x ' + server.name:>18}" for server in found[1:]))
    ratios: dict[tuple[str, int], list[float]] = {}
    for name, query in queries.items():
        for connections in (1, 16):
            results = [await ask_for(server, [query], connections, seconds) for server in found]
            line = f"{name:24}{connections:12}"
            for result in results:
                line += f"{result.throughput:20.1f}"
                line += f"{result.percentile(0.5):8.1f}{result.percentile(0.99):8.1f}"
            for server, result in zip(found[1:], results[1:], strict=True):
                ratio = results[0].throughput / result.throughput if result.times else float("inf")
                ratios.setdefault((server.name, connections), []).append(ratio)
                line += f"{ratio:18.1f}"
            print(line, flush=True)
    for (name, connections), each in ratios.items():
        print(f"median ratio to {name}, {connections} connections: {statistics.median(each):.1f}")
    print(f"inf: the other answered nothing within {PATIENCE:g} s")


async def attacked(found: list[Server], queries: dict[str, str], seconds: float) -> None:
    """The same questions over 16 connections, while 8 more send what has no end."""
    print(f"\n16 connections ask, 8 more send queries without end, for {seconds:g} seconds")
    for server in found:
        asking: Awaitable[Measured] = ask_for(server, list(queries.values()), 16, seconds)
        sending: Awaitable[Measured] = ask_for(server, list(ENDLESS), 8, seconds)
        good, bad = await asyncio.gather(asking, sending)
        alive = await asyncio.to_thread(_answers_in, server, 2.0)
        print(
            f"{server.name:16} answered {good.outcomes['200']:5} {dict(good.outcomes)},"
            f" p50 {good.percentile(0.5):.0f} ms, p99 {good.percentile(0.99):.0f} ms;"
            f" the others got {dict(bad.outcomes)}; afterwards it {alive}",
            flush=True,
        )


def _answers_in(server: Server, seconds: float) -> str:
    try:
        server.rows("ASK {}", seconds)
    except (OSError, ValueError, urllib.error.URLError) as error:
        return f"does not answer within {seconds:g} s ({type(error).__name__})"
    return f"answers within {seconds:g} s"


if __name__ == "__main__":
    main()
