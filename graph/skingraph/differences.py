"""What changed from one graph to another: concepts, claims, passages, sources, field by field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from skingraph.blanks import renamed
from skingraph.concepts import plainest
from skingraph.index import ClaimIndex
from skingraph.loading import INFERRED_GRAPH, SCHEMA_GRAPH, schema_files
from skingraph.prefixes import PREFIXES, SKG, curie
from skingraph.store import SkinGraph

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from skingraph.rows import Term

    # A statement, and the named graphs in which it stands; "" is the default graph.
    Statement = tuple[ox.Triple, tuple[str, ...]]

KINDS: Final = ("concept", "claim", "passage", "source", "other")
CHANGES: Final = ("added", "removed", "changed")

_TYPE: Final = ox.NamedNode(PREFIXES["rdf"] + "type")
_LABELS: Final = tuple(
    ox.NamedNode(PREFIXES[prefix] + name)
    for prefix, name in (("skos", "prefLabel"), ("rdfs", "label"), ("dcterms", "title"))
)
_PASSAGE: Final = ox.NamedNode(SKG + "passage")
_SOURCE: Final = ox.NamedNode(SKG + "source")
# Of these a claim has one; the first two it must have.
_ONE: Final = (
    "rdf:subject",
    "rdf:predicate",
    "rdf:object",
    "skg:polarity",
    "skg:certainty",
    "skg:strength",
)
_HELD: Final = (_TYPE, _SOURCE)
_RECORDS: Final = {
    ox.NamedNode(SKG + name): name.lower() for name in ("Claim", "Passage", "Source")
}


@dataclass(frozen=True, slots=True)
class Field:
    """One property of a thing: the values it no longer has, and those it has now.

    Values are written as in Turtle: `skg:Hedged`, `"may"@en`, `3007`.
    """

    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one thing.

    Attributes:
        kind: one of `KINDS`; a thing of none of the first four kinds is "other".
        change: one of `CHANGES`.
        id: its CURIE, or its IRI where no prefix fits.
        label: its label or title, or nothing.
        fields: the properties that differ; all that it had or has, where it came or went.
        said_before: a claim in words, as it was.
        said_after: a claim in words, as it is.
        claims: the claims that rest on a passage or source, or did before it went, by CURIE.
        sources: the sources of a claim, before and after, by CURIE.
    """

    kind: str
    change: str
    id: str
    label: str
    fields: tuple[Field, ...]
    said_before: str = ""
    said_after: str = ""
    claims: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Differences:
    """What changed, in a stable order, and the statements that went and came."""

    changes: tuple[Change, ...]
    removed: tuple[Statement, ...]
    added: tuple[Statement, ...]

    def __bool__(self) -> bool:
        return bool(self.removed or self.added)

    def of(self, kind: str, change: str) -> list[Change]:
        """The changes of one kind, such as ("claim", "added")."""
        return [one for one in self.changes if (one.kind, one.change) == (kind, change)]


def differences(before: SkinGraph, after: SkinGraph) -> Differences:
    """What changed from one graph to the other.

    The schema and what rules infer do not count, and neither does the named graph in which a
    statement stands. Blank nodes are the same where all that hangs on them is the same.

    Raises:
        QueryStopped: blank nodes are tangled so that telling them apart takes too long.
    """
    left, right = _Side(before), _Side(after)
    removed, added = tuple(left.missing_in(right)), tuple(right.missing_in(left))
    subjects = {triple.subject for triple, _ in (*removed, *added)}
    said = [
        side.in_words([subject for subject in subjects if side.kind(subject) == "claim"])
        for side in (left, right)
    ]
    changes = [_change(subject, left, right, said) for subject in subjects]
    changes.sort(key=lambda one: (KINDS.index(one.kind), CHANGES.index(one.change), one.id))
    return Differences(tuple(changes), removed, added)


def written(term: Term) -> str:
    """A term as in Turtle, an IRI by its short form where a prefix fits.

    >>> written(ox.Literal("3", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#decimal")))
    '"3"^^xsd:decimal'
    """
    if isinstance(term, ox.NamedNode):
        short = curie(term.value)
        return short if short != term.value else str(term)
    if isinstance(term, ox.Literal) and "^^" in (text := str(term)):
        return f"{text.rpartition('^^')[0]}^^{written(term.datatype)}"
    return str(term)


class _Side:
    """The statements of one graph without its schema and what rules infer."""

    def __init__(self, graph: SkinGraph) -> None:
        self.store = graph.store
        hidden = (SCHEMA_GRAPH, INFERRED_GRAPH)
        named = [name for name in self.store.named_graphs() if name not in hidden]
        self.graphs = (*sorted(named, key=str), ox.DefaultGraph())
        # Names of blank nodes mean nothing; statements with one are held here under others.
        self.nameless = ox.Store()
        self.nameless.extend(renamed(self._quads(nameless=True)))

    def missing_in(self, other: _Side) -> Iterator[Statement]:
        """The statements that the other side does not have, in a stable order."""
        missing = {
            quad.triple
            for quad in self._quads(nameless=False)
            if not other.holds(quad.triple, other.store, other.graphs)
        }
        missing |= {
            quad.triple
            for quad in self.nameless
            if not other.holds(quad.triple, other.nameless, (ox.DefaultGraph(),))
        }
        for triple in sorted(missing, key=str):
            yield triple, self.graphs_of(triple)

    def holds(
        self,
        triple: ox.Triple,
        store: ox.Store,
        graphs: Iterable[ox.NamedNode | ox.BlankNode | ox.DefaultGraph],
    ) -> bool:
        """Whether a statement stands in one of these graphs."""
        return any(
            ox.Quad(triple.subject, triple.predicate, triple.object, graph) in store
            for graph in graphs
        )

    def graphs_of(self, triple: ox.Triple) -> tuple[str, ...]:
        """The graphs in which a statement stands."""
        return tuple(
            "" if isinstance(graph, ox.DefaultGraph) else str(graph)
            for graph in self.graphs
            if self.holds(triple, self.store, (graph,))
        )

    def about(self, subject: ox.NamedNode | ox.BlankNode | ox.Triple) -> dict[str, set[str]]:
        """What is said of a thing: the values by property, as they are written."""
        fields: dict[str, set[str]] = {}
        for triple in self._of(subject):
            fields.setdefault(written(triple.predicate), set()).add(written(triple.object))
        return fields

    def kind(self, subject: ox.NamedNode | ox.BlankNode | ox.Triple) -> str:
        """The kind of a thing, or "" where nothing is said of it."""
        types = {triple.object for triple in self._of(subject) if triple.predicate == _TYPE}
        for class_, kind in _RECORDS.items():
            if class_ in types:
                return kind
        if not isinstance(subject, ox.NamedNode) or not any(self._of(subject)):
            return ""
        ours = any(isinstance(one, ox.NamedNode) and one.value.startswith(SKG) for one in types)
        is_concept = ours or curie(subject.value).startswith("skin:")
        return "concept" if is_concept else ""

    def label(self, subject: ox.NamedNode | ox.BlankNode | ox.Triple) -> str:
        """The label or title of a thing."""
        for property_ in _LABELS:
            found = [one.object for one in self._of(subject) if one.predicate == property_]
            if found:
                return plainest(found)
        return ""

    def claims_on(self, subject: ox.NamedNode | ox.BlankNode | ox.Triple) -> set[str]:
        """The claims that rest on a passage, or on a source by its passages."""
        if not isinstance(subject, ox.NamedNode):
            return set()
        passages = {subject, *self._named_by(_SOURCE, subject)}
        return {
            curie(claim.value)
            for passage in passages
            for claim in self._named_by(_PASSAGE, passage)
        }

    def in_words(self, claims: Iterable[object]) -> dict[object, tuple[str, tuple[str, ...]]]:
        """These claims in words, each with its sources; not those of which nobody can say them."""
        waiting = [
            one for one in claims if isinstance(one, ox.NamedNode) and self._is_plain_claim(one)
        ]
        if not waiting:
            return {}
        part, seen = ox.Store(), set(waiting)
        # The claims with all that they name, then of concepts the names, of passages the sources.
        for hop in range(3):
            quads = [
                ox.Quad(triple.subject, triple.predicate, triple.object)
                for one in waiting
                for triple in self._of(one)
                if hop == 0 or isinstance(triple.object, ox.Literal) or triple.predicate in _HELD
            ]
            part.extend(quads)
            named = {quad.object for quad in quads if isinstance(quad.object, ox.NamedNode)}
            waiting = sorted(named - seen, key=str)
            seen.update(waiting)
        schema_files(part)
        index = ClaimIndex(SkinGraph(part))
        return {
            ox.NamedNode(iri): (str(claim), tuple(source.curie for source in claim.sources))
            for iri, claim in index.claims.items()
        }

    def _is_plain_claim(self, claim: ox.NamedNode) -> bool:
        """Whether a claim has a subject and a property, and one value where two contradict."""
        said = self.about(claim)
        return all(len(said.get(name, ())) <= 1 for name in _ONE) and all(
            name in said for name in _ONE[:2]
        )

    def _of(self, subject: ox.NamedNode | ox.BlankNode | ox.Triple) -> Iterator[ox.Triple]:
        if isinstance(subject, ox.BlankNode):
            for quad in self.nameless.quads_for_pattern(subject, None, None):
                yield quad.triple
            return
        for graph in self.graphs:
            for quad in self.store.quads_for_pattern(subject, None, None, graph):
                if not isinstance(quad.object, ox.BlankNode):
                    yield quad.triple
        for quad in self.nameless.quads_for_pattern(subject, None, None):
            yield quad.triple

    def _named_by(self, property_: ox.NamedNode, thing: ox.NamedNode) -> set[ox.NamedNode]:
        return {
            quad.subject
            for graph in self.graphs
            for quad in self.store.quads_for_pattern(None, property_, thing, graph)
            if isinstance(quad.subject, ox.NamedNode)
        }

    def _quads(self, *, nameless: bool) -> Iterator[ox.Quad]:
        for graph in self.graphs:
            for quad in self.store.quads_for_pattern(None, None, None, graph):
                if _is_nameless(quad) == nameless:
                    yield quad


def _change(
    subject: ox.NamedNode | ox.BlankNode | ox.Triple,
    left: _Side,
    right: _Side,
    said: list[dict[object, tuple[str, tuple[str, ...]]]],
) -> Change:
    before, after = left.about(subject), right.about(subject)
    kind = right.kind(subject) or left.kind(subject) or "other"
    fields = tuple(
        Field(name, tuple(sorted(gone)), tuple(sorted(come)))
        for name in sorted(before.keys() | after.keys())
        for gone in [before.get(name, set()) - after.get(name, set())]
        for come in [after.get(name, set()) - before.get(name, set())]
        if gone or come
    )
    words = [one.get(subject, ("", ())) for one in said]
    rests = kind in ("passage", "source")
    return Change(
        kind=kind,
        change="changed" if before and after else "removed" if before else "added",
        id=written(subject),
        label=right.label(subject) or left.label(subject),
        fields=fields,
        said_before=words[0][0],
        said_after=words[1][0],
        claims=tuple(sorted((right if after else left).claims_on(subject))) if rests else (),
        sources=tuple(sorted({*words[0][1], *words[1][1]})),
    )


def _is_nameless(quad: ox.Quad) -> bool:
    return isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode)
