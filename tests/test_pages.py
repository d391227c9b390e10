"""A page says all that the graph says of a thing, leads to it, and runs nothing that it holds."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pyoxigraph as ox
import pytest
from tests.browser import untroubled, violations, visiting
from tests.pieces import claim, concept
from tests.server import running

from skingraph import maps, pages
from skingraph.catalogue import catalogue
from skingraph.index import ClaimIndex
from skingraph.loading import SCHEMA_GRAPH
from skingraph.pages import about
from skingraph.prefixes import PREFIXES, SKG, SKIN
from skingraph.store import SkinGraph

KINDS = [
    "/concepts",
    "/queries/",
    "/queries/treatments-for-concern",
    "/query",
    "/schema",
    "/microneedling",
    "/acne-scar",
    "/claim/smartskin-advised-against-darker-skin",
    "/source/smartskin-overview",
    "/passage/smartskin-3007-3114",
]
# The service has these beside the pages.
OTHERS = {"/sparql", "/.well-known/void"}
IMAGE = "\\\"'><img src=x onerror=window.hacked=1><script>window.hacked=1</script>"
HOSTILE = (
    f'skin:trap a skg:Treatment ; skos:prefLabel "{IMAGE}"@en ; skos:altLabel "{IMAGE} two"@en ;'
    f' skos:definition "{IMAGE}"@en ; skos:exactMatch <javascript:window.hacked=1> .\n'
    f'skin:bait a skg:Concern ; skos:prefLabel "bait {IMAGE}"@en .\n'
)
VOID = {"meta", "link", "input", "br", "path"}


class Reader(HTMLParser):
    """The links, identifiers and words of a page; an element left open is an error."""

    def __init__(self, html):
        super().__init__()
        self.links, self.ids, self.words, self.elements = [], [], [], []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.elements.append((tag, given))
        self.links += [given[name] for name in ("href", "src", "action") if name in given]
        self.ids += [given["id"]] if "id" in given else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def html_of(graph, path, **params) -> str:
    html = pages.page(graph, path, params=params)
    assert html is not None, path
    return html


def read(graph, path, **params):
    return Reader(html_of(graph, path, **params))


def linked_claims(graph, path):
    links = read(graph, path).links
    return {SKIN + urlsplit(urljoin(path, link)).path[1:] for link in links if "claim/" in link} - {
        SKIN + "claim/"
    }


@pytest.mark.parametrize("path", KINDS)
def test_a_page_is_whole_and_says_what_it_is_and_of_when(graph, path):
    html = html_of(graph, path)
    page = Reader(html)
    assert html.startswith('<!doctype html>\n<html lang="en">')
    assert "This informs; it is not medical advice." in page.text
    assert f"version {graph.release}" in page.text
    assert "CC BY 4.0" in page.text
    assert len(page.ids) == len(set(page.ids))
    ranks = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert ranks[0] == 1
    assert ranks.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(ranks))
    assert not any("style" in given for _, given in page.elements)
    assert not any(name.startswith("on") for _, given in page.elements for name in given)
    heads = [given for tag, given in page.elements if tag == "th"]
    assert all(given.get("scope") in ("col", "row") for given in heads)


@pytest.mark.parametrize("path", [*KINDS, "/redness", "/age", "/source/back-acne-medical-spa"])
def test_every_link_of_ours_leads_somewhere(graph, path):
    page = read(graph, path)
    for link in page.links:
        assert not link.startswith("/")
        if urlsplit(link).scheme:
            assert urlsplit(link).scheme in ("http", "https", "data")
            continue
        address = urlsplit(urljoin(f"http://site{path}", link))
        name = unquote(address.path)
        if name == path or name in OTHERS:
            assert not address.fragment or address.fragment in page.ids
        elif name.startswith("/static/"):
            assert pages.static_file(name.removeprefix("/static/")) is not None
        elif name.startswith("/queries/") and re.search(r"\.\w+$", name):
            assert pages.page(graph, name.rpartition(".")[0]) is not None
        elif name.endswith((".ttl", ".nt", ".jsonld", ".rdf")):
            assert pages.subject_of(graph, name.rpartition(".")[0]) is not None
        elif name == "/schema":
            assert not address.fragment or address.fragment in read(graph, "/schema").ids
        else:
            known = pages.subject_of(graph, name) or pages.page(graph, name)
            assert known is not None, link


@pytest.mark.parametrize(
    "slug",
    ["microneedling", "acne-scar", "smartskin-co2", "at-home-microneedling", "darker-skin-tone"],
)
def test_a_concept_page_and_its_rdf_hold_the_same_claims_as_the_graph(graph, slug):
    iri, index = SKIN + slug, ClaimIndex(graph)
    told = [one.claim for one in (*index.said_of(iri), *index.said_elsewhere(iri))]
    named = {one.iri for one in (*told, *index.naming(iri))}
    assert linked_claims(graph, f"/{slug}") == named
    part = pages.statements_about(graph, iri)
    said = ClaimIndex(SkinGraph(about.readable(graph, iri)[0].store))
    assert set(said.claims) == named
    assert {str(row["c"]) for row in part.select("SELECT ?c { ?c a skg:Claim }")} == named
    for query in (
        "ASK { ?c a skg:Claim . FILTER NOT EXISTS { ?c skg:passage/skg:source/dcterms:title ?t } }",
        "ASK { ?c a skg:Claim ; rdf:object ?o . FILTER NOT EXISTS { ?o skos:prefLabel ?l } }",
    ):
        assert not part.ask(query)


def test_a_concept_page_says_polarity_hedge_strength_scope_time_and_place(small):
    graph = small(
        concept("peel", "Treatment"),
        concept("scar", "Concern"),
        concept("heat", "Mechanism"),
        concept("flush", "PatientFactor"),
        concept("face", "BodySite"),
        concept("wash", "CareInstruction"),
        claim(
            "a",
            "peel",
            "treats",
            "scar",
            certainty="skg:Hedged",
            hedge='"may"',
            bodySite="skin:face",
            effect="skg:Reduces",
        ),
        claim("b", "peel", "hasMechanism", "heat", polarity="skg:Refutes"),
        claim("c", "peel", "contraindicatedIn", "flush", strength="skg:Relative"),
        claim("d", "peel", "careAfter", "wash", startHour="24.0"),
        claim("e", "peel", "downtime", minimum="2.0", maximum="4.0"),
    )
    text = read(graph, "/peel").text
    for words in (
        "hedged: may",
        "at the face",
        "does NOT work through",
        "is advised against in",
        "from 24 hours after the session on",
        "2 to 4 days",
        "characters 0 to 9",
        "Leaflet",
        "E2",
        "textbook",
    ):
        assert words in text
    denied = [
        given for tag, given in read(graph, "/peel").elements if "denied" in given.get("class", "")
    ]
    assert len(denied) == 1


def test_a_row_reads_in_the_order_of_speech_from_either_end(small):
    graph = small(
        concept("peel", "Treatment"),
        concept("wax", "Treatment"),
        concept("flush", "PatientFactor"),
        concept("burn", "PatientFactor"),
        concept("age", "PatientFactor"),
        concept("heat", "Mechanism"),
        concept("depth", "Attribute"),
        claim("a", "peel", "contraindicatedIn", "flush", strength="skg:Relative", hedge='"may"'),
        claim("b", "peel", "contraindicatedIn", "burn", strength="skg:Absolute"),
        claim("c", "peel", "consultFirstIn", "age"),
        claim("d", "peel", "hasMechanism", "heat", polarity="skg:Refutes"),
        claim("e", "peel", "comparedWith", "wax", direction="skg:More", attribute="skin:depth"),
        claim("f", "wax", "contraindicatedIn", "flush", strength="skg:Absolute"),
        claim("g", "wax", "contraindicatedIn", "flush", polarity="skg:Refutes"),
        claim("h", "wax", "hasMechanism", "heat", polarity="skg:Refutes"),
        claim("i", "wax", "hasMechanism", "heat", polarity="skg:Refutes", condition='"if cold"'),
    )
    text = read(graph, "/peel").text
    for words in (
        "is advised against in flush",
        "is refused in burn",
        "calls for advice first in age",
        "does NOT work through heat",
        "more depth compared with wax",
    ):
        assert words in text
    assert text.index("is refused in burn") < text.index("is advised against in flush")
    for path, words in (
        ("/flush", "peel is advised against in flush"),
        ("/flush", "wax is refused in flush"),
        ("/flush", "wax is NOT contraindicated in flush"),
        ("/age", "peel calls for advice first in age"),
        ("/heat", "peel does NOT work through heat"),
        ("/heat", "wax does NOT work through heat 1 source"),
        ("/wax", "does NOT work through heat 1 source"),
        ("/wax", "peel : more depth compared with wax"),
    ):
        assert words in read(graph, path).text
    html = html_of(graph, "/peel")
    assert '<b class="ask">calls for advice first in</b>' in html
    assert '<b class="not">is refused in</b>' in html
    assert "relative: advised against" in read(graph, "/claim/a").text


def test_details_are_told_apart_and_a_claim_without_polarity_is_no_denial(small):
    graph = small(
        concept("peel", "Treatment"),
        concept("scar", "Concern"),
        concept("mark", "Concern"),
        concept("face", "BodySite"),
        claim("a", "peel", "treats", "scar", bodySite="skin:face", condition='"if dry"'),
        claim("b", "peel", "treats", "mark", polarity="skg:Unknown"),
    )
    page = read(graph, "/peel")
    assert "at the face ; if dry" in page.text
    assert "neither affirmed nor denied" in page.text
    assert "NOT" not in page.text


def test_what_is_inherited_stands_apart_and_says_from_whom(small):
    graph = small(
        concept("laser", "Treatment"),
        concept("fine-laser", "Treatment", broader="laser"),
        concept("heat", "Mechanism"),
        concept("scar", "Concern"),
        claim("own", "fine-laser", "treats", "scar"),
        claim("donated", "laser", "hasMechanism", "heat"),
    )
    html = html_of(graph, "/fine-laser")
    before, _, after = html.partition('id="from-laser"')
    assert "claim/donated" in after
    assert "claim/donated" not in before
    assert "claim/own" in before
    assert "Said of laser, not of fine laser." in Reader(html).text


def test_what_is_much_is_folded_but_no_caution_and_no_denial(small):
    graph = small(
        concept("peel", "Treatment"),
        *(concept(f"scar-{n:02}", "Concern") for n in range(20)),
        *(concept(f"state-{n:02}", "PatientFactor") for n in range(20)),
        *(claim(f"a{n:02}", "peel", "treats", f"scar-{n:02}") for n in range(19)),
        claim("z", "peel", "treats", "scar-19", polarity="skg:Refutes"),
        *(claim(f"c{n:02}", "peel", "consultFirstIn", f"state-{n:02}") for n in range(20)),
    )
    folded = re.findall(
        r'<details class="rest">(.*?)</details>', html_of(graph, "/peel"), re.DOTALL
    )
    assert len(folded) == 1
    assert len(set(re.findall("claim/(a..)", folded[0]))) == 11
    assert "claim/z" not in folded[0]


def test_disagreement_is_said_and_nothing_said_is_said(small):
    graph = small(
        concept("peel", "Treatment"),
        concept("scar", "Concern"),
        concept("lonely", "Concern"),
        claim("yes", "peel", "treats", "scar"),
        claim("no", "peel", "treats", "scar", polarity="skg:Refutes"),
    )
    for path in ("/peel", "/scar"):
        text = read(graph, path).text
        assert "Where sources disagree" in text
        assert "said by one, denied by one" in text
    assert "No claim" in read(graph, "/peel").text.partition("Nothing said")[2]
    assert "downtime" in read(graph, "/peel").text.partition("Nothing said")[2]
    assert "No claim speaks of it" in read(graph, "/lonely").text
    assert "no evidence of safety" in read(graph, "/lonely").text


def test_the_page_of_a_factor_names_the_treatments_that_nobody_joins_to_it(small):
    graph = small(
        concept("peel", "Treatment"),
        concept("fine-peel", "Treatment", broader="peel"),
        concept("wax", "Treatment"),
        concept("flush", "PatientFactor"),
        claim("c", "peel", "consultFirstIn", "flush"),
    )
    before, _, silence = read(graph, "/flush").text.partition("Nothing said")
    silence = silence.partition("Use and cite")[0]
    assert "names flush together with: wax ." in silence
    assert "not thereby safe" in silence
    assert "peel calls for advice first in flush , hence for fine peel" in before


def test_a_fold_names_hedged_things_as_hedged_and_hides_no_red_flag(small):
    graph = small(
        concept("peel", "Treatment"),
        concept("fine-peel", "Treatment", broader="peel"),
        concept("heat", "Mechanism"),
        *(concept(f"flag-{n:02}", "SideEffect") for n in range(20)),
        claim("a", "peel", "hasMechanism", "heat", certainty="skg:Hedged", hedge='"may"'),
        *(claim(f"r{n:02}", f"flag-{n:02}", "redFlagAfter", "peel") for n in range(20)),
    )
    assert "heat (hedged)" in read(graph, "/fine-peel").text
    assert 'class="rest"' not in html_of(graph, "/peel")


def test_a_page_too_full_keeps_the_cautions_and_says_what_it_leaves_out(small, monkeypatch):
    graph = small(
        concept("peel", "Treatment"),
        concept("flush", "PatientFactor"),
        *(concept(f"scar-{n}", "Concern") for n in range(6)),
        *(claim(f"a{n}", "peel", "treats", f"scar-{n}") for n in range(6)),
        claim("z", "peel", "contraindicatedIn", "flush", strength="skg:Absolute"),
    )
    monkeypatch.setattr(about, "READABLE", 3)
    page = read(graph, "/peel")
    assert any("claim/z" in link for link in page.links)
    assert "4 more claims are not shown" in page.text
    silence = page.text.partition("Nothing said")[2].partition("Use and cite")[0]
    assert "treats" not in silence
    assert "works through" in silence
    part = pages.statements_about(graph, SKIN + "peel")
    assert len(part.select("SELECT ?c { ?c a skg:Claim }")) == 7


def test_the_schema_page_documents_every_term(graph):
    page = read(graph, "/schema")
    for quad in graph.store.quads_for_pattern(
        None, ox.NamedNode(PREFIXES["rdfs"] + "comment"), None, SCHEMA_GRAPH
    ):
        if quad.subject.value.startswith(SKG):
            assert quad.subject.value.removeprefix(SKG) in page.ids
            assert quad.object.value in page.text
    assert "week (unit:WK)" in page.text
    assert "does NOT treat" in page.text
    assert "biolink:contraindicated_in" in page.text
    uses = len(ClaimIndex(graph).where(predicate="treats"))
    assert f"used by {uses} claims, such as" in page.text
    part = pages.statements_about(graph, SKIN + "schema")
    assert len(part) == len(list(graph.store.quads_for_pattern(None, None, None, SCHEMA_GRAPH)))


def test_a_source_lists_its_passages_and_claims_by_offset(graph):
    index = ClaimIndex(graph)
    mine = [
        c
        for c in index.claims.values()
        if index.sources[SKIN + "source/smartskin-overview"] in c.sources
    ]
    assert linked_claims(graph, "/source/smartskin-overview") == {c.iri for c in mine}
    html = html_of(graph, "/source/smartskin-overview")
    starts = [int(found) for found in re.findall(r'scope="row"><a [^>]+>(\d+) to', html)]
    assert len(starts) > 50
    assert starts == sorted(starts)


@pytest.mark.parametrize(
    "path",
    [
        "/nothing-such",
        "/../secret",
        "//microneedling",
        "/claim/",
        "/a b",
        "/<x>",
        "/x\\y",
        "microneedling",
        "",
        "/sparql",
        "/static/x",
        "/queries/nothing-such",
        "/microneedling/",
    ],
)
def test_a_path_of_nothing_has_no_page(graph, path):
    assert pages.subject_of(graph, path) is None
    assert pages.page(graph, path) is None


def test_hostile_words_and_addresses_stay_words(small):
    graph = small(HOSTILE, claim("c", "trap", "treats", "bait"), concept("ok", "Concern"))
    for path in (
        "/",
        "/query",
        "/trap",
        "/bait",
        "/claim/c",
        "/source/leaflet",
        "/schema",
        "/passage/leaflet-0-9",
    ):
        html = html_of(graph, path)
        assert "<img" not in html
        assert "<script>window" not in html
        assert not any(link.startswith("javascript") for link in Reader(html).links)
    html = html_of(graph, "/concepts", q="<script>alert(1)</script>")
    assert "<script>alert" not in html
    html = html_of(graph, "/queries/treatments-for-concern", concern="<script>alert(1)")
    assert "<script>alert" not in html
    assert "nothing is called" in Reader(html).text


def test_names_in_other_languages_carry_their_language(small):
    graph = small(concept("scar", "Concern"), 'skin:scar skos:altLabel "ندبة"@ar .\n')
    page = read(graph, "/scar")
    assert ("bdi", {"lang": "ar", "dir": "auto"}) in page.elements


def test_the_home_page_finds_by_synonym_without_a_script(graph):
    page = read(graph, "/concepts", q="derma rolling")
    assert "at-home microneedling" in page.text.partition("Ways in")[0]
    assert "No concepts for" in read(graph, "/concepts", q="qqqqqq").text


def test_a_named_query_answers_on_its_page(graph):
    asked = read(graph, "/queries/treatments-for-concern", concern="acne scarring", ask="1")
    rows = len(asked.text.partition("Its text")[0].split("SmartSkin CO2"))
    assert rows > 1
    assert any("treatments-for-concern.csv?concern=acne" in link for link in asked.links)
    assert any("#example=treatments-for-concern&concern=acne" in link for link in asked.links)
    everything = read(graph, "/queries/treatments-for-concern", ask="1")
    assert "The first" in everything.text or "rows" in everything.text
    assert "nothing is called" in read(graph, "/queries/treatments-for-concern", concern="zzz").text
    empty = read(graph, "/queries/sessions", treatment="chemical peel", ask="1").text
    assert "no evidence of safety" in empty or "row" in empty


def test_a_named_query_leaves_out_what_repeats_and_keeps_rows_under_their_heads(small):
    graph = small(
        concept("peel", "Treatment"),
        concept("scar", "Concern"),
        claim("c", "peel", "treats", "scar", certainty="skg:Hedged", hedge='"may"'),
    )
    html = html_of(graph, "/queries/treatments-for-concern", concern="scar", ask="1")
    table = html.partition('<table class="answer">')[2].partition("</table>")[0]
    heads = re.findall('<th scope="col"><bdi>(.*?)</bdi>', table)
    cells = [re.sub("<.*?>", "", cell) for cell in re.findall("<td>(.*?)</td>", table)]
    row = dict(zip(heads, cells, strict=True))
    assert "concernLabel" not in row
    assert row["concern"] == "scar"
    assert row["treatment"] == "peel"
    assert row["certainty"] == "hedged"
    assert row["hedge"] == "may"
    assert row["claim"] == "claim:c"


def test_a_claim_on_two_passages_is_cited_with_both(graph):
    told = next(c for c in ClaimIndex(graph).claims.values() if len(c.passages) > 1)
    html = html_of(graph, f"/{told.iri.removeprefix(SKIN)}")
    cited = html.partition("<p data-copy>")[2].partition("</p>")[0]
    for passage in told.passages:
        assert f"characters {passage.start} to {passage.end};" in cited


def test_every_query_of_the_catalogue_has_a_page(graph):
    listed = read(graph, "/queries/")
    for query in catalogue():
        assert query.summary in listed.text
        assert query.summary in read(graph, f"/queries/{query.name}").text


def test_pages_for_a_static_site_link_to_files(graph):
    page = Reader(pages.page(graph, "/claim/smartskin-advised-against-darker-skin", ending=".html"))
    assert "../smartskin-co2.html" in page.links
    assert "../schema.html#contraindicatedIn" in page.links


def test_what_is_prepared_writes_pages_where_no_file_can_be_opened(tmp_path):
    code = f"""
import resource
from skingraph import maps, pages
from skingraph.store import SkinGraph
graph = SkinGraph.load()
pages.prepare(graph)
resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
paths = {KINDS!r} + ["/redness", "/age", "/queries/contraindications"]
sizes = [len(pages.page(graph, path)) for path in paths]
sizes.append(len(pages.page(graph, "/queries/sessions", params={{"treatment": "microneedling"}})))
sizes.append(len(pages.page(graph, "/concepts", params={{"q": "acne scra"}})))
sizes.append(len(pages.statements_about(graph, "{SKIN}redness")))
sizes.append(len(pages.static_file("pages.css")[0]))
print(min(sizes) > 50)
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert said.stdout == "True\n", said.stderr


def test_importing_pages_imports_nothing_heavy():
    code = "import sys, skingraph.pages; print({'jinja2', 'rdflib', 'nicegui'} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "set()\n"


# In the browser


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("pages")) as server:
        yield server


@pytest.fixture(scope="module")
def regular(browser, server):
    with visiting(browser, server.base) as visitor:
        yield visitor


@pytest.fixture
def visitor(regular):
    with untroubled(regular):
        yield regular


@pytest.mark.parametrize(
    "path",
    [
        "/concepts",
        "/at-home-microneedling",
        "/schema",
        "/queries/treatments-for-concern?concern=acne+scar",
        "/source/back-acne-medical-spa",
    ],
)
def test_assistive_tools_find_their_way_in_light_and_dark(visitor, path):
    page = visitor.open(path)
    # Of things of a kind the first few are looked at; axe takes its time for each.
    page.evaluate(
        "document.querySelectorAll('.term:nth-child(n+3), .content section:nth-of-type(n+5),"
        " .claim:nth-child(n+4), .group:nth-child(n+4), tr:nth-child(n+6), li:nth-child(n+8)')"
        ".forEach((one) => one.remove())"
    )
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, rules=["color-contrast"]) == []


def test_no_page_is_wider_than_the_screen(visitor):
    page = visitor.open("/concepts")
    for path in KINDS:
        page.goto(visitor.base + path[1:])
        for width in (360, 1440, 1920):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)


def test_pages_need_no_script(visitor):
    page = visitor.open("/at-home-microneedling", java_script_enabled=False)
    page.get_by_role("link", name="microneedling", exact=True).first.click()
    assert page.title() == "microneedling - skingraph"
    page.locator("summary").first.click()
    page.get_by_role("link", name="Concepts").click()
    page.get_by_label("Find a concept by any of its names").fill("acne scarring")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="acne scar", exact=True).first.click()
    assert page.get_by_role("heading", level=1).text_content() == "acne scar"


def test_the_first_tab_leads_to_the_content(visitor):
    page = visitor.open("/acne-scar")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_printing_shows_what_is_folded(visitor):
    page = visitor.open("/acne-scar")
    folded = page.locator("details:not([open]) .claim").first
    assert not folded.is_visible()
    page.emulate_media(media="print")
    assert folded.is_visible()


def test_a_printed_answer_is_not_cut(visitor):
    page = visitor.open("/queries/treatments-for-concern?concern=acne+scar")
    page.set_viewport_size({"width": 1000, "height": 900})
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1000
    assert page.get_by_label("concern", exact=True).is_visible()


def test_machines_get_the_same_from_the_same_address(server):
    reply = server.get("/acne-scar", Accept="text/turtle")
    assert reply.media == "text/turtle"
    triples = set(ox.parse(reply.body, format=ox.RdfFormat.TURTLE))
    linked = {quad.subject.value for quad in triples if quad.object == ox.NamedNode(SKG + "Claim")}
    html = server.get("/acne-scar", Accept="text/html").text
    assert linked == {SKIN + link for link in re.findall(r'href="\./(claim/[^"]+)"', html)}
    for ending in ("ttl", "nt", "jsonld", "rdf"):
        assert server.get(f"/acne-scar.{ending}").status == 200


def test_the_pages_are_no_files_of_others():
    """What we serve of others comes from an installed package, not from our folder."""
    folder = Path(maps.__file__).parent / "templates"
    assert not [file.name for file in folder.iterdir() if "codemirror" in file.name.lower()]
