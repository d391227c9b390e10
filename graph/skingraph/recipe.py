"""How an extract is made, written down so that it can be made again.

A `Recipe` is a selection, and where it comes from: the rows of a named question, the ways between
two concepts, a CONSTRUCT query that is asked of the part.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Self

import pyoxigraph as ox

from skingraph.catalogue import named
from skingraph.counting import Counts, counts, many
from skingraph.errors import BadParameter, BadQuery
from skingraph.loading import PLAIN_GRAPH, SCHEMA_GRAPH
from skingraph.prefixes import PREFIXES, SKG
from skingraph.questions import bind
from skingraph.rows import union_select
from skingraph.selection import Selection, claims_in, edge_worthy
from skingraph.store import SkinGraph

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# More ways than these say little that these do not.
_WAYS: Final = 100
_TYPE: Final = ox.NamedNode(PREFIXES["rdf"] + "type")
# Why no edge can stand for a claim, in the order in which they are told.
_REASONS: Final = """
SELECT ?claim ?denied ?hedged ?object ?caution WHERE {
  ?claim a skg:Claim .
  OPTIONAL { ?claim skg:polarity skg:Refutes . BIND (true AS ?denied) }
  OPTIONAL { ?claim skg:certainty skg:Hedged . BIND (true AS ?hedged) }
  OPTIONAL { ?claim rdf:object ?object }
  OPTIONAL {
    ?claim rdf:predicate ?predicate
    FILTER (?predicate IN (skg:contraindicatedIn, skg:consultFirstIn))
    BIND (true AS ?caution)
  }
}
"""


@dataclass(frozen=True, slots=True)
class Cut:
    """What a recipe gives: the part, how much it holds, and what is to be said about it."""

    graph: SkinGraph
    counts: Counts
    remarks: tuple[str, ...] = ()
    empty: bool = False


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is to be taken out of a graph.

    Attributes:
        selection: what is wanted.
        question: a question of the catalogue; every concept, claim, passage and source that its
            rows name is taken, of the claims those that the selection lets pass.
        parameters: its parameters.
        between: two concepts, as IRIs; taken are the claims on the ways from the first to the
            second, and those that speak against it.
        construct: the text of a CONSTRUCT or DESCRIBE query, asked of the part.
    """

    selection: Selection = field(default_factory=Selection)
    question: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    between: tuple[str, str] | None = None
    construct: str = ""

    def as_dict(self) -> dict[str, object]:
        """What was asked for, in one stable form for JSON."""
        found = self.selection.as_dict()
        if self.question:
            found["query"] = self.question
            found["parameters"] = dict(sorted(self.parameters.items()))
        if self.between:
            found["between"] = list(self.between)
        if self.construct:
            found["construct"] = self.construct
        return found

    @classmethod
    def from_dict(cls, said: Mapping[str, object]) -> Self:
        """The recipe that `as_dict` wrote.

        Raises:
            BadParameter: it wrote no such thing.
        """
        rest = dict(said)
        question, construct = rest.pop("query", ""), rest.pop("construct", "")
        parameters, between = rest.pop("parameters", {}), rest.pop("between", None)
        if not isinstance(parameters, dict) or not isinstance(between, list | None):
            raise BadParameter("parameters and between are no such things in a recipe.")
        if between is not None and len(between) != 2:
            raise BadParameter("between names two concepts.")
        return cls(
            Selection.from_dict(rest),
            str(question),
            {str(name): str(value) for name, value in parameters.items()},
            None if between is None else (str(between[0]), str(between[1])),
            str(construct),
        )

    def cut(self, graph: SkinGraph) -> Cut:
        """The part of a graph that this gives.

        Raises:
            UnknownName: the graph does not have what is named.
            BadParameter: the wishes exclude each other.
            BadQuery: the CONSTRUCT query is none.
            QueryStopped: it oversteps a limit.
        """
        remarks: list[str] = []
        selection = self.selection
        if self.question or self.between:
            things = set(selection.things or ())
            things |= self._of_rows(graph) if self.question else set()
            if self.between:
                found, left_out = self._of_ways(graph)
                things |= found
                if left_out:
                    remarks.append(f"{left_out} longer ways are left out")
            selection = replace(selection, things=tuple(sorted(things)))
        part = graph.subgraph(selection)
        remarks += _remarks(graph, part, selection)
        if self.construct:
            made = _constructed(part, self.construct)
            foreign = sum(not _is_said(graph, quad) for quad in made.store)
            if foreign:
                remarks.append(
                    f"{foreign} of the triples are not in the graph: the query made them"
                )
            found_counts = counts(made)
            if not found_counts.claims:
                remarks.append(
                    "no claim is in what the query made, so no hedge, denial or source is either"
                )
            return Cut(made, found_counts, tuple(remarks), empty=not found_counts.triples)
        held = counts(part)
        is_empty = not (held.claims or held.edges)
        # Who asked for no claims in particular may want the concepts.
        if not selection.chooses_claims and not self.between:
            is_empty = is_empty and not held.triples
        return Cut(part, held, tuple(remarks), empty=is_empty)

    def query_text(self) -> str:
        """The text of the query that chose, or made, what is taken; "" where there was none."""
        return self.construct or (named(self.question).text if self.question else "")

    def _of_rows(self, graph: SkinGraph) -> set[str]:
        query = named(self.question)
        rows = graph.select(query.text, **bind(graph, query, self.parameters))
        iris = {term for row in rows.terms for term in row if isinstance(term, ox.NamedNode)}
        store = graph._at_hand()
        # A property or a grade is named as well, and is no part of what is said.
        return {iri.value for iri in iris if _is_a_thing(store, iri)}

    def _of_ways(self, graph: SkinGraph) -> tuple[set[str], int]:
        from skingraph.concepts import Named
        from skingraph.network import explain

        assert self.between is not None
        start, end = self.between
        where = graph
        if self.selection.chooses_claims or not self.selection.with_claims:
            wanted = replace(
                self.selection,
                concepts=None,
                things=None,
                kinds=(),
                with_claims=True,
                with_labels=True,
                with_definitions=True,
            )
            where = graph.subgraph(wanted)
        found = explain(where, Named("", start), Named("", end), ways=_WAYS)
        steps = [step for way in found.ways for step in way]
        things = {start, end} | {step.start.iri for step in steps} | {s.end.iri for s in steps}
        store = graph._at_hand()
        for step in steps:
            for said in step.said:
                things |= {said.claim.iri} | _edges_of(store, said.claim.iri, step.start.iri)
        for said in found.against:
            things |= {said.claim.iri} | _edges_of(store, said.claim.iri, start)
        return things, found.left_out


def _remarks(graph: SkinGraph, part: SkinGraph, selection: Selection) -> Iterator[str]:
    if part is graph:
        return
    store = graph._at_hand()
    if selection.with_claims:
        beside = claims_in(part._at_hand()) - selection.fitting(store)
        if beside:
            yield (
                f"{many(len(beside), 'claim')} kept beside those asked for: without them rules "
                "would pass on what is denied, or not pass on what is inherited"
            )
        return
    with_claims = graph.subgraph(replace(selection, with_claims=True, inherited=False))
    claims = claims_in(with_claims._at_hand()) - edge_worthy(store)
    reasons: Counter[str] = Counter()
    for claim, denied, hedged, object_, caution in union_select(store, _REASONS):
        if claim in claims:
            is_limited = "without an object" if object_ is None else "limited or compared"
            reasons["denied" if denied else "hedged" if hedged else is_limited] += 1
            reasons["cautions"] += caution is not None
    cautions = reasons.pop("cautions", 0)
    if reasons:
        told = ", ".join(f"{number} {reason}" for reason, number in sorted(reasons.items()))
        yield f"{reasons.total()} claims are left out, since no plain edge can say them: {told}"
    if cautions:
        yield (
            f"{cautions} of these are cautions: that an edge is missing is no evidence of safety"
        )
    if any(True for _ in part._at_hand().quads_for_pattern(None, None, None, PLAIN_GRAPH)):
        yield (
            "an edge tells no source, evidence, effect, quantity, time or reason: treats may mean "
            "that it prevents, or that it softens the look"
        )


def _constructed(part: SkinGraph, text: str) -> SkinGraph:
    answer = part.answer(text)
    if not isinstance(answer, SkinGraph):
        raise BadQuery("this is no CONSTRUCT or DESCRIBE query. Rows come from: skingraph query")
    return answer


def _edges_of(store: ox.Store, claim: str, heir: str) -> set[str]:
    """The marks that a concept inherits a claim."""
    based_on = ox.NamedNode(SKG + "basedOn")
    subject = ox.NamedNode(PREFIXES["rdf"] + "subject")
    edges = store.quads_for_pattern(None, based_on, ox.NamedNode(claim), None)
    return {
        quad.subject.value
        for quad in edges
        if isinstance(quad.subject, ox.NamedNode)
        and any(
            other.object.value == heir
            for other in store.quads_for_pattern(quad.subject, subject, None, None)
            if isinstance(other.object, ox.NamedNode)
        )
    }


def _is_a_thing(store: ox.Store, iri: ox.NamedNode) -> bool:
    """Whether something is said of it that is no schema."""
    quads = store.quads_for_pattern(iri, _TYPE, None, None)
    return any(quad.graph_name != SCHEMA_GRAPH for quad in quads)


def _is_said(graph: SkinGraph, quad: ox.Quad) -> bool:
    quads = graph._at_hand().quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
    return next(iter(quads), None) is not None
