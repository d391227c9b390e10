"""The explorer tells in a browser what Python tells of the graph, and asks nothing of the network."""

from __future__ import annotations

import json
import sys
from collections import Counter
from itertools import combinations
from typing import Any

import pytest
from tests.browser import from_disk, untroubled, violations, visiting
from tests.pieces import claim, concept
from tests.server import running

from skingraph import pages
from skingraph.atlas import atlas_of, identifier
from skingraph.claims import Said
from skingraph.concepts import Lexicon
from skingraph.maps import SCRIPTS, draw, page_of
from skingraph.network import Explainer
from skingraph.picture import links_of

CHAIN = {"hasMechanism", "hasPhase", "leadsTo", "addresses", "treats"}
LANE_KINDS = {"Treatment", "Mechanism", "HealingPhase", "Concern"}
HOSTILE = "</script><script>window.hacked=1</script>"
IMAGE = "\"'><img src=x onerror=window.hacked=1> href=javascript:hacked"
ODD = "two\u2028lines \u202eندبة حب الشباب ${x} {{ x }}"
SMALL = (
    concept("rolling", "Treatment"),
    concept("deep-rolling", "Treatment", broader="rolling"),
    concept("warmth", "Mechanism"),
    concept("growth", "Mechanism"),
    concept("scar", "Concern"),
    concept("pore", "Concern"),
    concept("lonely", "Concern"),
    concept("pregnancy", "PatientFactor"),
    'skin:rolling skos:altLabel "Dermá-rolling"@en ; skos:definition "Moving a roller."@en .\n',
    'source:page a skg:Source ; dcterms:title "A page"@en ; skg:evidenceLevel skg:E0 .\n',
    "passage:page-10-20 a skg:Passage ; skg:source source:page ; skg:start 10 ; skg:end 20 .\n",
    'passage:page-10-20 skg:section "Care" .\n',
    claim("c0", "rolling", "treats", "scar", certainty="skg:Hedged", hedge='"may"'),
    claim("c1", "rolling", "hasMechanism", "growth"),
    claim("c2", "rolling", "hasMechanism", "warmth", polarity="skg:Refutes"),
    claim("c3", "rolling", "treats", "pore", passage="passage:page-10-20"),
    claim("c4", "rolling", "treats", "pore", polarity="skg:Refutes"),
    claim("c5", "rolling", "contraindicatedIn", "pregnancy", strength="skg:Absolute"),
    claim("c6", "rolling", "sessions", minimum="3.0", maximum="6.0"),
    claim("c7", "growth", "addresses", "scar"),
    claim("c8", "growth", "addresses", "scar", passage="passage:page-10-20"),
)


@pytest.fixture(scope="module")
def atlas(graph):
    return atlas_of(graph)


@pytest.fixture(scope="module")
def shipped(atlas, graph):
    return page_of(atlas, opens={}, date=graph.release)


def data_of(html):
    return json.loads(html.partition('id="atlas">')[2].partition("</script>")[0])


@pytest.fixture(scope="module")
def inside(browser, shipped):
    """Evaluates an expression among the page's modules, with the shipped atlas read."""
    from importlib.resources import files

    folder = files("skingraph") / "templates" / "explorer"
    modules = "".join(
        (folder / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS if name != "main"
    )
    page = browser.new_page()
    start = "atlas = Atlas.unpack(data); const now = state.known({});"
    ask = "window.ask = (expression) => eval(expression);"
    page.evaluate(f"(data) => {{ {modules}\n{start}\n{ask} }}", data_of(shipped))
    yield lambda expression: page.evaluate("(expression) => ask(expression)", expression)
    page.close()


@pytest.fixture(scope="module")
def lasting(browser, shipped, tmp_path_factory):
    """The shipped explorer in a page that many tests use, and what it complained of."""
    with from_disk(browser, tmp_path_factory.mktemp("explorer")) as open_file:
        yield open_file(shipped)


@pytest.fixture
def at(lasting):
    """Takes the lasting page to an address."""
    go = (
        "(hash) => new Promise((done) => { history.replaceState(null, '', '#');"
        " addEventListener('hashchange', () => done(), { once: true });"
        " location.hash = `${hash}&`; })"
    )

    def to(hash=""):
        lasting.evaluate("document.activeElement?.blur()")
        lasting.evaluate(go, hash or "#")
        return lasting

    return to


def unfold_legend(page):
    page.evaluate("document.querySelector('#legend details').open = true")


# The same as Python says


def test_every_claim_reads_as_in_python(inside, atlas):
    told = inside("Object.fromEntries(atlas.claims.map((one) => [one.id, sentences.of(one)]))")
    assert told == {identifier(iri): str(one) for iri, one in atlas.index.claims.items()}


def test_every_claim_keeps_what_bears_on_its_meaning(inside, atlas):
    told = inside(
        "atlas.claims.map((c) => [c.id, c.subject.id, c.predicate.id, c.object?.id ?? '',"
        " c.polarity, c.certainty, c.hedge, c.frequency, c.strength, c.evidence, c.condition,"
        " c.min, c.max, c.start, c.end, c.scopes.map(([kind, one]) => [kind, one.id]),"
        " c.because.map((one) => one.id), c.passages.map((p) => [p.source.id, p.start, p.end])])"
    )

    def number(value):
        return None if value is None else float(value)

    wanted = [
        [
            identifier(c.iri),
            identifier(c.subject.iri),
            identifier(c.predicate.iri),
            identifier(c.object.iri) if c.object else "",
            c.polarity,
            c.certainty,
            c.hedge,
            c.frequency,
            c.strength,
            c.evidence,
            c.condition,
            *map(number, (c.minimum, c.maximum, c.start_hour, c.end_hour)),
            [[kind, identifier(one.iri)] for kind, one in c.scopes],
            [identifier(one.iri) for one in c.because],
            [[identifier(p.source.iri), p.start, p.end] for p in c.passages],
        ]
        for c in atlas.index.claims.values()
    ]
    assert sorted(told) == sorted(wanted)


def test_every_thing_has_what_is_said_of_it_and_from_whom(inside, atlas):
    told = inside(
        "Object.fromEntries(atlas.concepts.map((c) => [c.id,"
        " atlas.saidOf(c).map((one) => sentences.said(one)).sort()]))"
    )
    wanted = {
        identifier(iri): sorted(map(str, atlas.index.said_of(iri)))
        for iri in atlas.lexicon.preferred
    }
    assert told == wanted


def test_every_link_is_drawn_in_the_manner_that_python_finds(inside, atlas):
    told = inside(
        "Object.fromEntries(sieve.of(now).links.map((l) => [l.id, [l.manner, l.warning,"
        " l.inheritedFrom, l.sources.map((one) => one.id).sort()]]))"
    )
    wanted = {
        " ".join(identifier(n.iri) for n in (link.subject, link.predicate, link.object)): [
            link.manner,
            link.warning,
            list(link.inherited_from),
            sorted({identifier(s.iri) for one in link.said for s in one.claim.sources}),
        ]
        for link in links_of(atlas.index, atlas.lexicon)
    }
    assert told == wanted


def test_the_ways_are_those_of_explain_for_every_pair(inside, graph, atlas):
    told = inside(
        "Object.fromEntries(atlas.ofKind('Treatment').flatMap((a) => atlas.ofKind('Concern')"
        ".map((b) => [`${a.id} ${b.id}`, ways.find(a, b, now)]).filter(([, f]) => f.ways.length)"
        ".map(([key, f]) => [key, [f.ways.map((w) => w.map((s) => [s.start.id, s.end.id,"
        " s.said.map((one) => sentences.said(one))])), f.left,"
        " f.against.map((one) => sentences.said(one)).sort()]])))"
    )
    explainer, lexicon = Explainer(graph), atlas.lexicon
    wanted: dict[str, list[object]] = {}
    for start, end in (
        (lexicon.named(a), lexicon.named(b))
        for a in lexicon.preferred
        if "Treatment" in lexicon.kinds(a)
        for b in lexicon.preferred
        if "Concern" in lexicon.kinds(b)
    ):
        explained = explainer.explain(start, end)
        if explained.ways:
            wanted[f"{identifier(start.iri)} {identifier(end.iri)}"] = [
                [
                    [
                        [identifier(s.start.iri), identifier(s.end.iri), list(map(str, s.said))]
                        for s in way
                    ]
                    for way in explained.ways
                ],
                explained.left_out,
                sorted(map(str, explained.against)),
            ]
    assert len(wanted) > 100
    assert set(told) == set(wanted)
    assert [pair for pair in wanted if told[pair] != wanted[pair]] == []


def test_the_weakest_step_is_the_one_with_the_least_behind_it(inside):
    steps = [
        {"level": "E3", "hedged": False, "inherited": False, "sources": 2},
        {"level": "E1", "hedged": False, "inherited": False, "sources": 1},
        {"level": "E1", "hedged": True, "inherited": False, "sources": 3},
    ]
    assert inside(f"ways.weakest({json.dumps(steps)})") == 2
    assert inside(f"ways.weakest({json.dumps(steps[:2])})") == 1
    assert inside(f"ways.why({json.dumps(steps[1])})") == "evidence E1, one source"


def test_every_manner_has_a_line_of_its_own_and_one_source_a_thinner_one(inside):
    manners = ["stated", "hedged", "refuted", "disputed"]
    looks = inside(
        f"{json.dumps(manners)}.map((manner) => {{ const look = paint.line({{ manner, single: true,"
        " warning: '' }); return JSON.stringify([look.dashes, look.tip.type, paint.SIGNS[manner]]); })"
    )
    assert len(set(looks)) == len(manners)
    one, several = inside(
        "[true, false].map((single) => paint.line({ manner: 'stated', single, warning: '' }))"
    )
    assert one["width"] < several["width"]
    assert one["tip"]["type"] != several["tip"]["type"]


def test_a_state_survives_its_address(inside):
    states: list[dict[str, Any]] = [
        {},
        {"view": "lanes", "focus": ["microneedling", "acne-scar"], "chosen": "acne-scar"},
        {"way": ["microneedling", "acne-scar"], "which": 2, "step": 1, "theme": "dark"},
        {"hide": [], "levels": ["E0"], "bear": ["inherited"], "sources": ["smartskin-overview"]},
        {"hide": ["Agent", "Concern"], "find": "a&b=c ~#%+ ندبة", "care": ["pregnancy"]},
    ]
    for wanted in states:
        first, again = inside(
            f"(() => {{ const one = state.known({json.dumps(wanted)});"
            " return [one, state.parse(state.address(one))]; })()"
        )
        assert first == again
        assert {key: first[key] for key in wanted} == wanted


def test_what_an_address_names_and_nobody_knows_is_dropped(inside):
    told = inside(
        "state.parse('#view=nothing&focus=zebra~acne-scar&way=a~b&chosen=zebra&hide=Zebra~Agent"
        "&step=-1&which=99999999&theme=pink&levels=E9&__proto__=x&focus2=%E0%A4%A&care=%E0%A4%A')"
    )
    assert told == inside("state.known({focus: ['acne-scar'], hide: ['Agent']})")


def test_the_search_forgives_case_accents_and_hyphens_and_names_the_synonym(inside):
    told = inside("search.find('MICRO needling SERVICES').slice(0, 1).map((h) => [h.concept.id])")
    assert told == [["microneedling"]]
    assert inside("search.find('derma rolling')[0].synonym") is True
    assert inside("search.find('zebra').length") == 0


# In the browser


def shown(page):
    return page.locator("#mirror [data-node]").evaluate_all("all => all.map((one) => one.dataset)")


def drawn(page):
    return page.locator("#mirror [data-link]").evaluate_all("all => all.map((one) => one.dataset)")


def click_card(page, name):
    card = next(one for one in shown(page) if one["node"] == name)
    page.locator("#map").click(position={"x": float(card["x"]), "y": float(card["y"])})


@pytest.mark.parametrize("focus", ["", "microneedling", "acne-scar", "darker-skin-tone"])
def test_it_opens_on_readable_lanes(at, focus):
    page = at(f"#focus={focus}" if focus else "")
    assert page.locator("#view").get_attribute("data-view") == "lanes"
    cards = shown(page)
    assert 3 <= len(cards) <= 60
    assert {card["kind"] for card in cards} <= LANE_KINDS | {"PatientFactor"}
    lanes = {card["lane"]: card["kind"] for card in cards}
    assert all(lanes[card["lane"]] == card["kind"] for card in cards)
    for one, other in combinations(cards, 2):
        beside = abs(int(one["x"]) - int(other["x"])) >= (int(one["w"]) + int(other["w"])) / 2 - 2
        below = abs(int(one["y"]) - int(other["y"])) >= (int(one["h"]) + int(other["h"])) / 2 - 2
        assert beside or below, (one["node"], other["node"])
    # The smallest letters on a card are of 14 px.
    assert 14 * float(page.locator("#map").get_attribute("data-scale")) >= 11
    assert "This informs; it is not medical advice." in page.inner_text("body")


def test_nothing_moves_after_the_first_picture(shipped, opened):
    page = opened(shipped, "#focus=microneedling")
    picture = "document.querySelector('#map canvas').toDataURL()"
    page.wait_for_timeout(100)
    first = page.evaluate(picture)
    page.wait_for_timeout(500)
    assert page.evaluate(picture) == first
    places = shown(page)
    page.reload()
    page.wait_for_selector("body[data-ready=yes]", state="attached")
    assert shown(page) == places


def test_the_picture_holds_every_link_between_its_cards(at, atlas):
    page = at("#focus=microneedling")
    cards = {card["node"] for card in shown(page)}
    wanted = {
        " ".join(identifier(n.iri) for n in (link.subject, link.predicate, link.object))
        for link in links_of(atlas.index, atlas.lexicon)
        if {identifier(link.subject.iri), identifier(link.object.iri)} <= cards
    }
    assert {one["link"] for one in drawn(page)} == wanted
    assert page.locator("#map").get_attribute("data-edges") == str(len(wanted))


def test_the_panel_tells_every_claim_with_hedge_source_passage_and_evidence(at, atlas):
    page = at("#chosen=fractional-laser")
    page.evaluate("document.querySelectorAll('#panel details').forEach((d) => { d.open = true; })")
    page.wait_for_timeout(200)
    told = page.locator("#panel .claim").evaluate_all(
        "all => all.map((one) => [one.dataset.claim, one.dataset.from ?? '', one.textContent])"
    )
    iri = "https://w3id.org/skingraph/fractional-laser"
    said = atlas.index.said_of(iri) + atlas.index.said_elsewhere(iri)
    said += [Said(one) for one in atlas.index.naming(iri)]
    assert sorted((name, donor) for name, donor, _ in told) == sorted(
        (identifier(s.claim.iri), identifier(s.inherited_from.iri) if s.inherited_from else "")
        for s in said
    )
    texts = {(name, donor): text for name, donor, text in told}
    for one in said:
        donor = one.inherited_from
        text = texts[identifier(one.claim.iri), identifier(donor.iri) if donor else ""]
        assert str(one.claim) in text
        assert f"Evidence level {one.claim.evidence}" in text
        for passage in one.claim.passages:
            assert passage.source.title in text
            assert f"characters {passage.start} to {passage.end}" in text
        if donor:
            assert f"inherited from {donor.label}" in text
        if one.claim.hedged:
            assert "hedged" in text


def test_more_neighbours_are_exactly_those_missing_and_undo_takes_them_back(at, atlas):
    page = at("#chosen=ablative-laser")
    before = {card["node"] for card in shown(page)}
    iri = "https://w3id.org/skingraph/ablative-laser"
    kinds = {node["id"]: node["kind"] for node in atlas.network().nodes}
    ends = {
        identifier(end)
        for link in links_of(atlas.index, atlas.lexicon)
        if iri in link.ends
        for end in link.ends
    }
    missing = {end for end in ends if kinds[end] in LANE_KINDS} - before
    assert missing
    button = page.locator("[data-act=more]")
    assert button.get_attribute("data-missing") == str(len(missing))
    button.click()
    assert {card["node"] for card in shown(page)} == before | missing
    page.click("#undo")
    assert {card["node"] for card in shown(page)} == before


def test_the_search_is_a_combobox_for_the_keyboard(at):
    page = at()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "find"
    page.keyboard.type("derma rolling")
    option = page.locator("#found [role=option]").first
    assert option.get_attribute("data-id") == "at-home-microneedling"
    assert "also called" in option.inner_text()
    assert page.get_attribute("#find", "aria-expanded") == "true"
    assert page.get_attribute("#find", "aria-activedescendant") == option.get_attribute("id")
    page.keyboard.press("Enter")
    assert page.get_attribute("#panel", "data-of") == "at-home-microneedling"
    assert "at-home-microneedling" in {card["node"] for card in shown(page)}
    page.fill("#find", "zebra")
    assert "Nothing in this graph is called so" in page.inner_text("#no-match")
    page.press("#find", "Escape")
    assert page.input_value("#find") == ""


def test_the_legend_is_the_filter(at, atlas):
    page = at("#view=map")
    kinds = Counter(node["kind"] for node in atlas.network().nodes)
    buttons = page.locator("#legend [data-hide-kind]")
    assert {
        one.get_attribute("data-hide-kind"): int(one.locator(".count").inner_text())
        for one in buttons.all()
    } == kinds
    assert all(one.locator("svg.sign").count() for one in buttons.all())
    page.click("[data-hide-kind=Agent]")
    assert page.get_attribute("[data-hide-kind=Agent]", "aria-pressed") == "false"
    assert page.evaluate("document.activeElement.dataset.hideKind") == "Agent"
    assert {card["kind"] for card in shown(page)} == set(kinds) - {"Agent"}
    page.click("[data-hide-kind=Agent]")
    assert len(shown(page)) == sum(kinds.values())


def test_hidden_sources_and_inheritance_are_told_with_their_warnings(at, atlas):
    page = at("#bear=inherited&hide=-")
    left = sum(map(len, atlas.index.inherited.values()))
    warnings = sum(one.claim.is_caution for many in atlas.index.inherited.values() for one in many)
    text = page.inner_text("#legend .left")
    assert f"{left} claims left out" in text
    assert f"{warnings} warnings" in text
    assert "not thereby safe" in text
    assert not [one for one in drawn(page) if one["inherited"]]
    unfold_legend(page)
    page.click("[data-hide-source=smartskin-overview]")
    assert "sources=smartskin-overview" in page.evaluate("location.hash")
    page.click("#legend .left button")
    assert page.locator("#legend .left").count() == 0


def test_a_way_is_told_step_by_step_with_its_weakest_step(at, graph, atlas):
    page = at()
    page.select_option("#way-from", "microneedling")
    page.select_option("#way-to", "acne-scar")
    lexicon = atlas.lexicon
    found = Explainer(graph).explain(lexicon.resolve("microneedling"), lexicon.resolve("acne scar"))
    nth = next(at for at, way in enumerate(found.ways) if len(way) > 1)
    steps = page.locator("#panel .steps > li")
    assert steps.evaluate_all(
        "all => all.map((one) => [one.dataset.step, one.dataset.claims])"
    ) == [
        [
            f"{identifier(step.start.iri)} {identifier(step.end.iri)}",
            " ".join(identifier(said.claim.iri) for said in step.said),
        ]
        for step in found.ways[nth]
    ]
    assert page.locator("#ways [data-way]").count() == len(found.ways)
    assert page.locator(".steps [data-weakest=yes]").count() == 1
    assert "The whole is no stronger" in page.inner_text("#weakest")
    cards = {step.end.iri for way in found.ways for step in way} | {found.start.iri, found.end.iri}
    assert {card["node"] for card in shown(page)} == set(map(identifier, cards))
    lit = {tuple(one["link"].split()[::2]) for one in drawn(page) if one["lit"] == "yes"}
    assert lit == {
        (identifier(step.start.iri), identifier(step.end.iri)) for step in found.ways[nth]
    }
    page.click("[data-act=next]")
    assert page.locator(".steps [data-shown=yes]").count() == 1
    assert "Step 1 of" in (page.text_content("#told") or "")
    page.click("[data-act=play]")
    page.wait_for_selector(".steps li:nth-child(2)[data-shown=yes]")
    page.click("[data-act=close]")
    assert page.locator("#weakest").count() == 0


def test_with_less_motion_nothing_plays(shipped, opened):
    page = opened(shipped, "#way=microneedling~acne-scar&which=2", reduced_motion="reduce")
    assert page.locator("[data-act=play]").count() == 0
    page.click("[data-act=next]")
    assert page.locator(".steps [data-shown=yes]").count() == 1


def test_no_recorded_way_is_said_so_and_not_that_it_does_not_work(at):
    page = at("#way=waxing~acne-scar")
    assert "No way is recorded" in page.inner_text("#no-way")
    assert "does not mean that it does not work" in page.inner_text("#no-way")
    assert len(shown(page)) == 2


def test_the_graph_is_walked_by_keyboard(small, opened):
    page = opened(draw(small(*SMALL)), "#focus=rolling")
    page.focus(".frame")
    page.keyboard.press("ArrowDown")
    assert page.get_attribute("#map", "data-chosen") == "rolling"
    assert "rolling, treatment" in (page.text_content("#told") or "")
    page.keyboard.press("ArrowRight")
    assert page.get_attribute("#map", "data-chosen") not in ("", "rolling")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('#panel') !== null")
    page.focus(".frame")
    page.keyboard.press("Escape")
    assert page.get_attribute("#map", "data-chosen") == ""
    scale = page.get_attribute("#map", "data-scale")
    page.keyboard.press("-")
    assert page.get_attribute("#map", "data-scale") != scale
    page.keyboard.press("0")
    assert page.get_attribute("#map", "data-scale") == scale


def test_lines_tell_how_firmly_a_thing_is_said(small, opened):
    page = opened(draw(small(*SMALL)), "#focus=rolling~deep-rolling&hide=-")
    lines = {one["link"]: one for one in drawn(page)}
    assert lines["rolling treats scar"]["manner"] == "hedged"
    assert lines["rolling hasMechanism growth"]["manner"] == "stated"
    assert lines["rolling hasMechanism warmth"]["manner"] == "refuted"
    assert lines["rolling treats pore"]["manner"] == "disputed"
    assert lines["rolling contraindicatedIn pregnancy"]["warning"] == "refused"
    assert lines["deep-rolling hasMechanism growth"]["inherited"] == "rolling"
    assert lines["rolling hasMechanism growth"]["single"] == "yes"
    assert lines["growth addresses scar"]["single"] == "no"
    unfold_legend(page)
    legend = page.inner_text("#legend")
    for word in ("hedged", "denies", "disputed", "inherited", "one source", "warns"):
        assert word in legend


def test_a_click_on_a_card_and_on_a_line_opens_what_is_said(small, opened):
    page = opened(draw(small(*SMALL), date="2026-11-20"), "#focus=rolling")
    click_card(page, "scar")
    assert page.inner_text("#panel h2").strip() == "scar"
    page.evaluate("location.hash = '#focus=rolling&chosen=rolling+treats+pore'")
    page.wait_for_selector("#panel .claim.denied")
    assert "Disputed" in page.inner_text("#panel")
    assert "rolling does NOT treat pore" in page.inner_text("#panel")
    assert "characters 10 to 20" in page.inner_text("#panel")
    assert page.inner_text("#date") == "2026-11-20"


@pytest.mark.parametrize("label", [HOSTILE, IMAGE, ODD])
def test_hostile_words_are_shown_as_text_and_run_nothing(write, opened, label):
    from tests.pieces import LEAFLET

    from skingraph.store import SkinGraph

    text = LEAFLET + "".join(SMALL)
    for word in ("rolling", "scar", "A page", "Care", "Dermá-rolling", "Moving a roller."):
        text = text.replace(f'"{word}"', json.dumps(label, ensure_ascii=False))
    graph = SkinGraph.read([write(text)])
    rolling = Lexicon(graph).resolve("skin:rolling")
    page = opened(draw(graph, [rolling], date=label, links={label: "./x"}))
    assert page.title().startswith(label[:3])
    click_card(page, "scar")
    assert label in page.text_content("#panel h2")
    page.evaluate("document.querySelectorAll('#panel details').forEach((d) => { d.open = true; })")
    page.wait_for_timeout(100)
    assert label in page.text_content("#panel")
    page.fill("#find", label[:8])
    assert label in (page.text_content("#found") or "")
    page.press("#find", "Escape")
    assert label in page.text_content("#date")
    assert label in page.text_content(".site")
    for view in ("map", "lanes"):
        page.click(f"[data-view-button={view}]")
        assert label in page.text_content("#mirror")
    page.evaluate("location.hash = '#focus=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E&find=%3Cb%3E'")
    page.wait_for_timeout(200)
    assert page.evaluate("window.hacked") is None
    assert page.locator("img, iframe, a[href^=javascript]").count() == 0
    assert page.locator("script").count() == 3


def test_right_to_left_labels_are_found_and_kept_apart(small, opened):
    page = opened(
        draw(
            small(
                'skin:nadba a skg:Concern ; skos:prefLabel "ندبة حب الشباب"@ar .\n',
                concept("scar", "Concern"),
                'skin:scar skos:prefLabel "צלקת"@he .\n',
                concept("rolling", "Treatment"),
                claim("c", "rolling", "treats", "nadba"),
            )
        )
    )
    page.fill("#find", "حب")
    assert page.locator("#found [data-id=nadba] bdi").first.inner_text() == "ندبة حب الشباب"
    page.keyboard.press("Enter")
    assert page.locator("#panel h2 bdi").inner_text() == "ندبة حب الشباب"
    page.fill("#find", "צלקת")
    assert page.locator("#found [data-id=scar] small bdi").inner_text() == "צלקת"


def test_the_first_tab_leads_to_the_content_and_keeps_the_state(at):
    page = at("#focus=acne-scar")
    page.evaluate("document.querySelector('.skip').click()")
    page.wait_for_function("document.activeElement.id === 'view'")
    assert page.evaluate("location.hash") == "#focus=acne-scar"
    assert page.text_content("#focus bdi") == "acne scar"
    page.click("[data-act=overview]")
    assert page.evaluate("location.hash") == "#view=lanes"


def test_a_thing_without_claims_is_not_called_safe(small, opened):
    page = opened(draw(small(*SMALL)), "#focus=lonely")
    assert "That is no evidence of safety." in page.inner_text("#left-out")
    assert "That is no evidence of safety." in page.inner_text("#panel")


def test_an_empty_graph_still_makes_a_page(write, opened):
    from skingraph.store import SkinGraph

    page = opened(draw(SkinGraph.read([write("<urn:a> <urn:b> <urn:c> .")])))
    assert "No claim found here" in page.inner_text("#left-out")
    assert "The date of the data is not stated" in page.inner_text(".notice")


def test_the_whole_map_shows_everything_and_its_names_do_not_overlap(at, atlas):
    page = at()
    page.click("[data-view-button=map]")
    assert {card["node"] for card in shown(page)} == {
        identifier(iri) for iri in atlas.lexicon.preferred
    }
    assert sum(card["named"] == "yes" for card in shown(page)) > 40
    page.focus(".frame")
    page.keyboard.press("ArrowDown")
    assert page.get_attribute("#panel", "data-of")


@pytest.mark.parametrize(
    ("scheme", "hash"),
    [
        ("light", "#focus=acne-scar"),
        ("dark", "#focus=acne-scar&chosen=microneedling+treats+enlarged-pore"),
        ("light", "#way=microneedling~acne-scar&which=2"),
        ("light", "#view=map"),
    ],
)
def test_assistive_tools_find_their_way(shipped, opened, scheme, hash):
    page = opened(shipped, hash, color_scheme=scheme)
    unfold_legend(page)
    page.fill("#find", "acne")
    assert violations(page) == []


def test_the_theme_follows_the_system_until_somebody_chooses(shipped, opened):
    page = opened(shipped, color_scheme="dark")
    background = "getComputedStyle(document.documentElement).backgroundColor"
    assert page.evaluate(background) == "rgb(15, 20, 26)"
    page.emulate_media(color_scheme="light")
    page.wait_for_selector("html[data-theme=light]")
    assert page.evaluate(background) == "rgb(255, 255, 255)"
    page.click("#theme")
    assert page.evaluate(background) == "rgb(15, 20, 26)"
    assert "theme=dark" in page.evaluate("location.hash")


@pytest.mark.parametrize("width", [360, 1920])
def test_no_view_of_ours_is_wider_than_the_screen(shipped, opened, width):
    page = opened(shipped, "#focus=microneedling", width=width)
    for hash in ("#focus=microneedling", "#view=map", "#way=microneedling~acne-scar&which=2"):
        page.evaluate(f"location.hash = '{hash}'")
        page.wait_for_timeout(150)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, hash
    small_targets = page.evaluate(
        "[...document.querySelectorAll('button, select')].filter((one) =>"
        " one.offsetParent && one.getBoundingClientRect().height < 24).map((one) => one.outerHTML)"
    )
    assert small_targets == []


def test_the_front_page_of_the_service_is_the_explorer(browser, tmp_path, graph):
    with (
        running(tmp_path) as server,
        visiting(browser, server.base) as visitor,
        untroubled(visitor),
    ):
        reply = server.get("/", Accept="text/html")
        policy = reply.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'sha256-")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        page = visitor.open("/#chosen=microneedling")
        page.wait_for_selector("body[data-ready=yes]", state="attached")
        for link in page.locator(".site a").all():
            assert server.get(link.evaluate("(one) => new URL(one.href).pathname")).status == 200
        page.click("[data-page=microneedling]")
        assert page.title() == "microneedling - skingraph"
        page.go_back()
        assert page.get_attribute("#panel", "data-of") == "microneedling"


def test_a_file_of_its_own_links_to_no_page(at):
    page = at("#chosen=microneedling")
    assert page.locator("#panel a, .site a").count() == 0


def test_too_many_for_one_picture_is_said_with_a_way_on(small, opened):
    many = "".join(concept(f"agent-{nth}", "Agent") for nth in range(1001))
    graph = small(many, concept("peel", "Treatment"), claim("c", "peel", "pairsWith", "agent-7"))
    page = opened(draw(graph), "#view=map")
    assert "too many for one readable picture" in page.inner_text("#left-out")
    assert page.locator("#map").count() == 0
    page.click("[data-hide-kind=Agent]")
    assert {card["node"] for card in shown(page)} == {"peel"}
    page.click("[data-hide-kind=Agent]")
    page.get_by_role("button", name="Back to the lanes").click()
    assert page.get_attribute("#view", "data-view") == "lanes"


def test_a_graph_too_large_for_one_page_has_its_list_in_front(small, monkeypatch):
    monkeypatch.setattr(sys.modules["skingraph.pages.explorer"], "MOST_CLAIMS", 5)
    assert "All concepts by kind" in str(pages.page(small(*SMALL), "/"))
