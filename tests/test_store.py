import subprocess
import sys

import pyoxigraph as ox
import pytest
from tests.pieces import claim, concept

from skingraph.checks import check
from skingraph.concepts import Lexicon
from skingraph.errors import BadFile, BadQuery, QueryStopped, UnknownName
from skingraph.export import write_graph
from skingraph.filters import ClaimFilter
from skingraph.loading import INFERRED_GRAPH
from skingraph.questions import ask
from skingraph.sandbox import Limits
from skingraph.store import SkinGraph

CHAIN = (
    concept("needling", "Treatment")
    + concept("home-needling", "Treatment", broader="needling")
    + concept("collagen", "Mechanism")
    + concept("firming", "Mechanism")
    + concept("scar", "Concern")
    + concept("swelling", "SideEffect")
    + claim("a", "needling", "hasMechanism", "collagen")
    + claim("b", "collagen", "leadsTo", "firming")
    + claim("c", "firming", "addresses", "scar")
    + claim("d", "needling", "hasSideEffect", "swelling")
)


def edges(graph, subject, predicate):
    rows = graph.select(f"SELECT ?o {{ skin:{subject} {predicate} ?o }}")
    return {str(iri).rsplit("/", 1)[-1] for iri in rows.column("o")}


def test_a_supporting_claim_gives_its_plain_edge(small):
    assert edges(small(CHAIN), "collagen", "skg:leadsTo") == {"firming"}


def test_a_refuting_claim_gives_no_edge(small):
    denied = claim("x", "needling", "treats", "scar").replace("skg:Supports", "skg:Refutes")
    assert edges(small(CHAIN, denied), "needling", "skg:treats") == set()


def test_a_chain_means_may_help_and_never_treats(small):
    graph = small(CHAIN)
    assert edges(graph, "needling", "skg:mayHelp") == {"scar"}
    assert edges(graph, "needling", "skg:treats") == set()


def test_mechanisms_pass_down_and_say_from_whom(small):
    graph = small(CHAIN)
    assert edges(graph, "home-needling", "skg:hasMechanism") == {"collagen"}
    rows = graph.select(
        "SELECT ?from ?claim { ?e a skg:InheritedEdge ; rdf:predicate skg:hasMechanism ;"
        " skg:inheritedFrom ?from ; skg:basedOn ?claim }"
    )
    assert list(rows) == [
        {
            "from": "https://w3id.org/skingraph/needling",
            "claim": "https://w3id.org/skingraph/claim/a",
        }
    ]


@pytest.mark.parametrize(
    "extra",
    [
        claim("x", "needling", "treats", "scar"),
        claim("x", "needling", "suitedTo", "scar"),
        claim("x", "needling", "downtime", minimum="1.0", maximum="2.0"),
    ],
)
def test_what_must_not_pass_down_does_not(small, extra):
    rows = small(CHAIN, extra).select("SELECT ?e { ?e a skg:InheritedEdge ; skg:basedOn claim:x }")
    assert len(rows) == 0


@pytest.mark.parametrize("limit", ["setting", "using"])
def test_a_claim_limited_to_a_setting_or_device_does_not_pass_down(small, limit):
    limited = claim("d", "needling", "hasSideEffect", "swelling", **{limit: "skin:clinic"})
    graph = small(CHAIN.replace(claim("d", "needling", "hasSideEffect", "swelling"), limited))
    assert edges(graph, "home-needling", "skg:hasSideEffect") == set()


def test_a_narrower_treatments_own_denial_stops_inheritance(small):
    own = claim("x", "home-needling", "hasSideEffect", "swelling")
    graph = small(CHAIN, own.replace("skg:Supports", "skg:Refutes"))
    assert edges(graph, "home-needling", "skg:hasSideEffect") == set()


def test_a_contraindications_edge_says_its_strength(graph):
    assert "darker-skin-tone" in edges(graph, "smartskin-co2", "skg:relativelyContraindicatedIn")
    assert "darker-skin-tone" in edges(graph, "smartskin-co2", "skg:cautionIn")
    assert edges(graph, "smartskin-co2", "skg:absolutelyContraindicatedIn") == set()


def test_asking_first_is_a_caution_and_no_contraindication(graph):
    assert "pregnancy" in edges(graph, "microneedling", "skg:consultFirstIn")
    assert "pregnancy" in edges(graph, "microneedling", "skg:cautionIn")
    assert "pregnancy" not in edges(graph, "microneedling", "skg:contraindicatedIn")


def test_what_is_inferred_stands_in_its_own_graph(graph):
    inferred = graph.select("SELECT ?o { GRAPH skg:inferred { skin:microneedling skg:treats ?o } }")
    asserted = graph.select("SELECT ?o { GRAPH skg:asserted { skin:microneedling skg:treats ?o } }")
    assert len(inferred) > 5
    assert len(asserted) == 0
    assert any(quad.graph_name == INFERRED_GRAPH for quad in graph.store)


def test_a_file_beside_the_graph_goes_into_a_graph_of_its_own(write):
    path = write(concept("my-peel", "Treatment"))
    graph = SkinGraph.load(also=[path])
    rows = graph.select("SELECT ?g { GRAPH ?g { skin:my-peel a skg:Treatment } }")
    assert rows.column("g") == ["urn:skingraph:overlay:1"]


def test_a_file_of_plain_data_is_read_as_it_is(tmp_path):
    path = tmp_path / "data.trig"
    path.write_text("<http://a/> <http://b/> 1 . <http://g/> { <http://a/> <http://b/> 2 }")
    graph = SkinGraph.read([path])
    assert graph.select("SELECT ?o { ?s ?p ?o }").column("o") == [1]
    assert graph.select("SELECT ?g { GRAPH ?g { ?s ?p ?o } }").column("g") == ["http://g/"]


def test_a_broken_file_adds_nothing_and_is_named(tmp_path):
    path = tmp_path / "broken.ttl"
    path.write_text("<http://a/> <http://b/> 1 .\n<http://a/> <http://b/> ")
    with pytest.raises(BadFile, match=r"broken\.ttl:2"):
        SkinGraph.load(also=[path])


def test_values_come_as_plain_python(small):
    graph = small(CHAIN, claim("q", "needling", "downtime", minimum="1.5"))
    (row,) = graph.select("SELECT ?c ?m ?none { ?c skg:minimum ?m OPTIONAL { ?c skg:nil ?none } }")
    assert row["c"] == "https://w3id.org/skingraph/claim/q"
    assert str(row["m"]) == "1.5"
    assert row["none"] is None


def test_rows_become_a_data_frame(graph):
    frame = graph.select("SELECT ?t ?f { ?t skg:contraindicatedIn ?f } ORDER BY ?t ?f").to_pandas()
    assert list(frame.columns) == ["t", "f"]
    assert len(frame) >= 6


def test_bound_variables_are_terms_and_never_text(graph):
    hostile = ox.Literal('" } DROP ALL #')
    assert len(graph.select("SELECT ?l { ?c skos:prefLabel ?l }", l=hostile)) == 0


def test_a_query_that_does_not_parse_is_a_bad_query(graph):
    with pytest.raises(BadQuery):
        graph.select("SELECT WHERE")
    with pytest.raises(BadQuery, match="SELECT"):
        graph.select("ASK { ?a ?b ?c }")


def test_an_outside_query_answers_as_one_from_inside(graph):
    text = "SELECT ?t ?f { ?t skg:contraindicatedIn ?f } ORDER BY ?t ?f"
    assert graph.answer(text) == graph.select(text)
    assert graph.answer("ASK { skin:microneedling a skg:Treatment }") is True
    made = graph.answer("CONSTRUCT { ?t a skg:X } WHERE { ?t a skg:Treatment }")
    assert isinstance(made, SkinGraph)
    assert len(made) > 10


def test_an_outside_query_is_stopped_in_time(graph):
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    with pytest.raises(QueryStopped, match="time"):
        graph.answer(endless, limits=Limits(seconds=0.5))


def test_a_neighbourhood_is_a_graph_again_with_all_its_sources(graph):
    part = graph.subgraph(["https://w3id.org/skingraph/smartskin-co2"])
    claims = part.select("SELECT ?c { ?c a skg:Claim }")
    assert 50 < len(claims) < len(graph.select("SELECT ?c { ?c a skg:Claim }"))
    assert (
        len(part.select("SELECT ?c { ?c a skg:Claim MINUS { ?c skg:passage/skg:source ?s } }")) == 0
    )
    again = part.subgraph(["https://w3id.org/skingraph/smartskin-co2"])
    assert set(again.store) == set(part.store)


def test_a_neighbourhood_keeps_what_a_treatment_inherits(graph):
    part = graph.subgraph(["https://w3id.org/skingraph/smartskin-co2"])
    assert edges(part, "smartskin-co2", "skg:hasSideEffect") == edges(
        graph, "smartskin-co2", "skg:hasSideEffect"
    )


def test_more_hops_reach_no_less(graph):
    seed = ["https://w3id.org/skingraph/dermaplaning"]
    parts = [graph.subgraph(seed, hops=hops) for hops in (0, 1, 2)]
    sizes = [len(part.select("SELECT ?c { ?c a skg:Claim }")) for part in parts]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[2]


def test_only_claims_of_the_chosen_sources_are_kept(graph):
    only = SkinGraph.load(only=ClaimFilter(sources=("smartskin-overview",)))
    rows = only.select("SELECT DISTINCT ?s { ?c a skg:Claim ; skg:passage/skg:source ?s }")
    assert rows.column("s") == ["https://w3id.org/skingraph/source/smartskin-overview"]
    assert edges(only, "microneedling", "skg:treats") == set()


def test_evidence_and_authority_filter_claims():
    vendors = SkinGraph.load(only=ClaimFilter(authorities=("vendor",)))
    assert edges(vendors, "smartskin-co2", "skg:contraindicatedIn") == {"darker-skin-tone"}
    trials = SkinGraph.load(only=ClaimFilter(min_evidence="E4"))
    assert len(trials.select("SELECT ?c { ?c a skg:Claim }")) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        ClaimFilter(min_evidence="E9"),
        ClaimFilter(authorities=("clinics",)),
        ClaimFilter(sources=("smartskin-overviw",)),
    ],
)
def test_a_filter_of_an_unknown_name_is_refused_with_the_known_ones(wrong):
    with pytest.raises(UnknownName, match=r"[Kk]nown|levels are"):
        SkinGraph.load(only=wrong)


def test_rdflib_gets_the_same_statements(graph):
    theirs = graph.to_rdflib()
    assert len(theirs) == len({quad.triple for quad in graph.store})


@pytest.mark.parametrize(
    "arguments",
    [
        ["query", "contraindications", "-f", "csv"],
        ["query", "-e", "ASK { ?a ?b ?c }"],
        ["find", "pores"],
        ["options", "acne scars", "--for", "pregnancy"],
        ["--help"],
    ],
)
def test_a_question_does_not_import_the_heavy_libraries(arguments):
    code = (
        "import sys\n"
        "from skingraph.cli import main\n"
        f"try: main({arguments!r})\n"
        "except SystemExit: pass\n"
        "heavy = {'rdflib', 'networkx', 'pyvis', 'pyshacl', 'pandas', 'jinja2', 'IPython'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "[]"


def test_the_release_is_ours_whatever_ontology_stands_beside_it(graph, write):
    theirs = """
    @prefix owl: <http://www.w3.org/2002/07/owl#> .
    <https://example.org/o> a owl:Ontology ; owl:versionInfo "99" ; dcterms:modified "1999-01-01" .
    """
    assert SkinGraph.load(also=[write(theirs)]).release == graph.release


def test_claims_of_one_short_name_in_two_overlays_are_inherited_apart(graph, write):
    end = " a skg:Claim ; skg:polarity skg:Supports ; rdf:subject skin:laser-treatment ; "
    theirs = (
        f"<https://a.example/c> {end} rdf:predicate skg:contraindicatedIn ;"
        " rdf:object skin:pregnancy ; skg:strength skg:Absolute ."
        f"<https://b.example/c> {end} rdf:predicate skg:hasSideEffect ; rdf:object skin:tears ."
    )
    both = SkinGraph.load(also=[write(theirs)])
    assert both.ask("ASK { skin:smartskin-co2 skg:hasSideEffect skin:tears }")
    assert not both.ask("ASK { skin:smartskin-co2 skg:contraindicatedIn skin:tears }")


def test_a_neighbourhood_starts_from_names_of_any_form(graph):
    iri = "https://w3id.org/skingraph/dermaplaning"
    whole = set(graph.subgraph([iri]).store)
    assert set(graph.subgraph("skin:dermaplaning").store) == whole
    assert set(graph.subgraph([Lexicon(graph).resolve("dermaplaning")]).store) == whole
    with pytest.raises(UnknownName, match="nothing in the graph has the IRI"):
        graph.subgraph("skin:no-such-thing")


def test_a_part_of_the_graph_conforms_to_the_rules(graph, tmp_path):
    path = tmp_path / "part.ttl"
    path.write_bytes(write_graph(graph.subgraph("skin:microneedling"), "ttl"))
    assert check(SkinGraph.read(path)).conforms


def test_numbers_become_numbers_in_a_data_frame(graph):
    frame = ask(graph, "maintenance").to_pandas()
    assert frame["min"].dtype == float


def test_parameters_are_taken_in_any_form(graph):
    named = Lexicon(graph).resolve("SmartSkin")
    rows = ask(graph, "contraindications", treatment=named)
    assert rows == ask(graph, "contraindications", treatment="smartskin")
    assert rows == ask(graph, "contraindications", treatment=ox.NamedNode(named.iri))
