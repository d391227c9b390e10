"""SkinGraph: the graph, loaded and ready to answer."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar, Unpack, cast

import pyoxigraph as ox

from skingraph.binding import with_terms
from skingraph.errors import BadFile, BadParameter, BadQuery, SkingraphError, UnknownName
from skingraph.loading import shipped
from skingraph.prefixes import PREFIXES, expand
from skingraph.rows import Rows, Term, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import networkx
    import rdflib

    from skingraph.disk import Opened
    from skingraph.filters import ClaimFilter
    from skingraph.overlays import Filled, Filling
    from skingraph.remote import Service
    from skingraph.sandbox import Limits
    from skingraph.selection import Fields, Selection

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

    Make one with `load`, `read`, `open`, `connect` or as the result of `subgraph`. The default graph of every query
    is the union of the named graphs: `skg:schema`, `skg:asserted`, `skg:inferred`, and one of its
    own for each file from outside.
    """

    def __init__(
        self,
        store: ox.Store | Service,
        *,
        union: bool = True,
        added_nothing: tuple[str, ...] = (),
        odd: tuple[str, ...] = (),
        opened: Opened | None = None,
    ) -> None:
        # A service answers the calls of a pyoxigraph store that are made here.
        self.store = cast("ox.Store", store)
        self.union = union
        self.added_nothing = added_nothing
        self.odd = odd
        self._opened = opened
        self._service = None if isinstance(store, ox.Store) else store
        self._parent: SkinGraph | None = None

    @classmethod
    def load(cls, *, also: Iterable[str | Path] = (), only: ClaimFilter | None = None) -> Self:
        """The shipped graph, and the files in `also`, each in a named graph of its own.

        Raises:
            BadFile: a file of `also` cannot be read; nothing of it is loaded.
        """
        if not only and not also:
            return cls(shipped())
        from skingraph.overlays import Filling, shipped_and

        filling = Filling(ox.Store())
        return cls._filled(filling, shipped_and(filling, also, only))

    @classmethod
    def read(
        cls, paths: str | Path | Iterable[str | Path], *, only: ClaimFilter | None = None
    ) -> Self:
        """Only these files. Where they hold claims, our schema and rules are added to them.

        Raises:
            BadFile: a file cannot be read.
        """
        from skingraph.overlays import Filling, from_files

        files = [paths] if isinstance(paths, str | Path) else paths
        filling = Filling(ox.Store())
        return cls._filled(filling, from_files(filling, files, only))

    @classmethod
    def open(cls, folder: str | Path) -> Self:
        """A graph on disk, as `skingraph load --store` made it; many may have it open at once.

        It is read-only, and stays as it is while a load replaces it.

        Raises:
            BadFile: there is no store, or it is not whole.
        """
        from skingraph.disk import Opened

        opened = Opened.of(folder)
        return cls(opened.store, union=opened.stamp.union, opened=opened)

    @classmethod
    def connect(cls, url: str, *, timeout: float = 60.0) -> Self:
        """A graph that a SPARQL 1.1 service holds; every query is answered there.

        Credentials come from the address (`https://name:word@...`) or, as a whole header, from
        the environment variable SKINGRAPH_AUTHORIZATION.

        Args:
            url: the address of its query endpoint.
            timeout: how many seconds to wait for an answer.

        Raises:
            BadParameter: this is no address.
            ServiceFailed: there is no such service, or it does not answer as one.
        """
        from skingraph.remote import Service

        return cls(Service(url, timeout=timeout))

    @classmethod
    def _filled(cls, filling: Filling, filled: Filled) -> Self:
        return cls(
            filling.store, union=filled.union, added_nothing=filled.added_nothing, odd=filled.odd
        )

    def narrowed(
        self, *, only: ClaimFilter | None = None, also: Iterable[str | Path] = ()
    ) -> SkinGraph:
        """The same graph in memory, with these files beside it and without what the filter drops.

        The rules run again. From disk or a service the whole graph is copied first.

        Raises:
            BadFile: a file cannot be read.
        """
        from skingraph.overlays import Filling, again_with, from_files

        filling = Filling(ox.Store())
        if self.union:
            return self._filled(filling, again_with(filling, self.store, also, only))
        filled = from_files(filling, also, only)
        filling.store.bulk_extend(self.store)
        return self._filled(filling, filled)

    def reopened(self) -> SkinGraph:
        """This graph for a forked child that has closed what its parent had open.

        Call it in the child, before the child may open nothing any more, and keep to what it
        gives. A graph in memory and one of a service are given as they are.
        """
        if self._opened is None:
            return self
        again = SkinGraph(self._opened.reopened(), union=self.union, opened=self._opened)
        # What the parent opened must not be closed here: it has lost its threads.
        again._parent = self
        return again

    @property
    def release(self) -> str:
        """The version of the data and its date, or nothing for a graph without our schema."""
        for row in self.select(_RELEASE):
            return f"{row['version']} of {row['date']}"
        return ""

    def __len__(self) -> int:
        """How many statements the graph holds, in all its named graphs."""
        # On disk, counting reads everything.
        return self._opened.stamp.statements if self._opened else len(self.store)

    def query(
        self, text: str, bindings: Mapping[str, Term] | None = None, *, base: str | None = None
    ) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        """Answer a query in this process, as pyoxigraph does.

        Args:
            text: SPARQL 1.1; the prefixes of the table need no declaration.
            bindings: values for variables that stand in the query's projection.
            base: what relative IRIs in the text are relative to, unless it says BASE.

        Raises:
            BadQuery: the text is no query, is not allowed here, or lacks a bound variable.
        """
        written = with_terms(text, bindings) if bindings else None
        if written is not None:
            try:
                return self.query(written, base=base)
            except BadQuery:
                # Where a value cannot stand, such as a text as a subject: the engine says more.
                pass
        substitutions = {ox.Variable(name): term for name, term in (bindings or {}).items()}
        try:
            return self.store.query(
                text,
                base_iri=base,
                prefixes=PREFIXES,
                use_default_graph_as_union=self.union and not _names_its_graphs(text),
                substitutions=substitutions or None,
            )
        except (SyntaxError, RuntimeError, ValueError) as error:
            if isinstance(error, SkingraphError):
                raise
            if base is None:
                from skingraph.mentions import check_iris

                check_iris(text)
            raise BadQuery(f"the query does not parse: {_one_line(error)}") from error
        except OSError as error:
            if isinstance(error, SkingraphError):
                raise
            raise self._damaged(error) from error

    def select(self, text: str, **bindings: Term) -> Rows:
        """The rows of a SELECT query."""
        solutions = _expect(self.query(text, bindings), ox.QuerySolutions, "SELECT")
        try:
            return rows_of(solutions)
        except (OSError, RuntimeError) as error:
            raise self._damaged(error) from error

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
        *,
        base: str | None = None,
    ) -> Rows | bool | SkinGraph:
        """The answer to a query that somebody else wrote, worked out in a limited child process.

        Raises:
            BadQuery: the text is no query, or asks for what is not allowed.
            QueryStopped: it overstepped a limit of time, memory or size.
        """
        from skingraph.guard import check_query
        from skingraph.mentions import check_iris
        from skingraph.sandbox import Limits, in_child

        check_query(text)
        limits = limits or Limits()
        if self._service is not None:
            # A relative IRI would mean something else there, and a base tells where a file lies.
            check_iris(text)
            there = SkinGraph(self._service.within(limits), union=self.union)
            return _read(there.query(text, bindings))
        here: list[SkinGraph] = [self]
        answer = in_child(
            lambda: _serialized(here[0].query(text, bindings, base=base)),
            limits,
            opening=lambda: here.insert(0, self.reopened()),
        )
        kind, body = answer[:1], answer[1:]
        if kind == b"b":
            return body == b"true"
        if kind == b"s":
            solutions = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
            return rows_of(_expect(solutions, ox.QuerySolutions, "SELECT"))
        return graph_of(ox.parse(body, format=ox.RdfFormat.N_TRIPLES))

    def subgraph(
        self,
        concepts: str | Iterable[object] | Selection | None = None,
        **options: Unpack[Fields],
    ) -> SkinGraph:
        """A part of the graph, as a graph again, with all passages and sources.

        A part says nothing that the whole does not. Every claim in it is whole, and everything
        that a claim names is there. Taken twice in the same way it is the same.

        Args:
            concepts: where to start: IRIs, CURIEs, or what `Lexicon.resolve` gives; or a whole
                `Selection`. Nothing for no such place.
            options: the other fields of a `Selection`: `hops` (1, unless said otherwise; all
                claims between the concepts reached are kept, and those that the first concepts
                inherit from broader ones), `direction`, `kinds`, `properties`, `sources`,
                `min_evidence`, `authorities`, `polarity`, `inherited`, `with_claims`, `with_labels`,
                `with_definitions`, `things`.

        Raises:
            UnknownName: the graph has no such IRI, property, type, source, authority or level.
            BadParameter: the selection contradicts itself.
        """
        from skingraph.parts import part_of
        from skingraph.selection import Selection

        if isinstance(concepts, Selection):
            if options:
                raise BadParameter(f"a Selection says it all; put {', '.join(options)} into it.")
            selection = concepts
        else:
            seeds = [concepts] if isinstance(concepts, str) else concepts
            selection = Selection.of(None if seeds is None else map(self.iri_of, seeds), options)
        if selection == Selection():
            return self
        for iri in (*(selection.concepts or ()), *(selection.things or ())):
            self.iri_of(iri)
        return SkinGraph(part_of(self._at_hand(), selection))

    def of_kinds(self, kinds: Iterable[str]) -> set[str]:
        """The IRIs of the concepts of these classes, such as "Concern", or of narrower ones."""
        from skingraph.neighbourhood import concepts_of_kinds

        return concepts_of_kinds(self.store, kinds)

    def iri_of(self, concept: object) -> str:
        """The IRI of a thing given as IRI, as CURIE, or as something that has an `iri`.

        Raises:
            UnknownName: nothing is said of it.
        """
        name = str(getattr(concept, "iri", concept))
        iri = expand(name) or name
        if "://" not in iri or not any(self.store.quads_for_pattern(ox.NamedNode(iri), None, None)):
            raise UnknownName(
                f"nothing in the graph has the IRI {name!r}. "
                "Find one with: Lexicon(graph).resolve(name)"
            )
        return iri

    def _at_hand(self) -> ox.Store:
        """A store for what takes many small questions: of a service, a copy in memory."""
        return self.store if self._service is None else self._service.copy()

    def _damaged(self, error: BaseException) -> SkingraphError:
        where = f"{self._opened.folder}: " if self._opened else ""
        return BadFile(f"{where}cannot be read ({_one_line(error)}). Load it again")

    def _repr_html_(self) -> str:
        """The graph as a notebook shows it: the explorer in a frame, and a table beside it."""
        import importlib

        # Pages stand far above the graph; a notebook knows no other way to ask for one.
        return str(importlib.import_module("skingraph.notebook").shown(self))

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

    def to_networkx(
        self, *, inherited: bool = False, links: bool = False
    ) -> networkx.MultiDiGraph[str]:
        """The graph as a directed networkx multigraph: things are nodes, claims are edges.

        A node is called by its CURIE and has `label`, `kinds` and more. An edge goes from the
        subject to the object, or to a node of kind "Quantity" where the claim gives a number; its
        key is the CURIE of the claim. It has `predicate`, `polarity` ("supports", "refutes"),
        `certainty` ("stated", "hedged"), `evidence`, `sources`, `passages` and more. All
        attributes are text or numbers, and missing where nothing is said; docs/networks.md has
        them all. Refuting claims are edges too: whoever measures leaves them out, as
        `skingraph.network.supporting` does.

        Args:
            inherited: with what passes from a treatment to its narrower ones: `kind` of such an
                edge is "inherited", `inherited_from` says from whom, `claim` which claim it is.
            links: with statements between things that no claim makes, such as skos:broader:
                `kind` of such an edge is "statement".

        Raises:
            BadFile: a claim is not whole.
        """
        from skingraph.network.supporting import as_network

        return as_network(self, inherited=inherited, links=links)


def graph_of(triples: Iterable[ox.Triple | ox.Quad]) -> SkinGraph:
    """A graph of these triples and no more: no schema, no rules."""
    store = ox.Store()
    store.extend(ox.Quad(t.subject, t.predicate, t.object) for t in triples)
    return SkinGraph(store, union=False)


def _read(
    results: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples,
) -> Rows | bool | SkinGraph:
    if isinstance(results, ox.QueryBoolean):
        return bool(results)
    return rows_of(results) if isinstance(results, ox.QuerySolutions) else graph_of(results)


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
    from skingraph.mentions import has_dataset_clause

    return has_dataset_clause(text)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())
