"""The catalogue in other engines: the files run there unchanged and find the same rows."""

from __future__ import annotations

import subprocess
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox
import pytest
from tests.fetched import FUSEKI, archive, program

from skingraph.catalogue import catalogue
from skingraph.prefixes import PREFIXES
from skingraph.rows import rows_of

QUERIES = {query.name: query for query in catalogue()}
EVERY = pytest.mark.parametrize("name", sorted(QUERIES))
NUMBERS = {PREFIXES["xsd"] + kind for kind in ("integer", "decimal", "nonNegativeInteger")}

# rdflib counts the same rows where it comes to an end (tried on 2026-11-20), after 7 seconds to
# hours: it joins two subqueries row by row. Jena answers them all.
SLOW_IN_RDFLIB = {
    "chains-to-concern",
    "disagreements",
    "may-help-chains",
    "only-hedged",
    "said-by-one-source",
}


@pytest.fixture(scope="session")
def as_rdflib(graph):
    return graph.to_rdflib()


@pytest.mark.parametrize("name", sorted(set(QUERIES) - SLOW_IN_RDFLIB))
def test_another_engine_finds_as_many_rows(name, rows, as_rdflib):
    assert len(list(as_rdflib.query(QUERIES[name].text))) == len(rows(name))


@pytest.fixture(scope="session")
def in_jena(graph, tmp_path_factory):
    """The rows of every query in Jena, all asked in one Java process."""
    jar, java = archive(FUSEKI), program("java")
    folder = tmp_path_factory.mktemp("jena")
    data = folder / "whole.nt"
    with data.open("wb") as file:
        for name in graph.store.named_graphs():
            graph.store.dump(file, format=ox.RdfFormat.N_TRIPLES, from_graph=name)
    for name, query in QUERIES.items():
        (folder / f"{name}.rq").write_text(query.text, encoding="utf-8")
    source = Path(__file__).parent / "java" / "Rows.java"
    subprocess.run(
        [java, "-cp", str(jar), str(source), str(data), str(folder)],
        check=True,
        capture_output=True,
        timeout=300,
    )

    def call(name):
        solutions = ox.parse_query_results(
            (folder / f"{name}.json").read_bytes(), format=ox.QueryResultsFormat.JSON
        )
        assert isinstance(solutions, ox.QuerySolutions)
        return rows_of(solutions)

    return call


def comparable(found):
    """The rows as a multiset. Numbers by value; degrees that an engine lists in its own order."""

    def cell(column, term):
        if isinstance(term, ox.Literal):
            if term.datatype.value in NUMBERS:
                return Decimal(term.value)
            if column == "severity":
                return tuple(sorted(term.value.split(" to ")))
        return term

    return Counter(
        tuple(cell(column, term) for column, term in zip(found.columns, row, strict=True))
        for row in found.terms
    )


@EVERY
def test_jena_finds_the_same_rows(name, rows, in_jena):
    theirs = in_jena(name)
    assert theirs.columns == rows(name).columns
    assert comparable(theirs) == comparable(rows(name))
