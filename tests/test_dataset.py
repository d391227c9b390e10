"""The description of the dataset: what it counts is what a query counts."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from tests.pieces import claim, concept

from skingraph.dataset import NAMESPACES, ReleaseFile, describe
from skingraph.prefixes import PREFIXES, SKIN
from skingraph.store import SkinGraph

NAMES = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in NAMESPACES.items())
DATASET = "https://w3id.org/skingraph/void#dataset"


@pytest.fixture(scope="module")
def described(graph):
    return describe(graph)


def value(description: SkinGraph, path: str, subject: str = "dataset:dataset") -> object:
    (row,) = description.select(f"{NAMES} SELECT ?value {{ {subject} {path} ?value }}")
    return row["value"]


def values(description: SkinGraph, path: str) -> set[str]:
    rows = description.select(f"{NAMES} SELECT ?value {{ dataset:dataset {path} ?value }}")
    return {str(row["value"]) for row in rows}


def counted(graph: SkinGraph, what: str, where: str) -> object:
    (row,) = graph.select(f"SELECT (COUNT(DISTINCT {what}) AS ?n) {{ {where} }}")
    return row["n"]


@pytest.mark.parametrize(
    ("property_", "what", "where"),
    [
        ("void:distinctSubjects", "?s", "?s ?p ?o"),
        ("void:distinctObjects", "?o", "?s ?p ?o"),
        ("void:properties", "?p", "?s ?p ?o"),
        ("void:classes", "?o", "?s a ?o . FILTER (isIRI(?o))"),
        ("void:entities", "?s", f"?s ?p ?o . FILTER (STRSTARTS(STR(?s), '{SKIN}'))"),
    ],
)
def test_what_is_counted_is_what_a_query_counts(graph, described, property_, what, where):
    assert value(described, property_) == counted(graph, what, where)


def test_the_statements_are_those_of_the_graph_and_of_its_parts(graph, described):
    assert value(described, "void:triples") == len(graph)
    rows = described.select(
        f"{NAMES} SELECT ?graph ?count {{ ?part a sd:NamedGraph ; sd:name ?graph ; void:triples ?count }}"
    )
    for row in rows:
        name = ox.NamedNode(str(row["graph"]))
        assert row["count"] == sum(1 for _ in graph.store.quads_for_pattern(None, None, None, name))
    assert sum(int(str(row["count"])) for row in rows) == len(graph)
    assert {str(row["graph"]).rpartition("#")[2] for row in rows} == {
        "asserted", "inferred", "mappings", "schema",
    }  # fmt: skip


def test_the_partitions_by_class_and_by_property_add_up(graph, described):
    rows = described.select(
        f"{NAMES} SELECT ?class ?count {{ [] void:class ?class ; void:entities ?count }}"
    )
    found = {str(row["class"]): row["count"] for row in rows}
    for name in ("skg:Treatment", "skg:Claim", "skg:Passage", "owl:Class"):
        assert found[PREFIXES[name[:3]] + name[4:]] == counted(graph, "?s", f"?s a {name}")
    rows = described.select(
        f"""{NAMES} SELECT ?p ?count ?s ?o {{
          [] void:property ?p ; void:triples ?count ; void:distinctSubjects ?s ;
            void:distinctObjects ?o }}"""
    )
    assert sum(int(str(row["count"])) for row in rows) == len(graph)
    treats = {str(row["p"]): row for row in rows}[PREFIXES["skg"] + "treats"]
    assert treats["s"] == counted(graph, "?s", "?s skg:treats ?o")
    assert treats["o"] == counted(graph, "?o", "?s skg:treats ?o")


def test_the_links_to_each_vocabulary_are_counted(graph, described):
    rows = described.select(
        f"""{NAMES} SELECT ?space ?match ?count {{
          ?links a void:Linkset ; void:subjectsTarget dataset:dataset ; void:triples ?count ;
            void:linkPredicate ?match ; void:objectsTarget/void:uriSpace ?space }}"""
    )
    found = {(str(row["space"]), str(row["match"])): row["count"] for row in rows}
    for prefix in ("MONDO", "MESH", "CL"):
        for match in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch"):
            where = f"?s skos:{match} ?o . FILTER (STRSTARTS(STR(?o), '{PREFIXES[prefix]}'))"
            count = counted(graph, "CONCAT(STR(?s), STR(?o))", where)
            assert found.get((PREFIXES[prefix], PREFIXES["skos"] + match), 0) == count


def test_it_says_version_licence_dates_and_sources(graph, described):
    assert (
        f"{value(described, 'dcat:version')} of {value(described, 'dcterms:modified')}"
        == graph.release
    )
    assert value(described, "dcterms:license") == "https://creativecommons.org/licenses/by/4.0/"
    assert value(described, "dcterms:issued") == "2026-11-20"
    sources = graph.select("SELECT ?s { ?s a skg:Source }")
    assert values(described, "dcterms:source") == {str(row["s"]) for row in sources}
    assert value(described, "void:exampleResource") == SKIN + "microneedling"
    assert PREFIXES["skg"] in values(described, "void:vocabulary")
    assert value(described, "foaf:primaryTopic", f"<{SKIN}void>") == DATASET


def test_each_mapping_file_is_described_with_the_release_it_was_made_from(described):
    rows = described.select(
        f"{NAMES} SELECT ?set ?of {{ ?set a sssom:MappingSet ; sssom:object_source ?of }}"
    )
    found = {str(row["set"]): str(row["of"]) for row in rows}
    assert found[f"{SKIN}mappings/mondo.sssom.tsv"] == "http://purl.obolibrary.org/obo/mondo.owl"
    assert len(found) == 10


def test_an_endpoint_is_named_only_where_one_is(graph, described):
    assert values(described, "void:sparqlEndpoint") == set()
    served = describe(graph, base="http://127.0.0.1:8000/")
    assert value(served, "void:sparqlEndpoint") == "http://127.0.0.1:8000/sparql"
    assert value(served, "dcat:endpointURL", "dataset:service") == "http://127.0.0.1:8000/sparql"


def test_a_file_of_a_release_has_its_type_size_and_checksum(graph):
    file = ReleaseFile("a.ttl", "text/turtle", 12, "ab" * 32, "all of it")
    told = describe(graph, files=[file])
    this = f"<{value(told, 'dcat:distribution')}>"
    assert value(told, "dcat:byteSize", this) == 12
    assert str(value(told, "dcat:mediaType", this)).endswith("/media-types/text/turtle")
    assert value(told, "spdx:checksum/spdx:checksumValue", this) == "ab" * 32
    assert str(value(told, "spdx:checksum/spdx:algorithm", this)).endswith("_sha256")


def test_every_node_has_a_name_and_twice_is_the_same(graph, described):
    triples = {quad.triple for quad in described.store}
    assert not any(
        isinstance(term, ox.BlankNode)
        for triple in triples
        for term in (triple.subject, triple.object)
    )
    assert {quad.triple for quad in describe(graph).store} == triples


def test_a_graph_with_files_of_others_says_no_licence_for_them(small):
    graph = small(
        concept("salve", "Treatment"),
        concept("scar", "Concern"),
        claim("c", "salve", "treats", "scar"),
    )
    told = describe(graph)
    assert values(told, "dcterms:license") == set()
    licence = value(told, "dcterms:license", "dataset:graph-schema")
    assert str(licence).endswith("/by/4.0/")
    added = graph.store.quads_for_pattern(None, None, None, ox.NamedNode("urn:skingraph:overlay:1"))
    assert value(told, "void:triples", "dataset:graph-1") == len(list(added))


def test_a_graph_without_our_schema_is_described_by_its_counts(tmp_path):
    (tmp_path / "plain.ttl").write_text("<http://e/a> <http://e/p> <http://e/b>, 3 .")
    told = describe(SkinGraph.read(tmp_path / "plain.ttl"))
    assert value(told, "void:triples") == 2
    assert values(told, "dcat:version") == set()
