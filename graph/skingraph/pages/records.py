"""The pages of what can be cited: a claim, a passage, a source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from skingraph.concepts import plainest
from skingraph.index import ClaimIndex
from skingraph.pages.about import readable

if TYPE_CHECKING:
    from skingraph.claims import Claim, Passage
    from skingraph.store import SkinGraph

_RECORD: Final = """
SELECT ?property ?label ?value ?valueLabel WHERE {
  %s ?property ?value .
  OPTIONAL { ?property rdfs:label ?label }
  OPTIONAL { ?value skos:prefLabel|rdfs:label|dcterms:title ?valueLabel }
}
ORDER BY ?property ?value ?valueLabel
"""


def claim_view(graph: SkinGraph, iri: str) -> dict[str, Any]:
    """What the template of a claim's page shows."""
    part, _ = readable(graph, iri)
    return {"claim": ClaimIndex(part).claims[iri], "facts": _facts(part, iri)}


def source_view(graph: SkinGraph, iri: str) -> dict[str, Any]:
    """What the template of a source's page shows: its passages, with the claims on each."""
    part, left_out = readable(graph, iri)
    index = ClaimIndex(part)
    by_passage: dict[Passage, list[Claim]] = {}
    for claim in index.claims.values():
        for passage in claim.passages:
            by_passage.setdefault(passage, []).append(claim)
    places = sorted(
        ((passage, claims) for passage, claims in by_passage.items() if passage.source.iri == iri),
        key=lambda item: (item[0].start, item[0].end),
    )
    return {
        "source": index.sources[iri],
        "facts": _facts(part, iri),
        "places": places,
        "claims": len(index.claims),
        "left_out": left_out,
    }


def passage_view(graph: SkinGraph, iri: str) -> dict[str, Any]:
    """What the template of a passage's page shows."""
    part, _ = readable(graph, iri)
    claims = [
        claim
        for claim in ClaimIndex(part).claims.values()
        if iri in {passage.iri for passage in claim.passages}
    ]
    found = [one for claim in claims for one in claim.passages if one.iri == iri]
    return {"passage": found[0] if found else None, "claims": claims, "facts": _facts(part, iri)}


def thing_view(graph: SkinGraph, iri: str) -> dict[str, Any]:
    """What the template shows of a thing of no class of ours: its statements."""
    return {"facts": _facts(readable(graph, iri)[0], iri)}


def _facts(part: SkinGraph, iri: str) -> list[tuple[ox.NamedNode, str, list[tuple[Any, str]]]]:
    """All statements about a thing: property, its label, and the values with theirs."""
    found: dict[ox.NamedNode, tuple[list[object], dict[Any, list[object]]]] = {}
    for property_, label, value, value_label in part.select(
        _RECORD.replace("%s", f"<{iri}>")
    ).terms:
        assert isinstance(property_, ox.NamedNode)
        labels, values = found.setdefault(property_, ([], {}))
        labels.append(label)
        values.setdefault(value, []).append(value_label)
    return [
        (
            property_,
            plainest(labels),
            [(value, plainest(names)) for value, names in values.items()],
        )
        for property_, (labels, values) in found.items()
    ]
