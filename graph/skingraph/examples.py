"""The questions of the catalogue as RDF: SPARQL examples that other tools list and run.

Each is a `sh:SPARQLExecutable` of the Shapes Constraint Language, as the SIB's collection has them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from skingraph.catalogue import catalogue
from skingraph.guard import tokens_of
from skingraph.prefixes import PREFIXES, SKIN, curie, expand

if TYPE_CHECKING:
    from collections.abc import Iterator

    from skingraph.catalogue import Parameter, Query

ENDPOINT: Final = SKIN + "sparql"

_LICENCE: Final = ox.NamedNode("https://creativecommons.org/licenses/by/4.0/")
_SPEX: Final = "https://purl.expasy.org/sparql-examples/ontology#"
_QUERIES: Final = SKIN + "queries/"
_DECLARED: Final = ox.NamedNode(SKIN + "queries#prefixes")
_TYPE: Final = "rdf:type"
_FORMS: Final = {
    "SELECT": ("sh:SPARQLSelectExecutable", "sh:select"),
    "ASK": ("sh:SPARQLAskExecutable", "sh:ask"),
    "CONSTRUCT": ("sh:SPARQLConstructExecutable", "sh:construct"),
    "DESCRIBE": ("spex:SPARQLDescribeExecutable", "spex:describe"),
}


def queries_as_turtle(*, target: str = ENDPOINT) -> bytes:
    """The questions of the catalogue in Turtle, each with its text, parameters and keywords.

    Args:
        target: the address of the endpoint that they are said to be for.
    """
    triples = {
        triple
        for triples in (_prefixes(), *(_example(query, target) for query in catalogue()))
        for triple in triples
    }
    return _turtle(sorted(triples, key=str)).encode()


def _prefixes() -> Iterator[ox.Triple]:
    """The prefixes of the table. Each text declares those that it needs all the same."""
    yield _triple(_DECLARED, _TYPE, _n("owl:Ontology"))
    for prefix, namespace in PREFIXES.items():
        this = ox.NamedNode(f"{SKIN}queries#prefix-{prefix}")
        iri = ox.Literal(namespace, datatype=_n("xsd:anyURI"))
        yield _triple(_DECLARED, "sh:declare", this)
        yield _triple(this, _TYPE, _n("sh:PrefixDeclaration"))
        yield _triple(this, "sh:prefix", ox.Literal(prefix))
        yield _triple(this, "sh:namespace", iri)


def _example(query: Query, target: str) -> Iterator[ox.Triple]:
    this = ox.NamedNode(_QUERIES + query.name)
    kind, property_ = _FORMS[_form(query.text)]
    yield _triple(this, _TYPE, _n("sh:SPARQLExecutable"))
    yield _triple(this, _TYPE, _n(kind))
    yield _triple(this, "rdfs:label", _english(query.name.replace("-", " ")))
    yield _triple(this, "rdfs:comment", _english(query.summary))
    told = f"{query.description} One row: {query.row}." if query.row else query.description
    yield _triple(this, "dcterms:description", _english(told.strip()))
    yield _triple(this, "sh:prefixes", _DECLARED)
    yield _triple(this, property_, ox.Literal(_without_header(query.text)))
    yield _triple(this, "schema:target", ox.NamedNode(target))
    yield _triple(this, "dcterms:license", _LICENCE)
    for word in sorted({query.folder, *query.tags}):
        yield _triple(this, "schema:keywords", ox.Literal(word))
    for parameter in query.parameters:
        yield from _parameter(this, parameter)


def _parameter(query: ox.NamedNode, parameter: Parameter) -> Iterator[ox.Triple]:
    """A variable that may be bound; the name of its path is the variable's."""
    this = ox.NamedNode(f"{query.value}#{parameter.name}")
    ranges = "sh:datatype" if parameter.kind.startswith("xsd:") else "sh:class"
    yield _triple(query, "sh:parameter", this)
    yield _triple(this, _TYPE, _n("sh:Parameter"))
    yield _triple(this, "sh:path", ox.NamedNode(f"{SKIN}queries#{parameter.name}"))
    yield _triple(this, "sh:name", _english(parameter.name))
    yield _triple(this, "sh:optional", ox.Literal("true", datatype=_n("xsd:boolean")))
    kind = expand(parameter.kind)
    if kind is not None:
        yield _triple(this, ranges, ox.NamedNode(kind))


def _without_header(text: str) -> str:
    """The text without what stands beside it here anyway."""
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#+"))


def _turtle(triples: list[ox.Triple]) -> str:
    """Sorted triples in Turtle in which the texts of queries keep their lines."""
    used = {"spex": _SPEX, **PREFIXES}
    lines = [f"@prefix {prefix}: <{namespace}> ." for prefix, namespace in used.items()]
    before = None
    for triple in triples:
        said = f"{_written(triple.predicate)} {_written(triple.object)}"
        if triple.subject == before:
            lines[-1] += f" ;\n    {said}"
        else:
            lines[-1] += " ." if before is not None else ""
            lines.append(f"\n{_written(triple.subject)} {said}")
        before = triple.subject
    return "\n".join(lines) + " .\n"


def _written(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> str:
    if isinstance(term, ox.NamedNode):
        short = curie(term.value)
        return str(term) if short == term.value else short
    if isinstance(term, ox.Literal):
        if "\n" in term.value:
            text = term.value.replace("\\", "\\\\").replace('"', '\\"')
            return f'"""{text}"""'
        if not term.language and term.datatype != _n("xsd:string"):
            plain = str(ox.Literal(term.value))
            return f"{plain}^^{_written(term.datatype)}"
    return str(term)


def _form(text: str) -> str:
    """SELECT, ASK, CONSTRUCT or DESCRIBE: the first such word of the query."""
    words = (token.text.upper() for token in tokens_of(text) if token.kind == "word")
    return next(word for word in words if word in _FORMS)


def _triple(subject: ox.NamedNode, property_: str, value: ox.NamedNode | ox.Literal) -> ox.Triple:
    return ox.Triple(subject, _n(property_), value)


def _n(name: str) -> ox.NamedNode:
    if name.startswith("spex:"):
        return ox.NamedNode(_SPEX + name.removeprefix("spex:"))
    iri = expand(name)
    assert iri is not None
    return ox.NamedNode(iri)


def _english(text: str) -> ox.Literal:
    return ox.Literal(text, language="en")
