"""The catalogue: every question is well formed, and the rows that matter are there."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from decimal import Decimal
from itertools import pairwise

import pyoxigraph as ox
import pytest

from skingraph.catalogue import catalogue, named
from skingraph.prefixes import PREFIXES, SKIN, curie, expand
from skingraph.questions import ask

QUERIES = {query.name: query for query in catalogue()}
EVERY = pytest.mark.parametrize("name", sorted(QUERIES))
PARAMETERS = [
    (query.name, parameter.name) for query in QUERIES.values() for parameter in query.parameters
]

# Questions to which the shipped graph has no answer, and why.
NO_ROWS: dict[str, str] = {}

NUMBERS = {PREFIXES["xsd"] + kind for kind in ("integer", "decimal", "nonNegativeInteger")}


@pytest.fixture
def table(graph):
    """Rows as tuples of chosen columns, IRIs in short form."""

    def call(question, columns, **values):
        return [
            tuple(short(row[column]) for column in columns.split())
            for row in ask(graph, question, **values)
        ]

    return call


def short(value):
    return curie(value) if isinstance(value, str) else value


def order_of(text):
    """The columns of the last ORDER BY, each with True where it descends."""
    _, _, order = text.rpartition("ORDER BY")
    return [(name, bool(down)) for down, name in re.findall(r"(DESC\()?\?(\w+)", order)]


def sort_key(term):
    if term is None:
        return (0, 0, "")
    if isinstance(term, ox.Literal):
        if term.datatype.value in NUMBERS:
            return (2, Decimal(term.value), "")
        return (2, 0, term.value)
    return (1, 0, term.value)


# Every question


@EVERY
def test_the_header_is_complete(name):
    query = QUERIES[name]
    assert query.summary.endswith("?")
    assert query.description.endswith(".")
    assert query.row
    assert query.tags
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
    for parameter in query.parameters:
        assert expand(parameter.kind), f"{parameter.name} has no kind of the prefix table"


@EVERY
def test_another_yaml_reader_finds_the_same_header(name):
    yaml = pytest.importorskip("yaml")
    query = QUERIES[name]
    header = "\n".join(line[3:] for line in query.text.splitlines() if line.startswith("#+"))
    read = yaml.safe_load(header)
    assert read["summary"] == query.summary
    assert read["description"] == query.description
    assert read["row"] == query.row
    assert read["example"] == query.example
    assert tuple(read["tags"]) == query.tags
    pairs = [pair for item in read.get("parameters", []) for pair in item.items()]
    assert pairs == [
        (parameter.name, " = ".join(filter(None, (parameter.kind, parameter.default))))
        for parameter in query.parameters
    ]


@EVERY
def test_prefixes_are_declared_in_the_order_of_the_table_and_all_used(name):
    text = QUERIES[name].text
    declared = re.findall(r"^PREFIX (\w+): <(.+)>$", text, re.MULTILINE)
    body = re.sub(r'"[^"]*"', '""', text[text.index("\nSELECT") :])
    used = [prefix for prefix in PREFIXES if re.search(rf"(?<![\w?]){prefix}:", body)]
    assert declared == [(prefix, PREFIXES[prefix]) for prefix in used]


@EVERY
def test_lines_are_short_and_keywords_in_capitals(name):
    text = QUERIES[name].text
    body = text[text.index("\nSELECT") :]
    assert max(map(len, body.splitlines())) <= 130
    assert "\t" not in text
    keywords = r"\b(?i:select|where|optional|filter|union|bind|values|order by|group by|minus)\b"
    bare = re.sub(r'"[^"]*"|#.*|\?\w+|\w+:\w+', "", body)
    assert all(word.isupper() for word in re.findall(keywords, bare))


@EVERY
def test_parameters_stand_in_the_projection(name, rows):
    assert {parameter.name for parameter in QUERIES[name].parameters} <= set(rows(name).columns)


@EVERY
def test_unbound_it_answers_for_everything(name, rows):
    assert bool(len(rows(name))) != (name in NO_ROWS)


@EVERY
def test_rows_are_sorted_down_to_a_unique_key(name, rows):
    found = rows(name)
    order = order_of(QUERIES[name].text)
    at = [found.columns.index(column) for column, _ in order]
    keys = [tuple(row[i] for i in at) for row in found.terms]
    assert [key for key, times in Counter(keys).items() if times > 1] == []
    for one, other in pairwise(keys):
        pairs = zip(one, other, order, strict=True)
        a, b, (_, down) = next((a, b, by) for a, b, by in pairs if a != b)
        assert (sort_key(a) > sort_key(b)) if down else (sort_key(a) <= sort_key(b))


@EVERY
def test_a_row_with_a_claim_has_its_source(name, rows):
    found = rows(name)
    sources = {column for column in found.columns if "source" in column.lower()}
    for column in found.columns:
        if column == "claim" or re.search(r"Claim[AB]?$", column):
            assert sources, f"{column} has no source beside it"
    if {"claim", "source"} <= set(found.columns):
        cited = [(row["claim"] is None) == (row["source"] is None) for row in found]
        assert all(cited)


@EVERY
def test_a_concept_has_its_label_beside_it(name, rows):
    found = rows(name)
    for at, column in enumerate(found.columns):
        terms = [row[at] for row in found.terms if isinstance(row[at], ox.NamedNode)]
        if any(re.fullmatch(re.escape(SKIN) + "[^/#]+", term.value) for term in terms):
            label = found.columns.index(column + "Label")
            assert all(row[label] for row in found.terms if row[at])


@EVERY
def test_what_may_be_a_denial_says_so(name, rows, graph):
    """A refuting claim is shown with its polarity or not at all."""
    found = rows(name)
    if "claim" in found.columns and "polarity" not in found.columns:
        refuting = {
            term.value
            for (term,) in graph.select("SELECT ?c { ?c skg:polarity skg:Refutes }").terms
        }
        assert not refuting & set(found.column("claim"))


@EVERY
def test_a_hedge_is_never_lost(name, rows, graph):
    """Where the certainty is a column, it is right in every row."""
    found = rows(name)
    if {"claim", "certainty"} <= set(found.columns) and "chains" not in name:
        hedged = {
            term.value
            for (term,) in graph.select("SELECT ?c { ?c skg:certainty skg:Hedged }").terms
        }
        for row in found:
            if row["claim"]:
                assert row["certainty"] == ("hedged" if row["claim"] in hedged else "stated")


@pytest.mark.parametrize(("name", "parameter"), PARAMETERS)
def test_a_bound_parameter_narrows_to_its_rows(name, parameter, rows, graph):
    found = rows(name)
    at = found.columns.index(parameter)
    values = list(dict.fromkeys(row[at] for row in found.terms if row[at] is not None))
    for value in values[:1] + values[len(values) // 2 :][:1] + values[-1:]:
        bound = graph.select(QUERIES[name].text, **{parameter: value})
        assert Counter(bound.terms) == Counter(row for row in found.terms if row[at] == value)


DEFAULTS = [
    (query.name, parameter.name, parameter.default)
    for query in QUERIES.values()
    for parameter in query.parameters
    if parameter.default
]


@pytest.mark.parametrize(("name", "parameter", "default"), DEFAULTS)
def test_a_default_stands_in_the_text_too(name, parameter, default, rows, graph):
    bound = ask(graph, name, **{parameter: default})
    at = bound.columns.index(parameter)
    assert {row[at] for row in bound.terms} != {None}
    assert [row[:at] + row[at + 1 :] for row in bound.terms] == [
        row[:at] + row[at + 1 :] for row in rows(name).terms
    ]


@EVERY
def test_the_example_runs(name, graph):
    words = shlex.split(QUERIES[name].example)
    assert words[:3] == ["skingraph", "query", name]
    assert words[3::2] == ["-p"] * (len(words[3:]) // 2)
    values = dict(word.split("=", 1) for word in words[4::2])
    assert set(values) <= {parameter.name for parameter in QUERIES[name].parameters}
    assert len(ask(graph, name, **values))


# The list of claims, on which other tools depend


def test_claims_has_the_promised_columns(rows):
    assert " ".join(rows("claims").columns) == (
        "claim source file start end section subject subjectLabel predicate object objectLabel "
        "min max unit statedAs polarity certainty strength evidenceLevel authority"
    )


def test_claims_lists_every_claim_with_each_of_its_passages(rows, graph):
    pairs = graph.select("SELECT DISTINCT ?c ?p { ?c a skg:Claim ; skg:passage ?p }")
    claims = {term.value for (term,) in graph.select("SELECT ?c { ?c a skg:Claim }").terms}
    assert len(rows("claims")) == len(pairs)
    assert set(rows("claims").column("claim")) == claims


def claim_row(table, slug, columns):
    (row,) = (row[1:] for row in table("claims", "claim " + columns) if row[0] == f"claim:{slug}")
    return row


def test_claims_gives_short_words(table):
    columns = "predicate polarity certainty strength evidenceLevel authority file"
    assert claim_row(table, "smartskin-advised-against-darker-skin", columns) == (
        "skg:contraindicatedIn",
        "supports",
        "stated",
        "relative",
        "E0",
        "vendor",
        "002_cce3192625742379.txt",
    )
    kinds = {row[0] for row in table("claims", "predicate")}
    assert "skos:broader" in kinds
    assert all(re.fullmatch(r"(skg|skos):\w+", kind) for kind in kinds)
    assert set(table("claims", "polarity")) == {("supports",), ("refutes",)}
    assert set(table("claims", "authority")) == {("clinic",), ("vendor",)}


def test_claims_gives_numbers_in_the_unit_of_the_property(table):
    columns = "min max unit statedAs"
    assert claim_row(table, "needling-session-interval", columns) == (
        4,
        6,
        "week",
        "four to six weeks apart",
    )
    assert claim_row(table, "smartskin-cost", columns)[:3] == (2000, 5000, "US dollar")
    assert claim_row(table, "needling-redness-duration", columns)[:3] == (1, 2, "day")


def test_claims_gives_care_in_hours(table):
    columns = "min max unit"
    assert claim_row(table, "results-avoid-sun-at-least-72h", columns)[0::2] == (0, "hour")
    assert claim_row(table, "results-initial-phase-four-days", columns) == (0, 96, "hour")


def test_claims_makes_no_number_of_a_vague_wording(table):
    row = claim_row(table, "smartskin-class-swelling", "min max unit statedAs")
    assert row == (None, None, None, "prolonged")


THINGS = """
skin:peel a skg:Treatment ; skos:prefLabel "peel"@en .
skin:scar a skg:Concern ; skos:prefLabel "scar"@en .
claim:bare a skg:Claim ; rdf:subject skin:peel ; rdf:predicate skg:treats ; rdf:object skin:scar .
claim:graded a skg:Claim ; rdf:subject skin:peel ; rdf:predicate skg:treats ; rdf:object skin:scar ;
    skg:evidenceLevel skg:E4 ; skg:passage passage:leaflet-0-9 .
passage:leaflet-0-9 a skg:Passage ; skg:source source:leaflet ; skg:start 0 ; skg:end 9 .
source:leaflet a skg:Source ; skg:evidenceLevel skg:E0 .
"""


def test_claims_lets_a_claim_overrule_the_level_of_its_source_and_drops_none(write):
    from skingraph.store import SkinGraph

    mine = SkinGraph.read([write(THINGS)])
    found = {short(row["claim"]): row for row in mine.select(named("claims").text)}
    assert found["claim:graded"]["evidenceLevel"] == "E4"
    assert found["claim:bare"]["source"] is None
    assert found["claim:bare"]["polarity"] is None


# Concerns and treatments


def test_a_claim_on_a_narrower_concern_stands_under_the_broader_one(table):
    found = table("treatments-for-concern", "treatment named effect claim", concern="acne scar")
    assert (
        "skin:microneedling",
        "skin:pitted-acne-scar",
        "reduces",
        "claim:results-indented-scars-shallower",
    ) in found
    assert (
        "skin:ablative-laser",
        "skin:acne-scar",
        "improves",
        "claim:laser-ablative-for-acne-scars",
    ) in found
    pitted = table("treatments-for-concern", "named", concern="pitted acne scar")
    assert set(pitted) == {("skin:pitted-acne-scar",)}


def test_a_denial_is_no_treatment_for_a_concern(table):
    helping = table("treatments-for-concern", "claim", concern="enlarged pore")
    assert ("claim:results-pores-look-smaller",) in helping
    assert ("claim:results-cannot-shrink-pores",) not in helping
    both = table("concerns-of-treatment", "claim polarity effect", concern="enlarged pore")
    assert ("claim:results-cannot-shrink-pores", "refutes", "reduces") in both


def test_the_severity_stays_with_the_claim(table):
    found = table("treatments-for-concern", "claim scope", treatment="ablative laser")
    assert ("claim:laser-ablative-for-severe-scars", "severity severe") in found


def test_causes_keep_their_hedge_and_frequency(table):
    found = table("causes-of-concern", "cause claim certainty frequency", concern="acne scar")
    claim = "claim:laser-acne-scars-from-collagen-damage"
    assert ("skin:collagen-damage", claim, "hedged", "in some cases") in found


def test_causes_have_causes(table):
    found = table("causes-behind-causes", "cause deeperCause", concern="acne scar")
    assert ("skin:collagen-damage", "skin:inflammation") in found


def test_acne_scars_are_reached_by_lasers_and_by_microneedling(table):
    found = table("concerns-reached-by-several-kinds", "kinds kind treatment", concern="acne scar")
    assert (2, "skin:laser-light-therapy", "skin:smartskin-co2") in found
    assert (2, "skin:microneedling", "skin:microneedling") in found


def test_what_nothing_treats_is_a_gap(table):
    gaps = {row[0] for row in table("concerns-nothing-treats", "concern")}
    assert "skin:raised-acne-scar" in gaps
    assert "skin:acne-scar" not in gaps


def test_a_body_site_finds_its_claims(table):
    found = table("claims-for-body-site", "role claim", site="neck")
    assert ("limit", "claim:smartskin-suits-skin-laxity-neck") in found


def test_an_outcome_that_is_denied_says_so(table):
    found = table("outcomes-of-treatment", "outcome polarity", treatment="chemical peel")
    assert ("skin:permanent-results", "refutes") in found


def test_descriptions_carry_their_setting(table):
    found = table("qualities-of-treatment", "quality scope", thing="laser treatment")
    assert any(q == "skin:non-invasive" and "setting medical spa" in scope for q, scope in found)


def test_what_is_not_used_is_marked(table):
    found = table("devices-and-agents-of-treatment", "claim polarity", treatment="microneedling")
    assert ("claim:results-no-lasers", "refutes") in found
    assert ("claim:needling-with-sterile-needles", "supports") in found


def test_smartskin_can_be_adjusted_in_four_ways(table):
    found = table("parameters-of-treatment", "parameter", treatment="smartskin-co2")
    assert set(found) == {
        ("skin:laser-power",),
        ("skin:microchannel-density",),
        ("skin:pulse-count",),
        ("skin:scan-pattern",),
    }


def test_combinations_tell_of_spacing(table):
    assert ("skin:microneedling", "skin:prp") in table("combinations", "treatment with")
    assert ("skin:prp", "skin:microneedling") in table("combinations", "treatment with")
    spacing = table("combinations", "predicate with certainty", treatment="combined treatment")
    assert ("skg:dependsOn", "skin:session-spacing", "hedged") in spacing


def test_a_comparison_has_attribute_direction_and_polarity(table):
    found = table("comparisons", "subject direction attribute object polarity")
    assert (
        "skin:microneedling",
        "less",
        "skin:downtime-length",
        "skin:laser-treatment",
        "supports",
    ) in found
    assert (
        "skin:at-home-microneedling",
        "similar",
        "skin:interchangeability",
        "skin:microneedling",
        "refutes",
    ) in found


# Mechanisms


def test_mechanisms_are_inherited_and_say_from_whom(table):
    found = table(
        "mechanisms-of-treatment", "mechanism inheritedFrom claim", treatment="smartskin-co2"
    )
    assert (
        "skin:collagen-production",
        "skin:ablative-laser",
        "claim:smartskin-ablative-collagen",
    ) in found
    assert (
        "skin:thermal-damage-columns",
        "skin:fractional-laser",
        "claim:laser-fractional-makes-thermal-columns",
    ) in found
    own = table("mechanisms-of-treatment", "mechanism inheritedFrom", treatment="microneedling")
    assert ("skin:cell-turnover", None) in own
    assert ("skin:heat-energy", None) not in own


def test_a_chain_tells_its_steps_in_order(table):
    columns = "mechanism second third concern claim lastClaim steps"
    found = table(
        "chains-to-concern", columns, treatment="microneedling", concern="pitted acne scar"
    )
    assert (
        "skin:controlled-micro-injury",
        "skin:natural-healing-process",
        "skin:collagen-production",
        "skin:pitted-acne-scar",
        "claim:needling-mechanism-micro-injury",
        "claim:results-collagen-fills-in-pitted-scars",
        4,
    ) in found


def test_each_step_of_a_chain_is_said_by_its_claim(table):
    said_by = {claim: (one, other) for claim, one, other in table("claims", "claim subject object")}
    columns = "treatment inheritedFrom mechanism second third concern claim secondClaim thirdClaim lastClaim"
    for treatment, origin, *things, concern, first, second, third, last in table(
        "chains-to-concern", columns
    ):
        steps = [thing for thing in things if thing]
        claims = [claim for claim in (second, third) if claim]
        assert said_by[first] == (origin or treatment, steps[0])
        assert [said_by[claim] for claim in claims] == list(pairwise(steps))
        assert said_by[last] == (steps[-1], concern)


def test_a_step_said_of_another_treatment_is_in_no_chain(table):
    last = {row[0] for row in table("chains-to-concern", "lastClaim", treatment="microneedling")}
    assert "claim:backacne-collagen-fades-scars" in last
    assert "claim:laser-collagen-addresses-scars-fractional" not in last
    fractional = table("chains-to-concern", "lastClaim certainty", treatment="fractional laser")
    assert ("claim:laser-collagen-addresses-scars-fractional", "stated") in fractional


def test_a_hedge_in_one_step_hedges_the_chain(table):
    found = table("chains-to-concern", "lastClaim certainty", treatment="microneedling")
    hedged = {c for claim, c in found if claim == "claim:results-new-tissue-repairs-stretch-marks"}
    assert hedged == {"hedged"}


def test_may_help_is_only_what_nobody_says(table):
    only = table("may-help-only", "treatment concern")
    assert ("skin:ablative-fractional-laser", "skin:acne-scar") in only
    said = table("treatments-for-concern", "treatment named")
    assert not set(only) & set(said)
    chains = table("may-help-chains", "treatment concern")
    assert set(chains) <= set(only)
    assert not set(chains) & set(said)


def test_collagen_production_leads_somewhere(table):
    found = table("what-mechanism-leads-to", "result scope claim", mechanism="collagen production")
    assert ("skin:refined-pores", None, "claim:needling-collagen-refines-pores") in found
    assert (
        "skin:smoother-skin",
        "using fractional laser",
        "claim:laser-collagen-smooths-skin-fractional",
    ) in found


def test_agents_do_something(table):
    found = table("what-agents-do", "predicate result certainty", agent="growth factors")
    assert ("skg:leadsTo", "skin:collagen-production", "hedged") in found


def test_collagen_production_is_shared(table):
    found = table("shared-mechanisms", "treatment", mechanism="collagen production")
    assert {("skin:microneedling",), ("skin:fractional-laser",)} <= set(found)


def test_healing_phases_come_in_order(table):
    found = table("healing-phases", "order phase source", treatment="microneedling")
    source = "source:micro-needling-services"
    assert [(order, phase) for order, phase, where in found if where == source] == [
        (1, "skin:inflammation-phase"),
        (2, "skin:proliferation-phase"),
        (3, "skin:remodeling-phase"),
    ]


# Safety


def test_smartskin_is_advised_against_in_darker_skin_and_why(table):
    columns = "strength factor because claim inheritedFrom"
    assert table("contraindications", columns, treatment="smartskin-co2") == [
        (
            "relative",
            "skin:darker-skin-tone",
            "skin:hypopigmentation",
            "claim:smartskin-advised-against-darker-skin",
            None,
        )
    ]


def test_a_product_says_nothing_of_its_class(table):
    found = table("cautions-for-factor", "treatment kind", factor="darker skin")
    assert found == [("skin:smartskin-co2", "advised against")]


def test_refused_comes_before_advised_against_and_keeps_the_hedge(table):
    found = table("contraindications", "strength factor certainty hedge", treatment="microneedling")
    assert found[0] == ("absolute", "skin:sunburn", "stated", None)
    assert ("relative", "skin:active-acne", "hedged", "may") in found


def test_ask_first_is_no_contraindication(table):
    first = table("consult-first", "factor claim", treatment="microneedling")
    assert ("skin:pregnancy", "claim:needling-ask-first-pregnancy") in first
    refused = table("contraindications", "factor", treatment="microneedling")
    assert ("skin:pregnancy",) not in refused
    assert table("cautions-for-factor", "kind", factor="pregnancy", treatment="microneedling") == [
        ("ask first",)
    ]


def test_cautions_reach_narrower_factors_and_narrower_treatments(table):
    found = table(
        "cautions-for-factor", "kind treatment match named inheritedFrom", factor="eczema"
    )
    assert ("ask first", "skin:microneedling", "broader", "skin:skin-disorder", None) in found
    assert (
        "advised against",
        "skin:at-home-microneedling",
        "same",
        "skin:eczema",
        "skin:microneedling",
    ) in found


def test_prolonged_swelling_is_inherited_from_the_class_and_hedged(table):
    found = table(
        "side-effects", "effect statedAs hedge inheritedFrom claim min", treatment="smartskin-co2"
    )
    assert (
        "skin:swelling",
        "prolonged",
        "potential",
        "skin:ablative-fractional-laser",
        "claim:smartskin-class-swelling",
        None,
    ) in found


def test_side_effects_have_severity_duration_and_denials(table):
    columns = "claim polarity frequency severity min max unit"
    found = table("side-effects", columns, treatment="microneedling")
    assert (
        "claim:needling-swelling-duration",
        "supports",
        "usually",
        "mild",
        1,
        2,
        "day",
    ) in found
    assert (
        "claim:needling-feels-no-pain",
        "refutes",
        "most people",
        None,
        None,
        None,
        None,
    ) in found


def test_scars_are_treated_and_risked_by_the_same_treatment(table):
    found = table("target-and-risk", "treatedBy riskOf sameTreatment riskHedge", concept="scar")
    assert ("skin:smartskin-co2", "skin:smartskin-co2", True, "may") in found
    assert ("skin:microneedling", "skin:smartskin-co2", False, "may") in found


def test_red_flags_of_microneedling(table):
    found = set(table("red-flags", "sign", treatment="microneedling"))
    assert {
        ("skin:infection",),
        ("skin:cold-sore",),
        ("skin:pigmentation-change",),
        ("skin:redness",),
        ("skin:swelling",),
    } <= found
    signs = table("red-flags", "sign scope")
    assert ("skin:redness", "no improvement after a few days") in signs


def test_redness_is_normal_and_a_red_flag_only_if_it_stays(table):
    found = table("normal-reactions", "effect claim frequency", treatment="microneedling")
    assert ("skin:redness", "claim:needling-redness-common", "common") in found
    assert not {("skin:infection",)} & set(table("normal-reactions", "effect"))


# Care


def test_the_timeline_runs_from_before_to_after_with_vague_times_last(table):
    found = table("timeline", "stage vague startHour claim", treatment="microneedling")
    stages = [row[:2] for row in found]
    assert stages == sorted(stages)
    where = {row[3]: index for index, row in enumerate(found)}
    assert where["claim:needling-before-avoid-sun"] < where["claim:results-initial-phase-four-days"]
    assert (
        where["claim:results-no-makeup-first-day"] < where["claim:needling-after-avoid-exfoliants"]
    )
    hours = [
        start for stage, vague, start, _ in found if stage == 4 and not vague and start is not None
    ]
    assert hours == sorted(hours)


def test_care_keeps_hours_words_and_inheritance(table):
    after = table("care-after", "claim startHour endHour statedAs", treatment="microneedling")
    assert ("claim:results-no-makeup-first-day", 0, 24, "first day") in after
    assert ("claim:needling-after-avoid-heat", None, None, "for several days") in after
    before = table("care-before", "treatment inheritedFrom claim", treatment="ablative laser")
    claim = "claim:needling-before-avoid-sun"
    assert claim in {row[0] for row in table("care-before", "claim", treatment="microneedling")}
    assert claim not in {row[2] for row in before}


def test_care_has_reasons(table):
    found = table("reasons-for-care", "link reason claim", instruction="avoid-sun-exposure")
    assert (
        "because of",
        "skin:increased-skin-sensitivity",
        "claim:results-avoid-sun-at-least-72h",
    ) in found


# Numbers


def test_three_numbers_stay_three_claims(table):
    found = table("protocol", "property min max unit source", treatment="microneedling")
    intervals = {row[1:] for row in found if row[0] == "skg:sessionInterval"}
    assert {
        (4, 6, "week", "source:micro-needling-services"),
        (4, 6, "week", "source:microneedling-before-after"),
        (4, 4, "week", "source:microneedling-before-after"),
    } <= intervals


def test_the_class_keeps_its_words_and_the_product_its_average(table):
    found = table("downtime", "treatment min max statedAs")
    assert ("skin:ablative-fractional-laser", None, None, "several days to weeks") in found
    assert ("skin:smartskin-co2", 5, 5, "avg. 5 days") in found


def test_a_number_narrows_and_leaves_out_what_has_none(table):
    short_ones = table("downtime", "claim max", maxDays="5")
    assert ("claim:smartskin-downtime-average", 5) in short_ones
    assert {claim for claim, _ in short_ones} < {row[0] for row in table("downtime", "claim")}
    assert all(longest is not None and longest <= 5 for _, longest in short_ones)
    assert table("cost", "claim", maxCost="4999.5") == []
    assert table("cost", "min max", maxCost="5000") == [(2000, 5000)]


def test_the_cost_says_what_is_left_open(table):
    ((low, high, note),) = table("cost", "min max note", treatment="smartskin-co2")
    assert (low, high) == (2000, 5000)
    assert "per session or per course" in note


def test_sessions_keep_their_hedge(table):
    found = table("sessions", "claim min max certainty", treatment="smartskin-co2")
    assert ("claim:smartskin-sessions", 1, 3, "hedged") in found


def test_relief_by_a_peel_lasts_weeks_or_months_in_words(table):
    found = table(
        "onset-and-duration", "property statedAs min certainty", treatment="chemical peel"
    )
    assert ("skg:resultDuration", "several weeks or months", None, "hedged") in found


def test_maintenance_differs_by_age(table):
    found = table("maintenance", "population min max source", treatment="microneedling")
    results = "source:microneedling-before-after"
    assert (None, 1, 2, results) in found
    assert ("skin:age-25-to-35", 2, 3, results) in found
    assert ("skin:age-over-35", 3, 4, results) in found
    assert (None, 1, 2, "source:micro-needling-services") in found


# People


def test_suitability_is_not_inherited(table):
    found = table("suited-to", "treatment", **{"for": "darker skin"})
    assert set(found) == {("skin:microneedling",)}


def test_a_population_has_its_claims(table):
    found = table("claims-for-population", "subject object certainty", population="darker skin")
    assert ("skin:smartskin-co2", "skin:hypopigmentation", "hedged") in found


def test_skin_type_and_severity_decide(table):
    columns = "how upon attribute claim"
    found = table("depends-on-skin-or-severity", columns, subject="laser treatment")
    assert (
        "depends on",
        "skin:scar-severity",
        "skin:laser-type",
        "claim:laser-type-depends-on-scar-severity",
    ) in found
    everything = table("depends-on-skin-or-severity", "how upon claim")
    assert (
        "for this severity",
        "skg:Severe",
        "claim:laser-ablative-for-severe-scars",
    ) in everything


def test_results_depend_on_aftercare(table):
    found = table("depends-on", "upon attribute", subject="microneedling")
    assert ("skin:follow-aftercare", "skin:treatment-results") in found


def test_who_and_where(table):
    found = table("providers-and-settings", "whoOrWhere scope", treatment="microneedling")
    assert ("skin:sterile-environment", None) in found
    assert ("skin:trained-provider", "population darker skin tone") in found


def test_home_is_told_from_professional(table):
    found = table("home-or-professional", "side claim")
    assert ("home", "claim:results-rollers-no-substitute") in found
    assert ("professional", "claim:results-complications-very-rare") in found


# Evidence


def pairs(table, kind, columns="claimA claimB", **values):
    found = table("disagreements", "kind " + columns, **values)
    return {row[1:] for row in found if row[0] == kind}


def test_maintenance_disagrees_but_the_age_bands_do_not(table):
    found = pairs(table, "number", subject="microneedling")
    bands = "claim:results-maintenance-25-to-35", "claim:results-maintenance-over-35"
    once = "claim:results-maintenance-once-or-twice"
    assert (bands[0], once) in found
    assert (once, bands[1]) in found
    assert bands not in found
    assert ("claim:needling-maintenance-per-year", once) not in found


def test_intervals_and_downtime_disagree(table):
    found = pairs(table, "number", "claimA saysA claimB saysB sameSource")
    claims = {(row[0], row[2], row[4]) for row in found}
    assert ("claim:needling-session-interval", "claim:results-interval-four-weeks", False) in claims
    assert (
        "claim:smartskin-downtime-average",
        "claim:smartskin-downtime-most-patients",
        True,
    ) in claims
    says = {row[0]: row[1] for row in found}
    assert says["claim:needling-session-interval"] == (
        "interval between sessions 4 to 6 week, stated as four to six weeks apart"
    )


def test_a_hedge_stands_in_what_is_said(table):
    says = dict(pairs(table, "number", "claimA saysA"))
    assert says["claim:results-maintenance-25-to-35"].endswith("hedged can help")


def test_active_acne_and_microneedling_is_found(table):
    found = pairs(table, "treats-contraindicated", "claimA objectLabel claimB saysB")
    warns = "claim:results-advised-against-active-acne"
    says = "is contraindicated in active acne (relative), hedged may"
    assert ("claim:backacne-microneedling-treats-back-acne", "back acne", warns, says) in found
    assert ("claim:backacne-microneedling-heals-blemishes", "blemish", warns, says) in found


def test_another_effect_or_comparison_is_no_disagreement(table):
    against = {claim for pair in pairs(table, "polarity") for claim in pair}
    assert "claim:results-cannot-shrink-pores" not in against
    assert "claim:results-rollers-no-substitute" not in against


def test_a_pair_stands_once(table):
    found = table("disagreements", "kind claimA claimB")
    assert all(one < other for _, one, other in found)
    assert len(found) == len(set(found))


OPPOSED = """
skin:peel a skg:Treatment ; skos:prefLabel "peel"@en .
skin:acne a skg:Concern, skg:PatientFactor ; skos:prefLabel "acne"@en ; skos:broader skin:spots .
skin:spots a skg:Concern ; skos:prefLabel "spots"@en .
skin:home a skg:Setting ; skos:prefLabel "home"@en .
skin:clinic a skg:Setting ; skos:prefLabel "clinic"@en .
source:leaflet a skg:Source ; skg:evidenceLevel skg:E0 .
passage:leaflet-0-9 a skg:Passage ; skg:source source:leaflet ; skg:start 0 ; skg:end 9 .
"""


def said(slug, predicate, more, polarity="Supports"):
    return (
        f"claim:{slug} a skg:Claim ; rdf:subject skin:peel ; rdf:predicate skg:{predicate} ; {more} ;"
        f" skg:polarity skg:{polarity} ; skg:certainty skg:Stated ; skg:passage passage:leaflet-0-9 .\n"
    )


@pytest.mark.parametrize(
    ("one", "other", "kinds"),
    [
        (
            said("a", "treats", "rdf:object skin:acne"),
            said("b", "treats", "rdf:object skin:acne", "Refutes"),
            ["polarity"],
        ),
        (
            said("a", "treats", "rdf:object skin:acne ; skg:effect skg:Heals"),
            said("b", "treats", "rdf:object skin:acne ; skg:effect skg:Reduces", "Refutes"),
            [],
        ),
        (
            said("a", "sessions", "skg:minimum 1 ; skg:maximum 3"),
            said("b", "sessions", "skg:minimum 4"),
            ["number"],
        ),
        (
            said("a", "sessions", "skg:minimum 1 ; skg:maximum 3"),
            said("b", "sessions", "skg:minimum 1 ; skg:maximum 3.0"),
            [],
        ),
        (
            said("a", "sessions", "skg:minimum 1 ; skg:setting skin:home"),
            said("b", "sessions", "skg:minimum 4 ; skg:setting skin:clinic"),
            [],
        ),
        (
            said("a", "sessions", "skg:minimum 1 ; skg:setting skin:home"),
            said("b", "sessions", "skg:minimum 4"),
            ["number"],
        ),
        (
            said("a", "contraindicatedIn", "rdf:object skin:acne ; skg:strength skg:Relative"),
            said("b", "contraindicatedIn", "rdf:object skin:acne ; skg:strength skg:Absolute"),
            ["strength"],
        ),
        (
            said("a", "consultFirstIn", "rdf:object skin:acne"),
            said("b", "contraindicatedIn", "rdf:object skin:acne ; skg:strength skg:Absolute"),
            ["strength"],
        ),
        (
            said("a", "careAfter", "rdf:object skin:acne ; skg:endHour 24"),
            said("b", "careAfter", "rdf:object skin:acne ; skg:endHour 72"),
            ["timing"],
        ),
        (
            said("b", "treats", "rdf:object skin:acne"),
            said("a", "consultFirstIn", "rdf:object skin:acne"),
            ["treats-contraindicated"],
        ),
        (
            said("a", "treats", "rdf:object skin:spots"),
            said("b", "consultFirstIn", "rdf:object skin:acne"),
            [],
        ),
    ],
)
def test_disagreements_of_each_kind_are_found_and_no_others(one, other, kinds, write):
    from skingraph.store import SkinGraph

    found = SkinGraph.read([write(OPPOSED + one + other)]).select(named("disagreements").text)
    assert [row["kind"] for row in found] == kinds
    assert all(
        (short(row["claimA"]), short(row["claimB"])) == ("claim:a", "claim:b") for row in found
    )


def test_denials_are_all_there(table, graph):
    refuting = graph.select("SELECT ?c { ?c skg:polarity skg:Refutes }")
    found = table("denials", "claim polarity")
    assert len(found) == len(refuting)
    assert ("claim:needling-no-heat", "refutes") in found


def test_hedged_claims_name_the_hedge(table):
    found = table("hedged-claims", "claim hedge", source="smartskin-overview")
    assert ("claim:smartskin-may-milia", "may") in found
    assert ("claim:smartskin-cost", None) not in found


def test_one_source_or_several(table):
    several = table("said-by-several-sources", "sources predicate object", subject="microneedling")
    assert (3, "skg:hasMechanism", "skin:collagen-production") in several
    one = table("said-by-one-source", "claim", subject="smartskin-co2")
    assert ("claim:smartskin-advised-against-darker-skin",) in one
    assert ("claim:needling-mechanism-collagen",) not in table("said-by-one-source", "claim")


def test_counts_add_up_to_all_claims(table, graph):
    counts = table("claims-by-source", "claims")
    claims = graph.select("SELECT ?c { ?c a skg:Claim }")
    assert sum(count for (count,) in counts) == len(claims)


def test_the_five_documents_are_marketing(table):
    found = table("sources", "source evidenceLevel authority")
    assert len(found) == 5
    assert {level for _, level, _ in found} == {"E0"}
    assert ("source:smartskin-overview", "E0", "vendor") in found


def test_passages_come_in_the_order_of_the_document(table):
    found = table("passages-of-source", "start end claim hash", source="smartskin-overview")
    assert [row[0] for row in found] == sorted(row[0] for row in found)
    start, end, _, digest = next(
        row for row in found if row[2] == "claim:smartskin-advised-against-darker-skin"
    )
    assert start < end
    assert digest.startswith("sha256:")


def test_inherited_statements_rest_on_claims_of_the_broader_treatment(table, graph):
    found = table(
        "inherited-statements", "treatment inheritedFrom claim", treatment="smartskin-co2"
    )
    assert (
        "skin:smartskin-co2",
        "skin:ablative-fractional-laser",
        "claim:smartskin-class-redness",
    ) in found
    subjects = {(claim, subject) for claim, subject in table("claims", "claim subject")}
    assert all((claim, origin) in subjects for _, origin, claim in found)


def test_a_concept_is_found_from_both_ends(table):
    found = set(table("about-concept", "role claim", concept="chemical peel"))
    assert ("subject", "claim:backacne-peel-usually-glycolic") in found
    assert ("object", "claim:needling-pairs-peels") in found


# Vocabulary


def test_a_concept_has_every_role(table):
    found = table("concepts", "class", concept="hyperpigmentation")
    assert {("skg:Concern",), ("skg:SideEffect",)} <= set(found)


def test_synonyms_are_listed(table):
    assert ("acne scarring",) in table("synonyms", "name", concept="acne scar")


def test_smartskin_is_a_kind_of_three_things(table):
    found = table("treatment-hierarchy", "broader claim", treatment="smartskin-co2")
    assert (
        "skin:ablative-fractional-laser",
        "claim:smartskin-is-ablative-fractional-laser",
    ) in found


def test_every_quantity_has_its_unit(table):
    found = dict(table("schema-terms", "term unit"))
    assert found["skg:downtime"] == "day"
    assert found["skg:sessionInterval"] == "week"


def test_coverage_counts_each_claim_once(table):
    counts = dict(table("concept-coverage", "concept claims"))
    about = table("about-concept", "claim", concept="acne scar")
    assert counts["skin:acne-scar"] == len(set(about))
