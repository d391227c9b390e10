"""SkinGraph: the graph, loaded and ready to answer."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

import pyoxigraph as ox

from skingraph.errors import BadQuery
from skingraph.memory import remembered
from skingraph.prefixes import PREFIXES, SKG
from skingraph.resources import folder, walk
from skingraph.rows import Rows, Term, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import rdflib

    from skingraph.filters import ClaimFilter
    from skingraph.sandbox import Limits

Results = TypeVar("Results")

SCHEMA_GRAPH = ox.NamedNode(SKG + "schema")
ASSERTED_GRAPH = ox.NamedNode(SKG + "asserted")
INFERRED_GRAPH = ox.NamedNode(SKG + "inferred")

_SHIPPED = {
    "schema": SCHEMA_GRAPH,
    "concepts": ASSERTED_GRAPH,
    "sources": ASSERTED_GRAPH,
    "claims": ASSERTED_GRAPH,
}
_RELEASE = """
SELECT ?version ?date WHERE {
  ?ontology a owl:Ontology ; owl:versionInfo ?version ; dcterms:modified ?date .
}
"""


_CLAIM_ENDS = """
SELECT ?claim ?end WHERE { ?claim a skg:Claim ; rdf:subject|rdf:object ?end }
"""
_HEIRS = """
SELECT ?claim ?heir ?object WHERE {
  ?edge a skg:InheritedEdge ;
    skg:basedOn ?claim ;
    rdf:subject ?heir ;
    rdf:object ?object .
}
"""


class SkinGraph:
    """A graph of concepts, claims and sources that answers SPARQL.

    Make one with `load`, `read` or as the result of `subgraph`. The default graph of every query
    is the union of the named graphs: `skg:schema`, `skg:asserted`, `skg:inferred`, and one of its
    own for each file from outside.
    """

    def __init__(self, store: ox.Store, *, union: bool = True) -> None:
        self.store = store
        self.union = union
        self.added_nothing: tuple[str, ...] = ()

    @classmethod
    def load(cls, *, also: Iterable[str | Path] = (), only: ClaimFilter | None = None) -> Self:
        """The shipped graph, and the files in `also`, each in a named graph of its own.

        Raises:
            BadFile: a file of `also` cannot be read; nothing of it is loaded.
        """
        parts = list(_shipped())
        if not only and not also:
            return cls(_compiled(parts))
        store = _assembled(parts)
        empty = []
        for number, path in enumerate(also, 1):
            before = len(store)
            _overlay(store, Path(path), ox.NamedNode(f"urn:skingraph:overlay:{number}"))
            if len(store) == before:
                empty.append(str(path))
        if only:
            only.apply(store)
        _infer(store)
        graph = cls(store)
        graph.added_nothing = tuple(empty)
        return graph

    @classmethod
    def read(cls, paths: Iterable[str | Path], *, only: ClaimFilter | None = None) -> Self:
        """Only these files. Where they hold claims, our schema and rules are added to them.

        Raises:
            BadFile: a file cannot be read.
        """
        from skingraph.intake import intake

        store, empty = ox.Store(), []
        for path in paths:
            before = len(store)
            store.bulk_load(intake(Path(path)), format=ox.RdfFormat.N_QUADS)
            if len(store) == before:
                empty.append(str(path))
        claims = store.query(
            f"ASK {{ {{ ?claim a <{SKG}Claim> }} UNION {{ GRAPH ?g {{ ?claim a <{SKG}Claim> }} }} }}"
        )
        graph = cls(store, union=bool(claims))
        graph.added_nothing = tuple(empty)
        if not claims:
            return graph
        for file in walk(folder("ontology") / "schema", ".ttl"):
            store.load(file.read_bytes(), format=ox.RdfFormat.TURTLE, to_graph=SCHEMA_GRAPH)
        if only:
            only.apply(store)
        _infer(store)
        return graph

    @property
    def release(self) -> str:
        """The version of the data and its date, or nothing for a graph without our schema."""
        for row in self.select(_RELEASE):
            return f"{row['version']} of {row['date']}"
        return ""

    def __len__(self) -> int:
        """How many statements the graph holds, in all its named graphs."""
        return len(self.store)

    def query(
        self, text: str, bindings: Mapping[str, Term] | None = None
    ) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        """Answer a query in this process, as pyoxigraph does.

        Args:
            text: SPARQL 1.1; the prefixes of the table need no declaration.
            bindings: values for variables that stand in the query's projection.

        Raises:
            BadQuery: the text is no query, is not allowed here, or lacks a bound variable.
        """
        substitutions = {ox.Variable(name): term for name, term in (bindings or {}).items()}
        try:
            return self.store.query(
                text,
                prefixes=PREFIXES,
                use_default_graph_as_union=self.union,
                substitutions=substitutions or None,
            )
        except (SyntaxError, RuntimeError, ValueError) as error:
            raise BadQuery(f"the query does not parse: {_one_line(error)}") from error

    def select(self, text: str, **bindings: Term) -> Rows:
        """The rows of a SELECT query."""
        return rows_of(_expect(self.query(text, bindings), ox.QuerySolutions, "SELECT"))

    def ask(self, text: str, **bindings: Term) -> bool:
        """The answer of an ASK query."""
        return bool(_expect(self.query(text, bindings), ox.QueryBoolean, "ASK"))

    def construct(self, text: str, **bindings: Term) -> SkinGraph:
        """The triples of a CONSTRUCT or DESCRIBE query, as a graph again."""
        triples = _expect(self.query(text, bindings), ox.QueryTriples, "CONSTRUCT or DESCRIBE")
        return graph_of(triples)

    def answer(
        self,
        text: str,
        bindings: Mapping[str, Term] | None = None,
        limits: Limits | None = None,
    ) -> Rows | bool | SkinGraph:
        """The answer to a query that somebody else wrote, worked out in a limited child process.

        Raises:
            BadQuery: the text is no query, or asks for what is not allowed.
            QueryStopped: it overstepped a limit of time, memory or size.
        """
        from skingraph.guard import check_query
        from skingraph.sandbox import Limits, in_child

        check_query(text)
        answer = in_child(lambda: _serialized(self.query(text, bindings)), limits or Limits())
        kind, body = answer[:1], answer[1:]
        if kind == b"b":
            return body == b"true"
        if kind == b"s":
            solutions = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
            return rows_of(_expect(solutions, ox.QuerySolutions, "SELECT"))
        return graph_of(ox.parse(body, format=ox.RdfFormat.N_TRIPLES))

    def subgraph(
        self, concepts: Iterable[str], *, hops: int = 1, kinds: Iterable[str] = ()
    ) -> SkinGraph:
        """The neighbourhood of some concepts, as a graph again, with all passages and sources.

        Args:
            concepts: IRIs to start from.
            hops: how many claims away a concept may be. All claims between the concepts reached
                are kept, and those that the first concepts inherit from broader ones.
            kinds: classes such as "Concern"; only concepts of these are reached.
        """
        claims = _claim_ends(self)
        reached = set(concepts)
        allowed = _of_kinds(self, kinds)
        inherited = {
            str(row["claim"]): {str(row["heir"]), str(row["object"])}
            for row in self.select(_HEIRS)
            if row["heir"] in reached
        }
        for _ in range(hops):
            near = {
                end
                for ends in (*claims.values(), *inherited.values())
                if ends & reached
                for end in ends
            }
            reached |= near if allowed is None else near & allowed
        kept = {claim for claim, ends in claims.items() if ends <= reached}
        kept |= {claim for claim, ends in inherited.items() if ends <= reached}
        part = ox.Store()
        part.extend(self.store.quads_for_pattern(None, None, None, SCHEMA_GRAPH))
        part.extend(_with_all_they_name(self.store, kept | reached))
        _infer(part)
        return SkinGraph(part)

    def to_rdflib(self) -> rdflib.Graph:
        """The graph as one rdflib graph: the union of the named graphs."""
        import rdflib

        text = io.BytesIO()
        for quad in self.store:
            text.write(f"{quad.triple} .\n".encode())
        return rdflib.Graph().parse(data=text.getvalue(), format="nt")


def _shipped() -> Iterator[tuple[ox.NamedNode, bytes]]:
    """Each shipped Turtle file, and the named graph it goes to."""
    ontology = folder("ontology")
    for name, graph in _SHIPPED.items():
        for file in walk(ontology / name, ".ttl"):
            yield graph, file.read_bytes()


def _assembled(parts: Iterable[tuple[ox.NamedNode, bytes]]) -> ox.Store:
    store = ox.Store()
    for graph, turtle in parts:
        store.load(turtle, format=ox.RdfFormat.TURTLE, to_graph=graph)
    return store


def _rules() -> list[str]:
    return [rule.read_text(encoding="utf-8") for rule in walk(folder("ontology") / "rules", ".rq")]


def _infer(store: ox.Store) -> None:
    """Run the rules, in the order of their names, into the graph of what is inferred."""
    for rule in _rules():
        inferred = store.query(rule, use_default_graph_as_union=True)
        assert isinstance(inferred, ox.QueryTriples)
        triples = inferred.serialize(format=ox.RdfFormat.N_TRIPLES)
        assert triples is not None
        store.load(triples, format=ox.RdfFormat.N_TRIPLES, to_graph=INFERRED_GRAPH)


def _compiled(parts: list[tuple[ox.NamedNode, bytes]]) -> ox.Store:
    """The shipped graph with what is inferred; reading it again is faster than the rules."""
    from hashlib import sha256

    origin = sha256(ox.__version__.encode())
    for _, turtle in parts:
        origin.update(turtle)
    for rule in _rules():
        origin.update(rule.encode())

    def make() -> bytes:
        whole = _assembled(parts)
        _infer(whole)
        return whole.dump(format=ox.RdfFormat.N_QUADS) or b""

    store = ox.Store()
    # What we wrote ourselves needs no second look at each IRI; that look is a third of the time.
    store.load(remembered(origin.hexdigest(), make), format=ox.RdfFormat.N_QUADS, lenient=True)
    return store


def _claim_ends(graph: SkinGraph) -> dict[str, set[str]]:
    ends: dict[str, set[str]] = {}
    for row in graph.select(_CLAIM_ENDS):
        ends.setdefault(str(row["claim"]), set()).add(str(row["end"]))
    return ends


def _of_kinds(graph: SkinGraph, kinds: Iterable[str]) -> set[str] | None:
    wanted = [f"<{SKG}{kind}>" for kind in kinds]
    if not wanted:
        return None
    rows = graph.select(
        f"SELECT ?x {{ VALUES ?kind {{ {' '.join(wanted)} }} ?x a/rdfs:subClassOf* ?kind }}"
    )
    return {str(iri) for iri in rows.column("x")}


def _with_all_they_name(store: ox.Store, iris: Iterable[str]) -> Iterable[ox.Quad]:
    """The asserted statements about these things and, in turn, about all that these name."""
    waiting = [ox.NamedNode(iri) for iri in iris]
    seen = set(waiting)
    while waiting:
        for quad in store.quads_for_pattern(waiting.pop(), None, None, None):
            if quad.graph_name in (SCHEMA_GRAPH, INFERRED_GRAPH):
                continue
            yield quad
            named = quad.object
            if isinstance(named, ox.NamedNode) and named not in seen:
                seen.add(named)
                waiting.append(named)


def graph_of(triples: Iterable[ox.Triple | ox.Quad]) -> SkinGraph:
    """A graph of these triples and no more: no schema, no rules."""
    store = ox.Store()
    store.extend(ox.Quad(t.subject, t.predicate, t.object) for t in triples)
    return SkinGraph(store, union=False)


def _serialized(results: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples) -> bytes:
    if isinstance(results, ox.QueryBoolean):
        return b"btrue" if results else b"bfalse"
    if isinstance(results, ox.QuerySolutions):
        return b"s" + (results.serialize(format=ox.QueryResultsFormat.JSON) or b"")
    return b"t" + (results.serialize(format=ox.RdfFormat.N_TRIPLES) or b"")


def _expect(results: object, kind: type[Results], word: str) -> Results:
    if not isinstance(results, kind):
        raise BadQuery(f"this is no {word} query; use answer() for a query of any form")
    return results


def _overlay(store: ox.Store, path: Path, graph: ox.NamedNode) -> None:
    from skingraph.intake import intake

    quads = ox.parse(intake(path), format=ox.RdfFormat.N_QUADS)
    store.extend(ox.Quad(q.subject, q.predicate, q.object, graph) for q in quads)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())
