"""What a selection takes: the claims and concepts around some concepts, or wherever they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from skingraph.loading import PLAIN_GRAPH
from skingraph.prefixes import PREFIXES, SKG
from skingraph.rows import union_select
from skingraph.selection import Selection, known_properties

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Node = ox.NamedNode | ox.BlankNode


def _n(name: str) -> ox.NamedNode:
    prefix, _, local = name.partition(":")
    return ox.NamedNode(PREFIXES[prefix] + local)


_TYPE: Final = _n("rdf:type")
_SUBJECT, _PREDICATE, _OBJECT = _n("rdf:subject"), _n("rdf:predicate"), _n("rdf:object")
_CLAIM, _INHERITED, _BASED_ON = _n("skg:Claim"), _n("skg:InheritedEdge"), _n("skg:basedOn")
_POLARITY, _SUPPORTS = _n("skg:polarity"), _n("skg:Supports")
_BROADER, _BROADER_TRANSITIVE = _n("skos:broader"), _n("skos:broaderTransitive")


@dataclass(frozen=True, slots=True)
class _Link:
    """A claim as a way from one concept to another, or a plain edge where there is no claim.

    Of a claim that passes on, `start` is the heir and `origin` the broader concept.
    """

    start: ox.NamedNode
    end: ox.NamedNode | None
    claim: ox.NamedNode | None
    plain: ox.Quad | None = None
    origin: ox.NamedNode | None = None

    @property
    def ends(self) -> set[ox.NamedNode]:
        return {self.start} if self.end is None else {self.start, self.end}


@dataclass(slots=True)
class Taken:
    """What a selection takes: claims, plain edges, and what is taken whether a claim names it."""

    claims: set[ox.NamedNode]
    plain: set[ox.Quad]
    others: set[Node]


def concepts_of_kinds(store: ox.Store, kinds: Iterable[str]) -> set[str]:
    """The concepts of these classes, or of narrower ones."""
    wanted = " ".join(f"<{SKG}{kind}>" for kind in kinds)
    query = f"SELECT ?x {{ VALUES ?kind {{ {wanted} }} ?x a/rdfs:subClassOf* ?kind }}"
    return {x.value for (x,) in union_select(store, query) if isinstance(x, ox.NamedNode)}


def taken_by(store: ox.Store, selection: Selection, fitting: set[ox.NamedNode]) -> Taken:
    """What a selection takes of a store, where these claims say what it asks for.

    Raises:
        UnknownName: it names a property that claims do not have.
    """
    own = list(_links(store, selection, fitting))
    named = {ox.NamedNode(iri) for iri in selection.concepts or ()}
    hops = selection.hops
    if selection.concepts is None and selection.things is None and selection.kinds:
        named, hops = {ox.NamedNode(x) for x in concepts_of_kinds(store, selection.kinds)}, 0
    seeds = None if selection.starts_nowhere else named
    passed = list(_passed_on(store, selection, fitting, seeds))
    links = passed if selection.inherited else [*own, *passed]
    if seeds is None:
        kept, reached = links, {end for link in links for end in link.ends}
    else:
        distance = _distances(store, selection, links, seeds, hops)
        reached = set(distance)
        kept = [link for link in links if _is_kept(link, distance, selection.direction, hops)]
    things = set(map(ox.NamedNode, selection.things or ()))
    marked = list(_marked(store, things, fitting))
    claims = {link.claim for link in kept if link.claim} | (things & fitting)
    claims |= {link.claim for link in marked if link.claim} | _kinship(store, [*kept, *marked])
    others: set[Node] = set(reached)
    others.update(end for link in marked for end in link.ends)
    others.update(thing for thing in things - claims if not _is_evidence(store, thing))
    # A document that was asked for is there, even if no claim of it is.
    others.update(selection.documents(store))
    return Taken(claims, {link.plain for link in kept if link.plain}, others)


def _marked(
    store: ox.Store, things: set[ox.NamedNode], fitting: set[ox.NamedNode]
) -> Iterator[_Link]:
    """What is inherited where a mark of it is among some things, or the claim and the heir are."""
    marks = {thing: values(store, thing, _BASED_ON) for thing in things}
    for claim in things & fitting:
        for quad in store.quads_for_pattern(None, _BASED_ON, claim, None):
            mark = quad.subject
            if isinstance(mark, ox.NamedNode) and values(store, mark, _SUBJECT) & things:
                marks[mark] = {claim}
    for mark, claims in marks.items():
        for claim in claims & fitting:
            for heir in values(store, mark, _SUBJECT):
                for origin in values(store, claim, _SUBJECT):
                    yield _Link(heir, None, claim, origin=origin)


def _is_evidence(store: ox.Store, thing: ox.NamedNode) -> bool:
    """Whether it is a claim, or the mark of an inherited one: wanted only if it fits."""
    return bool({_CLAIM, _INHERITED} & values(store, thing, _TYPE))


def _links(store: ox.Store, selection: Selection, fitting: set[ox.NamedNode]) -> Iterator[_Link]:
    """What is said of each thing itself."""
    objects = _ends(store, _OBJECT)
    for claim, start in _ends(store, _SUBJECT).items():
        if claim in fitting:
            yield _Link(start, objects.get(claim), claim)
    wanted = known_properties(store, selection.properties) if selection.properties else None
    for quad in store.quads_for_pattern(None, None, None, PLAIN_GRAPH):
        lower, upper = quad.subject, quad.object
        if isinstance(lower, ox.NamedNode) and isinstance(upper, ox.NamedNode):
            fits = wanted is None or quad.predicate in wanted
            if fits and selection.polarity != "refutes" and not selection.inherited:
                yield _Link(lower, upper, None, quad)


def _passed_on(
    store: ox.Store,
    selection: Selection,
    fitting: set[ox.NamedNode],
    heirs: set[ox.NamedNode] | None,
) -> Iterator[_Link]:
    """What these concepts, or all, inherit."""
    if selection.inherited is False or not selection.with_claims:
        return
    heirs_of, objects = _ends(store, _SUBJECT), _ends(store, _OBJECT)
    for edge, claim in _ends(store, _BASED_ON).items():
        heir = heirs_of.get(edge)
        if heir and claim in fitting and (heirs is None or heir in heirs):
            yield _Link(heir, objects.get(edge), claim, origin=heirs_of.get(claim))


def _kinship(store: ox.Store, links: Iterable[_Link]) -> set[ox.NamedNode]:
    """The claims that make an heir a kind of the concept from which a claim passes on to it."""
    pairs = {(link.start, link.origin) for link in links if link.origin}
    kinds = _with_value(store, _PREDICATE, _BROADER) if pairs else set()
    kinds &= _with_value(store, _POLARITY, _SUPPORTS)
    above: dict[ox.NamedNode, set[ox.NamedNode]] = {}

    def up(concept: ox.NamedNode) -> set[ox.NamedNode]:
        if concept not in above:
            above[concept] = {concept} | values(store, concept, _BROADER_TRANSITIVE)
        return above[concept]

    found = set()
    for claim in kinds:
        lower, upper = values(store, claim, _SUBJECT), values(store, claim, _OBJECT)
        if any(up(heir) & lower and any(origin in up(x) for x in upper) for heir, origin in pairs):
            found.add(claim)
    return found


def _distances(
    store: ox.Store,
    selection: Selection,
    links: list[_Link],
    seeds: set[ox.NamedNode],
    hops: int,
) -> dict[ox.NamedNode, int]:
    """How many claims away each concept is that may be reached."""
    ways: dict[ox.NamedNode, set[ox.NamedNode]] = {}
    for link in links:
        if link.end is not None:
            if selection.direction in ("both", "out"):
                ways.setdefault(link.start, set()).add(link.end)
            if selection.direction in ("both", "in"):
                ways.setdefault(link.end, set()).add(link.start)
    allowed = concepts_of_kinds(store, selection.kinds) if selection.kinds else None
    distance = dict.fromkeys(seeds, 0)
    edge = seeds
    for hop in range(1, hops + 1):
        near = {end for start in edge for end in ways.get(start, ())} - distance.keys()
        edge = near if allowed is None else {end for end in near if end.value in allowed}
        if not edge:
            break
        distance |= dict.fromkeys(edge, hop)
    return distance


def _is_kept(link: _Link, distance: dict[ox.NamedNode, int], direction: str, hops: int) -> bool:
    """Whether both ends are reached; and, where only one direction counts, it was gone along."""
    if not link.ends <= distance.keys():
        return False
    if direction == "both":
        return True
    beginning = link.start if direction == "out" else link.end
    return beginning is not None and distance[beginning] < max(hops, 1)


def values(store: ox.Store, thing: Node, property_: ox.NamedNode) -> set[ox.NamedNode]:
    """The things that a thing has as values of a property."""
    return {
        quad.object
        for quad in store.quads_for_pattern(thing, property_, None, None)
        if isinstance(quad.object, ox.NamedNode)
    }


def _with_value(store: ox.Store, property_: ox.NamedNode, value: ox.NamedNode) -> set[ox.NamedNode]:
    return {
        quad.subject
        for quad in store.quads_for_pattern(None, property_, value, None)
        if isinstance(quad.subject, ox.NamedNode)
    }


def _ends(store: ox.Store, property_: ox.NamedNode) -> dict[ox.NamedNode, ox.NamedNode]:
    """What each thing has as its one value of a property."""
    return {
        quad.subject: quad.object
        for quad in store.quads_for_pattern(None, property_, None, None)
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode)
    }
