"""Files from outside: beside the shipped graph, or instead of it, each in a graph of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from skingraph.errors import BadFile
from skingraph.loading import (
    ASSERTED_GRAPH,
    INFERRED_GRAPH,
    SCHEMA_GRAPH,
    infer,
    infer_contained,
    limits_of_rules,
    rules_in_order,
    schema_files,
    shipped_files,
)
from skingraph.prefixes import PREFIXES, SKG, curie

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from skingraph.filters import ClaimFilter
    from skingraph.streams import Progress, Stream

_TYPE: Final = ox.NamedNode(PREFIXES["rdf"] + "type")
_CLAIM: Final = ox.NamedNode(SKG + "Claim")
_OURS_ALONE: Final = frozenset(
    ox.NamedNode(PREFIXES["skos"] + name) for name in ("prefLabel", "definition")
)
_WORDS: Final = _OURS_ALONE | {
    ox.NamedNode(PREFIXES["rdfs"] + name) for name in ("label", "comment")
}

_OVERLAY: Final = "urn:skingraph:overlay:"

# More fits into memory, but a store on disk is ready at once the next time.
_LARGEST_IN_MEMORY: Final = 1 << 30


@dataclass(frozen=True, slots=True)
class Filling:
    """A store to be filled: in memory, or on disk, where large amounts go in another way."""

    store: ox.Store
    on_disk: bool = False
    progress: Progress | None = None

    def infer(self) -> None:
        """Run the rules over what others wrote: somewhere they can be stopped."""
        if not self.on_disk:
            infer_contained(self.store)
            return
        # Who fills a store on disk is a child already; here it only gets its limits.
        from skingraph.sandbox import limited

        with limited(limits_of_rules(len(self.store))):
            infer(self.store, rules_in_order(), in_bulk=True)


@dataclass(frozen=True, slots=True)
class Filled:
    """What came of it.

    `union` says whether the default graph is the union of the others. `added_nothing` names the
    files that held nothing new, `odd` says what is wrong with values that were left as they are,
    `inputs` has each file's name and the SHA-256 of what it held.
    """

    union: bool
    added_nothing: tuple[str, ...] = ()
    odd: tuple[str, ...] = ()
    inputs: tuple[tuple[str, str], ...] = ()


def shipped_and(
    filling: Filling, paths: Iterable[str | Path], only: ClaimFilter | None = None
) -> Filled:
    """Fill a store with the shipped graph and these files beside it.

    Raises:
        BadFile: a file cannot be read, or would change what a shipped source says.
    """
    store, files = filling.store, _taken_in(paths, filling)
    shipped_files(store)
    nothing = _overlaid(filling, files)
    if only:
        only.apply(store)
    if len(nothing) == len(files):
        infer(store, in_bulk=filling.on_disk)
    else:
        filling.infer()
    return Filled(union=True, added_nothing=nothing, inputs=_inputs(files))


def from_files(
    filling: Filling, paths: Iterable[str | Path], only: ClaimFilter | None = None
) -> Filled:
    """Fill a store with these files alone.

    With claims each file goes into a named graph of its own, and schema and rules are added.
    Without, it is plain data and stays in the graphs that it has, ill-typed values and all.

    Raises:
        BadFile: a file cannot be read.
    """
    files, odd = _taken_in_as_they_are(paths, filling)
    store = filling.store
    if not any(file.may_claim for file in files):
        return _plain(filling, files, odd)
    schema_files(store)
    if odd and _has_claims(files):
        raise odd[0]
    added_nothing = _overlaid(filling, files)
    if next(store.quads_for_pattern(None, _TYPE, _CLAIM, None), None) is None:
        # The word stands there in a text, or as something else than a class.
        store.clear()
        return _plain(filling, files, odd)
    if odd:
        raise odd[0]
    if only:
        only.apply(store)
    filling.infer()
    return Filled(union=True, added_nothing=added_nothing, inputs=_inputs(files))


def as_they_stand(filling: Filling, paths: Iterable[str | Path]) -> Filled:
    """Fill a store with these files in the graphs that they have: no schema, no rules.

    Raises:
        BadFile: a file cannot be read.
    """
    files, odd = _taken_in_as_they_are(paths, filling)
    if odd and _has_claims(files):
        raise odd[0]
    return _plain(filling, files, odd)


def again_with(
    filling: Filling,
    quads: Iterable[ox.Quad],
    paths: Iterable[str | Path],
    only: ClaimFilter | None = None,
) -> Filled:
    """Fill a store with a graph that was whole before, and these files, under the same rules."""
    store, files = filling.store, _taken_in(paths, filling)
    store.bulk_extend(quad for quad in quads if quad.graph_name != INFERRED_GRAPH)
    taken = sum(graph.value.startswith(_OVERLAY) for graph in store.named_graphs())
    nothing = _overlaid(filling, files, first=taken + 1)
    if only:
        only.apply(store)
    filling.infer()
    return Filled(union=True, added_nothing=nothing, inputs=_inputs(files))


class _Small:
    """A file that was read as a whole."""

    def __init__(self, path: str | Path, content: bytes) -> None:
        self.name = str(path)
        self.content = content
        self.may_claim = f"<{_CLAIM.value}>".encode() in content

    @property
    def digest(self) -> str:
        from hashlib import sha256

        return sha256(self.content).hexdigest()

    def quads(self) -> Iterator[ox.Quad]:
        return ox.parse(self.content, format=ox.RdfFormat.N_QUADS)


def _taken_in(paths: Iterable[str | Path], filling: Filling) -> list[_Small | Stream]:
    """Each file, read in a child of its own."""
    from skingraph.intake import intake

    return [_streamed(path, filling) or _Small(path, intake(path)) for path in paths]


def _streamed(path: str | Path, filling: Filling) -> Stream | None:
    from skingraph.streams import Stream, is_large

    if not is_large(path):
        return None
    return Stream(path, limit=None if filling.on_disk else _LARGEST_IN_MEMORY)


def _taken_in_as_they_are(
    paths: Iterable[str | Path], filling: Filling
) -> tuple[list[_Small | Stream], list[BadFile]]:
    """The same, and what claims would be refused for: values that are not of their type, and so on.

    The standard lets plain data have both.
    """
    from skingraph.intake import intake

    files: list[_Small | Stream] = []
    odd = []
    for path in paths:
        file: _Small | Stream | None = _streamed(path, filling)
        if file is None:
            try:
                file = _Small(path, intake(path))
            except BadFile as refusal:
                file = _Small(path, intake(path, is_plain=True))
                odd.append(refusal)
        files.append(file)
    return files, odd


def _has_claims(files: Iterable[_Small | Stream]) -> bool:
    return any(
        quad.predicate == _TYPE and quad.object == _CLAIM
        for file in files
        if isinstance(file, _Small) and file.may_claim
        for quad in file.quads()
    )


def _inputs(files: Iterable[_Small | Stream]) -> tuple[tuple[str, str], ...]:
    return tuple((PurePath(file.name).name, file.digest) for file in files)


def _plain(filling: Filling, files: Sequence[_Small | Stream], odd: Iterable[BadFile]) -> Filled:
    store, nothing = filling.store, []
    remarks = [str(refusal) for refusal in odd]
    before = 0
    for file in files:
        if isinstance(file, _Small):
            load = store.bulk_load if filling.on_disk else store.load
            load(file.content, format=ox.RdfFormat.N_QUADS, lenient=True)
        else:
            poured = file.pour(
                store,
                graph=None,
                is_plain=True,
                progress=filling.progress,
                on_disk=filling.on_disk,
            )
            remarks += [poured.odd] if poured.odd else []
        now = len(store)
        if now == before:
            nothing.append(file.name)
        before = now
    told = tuple(f"{what}. Used as it stands, since nothing here is a claim" for what in remarks)
    return Filled(union=False, added_nothing=tuple(nothing), odd=told, inputs=_inputs(files))


def _overlaid(
    filling: Filling, files: Iterable[_Small | Stream], first: int = 1
) -> tuple[str, ...]:
    """Add each file in a named graph of its own; what the store holds already is passed over."""
    nothing = []
    for number, file in enumerate(files, first):
        graph = ox.NamedNode(f"{_OVERLAY}{number}")
        add = _overlay_small if isinstance(file, _Small) else _overlay_large
        if not add(filling, file, graph):  # type: ignore[arg-type]
            nothing.append(file.name)
    return tuple(nothing)


def _overlay_small(filling: Filling, file: _Small, graph: ox.NamedNode) -> bool:
    store = filling.store
    new = [
        ox.Quad(q.subject, q.predicate, q.object, graph)
        for q in file.quads()
        if next(store.quads_for_pattern(q.subject, q.predicate, q.object, None), None) is None
    ]
    for quad in new:
        _refuse_to_change_ours(store, quad, file.name)
    if filling.on_disk:
        store.bulk_extend(new)
    else:
        store.extend(new)
    return bool(new)


def _overlay_large(filling: Filling, file: Stream, graph: ox.NamedNode) -> bool:
    """The same the other way round: what is there already is less than what comes."""
    store = filling.store
    file.pour(
        store, graph=graph, is_plain=False, progress=filling.progress, on_disk=filling.on_disk
    )
    twice: list[ox.Quad] = []
    ours: dict[ox.NamedNode | ox.BlankNode | ox.Triple, None] = {}
    for quad in _elsewhere(store, graph):
        there = ox.Quad(quad.subject, quad.predicate, quad.object, graph)
        if there in store:
            twice.append(there)
        elif quad.graph_name in (ASSERTED_GRAPH, SCHEMA_GRAPH):
            ours[quad.subject] = None
    for quad in twice:
        store.remove(quad)
        ours[quad.subject] = None
    for subject in ours:
        for quad in store.quads_for_pattern(subject, None, None, graph):
            _refuse_to_change_ours(store, quad, file.name)
    return next(store.quads_for_pattern(None, None, None, graph), None) is not None


def _elsewhere(store: ox.Store, graph: ox.NamedNode) -> Iterator[ox.Quad]:
    for other in store.named_graphs():
        if other != graph:
            yield from store.quads_for_pattern(None, None, None, other)


def _refuse_to_change_ours(store: ox.Store, quad: ox.Quad, path: str) -> None:
    """A file may add claims and concepts, and synonyms to ours; what ours say stays as it is."""
    subject = quad.subject
    ours = next(store.quads_for_pattern(subject, None, None, ASSERTED_GRAPH), None)
    of_schema = next(store.quads_for_pattern(subject, None, None, SCHEMA_GRAPH), None)
    if ours is None and of_schema is None:
        return
    if _is_translation(quad):
        return
    name = curie(getattr(subject, "value", ""))
    is_concept = not name.startswith(("claim:", "passage:", "source:"))
    if of_schema is None and is_concept and quad.predicate not in _OURS_ALONE:
        return
    raise BadFile(
        f"{path}: gives {name} another {curie(quad.predicate.value)}, and {name} is shipped. "
        "Say it of a claim or a concept of your own."
    )


def _is_translation(quad: ox.Quad) -> bool:
    """Whether it is a name or a meaning in another language than the English of ours."""
    language = quad.object.language if isinstance(quad.object, ox.Literal) else None
    return (
        quad.predicate in _WORDS and language is not None and language.lower().split("-")[0] != "en"
    )
