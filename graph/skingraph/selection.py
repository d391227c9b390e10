"""What is taken out of a graph, and which claims it asks for.

A `Selection` says it in IRIs and short names; `SkinGraph.subgraph` takes it out and gives a graph
again, so that selections compose.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final, Protocol, Self, TypedDict, TypeVar

import pyoxigraph as ox

from skingraph.errors import BadParameter, UnknownName, did_you_mean
from skingraph.filters import ClaimFilter
from skingraph.loading import PLAIN_GRAPH
from skingraph.prefixes import PREFIXES, SKG, curie, expand
from skingraph.rows import union_select

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DIRECTIONS: Final = ("both", "out", "in")
POLARITIES: Final = {"supports": "Supports", "refutes": "Refutes"}

_TYPE: Final = ox.NamedNode(PREFIXES["rdf"] + "type")
_SUBJECT, _PREDICATE, _OBJECT = (
    ox.NamedNode(PREFIXES["rdf"] + name) for name in ("subject", "predicate", "object")
)
_CLAIM: Final = ox.NamedNode(SKG + "Claim")
# Below which no plain edge may stand, beside the scopes that the schema lists.
_LIMITS: Final = ("attribute", "condition", "frequency")
_PROPERTIES: Final = """
SELECT DISTINCT ?property ?label WHERE {
  { ?property rdfs:subPropertyOf* skg:relation } UNION { ?property a skg:Quantity }
  UNION { ?claim a skg:Claim ; rdf:predicate ?property }
  OPTIONAL { ?property rdfs:label ?label }
}
"""
_KINDS: Final = "SELECT ?class WHERE { ?class rdfs:subClassOf+ skg:Concept }"


class Fields(TypedDict, total=False):
    """The fields of a selection beside the concepts that it starts from, as keywords."""

    things: Iterable[str] | None
    hops: int
    direction: str
    kinds: Iterable[str]
    properties: Iterable[str]
    sources: Iterable[str]
    min_evidence: str | None
    authorities: Iterable[str]
    polarity: str | None
    inherited: bool | None
    with_claims: bool
    with_labels: bool
    with_definitions: bool


@dataclass(frozen=True, slots=True)
class Selection:
    """Which part of a graph is wanted. As it is made, it wants everything.

    Attributes:
        concepts: where the hops start, as IRIs; None for no such place.
        things: claims and concepts that are taken as they are, as IRIs, without a hop.
        hops: how many claims away a concept may be; with 0 only claims among `concepts` are kept.
        direction: hops go "out" from subject to object, "in" the other way, or "both" ways. With
            "both", all claims between the concepts reached are kept, else those gone along.
        kinds: classes such as "Concern"; only concepts of these are reached. Without a place to
            start from, the claims among the concepts of these classes are kept.
        properties: only claims with these, or with narrower ones: "treats", "cautionIn", an IRI.
        sources: only claims of these documents, by short name.
        min_evidence: only claims of at least this level, E0 to E5.
        authorities: only claims of these kinds of body.
        polarity: only claims that say "supports", or "refutes".
        inherited: False for only what is said of the concepts themselves; True for only what
            they inherit from broader ones; None for both.
        with_claims: without, each claim that an edge can stand for becomes that edge; see
            `edge_worthy`.
        with_labels: without, the concepts have no labels and no synonyms.
        with_definitions: without, they have no definitions.

    Raises:
        BadParameter: hops, direction or polarity is none of those, or two wishes exclude each
            other.
    """

    concepts: tuple[str, ...] | None = None
    things: tuple[str, ...] | None = None
    hops: int = 1
    direction: str = "both"
    kinds: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    min_evidence: str | None = None
    authorities: tuple[str, ...] = ()
    polarity: str | None = None
    inherited: bool | None = None
    with_claims: bool = True
    with_labels: bool = True
    with_definitions: bool = True

    def __post_init__(self) -> None:
        if self.hops < 0:
            raise BadParameter(f"hops {self.hops}: must be 0 or more.")
        for word, value, known in (
            ("direction", self.direction, DIRECTIONS),
            ("polarity", self.polarity, (None, *POLARITIES)),
        ):
            if value not in known:
                names = ", ".join(filter(None, known))
                raise BadParameter(f"no {word} is called {value!r}. Known: {names}.")
        if not self.with_claims and (self.inherited or self.polarity == "refutes"):
            what = "inherited" if self.inherited else "denied"
            raise BadParameter(
                f"a plain edge cannot say that something is {what}. Take it with its claims."
            )

    @classmethod
    def of(cls, concepts: Iterable[str] | None, options: Fields) -> Self:
        """A selection from keywords; any iterable will do where a tuple is kept."""
        given: dict[str, object] = {"concepts": concepts, **options}
        for name in ("concepts", "things", "kinds", "properties", "sources", "authorities"):
            value = given.get(name)
            if value is not None:
                one = (value,) if isinstance(value, str) else value
                given[name] = tuple(sorted(set(one)))  # type: ignore[call-overload]
        return cls(**given)  # type: ignore[arg-type]

    @classmethod
    def from_dict(cls, said: Mapping[str, object]) -> Self:
        """The selection that `as_dict` wrote.

        Raises:
            BadParameter: something in it is no field of a selection.
        """
        known = {field.name for field in fields(cls)}
        for name in sorted(set(said) - known):
            raise BadParameter(f"a selection has no field {name!r}.{did_you_mean(name, known)}")
        try:
            return cls(**{k: tuple(v) if isinstance(v, list) else v for k, v in said.items()})  # type: ignore[arg-type]
        except TypeError as error:
            raise BadParameter(f"this is no selection: {error}") from error

    def as_dict(self) -> dict[str, object]:
        """What is not as it is for everything, in one stable form for JSON."""
        found: dict[str, object] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if value != field.default:
                found[field.name] = sorted(value) if isinstance(value, tuple) else value
        return found

    @property
    def starts_nowhere(self) -> bool:
        """True where no concept, no thing and no class is named: all claims are looked at."""
        return self.concepts is None and self.things is None and not self.kinds

    @property
    def chooses_claims(self) -> bool:
        """True where some claims are wanted for what they say, or for who says it."""
        return bool(self.properties or self.polarity or self.inherited or self._asks_for_sources)

    @property
    def _asks_for_sources(self) -> bool:
        return bool(self.sources or self.authorities or self.min_evidence)

    def fitting(self, store: ox.Store) -> set[ox.NamedNode]:
        """The claims that say what is asked for, wherever they stand.

        Raises:
            UnknownName: the graph has no such property, source, authority or level.
            BadParameter: it has plain edges, and of these nobody knows the source.
        """
        found = claims_in(store)
        if self.properties:
            wanted = known_properties(store, self.properties)
            found &= _with(store, _PREDICATE, wanted)
        if self.polarity:
            found &= _with(store, _n("polarity"), {_n(POLARITIES[self.polarity])})
        if self._asks_for_sources:
            if any(True for _ in store.quads_for_pattern(None, None, None, PLAIN_GRAPH)):
                raise BadParameter(
                    "these are plain edges without claims, and of them no source is known. "
                    "Choose the sources first, or take them with their claims."
                )
            by = ClaimFilter(self.min_evidence, self.authorities, self.sources)
            found &= by.kept(store)
        return found if self.with_claims else found & edge_worthy(store)

    def documents(self, store: ox.Store) -> set[ox.NamedNode]:
        """The sources that are asked for by name."""
        names = {
            name.rsplit("/", 1)[-1].removeprefix("source:").casefold() for name in self.sources
        }
        return {
            quad.subject
            for quad in store.quads_for_pattern(None, _TYPE, _n("Source"), None)
            if isinstance(quad.subject, ox.NamedNode)
            and quad.subject.value.rsplit("/", 1)[-1].casefold() in names
        }


class _Selectable(Protocol):
    def subgraph(self, concepts: Selection) -> Self: ...


_Graph = TypeVar("_Graph", bound=_Selectable)


def select(graph: _Graph, selection: Selection) -> _Graph:
    """The part of a graph that a selection asks for, as a graph again.

    Raises:
        UnknownName: it names what the graph does not have.
    """
    return graph.subgraph(selection)


def claims_in(store: ox.Store) -> set[ox.NamedNode]:
    """The claims of a graph."""
    return {
        quad.subject
        for quad in store.quads_for_pattern(None, _TYPE, _CLAIM, None)
        if isinstance(quad.subject, ox.NamedNode)
    }


def edge_worthy(store: ox.Store) -> set[ox.NamedNode]:
    """The claims for which a plain edge can stand without saying more than the source.

    They affirm it, flatly, without a limit (body site, severity, people, setting, regard, means,
    condition), a frequency or an attribute, of an object; nor is it a comparison.
    """
    found = _with(store, _n("polarity"), {_n("Supports")})
    found &= _with(store, _n("certainty"), {_n("Stated")})
    for word, value in (("polarity", "Refutes"), ("certainty", "Hedged")):
        found -= _with(store, _n(word), {_n(value)})
    found -= _with(store, _PREDICATE, {_n("comparedWith")})
    query = "SELECT ?scope WHERE { ?scope rdfs:subPropertyOf skg:scope }"
    scopes = [scope for (scope,) in union_select(store, query)]
    for limit in (*scopes, *map(_n, (*_LIMITS, "hedge"))):
        found -= {quad.subject for quad in store.quads_for_pattern(None, limit, None, None)}
    return found & {quad.subject for quad in store.quads_for_pattern(None, _OBJECT, None, None)}


def known_properties(store: ox.Store, names: Iterable[str]) -> set[ox.NamedNode]:
    """The properties that these names stand for, and those below them.

    Args:
        store: whose schema and claims say which properties there are.
        names: IRIs, CURIEs, local names or labels, in any case: "treats", "has the side effect".

    Raises:
        UnknownName: claims have no such property.
    """
    known: dict[str, ox.NamedNode] = {}
    short: dict[str, None] = {}
    for property_, label in union_select(store, _PROPERTIES):
        if not isinstance(property_, ox.NamedNode):
            continue
        local = re.split(r"[/#:]", property_.value)[-1]
        short[local] = None
        for name in (local, property_.value, curie(property_.value), label and label.value):
            if name:
                known.setdefault(_folded(name), property_)
    found: set[ox.NamedNode] = set()
    for name in names:
        wanted = known.get(_folded(expand(name) or name.strip("<>")))
        if wanted is None:
            hint = did_you_mean(name.removeprefix("skg:"), short)
            raise UnknownName(
                f"no property of claims is called {name!r}.{hint} Known: {', '.join(sorted(short))}."
            )
        found |= _below(store, wanted)
    return found


def known_kinds_in(store: ox.Store, kinds: Iterable[str]) -> None:
    """Nothing, where the graph has all these classes of concepts.

    Raises:
        UnknownName: it has no such class.
    """
    known = {
        class_.value.removeprefix(SKG)
        for (class_,) in union_select(store, _KINDS)
        if isinstance(class_, ox.NamedNode)
    } | {"Concept"}
    for kind in kinds:
        if kind not in known:
            raise UnknownName(
                f"no type is called {kind!r}.{did_you_mean(kind, known)} "
                f"Known: {', '.join(sorted(known))}."
            )


def _below(store: ox.Store, property_: ox.NamedNode) -> set[ox.NamedNode]:
    """A property and those below it."""
    is_below = ox.NamedNode(PREFIXES["rdfs"] + "subPropertyOf")
    found, waiting = {property_}, [property_]
    while waiting:
        for quad in store.quads_for_pattern(None, is_below, waiting.pop(), None):
            if isinstance(quad.subject, ox.NamedNode) and quad.subject not in found:
                found.add(quad.subject)
                waiting.append(quad.subject)
    return found


def _with(
    store: ox.Store, property_: ox.NamedNode, values: Iterable[ox.NamedNode]
) -> set[ox.NamedNode]:
    return {
        quad.subject
        for value in values
        for quad in store.quads_for_pattern(None, property_, value, None)
        if isinstance(quad.subject, ox.NamedNode)
    }


def _folded(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name).casefold()


def _n(name: str) -> ox.NamedNode:
    return ox.NamedNode(SKG + name)
