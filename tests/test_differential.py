"""Queries made by chance: the command line answers them as another engine does, Apache Jena.

SKINGRAPH_CHANCES=5000 makes more of them. Left out is what the standard leaves open, what Jena
breaks down on (UNDEF), and what pyoxigraph counts in its own way about paths.
"""

from __future__ import annotations

import os
import random
import subprocess
import warnings
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
import rdflib
from tests import w3c
from tests.conformance import called
from tests.fetched import FUSEKI, archive, program
from tests.pieces import ROOT

if TYPE_CHECKING:
    from pathlib import Path

NUMBER = int(os.environ.get("SKINGRAPH_CHANCES") or 300)
SEED = 20261120

EX = "http://example.org/"
THINGS = [f"<{EX}{letter}>" for letter in "abcde"]
PROPERTIES = [f"<{EX}{name}>" for name in ("p", "q", "r")]
VALUES = ["1", "2", "3", "10", '"one"', '"two"', '"one"@en', "true"]
GRAPHS = [f"<{EX}g{number}>" for number in (1, 2)]
VARIABLES = ["?a", "?b", "?c", "?d"]


def data(chance: random.Random) -> str:
    """A few statements, in the default graph and in two others."""
    lines = set[str]()
    while len(lines) < 60:
        objects = THINGS if chance.random() < 0.6 else VALUES
        triple = " ".join(chance.choice(some) for some in (THINGS, PROPERTIES, objects))
        graph = chance.choice(["", "", *GRAPHS])
        lines.add(f"GRAPH {graph} {{ {triple} }}" if graph else f"{triple} .")
    return "\n".join(sorted(lines))


class Maker:
    """Makes queries that the standard gives one answer to, whatever the engine."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.fresh = 0

    def query(self) -> str:
        """A query of any of these forms."""
        body = self.group(2)
        form = self.chance.random()
        if form < 0.1:
            return f"ASK {body}"
        if form < 0.25:
            keys = " ".join(self.chance.sample(VARIABLES, self.chance.randint(1, 2)))
            return f"SELECT {keys} {self.aggregate()} {body} GROUP BY {keys}"
        distinct = self.chance.choice(["", "DISTINCT "])
        return f"SELECT {distinct}{' '.join(VARIABLES)} {body}"

    def aggregate(self) -> str:
        """A column that counts or adds up."""
        self.fresh += 1
        variable = self.chance.choice(VARIABLES)
        what = ["COUNT(*)", f"COUNT({variable})", f"COUNT(DISTINCT {variable})", f"SUM({variable})"]
        return f"({self.chance.choice(what)} AS ?n{self.fresh})"

    def group(self, depth: int) -> str:
        """A group of triples and, to some depth, of what else stands in groups."""
        parts = [self.triple() for _ in range(self.chance.randint(1, 2))]
        more = [self.filter, self.values, self.bind]
        if depth:
            more += [self.optional, self.union, self.minus, self.exists, self.graph, self.subquery]
        for make in self.chance.sample(more, self.chance.randint(0, 2)):
            parts.append(make(depth - 1))
        return f"{{ {' '.join(parts)} }}"

    def triple(self) -> str:
        """A triple pattern, sometimes with a path."""
        subject = self.chance.choice([*VARIABLES, *VARIABLES, self.chance.choice(THINGS)])
        object_ = self.chance.choice(
            [*VARIABLES, *VARIABLES, self.chance.choice(THINGS), self.chance.choice(VALUES)]
        )
        return f"{subject} {self.path()} {object_} ."

    def path(self) -> str:
        """A property, or a path of one or two, but for those of the tests below."""
        one, two = self.chance.sample(PROPERTIES, 2)
        paths = [f"{one}/{two}", f"^{one}", f"{one}+", f"({one}/{two})+", f"({one}|^{two})+"]
        return self.chance.choice([*[one] * 8, *paths, f"(!{one})+"])

    def filter(self, depth: int) -> str:
        """A condition on variables and constants."""
        return f"FILTER ({self.condition()})"

    def condition(self) -> str:
        """A condition that is true, false or an error in every engine alike."""
        one, two = self.chance.sample(VARIABLES, 2)
        value = self.chance.choice(VALUES)
        plain = [
            f"BOUND({one})",
            f"{one} = {value}",
            f"{one} != {two}",
            f"isIRI({one})",
            f"isNumeric({one}) && {one} > {self.chance.randint(1, 4)}",
            f"{one} IN ({value}, {self.chance.choice(THINGS)})",
            f"STRLEN(STR({one})) > 3",
            f'LANG({one}) = "en"',
            f"sameTerm({one}, {two})",
            f"COALESCE({one}, {two}) = {value}",
            f"IF(BOUND({one}), {two} = {value}, true)",
        ]
        first, second = self.chance.sample(plain, 2)
        return self.chance.choice([first, first, f"!({first})", f"{first} || {second}"])

    def values(self, depth: int) -> str:
        """Given values for one or two variables."""
        one, two = self.chance.sample(VARIABLES, 2)
        some = [*self.chance.sample(THINGS, 2), self.chance.choice(VALUES)]
        if self.chance.random() < 0.5:
            return f"VALUES {one} {{ {' '.join(some)} }}"
        return f"VALUES ({one} {two}) {{ ({some[0]} {some[1]}) ({some[1]} {some[2]}) }}"

    def bind(self, depth: int) -> str:
        """A value under a name that nothing else has."""
        self.fresh += 1
        one, two = self.chance.sample(VARIABLES, 2)
        what = [f"STR({one})", f"{one} + 1", f"COALESCE({one}, {two})", f"CONCAT(STR({one}), 'x')"]
        return f"BIND ({self.chance.choice(what)} AS ?x{self.fresh})"

    def optional(self, depth: int) -> str:
        """What may be missing."""
        return f"OPTIONAL {self.group(depth)}"

    def union(self, depth: int) -> str:
        """One or the other."""
        return f"{self.group(depth)} UNION {self.group(depth)}"

    def minus(self, depth: int) -> str:
        """All but these."""
        return f"MINUS {self.group(depth)}"

    def exists(self, depth: int) -> str:
        """Where this is there, or is not. Only triples: of the rest the standard says too little."""
        word = self.chance.choice(["EXISTS", "NOT EXISTS"])
        return f"FILTER {word} {{ {self.triple()} {self.triple()} }}"

    def graph(self, depth: int) -> str:
        """What stands in another graph."""
        if self.chance.random() < 0.5:
            return f"GRAPH {self.chance.choice(GRAPHS)} {self.group(0)}"
        one, two = self.chance.sample(VARIABLES, 2)
        return f"GRAPH ?g {{ {one} {self.chance.choice(PROPERTIES)} {two} }}"

    def subquery(self, depth: int) -> str:
        """A query within the query."""
        key = self.chance.choice(VARIABLES)
        if self.chance.random() < 0.5:
            return f"{{ SELECT DISTINCT {key} {self.group(0)} }}"
        return f"{{ SELECT {key} {self.aggregate()} {self.group(0)} GROUP BY {key} }}"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with data, queries, and what Jena answers to them."""
    folder = tmp_path_factory.mktemp("chance")
    chance = random.Random(SEED)
    (folder / "data.trig").write_text(data(chance), encoding="utf-8")
    maker = Maker(chance)
    for number in range(NUMBER):
        (folder / f"{number:05}.rq").write_text(maker.query(), encoding="utf-8")
    reference = ROOT / "tests" / "java" / "Reference.java"
    java = [program("java"), "-cp", str(archive(FUSEKI)), str(reference)]
    done = subprocess.run(
        [*java, str(folder / "data.trig"), str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return folder


def answer(body: bytes) -> w3c.Answer:
    return w3c.solutions(ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON))


def by_rdflib(query: Path) -> list[w3c.Answer]:
    """What a third engine answers, which decides where the two differ: Jena errs now and then."""
    with warnings.catch_warnings():
        # It warns of its own use of itself.
        warnings.simplefilter("ignore")
        dataset = rdflib.Dataset()
        dataset.parse(query.parent / "data.trig", format="trig")
        try:
            body = dataset.query(query.read_text()).serialize(format="json")
        except Exception:  # noqa: BLE001
            # It breaks down in many ways, and has no say then.
            return []
    return [answer(body)] if body else []


def differs(query: Path) -> str:
    """How the two answers differ; nothing where they are one."""
    theirs = answer(query.with_suffix(".srj").read_bytes())
    data = query.parent / "data.trig"
    code, printed, told = called(["--graph", str(data), "query", str(query), "-f", "json"])
    if code == 2:
        return told
    ours = answer(printed)
    if w3c.agree(ours, theirs, is_lax=False):
        return ""
    if any(w3c.agree(ours, other, is_lax=False) for other in by_rdflib(query)):
        return ""
    if isinstance(ours, w3c.Table) and isinstance(theirs, w3c.Table):
        return f"{len(ours.rows)} rows, Jena {len(theirs.rows)}"
    return f"{ours}, Jena {theirs}"


def test_both_engines_give_the_same_answers(made):
    answered = sorted(file.with_suffix(".rq") for file in made.glob("*.srj"))
    found = {query: differs(query) for query in answered}
    different = [f"{query.read_text()}: {how}" for query, how in found.items() if how]
    assert not different, "\n".join(different[:20])


def test_most_queries_find_something(made):
    answers = [answer(path.read_bytes()) for path in made.glob("*.srj")]
    assert len(answers) > NUMBER * 0.95
    found = [one for one in answers if one is True or (isinstance(one, w3c.Table) and one.rows)]
    assert len(found) > NUMBER / 2


@pytest.mark.parametrize(
    ("pattern", "ours", "by_the_standard"),
    [
        # An alternative, or a negated set between two ends that are known, counts a pair once.
        ("<urn:a> <urn:p>|<urn:q> ?x", ["<urn:b>"], 2),
        ("VALUES ?x { <urn:b> } <urn:a> !<urn:r> ?x", ["<urn:b>"], 2),
        # A path without a step begins only where the graph has something to say.
        ("<urn:nowhere> <urn:p>* ?x", [], 1),
    ],
)
def test_paths_count_as_docs_conformance_says(run, tmp_path, pattern, ours, by_the_standard):
    data = tmp_path / "data.ttl"
    data.write_text("<urn:a> <urn:p> <urn:b> ; <urn:q> <urn:b> .", encoding="utf-8")
    query = ["query", "-e", f"SELECT ?x {{ {pattern} }}", "-f", "tsv"]
    _, out, _ = run("--graph", str(data), *query)
    assert out.splitlines()[1:] == ours
    assert len(ours) < by_the_standard
