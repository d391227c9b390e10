"""The pages one starts from: the home page with its search, the catalogue, one named query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from skingraph.concepts import Lexicon, Named, plainest
from skingraph.errors import SkingraphError
from skingraph.prefixes import SKG, curie
from skingraph.questions import bind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from skingraph.catalogue import Query
    from skingraph.rows import Rows, Term
    from skingraph.store import SkinGraph

# How many things of a kind, matches and rows a page names; it says how many there are.
LISTED: Final = 500
FOUND: Final = 30
SHOWN: Final = 500

_CONCEPTS: Final = """
SELECT ?class ?concept ?label WHERE {
  ?class rdfs:subClassOf+ skg:Concept .
  ?concept a ?class ; skos:prefLabel ?label .
}
"""
_COUNTS: Final = """
SELECT ?class (COUNT(DISTINCT ?thing) AS ?count) WHERE {
  VALUES ?class { skg:Claim skg:Source skg:Passage }
  ?thing a ?class .
}
GROUP BY ?class
"""
_SOURCES: Final = "SELECT ?source ?title { ?source a skg:Source ; dcterms:title ?title }"
_NAMES: Final = """
SELECT ?thing ?label WHERE {
  VALUES ?thing { %s }
  ?thing skos:prefLabel|rdfs:label|dcterms:title ?label .
}
"""


def home_view(graph: SkinGraph, params: Mapping[str, str]) -> dict[str, Any]:
    """What the template of the home page shows; `q` is what somebody looks for."""
    by_kind: dict[str, dict[str, list[object]]] = {}
    for class_, concept, label in graph.select(_CONCEPTS).terms:
        if isinstance(class_, ox.NamedNode) and isinstance(concept, ox.NamedNode):
            kind = by_kind.setdefault(class_.value.removeprefix(SKG), {})
            kind.setdefault(concept.value, []).append(label)
    kinds = {
        kind: sorted(Named(plainest(labels) or curie(iri), iri) for iri, labels in found.items())
        for kind, found in by_kind.items()
    }
    sources: dict[str, list[object]] = {}
    for source, title in graph.select(_SOURCES).terms:
        if isinstance(source, ox.NamedNode):
            sources.setdefault(source.value, []).append(title)
    wanted = params.get("q", "").strip()[:200]
    counts = {
        str(row["class"]).removeprefix(SKG): int(str(row["count"])) for row in graph.select(_COUNTS)
    }
    return {
        "wanted": wanted,
        "found": Lexicon(graph).find(wanted, limit=FOUND) if wanted else [],
        "kinds": sorted(kinds.items(), key=lambda item: (_place(item[0]), item[0])),
        "sources": sorted(Named(plainest(titles), iri) for iri, titles in sources.items()),
        "counts": counts,
        "concepts": len({named.iri for found in kinds.values() for named in found}),
        "limit": LISTED,
    }


def catalogue_view(queries: Sequence[Query]) -> dict[str, Any]:
    """What the template of the catalogue shows."""
    folders: dict[str, list[Query]] = {}
    for query in queries:
        folders.setdefault(query.folder, []).append(query)
    return {"folders": folders, "count": len(queries)}


def question_view(
    graph: SkinGraph,
    query: Query,
    params: Mapping[str, str],
    choices: Mapping[str, Sequence[Named]],
) -> dict[str, Any]:
    """What the template of a named query shows, with its rows once its form was sent."""
    values = {name: value for name, value in params.items() if value.strip() and name != "ask"}
    view: dict[str, Any] = {
        "query": query,
        "choices": choices,
        "values": values,
        "rows": None,
        "error": "",
        "limit": SHOWN,
    }
    if params:
        try:
            rows = graph.select(query.text, **bind(graph, query, values))
        except SkingraphError as error:
            view["error"] = str(error)
        else:
            view["rows"] = rows
            view["labels"] = _labels(graph, rows)
            view["kept"] = _kept(rows, view["labels"])
            view["columns"] = [rows.columns[number] for number in view["kept"]]
    return view


def _kept(rows: Rows, labels: Mapping[str, str]) -> list[int]:
    """The columns to show: all but those that only repeat the names of another column's things."""

    def repeats(number: int) -> bool:
        thing = rows.columns[number].removesuffix("Label")
        if thing == rows.columns[number] or thing not in rows.columns:
            return False
        beside = rows.columns.index(thing)
        return all(
            _words(row[number], {}) == _words(row[beside], labels) for row in rows.terms[:SHOWN]
        )

    return [number for number in range(len(rows.columns)) if not repeats(number)]


def _words(term: Term | None, labels: Mapping[str, str]) -> str:
    if term is None:
        return ""
    if isinstance(term, ox.NamedNode):
        return labels.get(term.value, curie(term.value))
    return str(term.value) if isinstance(term, ox.Literal) else ""


def _labels(graph: SkinGraph, rows: Rows) -> dict[str, str]:
    """What the things are called that the shown rows name."""
    iris = {term for row in rows.terms[:SHOWN] for term in row if isinstance(term, ox.NamedNode)}
    if not iris:
        return {}
    names: dict[str, list[object]] = {}
    query = _NAMES.replace("%s", " ".join(sorted(map(str, iris))))
    for thing, label in graph.select(query).terms:
        if isinstance(thing, ox.NamedNode):
            names.setdefault(thing.value, []).append(label)
    return {iri: plainest(labels) for iri, labels in names.items()}


_KINDS: Final = (
    "Concern",
    "Treatment",
    "PatientFactor",
    "SideEffect",
    "CareInstruction",
    "Mechanism",
    "HealingPhase",
    "Outcome",
)


def _place(kind: str) -> int:
    return _KINDS.index(kind) if kind in _KINDS else len(_KINDS)
