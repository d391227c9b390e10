"""Measures of the network: on small graphs whose answer is known, and beside networkx's own."""

import itertools
import os
import re
import subprocess
import sys

import networkx as nx
import pytest
from tests.pieces import LEAFLET, ROOT, claim, concept

from skingraph.errors import BadParameter, UnknownName
from skingraph.measures import MEASURES, Settings, measure, source_named
from skingraph.network import (
    LEADING,
    LOSSES,
    alike,
    best_ways,
    bridges,
    communities,
    reliance,
    shortest_ways,
    supporting,
)
from skingraph.network.clustering import TOGETHER
from skingraph.network.helping import CHAIN
from skingraph.property_graph import EDGE_ATTRIBUTES, NODE_ATTRIBUTES

REFUTES = {"polarity": "skg:Refutes"}
HEDGED = {"certainty": "skg:Hedged"}
NEWS = """
source:news a skg:Source ; dcterms:title "News"@en ; skg:file "news.txt" ;
    skg:evidenceLevel skg:E4 ; skg:authority skg:Journal .
passage:news-0-9 a skg:Passage ; skg:source source:news ; skg:start 0 ; skg:end 9 .
"""
NEWLY = {"passage": "passage:news-0-9"}
# Two treatments reach two concerns: all over collagen, and one pair over heat as well.
CHAINS = (
    concept("needle", "Treatment")
    + concept("laser", "Treatment")
    + concept("collagen", "Mechanism")
    + concept("heat", "Mechanism")
    + concept("scar", "Concern")
    + concept("line", "Concern")
    + claim("nc", "needle", "hasMechanism", "collagen")
    + claim("lc", "laser", "hasMechanism", "collagen")
    + claim("lh", "laser", "hasMechanism", "heat")
    + claim("cs", "collagen", "addresses", "scar")
    + claim("cl", "collagen", "addresses", "line")
    + claim("hs", "heat", "addresses", "scar")
)


@pytest.fixture(scope="module")
def shipped(graph):
    return graph.to_networkx()


@pytest.fixture(scope="module")
def with_inherited(graph):
    return graph.to_networkx(inherited=True)


def chain_of(network):
    """The chains from treatments to concerns, built in another way than the package does."""
    roles = {"hasMechanism": "tp", "hasPhase": "tp", "leadsTo": "pp", "addresses": "pc"}
    chain: nx.DiGraph[tuple[str, str]] = nx.DiGraph()
    for start, end, said in network.edges(data=True):
        role = roles.get(said["predicate"].removeprefix("skg:"))
        if role and said["polarity"] == "supports":
            chain.add_edge((role[0], start), (role[1], end))
    return chain


# The network itself


def test_a_claim_is_an_edge_under_its_own_name(small):
    network = small(CHAINS).to_networkx()
    assert isinstance(network, nx.MultiDiGraph)
    assert set(network["skin:needle"]["skin:collagen"]) == {"claim:nc"}
    edge = network["skin:needle"]["skin:collagen"]["claim:nc"]
    assert edge["predicate"] == "skg:hasMechanism"
    assert (edge["polarity"], edge["certainty"]) == ("supports", "stated")
    assert (edge["evidence"], edge["sources"]) == ("E2", "source:leaflet")
    assert network.nodes["skin:scar"]["label"] == "scar"
    assert network.nodes["skin:scar"]["kinds"] == "Concern"


def test_every_claim_of_the_shipped_graph_is_one_edge(graph, shipped):
    claims = graph.select("SELECT ?claim { ?claim a skg:Claim }")
    keys = [key for _, _, key in shipped.edges(keys=True)]
    assert len(keys) == len(set(keys)) == len(claims)


def test_a_quantity_is_a_node_and_supports_nothing(small):
    network = small(
        CHAINS, claim("time", "laser", "downtime", minimum="3", maximum="5")
    ).to_networkx()
    assert network.nodes["claim:time/value"]["kinds"] == "Quantity"
    assert "claim:time" not in {key for _, _, key, _ in supporting(network)}


def test_a_refuting_claim_is_an_edge_that_supports_nothing(small):
    network = small(CHAINS, claim("no", "needle", "hasMechanism", "heat", **REFUTES)).to_networkx()
    assert network["skin:needle"]["skin:heat"]["claim:no"]["polarity"] == "refutes"
    assert "claim:no" not in {key for _, _, key, _ in supporting(network)}


def test_a_claim_that_neither_affirms_nor_denies_supports_nothing(small):
    unclear = claim("x", "needle", "treats", "scar").replace("skg:polarity skg:Supports ; ", "")
    network = small(CHAINS, unclear).to_networkx()
    assert "claim:x" not in {key for _, _, key, _ in supporting(network)}


def test_what_is_said_of_a_thing_and_itself_supports_nothing(small):
    network = small(CHAINS, claim("x", "heat", "leadsTo", "heat")).to_networkx()
    assert "claim:x" in network["skin:heat"]["skin:heat"]
    assert "claim:x" not in {key for _, _, key, _ in supporting(network)}


def test_what_is_inherited_is_there_only_when_asked_for_and_says_from_whom(small):
    graph = small(CHAINS, concept("roller", "Treatment", broader="needle"))
    assert "skin:collagen" not in graph.to_networkx()["skin:roller"]
    network = graph.to_networkx(inherited=True)
    (edge,) = network["skin:roller"]["skin:collagen"].values()
    assert edge["kind"] == "inherited"
    assert edge["inherited_from"] == "skin:needle"
    assert edge["claim"] == "claim:nc"


def test_a_statement_without_a_claim_is_an_edge_only_when_asked_for_and_supports_nothing(small):
    graph = small(CHAINS, concept("roller", "Treatment", broader="needle"))
    assert not graph.to_networkx().has_edge("skin:roller", "skin:needle")
    network = graph.to_networkx(links=True)
    (edge,) = network["skin:roller"]["skin:needle"].values()
    assert edge["kind"] == "statement"
    assert all(start != "skin:roller" for start, *_ in supporting(network))


def test_a_graph_read_back_from_graphml_measures_the_same(shipped, tmp_path):
    nx.write_graphml(shipped, tmp_path / "graph.graphml")
    again: nx.MultiDiGraph[str] = nx.MultiDiGraph(
        nx.read_graphml(tmp_path / "graph.graphml", force_multigraph=True)
    )
    assert bridges(again) == bridges(shipped)
    assert alike(again) == alike(shipped)
    assert reliance(again) == reliance(shipped)


def test_the_page_on_networks_names_every_attribute_measure_and_property():
    page = (ROOT / "docs" / "networks.md").read_text(encoding="utf-8")
    words = [*NODE_ATTRIBUTES, *EDGE_ATTRIBUTES, *LOSSES, *MEASURES]
    words += [name.removeprefix("skg:") for name in (*TOGETHER, *CHAIN)]
    assert [word for word in words if not re.search(rf"\b{word}\b", page)] == []


# Bridges


def test_betweenness_of_a_mechanism_is_the_part_of_the_ways_that_run_over_it(small):
    found = bridges(small(CHAINS).to_networkx())
    # needle-scar, needle-line, laser-line over collagen; laser-scar half over each.
    assert [(one.mechanism, one.score) for one in found.found] == [
        ("skin:collagen", 3.5),
        ("skin:heat", 0.5),
    ]
    assert found.found[0].share == pytest.approx(3.5 / 4)
    assert len(found.pairs) == 4
    assert found.found[1].treatments == ("skin:laser",)
    assert found.found[1].concerns == ("skin:scar",)
    assert found.found[1].support.claims == ("claim:hs", "claim:lh")


def test_the_bridges_between_some_things_alone(small):
    network = small(CHAINS).to_networkx()
    found = bridges(network, ["skin:laser"], ["skin:scar"])
    assert [(one.mechanism, one.score) for one in found.found] == [
        ("skin:collagen", 0.5),
        ("skin:heat", 0.5),
    ]


def test_a_bridge_names_only_the_ends_of_shortest_ways_over_it(small):
    network = small(
        CHAINS,
        concept("burn", "Concern"),
        claim("hc", "heat", "leadsTo", "collagen"),
        claim("hb", "heat", "addresses", "burn"),
    ).to_networkx()
    heat = bridges(network).found[1]
    # From heat a way leads on to lines, but over collagen at once it is shorter.
    assert heat.concerns == ("skin:burn", "skin:scar")
    assert heat.support.claims == ("claim:hb", "claim:hs", "claim:lh")


def test_many_claims_of_one_step_join_it_once(small):
    more = (claim(f"again{n}", "laser", "hasMechanism", "heat") for n in range(5))
    network = small(CHAINS, *more).to_networkx()
    assert [one.score for one in bridges(network).found] == [3.5, 0.5]


def test_a_direct_claim_does_not_hide_the_mechanisms(small):
    network = small(CHAINS, claim("ls", "laser", "treats", "scar")).to_networkx()
    assert [one.score for one in bridges(network).found] == [3.5, 0.5]


def test_a_refuted_step_bridges_nothing(small):
    denied = CHAINS.replace(claim("hs", "heat", "addresses", "scar"), "") + claim(
        "hs", "heat", "addresses", "scar", **REFUTES
    )
    found = bridges(small(denied).to_networkx()).found
    assert [(one.mechanism, one.score) for one in found] == [("skin:collagen", 4.0)]


def test_a_denial_beside_a_supporting_claim_is_told(small):
    network = small(CHAINS, claim("no", "heat", "addresses", "scar", **REFUTES)).to_networkx()
    heat = bridges(network).found[1]
    assert heat.mechanism == "skin:heat"
    assert heat.support.against == ("claim:no",)
    assert "claim:no" not in heat.support.claims


def test_a_hedged_step_bridges_and_is_told_as_hedged(small):
    hedged = CHAINS.replace(claim("hs", "heat", "addresses", "scar"), "") + claim(
        "hs", "heat", "addresses", "scar", **HEDGED
    )
    heat = bridges(small(hedged).to_networkx()).found[1]
    assert (heat.score, heat.support.hedged) == (0.5, ("claim:hs",))


def test_an_inherited_step_bridges_only_when_asked_for_and_is_told_as_inherited(small):
    graph = small(CHAINS, concept("roller", "Treatment", broader="needle"))
    assert bridges(graph.to_networkx()).found[0].score == 3.5
    collagen = bridges(graph.to_networkx(inherited=True)).found[0]
    assert collagen.score == 5.5
    assert "claim:nc" in collagen.support.inherited


def test_what_leads_to_a_concern_is_no_way_to_help_it(small):
    network = small(
        concept("laser", "Treatment") + concept("heat", "Mechanism") + concept("burn", "Concern"),
        claim("lh", "laser", "hasMechanism", "heat"),
        claim("hb", "heat", "leadsTo", "burn"),
    ).to_networkx()
    assert bridges(network).pairs == ()


def test_no_way_runs_through_a_concern_that_is_acted_on(small):
    network = small(
        CHAINS, concept("shame", "Concern"), claim("x", "scar", "leadsTo", "shame")
    ).to_networkx()
    assert not [pair for pair in bridges(network).pairs if pair[1] == "skin:shame"]


def test_bridged_pairs_are_those_that_the_rules_say_may_help(graph, with_inherited):
    rows = graph.select("SELECT ?treatment ?concern { ?treatment skg:mayHelp ?concern }")
    slugs = {tuple(str(value).rsplit("/", 1)[1] for value in row.values()) for row in rows}
    pairs = bridges(with_inherited).pairs
    assert {tuple(name.removeprefix("skin:") for name in pair) for pair in pairs} == slugs


def test_the_bridges_of_the_shipped_graph_have_the_scores_that_networkx_gives(with_inherited):
    chain = chain_of(with_inherited)
    score = dict.fromkeys(chain, 0.0)
    ends = [node for node in chain if node[0] == "c"]
    for start in [node for node in chain if node[0] == "t"]:
        for end in ends:
            if nx.has_path(chain, start, end):
                paths = list(nx.all_shortest_paths(chain, start, end))
                for node in itertools.chain.from_iterable(paths):
                    score[node] += 1 / len(paths)
    found = bridges(with_inherited).found
    assert len(found) > 5
    for one in found:
        assert one.score == pytest.approx(score["p", one.mechanism])


# Likeness


def test_likeness_is_what_both_have_by_what_either_has(small):
    (found,) = alike(small(CHAINS).to_networkx())
    # Both work through collagen, the laser through heat as well.
    assert (found.left, found.right) == ("skin:laser", "skin:needle")
    assert (found.similarity, len(found.shared), found.either) == (0.5, 1, 2)
    assert found.shared == (("skg:hasMechanism", "", "skin:collagen"),)
    assert found.support.claims == ("claim:lc", "claim:nc")


def test_likeness_in_the_shipped_graph_is_the_coefficient_that_networkx_gives(shipped):
    features: nx.Graph[object] = nx.Graph()
    predicates = ("skg:treats", "skg:hasMechanism", "skg:hasPhase")
    for start, end, said in shipped.edges(data=True):
        if said["predicate"] in predicates and said["polarity"] == "supports":
            features.add_edge(start, (said["predicate"], end))
    found = alike(shipped, by=["mechanisms", "concerns"])
    assert len(found) > 5
    pairs = [(one.left, one.right) for one in found]
    for one, (_, _, coefficient) in zip(
        found, nx.jaccard_coefficient(features, pairs), strict=True
    ):
        assert one.similarity == pytest.approx(coefficient)


def test_refused_and_advised_against_and_ask_first_are_not_alike(small):
    factor = concept("pregnancy", "PatientFactor") + "".join(
        concept(name, "Treatment") for name in ("peel", "laser", "needle", "freeze")
    )
    network = small(
        factor,
        claim("a", "peel", "contraindicatedIn", "pregnancy", strength="skg:Absolute"),
        claim("b", "laser", "contraindicatedIn", "pregnancy", strength="skg:Relative"),
        claim("c", "needle", "consultFirstIn", "pregnancy"),
        claim("d", "freeze", "contraindicatedIn", "pregnancy", strength="skg:Absolute"),
    ).to_networkx()
    assert [(one.left, one.right) for one in alike(network)] == [("skin:freeze", "skin:peel")]


def test_a_denied_risk_is_not_shared(small):
    network = small(
        concept("peel", "Treatment") + concept("laser", "Treatment"),
        concept("pain", "SideEffect"),
        claim("a", "peel", "hasSideEffect", "pain"),
        claim("b", "laser", "hasSideEffect", "pain", **REFUTES),
    ).to_networkx()
    assert alike(network) == []


def test_a_shared_feature_that_one_side_only_hedges_is_told_as_hedged(small):
    network = small(
        concept("peel", "Treatment") + concept("laser", "Treatment"),
        concept("pain", "SideEffect") + concept("itch", "SideEffect"),
        claim("a", "peel", "hasSideEffect", "pain"),
        claim("b", "laser", "hasSideEffect", "pain", **HEDGED),
        claim("c", "peel", "hasSideEffect", "itch"),
        claim("d", "laser", "hasSideEffect", "itch"),
        claim("e", "laser", "hasSideEffect", "itch", **HEDGED),
    ).to_networkx()
    (found,) = alike(network)
    assert found.hedged == (("skg:hasSideEffect", "", "skin:pain"),)
    assert found.support.hedged == ("claim:b", "claim:e")


def test_a_shared_feature_that_one_side_inherits_is_told_as_inherited(small):
    network = small(CHAINS, concept("roller", "Treatment", broader="needle")).to_networkx(
        inherited=True
    )
    found = {(one.left, one.right): one for one in alike(network)}
    collagen = (("skg:hasMechanism", "", "skin:collagen"),)
    assert found["skin:laser", "skin:roller"].inherited == collagen
    assert found["skin:laser", "skin:needle"].inherited == ()


def test_treatments_are_alike_in_the_asked_aspect_alone(small):
    network = small(
        CHAINS,
        claim("a", "needle", "treats", "scar"),
        claim("b", "laser", "treats", "line"),
    ).to_networkx()
    assert alike(network, by=["concerns"]) == []
    assert alike(network, by=["mechanisms"])[0].similarity == 0.5
    assert alike(network)[0].similarity == 0.25


# Communities


def two_cliques():
    things = [f"a{n}" for n in range(4)] + [f"b{n}" for n in range(4)]
    pairs = [pair for side in "ab" for pair in itertools.combinations(range(4), 2) for side in side]
    return "".join(concept(thing, "Mechanism") for thing in things) + "".join(
        claim(f"{side}{one}{other}", f"{side}{one}", "leadsTo", f"{side}{other}")
        for side in "ab"
        for one, other in sorted(set(pairs))
    )


def test_two_knots_with_one_thread_between_are_two_communities(small):
    found = communities(small(two_cliques(), claim("x", "a0", "leadsTo", "b0")).to_networkx())
    assert [set(one.concepts) for one in found.communities] == [
        {f"skin:a{n}" for n in range(4)},
        {f"skin:b{n}" for n in range(4)},
    ]
    # 12 of 13 links are inside; each side has half of all ends.
    assert found.modularity == pytest.approx(12 / 13 - 1 / 2)
    assert found.communities[0].links == (3, 3, 3, 3)
    assert len(found.communities[0].supports[0].claims) == 3


def test_denials_cautions_and_comparisons_join_nobody(small):
    things = concept("peel", "Treatment") + concept("laser", "Treatment")
    network = small(
        things + concept("scar", "Concern PatientFactor") + concept("pain", "Attribute"),
        claim("a", "peel", "treats", "scar", **REFUTES),
        claim("b", "laser", "contraindicatedIn", "scar", strength="skg:Relative"),
        claim("c", "laser", "comparedWith", "peel", direction="skg:Less", attribute="skin:pain"),
    ).to_networkx()
    assert communities(network).communities == ()


def test_the_modularity_of_the_shipped_graph_is_the_one_that_networkx_gives(shipped):
    joined = nx.Graph(
        (start, end)
        for start, end, said in shipped.edges(data=True)
        if said["predicate"] in TOGETHER and said["polarity"] == "supports" and start != end
    )
    found = communities(shipped)
    parts = [set(one.concepts) for one in found.communities]
    assert found.modularity == pytest.approx(nx.community.modularity(joined, parts))
    assert found.modularity > 0.3
    for one in found.communities:
        inside = joined.subgraph(one.concepts)
        assert [inside.degree[name] for name in one.concepts] == list(one.links)


def test_the_same_seed_gives_the_same_communities_in_every_process():
    script = (
        "from skingraph import SkinGraph\n"
        "from skingraph.network import communities\n"
        "print([c.concepts for c in communities(SkinGraph.load().to_networkx()).communities])"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(answers) == 1


@pytest.mark.parametrize("resolution", [0, -1, float("nan"), float("inf")])
def test_a_resolution_that_is_no_number_above_0_is_refused(small, resolution):
    with pytest.raises(BadParameter, match="above 0"):
        communities(small(CHAINS).to_networkx(), resolution=resolution)


# What rests on one source alone


def falls(found, source):
    (one,) = [one for one in found if one.source == source]
    return {(loss.kind, loss.subject, loss.object) for loss in one.losses}


def test_what_one_source_alone_says_falls_with_it(small):
    network = small(
        NEWS,
        concept("peel", "Treatment") + concept("scar", "Concern") + concept("line", "Concern"),
        claim("a", "peel", "treats", "scar"),
        claim("b", "peel", "treats", "scar", **NEWLY),
        claim("c", "peel", "treats", "line", **NEWLY),
    ).to_networkx()
    found = reliance(network)
    assert falls(found, "source:leaflet") == set()
    assert falls(found, "source:news") == {
        ("statement", "skin:peel", "skin:line"),
        ("concern", "skin:line", ""),
        ("concept", "skin:line", ""),
        ("connection", "skin:peel", "skin:line"),
    }
    assert [one.source for one in found] == ["source:news", "source:leaflet"]
    assert found[0].losses[0].support.claims == ("claim:c",)


def test_a_claim_of_two_sources_rests_on_neither_alone(small):
    network = small(
        NEWS,
        concept("peel", "Treatment") + concept("scar", "Concern"),
        claim("a", "peel", "treats", "scar", passage="passage:leaflet-0-9, passage:news-0-9"),
    ).to_networkx()
    assert [one.losses for one in reliance(network)] == [(), ()]


def test_a_way_whose_steps_stand_in_two_sources_rests_on_each(small):
    network = small(
        NEWS,
        concept("peel", "Treatment") + concept("heat", "Mechanism") + concept("scar", "Concern"),
        claim("a", "peel", "hasMechanism", "heat"),
        claim("b", "heat", "addresses", "scar", **NEWLY),
    ).to_networkx()
    for source in ("source:leaflet", "source:news"):
        found = reliance(network, [source])
        assert ("connection", "skin:peel", "skin:scar") in falls(found, source)


def test_a_denial_holds_nothing_up(small):
    network = small(
        NEWS,
        concept("peel", "Treatment") + concept("scar", "Concern"),
        claim("a", "peel", "treats", "scar"),
        claim("b", "peel", "treats", "scar", **REFUTES, **NEWLY),
    ).to_networkx()
    (found,) = reliance(network)
    assert {loss.kind for loss in found.losses} == {"connection", "concern", "concept", "statement"}
    assert found.of("statement")[0].support.against == ("claim:b",)


def test_what_falls_in_the_shipped_graph_is_what_networkx_cannot_reach_without_the_source(shipped):
    for one in reliance(shipped):
        left = shipped.copy()
        left.remove_edges_from(
            [
                (start, end, key)
                for start, end, key, said in shipped.edges(keys=True, data=True)
                if said["sources"] == one.source
            ]
        )
        before, after = (reach(network) for network in (shipped, left))
        lost = {(loss.subject, loss.object) for loss in one.of("connection")}
        assert lost == before - after


def reach(network):
    chain = chain_of(network)
    chain.add_edges_from(
        (("t", start), ("c", end))
        for start, end, said in network.edges(data=True)
        if said["predicate"] == "skg:treats" and said["polarity"] == "supports"
    )
    return {
        (start[1], end[1])
        for start in chain
        if start[0] == "t"
        for end in nx.descendants(chain, start)
        if end[0] == "c"
    }


# Ways


def told(way):
    return [(step.start, step.predicate.removeprefix("skg:"), step.end) for step in way.steps]


def test_the_cost_of_a_step_is_as_documented(small):
    network = small(
        NEWS,
        concept("peel", "Treatment") + concept("roller", "Treatment", broader="peel"),
        concept("a", "Concern") + concept("b", "Concern") + concept("c", "Mechanism"),
        claim("plain", "peel", "treats", "a"),
        claim("may", "peel", "treats", "b", **HEDGED),
        claim("two", "peel", "hasMechanism", "c", **HEDGED),
        claim("three", "peel", "hasMechanism", "c", **NEWLY),
    ).to_networkx(inherited=True)
    # 10 a step, 2 a level below E5, 5 if hedged, 5 if inherited, 3 if of one source.
    costs = {
        end: best_ways(network, start, end)[0].cost
        for start, end in [
            ("skin:peel", "skin:a"),
            ("skin:peel", "skin:b"),
            ("skin:peel", "skin:c"),
        ]
    }
    assert costs == {"skin:a": 10 + 6 + 3, "skin:b": 10 + 6 + 5 + 3, "skin:c": 10 + 2}
    assert best_ways(network, "skin:roller", "skin:c")[0].cost == 10 + 2 + 5


def test_better_evidence_beats_fewer_steps_and_the_shortest_way_stays_the_shortest(small):
    best = {"evidenceLevel": "skg:E5"}
    network = small(
        NEWS,
        concept("peel", "Treatment") + concept("heat", "Mechanism") + concept("scar", "Concern"),
        claim("ps", "peel", "treats", "scar", evidenceLevel="skg:E0", **HEDGED),
        claim("ph", "peel", "hasMechanism", "heat", **best),
        claim("ph2", "peel", "hasMechanism", "heat", **best, **NEWLY),
        claim("hs", "heat", "addresses", "scar", **best),
        claim("hs2", "heat", "addresses", "scar", **best, **NEWLY),
    ).to_networkx()
    first, second = best_ways(network, "skin:peel", "skin:scar")
    assert (first.cost, len(first.steps)) == (20, 2)
    assert (second.cost, len(second.steps)) == (28, 1)
    (shortest,) = shortest_ways(network, "skin:peel", "skin:scar")
    assert len(shortest.steps) == 1


def test_as_many_ways_are_told_as_asked_for_and_equal_ones_by_name(small):
    network = small(CHAINS).to_networkx()
    ways = best_ways(network, "skin:laser", "skin:scar", k=5)
    assert [told(way)[0][2] for way in ways] == ["skin:collagen", "skin:heat"]
    assert ways[0].cost == ways[1].cost
    assert best_ways(network, "skin:laser", "skin:scar", k=1) == ways[:1]
    assert shortest_ways(network, "skin:laser", "skin:scar") == ways


def test_the_best_ways_of_the_shipped_graph_are_those_that_a_full_search_finds(with_inherited):
    """Every simple way of up to four steps, by brute force, with the cost of its cheapest claims."""
    start, end = "skin:smartskin-co2", "skin:scar"
    ways = best_ways(with_inherited, start, end, k=6)
    steps: dict[tuple[str, str, str], list[dict[str, str]]] = {}
    for one, other, said in with_inherited.edges(data=True):
        if said["predicate"] in LEADING and said["polarity"] == "supports" and one != other:
            steps.setdefault((one, said["predicate"], other), []).append(said)
    flow: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for one, predicate, other in steps:
        if predicate not in ("skg:treats", "skg:addresses") or other == end:
            flow.add_edge(one, other, key=predicate)
    costs = sorted(
        sum(price(steps[one, key, other]) for one, other, key in list(path))
        for path in nx.all_simple_edge_paths(flow, start, end, cutoff=4)
    )
    assert [way.cost for way in ways] == costs[:6]


def price(claims):
    cheapest = min(
        10
        + 2 * (5 - int(said["evidence"][1]))
        + 5 * (said["certainty"] == "hedged")
        + 5 * (said["kind"] == "inherited")
        for said in claims
    )
    return cheapest + 3 * (len({said["sources"] for said in claims}) == 1)


def test_a_refuted_step_is_no_step_and_stands_against(small):
    network = small(CHAINS, claim("no", "needle", "treats", "scar", **REFUTES)).to_networkx()
    (way,) = best_ways(network, "skin:needle", "skin:scar")
    assert len(way.steps) == 2
    assert way.against == ("claim:no",)


def test_a_denied_step_tells_who_denies_it(small):
    network = small(CHAINS, claim("no", "heat", "addresses", "scar", **REFUTES)).to_networkx()
    ways = best_ways(network, "skin:laser", "skin:scar")
    assert [way.steps[1].against for way in ways] == [(), ("claim:no",)]


def test_a_caution_between_the_ends_stands_against_the_ways(small):
    caution = claim("no", "needle", "consultFirstIn", "scar")
    fine = claim("fine", "needle", "contraindicatedIn", "scar", **REFUTES)
    network = small(CHAINS, caution, fine).to_networkx()
    assert best_ways(network, "skin:needle", "skin:scar")[0].against == ("claim:no",)


def test_to_treat_a_thing_and_to_cause_it_are_two_ways(with_inherited):
    ways = best_ways(with_inherited, "skin:smartskin-co2", "skin:scar", k=2)
    assert [told(way)[0][1] for way in ways] == ["treats", "hasSideEffect"]


def test_what_is_treated_leads_nowhere(small):
    network = small(
        CHAINS, concept("shame", "Concern"), claim("x", "scar", "leadsTo", "shame")
    ).to_networkx()
    assert best_ways(network, "skin:needle", "skin:shame") == []
    assert told(best_ways(network, "skin:scar", "skin:shame")[0]) == [
        ("skin:scar", "leadsTo", "skin:shame")
    ]


def test_no_way_against_the_direction_from_a_thing_to_itself_or_from_nowhere(small):
    network = small(CHAINS).to_networkx()
    assert best_ways(network, "skin:scar", "skin:laser") == []
    assert best_ways(network, "skin:scar", "skin:scar") == []
    assert shortest_ways(network, "skin:nowhere", "skin:scar") == []


# Rows, and the command


def test_every_row_of_a_measure_names_claims_and_sources_that_are_there(graph, shipped):
    claims = {key for _, _, key in shipped.edges(keys=True)}
    sources = {row["source"] for row in graph.select("SELECT ?source { ?source a skg:Source }")}
    for name in ("bridges", "alike", "communities"):
        rows = list(measure(shipped, name).rows)
        assert rows
        for row in rows:
            # A concept can be alone in its community.
            assert row["claims"] or row["links"] == 0
            assert set(str(row["claims"]).split()) <= claims
            for source in str(row["sources"]).split():
                assert source.replace("source:", "https://w3id.org/skingraph/source/") in sources


def test_the_rows_of_a_way_have_every_claim_in_words(small):
    network = small(
        CHAINS,
        claim("no", "needle", "treats", "scar", **REFUTES),
        claim("more", "needle", "hasMechanism", "collagen", hedge='"may"', **HEDGED),
    ).to_networkx()
    rows = measure(network, "ways", Settings(("skin:needle", "skin:scar"))).rows
    said = [(row["way"], row["step"], row["role"], row["says"]) for row in rows]
    assert said == [
        (1, 1, "for", "needle works through collagen [hedged: may]"),
        (1, 1, "for", "needle works through collagen"),
        (1, 2, "for", "collagen acts on scar"),
        (0, None, "against", "needle does NOT treat scar"),
    ]


def test_what_counts_is_said_beside_the_rows(small):
    network = small(
        CHAINS,
        claim("no", "needle", "treats", "scar", **REFUTES),
        claim("may", "laser", "treats", "scar", **HEDGED),
    ).to_networkx()
    remarks = " ".join(measure(network, "bridges").remarks)
    assert "7 supporting claims, 1 of them hedged; inherited ones are left out" in remarks
    assert "1 refuting claim" in remarks
    assert "Freeman" in remarks


def test_an_unknown_measure_or_source_gets_a_hint(small):
    network = small(CHAINS).to_networkx()
    with pytest.raises(UnknownName, match="Did you mean 'bridges'"):
        measure(network, "bridge")
    with pytest.raises(UnknownName, match="Did you mean 'leaflet'"):
        source_named(network, "leaflets")
    assert source_named(network, "Leaflet") == "source:leaflet"
    assert source_named(network, "source:leaflet") == "source:leaflet"
    with pytest.raises(BadParameter, match="two names"):
        measure(network, "ways", Settings(("skin:laser",)))
    with pytest.raises(BadParameter, match="choose of"):
        measure(network, "alike", Settings(by=("price",)))


def test_the_command_lists_the_measures(run):
    code, out, _ = run("network")
    assert code == 0
    assert all(name in out for name in MEASURES)


@pytest.mark.parametrize(
    ("arguments", "column", "first"),
    [
        (["bridges"], "mechanismLabel", "collagen production"),
        (["bridges", "acne scar", "--inherited"], "mechanismLabel", "collagen production"),
        (["alike", "microneedling", "--by", "risks"], "shared", 4),
        (["communities", "acne scar"], "conceptLabel", "acne scar"),
        (["alone"], "source", "https://w3id.org/skingraph/source/microneedling-before-after"),
        (["alone", "smartskin-overview"], "falls", "connection"),
        (["ways", "microneedling", "acne scar", "-k", "2"], "way", 1),
        (["shortest", "microneedling", "wrinkles"], "step", 1),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_the_command_measures(run, arguments, column, first):
    import json

    code, out, err = run("network", *arguments, "-f", "jsonl")
    assert code == 0
    assert json.loads(out.splitlines()[0])[column] == first
    assert "refuting claims support nothing" in err


def test_an_empty_answer_has_words(run, write):
    path = write(LEAFLET + CHAINS)
    code, out, err = run("--graph", path, "network", "ways", "scar", "laser")
    assert (code, out) == (1, "")
    assert "nothing found" in err
    assert "proves nothing" in err


def test_a_name_of_the_wrong_kind_is_refused(run):
    code, _, err = run("network", "alike", "acne scar")
    assert code == 2
    assert "not a Treatment" in err
