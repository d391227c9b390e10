"""SkinGraph: the graph, loaded and ready to answer."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

import pyoxigraph as ox

from skingraph.errors import BadQuery, UnknownName
from skingraph.loading import from_files, shipped, shipped_and
from skingraph.neighbourhood import concepts_of_kinds, neighbourhood
from skingraph.prefixes import PREFIXES, expand
from skingraph.rows import Rows, Term, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import rdflib

    from skingraph.filters import ClaimFilter
    from skingraph.sandbox import Limits

Results = TypeVar("Results")

# Where FROM may be a keyword: before a graph's name, NAMED or a comment.
_FROM = re.compile(r"\bFROM\b\s*(?:#|NAMED\b|<|[^\s<>{}()\"'?$#]*:)", re.IGNORECASE)

_RELEASE = """
SELECT ?version ?date WHERE {
  <https://w3id.org/skingraph/schema> owl:versionInfo ?version ; dcterms:modified ?date .
}
"""


class SkinGraph:
    """A graph of concepts, claims and sources that answers SPARQL.

    Make one with `load`, `read` or as the result of `subgraph`. The default graph of every query
    is the union of the named graphs: `skg:schema`, `skg:asserted`, `skg:inferred`, and one of its
    own for each file from outside.
    """

    def __init__(
        self, store: ox.Store, *, union: bool = True, added_nothing: tuple[str, ...] = ()
    ) -> None:
        self.store = store
        self.union = union
        self.added_nothing = added_nothing

    @classmethod
    def load(cls, *, also: Iterable[str | Path] = (), only: ClaimFilter | None = None) -> Self:
        """The shipped graph, and the files in `also`, each in a named graph of its own.

        Raises:
            BadFile: a file of `also` cannot be read; nothing of it is loaded.
        """
        if not only and not also:
            return cls(shipped())
        store, nothing = shipped_and(also, only)
        return cls(store, added_nothing=nothing)

    @classmethod
    def read(
        cls, paths: str | Path | Iterable[str | Path], *, only: ClaimFilter | None = None
    ) -> Self:
        """Only these files. Where they hold claims, our schema and rules are added to them.

        Raises:
            BadFile: a file cannot be read.
        """
        store, union, nothing = from_files(
            [paths] if isinstance(paths, str | Path) else paths, only
        )
        return cls(store, union=union, added_nothing=nothing)

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
                use_default_graph_as_union=self.union and not _names_its_graphs(text),
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
        self, concepts: str | Iterable[object], *, hops: int = 1, kinds: Iterable[str] = ()
    ) -> SkinGraph:
        """The neighbourhood of some concepts, as a graph again, with all passages and sources.

        Args:
            concepts: where to start: IRIs, CURIEs, or what `Lexicon.resolve` gives.
            hops: how many claims away a concept may be. All claims between the concepts reached
                are kept, and those that the first concepts inherit from broader ones.
            kinds: classes such as "Concern"; only concepts of these are reached.

        Raises:
            UnknownName: the graph has no such IRI.
        """
        seeds = [concepts] if isinstance(concepts, str) else concepts
        iris = [self._iri(concept) for concept in seeds]
        return SkinGraph(neighbourhood(self.store, iris, hops=hops, kinds=kinds))

    def of_kinds(self, kinds: Iterable[str]) -> set[str]:
        """The IRIs of the concepts of these classes, such as "Concern", or of narrower ones."""
        return concepts_of_kinds(self.store, kinds)

    def _iri(self, concept: object) -> str:
        """The IRI of a concept given as IRI, as CURIE, or as something that has an `iri`."""
        name = str(getattr(concept, "iri", concept))
        iri = expand(name) or name
        if "://" not in iri or not any(self.store.quads_for_pattern(ox.NamedNode(iri), None, None)):
            raise UnknownName(
                f"nothing in the graph has the IRI {name!r}. "
                "Find one with: Lexicon(graph).resolve(name)"
            )
        return iri

    def to_rdflib(self) -> rdflib.Graph:
        """The graph as one rdflib graph: the union of the named graphs."""
        import rdflib

        text = io.BytesIO()
        for quad in self.store:
            text.write(f"{quad.triple} .\n".encode())
        graph = rdflib.Graph(bind_namespaces="none")
        for prefix, namespace in PREFIXES.items():
            graph.bind(prefix, namespace)
        return graph.parse(data=text.getvalue(), format="nt")


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


def _names_its_graphs(text: str) -> bool:
    """Whether a query says FROM, and so chooses its default graph itself."""
    # Most texts say "inherited from" in a name or a remark; the tokens are counted for few.
    if not _FROM.search(text):
        return False
    from skingraph.guard import has_dataset_clause

    return has_dataset_clause(text)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())
