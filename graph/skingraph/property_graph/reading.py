"""Nodes and edges read off a graph one after the other, however large it is."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from skingraph.claims import Claim, Passage, Said
from skingraph.concepts import Named, plainest
from skingraph.errors import BadFile
from skingraph.loading import INFERRED_GRAPH, SCHEMA_GRAPH
from skingraph.prefixes import SKG, curie
from skingraph.property_graph.elements import QUANTITY, Edge, Node
from skingraph.property_graph.records import Records, named_node, short
from skingraph.store import SkinGraph

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_TYPE, _PREDICATE = named_node("rdf:type"), named_node("rdf:predicate")
_SUBJECT, _OBJECT = named_node("rdf:subject"), named_node("rdf:object")
_PREFERRED, _LABEL, _TITLE = (
    named_node("skos:prefLabel"),
    named_node("rdfs:label"),
    named_node("dcterms:title"),
)
_CLAIM, _INHERITED = named_node("skg:Claim"), named_node("skg:InheritedEdge")
_BASED_ON, _SUBCLASS = named_node("skg:basedOn"), named_node("rdfs:subClassOf")
_DEFINITION = named_node("skos:definition")
_TEXTS: Final = {
    named_node("skos:altLabel"): "synonyms",
    named_node("skos:hiddenLabel"): "hidden_labels",
}
_MATCHES: Final = {
    named_node(f"skos:{way}Match"): f"{way}_match" for way in ("exact", "close", "broad", "narrow")
}
_WORDS: Final = {named_node("skos:related").value: "is related to"}
_NOT_ASSERTED: Final = (SCHEMA_GRAPH, INFERRED_GRAPH)


def nodes(graph: SkinGraph, *, inherited: bool = False) -> Iterator[Node]:
    """The nodes in the order of their IRIs, then the quantities in the order of their claims.

    Args:
        graph: the whole or a part. Without claims and concepts, every IRI in it is a node.
        inherited: with what only inherited edges reach.

    Raises:
        BadFile: a claim is not whole.
    """
    return PropertyGraph(graph, inherited=inherited).nodes()


def edges(graph: SkinGraph, *, inherited: bool = False) -> Iterator[Edge]:
    """The claims in the order of their IRIs, and after them what is inherited, if it is wanted.

    Raises:
        BadFile: a claim is not whole: it lacks a subject or has two polarities, for instance.
    """
    return PropertyGraph(graph, inherited=inherited).edges()


def links(graph: SkinGraph) -> Iterator[Edge]:
    """The statements between nodes that no claim makes, such as skos:broader and skos:related."""
    return PropertyGraph(graph).links()


class PropertyGraph:
    """A graph, read as nodes and edges; of the claims it keeps no more than their IRIs.

    Raises:
        BadFile: a claim has no IRI.
    """

    def __init__(self, graph: SkinGraph, *, inherited: bool = False) -> None:
        self._store = graph._at_hand()
        self._records = Records(SkinGraph(self._store, union=graph.union))
        self._claims = self._of_class(_CLAIM)
        passed_on = self._of_class(_INHERITED)
        self._inherited = passed_on if inherited else []
        self.inherited_left_out = len(passed_on) - len(self._inherited)
        self._nodes = self._named_nodes()
        self._left_out: Counter[str] = Counter()
        self.quantities = 0

    def has_at_most(self, limit: int) -> bool:
        """Whether it has no more nodes than this."""
        room = limit - len(self._nodes)
        without = (iri for iri in self._claims if not self._has_object(iri))
        return room >= 0 and sum(1 for _ in islice(without, room + 1)) <= room

    @property
    def has_claims(self) -> bool:
        """Whether there is any claim."""
        return bool(self._claims)

    @property
    def has_sources(self) -> bool:
        """Whether there is any document."""
        return bool(self._records.sources)

    def nodes(self) -> Iterator[Node]:
        """The nodes in the order of their IRIs, then the quantities in the order of their claims."""
        self._left_out.clear()
        self.quantities = 0
        for iri in sorted(self._nodes):
            yield self._node(iri)
        for iri in self._claims:
            if self._has_object(iri):
                continue
            claim = self._records.claim(iri)
            self.quantities += 1
            name = f"{self._records.id(iri)}/value"
            yield Node(name, iri, _worded(claim), (QUANTITY,))

    def edges(self) -> Iterator[Edge]:
        """The claims in the order of their IRIs, then what is inherited, if it was asked for."""
        for iri in self._claims:
            yield self._edge(self._records.claim(iri))
        for iri in self._inherited:
            yield self._passed_on(iri)

    def links(self) -> Iterator[Edge]:
        """The statements between nodes that no claim makes, in the order of their subjects."""
        words = self._records.wording.labels | _WORDS
        for iri in sorted(self._nodes):
            found = {
                (quad.predicate.value, quad.object.value)
                for quad in self._asserted(iri)
                if self._is_link(quad) and isinstance(quad.object, ox.NamedNode)
            }
            for predicate, end in sorted(found):
                parts = self._records.id(iri), self._records.id(predicate), self._records.id(end)
                verb = words.get(predicate, parts[1])
                one, other = self._records.named(iri).label, self._records.named(end).label
                yield Edge(
                    " ".join(parts),
                    "statement",
                    *parts,
                    subject_label=one,
                    object_label=other,
                    label=verb,
                    says=f"{one} {verb} {other}",
                )

    def remarks(self) -> tuple[str, ...]:
        """What of the nodes stands in no attribute; known when they have been read."""
        if not self._left_out:
            return ()
        kinds = ", ".join(f"{name} ({count})" for name, count in sorted(self._left_out.items())[:5])
        more = ", ..." if len(self._left_out) > 5 else ""
        total = self._left_out.total()
        return (f"{total} statements about concepts have no place here: {kinds}{more}",)

    def _of_class(self, class_: ox.NamedNode) -> list[str]:
        found: set[str] = set()
        for quad in self._store.quads_for_pattern(None, _TYPE, class_, None):
            if not isinstance(quad.subject, ox.NamedNode):
                raise BadFile(
                    "a claim has no IRI and cannot be cited. Find it: skingraph check FILE"
                )
            found.add(quad.subject.value)
        return sorted(found)

    def _named_nodes(self) -> set[str]:
        found: set[str] = set()
        for class_ in self._concept_classes():
            quads = self._store.quads_for_pattern(None, _TYPE, class_, None)
            found |= _iris(quad.subject for quad in quads if quad.graph_name not in _NOT_ASSERTED)
        for quad in self._store.quads_for_pattern(None, _PREFERRED, None, None):
            if quad.graph_name not in _NOT_ASSERTED:
                found |= _iris([quad.subject])
        for iri in (*self._claims, *self._inherited):
            for end in (_SUBJECT, _OBJECT):
                quads = self._store.quads_for_pattern(ox.NamedNode(iri), end, None, None)
                found |= _iris(quad.object for quad in quads)
        return found or self._all_iris()

    def _concept_classes(self) -> set[ox.NamedNode]:
        classes = waiting = {named_node("skg:Concept")}
        while waiting:
            narrower = {
                quad.subject
                for class_ in waiting
                for quad in self._store.quads_for_pattern(None, _SUBCLASS, class_, None)
                if isinstance(quad.subject, ox.NamedNode)
            }
            waiting = narrower - classes
            classes = classes | waiting
        return classes

    def _all_iris(self) -> set[str]:
        found: set[str] = set()
        for quad in self._store:
            if quad.graph_name not in _NOT_ASSERTED:
                ends = [quad.subject] if quad.predicate == _TYPE else [quad.subject, quad.object]
                found |= _iris(ends)
        return found

    def _has_object(self, iri: str) -> bool:
        found = self._store.quads_for_pattern(ox.NamedNode(iri), _OBJECT, None, None)
        return next(found, None) is not None

    def _asserted(self, iri: str) -> Iterator[ox.Quad]:
        return (quad for quad in self._records.about(iri) if quad.graph_name not in _NOT_ASSERTED)

    def _is_link(self, quad: ox.Quad) -> bool:
        ours = quad.predicate == _TYPE or quad.predicate in _MATCHES
        known = isinstance(quad.object, ox.NamedNode) and quad.object.value in self._nodes
        return known and not ours

    def _node(self, iri: str) -> Node:
        preferred: list[ox.Literal] = []
        other: list[ox.Literal] = []
        kinds: set[str] = set()
        definitions: list[ox.Literal] = []
        texts: dict[str, set[str]] = {}
        for quad in dict.fromkeys(quad.triple for quad in self._asserted(iri)):
            property_, value = quad.predicate, quad.object
            if isinstance(value, ox.Literal):
                if property_ == _PREFERRED:
                    preferred.append(value)
                    continue
                if property_ in (_LABEL, _TITLE):
                    other.append(value)
                    continue
                if property_ == _DEFINITION:
                    definitions.append(value)
                    continue
                if property_ in _TEXTS:
                    texts.setdefault(_TEXTS[property_], set()).add(value.value)
                    continue
            if isinstance(value, ox.NamedNode):
                if property_ == _TYPE:
                    kinds.add(value.value)
                    continue
                if property_ in _MATCHES:
                    texts.setdefault(_MATCHES[property_], set()).add(short(value.value))
                    continue
                if value.value in self._nodes:
                    continue
            self._left_out[short(property_.value)] += 1
        shown = plainest(preferred) or plainest(other)
        others = [text for text in preferred + other if text.value != shown]
        definition = plainest(definitions)
        self._left_out.update(
            {"skos:definition": len(definitions) - 1} if len(definitions) > 1 else {}
        )
        return Node(
            id=self._records.id(iri),
            iri=iri,
            label=shown or self._records.id(iri),
            kinds=tuple(sorted(_kind(kind) for kind in kinds)),
            definition=definition,
            other_labels=tuple(sorted({_tagged(text) for text in others})),
            **{name: tuple(sorted(found)) for name, found in texts.items()},
        )

    def _edge(self, claim: Claim, heir: Named | None = None, iri: str = "") -> Edge:
        subject = heir or claim.subject
        donor = claim.subject if heir else None
        end = (
            self._records.id(claim.object.iri)
            if claim.object
            else f"{self._records.id(claim.iri)}/value"
        )
        counted = claim.minimum is not None or claim.maximum is not None
        scopes = {
            kind: self._ids(one for k, one in claim.scopes if k == kind) for kind, _ in claim.scopes
        }
        return Edge(
            id=self._records.id(iri or claim.iri),
            kind="inherited" if heir else "claim",
            subject=self._records.id(subject.iri),
            predicate=self._records.id(claim.predicate.iri),
            object=end,
            subject_label=subject.label,
            object_label=claim.object.label if claim.object else _worded(claim),
            label=_reading(claim, donor),
            says=str(Said(claim, donor)),
            claim=self._records.id(claim.iri),
            iri=iri or claim.iri,
            inherited_from=self._records.id(donor.iri) if donor else "",
            inherited_from_label=donor.label if donor else "",
            polarity=claim.polarity,
            certainty=claim.certainty,
            hedge=claim.hedge,
            frequency=claim.frequency,
            strength=claim.strength,
            effect=claim.effect.label if claim.effect else "",
            direction=claim.direction.label if claim.direction else "",
            expected=claim.expected or None,
            evidence=claim.evidence,
            authority=tuple(sorted({source.authority for source in claim.sources} - {""})),
            sources=tuple(self._records.id(source.iri) for source in claim.sources),
            source_titles=tuple(source.title for source in claim.sources),
            passages=tuple(self._records.id(passage.iri) for passage in claim.passages),
            passage_texts=tuple(map(_place, claim.passages)),
            quantity=claim.quantity,
            minimum=claim.minimum,
            maximum=claim.maximum,
            unit=claim.unit if counted else "",
            stated_as=claim.stated_as,
            start_hour=claim.start_hour,
            end_hour=claim.end_hour,
            order=claim.order,
            because_of=self._ids(claim.because),
            attribute=self._ids(claim.attributes),
            condition=claim.condition,
            note=claim.note,
            body_site=scopes.get("bodySite", ()),
            severity=scopes.get("severity", ()),
            population=scopes.get("population", ()),
            setting=scopes.get("setting", ()),
            about=scopes.get("about", ()),
            using=scopes.get("using", ()),
        )

    def _passed_on(self, iri: str) -> Edge:
        ends = {quad.predicate: quad.object for quad in self._records.about(iri)}
        heir, basis = ends.get(_SUBJECT), ends.get(_BASED_ON)
        if not isinstance(heir, ox.NamedNode) or not isinstance(basis, ox.NamedNode):
            raise BadFile(f"{short(iri)}: is inherited by nobody or from no claim. Load it again.")
        return self._edge(self._records.claim(basis.value), self._records.named(heir.value), iri)

    def _ids(self, things: Iterable[Named]) -> tuple[str, ...]:
        return tuple(self._records.id(thing.iri) for thing in things)


def _iris(terms: Iterable[object]) -> set[str]:
    return {term.value for term in terms if isinstance(term, ox.NamedNode)}


def _kind(iri: str) -> str:
    return iri.removeprefix(SKG) if iri.startswith(SKG) else short(iri)


def _tagged(text: ox.Literal) -> str:
    return f"{text.value}@{text.language}" if text.language else text.value


def _worded(claim: Claim) -> str:
    return claim.quantity or "not said"


def _place(passage: Passage) -> str:
    """File, section and characters of a passage."""
    source = passage.source
    where = f"{source.file or curie(source.iri)}, characters {passage.start} to {passage.end}"
    return f'{where}, under "{passage.section}"' if passage.section else where


def _reading(claim: Claim, donor: Named | None) -> str:
    """How a claim reads between its subject and its object, with all that limits it."""
    verb = claim.verb or claim.predicate.label
    if claim.direction:
        respects = ", ".join(named.label for named in claim.attributes)
        denial = "" if claim.supports else "NOT "
        verb = f"{claim.predicate.label} ({denial}{claim.direction.label} {respects})"
    elif claim.object is not None and claim.quantity:
        verb = f"{verb} ({claim.quantity})"
    if claim.polarity not in ("supports", "refutes"):
        verb = f"(neither affirmed nor denied:) {verb}"
    details = [*claim.details, *([f"inherited from {donor.label}"] if donor else [])]
    return f"{verb} [{'; '.join(details)}]" if details else verb
