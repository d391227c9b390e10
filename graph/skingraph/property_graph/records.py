"""Claims, passages and labels read off a store when they are needed, a few kept at hand."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from skingraph.claims import Claim, Passage
from skingraph.concepts import Named, plainest
from skingraph.errors import BadFile
from skingraph.index import Fields, Wording, claim_of, sources_of
from skingraph.prefixes import SKG, curie, expand

if TYPE_CHECKING:
    from collections.abc import Iterator

    from skingraph.store import SkinGraph

# How many labels and passages are kept; the others are looked up again.
_AT_HAND: Final = 1 << 13


def named_node(name: str) -> ox.NamedNode:
    """The node that a CURIE of ours stands for."""
    return ox.NamedNode(expand(name) or name)


_TYPE, _PASSAGE = named_node("rdf:type").value, SKG + "passage"
_OBJECT = named_node("rdf:object")
_PREFERRED, _LABEL = named_node("skos:prefLabel"), named_node("rdfs:label")
# Of these a claim may have one; with two nobody can say what it means.
_ONE: Final = frozenset(
    (
        *map(expand, ("rdf:subject", "rdf:predicate", "rdf:object")),
        *(SKG + name for name in ("polarity", "certainty", "strength", "effect", "direction")),
        *(
            SKG + name
            for name in ("minimum", "maximum", "startHour", "endHour", "hedge", "frequency")
        ),
    )
)


def short(iri: str) -> str:
    """The id of a thing: its CURIE, or the IRI; in angle brackets if it looks like another's CURIE.

    >>> short("https://w3id.org/skingraph/microneedling"), short("skin:microneedling")
    ('skin:microneedling', '<skin:microneedling>')
    """
    return f"<{iri}>" if expand(iri) else curie(iri)


class Records:
    """What a graph says of single things, by their IRIs."""

    def __init__(self, graph: SkinGraph) -> None:
        self.store = graph.store
        self.wording = Wording.of(graph)
        self.sources = {source.iri: source for source in sources_of(graph)}
        self.labels = lru_cache(_AT_HAND)(self._labels)
        self.passage = lru_cache(_AT_HAND)(self._passage)
        self.id = lru_cache(_AT_HAND)(short)

    def about(self, iri: str) -> Iterator[ox.Quad]:
        """The statements about a thing."""
        return self.store.quads_for_pattern(ox.NamedNode(iri), None, None, None)

    def claim(self, iri: str) -> Claim:
        """A claim.

        Raises:
            BadFile: it is not whole, or says two things where there can be one.
        """
        said: Fields = {}
        passages: dict[str, Passage] = {}
        for quad in self.about(iri):
            property_, value = quad.predicate.value, quad.object
            values = said.setdefault(property_, {})
            if value in values or property_ == _TYPE:
                continue
            values[value] = []
            if not isinstance(value, ox.NamedNode):
                continue
            if property_ != _PASSAGE:
                values[value] = list(self.labels(value))
            elif passage := self.passage(value.value):
                passages[value.value] = passage
        for name in said.keys() & _ONE:
            if len(said[name]) > 1:
                raise BadFile(
                    f"{short(iri)}: has {len(said[name])} values of {short(name)}. Keep one."
                )
        claim = claim_of(iri, said, passages, self.wording)
        if not claim.subject.iri or not claim.predicate.iri:
            lacking = "subject" if not claim.subject.iri else "predicate"
            raise BadFile(
                f"{short(iri)}: has no {lacking} that is an IRI. Look with: skingraph check"
            )
        if claim.object is None and said.get(_OBJECT.value):
            raise BadFile(f"{short(iri)}: its object is no IRI. Look with: skingraph check")
        return claim

    def _labels(self, thing: ox.NamedNode) -> tuple[ox.Literal, ...]:
        for property_ in (_PREFERRED, _LABEL):
            quads = self.store.quads_for_pattern(thing, property_, None, None)
            found = {quad.object for quad in quads if isinstance(quad.object, ox.Literal)}
            if found:
                return tuple(sorted(found, key=str))
        return ()

    def _passage(self, iri: str) -> Passage | None:
        said = {quad.predicate.value: quad.object for quad in self.about(iri)}

        def text(name: str) -> str:
            value = said.get(SKG + name)
            return value.value if isinstance(value, ox.Literal | ox.NamedNode) else ""

        source = self.sources.get(text("source"))
        if source is None:
            return None
        try:
            start, end = int(text("start") or 0), int(text("end") or 0)
        except ValueError as error:
            raise BadFile(f"{short(iri)}: skg:start or skg:end is no number. Write one.") from error
        return Passage(iri, source, text("section"), start, end, text("hash"))

    def named(self, iri: str) -> Named:
        """A thing with its label, or with its id where it has none."""
        return Named(plainest(self.labels(ox.NamedNode(iri))) or self.id(iri), iri)
