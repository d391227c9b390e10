"""The site: a folder of pages that opens anywhere, and in which every link leads somewhere."""

from __future__ import annotations

import functools
import http.server
import re
import threading
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin

import pytest
from tests.browser import untroubled, violations, visiting
from tests.pieces import LEAFLET, PREFIXES, claim, concept
from tests.server import running

from skingraph.errors import CannotWrite
from skingraph.folders import SUMS
from skingraph.pages import page, paths
from skingraph.site import ENDING, write_site
from skingraph.store import SkinGraph

HOSTILE = "</script><img src=x onerror=window.hacked=1>"
SMALL = (
    LEAFLET,
    concept("rolling", "Treatment"),
    concept("deep-rolling", "Treatment", broader="rolling"),
    concept("acne-scar", "Concern"),
    concept("pregnancy", "PatientFactor"),
    f'skin:odd a skg:Concern ; skos:prefLabel "{HOSTILE}"@en .\n',
    claim("c0", "rolling", "treats", "acne-scar", certainty="skg:Hedged", hedge='"may"'),
    claim("c1", "rolling", "treats", "odd", polarity="skg:Refutes"),
    claim("c2", "rolling", "contraindicatedIn", "pregnancy", strength="skg:Absolute"),
)


class Links(HTMLParser):
    """The links and the anchors of a page."""

    def __init__(self, text):
        super().__init__()
        self.links, self.ids = [], set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in ("href", "src", "action") and value is not None:
                self.links.append(value)
            if name == "id":
                self.ids.add(value)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    file = tmp_path_factory.mktemp("small") / "small.ttl"
    file.write_text(PREFIXES + "".join(SMALL), encoding="utf-8")
    return SkinGraph.read([file])


@pytest.fixture(scope="module")
def folder(small, tmp_path_factory):
    folder = tmp_path_factory.mktemp("small-site") / "site"
    write_site(small, folder)
    return folder


@pytest.fixture(scope="module")
def _on_disk(browser, folder):
    with visiting(browser, folder.as_uri() + "/") as visitor:
        yield visitor


@pytest.fixture
def on_disk(_on_disk):
    with untroubled(_on_disk) as visitor:
        yield visitor


@pytest.fixture(scope="module")
def _served(browser, folder):
    """The site below a path of a plain web server, as a learning platform hosts it."""
    handler = functools.partial(Quiet, directory=str(folder.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with visiting(browser, f"http://127.0.0.1:{server.server_port}/site/") as visitor:
            yield visitor
        server.shutdown()


@pytest.fixture
def served(_served):
    with untroubled(_served) as visitor:
        yield visitor


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format, *arguments):
        pass


def broken(folder):
    """The links that lead nowhere: file and link."""
    texts = {path: path.read_text(encoding="utf-8") for path in folder.rglob(f"*{ENDING}")}
    found = {path.relative_to(folder).as_posix(): Links(text) for path, text in texts.items()}
    for name, links in found.items():
        for link in links.links:
            if re.match(r"(https?|data):", link):
                continue
            path, _, anchor = link.partition("#")
            target = unquote(urljoin(f"x/{name}", path))[2:] if path else name
            # The explorer reads what follows the sign as its state.
            is_anchor = anchor and target in found and target != f"index{ENDING}"
            if (
                link.startswith("/")
                or not (folder / target).is_file()
                or (is_anchor and unquote(anchor) not in found[target].ids)
            ):
                yield name, link


def test_every_link_leads_to_a_file_of_the_site(folder):
    assert list(broken(folder)) == []


def test_every_page_of_the_shipped_graph_links_only_to_what_there_is(graph):
    known = {f"{path.removeprefix('/')}{ENDING}" for path in paths(graph)}
    known |= {f"{name}{ENDING}" for name in ("index", "concepts", "matrix", "schema")}
    known |= {f"{name}/index{ENDING}" for name in ("lessons", "queries", "downloads")}
    for path in ("/microneedling", "/lessons/how-microneedling-works", "/matrix", "/concepts"):
        text = page(graph, path, ending=ENDING)
        assert text is not None
        for link in Links(text).links:
            target = unquote(urljoin(f"x{path}", link.partition("#")[0]))[2:]
            is_page = link.endswith(ENDING) and not link.startswith("http")
            if is_page and not target.startswith(("queries/", "lessons/")):
                assert target in known, link


def test_it_holds_explorer_lessons_pages_matrix_queries_and_downloads(folder, small):
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    wanted = {"index.html", "concepts.html", "matrix.html", "schema.html", "lessons/index.html"}
    wanted |= {"queries/index.html", "queries/downtime.html", "queries/downtime.csv"}
    wanted |= {"downloads/index.html", "downloads/skingraph.ttl", "downloads/claims.csv"}
    wanted |= {"rolling.html", "claim/c0.html", "source/leaflet.html", "passage/leaflet-0-9.html"}
    assert wanted <= names
    assert {f"{path.removeprefix('/')}{ENDING}" for path in paths(small)} <= names
    assert SUMS in names


def test_the_rows_of_a_query_stand_on_its_page_and_in_its_file(folder):
    text = (folder / "queries" / "contraindications.html").read_text(encoding="utf-8")
    rows = (folder / "queries" / "contraindications.csv").read_text(encoding="utf-8")
    assert "claim/c2" in rows
    assert "../claim/c2.html" in text


def test_it_opens_from_a_disk_and_asks_for_nothing_outside(on_disk):
    page = on_disk.open("index.html")
    page.wait_for_selector("body[data-ready=yes]", state="attached")
    page.click("text=All concepts")
    page.wait_for_url("**/concepts.html")
    page.click("main a:has-text('rolling')")
    page.wait_for_selector("h1")
    page.click("text=this claim")
    page.wait_for_url("**/claim/*.html")
    for name in ("matrix", "lessons/index", "queries/downtime", "downloads/index", "schema"):
        page = on_disk.open(f"{name}.html")
        assert page.locator("h1").count() == 1
        colour = page.evaluate("getComputedStyle(document.querySelector('.brand')).fontWeight")
        assert colour == "700"


def test_it_is_served_below_a_path_of_any_web_server(served):
    page = served.open("claim/c0.html")
    page.click("nav >> text=Matrix")
    page.wait_for_url("**/site/matrix.html")
    assert page.locator("[data-manner]").count() == 2
    page.click("nav >> text=Explore")
    page.wait_for_url("**/site/index.html")
    page.wait_for_selector("body[data-ready=yes]", state="attached")


def test_hostile_names_are_text_on_every_page(on_disk):
    for name in ("odd", "matrix", "concepts", "queries/concerns-of-treatment"):
        page = on_disk.open(f"{name}.html")
        assert HOSTILE in page.locator("main").inner_text()
        assert page.evaluate("window.hacked") is None
        assert page.locator("img").count() == 0


def test_the_matrix_says_how_each_thing_is_said(on_disk):
    page = on_disk.open("matrix.html")
    cells = page.locator("[data-manner]").evaluate_all(
        "cells => cells.map(cell => [cell.closest('tr').querySelector('th').innerText, cell.innerText])"
    )
    told = dict(cells)
    assert "hedged" in told["acne scar"]
    assert "denied" in told[HOSTILE]


@pytest.mark.parametrize("name", ["matrix", "lessons/index", "downloads/index", "concepts"])
def test_pages_are_free_of_what_assistive_tools_stumble_over(served, name):
    assert violations(served.open(f"{name}.html")) == []


def test_a_lesson_stands_there_with_figures_claims_and_sources(graph):
    text = page(graph, "/lessons/how-microneedling-works", ending=ENDING)
    assert text is not None
    assert text.count("<svg xmlns") == 3
    assert 'href="../claim/needling-no-heat.html"' in text
    assert "Micro-Needling Services" in text
    assert "lesson=how-microneedling-works" in text
    assert "<script" not in re.sub(r'<script src="[^"]+pages.js" defer></script>', "", text)


def test_the_same_graph_gives_the_same_bytes(folder, small, tmp_path):
    write_site(small, tmp_path / "again")
    for path in folder.rglob("*"):
        if path.is_file():
            assert (tmp_path / "again" / path.relative_to(folder)).read_bytes() == path.read_bytes()


def test_a_site_is_replaced_and_nothing_else_is(folder, small, tmp_path):
    target = tmp_path / "site"
    target.mkdir()
    (target / "mine.txt").write_text("mine")
    with pytest.raises(CannotWrite, match="is no site"):
        write_site(small, target)
    assert [path.name for path in target.iterdir()] == ["mine.txt"]
    (target / "mine.txt").unlink()
    assert write_site(small, target).files > 20
    (target / "claim" / "mine.txt").write_text("mine")
    with pytest.raises(CannotWrite, match="Take it out first"):
        write_site(small, target)


def test_a_failure_leaves_nothing_behind(tmp_path):
    file = tmp_path / "long.ttl"
    file.write_text(
        PREFIXES + LEAFLET + concept("a" * 300, "Concern") + claim("c", "a", "sessions")
    )
    with pytest.raises(CannotWrite, match="too long"):
        write_site(SkinGraph.read([file]), tmp_path / "site")
    assert [path.name for path in tmp_path.iterdir()] == ["long.ttl"]


def test_names_that_differ_by_case_alone_are_refused(tmp_path):
    file = tmp_path / "case.ttl"
    file.write_text(PREFIXES + LEAFLET + concept("Pore", "Concern") + concept("pore", "Concern"))
    with pytest.raises(CannotWrite, match="case makes no difference"):
        write_site(SkinGraph.read([file]), tmp_path / "site")


def test_the_command_writes_the_site_and_says_where(tmp_path, run, small):
    file = tmp_path / "small.ttl"
    file.write_text(PREFIXES + "".join(SMALL), encoding="utf-8")
    code, out, told = run("site", "--graph", str(file), "-o", str(tmp_path / "site"))
    assert (code, out) == (0, "")
    assert "index.html" in told
    assert (tmp_path / "site" / "index.html").is_file()


def test_a_server_shows_lessons_and_the_matrix_too(tmp_path):
    with running(tmp_path) as server:
        lesson = server.get("/lessons/lasers-compared")
        assert (lesson.status, lesson.media) == (200, "text/html"), lesson.text
        assert "<svg xmlns" in lesson.text
        assert 'href="../claim/' in lesson.text
        assert 'lessons/lasers-compared"' in server.get("/lessons/").text
        assert "data-manner" in server.get("/matrix").text
        assert '"lasers-compared"' in server.get("/").text
        assert server.get("/lessons/none").status == 404
