from decimal import Decimal

import pytest
from tests.pieces import claim, concept

from skingraph.concepts import Lexicon
from skingraph.errors import BadParameter
from skingraph.options import Verdict, days, options_for
from skingraph.prefixes import curie
from skingraph.reports import options_rows, options_text

THINGS = (
    concept("laser", "Treatment")
    + concept("co2-laser", "Treatment", broader="laser")
    + concept("peel", "Treatment")
    + concept("scar", "Concern")
    + concept("pitted-scar", "Concern", broader="scar")
    + concept("infection", "PatientFactor")
    + concept("cold-sore", "PatientFactor", broader="infection")
    + concept("pregnancy", "PatientFactor")
    + claim("co2-helps", "co2-laser", "treats", "pitted-scar")
    + claim("peel-helps", "peel", "treats", "scar")
)


def asked(graph, concern, *factors, **more):
    lexicon = Lexicon(graph)
    return options_for(
        graph,
        lexicon.resolve(concern),
        factors=[lexicon.resolve(factor) for factor in factors],
        **more,
    )


def verdicts(found):
    return {option.treatment.label: option.verdict for option in found.options}


def test_treatments_of_narrower_concerns_are_options_too(small):
    assert set(verdicts(asked(small(THINGS), "scar"))) == {"co2 laser", "peel"}
    assert set(verdicts(asked(small(THINGS), "pitted scar"))) == {"co2 laser"}


def test_silence_is_no_objection_and_never_suited(small):
    found = asked(small(THINGS), "scar", "pregnancy")
    assert set(verdicts(found).values()) == {Verdict.NO_OBJECTION}
    assert [factor.label for factor in found.options[0].silent_on] == ["pregnancy"]


@pytest.mark.parametrize(
    ("extra", "verdict"),
    [
        (claim("x", "peel", "suitedTo", "pregnancy"), Verdict.SUITED),
        (claim("x", "peel", "consultFirstIn", "pregnancy"), Verdict.ASK_FIRST),
        (
            claim("x", "peel", "contraindicatedIn", "pregnancy", strength="skg:Relative"),
            Verdict.ADVISED_AGAINST,
        ),
        (
            claim("x", "peel", "contraindicatedIn", "pregnancy", strength="skg:Absolute"),
            Verdict.REFUSED,
        ),
    ],
)
def test_each_kind_of_claim_gives_its_verdict(small, extra, verdict):
    assert verdicts(asked(small(THINGS, extra), "scar", "pregnancy"))["peel"] is verdict


def test_the_worst_word_wins_and_the_better_one_is_still_shown(small):
    graph = small(
        THINGS,
        claim("good", "peel", "suitedTo", "pregnancy"),
        claim("bad", "peel", "contraindicatedIn", "pregnancy", strength="skg:Relative"),
    )
    option = next(
        o for o in asked(graph, "scar", "pregnancy").options if o.treatment.slug == "peel"
    )
    assert option.verdict is Verdict.ADVISED_AGAINST
    assert [item.claim.curie for item in option.having("suited")] == ["claim:good"]


def test_a_denied_contraindication_is_none(small):
    denied = claim("x", "peel", "contraindicatedIn", "pregnancy", strength="skg:Relative").replace(
        "skg:Supports", "skg:Refutes"
    )
    option = next(
        o
        for o in asked(small(THINGS, denied), "scar", "pregnancy").options
        if o.treatment.slug == "peel"
    )
    assert option.verdict is Verdict.NO_OBJECTION
    assert [item.claim.curie for item in option.having("cleared")] == ["claim:x"]


def test_a_caution_of_the_class_is_inherited_and_says_from_whom(small):
    graph = small(THINGS, claim("x", "laser", "consultFirstIn", "pregnancy"))
    option = next(
        o for o in asked(graph, "scar", "pregnancy").options if o.treatment.slug == "co2-laser"
    )
    assert option.verdict is Verdict.ASK_FIRST
    (caution,) = option.having("caution")
    assert caution.said.inherited_from.label == "laser"


def test_a_caution_of_the_product_does_not_pass_up_but_is_noted(small):
    graph = small(
        THINGS,
        claim("laser-helps", "laser", "treats", "scar"),
        claim("x", "co2-laser", "contraindicatedIn", "pregnancy", strength="skg:Absolute"),
    )
    option = next(
        o for o in asked(graph, "scar", "pregnancy").options if o.treatment.slug == "laser"
    )
    assert option.verdict is Verdict.NO_OBJECTION
    assert [item.claim.curie for item in option.having("nearby")] == ["claim:x"]


def test_suitability_is_never_inherited(small):
    graph = small(THINGS, claim("x", "laser", "suitedTo", "pregnancy"))
    assert verdicts(asked(graph, "scar", "pregnancy"))["co2 laser"] is Verdict.NO_OBJECTION


def test_a_caution_about_the_broader_factor_counts_for_the_narrower(small):
    graph = small(THINGS, claim("x", "peel", "consultFirstIn", "infection"))
    assert verdicts(asked(graph, "scar", "cold sore"))["peel"] is Verdict.ASK_FIRST


def test_a_caution_about_a_narrower_factor_is_noted_and_forbids_nothing(small):
    graph = small(THINGS, claim("x", "peel", "consultFirstIn", "cold-sore"))
    option = next(
        o for o in asked(graph, "scar", "infection").options if o.treatment.slug == "peel"
    )
    assert option.verdict is Verdict.NO_OBJECTION
    assert [item.claim.curie for item in option.having("nearby")] == ["claim:x"]


def test_what_is_said_with_the_factor_in_view_is_noted_and_is_no_silence(small):
    graph = small(
        THINGS,
        claim("a", "peel", "hasSideEffect", "scar", population="skin:pregnancy"),
        claim("b", "scar", "causedBy", "laser", population="skin:pregnancy"),
    )
    options = {o.treatment.slug: o for o in asked(graph, "scar", "pregnancy").options}
    assert [item.claim.curie for item in options["peel"].having("note")] == ["claim:a"]
    assert [item.claim.curie for item in options["co2-laser"].having("note")] == ["claim:b"]
    assert options["peel"].silent_on == []
    assert {o.verdict for o in options.values()} == {Verdict.NO_OBJECTION}


def test_a_treatment_that_is_only_called_fit_for_a_concern_is_an_option(small):
    graph = small(THINGS, claim("x", "laser", "suitedTo", "scar"))
    option = next(o for o in asked(graph, "scar").options if o.treatment.slug == "laser")
    assert [item.claim.curie for item in option.having("fits")] == ["claim:x"]
    assert option.having("helps") == []


def test_several_factors_are_judged_each_and_together(small):
    graph = small(
        THINGS,
        claim("a", "peel", "suitedTo", "pregnancy"),
        claim("b", "peel", "consultFirstIn", "cold-sore"),
    )
    option = next(
        o
        for o in asked(graph, "scar", "pregnancy", "cold sore").options
        if o.treatment.slug == "peel"
    )
    assert [verdict for _, verdict in option.by_factor] == [Verdict.SUITED, Verdict.ASK_FIRST]
    assert option.verdict is Verdict.ASK_FIRST


def test_a_longer_downtime_sets_a_treatment_aside_and_silence_does_not(small):
    graph = small(THINGS, claim("x", "peel", "downtime", minimum="7.0", maximum="10.0"))
    found = asked(graph, "scar", max_downtime=Decimal(3))
    assert [option.treatment.slug for option in found.too_long] == ["peel"]
    assert [option.downtime for option in found.options] == ["not stated"]
    assert not asked(graph, "scar", max_downtime=Decimal(8)).too_long


@pytest.mark.parametrize(
    ("text", "expected"),
    [("3d", "3"), ("12h", "0.5"), ("2 weeks", "14"), ("5", "5"), ("1 month", "30")],
)
def test_lengths_of_time_are_read_as_people_write_them(text, expected):
    assert days(text) == pytest.approx(Decimal(expected))


@pytest.mark.parametrize("text", ["30min", "5 minutes", "", "soon", "-3d", "3x", "d"])
def test_what_is_no_length_of_time_is_refused(text):
    with pytest.raises(BadParameter, match="3d"):
        days(text)


def test_the_shipped_graph_answers_for_acne_scars_and_darker_skin(graph):
    found = asked(graph, "acne scars", "darker skin")
    assert verdicts(found)["SmartSkin CO2 laser resurfacing"] is Verdict.ADVISED_AGAINST
    assert verdicts(found)["microneedling"] is Verdict.SUITED
    smartskin = found.with_verdict(Verdict.ADVISED_AGAINST)[0]
    (caution,) = smartskin.having("caution")
    assert caution.claim.curie == "claim:smartskin-advised-against-darker-skin"
    assert [reason.label for reason in caution.claim.because] == ["hypopigmentation"]
    assert caution.claim.passages[0].source.file == "002_cce3192625742379.txt"


def test_a_claim_without_a_passage_is_told_and_not_lost(small):
    graph = small(
        concept("peel", "Treatment")
        + concept("scar", "Concern")
        + concept("eczema", "PatientFactor"),
        claim("helps", "peel", "treats", "scar").replace(" ; skg:passage passage:leaflet-0-9", ""),
        claim("no", "peel", "contraindicatedIn", "eczema", strength="skg:Absolute").replace(
            " ; skg:passage passage:leaflet-0-9", ""
        ),
    )
    lexicon = Lexicon(graph)
    found = options_for(graph, lexicon.resolve("scar"), factors=[lexicon.resolve("eczema")])
    assert found.options[0].verdict is Verdict.REFUSED
    assert "{no passage; claim:no}" in options_text(found, release="", width=100)
    assert "claim:no" in [curie(str(iri)) for iri in options_rows(found).column("claim")]
