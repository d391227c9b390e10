"""Parts of a graph: what is taken, that nothing else is, and that taking composes."""

import io
import itertools
from dataclasses import replace

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.pieces import LEAFLET, PREFIXES, claim, concept

from skingraph.counting import counts
from skingraph.errors import BadParameter, UnknownName
from skingraph.export import RDF_FORMATS, statements, write_graph
from skingraph.loading import (
    ASSERTED_GRAPH,
    INFERRED_GRAPH,
    PLAIN_GRAPH,
    SCHEMA_GRAPH,
    infer,
    schema_files,
)
from skingraph.prefixes import PREFIXES as NAMES
from skingraph.prefixes import SKG, SKIN, curie
from skingraph.recipe import Recipe
from skingraph.selection import Selection, select
from skingraph.store import SkinGraph, graph_of

BOOKLET = """
source:booklet a skg:Source ; dcterms:title "Booklet"@en ; skg:file "booklet.txt" ;
    skg:evidenceLevel skg:E4 ; skg:authority skg:Journal .
passage:booklet-0-9 a skg:Passage ; skg:source source:booklet ; skg:start 0 ; skg:end 9 .
"""
BY_BOOKLET = {"passage": "passage:booklet-0-9"}
KINDS = ("Treatment", "Mechanism", "Concern", "PatientFactor", "SideEffect")
NAMED = tuple(f"{kind.lower()}-{number}" for kind in KINDS for number in range(3))
READERS = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "nq": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "rdf": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
}


def claims(graph):
    rows = graph.select("SELECT ?c { ?c a skg:Claim }")
    return {curie(str(iri)).removeprefix("claim:") for iri in rows.column("c")}


def said(graph):
    return set(statements(graph))


def edges(graph):
    return {
        (curie(q.subject.value), curie(q.predicate.value), curie(q.object.value))
        for q in graph.store.quads_for_pattern(None, None, None, PLAIN_GRAPH)
    }


# What is taken


@pytest.fixture
def chain(small):
    """A peel with a mechanism that acts on a concern, below a broader treatment with a caution."""
    return small(
        concept("care", "Treatment"),
        concept("peel", "Treatment", broader="care"),
        concept("turnover", "Mechanism"),
        concept("spot", "Concern"),
        concept("pregnancy", "PatientFactor"),
        claim("works", "peel", "hasMechanism", "turnover"),
        claim("acts", "turnover", "addresses", "spot", certainty="skg:Hedged", hedge='"may"'),
        claim("not-for", "care", "contraindicatedIn", "pregnancy", strength="skg:Relative"),
        claim("takes", "peel", "sessions", minimum="3"),
        BOOKLET,
        claim("no-use", "peel", "treats", "spot", polarity="skg:Refutes", **BY_BOOKLET),
    )


def test_everything_is_the_graph_itself(chain):
    assert chain.subgraph() is chain
    assert select(chain, Selection()) is chain


def test_hops_go_out_or_in_or_both_ways(chain):
    def reached(**options):
        return claims(chain.subgraph("skin:turnover", inherited=False, **options))

    assert reached(direction="out") == {"acts"}
    assert reached(direction="in") == {"works"}
    assert reached() == {"works", "acts", "takes", "no-use"}
    assert reached(hops=0) == set()


def test_a_type_is_reached_alone(chain):
    assert claims(chain.subgraph("skin:peel", kinds=["Mechanism"])) == {"works", "takes"}
    assert claims(chain.subgraph(kinds=["Treatment"])) == {"takes"}


def test_a_property_stands_for_those_below_it_and_goes_by_any_name(chain):
    for name in ("cautionIn", "skg:cautionIn", SKG + "contraindicatedIn", "is contraindicated in"):
        assert claims(chain.subgraph(properties=[name])) == {"not-for"}
    assert claims(chain.subgraph(properties="treats")) == {"no-use"}


def test_claims_are_chosen_by_who_says_them_and_how(chain):
    assert claims(chain.subgraph(sources=["booklet"])) == {"no-use"}
    assert claims(chain.subgraph(authorities=["textbook"])) == claims(chain) - {"no-use"}
    assert claims(chain.subgraph(min_evidence="E3")) == {"no-use"}
    assert claims(chain.subgraph(polarity="refutes")) == {"no-use"}
    assert claims(chain.subgraph(polarity="supports")) == claims(chain) - {"no-use"}


def test_what_is_inherited_comes_alone_or_not_at_all(chain):
    marks = "SELECT ?e { ?e a skg:InheritedEdge }"
    inherited = chain.subgraph("skin:peel", inherited=True)
    assert claims(inherited) == {"not-for"}
    assert len(inherited.select(marks)) == 1
    assert "skg:relativelyContraindicatedIn" in {
        curie(q.predicate.value)
        for q in inherited.store.quads_for_pattern(node("peel"), None, None)
    }
    own = chain.subgraph("skin:peel", inherited=False)
    assert "not-for" not in claims(own)
    assert len(own.select(marks)) == 0
    assert len(chain.subgraph(inherited=False).select(marks)) == 0


def test_labels_and_definitions_can_stay_behind(graph):
    plain = graph.subgraph("skin:dermaplaning", with_labels=False, with_definitions=False)
    rows = "SELECT ?x { ?c a skg:Treatment ; skos:prefLabel|skos:altLabel|skos:definition ?x }"
    assert len(plain.select(rows)) == 0
    assert claims(plain) == claims(graph.subgraph("skin:dermaplaning"))
    # What limits a claim is told in words that were worked out before the labels went.
    limits = "SELECT ?c ?l { ?c skg:limitedTo ?l }"
    full = {tuple(map(str, row)) for row in graph.select(limits).terms}
    assert {tuple(map(str, row)) for row in plain.select(limits).terms} <= full


def test_without_labels_a_limit_is_told_all_the_same(small, built):
    whole = small(
        concept("peel", "Treatment"),
        concept("spot", "Concern"),
        concept("the-back", "BodySite"),
        claim("there", "peel", "treats", "spot", bodySite="skin:the-back"),
    )
    limits = "SELECT ?l { ?c skg:limitedTo ?l }"
    bare = whole.subgraph(with_labels=False)
    assert bare.select(limits).column("l") == ["body site the back"]
    again = built(write_graph(bare, "ttl").decode())
    assert again.select(limits).column("l") == ["body site the-back"]


def test_claims_and_other_things_are_taken_by_name(chain):
    part = chain.subgraph(things=[NAMES["claim"] + "acts", SKIN + "pregnancy"])
    assert claims(part) == {"acts"}
    assert part.ask("ASK { skin:pregnancy skos:prefLabel ?l . passage:leaflet-0-9 skg:source ?s }")


# Nothing else is in it


def test_a_part_says_nothing_that_the_whole_does_not(graph):
    whole = {quad.triple for quad in graph.store}
    for seed, hops, polarity in itertools.product(
        ("skin:microneedling", "skin:smartskin-co2", "skin:pregnancy"), (0, 1), (None, "supports")
    ):
        part = graph.subgraph(seed, hops=hops, polarity=polarity)
        assert {quad.triple for quad in part.store} <= whole


def test_a_denial_comes_along_where_without_it_a_rule_would_pass_on_what_it_denies(small):
    whole = small(
        concept("laser", "Treatment"),
        concept("gentle-laser", "Treatment", broader="laser"),
        concept("burn", "SideEffect"),
        claim("burns", "laser", "hasSideEffect", "burn"),
        claim("burns-not", "gentle-laser", "hasSideEffect", "burn", polarity="skg:Refutes"),
        claim("used", "laser", "pairsWith", "gentle-laser"),
    )
    wrong = "ASK { skin:gentle-laser skg:hasSideEffect skin:burn }"
    assert not whole.ask(wrong)
    part = whole.subgraph(polarity="supports")
    assert claims(part) == {"burns", "used", "burns-not"}
    assert not part.ask(wrong)
    (remark,) = Recipe(Selection(polarity="supports")).cut(whole).remarks
    assert remark.startswith("1 claim kept beside those asked for")
    # Where the heir is not in the part, nothing can be passed on to it.
    assert claims(whole.subgraph("skin:burn", polarity="supports", direction="in")) == {"burns"}


def test_a_claim_that_makes_an_heir_comes_along_with_what_is_inherited(small):
    whole = small(
        concept("laser", "Treatment"),
        concept("gentle-laser", "Treatment"),
        concept("burn", "SideEffect"),
        claim("burns", "laser", "hasSideEffect", "burn"),
        claim("is-a", "gentle-laser", "skos:broader", "laser", passage="passage:leaflet-0-9"),
    )
    part = whole.subgraph("skin:gentle-laser", inherited=True)
    assert claims(part) == {"burns", "is-a"}
    assert part.ask("ASK { ?e a skg:InheritedEdge ; rdf:subject skin:gentle-laser }")


@pytest.mark.parametrize(
    ("more", "is_edge"),
    [
        ({}, True),
        ({"strength": "skg:Relative"}, True),
        ({"polarity": "skg:Refutes"}, False),
        ({"certainty": "skg:Hedged", "hedge": '"may"'}, False),
        ({"certainty": "skg:Hedged"}, False),
        ({"bodySite": "skin:back"}, False),
        ({"population": "skin:pregnancy"}, False),
        ({"condition": '"if it burns"'}, False),
        ({"frequency": '"rarely"'}, False),
    ],
)
def test_only_what_an_edge_can_say_becomes_one(small, more, is_edge):
    whole = small(
        concept("peel", "Treatment"),
        concept("pregnancy", "PatientFactor"),
        concept("back", "BodySite"),
        claim("it", "peel", "contraindicatedIn", "pregnancy", **more),
    )
    part = whole.subgraph(with_claims=False)
    strength = {("skin:peel", "skg:relativelyContraindicatedIn", "skin:pregnancy")}
    wanted = {("skin:peel", "skg:contraindicatedIn", "skin:pregnancy")} if is_edge else set()
    assert edges(part) == (wanted | strength if "strength" in more else wanted)
    assert claims(part) == set()
    assert counts(part).sources == 0
    told = " ".join(Recipe(Selection(with_claims=False)).cut(whole).remarks)
    assert ("no evidence of safety" in told) != is_edge


def test_no_edge_of_the_shipped_graph_says_more_than_a_claim(graph):
    part = graph.subgraph(with_claims=False)
    assert len(edges(part)) > 300
    stated = graph.select(
        """SELECT ?s ?p ?o { ?c a skg:Claim ; skg:polarity skg:Supports ; skg:certainty skg:Stated ;
          rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o }"""
    )
    allowed = {tuple(curie(t.value) for t in row) for row in stated.terms}
    strengths = ("skg:absolutelyContraindicatedIn", "skg:relativelyContraindicatedIn")
    assert {edge for edge in edges(part) if edge[1] not in strengths} <= allowed
    assert {quad.triple for quad in part.store} <= {quad.triple for quad in graph.store}


def test_an_edge_cannot_say_that_something_is_inherited_or_denied():
    with pytest.raises(BadParameter, match="inherited"):
        Selection(inherited=True, with_claims=False)
    with pytest.raises(BadParameter, match="denied"):
        Selection(polarity="refutes", with_claims=False)


def test_plain_edges_have_no_source_to_choose_them_by(chain):
    with pytest.raises(BadParameter, match="no source is known"):
        chain.subgraph(with_claims=False).subgraph(sources=["leaflet"])


@pytest.mark.parametrize(
    ("wish", "hint"),
    [
        ({"properties": ["treat"]}, "'treats'"),
        ({"kinds": ["Concerns"]}, "'Concern'"),
        ({"sources": ["bookle"]}, "'booklet'"),
        ({"authorities": ["textbok"]}, "'textbook'"),
        ({"min_evidence": "E9"}, "levels are"),
        ({"things": [SKIN + "claim/none"]}, "has the IRI"),
        ({"concepts": "skin:none"}, "has the IRI"),
    ],
)
def test_an_unknown_name_is_refused_with_a_hint(chain, wish, hint):
    with pytest.raises(UnknownName, match=hint):
        chain.subgraph(**wish)


@pytest.mark.parametrize(
    "wish", [{"hops": -1}, {"direction": "up"}, {"polarity": "yes"}], ids=lambda wish: str(wish)
)
def test_a_wish_that_nobody_can_fulfil_is_refused(wish):
    with pytest.raises(BadParameter):
        Selection(**wish)


def test_a_selection_is_written_down_and_read_again():
    wish = Selection(concepts=("b", "a"), hops=0, polarity="refutes", with_labels=False)
    assert Selection.from_dict(wish.as_dict()) == replace(wish, concepts=("a", "b"))
    assert Selection().as_dict() == {}
    with pytest.raises(BadParameter, match="no field 'hop'"):
        Selection.from_dict({"hop": 1})


# Rows and ways


def test_what_the_rows_of_a_question_name_is_taken(graph):
    recipe = Recipe(question="side-effects", parameters={"treatment": "chemical peel"})
    cut = recipe.cut(graph)
    rows = graph.select(
        "SELECT ?c { ?c rdf:subject skin:chemical-peel ; rdf:predicate skg:hasSideEffect }"
    )
    assert {curie(str(c)).removeprefix("claim:") for c in rows.column("c")} <= claims(cut.graph)
    assert cut.counts.claims < 20
    assert Recipe.from_dict(recipe.as_dict()) == recipe


def test_a_question_without_rows_takes_nothing(graph):
    cut = Recipe(question="cost", parameters={"treatment": SKIN + "dermaplaning"}).cut(graph)
    assert cut.empty
    assert claims(cut.graph) == set()


def test_the_ways_between_two_come_with_what_speaks_against_them(chain):
    cut = Recipe(between=(SKIN + "peel", SKIN + "spot")).cut(chain)
    assert claims(cut.graph) == {"works", "acts", "no-use"}


def test_a_construct_is_asked_of_the_part_and_what_it_makes_up_is_told(chain):
    text = "CONSTRUCT { ?s a skg:Odd . ?c ?p ?o } WHERE { ?c a skg:Claim ; rdf:subject ?s ; ?p ?o }"
    cut = Recipe(Selection(sources=("booklet",)), construct=text).cut(chain)
    assert claims(cut.graph) == {"no-use"}
    assert "1 of the triples are not in the graph: the query made them" in cut.remarks


# Whatever is selected


@st.composite
def graphs(draw):
    """A graph of a few concepts, some narrower, and claims of two documents of every kind."""
    pieces = [LEAFLET, BOOKLET]
    for kind in KINDS:
        for number in range(3):
            above = f"{kind.lower()}-0" if number and draw(st.booleans()) else ""
            pieces.append(concept(f"{kind.lower()}-{number}", kind, broader=above))
    properties = {
        "hasMechanism": "mechanism",
        "treats": "concern",
        "hasSideEffect": "sideeffect",
        "contraindicatedIn": "patientfactor",
    }
    for number in range(draw(st.integers(1, 9))):
        name = draw(st.sampled_from(sorted(properties)))
        more = {"passage": f"passage:{draw(st.sampled_from(('leaflet', 'booklet')))}-0-9"}
        more["polarity"] = draw(st.sampled_from(("skg:Supports", "skg:Supports", "skg:Refutes")))
        if draw(st.booleans()):
            more |= {"certainty": "skg:Hedged", "hedge": '"may"'}
        if name == "contraindicatedIn":
            more["strength"] = draw(st.sampled_from(("skg:Absolute", "skg:Relative")))
        start, end = draw(st.integers(0, 2)), draw(st.integers(0, 2))
        pieces.append(
            claim(f"c{number}", f"treatment-{start}", name, f"{properties[name]}-{end}", **more)
        )
    return "".join(pieces)


SELECTIONS = st.builds(
    Selection.of,
    st.none() | st.sets(st.sampled_from(NAMED).map(SKIN.__add__), max_size=3),
    st.fixed_dictionaries(
        {},
        optional={
            "hops": st.integers(0, 3),
            "direction": st.sampled_from(("both", "out", "in")),
            "kinds": st.sets(st.sampled_from(KINDS), max_size=2),
            "properties": st.sets(
                st.sampled_from(("treats", "cautionIn", "hasMechanism")), max_size=2
            ),
            "sources": st.sets(st.sampled_from(("leaflet", "booklet")), max_size=1),
            "min_evidence": st.sampled_from((None, "E3")),
            "polarity": st.sampled_from((None, "supports", "refutes")),
            "inherited": st.sampled_from((None, True, False)),
            "with_labels": st.booleans(),
            "with_definitions": st.booleans(),
        },
    ),
)
MANY = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="session")
def built():
    """Build a graph from Turtle as `SkinGraph.read` does, and quicker: in this process."""
    schema = ox.Store()
    schema_files(schema)

    def build(text):
        store = ox.Store()
        store.extend(schema)
        store.load(PREFIXES + text, format=ox.RdfFormat.TURTLE, to_graph=ASSERTED_GRAPH)
        infer(store)
        return SkinGraph(store)

    return build


@MANY
@given(text=graphs(), wish=SELECTIONS, with_claims=st.booleans())
def test_selecting_twice_is_selecting_once_and_adds_nothing(built, text, wish, with_claims):
    whole = built(text)
    if not with_claims and not wish.inherited and wish.polarity != "refutes":
        wish = replace(wish, with_claims=False, sources=(), min_evidence=None)
    part = select(whole, wish)
    assert set(select(part, wish).store) == set(part.store)
    assert {quad.triple for quad in part.store} <= {quad.triple for quad in whole.store}
    is_kept = (SCHEMA_GRAPH, INFERRED_GRAPH, PLAIN_GRAPH)
    asserted = {quad for quad in part.store if quad.graph_name not in is_kept}
    assert asserted <= set(whole.store)
    for name in claims(part):
        each = ox.NamedNode(NAMES["claim"] + name)
        assert said_of(part, each) == said_of(whole, each)
        (passage,) = part.store.quads_for_pattern(each, ox.NamedNode(SKG + "passage"), None)
        assert said_of(part, passage.object) == said_of(whole, passage.object)


@MANY
@given(text=graphs(), wish=SELECTIONS, format=st.sampled_from(RDF_FORMATS))
def test_any_selection_in_any_rdf_format_is_read_again_as_the_same_graph(built, text, wish, format):
    part = select(built(text), wish)
    read = ox.parse(write_graph(part, format), format=READERS[format])
    assert {quad.triple for quad in read} == said(part)


@settings(MANY, max_examples=4)
@given(text=graphs(), wish=SELECTIONS)
def test_a_second_library_reads_the_same_graph(built, text, wish):
    part = select(built(text), wish)
    wanted = set(rdflib.Graph().parse(data=write_graph(part, "nt"), format="nt"))
    for format, reader in (("ttl", "turtle"), ("rdf", "xml")):
        assert set(rdflib.Graph().parse(data=write_graph(part, format), format=reader)) == wanted


@MANY
@given(text=graphs(), wish=SELECTIONS)
def test_a_file_that_was_cut_out_infers_no_more_than_the_whole(built, text, wish):
    whole = built(text)
    part = select(whole, wish)
    again = built(write_graph(part, "ttl").decode()) if claims(part) else part
    marks = {
        quad.triple for quad in whole.store.quads_for_pattern(None, None, None, INFERRED_GRAPH)
    }
    found = again.store.quads_for_pattern(None, None, None, INFERRED_GRAPH)
    # In words a limit is told by labels, which may have stayed behind.
    in_words = ox.NamedNode(SKG + "limitedTo")
    assert {quad.triple for quad in found if quad.predicate != in_words} <= marks


@MANY
@given(text=graphs(), wish=SELECTIONS, seed=st.sampled_from(NAMED))
def test_hops_grow(built, text, wish, seed):
    whole = built(text)
    wish = replace(wish, concepts=(SKIN + seed,), kinds=())
    parts = [said(select(whole, replace(wish, hops=hops))) for hops in range(4)]
    for less, more in itertools.pairwise(parts):
        assert less <= more


@MANY
@given(text=graphs(), first=SELECTIONS, second=SELECTIONS)
def test_selections_compose(built, text, first, second):
    whole = built(text)
    one = select(whole, replace(first, with_labels=True, with_definitions=True))
    second = replace(second, concepts=None, sources=(), min_evidence=None)
    both = select(one, second)
    assert said(both) <= said(one)
    assert said(both) <= said(whole)


@MANY
@given(text=graphs())
def test_the_union_of_the_parts_is_the_whole(built, text):
    whole = built(text)
    parts = [select(whole, Selection(concepts=(SKIN + name,), hops=1)) for name in NAMED]
    held = set().union(*map(said, parts))
    unused = said(whole) - held
    # A document that nobody cites is in no part.
    assert {curie(t.subject.value).partition(":")[0] for t in unused} <= {"source", "passage"}
    for chosen in (
        [Selection(polarity=word) for word in ("supports", "refutes")],
        [Selection(sources=(name,)) for name in ("leaflet", "booklet")],
    ):
        assert set().union(*(claims(select(whole, wish)) for wish in chosen)) == claims(whole)


def test_the_union_of_the_parts_of_the_shipped_graph_is_the_whole(graph):
    rows = graph.select(
        """SELECT ?x ?y {
          ?class rdfs:subClassOf+ skg:Concept . ?x a ?class . OPTIONAL { ?x skos:related ?y } }"""
    )
    # A link between what is merely related is kept where both ends are.
    around: dict[str, set[str]] = {}
    for row in rows:
        around.setdefault(str(row["x"]), set()).update({str(row["x"]), str(row["y"] or row["x"])})
    names = sorted(around)
    pieces = [
        graph.subgraph(sorted(set().union(*(around[name] for name in names[at::7]))))
        for at in range(7)
    ]
    assert set().union(*map(said, pieces)) == said(graph)


# Whatever holds the graph


def test_a_graph_without_claims_is_cut_as_well(tmp_path):
    text = "<http://x.example/a> <http://x.example/p> <http://x.example/b> .\n"
    graph = graph_of(ox.parse(io.BytesIO(text.encode()), format=ox.RdfFormat.N_TRIPLES))
    assert said(graph.subgraph("http://x.example/a")) == said(graph)
    assert said(graph.subgraph([])) == set()


def node(slug):
    return ox.NamedNode(SKIN + slug)


def said_of(graph, thing):
    return {
        quad.triple
        for quad in graph.store.quads_for_pattern(thing, None, None)
        if quad.graph_name not in (SCHEMA_GRAPH, INFERRED_GRAPH)
    }
