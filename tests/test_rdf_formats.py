"""RDF as files: read back by readers that are not ours, and the same graph each time."""

import io
import json
import logging
import shutil
import subprocess
import warnings

import pyoxigraph as ox
import pytest
import rdflib
from tests.fetched import FUSEKI, archive, javascript, program
from tests.pieces import ROOT

from skingraph.errors import BadParameter
from skingraph.export import RDF_FORMATS, Options, ordered, write, write_graph
from skingraph.export.ordered import Ordered, graph_word
from skingraph.prefixes import PREFIXES, SKG, SKIN
from skingraph.store import SkinGraph, graph_of

OURS = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "nq": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "rdf": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
}
RDFLIB = {
    "ttl": "turtle",
    "nt": "nt",
    "nq": "nquads",
    "trig": "trig",
    "rdf": "xml",
    "jsonld": "json-ld",
}
RAPPER = {"ttl": "turtle", "nt": "ntriples", "nq": "nquads", "rdf": "rdfxml"}
WITH_GRAPHS = ("nq", "trig")
THING, SAYS = ox.NamedNode("http://example.org/thing"), ox.NamedNode("http://example.org/says")

# What any text of a graph may hold.
TEXTS = {
    "quotes": '"a\'\\"""\\\\',
    "markup": "<a href='x'>&amp;]]>",
    "line ends": "a\rb\r\nc\n",
    "other line ends": "a\u0085b\u2028c\u2029d",
    "blanks": "\t a  ",
    "a byte order mark": "\ufeffa",
    "direction": "\u202eabc\u2066",
    "combined": "e\u0301\u00e9",
    "every plane": "".join(chr((plane << 16) + 0x41) for plane in range(17)),
    "a formula": "=1+1",
    "nothing": "",
}
# These XML 1.0 cannot hold.
SIGNS = {
    "a null": "a\x00b",
    "control characters": "".join(map(chr, range(1, 32))),
    "no characters": "\ufffe\uffff",
}


@pytest.fixture(scope="session")
def parts(graph):
    """A part as it is exported, and the whole graph with schema and inferences."""
    return {False: graph.subgraph([SKIN + "smartskin-co2"]), True: graph}


def canonical(content):
    """Statements as lines; blank nodes named by what is said of them."""
    quads = [
        ox.Quad(each.subject, each.predicate, each.object, getattr(each, "graph_name", None))
        for each in content
    ]
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in dataset}


def wanted(graph, format, *, whole=False):
    left_out = () if whole else (ox.NamedNode(SKG + "schema"), ox.NamedNode(SKG + "inferred"))
    quads = [quad for quad in graph.store if quad.graph_name not in left_out]
    return canonical(quads if format in WITH_GRAPHS else [quad.triple for quad in quads])


def hard(texts):
    """A graph of texts that are easily lost, and of names that are easily taken for others."""
    for name, text in texts.items():
        said = ox.NamedNode("http://example.org/" + name.replace(" ", "-"))
        yield ox.Triple(THING, said, ox.Literal(text))
        yield ox.Triple(THING, said, ox.Literal(text, language="en"))
        yield ox.Triple(THING, ox.NamedNode(PREFIXES["skos"] + "prefLabel"), ox.Literal(text))
    properties = (
        *(PREFIXES["skos"] + name for name in ("prefLabel", "broader")),
        *(SKG + name for name in ("polarity", "minimum", "expected", "start", "passage", "novel")),
        *(PREFIXES["rdf"] + name for name in ("predicate", "object")),
        PREFIXES["dcterms"] + "date",
    )
    xsd = PREFIXES["xsd"]
    values: list[ox.Literal | ox.NamedNode | ox.BlankNode] = [
        ox.Literal("x"),
        ox.Literal("x", language="en"),
        ox.Literal("x", language="de-at"),
        *(
            ox.Literal(text, datatype=ox.NamedNode(xsd + kind))
            for text, kind in (
                *(("3", "integer"), ("3", "decimal"), ("3.5", "decimal"), ("true", "boolean")),
                *(("12345678901234567890", "integer"), ("2026-11-20", "date")),
            )
        ),
        *(
            ox.NamedNode(iri)
            for iri in (
                *(SKG + name for name in ("Supports", "label", "polarity", "passage", "a-b", "")),
                *(SKIN + name for name in ("a%20b", "\u00e9", "passage/", "")),
                *("urn:isbn:9780000000002", "mailto:a@b.example", PREFIXES["rdf"] + "nil"),
            )
        ),
        ox.BlankNode("one"),
    ]
    for property_ in properties:
        for value in values:
            yield ox.Triple(THING, ox.NamedNode(property_), value)
    yield ox.Triple(ox.BlankNode("one"), SAYS, ox.BlankNode("two"))
    yield ox.Triple(ox.BlankNode("two"), SAYS, ox.BlankNode("one"))
    for kind in ("Claim", "a-b"):
        yield ox.Triple(THING, ox.NamedNode(PREFIXES["rdf"] + "type"), ox.NamedNode(SKG + kind))


@pytest.fixture(scope="session")
def hard_graphs():
    return {
        format: graph_of(hard(TEXTS if format == "rdf" else TEXTS | SIGNS))
        for format in RDF_FORMATS
    }


@pytest.fixture
def as_written(monkeypatch):
    """rdflib leaves "03" as it stands, and keeps quiet about numbers that are none."""
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    logger = logging.getLogger("rdflib.term")
    monkeypatch.setattr(logger, "disabled", True)


def by_rdflib(content, format):
    # rdflib warns of what it does itself.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        read = rdflib.Dataset() if format in WITH_GRAPHS else rdflib.Graph()
        read.parse(data=content, format=RDFLIB[format])
        lines = read.serialize(format="nquads" if format in WITH_GRAPHS else "nt").encode()
    return canonical(ox.parse(lines, format=ox.RdfFormat.N_QUADS))


@pytest.mark.parametrize("format", RDF_FORMATS)
def test_what_is_hard_to_write_is_read_back_the_same(hard_graphs, format, as_written):
    graph = hard_graphs[format]
    content = write_graph(graph, format)
    assert canonical(ox.parse(content, format=OURS[format])) == wanted(graph, format)
    assert by_rdflib(content, format) == wanted(graph, format)


@pytest.mark.parametrize("format", RDF_FORMATS)
def test_a_text_of_a_megabyte_is_read_back_the_same(format):
    graph = graph_of([ox.Triple(THING, SAYS, ox.Literal('x"\\\n' * 250_000))])
    content = write_graph(graph, format)
    assert canonical(ox.parse(content, format=OURS[format])) == wanted(graph, format)
    # Of the readers that are not ours, these take no minutes for so long a line.
    if format in ("ttl", "trig", "jsonld"):
        assert by_rdflib(content, format) == wanted(graph, format)


@pytest.mark.parametrize(
    ("format", "whole"),
    [*((format, False) for format in RDF_FORMATS), ("jsonld", True)],
)
def test_rdflib_reads_what_was_selected(parts, format, whole):
    content = write_graph(parts[whole], format, whole=whole)
    assert by_rdflib(content, format) == wanted(parts[whole], format, whole=whole)


def test_riot_reads_what_was_selected(parts, hard_graphs, tmp_path):
    graphs = {}
    for format in RDF_FORMATS:
        for name, graph in {"part": parts[False], "hard": hard_graphs[format]}.items():
            graphs[f"{name}.{format}"] = graph
            (tmp_path / f"{name}.{format}").write_bytes(write_graph(graph, format))
    command = [program("java"), "-cp", str(archive(FUSEKI)), "-Dlog4j2.level=OFF"]
    source = str(ROOT / "tests" / "java" / "Reread.java")
    done = subprocess.run([*command, source, str(tmp_path)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    for name, graph in graphs.items():
        read = ox.parse(path=str(tmp_path / f"{name}.riot"), format=ox.RdfFormat.N_QUADS)
        assert canonical(read) == wanted(graph, name.rpartition(".")[2]), name


@pytest.mark.parametrize("format", RAPPER)
def test_rapper_reads_what_was_selected(parts, format):
    rapper = shutil.which("rapper")
    if rapper is None:
        pytest.skip("no rapper on this machine (Debian: raptor2-utils)")
    content = write_graph(parts[False], format)
    done = subprocess.run(
        [rapper, "-q", "-i", RAPPER[format], "-o", "nquads", "-", "http://example.org/"],
        input=content,
        capture_output=True,
        check=True,
    )
    read = canonical(ox.parse(done.stdout, format=ox.RdfFormat.N_QUADS))
    assert read == wanted(parts[False], format)


@pytest.mark.parametrize("which", ["part", "whole", "hard"])
def test_jsonld_js_reads_what_was_selected_and_asks_nobody(parts, hard_graphs, which):
    graph = hard_graphs["jsonld"] if which == "hard" else parts[which == "whole"]
    content = write_graph(graph, "jsonld", whole=which == "whole")
    read = ox.parse(javascript("jsonld.mjs", content), format=ox.RdfFormat.N_QUADS)
    assert canonical(read) == wanted(graph, "jsonld", whole=which == "whole")


# The same bytes


@pytest.mark.parametrize("format", RDF_FORMATS)
def test_blank_nodes_have_the_same_names_each_time(write, format):
    path = write("skin:a skg:says [ skg:says [ skg:says 1 ] ] . skin:b skg:says ( 1 2 ) .")
    once, again = (SkinGraph.read([path]) for _ in range(2))
    assert write_graph(once, format) == write_graph(again, format)


def test_blank_nodes_that_are_all_alike_end_in_time_and_are_told(monkeypatch):
    monkeypatch.setattr(ordered, "SECONDS", 0.2)
    ring = [ox.BlankNode() for _ in range(10)]
    graph = graph_of(ox.Triple(a, SAYS, b) for a in ring for b in ring if a != b)
    file = io.BytesIO()
    (remark,) = write(graph, "nt", file)
    assert "will differ the next time" in remark
    assert len(list(ox.parse(file.getvalue(), format=ox.RdfFormat.N_TRIPLES))) == 90


def test_statements_stand_in_the_order_of_their_lines(parts):
    for format in ("nt", "nq"):
        lines = write_graph(parts[True], format, whole=True).decode().split("\n")[:-1]
        assert lines == sorted(lines)


def test_trig_has_one_block_a_graph(parts):
    text = write_graph(parts[True], "trig", whole=True).decode()
    names = [line for line in text.splitlines() if line.endswith("{")]
    assert len(names) == len(set(names)) == 4


# As a stream


class Chunks(io.RawIOBase):
    """A file that remembers only how large the pieces were that it was given."""

    def __init__(self):
        super().__init__()
        self.sizes = []

    def write(self, content):
        self.sizes.append(len(content))
        return len(content)


@pytest.mark.parametrize("format", RDF_FORMATS)
def test_a_large_graph_leaves_in_small_pieces(graph, format):
    file = Chunks()
    write(graph, format, file)  # type: ignore[arg-type]
    assert sum(file.sizes) > 500_000
    assert max(file.sizes) < 100_000


def test_what_goes_wrong_while_writing_is_told_as_it_is(graph):
    class Full(Chunks):
        def write(self, content):
            raise OSError(28, "No space left on device")

    for format in RDF_FORMATS:
        with pytest.raises(OSError, match="No space left"):
            write(graph, format, Full())  # type: ignore[arg-type]


# What a format cannot hold


def test_a_format_without_named_graphs_says_so(parts):
    for format in RDF_FORMATS:
        remarks = write(parts[False], format, io.BytesIO(), Options(whole=True))
        told = any("has no named graphs" in remark for remark in remarks)
        assert told is (format not in WITH_GRAPHS), format
    one = graph_of([ox.Triple(THING, SAYS, ox.Literal("a"))])
    assert write(one, "ttl", io.BytesIO()) == ()


@pytest.mark.parametrize("text", SIGNS.values(), ids=SIGNS)
def test_xml_refuses_the_characters_that_it_cannot_hold(text):
    graph = graph_of([ox.Triple(THING, SAYS, ox.Literal(text))])
    with pytest.raises(BadParameter, match=r"XML cannot hold a control character .* such as ttl"):
        write_graph(graph, "rdf")


@pytest.mark.parametrize(
    ("property_", "end"),
    [
        (PREFIXES["rdf"] + "li", "http://example.org/a"),
        (PREFIXES["rdf"] + "Description", "http://example.org/a"),
        ("http://example.org/", "http://example.org/a"),
        ("http://www.w3.org/2000/xmlns/a", "http://example.org/a"),
        (PREFIXES["rdf"] + "type", "http://example.org/1"),
    ],
)
def test_xml_refuses_a_name_that_would_be_another_when_read_again(property_, end):
    graph = graph_of([ox.Triple(THING, ox.NamedNode(property_), ox.NamedNode(end))])
    with pytest.raises(BadParameter, match="XML cannot hold the name of the"):
        write_graph(graph, "rdf")


@pytest.mark.parametrize(
    "end",
    [
        ox.Triple(THING, SAYS, ox.Literal("a")),
        ox.Literal("a", language="ar", direction=ox.BaseDirection.RTL),
    ],
    ids=["a statement", "a direction"],
)
def test_what_only_rdf_1_2_knows_is_written_where_it_can_be(end):
    graph = graph_of([ox.Triple(THING, SAYS, end)])
    for format in ("ttl", "nt", "nq", "trig"):
        (read,) = ox.parse(write_graph(graph, format), format=OURS[format])
        assert read.object == end
    for format in ("rdf", "jsonld"):
        with pytest.raises(BadParameter, match="such as ttl"):
            write_graph(graph, format)


# JSON-LD as people read it


def test_a_claim_holds_its_passages_and_these_their_document(small):
    from tests.pieces import claim, concept

    graph = small(
        claim("peel-for-scars", "peel", "treats", "scar", minimum="2.5", expected="true"),
        concept("peel", "Treatment"),
    )
    body = json.loads(write_graph(graph, "jsonld"))
    nodes = {node["@id"]: node for node in body["@graph"]}
    assert nodes["claim:peel-for-scars"] == {
        "@id": "claim:peel-for-scars",
        "@type": "Claim",
        "subject": "skin:peel",
        "predicate": "treats",
        "object": "skin:scar",
        "minimum": "2.5",
        "expected": True,
        "polarity": "Supports",
        "certainty": "Stated",
        "passages": [
            {
                "@id": "passage:leaflet-0-9",
                "@type": "Passage",
                "document": {
                    "@id": "source:leaflet",
                    "title": "Leaflet",
                    "authority": "Textbook",
                    "evidenceLevel": "E2",
                },
                "start": 0,
                "end": 9,
            }
        ],
    }
    assert nodes["skin:peel"]["label"] == "peel"
    assert sorted(nodes) == ["claim:peel-for-scars", "skin:peel", "source:leaflet"]


def test_every_term_of_the_context_is_in_the_file(parts):
    context = json.loads(write_graph(parts[False], "jsonld"))["@context"]
    assert isinstance(context, dict)
    assert context["@vocab"] == SKG
    for name in context.values():
        iri = name if isinstance(name, str) else name["@id"]
        assert "://" in iri or iri.partition(":")[0] in PREFIXES


def test_a_passage_without_a_claim_stands_for_itself(small):
    body = json.loads(write_graph(small(), "jsonld"))
    assert "passage:leaflet-0-9" in [node["@id"] for node in body["@graph"]]


def test_claims_and_passages_that_hold_each_other_are_not_lost():
    name = [ox.NamedNode(f"http://example.org/{letter}") for letter in "abc"]
    kind, passage = ox.NamedNode(PREFIXES["rdf"] + "type"), ox.NamedNode(SKG + "passage")
    claims = [ox.Triple(each, kind, ox.NamedNode(SKG + "Claim")) for each in name[:2]]
    ends = [(0, 1), (1, 0), (0, 0), (1, 2), (2, 0), (2, 2)]
    graph = graph_of([*claims, *(ox.Triple(name[a], passage, name[b]) for a, b in ends)])
    read = ox.parse(write_graph(graph, "jsonld"), format=ox.RdfFormat.JSON_LD)
    assert canonical(read) == wanted(graph, "jsonld")


@pytest.mark.parametrize("reader", ["pyoxigraph", "rdflib", "jsonld.js"])
def test_an_iri_that_looks_like_a_curie_of_ours_stays_what_it_is(reader):
    names = ["GO:0000001", "source:x", "skin:y", "label:x", "polarity:x", "type:x", "http:x"]
    iris = [ox.NamedNode(name) for name in names]
    triples = [ox.Triple(a, b, c) for a in iris for b in iris for c in iris[:2]]
    triples.append(ox.Triple(THING, SAYS, ox.Literal("a", datatype=ox.NamedNode("xsd:integer"))))
    triples.append(ox.Triple(THING, ox.NamedNode(SKG + "polarity"), ox.NamedNode(SKG + "Refutes")))
    graph = graph_of(triples)
    content = write_graph(graph, "jsonld")
    if reader == "rdflib":
        read = by_rdflib(content, "jsonld")
    elif reader == "jsonld.js":
        quads = javascript("jsonld.mjs", content)
        read = canonical(ox.parse(quads, format=ox.RdfFormat.N_QUADS))
    else:
        read = canonical(ox.parse(content, format=ox.RdfFormat.JSON_LD))
    assert read == wanted(graph, "jsonld")


def test_a_property_is_written_the_same_way_in_every_export(graph, parts):
    whole, part = (json.loads(write_graph(each, "jsonld")) for each in (graph, parts[False]))
    nodes = {node["@id"]: node for node in whole["@graph"]}
    claims = [node for node in part["@graph"] if node.get("@type") == "Claim"]
    assert claims
    assert all(nodes[claim["@id"]] == claim for claim in claims)


def test_the_statements_of_a_subject_are_found_whatever_graph_they_are_in(graph):
    content = Ordered(graph)
    assert sum(len(content.about(subject)) for subject in content.subjects) == len(
        list(content.triples())
    )
    assert [graph_word(name) for name in content.graphs] == ["asserted", "mappings"]
