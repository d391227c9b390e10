"""Checks: what is wrong in a graph, by rules that are queries, by shapes, and by the documents."""

from __future__ import annotations

import logging
import re
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from skingraph.catalogue import checks
from skingraph.concepts import Lexicon
from skingraph.loading import with_schema
from skingraph.mappings import faults as faults_of_mappings
from skingraph.mappings import mapping_sets, verified
from skingraph.passages import documents, faults, texts
from skingraph.prefixes import curie
from skingraph.resources import folder, walk
from skingraph.rows import Rows
from skingraph.store import SkinGraph

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import rdflib

    from skingraph.catalogue import Query
    from skingraph.passages import Document
    from skingraph.rows import Term

_PASSAGES = """
SELECT ?passage ?source ?start ?end ?hash WHERE {
  ?passage skg:source ?source ; skg:start ?start ; skg:end ?end .
  OPTIONAL { ?passage skg:hash ?hash }
}
ORDER BY ?passage
"""
_WORDING = """
SELECT ?entity ?property ?text WHERE {
  VALUES ?property {
    skos:definition skos:scopeNote skos:editorialNote rdfs:comment
    skg:statedAs skg:condition skg:hedge skg:frequency
  }
  ?entity ?property ?text .
}
ORDER BY ?entity ?property ?text
"""
_RESTING = "SELECT ?claim ?passage ?source { ?claim skg:passage ?passage OPTIONAL { ?passage skg:source ?source } }"
_WORD = re.compile(r"\w+(?:['\u2019]\w+)*")
_OFFSET = re.compile(r"-?[0-9]{1,12}")
_RUN: Final = 8
_NAMED_CLAIMS: Final = 5


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """One thing that is wrong: the rule that says so, the thing's IRI, and what to do.

    `rule` is the name of a check query, of a shape or of a check against the documents;
    `level` is `error` or `warning`; `value` is the property and value at fault, where there is one.
    """

    rule: str
    level: str
    entity: str
    message: str
    value: str = ""

    def __str__(self) -> str:
        found = f" [{self.value}]" if self.value else ""
        return f"{self.level} {self.rule} {curie(self.entity)}: {self.message}{found}"


@dataclass(frozen=True, slots=True)
class Report:
    """The verdict on a graph: every violation, in the order of rules and things."""

    violations: tuple[Violation, ...]

    @property
    def conforms(self) -> bool:
        """True when nothing is an error; warnings may remain."""
        return self.errors == 0

    @property
    def errors(self) -> int:
        """How many violations are errors."""
        return sum(violation.level == "error" for violation in self.violations)

    @property
    def warnings(self) -> int:
        """How many violations are warnings."""
        return len(self.violations) - self.errors

    @property
    def summary(self) -> str:
        """The verdict in one line."""
        if not self.violations:
            return "nothing found"
        return f"{self.errors} errors, {self.warnings} warnings"

    def rows(self) -> Rows:
        """The violations as rows: level, rule, entity, message, value."""
        return Rows(
            ("level", "rule", "entity", "message", "value"),
            tuple(
                (
                    ox.Literal(violation.level),
                    ox.Literal(violation.rule),
                    _entity(violation.entity),
                    ox.Literal(violation.message),
                    ox.Literal(violation.value) if violation.value else None,
                )
                for violation in self.violations
            ),
        )


def check(
    graph: SkinGraph, *, sources: Path | None = None, identifiers: Path | None = None
) -> Report:
    """Everything that the rules and the shapes find wrong in a graph.

    Args:
        graph: what to check; our schema is added where the graph has none.
        sources: a folder with the documents; then the passages and our wording are held to them.
        identifiers: a table of terms of other vocabularies; then those that we map to are held to
            it.
    """
    graph = _with_schema(graph)
    by_rule = [violation for query in checks() for violation in check_query(graph, query)]
    found = set(_naming_claims(graph, [*by_rule, *check_shapes(graph)]))
    if sources is not None:
        read = documents(graph, sources)
        found.update(_misplaced(graph, read), _copied(graph, read))
    found.update(check_mappings(graph, identifiers))
    return Report(tuple(sorted(found)))


def check_query(graph: SkinGraph, query: Query) -> Iterator[Violation]:
    """The violations that one check query finds; each of its rows is one."""
    for row in texts(graph, query.text):
        yield Violation(
            rule=query.name,
            level=query.level,
            entity=row.get("entity", ""),
            message=_short(row.get("message", f"{query.summary}. {query.description}")),
            value=" ".join(_short(row[key]) for key in ("property", "value") if key in row),
        )


def check_mappings(graph: SkinGraph, identifiers: Path | None = None) -> Iterator[Violation]:
    """What is wrong with the shipped mapping files, where the graph holds what they say."""
    if identifiers is None and not graph.ask("ASK { GRAPH skg:mappings { ?a ?b ?c } }"):
        return
    for fault in faults_of_mappings(
        mapping_sets(), verified(), Lexicon(graph).preferred, identifiers
    ):
        yield Violation(fault.rule, fault.level, fault.entity, fault.message)


def check_shapes(graph: SkinGraph) -> Iterator[Violation]:
    """The violations of the shipped SHACL shapes."""
    import pyshacl
    import rdflib

    shapes = rdflib.Graph()
    for file in walk(folder("ontology") / "shapes", ".ttl"):
        shapes.parse(data=file.read_text(encoding="utf-8"), format="turtle")
    with _quiet("rdflib.term"):
        _, results, _ = pyshacl.validate(graph.to_rdflib(), shacl_graph=shapes, inference="none")
    assert isinstance(results, rdflib.Graph)
    for result in results.subjects(rdflib.RDF.type, rdflib.SH.ValidationResult):
        yield _shape_violation(results, result)


def check_passages(graph: SkinGraph, directory: Path) -> list[Violation]:
    """What is wrong with documents and passages, held against the documents in a folder.

    Offsets count characters of the text decoded as UTF-8.
    """
    return _misplaced(graph, documents(graph, directory))


def check_wording(graph: SkinGraph, directory: Path) -> list[Violation]:
    """Where our own words, or a short quotation, repeat 8 or more words in a row of a document."""
    return _copied(graph, documents(graph, directory))


def _misplaced(graph: SkinGraph, read: list[Document]) -> list[Violation]:
    found = [
        Violation(fault.rule, "error", document.source, fault.message, _short(document.file))
        for document in read
        for fault in document.faults
    ]
    by_source = {document.source: document.text for document in read}
    for row in texts(graph, _PASSAGES):
        text, start, end = by_source.get(row["source"]), row["start"], row["end"]
        if text is not None and _OFFSET.fullmatch(start) and _OFFSET.fullmatch(end):
            where = f"characters {start} to {end}"
            found += [
                Violation(fault.rule, "error", row["passage"], fault.message, where)
                for fault in faults(text, int(start), int(end), row.get("hash", ""))
            ]
    return list(_naming_claims(graph, found))


def _copied(graph: SkinGraph, read: list[Document]) -> list[Violation]:
    runs = {run: document.source for document in read for run in _runs(document.text or "")}
    found = []
    for row in texts(graph, _WORDING):
        copied = next((run for run in _runs(row["text"]) if run in runs), None)
        if copied is not None:
            message = (
                f"The text repeats {_RUN} or more words of {curie(runs[copied])}. Say it anew."
            )
            value = f"{_short(row['property'])} {' '.join(copied)}"
            found.append(Violation("wording-copied", "error", row["entity"], message, value))
    return found


def _entity(name: str) -> Term:
    """The thing at fault as a term; a blank node, which is itself a fault, has no IRI."""
    return ox.NamedNode(name) if ":" in name else ox.Literal(name)


def _shape_violation(results: rdflib.Graph, result: rdflib.term.Node) -> Violation:
    from rdflib import SH

    def part(name: str) -> str:
        value = results.value(result, SH[name])
        return "" if value is None else str(value)

    return Violation(
        rule=f"shape:{part('sourceShape').rsplit('/', 1)[-1]}",
        level="error" if part("resultSeverity") == str(SH.Violation) else "warning",
        entity=part("focusNode"),
        message=part("resultMessage"),
        value=" ".join(_short(text) for text in (part("resultPath"), part("value")) if text),
    )


def _naming_claims(graph: SkinGraph, found: Iterable[Violation]) -> Iterator[Violation]:
    """The violations; one of a passage or a source says which claims rest on it."""
    resting: dict[str, set[str]] = {}
    for row in texts(graph, _RESTING):
        for thing in (row["passage"], row.get("source", "")):
            resting.setdefault(thing, set()).add(curie(row["claim"]))
    for violation in found:
        claims = sorted(resting.get(violation.entity, ()))
        if claims:
            named = ", ".join(claims[:_NAMED_CLAIMS])
            more = len(claims) - _NAMED_CLAIMS
            named += f" and {more} more" if more > 0 else ""
            message = f"{violation.message} Claims that rest on it: {named}."
            violation = replace(violation, message=message)
        yield violation


def _with_schema(graph: SkinGraph) -> SkinGraph:
    if graph.ask("ASK { skg:Claim a owl:Class }"):
        return graph
    return SkinGraph(with_schema(graph.store))


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return (tuple(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1))


def _short(value: str) -> str:
    """A value for a line of text: CURIEs for IRIs, invisible characters as their code."""
    text = re.sub(r"<([^<>\s]+)>", lambda match: curie(match[1]), value)
    text = " ".join(curie(word) for word in text.split(" "))
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


@contextmanager
def _quiet(name: str) -> Iterator[None]:
    """Without the log lines about ill-typed literals, which a rule of ours reports anyway."""
    logger = logging.getLogger(name)
    before = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = before
