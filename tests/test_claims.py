from decimal import Decimal

import pytest
from tests.pieces import claim, concept

from skingraph.errors import BadFile, UnknownName
from skingraph.index import ClaimIndex


@pytest.fixture(scope="session")
def index(graph):
    return ClaimIndex(graph)


def test_every_claim_names_subject_passage_source_and_how_firmly(index):
    assert len(index.claims) > 1000
    for claim_ in index.claims.values():
        assert claim_.subject.iri
        assert claim_.passages
        assert claim_.sources[0].file
        assert claim_.polarity in {"supports", "refutes"}
        assert claim_.certainty in {"stated", "hedged"}
        assert claim_.evidence == "E0"


def test_a_sentence_keeps_the_denial_the_hedge_and_the_scope(index):
    for claim_ in index.claims.values():
        text = str(claim_)
        assert ("NOT" in text) is not claim_.supports
        if claim_.hedged:
            assert "hedged" in text
        for part in (claim_.frequency, claim_.condition, claim_.stated_as):
            assert part in text
        for named in claim_.circumstances:
            assert named.label in text
        if claim_.strength:
            assert {"absolute": "refused", "relative": "advised against"}[claim_.strength] in text


def test_a_quantity_has_its_unit_and_open_ends(small):
    index = ClaimIndex(
        small(
            concept("peel", "Treatment"),
            claim("a", "peel", "downtime", minimum="5.0", maximum="7.0"),
            claim("b", "peel", "downtime", maximum="1.0"),
            claim("c", "peel", "sessions", minimum="3.0", statedAs='"three or more"'),
            claim("d", "peel", "downtime", statedAs='"a few days"'),
        )
    )
    said = {name: index.named(name) for name in "abcd"}
    assert said["a"].quantity == "5 to 7 days"
    assert said["b"].quantity == "up to 1 day"
    assert said["c"].quantity == "at least 3"
    assert said["d"].quantity == "a few days"
    assert said["d"].minimum is None
    assert said["a"].minimum == Decimal(5)
    assert 'stated as "three or more"' in str(said["c"])


def test_a_claim_may_overrule_its_sources_evidence(small):
    index = ClaimIndex(
        small(
            concept("peel", "Treatment") + concept("scar", "Concern"),
            claim("own", "peel", "treats", "scar", evidenceLevel="skg:E4"),
            claim("theirs", "peel", "hasMechanism", "scar"),
        )
    )
    assert index.named("own").evidence == "E4"
    assert index.named("claim:theirs").evidence == "E2"


def test_what_is_inherited_is_marked_in_words(index, graph):
    iri = "https://w3id.org/skingraph/smartskin-co2"
    inherited = [said for said in index.said_of(iri) if said.inherited_from]
    assert any("prolonged" in str(said) for said in inherited)
    assert all("[inherited from" in str(said) for said in inherited)
    assert all(said.claim.subject.iri != iri for said in inherited)


def test_an_unknown_claim_is_a_miss(index):
    with pytest.raises(UnknownName, match="skingraph query claims"):
        index.named("claim:no-such-claim")


GERMAN = """
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
skg:Supports rdfs:label "bejaht"@de .
skg:Hedged rdfs:label "bedingt"@de .
skg:Absolute rdfs:label "absolut"@de .
skg:contraindicatedIn rdfs:label "abgeraten bei"@de .
skin:peel skos:prefLabel "Abschälung"@de .
"""


def test_labels_in_another_language_change_nothing_that_is_said(small):
    pieces = (
        concept("peel", "Treatment") + concept("pregnancy", "PatientFactor"),
        claim("no", "peel", "contraindicatedIn", "pregnancy", strength="skg:Absolute").replace(
            "skg:Stated", "skg:Hedged"
        ),
    )
    plain, german = (ClaimIndex(small(*pieces, more)).named("no") for more in ("", GERMAN))
    assert german == plain
    assert plain.supports
    assert plain.hedged
    assert str(plain) == "peel is refused in pregnancy [hedged]"


def test_polarity_and_hedge_are_read_without_a_schema(graph):
    part = graph.construct("CONSTRUCT { ?claim ?p ?o } WHERE { ?claim a skg:Claim ; ?p ?o }")
    whole = ClaimIndex(graph).claims
    for iri, bare in ClaimIndex(part).claims.items():
        assert (bare.polarity, bare.certainty, bare.strength) == (
            whole[iri].polarity,
            whole[iri].certainty,
            whole[iri].strength,
        )


@pytest.mark.parametrize("wrong", [{"minimum": '"two"'}, {"order": '"first"'}])
def test_a_text_where_a_number_belongs_is_named(small, wrong):
    with pytest.raises(BadFile, match="claim:a: skg:"):
        ClaimIndex(small(concept("peel", "Treatment"), claim("a", "peel", "downtime", **wrong)))


def test_a_claim_without_a_name_is_refused_since_it_cannot_be_cited(small):
    nameless = claim("a", "peel", "downtime").replace("claim:a a", "[] a")
    with pytest.raises(BadFile, match="has no IRI"):
        ClaimIndex(small(concept("peel", "Treatment"), nameless))
