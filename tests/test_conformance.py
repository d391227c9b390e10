"""The standard's own test-suite: what the engine passes, the command line and endpoint pass, too."""

from __future__ import annotations

import subprocess
import sys

import pyoxigraph as ox
import pytest
from tests import conformance, w3c
from tests.fetched import SUITE, archive
from tests.pieces import ROOT
from tests.server import running

PAGE = ROOT / "docs" / "conformance.md"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("w3c")


@pytest.fixture(scope="module")
def cases(folder):
    return w3c.unpack(archive(SUITE), folder / "suite")


@pytest.fixture(scope="module")
def passed(folder, cases):
    """The ids of the cases that come out right, by way."""
    data = folder / "all.nq"
    data.write_bytes(conformance.data_of(cases))
    with running(folder, "--graph", str(data)) as server:
        ways: dict[str, conformance.Way] = {
            "in process": conformance.in_process,
            "command line": conformance.CommandLine(folder, conformance.called),
            "endpoint": conformance.Endpoint(f"{server.base}sparql"),
        }
        assert tuple(ways) == conformance.WAYS
        return {
            name: {case.id for case in cases if conformance.passes(case, way)}
            for name, way in ways.items()
        }


@pytest.mark.parametrize("way", conformance.WAYS)
def test_exactly_the_cases_fail_of_which_we_know_why(way, cases, passed):
    failing = {case.id for case in cases} - passed[way]
    expected = {case for case, (ways, _) in conformance.known().items() if way in ways}
    assert sorted(failing - expected) == [], "fails, and tests/conformance.tsv says no reason"
    assert sorted(expected - failing) == [], "passes: take it out of tests/conformance.tsv"


@pytest.mark.parametrize("way", ["command line", "endpoint"])
def test_what_the_engine_passes_passes_here_as_well(way, passed):
    assert sorted(passed["in process"] - passed[way]) == []


def test_each_suite_is_there_whole(cases):
    assert {case.suite for case in cases} == {
        f"SPARQL {version}, {what}" for version in ("1.0", "1.1") for what in ("answers", "syntax")
    }
    assert len(cases) == len({case.id for case in cases}) == 725


def test_the_command_line_does_the_same_as_a_process_of_its_own(folder, cases, passed):
    def process(arguments):
        done = subprocess.run(
            [sys.executable, "-m", "skingraph", *arguments], capture_output=True, check=False
        )
        return done.returncode, done.stdout, done.stderr.decode()

    way = conformance.CommandLine(folder, process)
    some = cases[::24]
    assert len(some) > 30
    assert [case.id for case in some if conformance.passes(case, way)] == [
        case.id for case in some if case.id in passed["command line"]
    ]


def test_the_page_says_what_the_suite_says(cases, passed):
    page = PAGE.read_text(encoding="utf-8")
    for table in conformance.page(passed, cases).split("\n\n"):
        assert table.strip() in page, "print the tables with: python -m tests.conformance"


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("_:a", "_:b", True),
        ('"1.0"^^<http://www.w3.org/2001/XMLSchema#decimal>', "1", False),
        (
            '"1.0"^^<http://www.w3.org/2001/XMLSchema#decimal>',
            '"1.00"^^<http://www.w3.org/2001/XMLSchema#decimal>',
            True,
        ),
        ('"a"@en', '"a"@EN', True),
        ('"a"@en', '"a"', False),
    ],
)
def test_answers_are_compared_by_what_they_say(one, other, is_same):
    def table(term):
        body = f"?x\n{term}\n".encode()
        return w3c.solutions(ox.parse_query_results(body, format=ox.QueryResultsFormat.TSV))

    assert w3c.agree(table(one), table(other), is_lax=False) is is_same


def test_two_blank_nodes_are_not_one():
    def table(*rows):
        body = "?x\t?y\n" + "".join(f"{row}\n" for row in rows)
        return w3c.solutions(
            ox.parse_query_results(body.encode(), format=ox.QueryResultsFormat.TSV)
        )

    assert w3c.agree(table("_:a\t_:a"), table("_:b\t_:b"), is_lax=False)
    assert not w3c.agree(table("_:a\t_:a"), table("_:a\t_:b"), is_lax=False)
    assert not w3c.agree(table("_:a\t_:b", "_:b\t_:c"), table("_:a\t_:b", "_:c\t_:d"), is_lax=False)
