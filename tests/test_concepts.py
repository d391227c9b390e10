import pytest
from tests.pieces import concept

from skingraph.concepts import Hierarchy, Lexicon, describe, fold
from skingraph.errors import UnknownName


@pytest.fixture(scope="session")
def lexicon(graph):
    return Lexicon(graph)


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("microneedling", "microneedling"),
        ("Micro-Needling", "microneedling"),
        ("collagen induction therapy", "microneedling"),
        ("skin:microneedling", "microneedling"),
        ("https://w3id.org/skingraph/microneedling", "microneedling"),
        ("<https://w3id.org/skingraph/microneedling>", "microneedling"),
        ("acne scars", "acne scar"),
        ("ACNE SCARRING", "acne scar"),
        ("SmarkSkin", "SmartSkin CO2 laser resurfacing"),
        ("smartskin-co2", "SmartSkin CO2 laser resurfacing"),
        ("darker skin", "darker skin tone"),
        ("crow\N{RIGHT SINGLE QUOTATION MARK}s feet", "crow's feet"),
        ("PRP", "platelet-rich plasma treatment"),
    ],
)
def test_what_a_person_types_is_found(lexicon, typed, label):
    assert lexicon.resolve(typed).label == label


def test_active_acne_and_its_kin_are_never_merged(lexicon):
    names = ["active acne", "acne-prone skin", "severe acne flare-up", "back acne", "acne scar"]
    assert len({lexicon.resolve(name).iri for name in names}) == 5


def test_a_near_miss_gets_a_hint(lexicon):
    with pytest.raises(UnknownName, match="Did you mean 'acne scar'"):
        lexicon.resolve("acne scrs")


def test_a_name_of_another_kind_says_what_it_is(lexicon):
    with pytest.raises(UnknownName, match="is a Treatment, not a PatientFactor"):
        lexicon.resolve("microneedling", kinds=["PatientFactor"])


def test_a_name_that_means_several_lists_them(small):
    graph = small(
        'skin:a a skg:Concern ; skos:prefLabel "one"@en ; skos:altLabel "spot"@en .\n'
        'skin:b a skg:Concern ; skos:prefLabel "two"@en ; skos:altLabel "spot"@en .\n'
        "claim:x a skg:Claim .\n"
    )
    with pytest.raises(UnknownName, match=r"one \(skin:a\), two \(skin:b\)"):
        Lexicon(graph).resolve("spot")


def test_every_preferred_label_finds_its_own_concept(lexicon):
    for iri, label in lexicon.preferred.items():
        assert lexicon.resolve(label).iri == iri


def test_finding_forgives_typing_errors_and_ranks_the_nearest_first(lexicon):
    assert lexicon.find("microneedeling")[0].concept.label == "microneedling"
    assert lexicon.find("wrinkels")[0].concept.label == "wrinkle"
    assert lexicon.find("collagen", kinds=["Agent"])[0].concept.label == "collagen"
    assert all("Agent" in match.kinds for match in lexicon.find("c", kinds=["Agent"]))
    assert lexicon.find("zzqqxy") == []
    assert len(lexicon.find("skin", limit=3)) == 3


@pytest.mark.parametrize("text", ["", " ", "(", "*+?[", "\\", "a" * 10_000, "\u202e", "'; DROP"])
def test_a_hostile_text_is_only_a_text(lexicon, text):
    assert isinstance(lexicon.find(text), list)


def test_a_concept_is_described_with_its_place(graph, lexicon):
    found = describe(graph, lexicon.resolve("ablative fractional laser"))
    assert found.kinds == ("Treatment",)
    assert {named.label for named in found.broader} == {"ablative laser", "fractional laser"}
    assert "SmartSkin CO2 laser resurfacing" in {named.label for named in found.narrower}
    assert found.definition.endswith(".")


def test_the_hierarchy_reaches_all_the_way(graph, lexicon):
    hierarchy = Hierarchy(graph)
    smartskin, laser = (lexicon.resolve(name).iri for name in ("SmartSkin", "laser treatment"))
    assert laser in hierarchy.broader(smartskin)
    assert smartskin in hierarchy.narrower(laser)
    acne = lexicon.resolve("active acne").iri
    assert lexicon.resolve("back acne").iri in hierarchy.related(acne)


def test_folding_makes_case_hyphens_and_spaces_equal():
    assert fold("Acne\u2013Prone  SKIN") == fold("acne-prone skin") == "acne prone skin"


def test_a_concept_without_a_preferred_label_is_listed_by_its_short_iri(small):
    lexicon = Lexicon(small('skin:a skos:altLabel "twin" . skin:b skos:altLabel "twin" .'))
    with pytest.raises(UnknownName, match="skin:a"):
        lexicon.resolve("twin")


def test_the_english_label_is_shown_whatever_other_languages_there_are(small):
    other = 'skin:scar skos:prefLabel "Narbe"@de ; skos:broader skin:mark . skin:mark skos:prefLabel "Mal"@de .'
    graph = small(concept("scar", "Concern") + concept("mark", "Concern") + other)
    lexicon = Lexicon(graph)
    assert lexicon.resolve("Narbe").label == "scar"
    assert [named.label for named in describe(graph, lexicon.resolve("scar")).broader] == ["mark"]
    assert [named.label for named in describe(graph, lexicon.resolve("mark")).narrower] == ["scar"]


def test_a_label_of_a_blank_node_is_no_concept(small):
    lexicon = Lexicon(small(concept("scar", "Concern") + '[] skos:prefLabel "scar" .'))
    assert lexicon.resolve("scar").curie == "skin:scar"
