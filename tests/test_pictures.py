"""Pictures: figures from Python and from the page, with legend, sources and date; maps in notebooks."""

from __future__ import annotations

import re
import struct
import sys
import xml.etree.ElementTree as ET

import pytest
from tests.pieces import LEAFLET, PREFIXES, ROOT, claim, concept

from skingraph.atlas import atlas_of
from skingraph.concepts import Lexicon
from skingraph.errors import CannotWrite, MissingExtra
from skingraph.figures import LIMIT, as_png, figure, figure_of_ways
from skingraph.index import ClaimIndex
from skingraph.maps import page_of
from skingraph.network import explain
from skingraph.notebook import explore
from skingraph.picture import choose
from skingraph.store import SkinGraph, graph_of

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "</text><script>window.hacked=1</script>&\"'\u0007\ufffe"
NAMES = ["microneedling", "acne scar", "darker skin", "chemical peel"]


@pytest.fixture(scope="module")
def lexicon(graph):
    return Lexicon(graph)


@pytest.fixture(scope="module")
def drawn(graph, lexicon):
    return {name: figure(graph, [lexicon.resolve(name)]) for name in NAMES}


def words_of(svg):
    root = ET.fromstring(svg)
    return " ".join(text.text or "" for text in root.iter(f"{SVG}text"))


def small_graph(tmp_path, label="scar"):
    file = tmp_path / "small.ttl"
    body = [
        LEAFLET,
        concept("rolling", "Treatment"),
        concept("deep-rolling", "Treatment", broader="rolling"),
        f'skin:scar a skg:Concern ; skos:prefLabel "{label}"@en .\n',
        concept("growth", "Mechanism"),
        concept("warmth", "Mechanism"),
        concept("pregnancy", "PatientFactor"),
        claim("c0", "rolling", "treats", "scar", certainty="skg:Hedged", hedge='"may"'),
        claim("c1", "rolling", "hasMechanism", "growth"),
        claim("c2", "rolling", "hasMechanism", "warmth", polarity="skg:Refutes"),
        claim("c3", "rolling", "contraindicatedIn", "pregnancy", strength="skg:Absolute"),
    ]
    file.write_text(PREFIXES + "".join(body), encoding="utf-8")
    return SkinGraph.read([file])


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_is_whole_and_can_be_cited(drawn, graph, name):
    root = ET.fromstring(drawn[name])
    assert root.tag == f"{SVG}svg"
    assert root.findtext(f"{SVG}title") == Lexicon(graph).resolve(name).label
    words = words_of(drawn[name])
    for wanted in ("Sources of the claims drawn", "Who should take care", graph.release):
        assert wanted in words
    assert "not medical advice" in words
    assert "treatment" in words


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_holds_no_script_and_names_no_other_file(drawn, name):
    tags = {element.tag.removeprefix(SVG) for element in ET.fromstring(drawn[name]).iter()}
    assert tags <= {"svg", "title", "desc", "rect", "g", "path", "text", "circle"}
    assert not re.search(r"href|url\(|\son\w+=|\sstyle=|javascript", drawn[name])


def test_a_figure_shows_what_the_graph_says_of_the_chain(drawn, graph, lexicon):
    focus = lexicon.resolve("microneedling")
    picture = choose(ClaimIndex(graph), lexicon, [focus], chain=True, limit=LIMIT)
    root = ET.fromstring(drawn["microneedling"])
    shown = {group.get("data-node") for group in root.iter(f"{SVG}g") if group.get("data-node")}
    lines = {group.get("data-link") for group in root.iter(f"{SVG}g") if group.get("data-link")}
    assert shown == {lexicon.named(iri).slug for iri in picture.lanes}
    assert lines == {link.name for link in picture.links}
    assert f"{len(picture.left_out)} more are left out" in words_of(drawn["microneedling"])


def test_who_should_take_care_is_told_in_full(drawn, graph, lexicon):
    words = words_of(drawn["microneedling"])
    for said in ClaimIndex(graph).said_of(lexicon.resolve("microneedling").iri):
        if said.claim.is_caution and said.claim.supports:
            assert said.claim.object
            assert said.claim.object.label in words
    assert "advised against in active acne (hedged: may)" in words
    assert "refused in sunburned skin" in words


def test_a_figure_of_ways_holds_the_things_on_them(graph, lexicon):
    start, end = lexicon.resolve("microneedling"), lexicon.resolve("acne scar")
    root = ET.fromstring(figure_of_ways(graph, start, end))
    shown = {group.get("data-node") for group in root.iter(f"{SVG}g") if group.get("data-node")}
    told = explain(graph, start, end, ways=12).ways
    assert shown == {named.slug for way in told for step in way for named in (step.start, step.end)}


def test_lines_tell_hedged_denied_and_inherited(tmp_path):
    small = small_graph(tmp_path)
    names = Lexicon(small)
    svg = figure(small, [names.resolve("rolling"), names.resolve("deep rolling")])
    words = words_of(svg)
    for wanted in ("only hedged", "denied", "inherited from a broader treatment", "one source"):
        assert wanted in words
    assert re.search(r">not</text>", svg)
    assert "pregnancy (inherited from rolling)" in words


def test_hostile_labels_stay_text(tmp_path):
    label = HOSTILE.replace('"', '\\"').replace("\u0007", "\\u0007")
    small = small_graph(tmp_path, label)
    svg = figure(small, [Lexicon(small).resolve("skin:scar")], date="<b>&")
    root = ET.fromstring(svg)
    assert not list(root.iter(f"{SVG}script"))
    assert "<script>" in (root.findtext(f"{SVG}title") or "")
    assert "data <b>&" in words_of(svg)
    assert as_png(svg).startswith(b"\x89PNG")


def test_the_same_graph_gives_the_same_figure(drawn, lexicon):
    again = figure(SkinGraph.load(), [lexicon.resolve("microneedling")])
    assert again == drawn["microneedling"]


def test_a_png_is_twice_as_large_and_has_text(drawn):
    svg = drawn["chemical peel"]
    png = as_png(svg)
    assert png.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", png[16:24])
    root = ET.fromstring(svg)
    assert width == pytest.approx(2 * float(root.attrib["width"]), abs=2)
    assert height == pytest.approx(2 * float(root.attrib["height"]), abs=2)
    without = re.sub(r"<text.*?</text>", "", svg)
    assert len(png) > 1.5 * len(as_png(without))


def test_without_the_painter_an_svg_is_still_written(tmp_path, run, monkeypatch):
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(MissingExtra, match=r"skingraph\[pictures\]"):
        as_png("<svg/>")
    code, _, told = run("map", "chemical peel", "-o", str(tmp_path / "x.png"))
    assert code == 2
    assert "pip install" in told
    assert run("map", "chemical peel", "-o", str(tmp_path / "x.svg"))[0] == 0
    assert [path.name for path in tmp_path.iterdir()] == ["x.svg"]


def test_the_ending_chooses_the_form(tmp_path, run):
    assert run("map", "microneedling", "acne scar", "-o", str(tmp_path / "ways.svg"))[0] == 0
    assert "From microneedling to acne scar" in (tmp_path / "ways.svg").read_text(encoding="utf-8")
    code, _, told = run("map", "-o", str(tmp_path / "x.gif"))
    assert code == 2
    assert "html, svg, png" in told


@pytest.fixture(scope="module")
def html(graph):
    return page_of(atlas_of(graph), opens={}, date=graph.release)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_saves_the_lanes_as_vector_text(opened, html, graph, scheme):
    page = opened(html, "#focus=acne-scar&care=pregnancy", color_scheme=scheme)
    with page.expect_download() as download:
        page.click("[data-act=svg]")
    assert download.value.suggested_filename == "acne-scar.svg"
    svg = download.value.path().read_text(encoding="utf-8")
    root = ET.fromstring(svg)
    shown = {group.get("data-node") for group in root.iter(f"{SVG}g") if group.get("data-node")}
    cards = page.locator("#mirror [data-node]").evaluate_all(
        "cards => cards.map(card => card.dataset.node)"
    )
    assert shown == set(cards)
    words = words_of(svg)
    for wanted in ("acne scar", "Sources of the claims drawn", graph.release, "pregnancy"):
        assert wanted in words
    assert "ask first" in words
    assert 'fill="#ffffff"' in svg or 'fill="#fff"' in svg
    assert not re.search(r"<script|href|\son\w+=", svg)
    assert page.locator("html").get_attribute("data-theme") == scheme


def test_the_page_saves_a_picture_of_dots(opened, html):
    page = opened(html, "#focus=chemical-peel")
    with page.expect_download() as download:
        page.click("[data-act=png]")
    png = download.value.path().read_bytes()
    assert png.startswith(b"\x89PNG")
    assert struct.unpack(">I", png[16:20])[0] >= 2000
    assert len(png) > 50_000


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_paper_the_canvas_gives_way_to_a_drawing(opened, html, scheme):
    page = opened(html, "#focus=acne-scar", color_scheme=scheme)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#paper svg [data-node]").count() > 5
    assert not page.locator("#map").is_visible()
    assert not page.locator("#tabs").is_visible()
    assert page.locator("text=not medical advice").first.is_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(27, 36, 48)"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    assert page.locator("#paper").count() == 0
    assert page.locator("html").get_attribute("data-theme") == scheme
    assert page.locator("#map").is_visible()


def test_two_maps_in_a_notebook_do_not_meet(browser, graph, tmp_path):
    shown = [graph._repr_html_(), explore(graph, "acne scars")._repr_html_()]
    assert max(map(len, shown)) <= 900_000
    file = tmp_path / "notebook.html"
    body = "".join(f"<div>{one}</div>" for one in shown)
    file.write_text(f"<!doctype html><meta charset=utf-8><body>{body}", encoding="utf-8")
    page = browser.new_page()
    troubles = []
    page.on("request", lambda request: troubles.append(request.url))
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(file.as_uri())
    frames = page.frames[1:]
    for frame in frames:
        frame.wait_for_selector("body[data-ready=yes]", state="attached")
    assert len(frames) == 2
    frames[0].click("[data-view-button=matrix]")
    assert frames[0].locator("#view").get_attribute("data-view") == "matrix"
    assert frames[1].locator("#view").get_attribute("data-view") == "lanes"
    assert frames[1].locator("#focus").inner_text().lower().startswith("acne scar")
    assert [url for url in troubles if url != file.as_uri() and url != "about:srcdoc"] == []
    page.close()


def test_a_notebook_that_is_not_trusted_still_tells_the_main_things(graph):
    text = re.sub(r"<iframe.*?</iframe>", "", explore(graph, "microneedling")._repr_html_())
    assert "trust the notebook" in text
    assert "sunburned skin (refused)" in text
    assert "active acne (advised against, hedged)" in text
    assert "not medical advice" in text


def test_what_cannot_be_drawn_is_told_in_words(tmp_path):
    assert "no claims to draw" in graph_of([])._repr_html_()
    hostile = small_graph(tmp_path, "<img src=x onerror=alert(1)>")
    assert "<img" not in explore(hostile, "skin:scar")._repr_html_()


def test_a_map_of_a_notebook_can_be_saved(graph, tmp_path):
    explore(graph, "acne scars").save(tmp_path / "map.html")
    assert (tmp_path / "map.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    with pytest.raises(CannotWrite):
        explore(graph).save(tmp_path / "none" / "map.html")


def test_the_picture_in_the_docs_is_what_the_command_draws(tmp_path, run):
    assert run("map", "microneedling", "acne scar", "-o", str(tmp_path / "ways.svg"))[0] == 0
    kept = (ROOT / "docs" / "ways.svg").read_bytes()
    mend = 'mend it with: skingraph map microneedling "acne scar" -o docs/ways.svg'
    assert kept == (tmp_path / "ways.svg").read_bytes(), mend
