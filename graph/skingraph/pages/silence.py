"""What no claim says of a thing: silence has to be told, or it looks like safety."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from skingraph.claims import SCOPES, reading_place
from skingraph.concepts import Named, plainest
from skingraph.prefixes import SKG, curie

if TYPE_CHECKING:
    from skingraph.store import SkinGraph

# What people look for in a thing of this class. Asked of the whole graph, never of what a page
# has room for: a claim left out is no silence.
_EXPECTED: Final = """
SELECT DISTINCT ?property ?label WHERE {
  ?thing a ?class .
  ?class rdfs:subClassOf* ?domain .
  ?property rdfs:domain ?domain ; rdfs:label ?label .
  FILTER (?domain != skg:Concept)
  { ?property rdfs:subPropertyOf skg:relation } UNION { ?property a skg:Quantity }
  FILTER (?property != skg:cautionIn)
}
"""
_TOLD: Final = "SELECT DISTINCT ?property { ?said rdf:subject ?thing ; rdf:predicate ?property }"
_CIRCUMSTANCES: Final = "|".join(f"skg:{name}" for name in (*SCOPES, "becauseOf", "attribute"))
_TREATMENTS: Final = """
SELECT ?treatment ?label WHERE {
  ?thing a skg:PatientFactor .
  ?treatment a skg:Treatment ; skos:prefLabel ?label .
}
"""
_SPOKEN: Final = f"""
SELECT DISTINCT ?treatment WHERE {{
  {{ ?said rdf:object ?thing }} UNION {{ ?said {_CIRCUMSTANCES} ?thing }}
  ?said rdf:subject ?treatment .
}}
"""
_INFERRED: Final = frozenset(
    {f"{SKG}absolutelyContraindicatedIn", f"{SKG}relativelyContraindicatedIn"}
)


def silent_properties(graph: SkinGraph, iri: str) -> list[Named]:
    """The properties of a thing's classes with which nothing is said of it or handed on to it."""
    told = _column(graph, _TOLD, iri) | _INFERRED
    found = _labelled(graph, _EXPECTED, iri)
    return sorted((one for one in found if one.iri not in told), key=reading_place)


def unspoken_treatments(graph: SkinGraph, iri: str) -> list[Named]:
    """The treatments that no claim names together with a patient factor; none for other things."""
    treatments = _labelled(graph, _TREATMENTS, iri)
    spoken = _column(graph, _SPOKEN, iri) if treatments else set()
    return sorted(one for one in treatments if one.iri not in spoken)


def _column(graph: SkinGraph, query: str, iri: str) -> set[str]:
    rows = graph.select(query.replace("?thing", f"<{iri}>")).terms
    return {term.value for (term,) in rows if isinstance(term, ox.NamedNode)}


def _labelled(graph: SkinGraph, query: str, iri: str) -> list[Named]:
    found: dict[str, list[object]] = {}
    for thing, label in graph.select(query.replace("?thing", f"<{iri}>")).terms:
        if isinstance(thing, ox.NamedNode):
            found.setdefault(thing.value, []).append(label)
    return [Named(plainest(labels) or curie(name), name) for name, labels in found.items()]
