"""Canaries: facts of the documents that must stand in the graph exactly so, and some that must not.

A rule about the data cannot see that a polarity, a hedge or a strength was swapped; these can.
"""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from skingraph.prefixes import SKG, curie
from skingraph.store import SkinGraph

_CLAIMS = """
SELECT ?claim ?source ?subject ?predicate ?object ?low ?high ?effect ?polarity ?certainty ?strength
WHERE {
  ?claim a skg:Claim ;
    rdf:subject ?subject ;
    rdf:predicate ?predicate ;
    skg:polarity ?polarity ;
    skg:certainty ?certainty ;
    skg:passage/skg:source ?source .
  OPTIONAL { ?claim rdf:object ?object }
  OPTIONAL { ?claim skg:effect ?effect }
  OPTIONAL { ?claim skg:minimum ?low }
  OPTIONAL { ?claim skg:maximum ?high }
  OPTIONAL { ?claim skg:strength ?strength }
}
"""

# source | subject | property | object and effect, or minimum..maximum | polarity | certainty | strength
STATED = """
smartskin-overview | smartskin-co2 | contraindicatedIn | darker-skin-tone | Supports | Stated | Relative
smartskin-overview | smartskin-co2 | downtime | 5..5 | Supports | Stated |
smartskin-overview | smartskin-co2 | downtime | ..7 | Supports | Stated |
smartskin-overview | smartskin-co2 | cost | 2000..5000 | Supports | Stated |
smartskin-overview | smartskin-co2 | sessions | 1..3 | Supports | Hedged |
smartskin-overview | smartskin-co2 | treats | fine-line Reduces | Supports | Stated |
smartskin-overview | smartskin-co2 | suitedTo | acne-scar | Supports | Stated |
smartskin-overview | ablative-fractional-laser | suitedTo | accepts-recovery-time | Supports | Stated |
laser-acne-scarring | ablative-laser | treats | acne-scar Reduces | Supports | Stated |
laser-acne-scarring | non-ablative-laser | hasMechanism | ablation | Refutes | Stated |
back-acne-medical-spa | chemical-peel | hasOutcome | permanent-results | Refutes | Stated |
back-acne-medical-spa | microneedling | treats | acne-scar Reduces | Supports | Stated |
micro-needling-services | microneedling | consultFirstIn | pregnancy | Supports | Stated |
micro-needling-services | microneedling | consultFirstIn | active-infection | Supports | Stated |
micro-needling-services | microneedling | consultFirstIn | severe-acne-flare-up | Supports | Stated |
micro-needling-services | microneedling | hasMechanism | heat-energy | Refutes | Stated |
micro-needling-services | microneedling | hasSideEffect | pain | Refutes | Stated |
micro-needling-services | microneedling | hasSideEffect | permanent-skin-damage | Refutes | Stated |
micro-needling-services | microneedling | sessions | 3..6 | Supports | Stated |
micro-needling-services | microneedling | sessionInterval | 4..6 | Supports | Stated |
micro-needling-services | microneedling | sessionDuration | 30..90 | Supports | Stated |
micro-needling-services | microneedling | maintenancePerYear | 1..2 | Supports | Stated |
micro-needling-services | microneedling | suitedTo | sensitive-skin | Supports | Hedged |
microneedling-before-after | microneedling | contraindicatedIn | sunburn | Supports | Stated | Absolute
microneedling-before-after | microneedling | contraindicatedIn | active-acne | Supports | Hedged | Relative
microneedling-before-after | microneedling | contraindicatedIn | eczema | Supports | Hedged | Relative
microneedling-before-after | microneedling | contraindicatedIn | psoriasis | Supports | Hedged | Relative
microneedling-before-after | microneedling | contraindicatedIn | cold-sore | Supports | Hedged | Relative
microneedling-before-after | microneedling | consultFirstIn | blood-thinners | Supports | Stated |
microneedling-before-after | microneedling | suitedTo | darker-skin-tone | Supports | Stated |
microneedling-before-after | microneedling | treats | enlarged-pore Reduces | Refutes | Stated |
microneedling-before-after | microneedling | maintenancePerYear | 2..3 | Supports | Hedged |
microneedling-before-after | microneedling | maintenancePerYear | 3..4 | Supports | Stated |
microneedling-before-after | microneedling | sessionInterval | 4..4 | Supports | Stated |
microneedling-before-after | infection | redFlagAfter | microneedling | Supports | Stated |
"""

# A product is not its class, a question is not a refusal, and a class is not its product.
NEVER = [
    ("laser-treatment", "contraindicatedIn", "darker-skin-tone"),
    ("ablative-fractional-laser", "contraindicatedIn", "darker-skin-tone"),
    ("microneedling", "contraindicatedIn", "pregnancy"),
    ("microneedling", "contraindicatedIn", "blood-thinners"),
    ("microneedling", "contraindicatedIn", "darker-skin-tone"),
    ("at-home-microneedling", "suitedTo", "darker-skin-tone"),
]

Fact = tuple[str, str, str, str]
Manner = tuple[str, str, str]


def _read(lines: str) -> list[tuple[Fact, Manner]]:
    rows = [[part.strip() for part in line.split("|")] for line in lines.strip().splitlines()]
    return [((row[0], row[1], row[2], row[3]), (row[4], row[5], row[6])) for row in rows]


CANARIES = _read(STATED)


def said(graph: SkinGraph) -> dict[Fact, set[Manner]]:
    """All statements of the graph by what they say, with how they say it."""
    found: dict[Fact, set[Manner]] = {}
    for row in graph.select(_CLAIMS):
        source, subject, predicate, object_, polarity, certainty, strength = (
            curie(str(row[key] or "")).partition(":")[2]
            for key in (
                "source", "subject", "predicate", "object", "polarity", "certainty", "strength",
            )
        )  # fmt: skip
        low, high = ("" if row[key] is None else f"{row[key]:g}" for key in ("low", "high"))
        effect = curie(str(row["effect"] or "")).partition(":")[2]
        what = f"{object_} {effect}".strip() or f"{low}..{high}"
        manner = (polarity, certainty, strength)
        found.setdefault((source, subject, predicate, what), set()).add(manner)
    return found


@pytest.fixture(scope="module")
def statements(graph: SkinGraph) -> dict[Fact, set[Manner]]:
    return said(graph)


@pytest.mark.parametrize(("fact", "manner"), CANARIES, ids=lambda part: " ".join(part[:4]).strip())
def test_a_fact_of_the_documents_stands_exactly_so(statements, fact, manner):
    found = statements.get(fact, set())
    assert manner in found
    assert {polarity for polarity, _, _ in found} == {manner[0]}, "it is denied as well"
    assert {strength for _, _, strength in found} == {manner[2]}, "it has another strength as well"


@pytest.mark.parametrize(("subject", "predicate", "what"), NEVER)
def test_what_no_document_says_is_not_there(graph, subject, predicate, what):
    assert not graph.ask(f"ASK {{ skin:{subject} skg:{predicate} skin:{what} }}")


SWAPS = [
    ("polarity", {"Supports": "Refutes", "Refutes": "Supports"}),
    ("certainty", {"Stated": "Hedged", "Hedged": "Stated"}),
    ("strength", {"Relative": "Absolute", "Absolute": "Relative"}),
]


@pytest.mark.parametrize(("quality", "swaps"), SWAPS, ids=[name for name, _ in SWAPS])
def test_a_swap_in_any_of_these_facts_is_seen(quality, swaps):
    graph = SkinGraph.load()
    property_ = ox.NamedNode(SKG + quality)
    for quad in list(graph.store.quads_for_pattern(None, property_, None, None)):
        assert isinstance(quad.object, ox.NamedNode)
        new = ox.NamedNode(SKG + swaps[quad.object.value.rpartition("#")[2]])
        graph.store.remove(quad)
        graph.store.add(ox.Quad(quad.subject, property_, new, quad.graph_name))
    swapped = said(graph)
    place = ("polarity", "certainty", "strength").index(quality)
    touched = [(fact, manner) for fact, manner in CANARIES if manner[place]]
    assert touched
    for fact, manner in touched:
        others = {each[place] for each in swapped[fact]} - {manner[place]}
        assert others, f"no canary sees the swap in {fact}"
