"""A map is one file that shows the right claims, asks nothing of the network and runs nothing of ours."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from skingraph.concepts import Lexicon, Named
from skingraph.errors import MissingExtra
from skingraph.index import ClaimIndex
from skingraph.lanes import LANES, place
from skingraph.maps import VIS_NETWORK, draw
from skingraph.picture import LIMIT, choose
from skingraph.store import SkinGraph
from skingraph.symbols import SYMBOLS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

FOCUSES = ["", "microneedling", "acne scar", "smartskin-co2"]
HOSTILE = "</script><script>window.hacked=1</script>"
IMAGE = "\"'><img src=x onerror=window.hacked=1> href=javascript:hacked"
ODD = "two\u2028lines \u202eندبة حب الشباب ${x} {{ x }}"

SMALL = """
@prefix claim: <https://w3id.org/skingraph/claim/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix passage: <https://w3id.org/skingraph/passage/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix skg: <https://w3id.org/skingraph/schema#> .
@prefix skin: <https://w3id.org/skingraph/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix source: <https://w3id.org/skingraph/source/> .

skin:rolling a skg:Treatment ; skos:prefLabel "rolling"@en ; skos:altLabel "Dermá-rolling"@en ;
    skos:definition "Moving a roller over the skin."@en .
skin:deep-rolling a skg:Treatment ; skos:prefLabel "deep rolling"@en ; skos:broader skin:rolling .
skin:warmth a skg:Mechanism ; skos:prefLabel "warmth"@en .
skin:growth a skg:Mechanism ; skos:prefLabel "growth"@en .
skin:scar a skg:Concern ; skos:prefLabel "scar"@en .
skin:pore a skg:Concern ; skos:prefLabel "pore"@en .
skin:pregnancy a skg:PatientFactor ; skos:prefLabel "pregnancy"@en .
skin:lonely a skg:Concern ; skos:prefLabel "lonely"@en .

source:page a skg:Source ; dcterms:title "A page"@en ;
    skg:authority skg:Clinic ; skg:evidenceLevel skg:E0 .
passage:page-10-20 a skg:Passage ; skg:source source:page ;
    skg:section "Care" ; skg:start 10 ; skg:end 20 .
"""
CLAIMS = [
    ("rolling", "treats", "scar", "Supports", 'skg:Hedged ; skg:hedge "may"'),
    ("rolling", "hasMechanism", "growth", "Supports", "skg:Stated"),
    ("rolling", "hasMechanism", "warmth", "Refutes", "skg:Stated"),
    ("rolling", "treats", "pore", "Supports", "skg:Stated"),
    ("rolling", "treats", "pore", "Refutes", "skg:Stated"),
    (
        "rolling",
        "contraindicatedIn",
        "pregnancy",
        "Supports",
        "skg:Stated ; skg:strength skg:Absolute",
    ),
    ("rolling", "sessions", "", "Supports", "skg:Stated ; skg:minimum 3.0 ; skg:maximum 6.0"),
]


def small_graph(folder: Path, rename: dict[str, str] | None = None) -> SkinGraph:
    text = SMALL
    for label, other in (rename or {}).items():
        text = text.replace(f'"{label}"', json.dumps(other, ensure_ascii=False))
    for number, (subject, predicate, thing, polarity, certainty) in enumerate(CLAIMS):
        text += f"claim:c{number} a skg:Claim ; rdf:subject skin:{subject} ; rdf:predicate skg:{predicate} ; "
        text += f"rdf:object skin:{thing} ; " if thing else ""
        text += f"skg:polarity skg:{polarity} ; skg:certainty {certainty} ; skg:passage passage:page-10-20 .\n"
    file = folder / "small.ttl"
    file.write_text(text, encoding="utf-8")
    return SkinGraph.read([file])


def named(graph: SkinGraph, *names: str) -> list[Named]:
    return [Lexicon(graph).resolve(name) for name in names if name]


@pytest.fixture(scope="module")
def graph() -> SkinGraph:
    return SkinGraph.load()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    found = next(
        filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None
    )
    if found is None:
        pytest.fail("maps are tested in Chromium, and none is installed: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Opens a map from disk with the network cut; what it asks for or complains of fails the test."""
    troubles: list[str] = []
    contexts = []

    def open_map(html: str, *, width: int = 1440, scheme: Any = "light") -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True
        )
        contexts.append(context)
        file = tmp_path / "map.html"
        file.write_bytes(html.encode("utf-8"))

        def watch(route: Any) -> None:
            if route.request.url == file.as_uri():
                route.continue_()
                return
            troubles.append(f"request: {route.request.url}")
            route.abort()

        context.route("**/*", watch)
        page = context.new_page()
        page.on("console", lambda message: troubles.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
        page.add_init_script(
            "addEventListener('securitypolicyviolation', e => console.error('policy', e.violatedDirective))"
        )
        page.goto(file.as_uri())
        page.wait_for_selector("#map[data-ready=yes]", state="attached")
        return page

    yield open_map
    for context in contexts:
        context.close()
    assert troubles == []


def data_of(page: Page) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(page.locator("#picture").text_content() or "")
    return data


def click_card(page: Page, name: str) -> None:
    """Click in the middle of a card, where the page says that it is."""
    node = next(node for node in data_of(page)["nodes"] if node["id"] == name)
    click_at(page, node["x"], node["y"])


def click_at(page: Page, x: float, y: float) -> None:
    page.locator("#map").scroll_into_view_if_needed()
    scale = float(page.locator("#map").get_attribute("data-scale") or 0)
    page.locator("#map").click(position={"x": (x + 16) * scale, "y": (y + 16) * scale})


def test_pyvis_and_its_vis_network_are_the_tested_ones() -> None:
    """When this fails, look at a map in a browser before you write the new number here."""
    assert importlib.metadata.version("pyvis") == "0.3.2"
    spec = importlib.util.find_spec("pyvis")
    assert spec is not None
    script = Path((spec.submodule_search_locations or [""])[0], VIS_NETWORK).read_bytes()
    assert hashlib.sha256(script).hexdigest() == (
        "1f20f0736f32cb9bedf8f6383b25cfea2f839e1abe80d6e8040b4d5bea378c69"
    )
    assert b"</script" not in script.lower()
    assert b"<!--" not in script


def test_a_pyvis_without_the_script_is_told(
    graph: SkinGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("skingraph.maps.VIS_NETWORK", "templates/elsewhere.js")
    with pytest.raises(MissingExtra, match="pip install"):
        draw(graph)


def test_importing_maps_imports_nothing_heavy() -> None:
    code = (
        "import sys, skingraph.maps; "
        "print(sorted({'pyvis', 'jinja2', 'networkx', 'IPython', 'rdflib'} & set(sys.modules)))"
    )
    source = str(Path(importlib.util.find_spec("skingraph").origin or "").parents[1])  # type: ignore[union-attr]
    said = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": source},
    )
    assert said.stdout.strip() == "[]"


@pytest.mark.parametrize("focus", FOCUSES)
def test_the_page_opens_from_disk_and_asks_for_nothing(
    graph: SkinGraph, opened: Callable[..., Page], focus: str
) -> None:
    html = draw(graph, named(graph, focus))
    page = opened(html)
    assert 'http-equiv="Content-Security-Policy" content="default-src \'none\';' in html
    assert "unsafe" not in html.split("<title>")[0]
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.title().endswith("skingraph map")
    text = page.locator("body").inner_text()
    assert "This informs; it is not medical advice." in text
    assert "othing said is not the same as safe" in text
    assert graph.release in text


@pytest.mark.parametrize("focus", FOCUSES)
def test_the_picture_and_the_table_hold_every_claim_between_the_cards(
    graph: SkinGraph, opened: Callable[..., Page], focus: str
) -> None:
    index, lexicon = ClaimIndex(graph), Lexicon(graph)
    picture = choose(index, lexicon, named(graph, focus))
    page = opened(draw(graph, named(graph, focus)))
    data = data_of(page)
    assert page.locator("#map").get_attribute("data-nodes") == str(len(picture.lanes))
    assert page.locator("#map").get_attribute("data-edges") == str(len(picture.links))
    assert {node["id"] for node in data["nodes"]} == {lexicon.named(i).curie for i in picture.lanes}
    assert 3 <= len(data["nodes"]) <= LIMIT

    drawn = {(edge["id"], claim) for edge in data["edges"] for claim, _ in edge["said"]}
    if focus:
        shown = set(picture.lanes)
        between = {
            (f"{c.subject.curie} {c.predicate.curie} {c.object.curie}", c.curie)
            for c in index.claims.values()
            if c.object and {c.subject.iri, c.object.iri} <= shown
        }
        own = {(edge["id"], c) for edge in data["edges"] for c, donor in edge["said"] if not donor}
        assert own == between
    rows = page.locator("tr[data-claim]").evaluate_all(
        "rows => rows.map(row => [row.dataset.edge, row.dataset.claim])"
    )
    numbers = {("", claim) for node in data["nodes"] for claim in node["own"]}
    assert sorted(map(tuple, rows)) == sorted(drawn | numbers)


def test_what_is_left_out_is_counted_and_named(
    graph: SkinGraph, opened: Callable[..., Page]
) -> None:
    focus = named(graph, "microneedling")
    picture = choose(ClaimIndex(graph), Lexicon(graph), focus)
    page = opened(draw(graph, focus))
    assert f"{len(picture.left_out)} are left out" in page.locator("#left-out").inner_text()
    assert page.locator(".names bdi").count() == len(picture.left_out)


def test_no_warning_is_left_out_while_there_is_room(graph: SkinGraph) -> None:
    focus = named(graph, "microneedling")
    index = ClaimIndex(graph)
    picture = choose(index, Lexicon(graph), focus)
    warned = {
        claim.object.iri
        for claim in index.where(subject=focus[0].iri)
        if claim.object
        and claim.supports
        and claim.predicate.slug in ("contraindicatedIn", "consultFirstIn")
    }
    assert warned
    assert warned <= set(picture.lanes)


@pytest.mark.parametrize("focus", FOCUSES)
def test_cards_stand_in_the_lane_of_their_kind_and_never_overlap(
    graph: SkinGraph, opened: Callable[..., Page], focus: str
) -> None:
    data = data_of(opened(draw(graph, named(graph, focus))))
    lanes = {lane.name: lane for lane in LANES}
    for node in data["nodes"]:
        assert set(node["kinds"]) & {*lanes[node["lane"]].kinds, "Other"}
    for one, other in combinations(data["nodes"], 2):
        beside = abs(one["x"] - other["x"]) >= (one["w"] + other["w"]) / 2
        below = abs(one["y"] - other["y"]) >= (one["h"] + other["h"]) / 2
        assert beside or below, (one["id"], other["id"])


@pytest.mark.parametrize("width", [360, 1440, 1920])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_readable_at_every_width_in_light_and_dark(
    graph: SkinGraph, opened: Callable[..., Page], width: int, scheme: str
) -> None:
    page = opened(draw(graph, named(graph, "microneedling")), width=width, scheme=scheme)
    scale = float(page.locator("#map").get_attribute("data-scale") or 0)
    assert 14 * scale >= 11
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page_colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert page_colour == {"light": "rgb(255, 255, 255)", "dark": "rgb(15, 20, 26)"}[scheme]
    assert colours_on_canvas(page) > 30


def colours_on_canvas(page: Page) -> int:
    return int(
        page.evaluate(
            """() => {
              const canvas = document.querySelector("#map canvas");
              const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
              return new Set(new Uint32Array(data.buffer)).size;
            }"""
        )
    )


def test_nothing_moves_after_the_first_picture(
    graph: SkinGraph, opened: Callable[..., Page]
) -> None:
    page = opened(draw(graph))
    picture = "document.querySelector('#map canvas').toDataURL()"
    page.wait_for_timeout(100)
    first = page.evaluate(picture)
    page.wait_for_timeout(700)
    assert page.evaluate(picture) == first


def test_a_click_on_a_card_shows_its_claims_with_hedge_source_and_passage(
    tmp_path: Path, opened: Callable[..., Page]
) -> None:
    small = small_graph(tmp_path)
    page = opened(draw(small, named(small, "rolling"), date="2026-11-20"))
    click_card(page, "skin:scar")
    panel = page.locator("#panel")
    assert panel.locator("h2").inner_text() == "scar"
    claim = panel.locator("[data-claim='claim:c0']").inner_text()
    assert "rolling treats scar [hedged: may]" in claim
    assert "A page: \u201cCare\u201d, characters 10 to 20 (clinic)" in claim
    assert "Evidence level E0 marketing or anonymous" in claim
    click_card(page, "skin:rolling")
    assert "Moving a roller over the skin." in panel.inner_text()
    assert "rolling - sessions: 3 to 6" in panel.inner_text()
    assert panel.locator("[data-claim]").count() == len(CLAIMS)
    assert page.locator("#date").inner_text() == "2026-11-20"


def test_a_click_on_a_line_shows_what_is_said_and_denied(
    tmp_path: Path, opened: Callable[..., Page]
) -> None:
    small = small_graph(tmp_path)
    page = opened(draw(small, named(small, "pore")))
    nodes = {node["id"]: node for node in data_of(page)["nodes"]}
    one, other = nodes["skin:rolling"], nodes["skin:pore"]
    click_at(page, (one["x"] + other["x"]) / 2, (one["y"] + other["y"]) / 2)
    panel = page.locator("#panel")
    assert panel.locator("h2").inner_text() == "rolling treats pore"
    assert "Disputed" in panel.inner_text()
    assert "rolling does NOT treat pore" in panel.inner_text()


def test_lines_tell_stated_hedged_denied_disputed_inherited_and_warning(
    tmp_path: Path, opened: Callable[..., Page]
) -> None:
    small = small_graph(tmp_path)
    page = opened(draw(small, named(small, "rolling", "deep rolling")))
    edges = {edge["id"]: edge for edge in data_of(page)["edges"]}
    manner = {name: edge["manner"] for name, edge in edges.items()}
    assert manner["skin:rolling skg:treats skin:scar"] == "hedged"
    assert manner["skin:rolling skg:hasMechanism skin:growth"] == "stated"
    assert manner["skin:rolling skg:hasMechanism skin:warmth"] == "refuted"
    assert manner["skin:rolling skg:treats skin:pore"] == "disputed"
    assert edges["skin:rolling skg:contraindicatedIn skin:pregnancy"]["warning"] == "refused"
    inherited = edges["skin:deep-rolling skg:hasMechanism skin:growth"]
    assert inherited["inherited"] == "inherited from rolling"
    page.fill("#find", "deep rolling")
    page.press("#find", "Enter")
    assert "inherited from rolling, not said of this one" in page.locator("#panel").inner_text()
    cells = page.locator("tr[data-edge='skin:deep-rolling skg:hasMechanism skin:growth']")
    assert "inherited from rolling" in cells.inner_text()


def test_a_denial_in_another_sense_is_no_dispute(graph: SkinGraph) -> None:
    pores = choose(ClaimIndex(graph), Lexicon(graph), named(graph, "enlarged pore"))
    name = "skin:microneedling skg:treats skin:enlarged-pore"
    assert {link.manner for link in pores.links if link.name == name} == {"in part"}


def test_search_finds_synonyms_whatever_their_accents(
    tmp_path: Path, opened: Callable[..., Page]
) -> None:
    small = small_graph(tmp_path)
    page = opened(draw(small, named(small, "scar")))
    page.fill("#find", "derma rolling")
    assert page.locator("#found").inner_text().strip() == "rolling (Dermá-rolling)"
    page.locator("#found button").click()
    assert page.locator("#map").get_attribute("data-selected") == "skin:rolling"
    page.fill("#find", "zebra")
    assert "Nothing on this map" in page.locator("#found").inner_text()


def test_cards_and_lines_are_reached_by_keyboard(
    tmp_path: Path, opened: Callable[..., Page]
) -> None:
    small = small_graph(tmp_path)
    page = opened(draw(small, named(small, "rolling")))
    page.focus("#frame")
    page.keyboard.press("ArrowDown")
    assert page.locator("#map").get_attribute("data-selected") == "skin:rolling"
    assert "rolling, treatment" in (page.locator("#told").text_content() or "")
    page.keyboard.press("ArrowRight")
    assert page.locator("#map").get_attribute("data-selected") != "skin:rolling"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('#panel') !== null")
    page.locator("#panel button", has_text="This link alone").first.press("Enter")
    assert page.locator("#map").get_attribute("data-selected") in {
        edge["id"] for edge in data_of(page)["edges"]
    }
    page.focus("#frame")
    page.keyboard.press("Escape")
    assert page.locator("#map").get_attribute("data-selected") == ""
    assert page.locator("#map canvas").get_attribute("role") == "img"
    assert "table below" in (page.locator("#map canvas").get_attribute("aria-label") or "")


def test_the_table_can_be_sifted(tmp_path: Path, opened: Callable[..., Page]) -> None:
    small = small_graph(tmp_path)
    page = opened(draw(small, named(small, "rolling")))
    page.fill("#sift", "DENIED")
    assert page.locator("tr[data-claim]:visible").count() == 2
    assert page.locator("#count").inner_text() == f"2 of {len(CLAIMS)} rows"


@pytest.mark.parametrize("label", [HOSTILE, IMAGE, ODD])
def test_a_hostile_label_is_shown_as_text_and_runs_nothing(
    tmp_path: Path, opened: Callable[..., Page], label: str
) -> None:
    names = ["rolling", "scar", "A page", "Care", "Dermá-rolling", "Moving a roller over the skin."]
    small = small_graph(tmp_path, dict.fromkeys(names, label))
    page = opened(draw(small, named(small, "skin:rolling"), date=label))
    click_card(page, "skin:scar")
    panel = page.locator("#panel")
    assert panel.locator("h2").text_content() == label
    assert label in (panel.locator("[data-claim='claim:c0']").text_content() or "")
    page.fill("#find", label[:8])
    assert label in (page.locator("#found").text_content() or "")
    page.press("#find", "Escape")
    node = data_of(page)["nodes"][0]
    page.locator("#map").hover(position={"x": node["x"] + 16, "y": node["y"] + 16})
    page.wait_for_timeout(400)
    assert page.evaluate("window.hacked") is None
    assert page.locator("img, iframe, a[href^=javascript]").count() == 0
    assert page.locator("h1").text_content() == label
    assert page.locator("script").count() == 3


def test_a_thing_without_claims_is_told_so_and_not_called_safe(
    tmp_path: Path, opened: Callable[..., Page]
) -> None:
    small = small_graph(tmp_path)
    page = opened(draw(small, named(small, "lonely")))
    assert "No claim found here. That is no evidence of safety." in page.inner_text("#left-out")
    assert page.locator("#map").get_attribute("data-nodes") == "1"


def test_an_empty_graph_still_makes_a_page(tmp_path: Path, opened: Callable[..., Page]) -> None:
    file = tmp_path / "empty.ttl"
    file.write_text("<urn:a> <urn:b> <urn:c> .", encoding="utf-8")
    page = opened(draw(SkinGraph.read([file])))
    assert "No claim found here" in page.inner_text("#left-out")
    assert "The date of the data is not stated" in page.inner_text("header")


def test_two_hops_reach_further_than_one(tmp_path: Path) -> None:
    small = small_graph(tmp_path)
    index, lexicon = ClaimIndex(small), Lexicon(small)
    near = choose(index, lexicon, named(small, "scar"))
    far = choose(index, lexicon, named(small, "scar"), hops=2)
    assert set(near.lanes) < set(far.lanes)


@pytest.mark.parametrize("focus", ["", "microneedling"])
def test_the_same_graph_gives_the_same_bytes(graph: SkinGraph, focus: str) -> None:
    html = draw(graph, named(graph, focus))
    assert draw(SkinGraph.load(), named(graph, focus)) == html
    code = (
        "import hashlib, sys; from skingraph.store import SkinGraph; from skingraph.maps import draw; "
        "from skingraph.concepts import Lexicon; graph = SkinGraph.load(); "
        "focus = [Lexicon(graph).resolve(name) for name in sys.argv[1:]]; "
        "print(hashlib.sha256(draw(graph, focus).encode()).hexdigest())"
    )
    source = str(Path(importlib.util.find_spec("skingraph").origin or "").parents[1])  # type: ignore[union-attr]
    for seed in ("1", "2"):
        said = subprocess.run(
            [sys.executable, "-c", code, *filter(None, [focus])],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": source},
        )
        assert said.stdout.strip() == hashlib.sha256(html.encode("utf-8")).hexdigest()


def test_every_kind_has_a_lane_a_shape_and_a_colour_in_both_themes() -> None:
    from importlib.resources import files

    css = (files("skingraph") / "templates" / "palette.css").read_text(encoding="utf-8")
    kinds = {kind for lane in LANES for kind in lane.kinds}
    assert set(SYMBOLS) - {"Other"} <= kinds
    assert len(set(SYMBOLS.values())) == len(SYMBOLS)
    for kind in SYMBOLS:
        assert css.count(f".{kind} {{ --c:") == 2
    pages = {"light": ("#ffffff", "#f6f8fa"), "dark": ("#0f141a", "#1b222b")}
    light, dark = css.split("@media (prefers-color-scheme: dark)")
    for theme, text in (("light", light), ("dark", dark)):
        for kind in SYMBOLS:
            colour = text.split(f".{kind} {{ --c: ")[1][:7]
            assert min(contrast(colour, page) for page in pages[theme]) >= 3, (theme, kind)


def contrast(one: str, other: str) -> float:
    """The ratio of luminances that WCAG 2 asks for."""
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_linked_cards_are_put_near_each_other() -> None:
    left, right = LANES[0], LANES[1]
    things = {f"l{i}": (left, f"l{i}", "") for i in range(6)}
    things |= {f"r{i}": (right, f"r{i}", "") for i in reversed(range(6))}
    cards = place(things, [(f"l{i}", f"r{i}") for i in range(6)]).cards
    assert sum(abs(cards[f"l{i}"].y - cards[f"r{i}"].y) for i in range(6)) == 0
