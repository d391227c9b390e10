"""Lessons: every sentence rests on claims, and says no more than they do."""

import re

import pytest
from tests.browser import violations

from skingraph.atlas import atlas_of, identifier
from skingraph.concepts import Lexicon, fold
from skingraph.errors import BadFile, UnknownName
from skingraph.index import ClaimIndex
from skingraph.lessons import lesson, lessons, names
from skingraph.maps import page_of
from skingraph.store import SkinGraph

WANTED = {
    "how-microneedling-works",
    "lasers-compared",
    "peels-and-back-acne",
    "darker-skin",
    "before-and-after",
    "when-sources-disagree",
}
HEDGES = r"\b(can|may|might|could|possibl[ey]|potential(ly)?|likely|risk)\b"
DENIALS = r"\b(not|no|never|nothing|nobody|without|cannot|den(y|ies)|free of|other than)\b"
# The words by which sources say how often; a sentence keeps the one of its claim.
OFTEN = {
    *("most", "many", "some", "sometimes", "usually", "typically", "often", "widely", "common"),
    *("generally", "rare", "avg."),
}
WARNINGS = {
    "absolute": r"\brefuse[sd]?\b",
    "relative": r"\badvise[sd] against\b",
    "consultFirstIn": r"\basks? for advice first\b",
}
# What a lesson may call a treatment for short, where that means it alone.
SHORT = {"smartskin-co2": ("SmartSkin",), "chemical-peel": ("peels",)}
HEAD = """title = "A lesson"
summary = "What it is about."

[[step]]
title = "One"
text = "It is done with fine needles. [results-performed-with-fine-needles]"

[[step]]
title = "Two"
"""


@pytest.fixture(scope="module")
def index(graph):
    return ClaimIndex(graph)


@pytest.fixture(scope="module")
def lexicon(graph):
    return Lexicon(graph)


@pytest.fixture(scope="module")
def shipped(graph, index, lexicon):
    return {one.name: one for one in lessons(graph, index=index, lexicon=lexicon)}


SENTENCES = [
    pytest.param(one.name, at, number, id=f"{one.name}-{at + 1}-{number + 1}")
    for one in lessons(SkinGraph.load())
    for at, step in enumerate(one.steps)
    for number, _ in enumerate(step.sentences)
]


def words_of(label):
    words = [word for word in re.findall(r"[a-z0-9]+", fold(label)) if len(word) > 2]
    return [*words, *(["a little"] if "mild" in words else [])]


def test_all_shipped_lessons_are_read(shipped):
    assert set(shipped) == set(names())
    assert set(shipped) >= WANTED


@pytest.mark.parametrize(("name", "at", "number"), SENTENCES)
def test_a_sentence_keeps_what_limits_its_claims(shipped, lexicon, name, at, number):
    step = shipped[name].steps[at]
    sentence = step.sentences[number]
    said = sentence.text.lower()
    assert sentence.claims
    for claim in sentence.claims:
        told = f"{claim.curie}: {claim}\n{sentence.text}"
        if claim.hedged:
            assert re.search(HEDGES, said), told
        if not claim.supports:
            assert re.search(DENIALS, said), told
        if claim.frequency:
            kept = [word for word in OFTEN if word in claim.frequency.replace(",", "").split()]
            assert kept, told
            assert all(word.replace("avg.", "average") in said for word in kept), told
        if claim.supports and claim.is_caution:
            assert re.search(WARNINGS[claim.strength or claim.predicate.slug], said), told
        if claim.effect and "appearance" in claim.effect.label:
            assert re.search(r"appearance|\blooks?\b", said), told
        if claim.effect and claim.effect.slug not in ("ReducesAppearance",):
            assert not re.search(r"\b(cures?|removes?)\b", said) or "remove" in claim.effect.label
        around = f"{fold(step.title)} {' '.join(fold(one.text) for one in step.sentences)}"
        for kind, named in claim.scopes:
            if kind in ("bodySite", "severity", "population"):
                assert any(word in around for word in words_of(named.label)), (kind, told)


@pytest.mark.parametrize(("name", "at", "number"), SENTENCES)
def test_what_is_said_of_a_treatment_names_that_treatment(shipped, lexicon, name, at, number):
    step = shipped[name].steps[at]
    around = fold(f"{step.title} {' '.join(one.text for one in step.sentences)}")
    for claim in step.sentences[number].claims:
        if "Treatment" in lexicon.kinds(claim.subject.iri):
            labels = (claim.subject.label, *SHORT.get(claim.subject.slug, ()))
            assert any(fold(label) in around for label in labels), f"{claim}\n{around}"


def test_every_name_in_a_lesson_is_known_to_the_explorer(shipped, graph):
    known = set(map(identifier, atlas_of(graph).iris))
    for one in shipped.values():
        for step in one.record["steps"]:
            state = step["state"]
            named = [*state.get("focus", ()), *state.get("way", ()), *state.get("care", ())]
            named += [*state.get("compare", ()), *filter(None, [state.get("chosen")])]
            assert set(named) <= known


def test_an_answer_holds_the_rows_of_its_question(shipped, graph):
    from skingraph.questions import ask

    step = shipped["before-and-after"].steps[4]
    rows = ask(graph, "red-flags", treatment="microneedling")
    assert step.answer.query == "red-flags"
    assert {row[0] for row in step.answer.rows} == set(map(str, rows.column("signLabel")))
    assert step.answer.command == 'skingraph query red-flags -p treatment="microneedling"'


@pytest.mark.parametrize(
    ("line", "number", "told"),
    [
        ('text = "It does good."', 10, "names no claim"),
        ('text = "It does good. It does more. [results-no-heat]"', 10, "one sentence at a time"),
        ('text = "No heat. [results-no-heet]"', 10, "Did you mean 'results-no-heat'"),
        (
            'look = "Look."\nstate = { focus = ["micro needeling"] }',
            11,
            "Did you mean 'microneedling'",
        ),
        ('look = "Look."\nstate = { care = ["microneedling"] }', 11, "not a PatientFactor"),
        ('look = "Look."\nstate = { view = "matrx" }', 11, "Did you mean 'matrix'?"),
        ('look = "Look."\nstate = { way = ["microneedling"] }', 11, "two ends"),
        ('look = "Look."\nstate = { view = "compare" }', 11, "compare two"),
        ('look = "Look."\nstate = { step = -1 }', 11, "whole number"),
        ('look = "Look."\nstate = { hide = ["Devise"] }', 11, "Device"),
        ('look = "Look."\nquery = "red-flag"', 11, "Did you mean 'red-flags'"),
        ('look = "Look."\nquery = "red-flags"\ncolumns = ["sgn"]', 12, "Did you mean 'sign'"),
        ('look = "Look."\nparameters = { treatment = "laser" }', 11, "belong to a query"),
        ('look = "Look."\nlok = "Look."', 11, "Did you mean 'look'"),
        ("", 8, "says nothing"),
        ('text = "\n', 10, "no TOML"),
    ],
)
def test_a_slip_is_told_in_one_line_with_file_and_line(
    tmp_path, graph, index, lexicon, line, number, told
):
    file = tmp_path / "mine.toml"
    file.write_text(HEAD + line, encoding="utf-8")
    with pytest.raises((BadFile, UnknownName)) as caught:
        lesson(graph, str(file), index=index, lexicon=lexicon)
    message = str(caught.value)
    assert told in message
    assert "\n" not in message
    assert f"mine.toml:{number}:" in message or f"at line {number}" in message


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"title = 'x'\nsummary = 'y'\n", "needs steps"),
        (b"\xff", "not UTF-8"),
        (b"a = " + b"[" * 5000, "no TOML"),
        (b"#" * 300_000, "too large"),
    ],
)
def test_a_file_that_is_no_lesson_is_refused(tmp_path, graph, index, lexicon, content, told):
    file = tmp_path / "mine.toml"
    file.write_bytes(content)
    with pytest.raises(BadFile, match=told):
        lesson(graph, str(file), index=index, lexicon=lexicon)


def test_a_lesson_that_a_graph_does_not_hold_is_not_offered(graph):
    part = graph.subgraph(["skin:chemical-peel"])
    held = {one.name for one in lessons(part)}
    assert "how-microneedling-works" not in held
    with pytest.raises(UnknownName, match=r"how-microneedling-works\.toml:\d+: no claim"):
        lesson(part, "how-microneedling-works")


def test_map_opens_on_a_lesson_and_names_the_near_one(tmp_path, run, opened):
    file = tmp_path / "lesson.html"
    assert run("map", "--lesson", "darker-skin", "-o", str(file))[0] == 0
    page = opened(file.read_text(encoding="utf-8"))
    assert page.locator("#lesson-step").get_attribute("data-lesson") == "darker-skin"
    assert page.locator("#map").get_attribute("data-chosen") == "darker-skin-tone"
    code, _, told = run("map", "--lesson", "darker-skn", "-o", str(file))
    assert code == 2
    assert "Did you mean 'darker-skin'" in told


@pytest.fixture(scope="module")
def html(graph, shipped):
    return page_of(
        atlas_of(graph),
        opens={},
        lessons=[one.record for one in shipped.values()],
        date=graph.release,
    )


def state_of(page):
    return page.evaluate("location.hash")


def test_the_index_offers_every_lesson_and_starts_it(opened, html, shipped):
    page = opened(html, "#view=lessons")
    offered = page.locator("li[data-lesson]").evaluate_all(
        "items => items.map(item => [item.dataset.lesson, Number(item.dataset.steps)])"
    )
    assert dict(offered) == {one.name: len(one.steps) for one in shipped.values()}
    page.click("li[data-lesson=lasers-compared] [data-act=start]")
    step = page.locator("#lesson-step")
    assert step.get_attribute("data-lesson") == "lasers-compared"
    assert page.locator("#view").get_attribute("data-view") == "lanes"
    assert "Three kinds of laser" in step.inner_text()


def test_keys_turn_the_pages_and_each_step_brings_its_state(opened, html, shipped):
    page = opened(html, "#lesson=how-microneedling-works")
    one, steps = shipped["how-microneedling-works"], page.locator("#lesson-step")
    page.keyboard.press("End")
    assert steps.get_attribute("data-step") == str(len(one.steps) - 1)
    assert "care=pregnancy~active-acne" in state_of(page)
    page.keyboard.press("Home")
    assert steps.get_attribute("data-step") == "0"
    for at, step in enumerate(one.steps):
        assert steps.get_attribute("data-step") == str(at)
        assert step.title in steps.inner_text()
        view = step.scene.state["view"]
        assert page.locator("#view").get_attribute("data-view") == view
        assert ("care=" in state_of(page)) == bool(step.scene.care)
        page.keyboard.press("ArrowRight")
    assert steps.get_attribute("data-step") == str(len(one.steps) - 1)
    page.keyboard.press("ArrowLeft")
    assert steps.get_attribute("data-step") == str(len(one.steps) - 2)
    page.keyboard.press("Escape")
    assert steps.count() == 0
    assert "lesson=" not in state_of(page)


def test_every_sentence_shows_the_claims_it_rests_on(opened, html, shipped):
    page = opened(html, "#lesson=darker-skin")
    sentences = shipped["darker-skin"].steps[0].sentences
    buttons = page.locator("#lesson-step [data-claims]")
    assert buttons.count() == len(sentences)
    for at, sentence in enumerate(sentences):
        buttons.nth(at).click()
        told = page.locator("#panel [data-claim]").evaluate_all(
            "found => found.map(one => one.dataset.claim)"
        )
        assert told == [identifier(claim.iri) for claim in sentence.claims]


def test_wandering_off_is_noticed_and_the_step_comes_back(opened, html):
    page = opened(html, "#lesson=darker-skin")
    page.keyboard.press("End")
    before = state_of(page)
    assert page.locator("#lesson-step [data-act=again]").count() == 0
    page.click("[data-view-button=table]")
    assert "lesson=darker-skin" in state_of(page)
    page.click("#lesson-step [data-act=again]")
    assert state_of(page) == before


def test_a_link_to_a_step_opens_that_step(opened, html):
    page = opened(html, "#lesson=before-and-after")
    page.keyboard.press("End")
    link = state_of(page)
    again = opened(html, link)
    assert again.locator("#lesson-step").inner_text() == page.locator("#lesson-step").inner_text()
    assert state_of(again) == link


def test_the_handout_holds_every_step_claim_and_source(opened, html, shipped):
    page = opened(html, "#lesson=lasers-compared")
    page.evaluate("() => { window.print = () => {}; }")
    page.click("#lesson-step [data-act=handout]")
    page.emulate_media(media="print")
    paper = page.locator("#handout")
    assert paper.is_visible()
    assert not page.locator("#lesson-step").is_visible()
    text, one = paper.inner_text(), shipped["lasers-compared"]
    for step in one.steps:
        assert step.title in text
        assert step.look in text
        assert all(sentence.text in text for sentence in step.sentences)
    assert all(str(claim) in text for claim in one.claims)
    assert all(source.title in text for source in one.sources)
    assert "not medical advice" in text
    assert paper.locator("svg [data-node]").count() > 10
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("#handout").count() == 0


def test_keys_in_a_field_do_not_turn_the_page(opened, html):
    page = opened(html, "#lesson=darker-skin")
    page.fill("#find", "ac")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("End")
    assert page.locator("#lesson-step").get_attribute("data-step") == "0"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_lessons_are_free_of_what_assistive_tools_stumble_over(opened, html, scheme):
    page = opened(html, "#lesson=before-and-after&at=4&view=lessons", color_scheme=scheme)
    page.click("#lesson-step summary")
    assert violations(page) == []


@pytest.mark.parametrize("width", [360, 1440, 1920])
def test_a_lesson_fits_every_width(opened, html, width):
    page = opened(html, "#lesson=how-microneedling-works&focus=microneedling", width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_hostile_lesson_is_shown_as_text(opened, graph, tmp_path):
    hostile = "</script><img src=x onerror=window.hacked=1>"
    file = tmp_path / "mine.toml"
    text = HEAD.replace("A lesson", hostile).replace("It is done with", f"{hostile} is done with")
    file.write_text(text + f'look = "{hostile}"\n', encoding="utf-8")
    mine = lesson(graph, str(file))
    page = opened(page_of(atlas_of(graph), opens={"lesson": "mine"}, lessons=[mine.record]))
    assert hostile in page.locator("#lesson-step").inner_text()
    page.keyboard.press("End")
    assert hostile in page.locator("#lesson-step").inner_text()
    page.click("[data-view-button=lessons]")
    assert hostile in page.locator("li[data-lesson=mine]").inner_text()
    assert page.evaluate("window.hacked") is None
    assert page.locator("img").count() == 0
