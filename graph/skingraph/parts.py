"""A part of a graph, made of what a selection takes, with every passage and source it rests on.

A part never says what the whole does not. What rules infer is worked out again from the part, and
of that only what the whole infers too is kept: where a denial is left out, a rule would pass a
claim on to a treatment of which it is denied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from skingraph.loading import INFERRED_GRAPH, PLAIN_GRAPH, SCHEMA_GRAPH, rules_in_order
from skingraph.neighbourhood import Node, Taken, taken_by, values
from skingraph.prefixes import PREFIXES
from skingraph.selection import Selection, known_kinds_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def _n(name: str) -> ox.NamedNode:
    prefix, _, local = name.partition(":")
    return ox.NamedNode(PREFIXES[prefix] + local)


_TYPE, _RELATED = _n("rdf:type"), _n("skos:related")
_SUBJECT, _PREDICATE, _OBJECT = _n("rdf:subject"), _n("rdf:predicate"), _n("rdf:object")
_INHERITED, _FROM = _n("skg:InheritedEdge"), _n("skg:inheritedFrom")
_POLARITY, _REFUTES, _STRENGTH = _n("skg:polarity"), _n("skg:Refutes"), _n("skg:strength")
_LABELS: Final = (_n("skos:prefLabel"), _n("skos:altLabel"), _n("skos:hiddenLabel"))
_DEFINITION: Final = _n("skos:definition")
_EVIDENCE: Final = tuple(map(_n, ("skg:Claim", "skg:Passage", "skg:Source")))
_FIRMLY: Final = {
    _n("skg:Absolute"): _n("skg:absolutelyContraindicatedIn"),
    _n("skg:Relative"): _n("skg:relativelyContraindicatedIn"),
}


def part_of(store: ox.Store, selection: Selection) -> ox.Store:
    """The part of a store that a selection asks for.

    Raises:
        UnknownName: the graph has no such property, type, source, authority or level.
        BadParameter: it has plain edges, and of these nobody knows the source.
    """
    known_kinds_in(store, selection.kinds)
    fitting = selection.fitting(store)
    takes_all = selection.starts_nowhere and not selection.chooses_claims
    taken = taken_by(store, selection, fitting)
    if not selection.with_claims:
        return _plain(store, selection, taken, takes_all=takes_all)
    whole = set(_asserted(store)) if takes_all else None
    while True:
        chosen = whole or set(_with_all_they_name(store, taken.claims | taken.others))
        part = ox.Store()
        part.extend(store.quads_for_pattern(None, None, None, SCHEMA_GRAPH))
        part.extend(chosen | taken.plain)
        denied = _infer(part, store, with_inherited=selection.inherited is not False)
        guards = _denials(store, denied) - taken.claims
        if whole or not guards:
            break
        taken.claims |= guards
    # What is inferred of a claim rests on the claim, which is whole, and on labels that may go.
    for claim in taken.claims:
        part.extend(store.quads_for_pattern(claim, None, None, INFERRED_GRAPH))
    _strip(part, selection)
    return part


def denials_missing(part: ox.Store, whole: ox.Store) -> set[ox.NamedNode]:
    """The denials of a graph without which rules would infer more from a part than it says."""
    tried = ox.Store()
    tried.extend(quad for quad in part if quad.graph_name != INFERRED_GRAPH)
    return _denials(whole, _infer(tried, whole, with_inherited=True))


def _plain(store: ox.Store, selection: Selection, taken: Taken, *, takes_all: bool) -> ox.Store:
    """The same without claims, passages and sources: edges in a graph of their own."""
    evidence = {
        quad.subject
        for kind in _EVIDENCE
        for quad in store.quads_for_pattern(None, _TYPE, kind, None)
    }
    part = ox.Store()
    part.extend(store.quads_for_pattern(None, None, None, SCHEMA_GRAPH))
    if takes_all:
        part.extend(quad for quad in _asserted(store) if quad.subject not in evidence)
    else:
        roots = set(taken.others) - evidence
        for claim in taken.claims:
            roots |= values(store, claim, _SUBJECT) | values(store, claim, _OBJECT)
        part.extend(_with_all_they_name(store, roots))
    part.extend(taken.plain)
    part.extend(_edges(store, taken.claims))
    _infer(part, store, with_inherited=False)
    _strip(part, selection)
    return part


def _edges(store: ox.Store, claims: Iterable[ox.NamedNode]) -> Iterator[ox.Quad]:
    """The edge of each claim, and with the strength of a contraindication a second one."""
    for claim in claims:
        properties = values(store, claim, _PREDICATE)
        properties |= {_FIRMLY[s] for s in values(store, claim, _STRENGTH) if s in _FIRMLY}
        for start in values(store, claim, _SUBJECT):
            for end in values(store, claim, _OBJECT):
                for property_ in properties:
                    yield ox.Quad(start, property_, end, PLAIN_GRAPH)


def _strip(part: ox.Store, selection: Selection) -> None:
    left_out = [] if selection.with_labels else list(_LABELS)
    left_out += [] if selection.with_definitions else [_DEFINITION]
    for property_ in left_out:
        for quad in list(part.quads_for_pattern(None, property_, None, None)):
            if quad.graph_name != SCHEMA_GRAPH:
                part.remove(quad)


def _infer(part: ox.Store, whole: ox.Store, *, with_inherited: bool) -> set[tuple[Node, Node]]:
    """Run the rules over a part and keep what the whole says too.

    Gives what else would be inherited there: each heir, with the thing and with the origin.
    """
    foreign: set[tuple[Node, Node]] = set()
    if not any(True for _ in whole.quads_for_pattern(None, None, None, INFERRED_GRAPH)):
        return foreign
    for rule in rules_in_order():
        answer = part.query(rule, use_default_graph_as_union=True)
        assert isinstance(answer, ox.QueryTriples)
        triples = list(answer)
        edges: dict[object, bool] = {
            triple.subject: _is_said(whole, triple)
            for triple in triples
            if triple.predicate == _TYPE and triple.object == _INHERITED
        }
        for triple in triples:
            is_edge = triple.subject in edges
            if is_edge and not edges[triple.subject]:
                if triple.predicate in (_OBJECT, _FROM) and not isinstance(
                    triple.object, ox.Literal | ox.Triple
                ):
                    foreign.add(_heir_and(triples, triple))
                continue
            wanted = (with_inherited or not is_edge) and _is_said(whole, triple)
            if wanted and not _is_said(part, triple):
                part.add(ox.Quad(triple.subject, triple.predicate, triple.object, INFERRED_GRAPH))
    return foreign


def _heir_and(triples: list[ox.Triple], said: ox.Triple) -> tuple[Node, Node]:
    heir = next(t.object for t in triples if t.subject == said.subject and t.predicate == _SUBJECT)
    assert isinstance(heir, ox.NamedNode | ox.BlankNode)
    assert isinstance(said.object, ox.NamedNode | ox.BlankNode)
    return heir, said.object


def _denials(store: ox.Store, pairs: set[tuple[Node, Node]]) -> set[ox.NamedNode]:
    """The claims that deny something between these pairs: without them it would be inherited."""
    found = set()
    for heir, thing in pairs:
        for quad in store.quads_for_pattern(None, _OBJECT, thing, None):
            claim = quad.subject
            if isinstance(claim, ox.NamedNode) and _REFUTES in values(store, claim, _POLARITY):
                found |= {claim} if heir in values(store, claim, _SUBJECT) else set()
    return found


def _is_said(store: ox.Store, triple: ox.Triple | ox.Quad) -> bool:
    quads = store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)
    return next(iter(quads), None) is not None


def _asserted(store: ox.Store) -> Iterator[ox.Quad]:
    left_out = (SCHEMA_GRAPH, INFERRED_GRAPH)
    return (quad for quad in store if quad.graph_name not in left_out)


def _with_all_they_name(store: ox.Store, roots: Iterable[Node]) -> Iterator[ox.Quad]:
    """The asserted statements about these things and, in turn, about all that these name.

    What is merely related is not followed; such a link is kept where both ends are there.
    """
    waiting: list[Node] = list(roots)
    seen, links = set(waiting), []
    while waiting:
        for quad in store.quads_for_pattern(waiting.pop(), None, None, None):
            if quad.graph_name in (SCHEMA_GRAPH, INFERRED_GRAPH, PLAIN_GRAPH):
                continue
            if quad.predicate == _RELATED:
                links.append(quad)
                continue
            yield quad
            named = quad.object
            if isinstance(named, ox.NamedNode | ox.BlankNode) and named not in seen:
                seen.add(named)
                waiting.append(named)
    yield from (quad for quad in links if quad.object in seen)
