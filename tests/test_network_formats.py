import io
import json
import os
import re
import xml.etree.ElementTree as ET
from importlib.resources import files
from itertools import chain
from typing import Any

import igraph
import networkx as nx
import pyoxigraph as ox
import pytest
from tests.fetched import drawing, javascript
from tests.pieces import ROOT, claim, concept

from skingraph.catalogue import named
from skingraph.errors import BadFile
from skingraph.export import FORMATS, Options, write
from skingraph.property_graph import (
    EDGE_ATTRIBUTES,
    LISTS,
    NODE_ATTRIBUTES,
    PropertyGraph,
    edges,
    joined,
    links,
    nodes,
    parted,
)
from skingraph.store import graph_of

NETWORKS = ("graphml", "gexf", "cyjs", "cx2", "json", "dot", "mermaid")
PART = ["https://w3id.org/skingraph/smartskin-co2"]
INHERITED = Options(inherited=True)
# What ends a text too early in one format or the other, or cannot be written there at all.
HOSTILE = {
    "quotes": "a \"b\" 'c' `d` \\",
    "ends": ']]> --> */ </data> <!-- %> }; "];',
    "escapes": '\\N \\l \\G \\" &amp; &#65; &lt;b&gt; #35; #quot; %0A',
    "orders": 'x"] --> n0; click n0 call alert(1); style n0 fill:#f00;',
    "directive": '%%{init: {"securityLevel": "loose"}}%% style: a#b;',
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "lines": "one\ntwo\tthree\r\nfour\u2028five\x85six",
    "planes": "\u00e9 \u05d0 \u4e2d \U0001f9ea \U00020000 \U000e0041 \U0010fffd \u202e x",
    "keywords": "end graph subgraph digraph strict node edge",
    "formula": "=1+1|a | b\\|c",
}
CONTROLS = "a\x01b\x0b\x1f\x7f\ufffe\uffffc"


def exported(graph, format, options=INHERITED):
    file = io.BytesIO()
    remarks = write(graph, format, file, options)
    return file.getvalue(), remarks


def selected(graph):
    """The nodes and edges of a graph as attributes by id."""
    read = PropertyGraph(graph, inherited=True)
    return (
        {node.id: node for node in read.nodes()},
        {edge.id: edge for edge in chain(read.edges(), read.links())},
    )


def quoted(text):
    return (
        '"'
        + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
        + '"'
    )


@pytest.fixture(scope="session")
def part(graph):
    return graph.subgraph(PART)


@pytest.fixture
def hostile(small):
    """Each hostile text as a label, as a condition and as a hedge."""
    pieces = [concept("peel", "Treatment")]
    for name, text in HOSTILE.items():
        said = quoted(text)
        pieces.append(
            f"skin:{name} a skg:Concern ; skos:prefLabel {said}@en ; skos:altLabel {said} .\n"
        )
        hedged = {"certainty": "skg:Hedged", "hedge": said, "condition": said}
        pieces.append(claim(f"of-{name}", "peel", "treats", name, **hedged))
    return small(*pieces)


@pytest.fixture
def manners(small):
    """One claim of each manner: flat, hedged, refuted, of neither polarity, inherited."""
    return small(
        concept("laser", "Treatment"),
        concept("fine-laser", "Treatment", broader="laser"),
        concept("scar", "Concern"),
        concept("redness", "SideEffect"),
        concept("pregnancy", "PatientFactor"),
        claim("flat", "laser", "treats", "scar", effect="skg:Reduces"),
        claim("may", "laser", "hasSideEffect", "redness", certainty="skg:Hedged", hedge='"may"'),
        claim("not", "laser", "treats", "redness", polarity="skg:Refutes"),
        claim("refused", "laser", "contraindicatedIn", "pregnancy", strength="skg:Absolute"),
        claim("some", "laser", "sessions", minimum="3", maximum="6", frequency='"mostly"'),
    )


# The property graph itself


def test_every_claim_is_an_edge_that_says_what_the_claims_query_tells(graph):
    by_claim = {edge.iri: edge for edge in edges(graph)}
    rows = list(graph.select(named("claims").text))
    assert {row["claim"] for row in rows} == set(by_claim)
    for row in rows:
        edge = by_claim[row["claim"]]
        assert (edge.polarity, edge.certainty) == (row["polarity"], row["certainty"])
        assert (edge.strength, edge.evidence) == (row["strength"] or "", row["evidenceLevel"])
        assert edge.predicate == row["predicate"]
        place = f"{row['file']}, characters {row['start']} to {row['end']}"
        assert any(text.startswith(place) for text in edge.passage_texts)
        assert row["authority"] in edge.authority


def test_every_limit_of_a_claim_stands_in_its_edge(graph):
    properties = {
        "hedge": "hedge", "frequency": "frequency", "statedAs": "stated_as", "condition": "condition",
        "minimum": "minimum", "maximum": "maximum", "startHour": "start_hour", "endHour": "end_hour",
        "order": "order", "expected": "expected", "effect": "effect", "direction": "direction",
        "becauseOf": "because_of", "attribute": "attribute", "bodySite": "body_site",
        "severity": "severity", "population": "population", "setting": "setting", "about": "about",
        "using": "using", "passage": "passages", "strength": "strength",
    }  # fmt: skip
    by_claim = {edge.iri: edge.attributes() for edge in edges(graph)}
    for name, attribute in properties.items():
        asked = f"SELECT DISTINCT ?c {{ ?c a skg:Claim ; skg:{name} ?v }}"
        having = {iri for iri, said in by_claim.items() if attribute in said}
        assert set(graph.select(asked).column("c")) == having, name


def test_all_ends_are_nodes_and_no_id_is_used_twice(graph):
    by_id, said = selected(graph)
    assert len(said) == sum(1 for _ in edges(graph, inherited=True)) + sum(1 for _ in links(graph))
    assert {end for edge in said.values() for end in (edge.subject, edge.object)} <= set(by_id)


def test_a_quantity_is_a_node_that_words_it(manners):
    (edge,) = [edge for edge in edges(manners) if edge.predicate == "skg:sessions"]
    (node,) = [node for node in nodes(manners) if node.kinds == ("Quantity",)]
    assert (edge.object, edge.unit) == (node.id, "count")
    assert [edge.attributes()[name] for name in ("minimum", "maximum")] == [3.0, 6.0]
    assert node.id == "claim:some/value"
    assert (node.label, edge.label) == ("3 to 6", "sessions [mostly]")


def test_what_is_inherited_says_from_whom_and_keeps_the_claim(manners):
    told = [edge for edge in edges(manners, inherited=True) if edge.inherited]
    assert {edge.subject for edge in told} == {"skin:fine-laser"}
    for edge in told:
        assert edge.inherited_from == "skin:laser"
        assert "inherited from laser" in edge.label
        assert "inherited from laser" in edge.says
    assert {edge.claim for edge in told} == {"claim:may", "claim:refused"}
    assert not any(edge.inherited for edge in edges(manners))


def test_the_label_of_an_edge_keeps_denials_and_hedges(manners):
    labels = {edge.id: edge.label for edge in edges(manners)}
    assert labels["claim:not"] == "does NOT treat"
    assert labels["claim:may"] == "has the side effect [hedged: may]"
    assert labels["claim:flat"] == "treats [reduces]"
    assert "absolutely" in labels["claim:refused"] or "refused" in labels["claim:refused"]


def test_a_hierarchy_is_told_without_a_claim(manners):
    (link,) = links(manners)
    assert (link.kind, link.subject, link.object) == ("statement", "skin:fine-laser", "skin:laser")
    assert (link.label, link.claim, link.polarity) == ("is a kind of", "", "")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("claim:c skg:polarity skg:Refutes .", "has 2 values of skg:polarity"),
        ("claim:c skg:strength skg:Absolute, skg:Relative .", "has 2 values of skg:strength"),
        ("claim:d a skg:Claim ; rdf:predicate skg:treats ; rdf:object skin:b .", "has no subject"),
        ('claim:d a skg:Claim ; rdf:subject skin:a ; rdf:predicate skg:treats ; rdf:object "b" .', "is no IRI"),
        ("[] a skg:Claim .", "has no IRI"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("format", ["graphml", "dot"])
def test_a_claim_that_is_not_whole_is_refused_by_name(small, format, more, said):
    graph = small(
        concept("a", "Treatment"), concept("b", "Concern"), claim("c", "a", "treats", "b"), more
    )
    with pytest.raises(BadFile, match=said):
        exported(graph, format)


def test_a_claim_of_no_polarity_is_no_flat_statement(small):
    said = claim("c", "a", "treats", "b").replace("skg:polarity skg:Supports", "skg:about skin:b")
    (edge,) = edges(small(concept("a", "Treatment"), concept("b", "Concern"), said))
    assert edge.refuted
    assert "neither affirmed nor denied" in edge.label


def test_iris_without_a_prefix_and_those_like_a_curie_stay_apart():
    triples = [
        ox.Triple(ox.NamedNode(one), ox.NamedNode("http://example.org/p"), ox.NamedNode(other))
        for one, other in [
            ("skin:a", "https://w3id.org/skingraph/a"),
            ("http://example.org/x", "skin:a"),
        ]
    ]
    graph = graph_of(triples)
    assert {node.id for node in nodes(graph)} == {"<skin:a>", "skin:a", "http://example.org/x"}


def test_plain_triples_are_edges_and_the_remarks_say_that_nobody_states_them(graph):
    made = graph.construct("CONSTRUCT { ?t skg:treats ?c } WHERE { ?t skg:treats ?c }")
    file, remarks = exported(made, "graphml")
    assert len(nx.parse_graphml(file.decode(), force_multigraph=True).edges) == len(made)
    assert any("no claims" in remark for remark in remarks)


def test_what_has_no_attribute_is_counted_in_the_remarks(small):
    graph = small(concept("a", "Treatment"), 'skin:a dcterms:publisher "x", "y" .')
    assert any("dcterms:publisher (2)" in remark for remark in exported(graph, "json")[1])


@pytest.mark.parametrize("texts", [["a"], ["a | b", "c\\", "|", "\\|", " d "], []])
def test_joined_texts_come_apart_again(texts):
    assert parted(joined(texts)) == texts


def test_the_documentation_names_every_attribute_and_every_format():
    text = (ROOT / "docs" / "formats.md").read_text("utf-8")
    for name in (*NODE_ATTRIBUTES, *EDGE_ATTRIBUTES, *FORMATS):
        assert f"`{name}`" in text, name


# The formats, read by others


@pytest.fixture(scope="session")
def again(graph):
    return graph.subgraph(PART)


@pytest.mark.parametrize("format", NETWORKS)
def test_the_same_graph_gives_the_same_network(part, again, format):
    assert exported(part, format) == exported(again, format)


@pytest.mark.parametrize("format", NETWORKS)
def test_what_is_inherited_is_there_only_if_asked_for(part, format):
    plain = exported(part, format, Options())[0]
    assert b"inherited from" not in plain
    assert b"inherited from" in exported(part, format)[0]


@pytest.mark.parametrize("format", NETWORKS)
def test_inherited_cautions_that_are_left_out_are_counted(manners, format):
    said = (
        "2 statements that treatments inherit from broader ones, cautions among them, are left out"
    )
    assert any(remark.startswith(said) for remark in exported(manners, format, Options())[1])
    assert not any(said in remark for remark in exported(manners, format)[1])


@pytest.mark.parametrize("format", NETWORKS)
def test_a_file_is_written_in_small_pieces(part, format):
    class Pieces(io.BytesIO):
        largest = 0

        def write(self, piece):
            self.largest = max(self.largest, len(piece))
            return super().write(piece)

        def writelines(self, pieces):
            for piece in pieces:
                self.write(piece)

    file = Pieces()
    write(part, format, file)
    assert file.largest < 8_000 < len(file.getvalue())


@pytest.mark.parametrize("which", ["part", "hostile"])
def test_networkx_reads_graphml_as_it_was_selected(which, request):
    graph = request.getfixturevalue(which)
    read = nx.parse_graphml(exported(graph, "graphml")[0].decode(), force_multigraph=True)
    by_id, said = selected(graph)
    assert {name: without_look(data) for name, data in read.nodes(data=True)} == {
        name: node.attributes() for name, node in by_id.items()
    }
    found = {}
    for start, end, data in read.edges(data=True):
        found[data.pop("edge_id")] = (start, end, without_look(data))
    assert found == {
        edge.id: (edge.subject, edge.object, edge.attributes()) for edge in said.values()
    }


@pytest.mark.parametrize("which", ["part", "hostile"])
def test_igraph_reads_graphml_as_it_was_selected(which, request, tmp_path):
    graph = request.getfixturevalue(which)
    path = tmp_path / "part.graphml"
    path.write_bytes(exported(graph, "graphml")[0])
    read = igraph.Graph.Read_GraphML(str(path))
    by_id, said = selected(graph)
    assert dict(zip(read.vs["id"], read.vs["label"], strict=True)) == {
        node.id: node.label for node in by_id.values()
    }
    assert {
        one["edge_id"]: (read.vs[one.source]["id"], read.vs[one.target]["id"]) for one in read.es
    } == {edge.id: (edge.subject, edge.object) for edge in said.values()}
    for one in read.es:
        attributes = said[one["edge_id"]].attributes()
        for name, kind in EDGE_ATTRIBUTES.items():
            if kind is str:
                assert one[name] == attributes.get(name, ""), name
            elif name in attributes:
                assert one[name] == attributes[name], name


@pytest.mark.parametrize("which", ["part", "hostile"])
def test_networkx_reads_gexf_as_it_was_selected(which, request):
    graph = request.getfixturevalue(which)
    read = nx.read_gexf(io.BytesIO(exported(graph, "gexf")[0]))
    by_id, said = selected(graph)
    assert {
        name: {key: value for key, value in data.items() if key != "viz"}
        for name, data in read.nodes(data=True)
    } == {name: node.attributes() for name, node in by_id.items()}
    found = {}
    for start, end, data in read.edges(data=True):
        kept = {key: value for key, value in data.items() if key in EDGE_ATTRIBUTES}
        found[data["id"]] = (start, end, kept)
    assert found == {
        edge.id: (edge.subject, edge.object, edge.attributes()) for edge in said.values()
    }


@pytest.mark.parametrize("which", ["part", "hostile"])
def test_networkx_reads_node_link_json_as_it_was_selected(which, request):
    graph = request.getfixturevalue(which)
    read: Any = nx.MultiDiGraph(
        nx.node_link_graph(json.loads(exported(graph, "json")[0]), edges="edges")
    )
    by_id, said = selected(graph)
    assert dict(read.nodes(data=True)) == {name: node.values() for name, node in by_id.items()}
    assert {
        key: (start, end, data) for start, end, key, data in read.edges(keys=True, data=True)
    } == {edge.id: (edge.subject, edge.object, edge.values()) for edge in said.values()}


@pytest.mark.parametrize("which", ["part", "hostile"])
def test_cytoscape_js_reads_what_was_selected(which, request):
    graph = request.getfixturevalue(which)
    read = json.loads(javascript("cytoscape.mjs", exported(graph, "cyjs")[0]))
    by_id, said = selected(graph)
    assert {node["id"]: only(node, NODE_ATTRIBUTES) for node in read["nodes"]} == {
        name: node.values() for name, node in by_id.items()
    }
    assert {
        edge["id"]: (edge["source"], edge["target"], only(edge, EDGE_ATTRIBUTES))
        for edge in read["edges"]
    } == {edge.id: (edge.subject, edge.object, edge.values()) for edge in said.values()}


def test_cytoscape_js_draws_no_denied_hedged_or_inherited_claim_as_flat(manners):
    read = json.loads(javascript("cytoscape.mjs", exported(manners, "cyjs")[0]))
    lines = {edge["claim"] + " " + edge["kind"]: edge for edge in read["edges"] if "claim" in edge}
    assert {name: edge["line"] for name, edge in lines.items()} == {
        "claim:flat claim": "solid",
        "claim:may claim": "dashed",
        "claim:not claim": "dotted",
        "claim:refused claim": "solid",
        "claim:some claim": "solid",
        "claim:may inherited": "dashed",
        "claim:refused inherited": "dashed",
    }
    assert lines["claim:not claim"]["classes"] == ["refuted"]


@pytest.mark.parametrize("which", ["part", "hostile"])
def test_ndex_reads_cx2_as_it_was_selected(which, request):
    if not os.environ.get("SKINGRAPH_REQUIRE_SERVERS"):
        pytest.importorskip("ndex2", reason="ndex2 is not installed; tests/run installs it")
    from ndex2.cx2 import RawCX2NetworkFactory

    graph = request.getfixturevalue(which)
    body = json.loads(exported(graph, "cx2")[0])
    read = RawCX2NetworkFactory().get_cx2network(body)
    by_id, said = selected(graph)
    names = {number: node["v"]["represents"] for number, node in read.get_nodes().items()}
    assert {
        names[at]: only(node["v"], NODE_ATTRIBUTES) for at, node in read.get_nodes().items()
    } == {name: node.values() for name, node in by_id.items()}
    assert {
        edge["v"]["name"]: (names[edge["s"]], names[edge["t"]], only(edge["v"], EDGE_ATTRIBUTES))
        for edge in read.get_edges().values()
    } == {edge.id: (edge.subject, edge.object, edge.values()) for edge in said.values()}


def test_cx2_declares_every_attribute_with_its_type(part):
    body = json.loads(exported(part, "cx2")[0])
    aspects = {name: aspect for item in body for name, aspect in item.items()}
    (declared,) = aspects["attributeDeclarations"]
    python = {
        "string": str,
        "double": float,
        "integer": int,
        "boolean": bool,
        "list_of_string": list,
    }
    for what in ("nodes", "edges"):
        for item in aspects[what]:
            for name, value in item["v"].items():
                assert type(value) is python[declared[what][name]["d"]], name
    assert aspects["status"] == [{"completed": True, "success": True}]


def test_every_node_of_a_small_graph_has_a_place_of_its_own(part):
    read = nx.parse_graphml(exported(part, "graphml")[0].decode())
    places = {(data["x"], data["y"]) for _, data in read.nodes(data=True)}
    assert len(places) == len(read)


def test_every_node_of_a_large_graph_has_a_place_of_its_own():
    spot, kind = ox.NamedNode("http://e/is"), ox.NamedNode("http://e/kind")
    made = (ox.Triple(ox.NamedNode(f"http://e/{at}"), spot, kind) for at in range(2000))
    read = nx.parse_graphml(exported(graph_of(made), "graphml")[0].decode())
    places = {(data["x"], data["y"]) for _, data in read.nodes(data=True)}
    assert len(places) == len(read) == 2001


def test_colours_are_those_of_the_maps_and_places_those_of_the_lanes(manners):
    read = nx.parse_graphml(exported(manners, "graphml")[0].decode())
    palette = (files("skingraph") / "templates" / "palette.css").read_text("utf-8")
    for name, kind in (("skin:laser", "Treatment"), ("skin:scar", "Concern")):
        assert f".{kind} {{ --c: {read.nodes[name]['color']}; }}" in palette
    assert read.nodes["skin:laser"]["x"] == read.nodes["skin:fine-laser"]["x"]
    assert read.nodes["skin:laser"]["x"] < read.nodes["skin:scar"]["x"]


# Drawings


@pytest.fixture(scope="session")
def few(graph):
    return graph.subgraph(PART[0], hops=0)


@pytest.mark.parametrize("which", ["few", "hostile"])
def test_graphviz_draws_what_was_selected(which, request):
    graph = request.getfixturevalue(which)
    drawn = json.loads(drawing(exported(graph, "dot")[0], "-Tjson0"))
    by_id, said = selected(graph)
    names = {node["_gvid"]: node["name"] for node in drawn["objects"]}
    assert {node["name"]: words(shown(node["label"])) for node in drawn["objects"]} == {
        name: words(node.label) for name, node in by_id.items()
    }
    found = {
        edge["id"]: (names[edge["tail"]], names[edge["head"]], words(shown(edge["label"])))
        for edge in drawn["edges"]
    }
    assert found == {
        edge.id: (edge.subject, edge.object, words(edge.label)) for edge in said.values()
    }


def test_graphviz_makes_a_picture_that_is_xml_and_runs_nothing(hostile):
    picture = ET.fromstring(drawing(exported(hostile, "dot")[0], "-Tsvg"))
    tags = {element.tag.rpartition("}")[2] for element in picture.iter()}
    assert tags == {"svg", "g", "title", "polygon", "path", "text", "a"}
    shown_texts = " ".join("".join(element.itertext()) for element in picture.iter())
    assert "<script>alert(1)</script>" in shown_texts


def test_graphviz_draws_no_denied_hedged_or_inherited_claim_as_flat(manners):
    drawn = json.loads(drawing(exported(manners, "dot")[0], "-Tjson0"))
    styles = {
        edge["id"]: (edge.get("style", ""), edge.get("arrowhead", "")) for edge in drawn["edges"]
    }
    inherited = "https://w3id.org/skingraph/inherited/fine-laser/"
    assert styles == {
        "claim:flat": ("", ""),
        "claim:may": ("dashed", ""),
        "claim:not": ("dotted", "tee"),
        "claim:refused": ("", ""),
        "claim:some": ("", ""),
        inherited + "may": ("dashed", "empty"),
        inherited + "refused": ("dashed", "empty"),
        "skin:fine-laser skos:broader skin:laser": ("", ""),
    }


@pytest.fixture(scope="session")
def diagrams():
    def read(*texts):
        return json.loads(
            javascript("mermaid.mjs", json.dumps([t.decode() for t in texts]).encode())
        )

    return read


def test_mermaid_reads_what_was_selected(few, hostile, diagrams):
    graphs = (few, hostile)
    for graph, drawn in zip(
        graphs, diagrams(*(exported(g, "mermaid")[0] for g in graphs)), strict=True
    ):
        by_id, said = selected(graph)
        names = dict(zip([node["id"] for node in drawn["nodes"]], by_id, strict=True))
        assert drawn["type"] == "flowchart-v2"
        assert {names[node["id"]]: decoded(node["text"]) for node in drawn["nodes"]} == {
            name: words(node.label) for name, node in by_id.items()
        }
        assert [
            (names[edge["start"]], names[edge["end"]], decoded(edge["text"]))
            for edge in drawn["edges"]
        ] == [(edge.subject, edge.object, words(edge.label)) for edge in said.values()]


def test_mermaid_draws_no_denied_hedged_or_inherited_claim_as_flat(manners, diagrams):
    (drawn,) = diagrams(exported(manners, "mermaid")[0])
    lines = {(decoded(edge["text"]), edge["stroke"], edge["type"]) for edge in drawn["edges"]}
    assert ("does NOT treat", "dotted", "arrow_cross") in lines
    assert ("has the side effect [hedged: may]", "dotted", "arrow_point") in lines
    assert (
        "has the side effect [hedged: may; inherited from laser]",
        "dotted",
        "arrow_circle",
    ) in lines
    assert ("treats [reduces]", "normal", "arrow_point") in lines


def test_drawings_say_that_they_hold_labels_only(part):
    assert exported(part, "dot")[1][0].startswith("DOT holds labels only")
    assert exported(part, "mermaid")[1][0].startswith("Mermaid holds labels only")


def test_a_diagram_too_large_for_mermaid_says_so(graph, few):
    assert any("500" in remark for remark in exported(graph, "mermaid")[1])
    assert not any("500" in remark for remark in exported(few, "mermaid")[1])


# What does not fit


@pytest.fixture
def controls():
    text = ox.Literal(CONTROLS, language="en")
    label = ox.NamedNode("http://www.w3.org/2004/02/skos/core#prefLabel")
    return graph_of([ox.Triple(ox.NamedNode("http://example.org/a"), label, text)])


@pytest.mark.parametrize("format", ["graphml", "gexf"])
def test_xml_shows_control_characters_as_escapes_and_says_so(controls, format):
    file, remarks = exported(controls, format)
    assert rb"a\u0001b\u000b\u001f" in file
    assert ET.fromstring(file) is not None
    assert "characters that XML forbids" in remarks[0]


@pytest.mark.parametrize("format", ["json", "cyjs", "cx2"])
def test_json_keeps_control_characters(controls, format):
    assert json.dumps(CONTROLS, ensure_ascii=False).encode() in exported(controls, format)[0]


@pytest.mark.parametrize("format", ["dot", "mermaid"])
def test_drawings_show_control_characters_as_escapes(controls, format, diagrams):
    file, _ = exported(controls, format)
    assert not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", file)
    if format == "dot":
        ET.fromstring(drawing(file, "-Tsvg"))
    else:
        assert (
            decoded(diagrams(file)[0]["nodes"][0]["text"])
            == r"a\u0001b\u000b\u001f\u007f\ufffe\uffffc"
        )


@pytest.mark.parametrize("format", NETWORKS)
def test_a_label_of_a_megabyte_survives(small, format):
    long = "word " * 200_000
    graph = small(f'skin:a a skg:Concern ; skos:prefLabel "{long}"@en .')
    file, _ = exported(graph, format)
    assert file.count(b"word") >= 200_000


def test_an_iri_of_odd_letters_ends_no_name(diagrams):
    ids = ["http://e/%22';x=1&amp;;--#end", "http://e/\U0001f9ea&gt;,%5C"]
    one, other = map(ox.NamedNode, ids)
    graph = graph_of([ox.Triple(one, ox.NamedNode("http://e/p"), other)])
    assert list(nx.parse_graphml(exported(graph, "graphml")[0].decode())) == ids
    drawn = json.loads(drawing(exported(graph, "dot")[0], "-Tjson0"))
    assert [node["name"] for node in drawn["objects"]] == ids
    assert [shown(node["label"]) for node in drawn["objects"]] == ids
    (diagram,) = diagrams(exported(graph, "mermaid")[0])
    assert [decoded(node["text"]) for node in diagram["nodes"]] == ids


def test_an_empty_graph_is_an_empty_network():
    for format in NETWORKS:
        assert exported(graph_of([]), format)[0]
    read = nx.parse_graphml(exported(graph_of([]), "graphml")[0].decode())
    assert (len(read.nodes), len(read.edges)) == (0, 0)


def without_look(data):
    return {
        key: value
        for key, value in data.items()
        if key not in ("x", "y", "color", "r", "g", "b", "edge_id")
    }


def only(data, names):
    assert set(data) & LISTS == {
        name for name, value in data.items() if isinstance(value, list)
    } - {"classes"}
    return {name: data[name] for name in names if name in data}


def words(text):
    """A text as drawings show it: on one line, control characters as escapes."""
    seen = re.sub(
        "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", lambda found: f"\\u{ord(found[0]):04x}", text
    )
    return " ".join(seen.split())


def shown(label):
    """What Graphviz shows of a label: its line ends, escapes and entities resolved."""
    plain = re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], label)
    return plain.replace("&amp;", "&")


def decoded(text):
    """What mermaid shows of a text: the numbers of its letters resolved."""
    return re.sub("\ufb02°°([0-9]+)¶ß", lambda found: chr(int(found[1])), text)
