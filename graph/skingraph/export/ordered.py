"""The statements of a graph in one stable order, subject by subject.

Only the subjects are held in memory; what is said of each is read when its turn comes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from skingraph.errors import SkingraphError
from skingraph.loading import INFERRED_GRAPH, SCHEMA_GRAPH
from skingraph.prefixes import SKG

if TYPE_CHECKING:
    from collections.abc import Iterator

    from skingraph.store import SkinGraph

# How long it may take to name a few blank nodes.
SECONDS: Final = 10.0

Subject = ox.NamedNode | ox.BlankNode | ox.Triple
GraphName = ox.NamedNode | ox.BlankNode | ox.DefaultGraph


class Ordered:
    """The statements that an export holds, sorted as their N-Quads are.

    Blank nodes are named by what is said of them (RDFC-1.0), so that the same graph gives the same
    bytes; where that would take too long, `unstable` is true and they keep the names of this run.

    Args:
        graph: the whole or a part.
        whole: with the schema and what rules infer.
    """

    def __init__(self, graph: SkinGraph, *, whole: bool = False) -> None:
        # A service is asked once for everything, not for each subject.
        store = graph.store
        self._store = store if isinstance(store, ox.Store) else store.copy()
        self._left_out = () if whole else (SCHEMA_GRAPH, INFERRED_GRAPH)
        self.unstable = False
        subjects: set[Subject] = set()
        nameless: list[ox.Quad] = []
        self._plain: list[GraphName] = [
            name for name in self._graphs() if not isinstance(name, ox.BlankNode)
        ]
        for name in self._plain:
            found = self._subjects(name)
            if found and self._holds_nameless(name):
                nameless += filter(_nameless, self._quads(name))
                found = {quad.subject for quad in self._quads(name) if not _nameless(quad)}
            subjects = subjects | found if subjects else found
        for blank in self._graphs():
            if isinstance(blank, ox.BlankNode):
                nameless += self._quads(blank)
        self._nameless = ox.Store()
        self._mixed = bool(nameless)
        if nameless:
            named, self.unstable = _stably_named(nameless)
            self._nameless.extend(named)
            subjects |= {quad.subject for quad in named}
        graphs: set[GraphName] = {name for name in self._plain if next(self._quads(name), None)}
        graphs |= {quad.graph_name for quad in self._nameless}
        self.graphs: list[GraphName] = sorted(graphs, key=_graph_key)
        self.subjects: list[Subject] = sorted(subjects, key=_subject_key)

    def triples(self) -> Iterator[ox.Triple]:
        """Each statement once, whatever graphs it stands in."""
        for subject in self.subjects:
            yield from self.about(subject)

    def lines(self) -> Iterator[str]:
        """The lines of N-Triples about one subject after the other."""
        for subject in self.subjects:
            lines = sorted({str(quad.triple) for quad in self._quads_about(subject)})
            yield "".join(f"{line} .\n" for line in lines)

    def quads(self) -> Iterator[ox.Quad]:
        """Each statement with its graph."""
        for subject in self.subjects:
            yield from sorted(self._quads_about(subject), key=str)

    def quads_by_graph(self) -> Iterator[ox.Quad]:
        """The same, one graph after the other."""
        for name in self.graphs:
            for subject in self.subjects:
                found = (quad for quad in self._quads_about(subject) if quad.graph_name == name)
                yield from sorted(found, key=str)

    def about(self, subject: Subject) -> list[ox.Triple]:
        """What is said of a subject, each statement once."""
        return sorted({quad.triple for quad in self._quads_about(subject)}, key=str)

    def says(self, subject: Subject, predicate: ox.NamedNode, object: ox.NamedNode) -> bool:
        """Whether a statement is among them."""
        found = self._store.quads_for_pattern(subject, predicate, object, None)
        return any(quad.graph_name not in self._left_out for quad in found)

    def subjects_of(self, predicate: ox.NamedNode, object: ox.NamedNode) -> Iterator[Subject]:
        """The things that have this property with this value; blank nodes are none of them."""
        for quad in self._store.quads_for_pattern(None, predicate, object, None):
            if quad.graph_name not in self._left_out and not _nameless(quad):
                yield quad.subject

    def _quads_about(self, subject: Subject) -> Iterator[ox.Quad]:
        for name in self._plain:
            found = self._store.quads_for_pattern(subject, None, None, name)
            # To look at each statement takes as long as to write it.
            yield from (quad for quad in found if not _nameless(quad)) if self._mixed else found
        if self._mixed:
            yield from self._nameless.quads_for_pattern(subject, None, None, None)

    def _quads(self, name: GraphName) -> Iterator[ox.Quad]:
        return self._store.quads_for_pattern(None, None, None, name)

    def _subjects(self, name: GraphName) -> set[Subject]:
        rows = self._store.query("SELECT DISTINCT ?s { ?s ?p ?o }", default_graph=[name])
        assert isinstance(rows, ox.QuerySolutions)
        return {row[0] for row in rows}

    def _holds_nameless(self, name: GraphName) -> bool:
        query = (
            "ASK { ?s ?p ?o FILTER (isBlank(?s) || isBlank(?o) || isTriple(?s) || isTriple(?o)) }"
        )
        return bool(self._store.query(query, default_graph=[name]))

    def _graphs(self) -> Iterator[GraphName]:
        yield ox.DefaultGraph()
        yield from (name for name in self._store.named_graphs() if name not in self._left_out)


def graph_word(name: GraphName) -> str:
    """A graph's name as a person reads it."""
    if isinstance(name, ox.DefaultGraph):
        return "no graph"
    return str(name) if isinstance(name, ox.BlankNode) else name.value.removeprefix(SKG)


def _nameless(quad: ox.Quad) -> bool:
    return _blank(quad.subject) or _blank(quad.object) or isinstance(quad.graph_name, ox.BlankNode)


def _blank(term: object) -> bool:
    if isinstance(term, ox.Triple):
        return _blank(term.subject) or _blank(term.object)
    return isinstance(term, ox.BlankNode)


def _stably_named(quads: list[ox.Quad]) -> tuple[list[ox.Quad], bool]:
    """The quads with stable names, and whether that failed.

    A few blank nodes that are all said to be alike take hours to tell apart, so a child does it.
    """
    from skingraph.sandbox import Limits, in_child

    def work() -> bytes:
        dataset = ox.Dataset(quads)
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        return ox.serialize(dataset, format=ox.RdfFormat.N_QUADS) or b""

    limits = Limits(
        seconds=SECONDS + len(quads) / 20_000,
        memory=(1 << 30) + 4000 * len(quads),
        answer=(64 << 20) + 1000 * len(quads),
    )
    try:
        return list(ox.parse(in_child(work, limits), format=ox.RdfFormat.N_QUADS)), False
    except SkingraphError:
        return quads, True


def _subject_key(subject: Subject) -> str:
    # What follows a subject in its line decides where one name begins another.
    return f"{subject} "


def _graph_key(name: GraphName) -> str:
    return "" if isinstance(name, ox.DefaultGraph) else str(name)
