"""Kinds of damage to a graph: what is taken out and put in, and the thing that a rule must name."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import pyoxigraph as ox

from skingraph.loading import ASSERTED_GRAPH, INFERRED_GRAPH
from skingraph.prefixes import curie, expand

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Store = ox.Store
    Node = ox.NamedNode
    Term = ox.NamedNode | ox.BlankNode | ox.Literal
    Choose = Callable[[Store], list[Node]]
    Harm = Callable[[Store, int, int], "Damage"]
    Value = Term | Callable[[Term], Term]


@dataclass(frozen=True)
class Damage:
    """What is taken out and put in, and the thing that a rule must then name."""

    entity: Node
    less: tuple[ox.Quad, ...] = ()
    more: tuple[ox.Quad, ...] = ()


@contextmanager
def damaged(store: Store, damage: Damage) -> Iterator[None]:
    """The store with a damage, which is undone afterwards."""
    less = [quad for quad in damage.less if quad in store]
    more = [quad for quad in damage.more if quad not in store]
    assert less or more, "this damage changes nothing"
    for gone in less:
        store.remove(gone)
    store.extend(more)
    try:
        yield
    finally:
        for new in more:
            store.remove(new)
        store.extend(less)


# Terms and choices


def n(name: str) -> Node:
    """The term that a CURIE stands for."""
    iri = expand(name)
    assert iri is not None, name
    return ox.NamedNode(iri)


def text(value: str, language: str | None = None) -> ox.Literal:
    return ox.Literal(value, language=language)


def typed(value: str, datatype: str) -> ox.Literal:
    return ox.Literal(value, datatype=n(f"xsd:{datatype}"))


def quad(s: Node, p: str, o: Term, graph: Node = ASSERTED_GRAPH) -> ox.Quad:
    return ox.Quad(s, n(p), o, graph)


def stated(store: Store, s: Node | None, p: str | None = None) -> list[ox.Quad]:
    """What is stated of a thing, leaving out what rules infer; in a fixed order."""
    found = store.quads_for_pattern(s, n(p) if p else None, None, None)
    return sorted((q for q in found if q.graph_name != INFERRED_GRAPH), key=str)


def the(store: Store, s: Node, p: str) -> Term:
    value = stated(store, s, p)[0].object
    assert not isinstance(value, ox.Triple)
    return value


def things(kind: str, *having: str, lacking: tuple[str, ...] = ()) -> Choose:
    """All things of a class that have some properties and lack others."""

    def choose(store: Store) -> list[Node]:
        found = store.quads_for_pattern(None, n("rdf:type"), n(kind), None)
        return [
            thing
            for thing in sorted({q.subject for q in found}, key=str)
            if isinstance(thing, ox.NamedNode)
            and all(stated(store, thing, p) for p in having)
            and not any(stated(store, thing, p) for p in lacking)
        ]

    return choose


def said(*predicates: str, having: tuple[str, ...] = (), lacking: tuple[str, ...] = ()) -> Choose:
    """All claims with one of these predicates, that have some properties and lack others."""
    wanted = {n(predicate) for predicate in predicates}

    def choose(store: Store) -> list[Node]:
        claims = things("skg:Claim", *having, lacking=lacking)(store)
        return [c for c in claims if the(store, c, "rdf:predicate") in wanted]

    return choose


def supporting(choose: Choose) -> Choose:
    def both(store: Store) -> list[Node]:
        return [c for c in choose(store) if the(store, c, "skg:polarity") == n("skg:Supports")]

    return both


def quoting(choose: Choose) -> Choose:
    """Those of some claims that have no further passage, so that the passage is theirs alone."""

    def only(store: Store) -> list[Node]:
        return [c for c in choose(store) if len(stated(store, c, "skg:passage")) == 1]

    return only


def named(*names: str) -> Choose:
    return lambda store: [n(name) for name in names]


CLAIMS = things("skg:Claim")
PASSAGES = things("skg:Passage")
SOURCES = things("skg:Source")
EDGES = things("skg:InheritedEdge")


def concepts(store: Store) -> list[Node]:
    found = store.quads_for_pattern(None, n("skos:prefLabel"), None, ASSERTED_GRAPH)
    return sorted({q.subject for q in found if isinstance(q.subject, ox.NamedNode)}, key=str)


def pick(choose: Choose, store: Store, nth: int, of: int) -> Node:
    """One of them; the copies of one kind of damage are spread over all."""
    found = choose(store)
    assert found, "nothing in the graph to damage in this way"
    return found[(2 * nth + 1) * len(found) // (2 * of)]


# Kinds of damage


def lose(choose: Choose, *properties: str) -> Harm:
    def harm(store: Store, nth: int, of: int) -> Damage:
        thing = pick(choose, store, nth, of)
        less = [q for p in properties for q in stated(store, thing, p)]
        if not less:
            inferred = [store.quads_for_pattern(thing, n(p), None, None) for p in properties]
            less = [q for quads in inferred for q in quads]
        return Damage(thing, tuple(less))

    return harm


def change(choose: Choose, property_: str, to: Value) -> Harm:
    def harm(store: Store, nth: int, of: int) -> Damage:
        thing = pick(choose, store, nth, of)
        old = min(store.quads_for_pattern(thing, n(property_), None, None), key=str)
        assert not isinstance(old.object, ox.Triple)
        new = to(old.object) if callable(to) else to
        assert new != old.object
        return Damage(thing, (old,), (ox.Quad(thing, old.predicate, new, old.graph_name),))

    return harm


def gain(choose: Choose, property_: str, value: Term | Callable[[Store, Node], Term]) -> Harm:
    def harm(store: Store, nth: int, of: int) -> Damage:
        thing = pick(choose, store, nth, of)
        new = value(store, thing) if callable(value) else value
        return Damage(thing, (), (quad(thing, property_, new),))

    return harm


def invent(*facts: tuple[str, str, Term], blame: str) -> Harm:
    """Statements out of thin air."""
    more = tuple(quad(n(s), p, o) for s, p, o in facts)
    return lambda store, nth, of: Damage(n(blame), (), more)


def also(harm: Harm, *properties: tuple[str, Term]) -> Harm:
    """A damage, and some more statements about the same thing."""

    def both(store: Store, nth: int, of: int) -> Damage:
        first = harm(store, nth, of)
        more = tuple(quad(first.entity, p, o) for p, o in properties)
        return Damage(first.entity, first.less, first.more + more)

    return both


def blaming_claims(
    harm: Harm,
) -> Harm:
    """The damage is done to a passage, and a claim that rests on it must be named."""

    def blame(store: Store, nth: int, of: int) -> Damage:
        damage = harm(store, nth, of)
        resting = store.quads_for_pattern(None, n("skg:passage"), damage.entity, None)
        claim = min((q.subject for q in resting), key=str)
        assert isinstance(claim, ox.NamedNode)
        return Damage(claim, damage.less, damage.more)

    return blame


def plus(amount: str) -> Callable[[Term], Term]:
    def add(old: Term) -> Term:
        assert isinstance(old, ox.Literal)
        return ox.Literal(str(Decimal(old.value) + Decimal(amount)), datatype=old.datatype)

    return add


def times(factor: int) -> Callable[[Term], Term]:
    def multiply(old: Term) -> Term:
        assert isinstance(old, ox.Literal)
        return typed(str(Decimal(old.value) * factor), "decimal")

    return multiply


def rewrite(pattern: str, replacement: str) -> Callable[[Term], Term]:
    """The term with the first match of a pattern replaced."""

    def write(old: Term) -> Term:
        new = re.sub(pattern, replacement, old.value, count=1)
        assert new != old.value, old
        if isinstance(old, ox.NamedNode):
            return ox.NamedNode(new)
        assert isinstance(old, ox.Literal)
        return ox.Literal(new, language=old.language) if old.language else ox.Literal(new)

    return write


def retyped(datatype: str) -> Callable[[Term], Term]:
    return lambda old: typed(old.value, datatype)


def swap_ends(low: str, high: str, choose: Choose) -> Harm:
    def harm(store: Store, nth: int, of: int) -> Damage:
        def apart(store: Store) -> list[Node]:
            return [c for c in choose(store) if the(store, c, low) != the(store, c, high)]

        thing = pick(apart, store, nth, of)
        a, b = the(store, thing, low), the(store, thing, high)
        less = (*stated(store, thing, low), *stated(store, thing, high))
        return Damage(thing, less, (quad(thing, low, b), quad(thing, high, a)))

    return harm


def twin(changes: dict[str, Term]) -> Harm:
    """A second claim that says what another says, but for some changes."""

    def harm(store: Store, nth: int, of: int) -> Damage:
        whole = supporting(said("skg:hasOutcome", "skg:leadsTo", "skg:treats", "skg:sessions"))
        thing = pick(whole, store, nth, of)
        # The rules name the first of the two by its IRI.
        copy = ox.NamedNode(f"{thing.value}-twin")
        quads = store.quads_for_pattern(thing, None, None, None)
        kept = [q for q in quads if curie(q.predicate.value) not in changes]
        more = [ox.Quad(copy, q.predicate, q.object, q.graph_name) for q in kept]
        return Damage(thing, (), (*more, *(quad(copy, p, o) for p, o in changes.items())))

    return harm


def labelled_as_another(property_: str, fold: Callable[[str], str]) -> Harm:
    """A concept takes the preferred label of the next one of its class, written differently."""

    def harm(store: Store, nth: int, of: int) -> Damage:
        treatments = things("skg:Treatment", "skos:prefLabel")
        thing = pick(treatments, store, nth, of)
        everything = treatments(store)
        other = everything[(everything.index(thing) + 1) % len(everything)]
        label = text(fold(the(store, thing, "skos:prefLabel").value), "en")
        less = stated(store, other, property_) if property_ == "skos:prefLabel" else []
        return Damage(thing, tuple(less), (quad(other, property_, label),))

    return harm


def shared_synonym(store: Store, nth: int, of: int) -> Damage:
    both = things("skg:Treatment", "skos:altLabel")
    thing = pick(both, store, nth, of)
    label = text(the(store, thing, "skos:altLabel").value.upper(), "en")
    others = [other for other in both(store) if other.value > thing.value]
    other = others[0] if others else n("skin:zz-invented")
    more = (quad(other, "rdf:type", n("skg:Treatment")), quad(other, "skos:altLabel", label))
    return Damage(thing, (), more)


def circle(store: Store, nth: int, of: int) -> Damage:
    thing = pick(things("skg:Treatment", "skos:broader"), store, nth, of)
    top = thing
    while stated(store, top, "skos:broader"):
        above = the(store, top, "skos:broader")
        assert isinstance(above, ox.NamedNode)
        top = above
    return Damage(thing, (), (quad(top, "skos:broader", thing),))


def give_up(property_: str) -> Harm:
    """A concept is deprecated, and things still name it."""

    def harm(store: Store, nth: int, of: int) -> Damage:
        thing = pick(quoting(things("skg:Claim", property_)), store, nth, of)
        concept = the(store, thing, property_)
        assert isinstance(concept, ox.NamedNode)
        return Damage(thing, (), (quad(concept, "owl:deprecated", typed("true", "boolean")),))

    return harm


def twin_passage(store: Store, nth: int, of: int) -> Damage:
    thing = pick(PASSAGES, store, nth, of)
    copy = ox.NamedNode(f"{thing.value}-again")
    said = stated(store, thing)
    more = tuple(ox.Quad(copy, q.predicate, q.object, ASSERTED_GRAPH) for q in said)
    return Damage(thing, (), more)


def twin_source(*properties: str) -> Harm:
    def harm(store: Store, nth: int, of: int) -> Damage:
        thing = pick(SOURCES, store, nth, of)
        copy = n("source:zz-invented")
        more = [quad(copy, p, the(store, thing, p)) for p in ("rdf:type", *properties)]
        return Damage(thing, (), tuple(more))

    return harm


def another_source(store: Store, nth: int, of: int) -> Damage:
    thing = pick(PASSAGES, store, nth, of)
    (old,) = stated(store, thing, "skg:source")
    other = next(source for source in SOURCES(store) if source != old.object)
    return Damage(thing, (old,), (quad(thing, "skg:source", other),))


def another_passage(*, keeping: bool) -> Harm:
    """A claim rests on a passage of another document, instead of its own or beside it."""

    def harm(store: Store, nth: int, of: int) -> Damage:
        thing = pick(quoting(CLAIMS), store, nth, of)
        (old,) = stated(store, thing, "skg:passage")
        assert isinstance(old.object, ox.NamedNode)
        source = the(store, old.object, "skg:source")
        other = next(p for p in PASSAGES(store) if the(store, p, "skg:source") != source)
        return Damage(thing, () if keeping else (old,), (quad(thing, "skg:passage", other),))

    return harm


def unread(store: Store, nth: int, of: int) -> Damage:
    """The only claim on a passage goes."""

    def alone(store: Store) -> list[Node]:
        def claims(passage: Node) -> int:
            return len(list(store.quads_for_pattern(None, n("skg:passage"), passage, None)))

        return [passage for passage in PASSAGES(store) if claims(passage) == 1]

    passage = pick(alone, store, nth, of)
    (resting,) = store.quads_for_pattern(None, n("skg:passage"), passage, None)
    return Damage(passage, (resting,))


def unread_source(store: Store, nth: int, of: int) -> Damage:
    source = pick(SOURCES, store, nth, of)
    return Damage(source, tuple(store.quads_for_pattern(None, n("skg:source"), source, None)))


def edge_alone(predicate: str) -> Harm:
    """A claim is denied after all, and the edge that it gave still stands."""

    def harm(store: Store, nth: int, of: int) -> Damage:
        def only(store: Store) -> list[Node]:
            facts: dict[tuple[str, str], list[Node]] = {}
            for claim in supporting(said(predicate))(store):
                ends = (the(store, claim, "rdf:subject").value, the(store, claim, "rdf:object"))
                facts.setdefault((ends[0], ends[1].value), []).append(claim)
            return [claims[0] for claims in facts.values() if len(claims) == 1]

        claim = pick(only, store, nth, of)
        subject = the(store, claim, "rdf:subject")
        assert isinstance(subject, ox.NamedNode)
        old = stated(store, claim, "skg:polarity")
        return Damage(subject, tuple(old), (quad(claim, "skg:polarity", n("skg:Refutes")),))

    return harm


def denied_of_the_heir(store: Store, nth: int, of: int) -> Damage:
    edge = pick(EDGES, store, nth, of)
    claim = n("claim:zz-denial")
    more = [quad(claim, "rdf:type", n("skg:Claim")), quad(claim, "skg:polarity", REFUTES)]
    for part in ("rdf:subject", "rdf:predicate", "rdf:object"):
        value = next(store.quads_for_pattern(edge, n(part), None, None)).object
        more.append(ox.Quad(claim, n(part), value, ASSERTED_GRAPH))
    return Damage(edge, (), tuple(more))


def inherited_from_home(store: Store, nth: int, of: int) -> Damage:
    edge = pick(EDGES, store, nth, of)
    claim = next(store.quads_for_pattern(edge, n("skg:basedOn"), None, None)).object
    assert isinstance(claim, ox.NamedNode)
    return Damage(edge, (), (quad(claim, "skg:setting", n("skin:at-home")),))


def shorter_document(store: Store, nth: int, of: int) -> Damage:
    passage = pick(PASSAGES, store, nth, of)
    source = the(store, passage, "skg:source")
    assert isinstance(source, ox.NamedNode)
    end = int(the(store, passage, "skg:end").value)
    less = stated(store, source, "skg:characters")
    short = quad(source, "skg:characters", typed(str(end - 1), "integer"))
    return Damage(passage, tuple(less), (short,))


def broader_too(store: Store, nth: int, of: int) -> Damage:
    thing = pick(things("skg:Treatment", "skos:broader"), store, nth, of)
    above = the(store, thing, "skos:broader")
    return Damage(thing, (), (quad(thing, "skos:related", above),))


def own_label(store: Store, thing: Node) -> Term:
    return the(store, thing, "skos:prefLabel")


def itself(store: Store, thing: Node) -> Term:
    return thing


SUPPORTS, REFUTES = n("skg:Supports"), n("skg:Refutes")
TRUE = typed("true", "boolean")
LABELLED = things("skg:Concern", "skos:prefLabel")
WITH_A = [  # look-alikes of a, e and o: Cyrillic, Greek, full-width, mathematical
    ("a", "\u0430"), ("e", "\u0435"), ("o", "\u043e"), ("o", "\u03bf"), ("a", "\uff41"), ("e", "\U0001d41e"),
]  # fmt: skip
HIDDEN = ["\u200b", "\u202e", "\u0007", "\u00ad", "\ufeff"]


def having_letter(letter: str) -> Choose:
    return lambda store: [c for c in LABELLED(store) if letter in own_label(store, c).value]


def numbered(predicate: str) -> Choose:
    return said(predicate, having=("skg:maximum",))
