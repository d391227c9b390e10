"""The names that a graph has: of its concepts and sources, and of what the schema grades them by.

They are read from the files that hold them, without claims and rules, since whoever presses the
tab key waits. No service is ever asked for them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from skingraph.prefixes import PREFIXES, SKG

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyoxigraph as ox

    from skingraph.cli.session import Session

    # A statement as text: subject, predicate, object, and the language of the object.
    Statement = tuple[str, str, str, str | None]

_LARGEST: Final = 8 << 20
_SKOS: Final = PREFIXES["skos"]
_TYPE: Final = PREFIXES["rdf"] + "type"
_LABEL: Final = PREFIXES["rdfs"] + "label"
_TITLE: Final = PREFIXES["dcterms"] + "title"


@dataclass(slots=True)
class Name:
    """A concept as far as its names go."""

    slug: str
    label: str = ""
    synonyms: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)


def names(session: Session, kinds: Iterable[str] = ()) -> list[Name]:
    """The concepts of these kinds, or of all, in the order of their labels.

    Raises:
        BadFile: a file of the session cannot be read.
    """
    found: dict[str, Name] = {}
    for subject, predicate, value, language in _statements(session, "concepts"):
        name = found.setdefault(subject, Name(subject.rpartition("/")[2]))
        if predicate == _SKOS + "prefLabel" and (language in (None, "en") or not name.label):
            name.label = value
        elif predicate == _SKOS + "altLabel":
            name.synonyms.append(value)
        elif predicate == _TYPE and value.startswith(SKG):
            name.kinds.append(value.removeprefix(SKG))
    wanted = set(kinds)
    fitting = (
        name
        for name in found.values()
        if name.label and name.kinds and (not wanted or wanted & set(name.kinds))
    )
    return sorted(fitting, key=lambda name: (name.label.casefold(), name.slug))


def sources(session: Session) -> dict[str, str]:
    """The short names of the sources, each with its title.

    Raises:
        BadFile: a file of the session cannot be read.
    """
    place = PREFIXES["source"]
    return {
        subject.removeprefix(place): value
        for subject, predicate, value, _ in _statements(session, "sources")
        if predicate == _TITLE and subject.startswith(place)
    }


def grades(kind: str) -> dict[str, str]:
    """The short names of what the schema grades by (EvidenceLevel, Authority), with labels."""
    things, notations, labels = set(), {}, {}
    for subject, predicate, value, _ in _schema():
        if predicate == _TYPE and value == SKG + kind:
            things.add(subject)
        elif predicate == _SKOS + "notation":
            notations[subject] = value
        elif predicate == _LABEL:
            labels[subject] = value
    return {notations[thing]: labels.get(thing, "") for thing in things if thing in notations}


def kinds() -> dict[str, str]:
    """The classes of concepts, with their labels."""
    above, labels = _above("subClassOf")
    found = {}
    for iri in above:
        top = iri
        while top in above and top != SKG + "Concept":
            top = above[top]
        if top == SKG + "Concept" != iri:
            found[iri.removeprefix(SKG)] = labels.get(iri, "")
    return found


def properties() -> dict[str, str]:
    """What a claim can say of a thing, with labels: what has a label for its denial, and above."""
    above, labels = _above("subPropertyOf")
    deniable = {
        subject for subject, predicate, *_ in _schema() if predicate == SKG + "negatedLabel"
    }
    found = deniable | {above[iri] for iri in deniable if above.get(iri, "").startswith(SKG)}
    return {iri.removeprefix(SKG): labels.get(iri, "") for iri in found}


def _above(relation: str) -> tuple[dict[str, str], dict[str, str]]:
    above, labels = {}, {}
    for subject, predicate, value, _ in _schema():
        if predicate == PREFIXES["rdfs"] + relation:
            above[subject] = value
        elif predicate == _LABEL:
            labels[subject] = value
    return above, labels


def _schema() -> Iterator[Statement]:
    return map(_statement, _shipped("schema"))


def _statements(session: Session, part: str) -> Iterator[Statement]:
    """The statements about names in the graph that the options choose."""
    return map(_statement, _quads(session, part))


def _quads(session: Session, part: str) -> Iterator[ox.Quad]:
    import pyoxigraph as ox

    from skingraph.intake import intake

    if session.endpoint:
        return
    if session.store:
        from skingraph.store import SkinGraph

        store = SkinGraph.open(session.store).store
        for predicate in (_SKOS + "prefLabel", _SKOS + "altLabel", _TITLE, _TYPE):
            yield from store.quads_for_pattern(None, ox.NamedNode(predicate), None, None)
    elif not session.graph_files:
        yield from _shipped(part)
    for path in (*session.graph_files, *session.also):
        if path != "-" and os.path.getsize(path) <= _LARGEST:
            content = intake(path, limit=_LARGEST, is_plain=True)
            yield from ox.parse(content, format=ox.RdfFormat.N_QUADS)


def _shipped(part: str) -> Iterator[ox.Quad]:
    import pyoxigraph as ox

    from skingraph.resources import folder, walk

    for file in walk(folder("ontology") / part, ".ttl"):
        yield from ox.parse(file.read_bytes(), format=ox.RdfFormat.TURTLE)


def _statement(quad: ox.Quad) -> Statement:
    subject, thing = quad.subject, quad.object
    return (
        getattr(subject, "value", ""),
        quad.predicate.value,
        getattr(thing, "value", ""),
        getattr(thing, "language", None),
    )
