"""The W3C's cases asked in three ways: of the engine, of the command line, of the endpoint.

`python -m tests.conformance` asks them all and prints the tables of docs/conformance.md.
"""

from __future__ import annotations

import contextlib
import csv
import io
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox
import pytest
from tests import w3c
from tests.fetched import SUITE, archive
from tests.server import running

from skingraph.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    # Gives the answer to a case, or True where only the syntax counts; or raises Refused.
    Way = Callable[[w3c.Case], w3c.Answer]

# The cases that fail, on which ways, and why.
KNOWN: Final = Path(__file__).parent / "conformance.tsv"
WAYS: Final = ("in process", "command line", "endpoint")

_FORMATS: Final = {".srj": "json", ".srx": "xml", ".csv": "csv", ".tsv": "tsv"}
_MEDIA: Final = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "nt": "application/n-triples",
}


class Refused(Exception):
    """The query was not taken for one."""


def in_process(case: w3c.Case) -> w3c.Answer:
    """The engine's own answer, with none of our code between."""
    store = ox.Store()
    store.extend(case.quads())
    try:
        results = store.query(case.text, base_iri=case.query.as_uri())
    except (SyntaxError, RuntimeError) as error:
        raise Refused(str(error)) from error
    if case.result is None:
        return True
    if isinstance(results, ox.QueryTriples):
        return w3c.triples(results)
    if isinstance(results, ox.QuerySolutions) and _format(case) in ("csv", "tsv"):
        form = {"csv": ox.QueryResultsFormat.CSV, "tsv": ox.QueryResultsFormat.TSV}[_format(case)]
        return _read(results.serialize(format=form) or b"", _format(case))
    return w3c.solutions(results)


class CommandLine:
    """`skingraph --graph DATA query FILE -f json`, or csv, tsv and nt where that is the test."""

    def __init__(self, folder: Path, call: Callable[[list[str]], tuple[int, bytes, str]]) -> None:
        self.named = folder / "named.nq"
        self.call = call

    def __call__(self, case: w3c.Case) -> w3c.Answer:
        form = _format(case)
        form = "json" if form == "xml" else form
        graphs = [f"--graph={path}" for path in self._data(case)]
        wanted = [] if case.result is None else ["-f", form]
        code, printed, told = self.call([*graphs, "query", str(case.query), *wanted])
        if code == 2:
            raise Refused(told)
        return case.result is None or _read(printed, form)

    def _data(self, case: w3c.Case) -> list[Path]:
        """The case's own files for the default graph; one that we write for the named graphs."""
        named = [quad for quad in case.quads() if quad.graph_name != ox.DefaultGraph()]
        if case.default and not named:
            return list(case.default)
        self.named.write_bytes(ox.serialize(named, format=ox.RdfFormat.N_QUADS) or b"")
        return [*case.default, self.named]


def called(arguments: list[str]) -> tuple[int, bytes, str]:
    """The command line in this process: exit code, what it prints, what it says beside."""
    printed, told = io.TextIOWrapper(io.BytesIO(), "utf-8", newline=""), io.StringIO()
    code = 0
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(told):
        try:
            main(arguments)
        except SystemExit as left:
            code = int(left.code or 0)
    printed.flush()
    assert isinstance(printed.buffer, io.BytesIO)
    return code, printed.buffer.getvalue(), told.getvalue()


class Endpoint:
    """One server that holds the files of all cases as graphs; a request names those of its case.

    What comes over HTTP has no address of its own, so each query begins with the BASE that its
    file gives it in the other two ways.
    """

    def __init__(self, url: str) -> None:
        self.url = url

    def __call__(self, case: w3c.Case) -> w3c.Answer:
        form = _format(case)
        fields = [("query", f"BASE <{case.query.as_uri()}> {case.text}")]
        if not case.from_clauses():
            default = [_as_default(path) for path in case.default] or ["urn:nothing"]
            fields += [("default-graph-uri", graph) for graph in default]
            fields += [("named-graph-uri", path.as_uri()) for path in case.named]
        body = urllib.parse.urlencode(fields).encode()
        accept = "*/*" if case.result is None else _MEDIA[form]
        asked = urllib.request.Request(self.url, body, {"Accept": accept})
        try:
            with urllib.request.urlopen(asked, timeout=60) as response:
                if case.result is None:
                    return True
                assert response.headers.get_content_type() == _MEDIA[form]
                return _read(response.read(), form)
        except urllib.error.HTTPError as error:
            if error.code != 400:
                raise
            raise Refused(error.read().decode()) from error


def data_of(cases: Iterable[w3c.Case]) -> bytes:
    """The files of all cases as N-Quads, each a graph under its address.

    What a case wants as default graph is there once more: its blank nodes are others.
    """
    default, named = set[Path](), set[Path]()
    for case in cases:
        default.update(case.default)
        named.update(case.named, case.from_clauses())
    graphs = [(path, _as_default(path)) for path in default]
    graphs += [(path, path.as_uri()) for path in named]
    quads = [w3c.in_graph(quad, name) for path, name in graphs for quad in w3c.parsed(path)]
    return ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b""


def _as_default(path: Path) -> str:
    return f"{path.as_uri()}#default"


def passes(case: w3c.Case, way: Way) -> bool:
    """Whether a case comes out on this way as the suite says."""
    try:
        answer = way(case)
    except Refused:
        return case.is_right is False
    if case.is_right is not None:
        return case.is_right
    return w3c.agree(answer, w3c.expected(case), is_lax=case.is_lax)


def known() -> dict[str, tuple[frozenset[str], str]]:
    """The cases that fail: on which ways, and why."""
    with KNOWN.open(encoding="utf-8", newline="") as file:
        return {
            row["case"]: (
                frozenset(WAYS if row["on"] == "all" else row["on"].split(", ")),
                row["why"],
            )
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        }


def page(passed: dict[str, set[str]], cases: list[w3c.Case]) -> str:
    """The tables of docs/conformance.md.

    Args:
        passed: the ids of the cases that came out right, by way.
        cases: all of them.
    """
    ways = list(passed)
    lines = [f"| suite | cases | {' | '.join(ways)} |", f"|---|---|{'---|' * len(ways)}"]
    for suite, number in Counter(case.suite for case in cases).items():
        counts = [sum(c.suite == suite and c.id in passed[way] for c in cases) for way in ways]
        lines.append(f"| {suite} | {number} | {' | '.join(map(str, counts))} |")
    totals = [len(passed[way]) for way in ways]
    lines.append(f"| all | {len(cases)} | {' | '.join(map(str, totals))} |")
    lines += ["", "| case | fails | why |", "|---|---|---|"]
    for case in cases:
        failing = [way for way in ways if case.id not in passed[way]]
        if failing:
            where = "everywhere" if failing == ways else " and ".join(failing)
            _, why = known().get(case.id, (frozenset(), "not explained yet"))
            lines.append(f"| {case.id} | {where} | {why} |")
    return "\n".join(lines) + "\n"


def _format(case: w3c.Case) -> str:
    """The format of the expected answer; JSON where any would do."""
    if case.result is None:
        return "json"
    if case.result.suffix in _FORMATS:
        return _FORMATS[case.result.suffix]
    return "nt" if isinstance(w3c.expected(case), ox.Dataset) else "json"


def _read(body: bytes, form: str) -> w3c.Answer:
    if form == "nt":
        return w3c.triples(ox.parse(body, format=ox.RdfFormat.N_TRIPLES))
    if form == "csv":
        return w3c.csv_table(body)
    results = ox.QueryResultsFormat.from_media_type(_MEDIA[form])
    assert results is not None
    return w3c.solutions(ox.parse_query_results(body, format=results))


def _all() -> str:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cases = w3c.unpack(archive(SUITE), folder / "suite")
        data = folder / "all.nq"
        data.write_bytes(data_of(cases))
        with running(folder, "--graph", str(data)) as server:
            ways: dict[str, Way] = {
                "in process": in_process,
                "command line": CommandLine(folder, called),
                "endpoint": Endpoint(f"{server.base}sparql"),
            }
            passed = {
                name: {case.id for case in cases if passes(case, way)} for name, way in ways.items()
            }
    return page(passed, cases)


if __name__ == "__main__":
    try:
        sys.stdout.write(_all())
    except pytest.skip.Exception as missing:
        sys.exit(str(missing))
