"""The explorer's views tell what the graph says: their rows, cells and verdicts are Python's own."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
from tests.browser import from_disk, violations
from tests.pieces import LEAFLET, PREFIXES, claim, concept

from skingraph.atlas import identifier
from skingraph.catalogue import named
from skingraph.comparison import Comparison, compare
from skingraph.concepts import Lexicon, Named
from skingraph.index import ClaimIndex
from skingraph.maps import draw
from skingraph.options import Options, options_for
from skingraph.store import SkinGraph

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

VIEWS = ["lanes", "map", "matrix", "compare", "timeline", "care", "table"]
NAMES = {
    "refused": "refused",
    "advised against": "advised-against",
    "ask first": "ask-first",
    "stated as suited": "suited",
    "no objection found": "silent",
}
HOSTILE = "</script><script>window.hacked=1</script>"
IMAGE = "\"'><img src=x onerror=window.hacked=1> href=javascript:hacked"
ARABIC = "ندبة حب الشباب \u202eback ${x} {{ x }} two\u2028lines"

_GO = """
async (hash) => {
  if (location.hash !== hash) {
    const heard = new Promise((done) => addEventListener("hashchange", done, { once: true }));
    location.hash = hash;
    await heard;
  }
  return document.body.dataset.ready;
}
"""


class Book:
    """A page opened from disk with the network cut, which is turned by its address."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def go(self, hash_: str) -> Page:
        """The page in another state."""
        assert self.page.evaluate(_GO, f"#{hash_}") == "yes"
        return self.page

    def all(self, selector: str, *keys: str) -> list[Any]:
        """The data of all elements that match, in their order."""
        found = self.page.eval_on_selector_all(
            selector,
            "(all, keys) => all.map((one) => keys.map((key) => one.dataset[key] ?? ''))",
            keys,
        )
        return [tuple(one) for one in found]


@pytest.fixture(scope="module")
def shipped(
    browser: Browser, graph: SkinGraph, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Book]:
    with from_disk(browser, tmp_path_factory.mktemp("shipped")) as open_file:
        yield Book(open_file(draw(graph)))


@pytest.fixture
def book(shipped: Book) -> Book:
    """The page of the shipped graph as it was when it was opened."""
    shipped.page.set_viewport_size({"width": 1440, "height": 900})
    shipped.go("view=care")
    return shipped


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Callable[[SkinGraph], Book]]:
    with from_disk(browser, tmp_path) as open_file:
        yield lambda graph: Book(open_file(draw(graph)))


def of_kind(graph: SkinGraph, kind: str) -> list[Named]:
    lexicon = Lexicon(graph)
    return sorted(lexicon.named(iri) for iri in lexicon.preferred if kind in lexicon.kinds(iri))


@pytest.fixture(scope="module")
def each_alone(for_anything: SkinGraph) -> Options:
    """Every treatment with its verdict on every factor, each taken by itself."""
    return judged(for_anything, *of_kind(for_anything, "PatientFactor"))


@pytest.fixture(scope="module")
def for_anything(graph: SkinGraph, tmp_path_factory: pytest.TempPathFactory) -> SkinGraph:
    """The shipped graph with one concern more, which every treatment is said to treat.

    So options_for judges them all, whatever they are for.
    """
    pieces = [PREFIXES, concept("anything-at-all", "Concern")]
    pieces += [
        claim(f"anything-{number}", treatment.slug, "treats", "anything-at-all").replace(
            " ; skg:passage passage:leaflet-0-9", ""
        )
        for number, treatment in enumerate(of_kind(graph, "Treatment"))
    ]
    file = tmp_path_factory.mktemp("more") / "anything.ttl"
    file.write_text("".join(pieces), encoding="utf-8")
    return SkinGraph.load(also=[file])


# Who should take care


def judged(graph: SkinGraph, *factors: Named) -> Options:
    return options_for(graph, Lexicon(graph).resolve("anything at all"), factors=factors)


def test_every_factor_gives_every_treatment_the_verdict_of_options(
    book: Book, each_alone: Options
) -> None:
    factors = each_alone.factors
    expected: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for option in each_alone.options:
        for factor, verdict in option.by_factor:
            expected[factor.slug].add((option.treatment.slug, NAMES[verdict]))
    assert len(expected) == len(factors) > 30
    for factor in factors:
        book.go(f"view=care&care={factor.slug}")
        told = book.all(".care-banner [data-treatment]", "treatment", "verdict")
        assert set(told) == expected[factor.slug], factor
        assert len(told) == len(expected[factor.slug])
        shown = book.all("#view [data-treatment][data-verdict]", "treatment", "verdict")
        assert set(shown) == expected[factor.slug], factor


def test_every_verdict_has_the_reasons_of_options_with_inherited_ones_marked(
    book: Book, each_alone: Options
) -> None:
    expected = {
        (
            item.factor.slug,
            option.treatment.slug,
            item.role,
            item.claim.curie.removeprefix("claim:"),
            item.said.inherited_from.slug if item.said.inherited_from else "",
        )
        for option in each_alone.options
        for item in option.evidence
        if item.factor is not None
    }
    told = set()
    for factor in each_alone.factors:
        book.go(f"view=care&care={factor.slug}")
        told |= {
            tuple(one)
            for one in book.page.eval_on_selector_all(
                "#view .stand [data-claim]",
                "all => all.map((one) => [one.dataset.factor, one.closest('.stand').dataset.treatment,"
                " one.dataset.role, one.dataset.claim, one.dataset.from ?? ''])",
            )
        }
    assert told == expected
    assert any(donor for *_, donor in expected)
    page = book.go("view=care&care=pregnancy")
    text = page.locator(".stand[data-treatment=at-home-microneedling]").inner_text()
    assert "inherited from microneedling" in text
    assert "ask first" in page.locator("[data-standing=ask-first]").inner_text()


def test_without_a_factor_the_view_lists_every_one_that_sources_warn_about(
    book: Book, each_alone: Options
) -> None:
    expected = {
        (factor.slug, NAMES[verdict], option.treatment.slug)
        for option in each_alone.options
        for factor, verdict in option.by_factor
        if NAMES[verdict] != "silent"
    }
    told = book.page.eval_on_selector_all(
        "#view [data-named]",
        "all => all.map((one) => [one.closest('tr').dataset.row, one.closest('td').dataset.stands,"
        " one.dataset.named])",
    )
    assert {tuple(one) for one in told} == expected
    assert len(told) == len(expected)


@pytest.mark.parametrize(
    "names",
    [
        ("pregnancy", "darker-skin-tone"),
        ("acne-prone-skin", "pregnancy"),
        ("sunburn", "cold-sore", "lifestyle"),
    ],
)
def test_several_factors_together_give_the_worst_word(
    book: Book, for_anything: SkinGraph, names: tuple[str, ...]
) -> None:
    lexicon = Lexicon(for_anything)
    found = judged(for_anything, *(lexicon.resolve(name) for name in names))
    book.go(f"view=table&care={'~'.join(names)}")
    told = book.all(".care-banner [data-treatment]", "treatment", "verdict")
    assert set(told) == {(one.treatment.slug, NAMES[one.verdict]) for one in found.options}


@pytest.mark.parametrize("view", VIEWS)
def test_a_verdict_is_seen_in_every_view_as_sign_and_words_and_never_faded(
    book: Book, each_alone: Options, view: str
) -> None:
    expected = {
        one.treatment.slug: NAMES[verdict]
        for one in each_alone.options
        for factor, verdict in one.by_factor
        if factor.slug == "sunburn"
    }
    sifted = "&find=sunburn" if view == "table" else ""
    book.go(f"view={view}{sifted}")
    page = book.go(f"view={view}&care=sunburn{sifted}")
    assert "26 treatments: 2 refused, 24 nothing said" in (
        page.locator("#told").text_content() or ""
    )
    assert page.locator(".care-banner").is_visible()
    assert page.locator(".care-banner [data-count]").count() == len(set(expected.values()))
    where = {
        "lanes": ("#mirror [data-node][data-verdict]", "node"),
        "map": ("#banner [data-treatment]", "treatment"),
    }.get(view, ("#view [data-treatment][data-verdict]", "treatment"))
    shown = book.all(*where, "verdict")
    assert shown
    assert {(name, expected[name]) for name, _ in shown} == set(shown)
    badges = page.locator("#view .badge:visible, #banner .badge:visible")
    for badge in badges.all()[:8]:
        assert badge.locator("svg").count() == 1
        assert any(word in badge.inner_text() for word in (*NAMES, "nothing said"))
    faded = page.eval_on_selector_all(
        ".badge, .care-banner, [data-verdict]",
        "all => all.filter((one) => { for (let up = one; up; up = up.parentElement)"
        " if (getComputedStyle(up).opacity !== '1') return true; return false; }).length",
    )
    assert faded == 0
    page.locator(".care-banner summary").press("Enter")
    page.locator(".care-banner [data-treatment=at-home-microneedling]").press("Enter")
    assert page.locator("#panel [data-role=caution][data-from=microneedling]").count() == 1
    assert "refused, inherited from microneedling" in page.inner_text("#panel")
    assert "safe" not in page.inner_text("#banner").replace("not the same as safe", "")


def test_the_live_region_counts_and_unticking_restores(book: Book) -> None:
    page = book.page
    page.locator("#care-control > summary").press("Enter")
    box = page.locator("#care-control input[data-factor=pregnancy]")
    box.focus()
    page.keyboard.press("Space")
    assert page.evaluate("document.activeElement.dataset.factor") == "pregnancy"
    said = page.locator("#told").text_content() or ""
    assert "26 treatments: 2 ask first, 24 nothing said" in said
    assert "care=pregnancy" in page.url
    page.keyboard.press("Space")
    assert page.locator("[data-verdict]").count() == 0
    assert page.locator(".care-banner").count() == 0
    assert "care=" not in page.url
    page.locator("#care-control > summary").press("Enter")


def test_the_filter_of_the_legend_never_changes_a_verdict(book: Book) -> None:
    page = book.go("view=matrix&care=sunburn&levels=E0")
    found = dict(book.all(".care-banner [data-treatment]", "treatment", "verdict"))
    assert found["microneedling"] == "refused"
    assert page.locator("#view table").count() == 0


def test_a_factor_that_no_source_speaks_of_is_silence_and_not_leave(
    small: Callable[..., SkinGraph], opened: Callable[[SkinGraph], Book]
) -> None:
    book = opened(
        small(
            concept("peel", "Treatment")
            + concept("scar", "Concern")
            + concept("pregnancy", "PatientFactor")
            + claim("helps", "peel", "treats", "scar")
        )
    )
    page = book.go("view=care&care=pregnancy")
    text = page.inner_text("#view")
    assert "nothing said (1)" in text
    assert "not the same as safe" in text
    assert book.all("#view [data-treatment]", "treatment", "verdict") == [("peel", "silent")]


def test_a_warning_about_the_broader_factor_is_told_of_the_narrower_one_too(
    small: Callable[..., SkinGraph], opened: Callable[[SkinGraph], Book]
) -> None:
    graph = small(
        concept("peel", "Treatment") + concept("infection", "PatientFactor"),
        concept("cold-sore", "PatientFactor", broader="infection"),
        concept("lifestyle", "PatientFactor") + claim("x", "peel", "consultFirstIn", "infection"),
    )
    book = opened(graph)
    page = book.go("view=care")
    assert book.all("#view [data-row]", "row") == [("cold-sore",), ("infection",)]
    page.locator("#care-control > summary").press("Enter")
    first = page.locator("#care-control fieldset").first.locator("[data-factor]")
    first.first.wait_for()
    assert [box.get_attribute("data-factor") for box in first.all()] == ["cold-sore", "infection"]


# Compare


def expected_rows(found: Comparison) -> dict[str, tuple[str, list[set[str]]]]:
    """Each property with each thing: said of both or of one, and the claims of either side."""
    rows = {}
    for aspect in found.aspects:
        sides: list[dict[str, list[Any]]] = [defaultdict(list), defaultdict(list)]
        for side, said in zip(sides, (aspect.left, aspect.right), strict=True):
            for one in said:
                side[one.claim.object.slug if one.claim.object else ""].append(one)
        for thing in {*sides[0], *sides[1]}:
            name = f"{identifier(aspect.predicate.iri)} {thing}".strip()
            both = thing in sides[0] and thing in sides[1]
            claims = [
                {one.claim.curie.removeprefix("claim:") for one in side[thing]} for side in sides
            ]
            rows[name] = ("both" if both else "alone", claims)
    return rows


@pytest.mark.parametrize(
    "names",
    [
        ("microneedling", "smartskin-co2"),
        ("ablative-laser", "non-ablative-laser"),
        ("microneedling", "at-home-microneedling"),
        ("facelift", "dermaplaning"),
    ],
)
def test_a_comparison_is_that_of_python(
    book: Book, graph: SkinGraph, names: tuple[str, str]
) -> None:
    page = book.go(f"view=compare&compare={'~'.join(names)}")
    lexicon = Lexicon(graph)
    found = compare(graph, *(lexicon.resolve(name) for name in names))
    expected = expected_rows(found)
    marks = dict(book.all("#view tr[data-mark]", "row", "mark"))
    assert {row: "alone" if mark == "alone" else "both" for row, mark in marks.items()} == {
        row: mark for row, (mark, _) in expected.items()
    }
    cells = page.eval_on_selector_all(
        "#view td[data-side]",
        "all => all.map((one) => [one.parentNode.dataset.row, one.dataset.side, one.dataset.claims])",
    )
    for row, side, claims in cells:
        assert set(claims.split()) == expected[row][1][names.index(side)]
    direct = book.all("#view [data-direct]", "direct")[0][0].split()
    assert set(direct) == {one.claim.curie.removeprefix("claim:") for one in found.direct}
    if "alone" in marks.values():
        words = page.locator("#view tr[data-mark=alone] td:nth-of-type(1)").first.inner_text()
        assert "only of " in words


def test_what_is_said_of_both_but_not_alike_is_called_so(
    small: Callable[..., SkinGraph], opened: Callable[[SkinGraph], Book]
) -> None:
    graph = small(
        concept("laser", "Treatment") + concept("peel", "Treatment") + concept("scar", "Concern"),
        concept("pore", "Concern") + concept("eczema", "PatientFactor"),
        claim("a", "laser", "treats", "scar") + claim("b", "peel", "treats", "scar"),
        claim("c", "laser", "treats", "pore"),
        claim("d", "peel", "treats", "pore").replace("skg:Supports", "skg:Refutes"),
        claim("e", "laser", "contraindicatedIn", "eczema", strength="skg:Absolute"),
        claim("f", "peel", "contraindicatedIn", "eczema", strength="skg:Relative"),
        claim("g", "laser", "sessions", minimum="3.0")
        + claim("h", "peel", "sessions", minimum="4.0"),
    )
    book = opened(graph)
    book.go("view=compare&compare=laser~peel")
    assert dict(book.all("#view tr[data-mark]", "row", "mark")) == {
        "treats scar": "shared",
        "treats pore": "different",
        "contraindicatedIn eczema": "different",
        "sessions": "different",
    }
    text = book.page.inner_text("#view")
    assert "both, not alike" in text
    assert "denied" in text
    assert "refused" in text
    assert "at least 4" in text


# Matrix


def expected_cells(graph: SkinGraph) -> dict[tuple[str, str], dict[str, Any]]:
    index, lexicon = ClaimIndex(graph), Lexicon(graph)
    cells: dict[tuple[str, str], dict[str, Any]] = defaultdict(lambda: {"treats": [], "fits": []})
    for name, predicate in (("treats", "treats"), ("fits", "suitedTo")):
        for one in index.where(predicate=predicate):
            if (
                one.object
                and "Treatment" in lexicon.kinds(one.subject.iri)
                and "Concern" in lexicon.kinds(one.object.iri)
            ):
                cells[one.subject.slug, one.object.slug][name].append(one)
    for row in graph.select("SELECT DISTINCT ?t ?c { ?t skg:mayHelp ?c }"):
        pair = lexicon.named(str(row["t"])).slug, lexicon.named(str(row["c"])).slug
        cells[pair]["way"] = True
    return cells


def test_the_matrix_holds_exactly_what_the_graph_says(book: Book, graph: SkinGraph) -> None:
    expected = expected_cells(graph)
    book.go("view=matrix")
    told = {
        (treatment, concern): rest
        for treatment, concern, *rest in book.all(
            "#view td[data-manner]:not([data-manner=''])",
            *("treatment", "concern", "manner", "level", "way", "claims", "sources"),
        )
    }
    assert set(told) == set(expected)
    for pair, (manner, level, way, claims, sources) in told.items():
        treats, fits = expected[pair]["treats"], expected[pair]["fits"]
        assert set(claims.split()) == {one.curie.removeprefix("claim:") for one in treats + fits}
        assert bool(way) == ("way" in expected[pair]), pair
        assert int(sources) == len({s for one in treats + fits for s in one.sources})
        strong = [one.evidence for one in (treats or fits) if one.supports]
        assert level == max(strong, default=""), pair
        yes = [one for one in treats if one.supports]
        no = [one for one in treats if not one.supports]
        if not treats:
            assert manner == ("fits" if fits else "way")
        elif yes and no:
            assert manner in ("in part", "disputed")
        else:
            hedged = all(one.hedged for one in yes)
            assert manner == ("refuted" if no else "hedged" if hedged else "stated")


def test_the_matrix_is_a_table_with_heads_that_sorts_and_sifts_by_concern(book: Book) -> None:
    page = book.go("view=matrix")
    table = page.locator("#view table.matrix")
    assert table.locator("caption").count() == 1
    assert table.locator("thead th[scope=col]").count() == 1 + int(
        table.get_attribute("data-columns") or 0
    )
    assert table.locator("tbody th[scope=row]").count() == int(
        table.get_attribute("data-rows") or 0
    )
    page.locator("th[data-concern=acne] button").click()
    assert page.locator("th[aria-sort=descending]").get_attribute("data-concern") == "acne"
    assert book.all("tbody tr", "row")[0] == ("chemical-peel",)
    assert "order=by-acne" in page.url
    page.fill("#matrix-find", "scar")
    names = page.locator("thead th[data-concern]").all_inner_texts()
    assert names
    assert all("scar" in name for name in names)
    assert page.evaluate("document.activeElement.id") == "matrix-find"
    page.fill("#matrix-find", "no such concern")
    assert "No concern" in page.inner_text("#matrix-body")


def test_a_cell_opens_its_claims_and_the_way_by_keyboard(book: Book, graph: SkinGraph) -> None:
    page = book.go("view=matrix")
    stops = page.locator("#view table.matrix button.cell[tabindex='0']")
    assert stops.count() == 1
    stops.focus()
    before = page.evaluate("document.activeElement.dataset.cell")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    assert (
        page.evaluate("document.activeElement.dataset.cell") == before == "microneedling acne-scar"
    )
    page.keyboard.press("Enter")
    claims = expected_cells(graph)["microneedling", "acne-scar"]["treats"]
    told = {name for (name,) in book.all("#panel [data-claim]", "claim")}
    assert told == {one.curie.removeprefix("claim:") for one in claims}
    assert page.evaluate("document.activeElement.closest('#panel') !== null")
    page.locator("#panel [data-way]").press("Enter")
    assert page.locator("#view").get_attribute("data-view") == "lanes"
    assert "way=microneedling~acne-scar" in page.url


def test_disputes_and_denials_are_seen_in_the_matrix(
    small: Callable[..., SkinGraph], opened: Callable[[SkinGraph], Book]
) -> None:
    graph = small(
        concept("laser", "Treatment") + concept("co2-laser", "Treatment", broader="laser"),
        concept("scar", "Concern") + concept("pore", "Concern") + concept("line", "Concern"),
        concept("warmth", "Mechanism"),
        claim("a", "laser", "treats", "scar"),
        claim("b", "laser", "treats", "scar").replace("skg:Supports", "skg:Refutes"),
        claim("c", "laser", "treats", "pore").replace("skg:Supports", "skg:Refutes"),
        claim("d", "laser", "hasMechanism", "warmth") + claim("e", "warmth", "addresses", "line"),
    )
    book = opened(graph)
    book.go("view=matrix")
    cells = {
        (t, c): (m, w)
        for t, c, m, w in book.all("#view td", "treatment", "concern", "manner", "way")
    }
    assert cells["laser", "scar"][0] == "disputed"
    assert cells["laser", "pore"][0] == "refuted"
    assert cells["laser", "line"] == ("way", "own")
    assert cells["co2-laser", "line"] == ("way", "inherited")
    assert cells["co2-laser", "scar"] == ("", "")
    words = book.page.locator("#view td[data-concern=pore][data-treatment=laser]").inner_text()
    assert "not E2" in words
    assert "denied" in words


def test_a_large_matrix_comes_in_parts(
    small: Callable[..., SkinGraph], opened: Callable[[SkinGraph], Book]
) -> None:
    pieces = [concept(f"treatment-{n}", "Treatment") for n in range(65)]
    pieces += [concept(f"concern-{n}", "Concern") for n in range(45)]
    pieces += [claim(f"c{n}", f"treatment-{n}", "treats", f"concern-{n % 45}") for n in range(65)]
    book = opened(small(*pieces))
    seen: set[tuple[str, ...]] = set()
    for part in range(4):
        page = book.go(f"view=matrix&page={part}")
        assert page.locator("#view tbody tr").count() <= 60
        assert page.locator("#view thead th[data-concern]").count() <= 40
        seen |= set(book.all("#view td[data-manner=stated]", "treatment", "concern"))
    assert len(seen) == 65
    page.get_by_role("button", name="Earlier treatments").click()
    assert "1 to 60 of 65" in page.inner_text("#view .pages")


# Timeline


def test_the_timeline_is_that_of_the_query(book: Book, graph: SkinGraph) -> None:
    lexicon, index = Lexicon(graph), ClaimIndex(graph)
    expected: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    stages = {"before": "before", "during": "session", "healing phase": "phase", "after": "after"}
    for row in graph.select(named("timeline").text):
        name = lexicon.named(str(row["treatment"])).slug
        found = index.claims[str(row["claim"])]
        hours = tuple(
            "" if hour is None else f"{hour.normalize():f}"
            for hour in (found.start_hour, found.end_hour)
        )
        donor = lexicon.named(str(row["inheritedFrom"])).slug if row["inheritedFrom"] else "-"
        expected[name].add(
            (stages[str(row["stageLabel"])], found.curie.removeprefix("claim:"), donor, *hours)
        )
    for found in index.where(predicate="redFlagAfter"):
        assert found.object is not None
        expected[found.object.slug].add(("flag", found.curie.removeprefix("claim:"), "-", "", ""))
    assert len(expected["microneedling"]) > 100
    for treatment in of_kind(graph, "Treatment"):
        book.go(f"view=timeline&treatment={treatment.slug}")
        lines = book.all(
            "#view tr[data-line]", "line", "claims", "donors", "from", "to", "polarity"
        )
        told = {
            (line, one, donor, start, end)
            for line, claims, donors, start, end, polarity in lines
            for one, donor in zip(claims.split(), donors.split(), strict=True)
            if polarity == "supports"
            and line in ("before", "session", "phase", "after", "flag")
            and index.named(one).predicate.slug != "sessionDuration"
        }
        assert told == expected[treatment.slug], treatment


def test_what_is_unknown_is_not_recorded_and_what_is_vague_keeps_its_words(book: Book) -> None:
    page = book.go("view=timeline&treatment=dermaplaning")
    assert page.inner_text("#view").count("not recorded") >= 7
    assert "That is no evidence that there are none" in page.inner_text("#view [data-stage=flag]")
    page = book.go("view=timeline&treatment=at-home-microneedling")
    assert "some are recorded for microneedling" in page.inner_text("#view [data-stage=flag]")
    assert "inherited from microneedling" in page.inner_text("#view [data-stage=after]")
    page = book.go("view=timeline&treatment=microneedling")
    vague = page.locator("#view tr", has_text="until the skin fully recovers").first
    assert vague.get_attribute("data-timed") == "no"
    assert vague.locator(".span").count() == 0
    assert page.locator("#view .span.open-end").count() > 0
    assert page.locator("#view .span.open-start").count() > 0
    assert "with no recorded end" in (
        page.locator("#view .open-end + .unseen").first.text_content() or ""
    )


def test_bars_stand_in_the_order_of_their_hours_on_one_axis(book: Book) -> None:
    page = book.go("view=timeline&treatment=microneedling")
    boxes = page.eval_on_selector_all(
        "#view tr[data-from][data-to] .span",
        "all => all.map((one) => { const box = one.getBoundingClientRect(), row = one.closest('tr').dataset;"
        " return [Number(row.from), box.left, Number(row.to), box.right]; })",
    )
    ends = sorted(
        {
            (hour, round(place))
            for a, b, c, d in boxes
            for hour, place in ((a, b), (c, d))
            if c - a >= 24
        }
    )
    hours, places = [hour for hour, _ in ends], [place for _, place in ends]
    assert len(ends) >= 6
    assert places == sorted(places)
    for hour in set(hours):
        same = [place for one, place in ends if one == hour]
        assert max(same) - min(same) <= 1


# Table


def test_the_table_holds_every_claim_once_for_each_thing_it_bears_on(
    book: Book, graph: SkinGraph
) -> None:
    index, lexicon = ClaimIndex(graph), Lexicon(graph)
    expected = [
        (one.curie.removeprefix("claim:"), one.subject.slug, "") for one in index.claims.values()
    ]
    expected += [
        (one.claim.curie.removeprefix("claim:"), lexicon.named(heir).slug, one.inherited_from.slug)
        for heir, many in index.inherited.items()
        for one in many
        if one.inherited_from
    ]
    book.go("view=table")
    ((rows, pages),) = book.all("#table-count", "rows", "pages")
    assert int(rows) == len(expected) > 1000
    told: list[tuple[str, ...]] = []
    for page in range(int(pages)):
        book.go(f"view=table&page={page}")
        found = book.all("#view tr[data-claim]", "row", "from")
        assert len(found) <= 500
        told += [(*row.split(" "), donor) for row, donor in found]
    assert sorted(told) == sorted(expected)


def test_a_row_tells_the_whole_sentence_with_passage_evidence_and_source(
    book: Book, graph: SkinGraph
) -> None:
    index = ClaimIndex(graph)
    book.go("view=table&find=microneedling")
    texts = dict(
        book.page.eval_on_selector_all(
            "#view tr[data-claim]", "all => all.map((row) => [row.dataset.row, row.innerText])"
        )
    )
    checked = 0
    for name, text in texts.items():
        found = index.named(name.split(" ")[0])
        if found.details:
            assert str(found) in text
        for passage in found.passages:
            assert passage.source.title in text
            assert f"characters {passage.start} to {passage.end}" in text
        assert found.evidence in text
        assert ("denied" in text) or found.supports
        checked += bool(found.details)
    assert checked > 100


def test_the_table_sifts_sorts_and_tells_things_and_sources(book: Book, graph: SkinGraph) -> None:
    page = book.go("view=table")
    page.fill("#table-find", "AVOID rétinoids")
    ((rows, all_),) = book.all("#table-count", "rows", "all")
    assert 0 < int(rows) < int(all_)
    page.fill("#table-find", "")
    page.select_option("#table-firm", "denied")
    denied = {name for (name,) in book.all("#view tr[data-claim]", "claim")}
    index = ClaimIndex(graph)
    assert denied == {
        one.curie.removeprefix("claim:") for one in index.claims.values() if not one.supports
    }
    assert "order=claims%7C%7C%7Cdenied" in page.url
    page.select_option("#table-firm", "disputed")
    assert "enlarged pore" in page.inner_text("#view tbody")
    page.select_option("#table-firm", "")
    page.locator("#view th button", has_text="Object").click()
    page.locator("#view th button", has_text="Object").press("Enter")
    assert page.locator("#view th[aria-sort=descending]").inner_text().startswith("Object")
    assert page.evaluate("document.activeElement.dataset.to") == "sort object"
    page.select_option("#table-part", "sources")
    assert {name for (name,) in book.all("#view tr[data-source]", "source")} == {
        identifier(source.iri) for source in index.sources.values()
    }
    page.select_option("#table-part", "things")
    ((rows,),) = book.all("#table-count", "rows")
    lexicon = Lexicon(graph)
    assert int(rows) == len([iri for iri in lexicon.preferred if lexicon.kinds(iri)])


# For everyone


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_wrong_in_any_view(book: Book, view: str, theme: str) -> None:
    sifted = {"table": "&find=sunburn", "matrix": "&order=%7Cacne"}.get(view, "")
    pair = "&compare=ablative-laser~non-ablative-laser&treatment=smartskin-co2"
    page = book.go(f"view={view}&theme={theme}&care=sunburn~acne-prone-skin{pair}{sifted}")
    assert page.locator("html").get_attribute("data-theme") == theme
    # The themes differ in their colours alone.
    assert violations(page, ["color-contrast"] if theme == "dark" else None) == []


def test_hostile_words_are_text_in_every_view(
    write: Callable[..., str], opened: Callable[[SkinGraph], Book]
) -> None:
    text = [json.dumps(label, ensure_ascii=True) for label in (HOSTILE, IMAGE, ARABIC)]
    turtle = LEAFLET.replace('"Leaflet"', text[1]).replace(
        "skg:start 0", f"skg:section {text[0]} ; skg:start 0"
    )
    for number, (slug, kind) in enumerate(
        {
            "laser": "Treatment",
            "scar": "Concern",
            "eczema": "PatientFactor",
            "rest": "CareInstruction",
            "fever": "SideEffect",
        }.items()
    ):
        turtle += concept(slug, kind).replace(f'"{slug}"', text[number % 3])
    odd = "<javascript:window.hacked=1>"
    turtle += concept("peel", "Treatment") + concept("warmth", "Mechanism")
    turtle += f'{odd} a skg:Treatment ; skos:prefLabel "odd"@en .\n'
    turtle += "".join(
        [
            claim("a", "laser", "treats", "scar", hedge=text[0]).replace(
                "skg:Stated", "skg:Hedged"
            ),
            claim("b", "laser", "contraindicatedIn", "eczema", condition=text[1]),
            claim("c", "laser", "careAfter", "rest", statedAs=text[2]),
            claim("d", "fever", "redFlagAfter", "laser"),
            claim("e", "peel", "treats", "scar"),
            claim("f", "laser", "downtime", statedAs=text[0]),
            claim("g", "laser", "treats", "scar").replace("skin:laser", odd),
        ]
    )
    book = opened(SkinGraph.read([write(turtle)]))
    for view in VIEWS:
        page = book.go(f"view={view}&care=eczema&compare=laser~peel&treatment=laser")
        assert HOSTILE in (page.locator("body").text_content() or ""), view
        if view not in ("lanes", "map"):
            shown = page.locator("#view").text_content() or ""
            assert HOSTILE in shown, view
            assert view in ("timeline", "care") or IMAGE in shown, view
        assert page.evaluate("window.hacked") is None, view
        assert page.locator("img, iframe, a[href^=javascript]").count() == 0, view
        assert page.locator("script").count() == 3, view
    page = book.go("view=matrix&care=eczema")
    page.locator("button.cell").first.click()
    told = page.locator("#panel").text_content() or ""
    assert HOSTILE in told
    assert IMAGE in told
    assert page.evaluate("window.hacked") is None


@pytest.mark.parametrize("view", ["matrix", "compare", "timeline", "care", "table"])
@pytest.mark.parametrize("width", [360, 1920])
def test_a_view_fits_a_phone_and_a_projector_and_its_words_can_be_read(
    book: Book, view: str, width: int
) -> None:
    book.page.set_viewport_size({"width": width, "height": 900})
    page = book.go(f"view={view}&care=pregnancy&find={'scar' if view == 'table' else ''}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    small = page.eval_on_selector_all(
        "#view *, #banner *",
        "all => all.filter((one) => one.offsetParent && [...one.childNodes].some((node) => node.nodeType === 3"
        " && node.data.trim()) && parseFloat(getComputedStyle(one).fontSize) < 11).map((one) => one.outerHTML)",
    )
    assert small == []
    targets = page.eval_on_selector_all(
        "#view button, #view select, #view input, #view summary",
        "all => all.filter((one) => one.offsetParent && one.getBoundingClientRect().height < 24).map((one) => one.outerHTML)",
    )
    assert targets == []


def test_on_paper_the_controls_are_left_out_and_the_verdicts_stay(book: Book) -> None:
    page = book.go("view=matrix&care=sunburn&theme=dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.querySelector('#view h2')).color") == (
        "rgb(27, 36, 48)"
    )
    assert not page.locator("#matrix-find").is_visible()
    assert page.locator(".care-banner").is_visible()
    assert page.locator("#view .badge").first.is_visible()
    page.emulate_media(media="screen")


def test_a_view_from_right_to_left_turns_its_axis_and_its_table(book: Book) -> None:
    page = book.go("view=timeline&treatment=microneedling")
    left = "document.querySelector('.mark-at.zero').getBoundingClientRect().left - document.querySelector('.mark-at').getBoundingClientRect().left"
    assert page.evaluate(left) > 0
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert page.evaluate(left) < 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 1440
    page.evaluate("document.documentElement.dir = 'ltr'")


def colours(name: str, theme: str) -> dict[str, str]:
    """The custom colours of a style sheet's first two rules, which are those of the themes."""
    css = (files("skingraph") / "templates" / "explorer" / f"{name}.css").read_text("utf-8")
    rule = re.search(
        {"light": r":root \{(.*)\}", "dark": r'\[data-theme="dark"\] \{(.*?)\}'}[theme], css
    )
    assert rule
    found = re.findall(r"--([\w-]+): #(\w+);", rule[1])
    return {
        key: value if len(value) == 6 else "".join(2 * c for c in value) for key, value in found
    }


def contrast(one: str, other: str) -> float:
    """The ratio of luminances that WCAG 2 asks for."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_colours_of_verdicts_and_evidence_can_be_read(theme: str) -> None:
    pages = {"light": ("ffffff", "f6f8fa"), "dark": ("0f141a", "1b222b")}[theme]
    verdicts, levels = colours("care", theme), colours("matrix", theme)
    assert set(verdicts) == set(NAMES.values())
    assert all(contrast(colour, page) >= 4.5 for colour in verdicts.values() for page in pages)
    for code in ("e0", "e1", "e2", "e3", "e4", "e5"):
        assert contrast(levels[code], levels[f"{code}t"]) >= 4.5, code
