from tests.pieces import claim, concept

from skingraph.comparison import compare
from skingraph.concepts import Lexicon
from skingraph.network import claim_network, explain

WAYS = (
    concept("needling", "Treatment")
    + concept("injury", "Mechanism")
    + concept("collagen", "Mechanism")
    + concept("scar", "Concern")
    + concept("pitted-scar", "Concern", broader="scar")
    + concept("active-acne", "Concern PatientFactor", related="scar")
    + claim("a", "needling", "hasMechanism", "injury")
    + claim("b", "injury", "leadsTo", "collagen")
    + claim("c", "collagen", "addresses", "scar")
    + claim("d", "collagen", "addresses", "pitted-scar")
)


def explained(graph, start, end, **more):
    lexicon = Lexicon(graph)
    return explain(graph, lexicon.resolve(start), lexicon.resolve(end), **more)


def names(way):
    return [way[0].start.slug, *(step.end.slug for step in way)]


def test_the_way_is_told_in_order_with_the_claims_on_each_step(small):
    found = explained(small(WAYS), "needling", "scar")
    assert names(found.ways[0]) == ["needling", "injury", "collagen", "pitted-scar"] or names(
        found.ways[0]
    ) == ["needling", "injury", "collagen", "scar"]
    told = [said.claim.curie for step in found.ways[0] for said in step.said]
    assert told[:2] == ["claim:a", "claim:b"]
    assert len(found.ways) == 2


def test_the_shortest_way_comes_first(small):
    found = explained(small(WAYS, claim("e", "needling", "treats", "scar")), "needling", "scar")
    assert names(found.ways[0]) == ["needling", "scar"]


def test_no_recorded_way_is_no_way(small):
    graph = small(WAYS)
    assert explained(graph, "scar", "needling").ways == ()
    assert explained(graph, "needling", "scar", steps=2).ways == ()


def test_a_denied_step_is_no_step_and_stands_against(small):
    graph = small(
        WAYS, claim("x", "needling", "treats", "scar").replace("skg:Supports", "skg:Refutes")
    )
    found = explained(graph, "needling", "scar")
    assert all(len(way) == 3 for way in found.ways)
    assert [said.claim.curie for said in found.against] == ["claim:x"]


def test_a_caution_close_to_the_end_stands_against(small):
    graph = small(
        WAYS, claim("x", "needling", "contraindicatedIn", "active-acne", strength="skg:Relative")
    )
    found = explained(graph, "needling", "scar")
    assert [said.claim.curie for said in found.against] == ["claim:x"]


def test_ways_beyond_the_asked_number_are_counted(small):
    found = explained(small(WAYS), "needling", "scar", ways=1)
    assert (len(found.ways), found.left_out) == (1, 1)


def test_the_network_keeps_one_edge_a_claim(graph):
    network = claim_network(graph)
    needling, scar = (f"https://w3id.org/skingraph/{x}" for x in ("microneedling", "acne-scar"))
    assert len(network[needling][scar]) > 3
    for edge in network[needling][scar].values():
        assert edge["said"].claim.supports
        assert edge["predicate"] == "treats"
    assert network.nodes[scar]["label"] == "acne scar"


def test_microneedling_is_said_to_reach_acne_scars_over_collagen(graph):
    found = explained(graph, "microneedling", "acne scar", ways=40)
    assert ["microneedling", "collagen-production", "acne-scar"] in [names(w) for w in found.ways]


def test_treatments_are_compared_property_by_property(graph):
    lexicon = Lexicon(graph)
    found = compare(graph, lexicon.resolve("microneedling"), lexicon.resolve("chemical peel"))
    assert {said.claim.direction.label for said in found.direct if said.claim.direction} <= {
        "less",
        "more",
        "similar",
    }
    attributes = {a.label for said in found.direct for a in said.claim.attributes}
    assert {"downtime", "natural", "risk of pigmentation issues"} <= attributes
    aspects = {aspect.predicate.slug: aspect for aspect in found.aspects}
    assert next(iter(aspects)) == "contraindicatedIn"
    assert aspects["sessions"].left
    assert not aspects["maintenancePerYear"].right


def test_a_denied_caution_does_not_stand_against(small):
    graph = small(
        concept("peel", "Treatment") + concept("scar", "Concern PatientFactor"),
        claim("yes", "peel", "treats", "scar"),
        claim("fine", "peel", "contraindicatedIn", "scar", polarity="skg:Refutes"),
    )
    lexicon = Lexicon(graph)
    assert explain(graph, lexicon.resolve("peel"), lexicon.resolve("scar")).against == ()


def test_a_denial_for_a_narrower_end_stands_against(small):
    graph = small(
        concept("peel", "Treatment") + concept("scar", "Concern"),
        concept("ice-pick-scar", "Concern", broader="scar"),
        claim("yes", "peel", "treats", "scar"),
        claim("no", "peel", "treats", "ice-pick-scar", polarity="skg:Refutes"),
    )
    lexicon = Lexicon(graph)
    against = explain(graph, lexicon.resolve("peel"), lexicon.resolve("scar")).against
    assert [said.claim.curie for said in against] == ["claim:no"]


def test_what_a_treatment_acts_against_it_does_not_bring_about(small):
    graph = small(
        concept("laser", "Treatment") + concept("damage", "Concern") + concept("spot", "Concern"),
        claim("a", "laser", "treats", "damage"),
        claim("b", "damage", "leadsTo", "spot"),
    )
    assert explained(graph, "laser", "spot").ways == ()
    assert [names(way) for way in explained(graph, "damage", "spot").ways] == [["damage", "spot"]]
    assert len(explained(graph, "laser", "damage").ways) == 1
