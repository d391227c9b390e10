"""The W3C's test-suite of SPARQL: its cases, and whether an answer is the one that they expect.

The suite is read from the folder into which its archive was unpacked. Each file's address there
is the base of the relative IRIs in it, and the name of the graph that it makes.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

import pyoxigraph as ox

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from skingraph.rows import Term

_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_MF: Final = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
_QT: Final = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
_RS: Final = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"

# What an archive's folder holds, and where its manifests of queries begin.
_ARCHIVED: Final = {
    "1.0": (
        "testcases-sparql-1.0-w3c/data-r2/",
        ("manifest-evaluation.ttl", "manifest-syntax.ttl"),
    ),
    "1.1": (
        "testcases-sparql-1.1-w3c/",
        tuple(
            f"{folder}/manifest.ttl"
            for folder in (
                *("aggregates", "bind", "bindings", "construct", "csv-tsv-res", "exists"),
                *("functions", "grouping", "json-res", "negation", "project-expression"),
                *("property-path", "subquery", "syntax-query"),
            )
        ),
    ),
}
_SYNTAX: Final = {
    f"{_MF}{sign}SyntaxTest{version}": sign == "Positive"
    for sign in ("Positive", "Negative")
    for version in ("", "11")
}


# 1.0 and 1.00 are one decimal; the suite says nothing of how an engine has to write it.
_NUMBERS: Final = {
    f"http://www.w3.org/2001/XMLSchema#{name}" for name in ("integer", "decimal", "float", "double")
}


@dataclass(frozen=True, slots=True)
class Case:
    """One test of the suite.

    For a test of the syntax `is_right` tells whether the query is one; for the others it is None,
    and `result` is the file with the answer that is expected.
    """

    version: str
    folder: str
    name: str
    query: Path
    default: tuple[Path, ...]
    named: tuple[Path, ...]
    result: Path | None
    is_right: bool | None
    is_lax: bool

    @property
    def id(self) -> str:
        """The name by which this repository speaks of it."""
        return f"{self.version}/{self.folder}/{self.name}"

    @property
    def text(self) -> str:
        """The query."""
        return self.query.read_text(encoding="utf-8")

    @property
    def suite(self) -> str:
        """What is counted together: the syntax or the answers of a version."""
        return f"SPARQL {self.version}, {'answers' if self.is_right is None else 'syntax'}"

    def from_clauses(self) -> list[Path]:
        """The files that the query itself names in FROM clauses, where it does."""
        from skingraph.mentions import terms_named

        if "from" not in self.text.lower():
            return []
        written = [term.strip("<>") for term in terms_named(self.text) if term.startswith("<")]
        beside = [self.query.parent / name for name in written if "/" not in name and name]
        return [path for path in beside if path.suffix == ".ttl" and path.exists()]

    def quads(self) -> Iterator[ox.Quad]:
        """The data of the case: its default graph, and each named one under its address."""
        for path in self.default:
            for quad in parsed(path):
                yield quad
        for path in dict.fromkeys((*self.named, *self.from_clauses())):
            for quad in parsed(path):
                yield in_graph(quad, path.as_uri())


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of an answer as terms by column; `is_ordered` where their order counts."""

    columns: frozenset[str]
    rows: tuple[frozenset[tuple[str, object]], ...]
    is_ordered: bool = False


Answer = bool | Table | ox.Dataset


def unpack(archive: Path, folder: Path) -> list[Case]:
    """All cases that concern queries, with their files below the folder."""
    with zipfile.ZipFile(archive) as packed:
        wanted = tuple(prefix for prefix, _ in _ARCHIVED.values())
        packed.extractall(folder, [name for name in packed.namelist() if name.startswith(wanted)])
    return [
        case
        for version, (prefix, manifests) in _ARCHIVED.items()
        for manifest in manifests
        for case in _cases(folder.resolve() / prefix / manifest, version)
    ]


def parsed(path: Path) -> Iterator[ox.Quad]:
    """The statements of a file of the suite, its blank nodes its own."""
    form = ox.RdfFormat.from_extension(path.suffix[1:])
    assert form is not None
    yield from ox.parse(path.read_bytes(), form, base_iri=path.as_uri(), rename_blank_nodes=True)


def in_graph(quad: ox.Quad, name: str) -> ox.Quad:
    """The statement in the graph of this name."""
    return ox.Quad(quad.subject, quad.predicate, quad.object, ox.NamedNode(name))


class _Manifest:
    def __init__(self, path: Path) -> None:
        self.graph = ox.Dataset(parsed(path))

    def one(self, subject: ox.NamedNode | ox.BlankNode, predicate: str) -> Term | None:
        found = self.all(subject, predicate)
        return found[0] if found else None

    def all(self, subject: ox.NamedNode | ox.BlankNode, predicate: str) -> list[Term]:
        quads = self.graph.quads_for_subject(subject)
        return [quad.object for quad in quads if quad.predicate.value == predicate]

    def listed(self, predicate: str) -> Iterator[ox.NamedNode | ox.BlankNode]:
        for quad in self.graph.quads_for_predicate(ox.NamedNode(predicate)):
            at: Term | None = quad.object
            while isinstance(at, ox.BlankNode):
                item = self.one(at, _RDF + "first")
                assert isinstance(item, ox.NamedNode | ox.BlankNode)
                yield item
                at = self.one(at, _RDF + "rest")


def _cases(path: Path, version: str) -> Iterator[Case]:
    manifest = _Manifest(path)
    for included in manifest.listed(_MF + "include"):
        yield from _cases(_path(included), version)
    for entry in manifest.listed(_MF + "entries"):
        kind = _value(manifest.one(entry, _RDF + "type"))
        action = manifest.one(entry, _MF + "action")
        result = manifest.one(entry, _MF + "result")
        query, default, named = action, [], []
        if isinstance(action, ox.BlankNode):
            query = manifest.one(action, _QT + "query")
            default = manifest.all(action, _QT + "data")
            named = manifest.all(action, _QT + "graphData")
        yield Case(
            version,
            path.parent.name,
            _value(manifest.one(entry, _MF + "name")),
            _path(query),
            tuple(sorted(map(_path, default))),
            tuple(sorted(map(_path, named))),
            _path(result) if result is not None else None,
            _SYNTAX.get(kind),
            manifest.one(entry, _MF + "resultCardinality") is not None,
        )


def _value(term: Term | None) -> str:
    assert isinstance(term, ox.NamedNode | ox.Literal)
    return term.value


def _path(term: Term | None) -> Path:
    return Path(unquote(urlsplit(_value(term)).path))


def expected(case: Case) -> Answer:
    """The answer that the suite gives for a case."""
    assert case.result is not None
    if case.result.suffix == ".csv":
        return csv_table(case.result.read_bytes())
    form = ox.QueryResultsFormat.from_extension(case.result.suffix[1:])
    if form is not None:
        return solutions(ox.parse_query_results(case.result.read_bytes(), form))
    graph = ox.Dataset(parsed(case.result))
    described = _described(_Manifest(case.result))
    return graph if described is None else described


def _described(manifest: _Manifest) -> bool | Table | None:
    """The answer that a graph describes with the words of rs:, if it does."""
    for quad in manifest.graph:
        if quad.predicate.value == _RS + "boolean":
            return _value(quad.object) == "true"
    columns = [q for q in manifest.graph if q.predicate.value == _RS + "resultVariable"]
    if not columns and not any(q.object == ox.NamedNode(_RS + "ResultSet") for q in manifest.graph):
        return None
    rows: list[tuple[int, frozenset[tuple[str, object]]]] = []
    is_ordered = False
    for quad in manifest.graph.quads_for_predicate(ox.NamedNode(_RS + "solution")):
        assert isinstance(quad.object, ox.BlankNode)
        index = manifest.one(quad.object, _RS + "index")
        is_ordered = is_ordered or index is not None
        cells = [
            (
                _value(manifest.one(binding, _RS + "variable")),
                manifest.one(binding, _RS + "value"),
            )
            for binding in manifest.all(quad.object, _RS + "binding")
            if isinstance(binding, ox.BlankNode)
        ]
        rows.append((int(_value(index)) if index is not None else 0, frozenset(cells)))
    rows.sort(key=lambda row: row[0])
    names = frozenset(_value(quad.object) for quad in columns)
    return Table(names, tuple(row for _, row in rows), is_ordered)


def solutions(results: object) -> bool | Table:
    """What a parser of result files or the engine gives, as an answer."""
    if isinstance(results, ox.QueryBoolean):
        return bool(results)
    assert isinstance(results, ox.QuerySolutions)
    names = [variable.value for variable in results.variables]
    rows = tuple(
        frozenset((n, term) for n, term in zip(names, row, strict=True) if term is not None)
        for row in results
    )
    return Table(frozenset(names), rows)


def csv_table(body: bytes) -> Table:
    """The rows of a CSV answer, its cells as text, blank nodes as such."""
    lines = list(csv.reader(io.StringIO(body.decode())))
    columns = lines[0]
    rows = tuple(
        frozenset(
            (name, ox.BlankNode(cell[2:]) if cell.startswith("_:") else cell)
            for name, cell in zip(columns, line, strict=True)
        )
        for line in lines[1:]
    )
    return Table(frozenset(columns), rows)


def triples(found: Iterable[ox.Triple | ox.Quad]) -> ox.Dataset:
    """The triples of an answer."""
    return ox.Dataset(ox.Quad(t.subject, t.predicate, t.object) for t in found)


def agree(answer: Answer, wanted: Answer, *, is_lax: bool) -> bool:
    """Whether an answer is the expected one, but for the names of blank nodes.

    Args:
        answer: what was answered.
        wanted: what the suite expects.
        is_lax: whether REDUCED may drop some of the copies of a row.
    """
    if isinstance(answer, bool) or isinstance(wanted, bool):
        return answer is wanted
    if isinstance(answer, ox.Dataset) or isinstance(wanted, ox.Dataset):
        return type(answer) is type(wanted) and _canonical(answer) == _canonical(wanted)
    if answer.columns != wanted.columns:
        return False
    if is_lax:
        distinct = Table(answer.columns, tuple(dict.fromkeys(answer.rows)))
        return len(answer.rows) <= len(wanted.rows) and agree(
            distinct, Table(wanted.columns, tuple(dict.fromkeys(wanted.rows))), is_lax=False
        )
    if len(answer.rows) != len(wanted.rows):
        return False
    return _graph_of(answer, wanted.is_ordered) == _graph_of(wanted, wanted.is_ordered)


def _canonical(graph: object) -> ox.Dataset:
    assert isinstance(graph, ox.Dataset)
    graph.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return graph


def _graph_of(table: Table, is_ordered: bool) -> ox.Dataset:
    """Rows as a graph, so that two of them are compared but for the names of blank nodes."""
    rows = [frozenset((name, _cell(term)) for name, term in row) for row in table.rows]
    counted = enumerate(rows) if is_ordered else ((n, row) for row, n in Counter(rows).items())
    quads = []
    for place, (figure, row) in enumerate(counted):
        # A name of our own: a random one may come again in what a forked child answers.
        node = ox.BlankNode(f"row-of-the-table-{place}")
        quads.append(ox.Quad(node, ox.NamedNode("row:figure"), ox.Literal(figure)))
        quads += [ox.Quad(node, ox.NamedNode(f"column:{name}"), cell) for name, cell in row]
    return _canonical(ox.Dataset(quads))


def _cell(term: object) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    """A term as it is compared: numbers by value within their type, language tags in any case."""
    if isinstance(term, str):
        # A cell of CSV has no type.
        return ox.Literal(_number(term))
    assert isinstance(term, ox.NamedNode | ox.BlankNode | ox.Literal)
    if not isinstance(term, ox.Literal):
        return term
    if term.language is not None:
        return ox.Literal(term.value, language=term.language.lower())
    if term.datatype.value in _NUMBERS:
        return ox.Literal(_number(term.value), datatype=term.datatype)
    return term


def _number(text: str) -> str:
    """One spelling for each number; any other text as it is."""
    try:
        return str(Decimal(text).normalize())
    except InvalidOperation:
        return text
