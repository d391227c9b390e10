"""Write a graph of our shape and of any size.

Run it so: python benchmarks/generate.py 200000 -o graph.nt.gz

The shipped graph is the pattern. Its concepts and their hierarchy are one field of knowledge, and a
large graph has many: the first keeps the shipped names, the others have theirs numbered. What is
at the top of a hierarchy is common to all fields. Each source speaks mostly of one field and makes
claims like those of the shipped graph, with the same predicates, strengths, scopes, quantities and
passages; some of their ends are drawn anew, most of these from a few fields that everybody speaks
of. So concepts become hubs, the more so the larger the graph. The same size and seed give the same
bytes. The schema is not written: skingraph adds its own.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import random
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

import pyoxigraph as ox

from skingraph.loading import ASSERTED_GRAPH
from skingraph.prefixes import PREFIXES, SKG, SKIN
from skingraph.store import SkinGraph

if TYPE_CHECKING:
    from collections.abc import Iterator

Statement = tuple[str, "ox.NamedNode | ox.Literal"]

_RDF, _SKOS, _CLAIM = PREFIXES["rdf"], PREFIXES["skos"], PREFIXES["claim"]
_SOURCE, _PASSAGE = PREFIXES["source"], PREFIXES["passage"]
_TYPE, _SUBJECT, _OBJECT = _RDF + "type", _RDF + "subject", _RDF + "object"
_BROADER, _PREDICATE = _SKOS + "broader", _RDF + "predicate"
_NAMES: Final = {_SKOS + name for name in ("prefLabel", "altLabel", "hiddenLabel")}
_FIRMLY: Final = {_RDF + "predicate", SKG + "polarity", SKG + "certainty"}

# Fields grow almost with the graph: twice the statements are mostly said of new things.
_FIELD_GROWTH: Final = 0.95
# How unevenly sources choose their field, and claims the field that they reach into.
_UNEVEN_SOURCES, _UNEVEN_ENDS = 0.25, 0.8
_OTHER_END, _OTHER_FIELD, _CHAIN_ELSEWHERE = 0.3, 0.2, 0.05
# A chain that reached anywhere would connect everything with everything.
_CHAIN: Final = {SKG + name for name in ("leadsTo", "addresses", "hasMechanism", "hasPhase")}
_LEVELS: Final = (("E0", 50), ("E1", 15), ("E2", 15), ("E3", 10), ("E4", 7), ("E5", 3))
_AUTHORITIES: Final = ("Clinic", "Vendor", "Journal", "Society", "Regulator")
_CLAIMS_IN_A_SOURCE: Final = (60, 420)


@dataclass(frozen=True, slots=True)
class Pattern:
    """What the shipped graph holds, ready to be said again of other things."""

    concepts: dict[str, list[Statement]]
    common: frozenset[str]
    alike: dict[str, list[str]]
    claims: list[tuple[str, list[Statement]]]
    sections: list[str]
    statements: int


def statements(size: int, *, seed: int = 1) -> Iterator[str]:
    """The lines of a graph of about that many statements, as N-Triples, concepts first."""
    pattern = _pattern()
    chance = random.Random(seed)
    fields = max(1, round((size / pattern.statements) ** _FIELD_GROWTH))
    left = size
    for line in _concepts(pattern, fields):
        yield line
        left -= 1
    sources = _weights(fields, _UNEVEN_SOURCES)
    ends = _weights(fields, _UNEVEN_ENDS)
    for number in itertools.count():
        if left <= 0:
            return
        (field,) = chance.choices(range(fields), cum_weights=sources)
        for line in _source(pattern, chance, number, field, ends, left):
            yield line
            left -= 1


def write(size: int, path: Path, *, seed: int = 1) -> int:
    """Write such a graph, line by line, and give the number of its statements."""
    written = 0
    with _opened(path) as file:
        for line in statements(size, seed=seed):
            file.write(line)
            written += 1
    return written


def _pattern() -> Pattern:
    about: dict[str, list[Statement]] = {}
    for quad in SkinGraph.load().store.quads_for_pattern(None, None, None, ASSERTED_GRAPH):
        assert isinstance(quad.subject, ox.NamedNode)
        assert isinstance(quad.object, ox.NamedNode | ox.Literal)
        about.setdefault(quad.subject.value, []).append((quad.predicate.value, quad.object))
    for said in about.values():
        said.sort(key=lambda each: (each[0], str(each[1])))
    size = sum(map(len, about.values()))
    evidence = (_CLAIM, _SOURCE, _PASSAGE)
    concepts = {iri: about[iri] for iri in sorted(about) if not iri.startswith(evidence)}
    narrower = {iri for iri, said in concepts.items() if any(p == _BROADER for p, _ in said)}
    broader = {end.value for said in concepts.values() for p, end in said if p == _BROADER}
    claims = [(iri, about[iri]) for iri in sorted(about) if iri.startswith(_CLAIM)]
    kinds = {iri: _first(said, _TYPE) for iri, said in concepts.items()}
    alike: dict[str, list[str]] = {}
    for _, said in claims:
        end = _first(said, _OBJECT)
        if end in kinds:
            alike.setdefault(kinds[end], []).append(end)
    return Pattern(
        concepts=concepts,
        common=frozenset((broader - narrower) | _named_in_queries(concepts)),
        alike={iri: alike.get(kind, [iri]) for iri, kind in kinds.items()},
        claims=claims,
        sections=sorted(
            {_first(said, SKG + "section") for iri, said in about.items() if _PASSAGE in iri}
        ),
        statements=size,
    )


def _named_in_queries(concepts: dict[str, list[Statement]]) -> set[str]:
    """Settings and providers are few however much is known."""
    few = {SKG + "Setting", SKG + "Provider", SKG + "BodySite", SKG + "HealingPhase"}
    return {iri for iri, said in concepts.items() if any(end.value in few for _, end in said)}


def _first(said: list[Statement], predicate: str) -> str:
    return next((end.value for p, end in said if p == predicate), "")


def _weights(fields: int, uneven: float) -> list[float]:
    return list(itertools.accumulate((rank + 1) ** -uneven for rank in range(fields)))


def _concepts(pattern: Pattern, fields: int) -> Iterator[str]:
    for field in range(fields):
        for iri, said in pattern.concepts.items():
            if field and iri in pattern.common:
                continue
            subject = _in_field(pattern, iri, field)
            for predicate, end in said:
                if isinstance(end, ox.NamedNode):
                    text = f"<{_in_field(pattern, end.value, field)}>"
                elif predicate in _NAMES and field:
                    text = str(ox.Literal(f"{end.value} {field}", language=end.language or "en"))
                else:
                    text = str(end)
                yield f"<{subject}> <{predicate}> {text} .\n"


def _in_field(pattern: Pattern, iri: str, field: int) -> str:
    numbered = field and iri in pattern.concepts and iri not in pattern.common
    return f"{iri}-{field}" if numbered else iri


def _source(
    pattern: Pattern,
    chance: random.Random,
    number: int,
    field: int,
    ends: list[float],
    left: int,
) -> Iterator[str]:
    """A document: its description, and its claims with their passages."""
    source = f"{_SOURCE}document-{number}"
    (level,) = chance.choices(
        [name for name, _ in _LEVELS], weights=[weight for _, weight in _LEVELS]
    )
    authority = chance.choice(_AUTHORITIES)
    about = [
        f"<{source}> <{_TYPE}> <{SKG}Source> .\n",
        f'<{source}> <{PREFIXES["dcterms"]}title> "Document {number} on field {field}"@en .\n',
        f"<{source}> <{SKG}evidenceLevel> <{SKG}{level}> .\n",
        f"<{source}> <{SKG}authority> <{SKG}{authority}> .\n",
        f'<{source}> <{SKG}file> "document-{number}.txt" .\n',
        f'<{source}> <{SKG}kind> "web article" .\n',
    ]
    yield from about
    left -= len(about)
    passage, at, room = "", 0, 0
    for place in range(chance.randint(*_CLAIMS_IN_A_SOURCE)):
        if left <= 0:
            return
        lines: list[str] = []
        # A passage carries two claims or so, and one claim in five has a second passage.
        if not room:
            start, at, room = at, at + chance.randint(20, 240), chance.choice((1, 1, 2, 3))
            passage = f"{_PASSAGE}document-{number}-{start}-{at}"
            lines += _passage(passage, source, start, at, chance.choice(pattern.sections))
        room -= 1
        claim = f"{_CLAIM}document-{number}-{place}"
        lines += _claim(pattern, chance, claim, field, ends)
        lines.append(f"<{claim}> <{SKG}passage> <{passage}> .\n")
        if chance.random() < 0.2:
            start, at = at, at + chance.randint(20, 240)
            passage = f"{_PASSAGE}document-{number}-{start}-{at}"
            lines += _passage(passage, source, start, at, chance.choice(pattern.sections))
            lines.append(f"<{claim}> <{SKG}passage> <{passage}> .\n")
        yield from lines
        left -= len(lines)


def _passage(passage: str, source: str, start: int, end: int, section: str) -> list[str]:
    whole = f"<{PREFIXES['xsd']}integer>"
    return [
        f"<{passage}> <{_TYPE}> <{SKG}Passage> .\n",
        f"<{passage}> <{SKG}source> <{source}> .\n",
        f"<{passage}> <{SKG}section> {ox.Literal(section)} .\n",
        f'<{passage}> <{SKG}start> "{start}"^^{whole} .\n',
        f'<{passage}> <{SKG}end> "{end}"^^{whole} .\n',
        f'<{passage}> <{SKG}hash> "sha256:{sha256(passage.encode()).hexdigest()}" .\n',
    ]


def _claim(
    pattern: Pattern, chance: random.Random, claim: str, field: int, ends: list[float]
) -> list[str]:
    """A claim like one of the shipped graph, said of this field and sometimes of another."""
    _, said = chance.choice(pattern.claims)
    predicate = _first(said, _PREDICATE)
    fixed = predicate == _BROADER
    lines = []
    for name, end in said:
        if name == SKG + "passage":
            continue
        if not isinstance(end, ox.NamedNode) or name in _FIRMLY or not end.value.startswith(SKIN):
            lines.append(f"<{claim}> <{name}> {_number(chance, name, end)} .\n")
            continue
        iri, where = end.value, field
        if name != _SUBJECT and not fixed and iri in pattern.alike:
            if chance.random() < _OTHER_END:
                iri = chance.choice(pattern.alike[iri])
            elsewhere = _CHAIN_ELSEWHERE if predicate in _CHAIN else _OTHER_FIELD
            if chance.random() < elsewhere:
                (where,) = chance.choices(range(len(ends)), cum_weights=ends)
                # Chains lead to what is better known, or they would close into one great circle.
                where = min(where, field) if predicate in _CHAIN else where
        lines.append(f"<{claim}> <{name}> <{_in_field(pattern, iri, where)}> .\n")
    return lines


def _number(chance: random.Random, predicate: str, end: ox.NamedNode | ox.Literal) -> str:
    """A quantity varies from source to source; its minimum only down, its maximum only up."""
    if isinstance(end, ox.Literal) and end.datatype.value.endswith(("#decimal", "#integer")):
        if predicate == SKG + "maximum":
            return str(
                ox.Literal(str(int(float(end.value)) + chance.randint(0, 3)), datatype=end.datatype)
            )
        if predicate == SKG + "minimum" and float(end.value) > 1:
            return str(
                ox.Literal(str(int(float(end.value)) - chance.randint(0, 1)), datatype=end.datatype)
            )
    return str(end)


@contextmanager
def _opened(path: Path) -> Iterator[IO[str]]:
    if path.suffix == ".gz":
        # No name and no time in it, so that the same graph gives the same file.
        with (
            path.open("wb") as raw,
            gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed,
        ):
            import io

            with io.TextIOWrapper(packed, encoding="utf-8", newline="\n") as file:
                yield file
        return
    with path.open("w", encoding="utf-8", newline="\n") as file:
        yield file


def main() -> None:
    """Write the graph that the command line names."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("triples", type=int, help="about how many statements")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, help="ends in .nt, .nq or .ttl, also with .gz"
    )
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    written = write(given.triples, given.output, seed=given.seed)
    print(f"{written} statements in {given.output}", file=sys.stderr)


if __name__ == "__main__":
    main()
