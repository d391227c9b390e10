"""Damaged copies of the shipped graph: each is caught by the rule that should catch it."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from skingraph.catalogue import checks
from skingraph.checks import Violation, check_passages, check_query, check_wording
from skingraph.prefixes import PREFIXES, curie, expand
from skingraph.store import ASSERTED_GRAPH, INFERRED_GRAPH, SCHEMA_GRAPH, SkinGraph

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Store = ox.Store
    Node = ox.NamedNode
    Term = ox.NamedNode | ox.BlankNode | ox.Literal
    Choose = Callable[[Store], list[Node]]
    Value = Term | Callable[[Term], Term]


@dataclass(frozen=True)
class Damage:
    """What is taken out and put in, and the thing that a rule must then name."""

    entity: Node
    less: tuple[ox.Quad, ...] = ()
    more: tuple[ox.Quad, ...] = ()


Harm = "Callable[[Store, int, int], Damage]"


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


def lose(choose: Choose, *properties: str) -> Callable[[Store, int, int], Damage]:
    def harm(store: Store, nth: int, of: int) -> Damage:
        thing = pick(choose, store, nth, of)
        less = [q for p in properties for q in stated(store, thing, p)]
        if not less:
            inferred = [store.quads_for_pattern(thing, n(p), None, None) for p in properties]
            less = [q for quads in inferred for q in quads]
        return Damage(thing, tuple(less))

    return harm


def change(choose: Choose, property_: str, to: Value) -> Callable[[Store, int, int], Damage]:
    def harm(store: Store, nth: int, of: int) -> Damage:
        thing = pick(choose, store, nth, of)
        old = sorted(store.quads_for_pattern(thing, n(property_), None, None), key=str)[0]
        assert not isinstance(old.object, ox.Triple)
        new = to(old.object) if callable(to) else to
        assert new != old.object
        return Damage(thing, (old,), (ox.Quad(thing, old.predicate, new, old.graph_name),))

    return harm


def gain(
    choose: Choose, property_: str, value: Term | Callable[[Store, Node], Term]
) -> Callable[[Store, int, int], Damage]:
    def harm(store: Store, nth: int, of: int) -> Damage:
        thing = pick(choose, store, nth, of)
        new = value(store, thing) if callable(value) else value
        return Damage(thing, (), (quad(thing, property_, new),))

    return harm


def invent(*facts: tuple[str, str, Term], blame: str) -> Callable[[Store, int, int], Damage]:
    """Statements out of thin air."""
    more = tuple(quad(n(s), p, o) for s, p, o in facts)
    return lambda store, nth, of: Damage(n(blame), (), more)


def also(
    harm: Callable[[Store, int, int], Damage], *properties: tuple[str, Term]
) -> Callable[[Store, int, int], Damage]:
    """A damage, and some more statements about the same thing."""

    def both(store: Store, nth: int, of: int) -> Damage:
        first = harm(store, nth, of)
        more = tuple(quad(first.entity, p, o) for p, o in properties)
        return Damage(first.entity, first.less, first.more + more)

    return both


def blaming_claims(
    harm: Callable[[Store, int, int], Damage],
) -> Callable[[Store, int, int], Damage]:
    """The damage is done to a passage, and a claim that rests on it must be named."""

    def blame(store: Store, nth: int, of: int) -> Damage:
        damage = harm(store, nth, of)
        resting = store.quads_for_pattern(None, n("skg:passage"), damage.entity, None)
        claim = sorted((q.subject for q in resting), key=str)[0]
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


def swap_ends(low: str, high: str, choose: Choose) -> Callable[[Store, int, int], Damage]:
    def harm(store: Store, nth: int, of: int) -> Damage:
        def apart(store: Store) -> list[Node]:
            return [c for c in choose(store) if the(store, c, low) != the(store, c, high)]

        thing = pick(apart, store, nth, of)
        a, b = the(store, thing, low), the(store, thing, high)
        less = (*stated(store, thing, low), *stated(store, thing, high))
        return Damage(thing, less, (quad(thing, low, b), quad(thing, high, a)))

    return harm


def twin(changes: dict[str, Term]) -> Callable[[Store, int, int], Damage]:
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


def labelled_as_another(
    property_: str, fold: Callable[[str], str]
) -> Callable[[Store, int, int], Damage]:
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


def give_up(property_: str) -> Callable[[Store, int, int], Damage]:
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
    more = tuple(quad(copy, curie(q.predicate.value), q.object) for q in stated(store, thing))
    return Damage(thing, (), more)


def twin_source(*properties: str) -> Callable[[Store, int, int], Damage]:
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


def another_passage(*, keeping: bool) -> Callable[[Store, int, int], Damage]:
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


def edge_alone(predicate: str) -> Callable[[Store, int, int], Damage]:
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


# rule, number of copies, damage
MUTANTS: list[tuple[str, int, Callable[[Store, int, int], Damage]]] = [
    ("claim-without-passage", 4, lose(CLAIMS, "skg:passage")),
    ("claim-without-source", 3, blaming_claims(lose(PASSAGES, "skg:source"))),
    ("claim-without-polarity", 4, lose(CLAIMS, "skg:polarity")),
    ("claim-without-certainty", 4, lose(CLAIMS, "skg:certainty")),
    ("claim-without-subject", 3, lose(CLAIMS, "rdf:subject")),
    ("claim-without-predicate", 3, lose(CLAIMS, "rdf:predicate")),
    ("claim-without-object", 4, lose(things("skg:Claim", "rdf:object"), "rdf:object")),
    (
        "claim-without-quantity",
        4,
        lose(
            said("skg:sessions", "skg:downtime", "skg:onset", "skg:cost"),
            "skg:minimum", "skg:maximum", "skg:statedAs",
        ),
    ),
    ("quantity-with-object", 2, gain(said("skg:sessions"), "rdf:object", n("skin:redness"))),
    ("more-than-one-value", 4, gain(supporting(CLAIMS), "skg:polarity", REFUTES)),
    ("more-than-one-value", 2, gain(things("skg:Claim", "skg:hedge"), "skg:certainty", n("skg:Stated"))),
    ("more-than-one-value", 2, gain(PASSAGES, "skg:hash", text("sha256:0"))),
    ("more-than-one-value", 2, gain(PASSAGES, "skg:end", typed("99999", "integer"))),
    ("more-than-one-value", 2, gain(CLAIMS, "rdf:subject", n("skin:redness"))),
    ("more-than-one-value", 1, gain(SOURCES, "skg:evidenceLevel", n("skg:E5"))),
    ("unknown-predicate", 2, change(CLAIMS, "rdf:predicate", n("skg:helps"))),
    ("unknown-predicate", 2, change(said("skg:treats"), "rdf:predicate", n("skg:mayHelp"))),
    ("unknown-predicate", 1, change(said("skg:contraindicatedIn"), "rdf:predicate", n("skg:cautionIn"))),
    ("wrong-subject", 4, change(said("skg:treats"), "rdf:subject", n("skin:redness"))),
    ("wrong-subject", 2, change(said("skg:sessions"), "rdf:subject", n("skin:acne"))),
    ("wrong-object", 4, change(said("skg:treats"), "rdf:object", n("skin:medical-spa"))),
    ("wrong-object", 2, change(said("skg:hasSideEffect"), "rdf:object", n("skin:medical-spa"))),
    ("wrong-object", 2, change(said("skg:careAfter"), "rdf:object", n("skin:acne"))),
    ("value-not-in-list", 2, change(said("skg:contraindicatedIn"), "skg:strength", n("skg:Mild"))),
    ("value-not-in-list", 2, change(said("skg:contraindicatedIn"), "skg:strength", n("skg:Relativ"))),
    ("value-not-in-list", 3, change(CLAIMS, "skg:polarity", n("skg:Stated"))),
    ("value-not-in-list", 2, change(CLAIMS, "skg:certainty", n("skg:Certain"))),
    ("value-not-in-list", 2, change(things("skg:Claim", "skg:effect"), "skg:effect", n("skg:Cures"))),
    ("value-not-in-list", 2, change(things("skg:Claim", "skg:population"), "skg:population", n("skin:face"))),
    ("value-not-in-list", 2, change(SOURCES, "skg:evidenceLevel", n("skg:E9"))),
    ("value-not-in-list", 2, change(SOURCES, "skg:authority", n("skg:Expert"))),
    ("value-not-in-list", 2, change(CLAIMS, "skg:passage", n("skin:acne"))),
    ("property-on-wrong-thing", 2, gain(concepts, "skg:polarity", SUPPORTS)),
    ("property-on-wrong-thing", 2, gain(CLAIMS, "skg:start", typed("1", "integer"))),
    ("qualifier-elsewhere", 3, gain(said("skg:consultFirstIn"), "skg:strength", n("skg:Absolute"))),
    ("qualifier-elsewhere", 2, gain(said("skg:hasOutcome"), "skg:effect", n("skg:Heals"))),
    ("qualifier-elsewhere", 2, gain(said("skg:treats"), "skg:direction", n("skg:More"))),
    ("dangling-iri", 4, change(CLAIMS, "rdf:subject", rewrite("$", "x"))),
    ("dangling-iri", 4, change(CLAIMS, "skg:passage", rewrite(r"-\d", "-99"))),
    ("dangling-iri", 3, change(PASSAGES, "skg:source", rewrite("[a-z]$", "q"))),
    ("dangling-iri", 2, change(things("skg:Claim", "skg:setting"), "skg:setting", n("skin:nowhere"))),
    ("dangling-iri", 2, change(things("skg:Treatment", "skos:broader"), "skos:broader", n("skin:nothing"))),
    ("thing-without-class", 2, lose(CLAIMS, "rdf:type")),
    ("thing-without-class", 2, lose(PASSAGES, "rdf:type")),
    ("unknown-property", 2, gain(concepts, "skos:preferredLabel", text("x", "en"))),
    ("unknown-property", 2, gain(CLAIMS, "skg:minimun", typed("3", "decimal"))),
    ("blank-node", 2, gain(CLAIMS, "skg:about", ox.BlankNode("b"))),
    (
        "unreached-concept",
        1,
        invent(("skin:zz-invented", "rdf:type", n("skg:Concern")), blame="skin:zz-invented"),
    ),
    ("duplicate-label", 2, labelled_as_another("skos:prefLabel", str.upper)),
    ("duplicate-label", 2, labelled_as_another("skos:prefLabel", lambda t: t.replace(" ", "-") + " ")),
    ("label-is-synonym-of-another", 3, labelled_as_another("skos:altLabel", str.title)),
    ("label-is-synonym-of-another", 1, labelled_as_another("skos:hiddenLabel", str.title)),
    ("shared-synonym", 2, shared_synonym),
    ("contraindication-without-strength", 4, lose(said("skg:contraindicatedIn"), "skg:strength")),
    (
        "contraindication-without-strength",
        3,
        change(said("skg:consultFirstIn"), "rdf:predicate", n("skg:contraindicatedIn")),
    ),
    ("minimum-above-maximum", 4, swap_ends("skg:minimum", "skg:maximum", things("skg:Claim", "skg:minimum", "skg:maximum"))),
    ("minimum-above-maximum", 3, change(things("skg:Claim", "skg:minimum", "skg:maximum"), "skg:minimum", times(10))),
    ("start-after-end", 3, swap_ends("skg:startHour", "skg:endHour", things("skg:Claim", "skg:startHour", "skg:endHour"))),
    ("care-before-after-the-session", 3, gain(said("skg:careBefore"), "skg:endHour", typed("24.0", "decimal"))),
    ("care-after-before-the-session", 3, gain(said("skg:careAfter"), "skg:startHour", typed("-24.0", "decimal"))),
    ("care-after-before-the-session", 1, gain(said("skg:hasPhase"), "skg:endHour", typed("-1.0", "decimal"))),
    ("number-without-unit", 3, gain(said("skg:treats"), "skg:minimum", typed("3.0", "decimal"))),
    ("hours-without-time", 2, gain(said("skg:treats"), "skg:startHour", typed("3.0", "decimal"))),
    ("unit-outside-schema", 3, gain(said("skg:sessions", "skg:downtime"), "skg:unit", n("unit:DAY"))),
    ("two-units", 2, gain(named("skg:sessions", "skg:downtime"), "skg:unit", n("unit:MO"))),
    ("unknown-unit", 2, change(named("skg:onset", "skg:cost"), "skg:unit", n("unit:FORTNIGHT"))),
    ("wrong-unit", 2, change(named("skg:sessionInterval", "skg:downtime"), "skg:unit", n("unit:MIN"))),
    ("wrong-unit", 2, change(named("skg:cost", "skg:startHour"), "skg:unit", n("unit:DAY"))),
    ("quantity-without-unit", 2, lose(named("skg:sessions", "skg:hasSideEffect"), "skg:unit")),
    ("implausible-number", 1, change(numbered("skg:sessions"), "skg:maximum", times(100))),
    ("implausible-number", 1, change(numbered("skg:downtime"), "skg:maximum", times(1000))),
    ("implausible-number", 1, change(numbered("skg:sessionInterval"), "skg:maximum", times(100))),
    ("implausible-number", 1, change(numbered("skg:sessionDuration"), "skg:maximum", times(60))),
    ("implausible-number", 1, change(numbered("skg:maintenancePerYear"), "skg:maximum", times(100))),
    ("implausible-number", 1, change(numbered("skg:cost"), "skg:maximum", times(100))),
    ("implausible-number", 1, change(numbered("skg:hasSideEffect"), "skg:maximum", times(1000))),
    ("negative-quantity", 3, change(things("skg:Claim", "skg:minimum"), "skg:minimum", times(-1))),
    ("hedge-on-a-stated-claim", 5, change(things("skg:Claim", "skg:hedge"), "skg:certainty", n("skg:Stated"))),
    (
        "hedged-without-wording",
        3,
        lose(things("skg:Claim", "skg:hedge", lacking=("skos:editorialNote",)), "skg:hedge"),
    ),
    (
        "hedged-without-wording",
        3,
        change(
            things("skg:Claim", lacking=("skos:editorialNote", "skg:hedge")),
            "skg:certainty", n("skg:Hedged"),
        ),
    ),
    ("comparison-without-attribute", 3, lose(said("skg:comparedWith"), "skg:attribute")),
    ("comparison-without-direction", 3, lose(said("skg:comparedWith"), "skg:direction")),
    ("dependence-without-attribute", 3, lose(said("skg:dependsOn"), "skg:attribute")),
    ("treats-without-effect", 4, lose(supporting(said("skg:treats")), "skg:effect")),
    ("inherited-edge-without-origin", 3, lose(EDGES, "skg:inheritedFrom")),
    ("inherited-edge-without-claim", 2, lose(EDGES, "skg:basedOn")),
    ("inherited-edge-without-claim", 1, change(EDGES, "skg:basedOn", n("claim:nothing"))),
    ("inherited-edge-differs", 2, change(EDGES, "rdf:object", n("skin:medical-spa"))),
    ("inherited-edge-differs", 2, change(EDGES, "rdf:subject", n("skin:medical-spa"))),
    ("inherited-edge-differs", 1, change(EDGES, "skg:inheritedFrom", n("skin:medical-spa"))),
    ("inheritance-not-allowed", 2, change(EDGES, "rdf:predicate", n("skg:treats"))),
    ("inheritance-not-allowed", 1, change(EDGES, "rdf:predicate", n("skg:suitedTo"))),
    ("inheritance-not-allowed", 1, change(EDGES, "rdf:predicate", n("skg:downtime"))),
    ("inherited-against-a-denial", 2, denied_of_the_heir),
    ("inherited-beyond-its-limits", 2, inherited_from_home),
    ("edge-without-claim", 2, gain(things("skg:Treatment"), "skg:treats", n("skin:medical-spa"))),
    ("edge-without-claim", 4, edge_alone("skg:treats")),
    ("edge-without-claim", 2, edge_alone("skg:hasOutcome")),
    (
        "strength-without-claim",
        2,
        gain(things("skg:Treatment"), "skg:absolutelyContraindicatedIn", n("skin:dry-skin")),
    ),
    ("inverse-without-edge", 2, gain(LABELLED, "skg:treatedBy", n("skin:medical-spa"))),
    ("help-without-chain", 2, gain(things("skg:Treatment"), "skg:mayHelp", n("skin:medical-spa"))),
    ("concept-without-label", 4, lose(concepts, "skos:prefLabel")),
    ("concept-without-definition", 4, lose(concepts, "skos:definition")),
    ("two-preferred-labels", 3, gain(concepts, "skos:prefLabel", text("another name", "en"))),
    ("label-is-own-synonym", 2, gain(concepts, "skos:altLabel", own_label)),
    ("label-without-language", 2, gain(concepts, "skos:altLabel", text("a name"))),
    *(
        ("text-with-hidden-characters", 1, change(concepts, "skos:prefLabel", rewrite("(?<=.)", sign)))
        for sign in HIDDEN
    ),
    ("text-with-outer-space", 2, change(concepts, "skos:prefLabel", rewrite("$", " "))),
    ("text-with-outer-space", 1, change(things("skg:Claim", "skg:hedge"), "skg:hedge", rewrite("^", "\u00a0"))),
    *(
        ("label-with-foreign-letters", 1, change(having_letter(a), "skos:prefLabel", rewrite(a, b)))
        for a, b in WITH_A
    ),
    ("label-too-long", 2, gain(concepts, "skos:altLabel", text("very " * 50 + "long", "en"))),
    ("long-quotation", 2, change(things("skg:Claim", "skg:statedAs"), "skg:statedAs", rewrite("$", " and so on" * 6))),
    ("broader-cycle", 4, circle),
    ("reflexive-relation", 2, gain(concepts, "skos:related", itself)),
    ("reflexive-relation", 1, gain(things("skg:Treatment"), "skg:pairsWith", itself)),
    ("broader-and-related", 3, broader_too),
    (
        "broader-of-another-class",
        3,
        change(things("skg:Treatment", "skos:broader"), "skos:broader", n("skin:medical-spa")),
    ),
    ("disjoint-classes", 2, gain(things("skg:Treatment"), "rdf:type", n("skg:Concern"))),
    ("disjoint-classes", 2, gain(things("skg:Treatment"), "rdf:type", n("skg:PatientFactor"))),
    ("disjoint-classes", 1, gain(things("skg:Outcome"), "rdf:type", n("skg:SideEffect"))),
    ("disjoint-classes", 1, gain(CLAIMS, "rdf:type", n("skg:Passage"))),
    ("deprecated-concept-used", 2, give_up("rdf:subject")),
    ("deprecated-concept-used", 2, give_up("rdf:object")),
    ("deprecated-concept-used", 1, give_up("skg:using")),
    ("deprecated-without-successor", 2, gain(concepts, "owl:deprecated", TRUE)),
    ("passage-incomplete", 2, lose(PASSAGES, "skg:section")),
    ("passage-incomplete", 2, lose(PASSAGES, "skg:hash")),
    ("passage-incomplete", 1, lose(PASSAGES, "skg:start")),
    ("passage-incomplete", 1, lose(PASSAGES, "skg:source")),
    ("passage-ends-before-start", 3, swap_ends("skg:start", "skg:end", PASSAGES)),
    ("passage-past-end", 3, change(PASSAGES, "skg:end", plus("90000"))),
    ("passage-past-end", 2, shorter_document),
    ("negative-offset", 2, change(PASSAGES, "skg:start", typed("-1", "integer"))),
    ("malformed-hash", 2, change(PASSAGES, "skg:hash", rewrite(".$", ""))),
    ("malformed-hash", 2, change(PASSAGES, "skg:hash", rewrite("^sha256:", "md5:"))),
    ("malformed-hash", 1, change(SOURCES, "skg:hash", rewrite(".$", "g"))),
    ("duplicate-passage", 2, twin_passage),
    ("passage-name-differs", 4, change(PASSAGES, "skg:start", plus("1"))),
    ("passage-name-differs", 4, change(PASSAGES, "skg:end", plus("-1"))),
    ("passage-of-another-source", 4, another_source),
    ("claim-of-another-source", 4, another_passage(keeping=False)),
    ("claim-in-two-sources", 3, another_passage(keeping=True)),
    ("unused-passage", 3, unread),
    ("unused-source", 1, unread_source),
    *(
        ("source-incomplete", 1, lose(SOURCES, name))
        for name in (
            "dcterms:title", "skg:kind", "skg:file", "skg:hash", "skg:characters",
            "skg:evidenceLevel", "skg:authority",
        )
    ),
    ("duplicate-source", 1, twin_source("skg:file")),
    ("duplicate-source", 1, twin_source("skg:hash")),
    ("malformed-date", 1, gain(SOURCES, "dcterms:date", text("last year"))),
    ("malformed-date", 1, gain(SOURCES, "dcterms:date", typed("2021-13-01", "date"))),
    ("future-date", 1, gain(SOURCES, "dcterms:date", typed("2999-01-01", "date"))),
    ("future-date", 1, gain(SOURCES, "dcterms:issued", typed("2999", "gYear"))),
    ("wrong-datatype", 2, change(things("skg:Claim", "skg:minimum"), "skg:minimum", retyped("string"))),
    ("wrong-datatype", 2, change(things("skg:Claim", "skg:hedge"), "skg:hedge", text("may", "en"))),
    ("wrong-datatype", 1, change(PASSAGES, "skg:start", retyped("decimal"))),
    ("ill-typed-literal", 2, change(PASSAGES, "skg:start", typed("ten", "integer"))),
    ("ill-typed-literal", 1, change(things("skg:Claim", "skg:minimum"), "skg:minimum", typed("1,5", "decimal"))),
    ("ill-typed-literal", 1, change(things("skg:Claim", "skg:expected"), "skg:expected", typed("yes", "boolean"))),
    ("bad-order", 2, change(things("skg:Claim", "skg:order"), "skg:order", typed("0", "integer"))),
    ("repeated-claim", 4, twin({})),
    ("repeated-claim", 1, twin({"skos:editorialNote": text("said twice", "en")})),
    ("contradiction-in-one-document", 3, twin({"skg:polarity": REFUTES})),
    ("schema-term-unexplained", 1, lose(named("skg:treats"), "rdfs:label")),
    ("schema-term-unexplained", 1, lose(named("skg:Concern"), "rdfs:comment")),
    ("schema-value-unlabelled", 2, lose(named("skg:Relative", "skg:E0"), "rdfs:label")),
]  # fmt: skip

CASES = [
    pytest.param(rule, harm, nth, of, id=f"{rule}-{number}.{nth}")
    for number, (rule, of, harm) in enumerate(MUTANTS, 1)
    for nth in range(of)
]
RULES = {query.name: query for query in checks()}


@pytest.fixture(scope="module")
def graph() -> SkinGraph:
    return SkinGraph.load()


@cache
def found_before(graph: SkinGraph, rule: str) -> frozenset[Violation]:
    return frozenset(check_query(graph, RULES[rule]))


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


@pytest.mark.parametrize(("rule", "harm", "nth", "of"), CASES)
def test_damage_is_caught_by_the_rule_for_it(graph, rule, harm, nth, of):
    damage = harm(graph.store, nth, of)
    before = found_before(graph, rule)
    with damaged(graph.store, damage):
        found = set(check_query(graph, RULES[rule])) - before
    assert damage.entity.value in {violation.entity for violation in found}, (
        f"{rule} does not see this damage to {curie(damage.entity.value)}"
    )


def test_every_rule_has_a_damage_that_it_catches():
    assert {rule for rule, _, _ in MUTANTS} == set(RULES)


def test_there_are_some_200_damaged_copies():
    assert len(CASES) >= 200


# Damage that only the documents show

DOCUMENT = (
    "A short guide to the care of scars. "
    + " ".join(
        f"Point {number}: the gel number {number} can soften a scar within {number} weeks."
        for number in range(1, 21)
    )
    + "\n"
)


@pytest.fixture(scope="module")
def documents(tmp_path_factory) -> tuple[SkinGraph, Path]:
    """The shipped graph and its documents, or a small graph and a document where those are away."""
    beside = Path(__file__).parents[2]
    places = [
        os.environ.get("SKINGRAPH_SOURCES"),
        beside / "shared/sources",
        beside.parent / "shared/sources",
    ]
    for place in places:
        if place and Path(place).is_dir():
            return SkinGraph.load(), Path(place)
    return miniature(tmp_path_factory.mktemp("documents"))


def miniature(folder: Path) -> tuple[SkinGraph, Path]:
    """A document of twenty sentences, and a graph with a claim on each."""
    import hashlib

    def hashed(words: str) -> str:
        return f"sha256:{hashlib.sha256(words.encode()).hexdigest()}"

    (folder / "guide.txt").write_bytes(DOCUMENT.encode())
    lines = [f"@prefix {prefix}: <{iri}> ." for prefix, iri in PREFIXES.items()]
    lines.append("skin:gel a skg:Treatment ; skos:definition 'A gel for scars.'@en .")
    lines.append("skin:scar a skg:Concern ; skos:definition 'A mark left by a wound.'@en .")
    for source, file in (("guide", "guide.txt"), ("copy", "copy.txt")):
        (folder / file).write_bytes(DOCUMENT.encode())
        lines.append(
            f"source:{source} a skg:Source ; skg:file '{file}' ; "
            f"skg:characters {len(DOCUMENT)} ; skg:hash '{hashed(DOCUMENT)}' ."
        )
    for number, match in enumerate(re.finditer(r"Point [^.]*\.", DOCUMENT)):
        passage = f"passage:guide-{match.start()}-{match.end()}"
        lines.append(
            f"{passage} a skg:Passage ; skg:source source:guide ; skg:start {match.start()} ; "
            f"skg:end {match.end()} ; skg:hash '{hashed(match[0])}' ."
        )
        lines.append(
            f"claim:guide-{number} a skg:Claim ; rdf:subject skin:gel ; rdf:object skin:scar ; "
            f"rdf:predicate skg:treats ; skg:polarity skg:Supports ; skg:hedge 'can' ; "
            f"skg:statedAs 'weeks' ; skg:condition 'for a while'@en ; skg:passage {passage} ."
        )
    file = folder / "small.ttl"
    file.write_text("\n".join(lines), encoding="utf-8")
    small = SkinGraph.load(also=[])
    small.store.clear()
    small.store.bulk_load(file.read_bytes(), format=ox.RdfFormat.TURTLE, to_graph=ASSERTED_GRAPH)
    return small, folder


def other_digit(old: Term) -> Term:
    return text(old.value[:-1] + ("0" if old.value[-1] != "0" else "1"))


DOCUMENT_MUTANTS: list[tuple[str, int, Callable[[Store, int, int], Damage]]] = [
    ("passage-hash-differs", 6, change(PASSAGES, "skg:start", plus("1"))),
    ("passage-hash-differs", 6, change(PASSAGES, "skg:end", plus("-1"))),
    ("passage-hash-differs", 6, change(PASSAGES, "skg:hash", other_digit)),
    ("passage-cuts-a-word", 4, change(PASSAGES, "skg:end", plus("-2"))),
    ("passage-outside-document", 3, change(PASSAGES, "skg:end", plus("90000"))),
    ("passage-outside-document", 2, change(PASSAGES, "skg:start", typed("-1", "integer"))),
    ("passage-outside-document", 2, change(PASSAGES, "skg:start", plus("90000"))),
    ("document-changed", 2, change(SOURCES, "skg:hash", other_digit)),
    ("document-length-differs", 2, change(SOURCES, "skg:characters", plus("1"))),
    ("document-missing", 2, change(SOURCES, "skg:file", rewrite("[.]", "-"))),
    ("document-missing", 1, change(SOURCES, "skg:file", text("../secret.txt"))),
]


@pytest.mark.parametrize(
    ("rule", "harm", "nth", "of"),
    [
        pytest.param(rule, harm, nth, of, id=f"{rule}-{number}.{nth}")
        for number, (rule, of, harm) in enumerate(DOCUMENT_MUTANTS, 1)
        for nth in range(of)
    ],
)
def test_damage_to_a_passage_or_source_shows_in_the_documents(documents, rule, harm, nth, of):
    graph, folder = documents
    damage = harm(graph.store, nth, of)
    with damaged(graph.store, damage):
        found = {(v.rule, v.entity): v for v in check_passages(graph, folder)}
    assert (rule, damage.entity.value) in found
    assert "Claims that rest on it: claim:" in found[rule, damage.entity.value].message


def test_a_claim_moved_to_another_document_shows_in_the_documents(documents):
    graph, folder = documents
    passage = PASSAGES(graph.store)[-1]
    (old,) = stated(graph.store, passage, "skg:source")
    other = next(source for source in SOURCES(graph.store) if source != old.object)
    damage = Damage(passage, (old,), (quad(passage, "skg:source", other),))
    with damaged(graph.store, damage):
        # The miniature's second document is a copy of the first, so it is cut here.
        if (folder / "copy.txt").exists():
            (folder / "copy.txt").write_text("another text", encoding="utf-8")
        rules = {v.rule for v in check_passages(graph, folder) if v.entity == passage.value}
        if (folder / "copy.txt").exists():
            (folder / "copy.txt").write_bytes(DOCUMENT.encode())
    assert rules & {"passage-hash-differs", "passage-outside-document"}


@pytest.mark.parametrize(
    ("choose", "property_", "language"),
    [
        (things("skg:Treatment", "skos:definition"), "skos:definition", "en"),
        (things("skg:Concern", "skos:definition"), "skos:scopeNote", "en"),
        (CLAIMS, "skos:editorialNote", "en"),
        (things("skg:Claim", "skg:condition"), "skg:condition", "en"),
        (things("skg:Claim", "skg:statedAs"), "skg:statedAs", None),
        (things("skg:Claim", "skg:hedge"), "skg:hedge", None),
    ],
)
def test_eight_words_of_a_document_are_not_repeated(documents, choose, property_, language):
    graph, folder = documents
    file = the(graph.store, SOURCES(graph.store)[0], "skg:file").value
    words = (folder / file).read_text(encoding="utf-8").split()[20:]
    thing = choose(graph.store)[0]

    def rules(number: int) -> set[str]:
        copied = text(" ".join(["so:", *words[:number]]).upper(), language)
        with damaged(graph.store, Damage(thing, (), (quad(thing, property_, copied),))):
            found = check_wording(graph, folder)
        return {v.rule for v in found if v.entity == thing.value}

    assert "wording-copied" in rules(12)
    assert "wording-copied" not in rules(6)


@pytest.mark.parametrize("damage", ["passage-hash-differs", "wording-copied"])
def test_the_documents_are_checked_where_they_are_away(tmp_path, damage):
    graph, folder = miniature(tmp_path)
    assert check_passages(graph, folder) == []
    assert check_wording(graph, folder) == []
    if damage == "passage-hash-differs":
        (folder / "guide.txt").write_bytes(DOCUMENT.replace("scar ", "wart ").encode())
        found = check_passages(graph, folder)
    else:
        words = text("Point 3: the gel number 3 can soften a scar", "en")
        graph.store.add(quad(n("skin:gel"), "skos:definition", words))
        found = check_wording(graph, folder)
    assert damage in {violation.rule for violation in found}


def test_the_schema_graph_is_left_as_it_was(graph):
    assert len(list(graph.store.quads_for_pattern(None, None, None, SCHEMA_GRAPH))) == len(
        list(SkinGraph.load().store.quads_for_pattern(None, None, None, SCHEMA_GRAPH))
    )
