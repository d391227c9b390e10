"""The query page in a real browser over a real server: write, choose, run, sort, share, download."""

import csv
import importlib.util
import io
import os
import re
from contextlib import contextmanager

import pytest
from tests.browser import untroubled, violations, visiting
from tests.pieces import LEAFLET, PREFIXES, claim, concept
from tests.server import running

IMAGE = "<img src=x onerror=window.hacked=1>"
TRAP = (
    f'skin:trap a skg:Treatment ; skos:prefLabel "trap {IMAGE}"@en ; skos:altLabel "{IMAGE}"@en .\n'
)
ARABIC = 'skin:scar skos:altLabel "ندبة"@ar .\n'
ALL = "SELECT ?treatment ?label WHERE { ?treatment a skg:Treatment ; skos:prefLabel ?label }"


@pytest.fixture(scope="module")
def rich(tmp_path_factory):
    """The shipped graph, with the editor of the extra."""
    assert importlib.util.find_spec("nicegui"), "the group dev has it: uv sync"
    with running(tmp_path_factory.mktemp("rich")) as server:
        yield server


@contextmanager
def without_the_extra(folder):
    """The same where the editor's package is not to be found: an empty one stands before it."""
    (folder / "nicegui").mkdir()
    (folder / "nicegui" / "__init__.py").touch()
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(folder), before]))
    try:
        yield
    finally:
        del os.environ["PYTHONPATH"]
        if before is not None:
            os.environ["PYTHONPATH"] = before


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """A small graph with words that would like to be markup, and no editor but a text field."""
    folder = tmp_path_factory.mktemp("plain")
    data = folder / "mine.ttl"
    data.write_text(
        PREFIXES
        + LEAFLET
        + TRAP
        + concept("scar", "Concern")
        + concept("acne-scar", "Concern")
        + ARABIC
        + claim("c", "trap", "treats", "scar"),
        encoding="utf-8",
    )
    with (
        without_the_extra(folder),
        running(folder, "--graph", str(data), "--timeout", "2") as server,
    ):
        yield server


@pytest.fixture(scope="module")
def rich_visitor(browser, rich):
    with visiting(browser, rich.base) as visitor:
        yield visitor


@pytest.fixture(scope="module")
def plain_visitor(browser, plain):
    with visiting(browser, plain.base) as visitor:
        yield visitor


@pytest.fixture
def open_rich(rich_visitor):
    with untroubled(rich_visitor) as visitor:
        yield lambda address="/query": ready(visitor.open(address))


@pytest.fixture
def open_plain(plain_visitor):
    with untroubled(plain_visitor) as visitor:
        yield lambda address="/query": ready(visitor.open(address))


@pytest.fixture(params=["rich", "plain"])
def open_either(request):
    return request.getfixturevalue(f"open_{request.param}")


def ready(page):
    page.wait_for_selector("#ask[data-ready]")
    return page


def editor(page):
    return page.get_by_role("textbox", name="SPARQL query")


def text_of(page):
    if page.locator("#text").is_visible():
        return page.locator("#text").input_value()
    return "\n".join(page.locator(".cm-line").all_text_contents())


def write(page, text):
    editor(page).click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(text)


def run(page, state="answered"):
    page.locator("#ask").evaluate("one => delete one.dataset.state")
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_selector(f"#ask[data-state={state}]")


def column(page, number):
    return page.locator(f"#results tbody td:nth-child({number})").all_inner_texts()


def test_the_editor_highlights_what_is_written(open_rich):
    page = open_rich()
    write(page, 'SELECT ?x WHERE { ?x skg:treats skin:acne-scar . FILTER (?x != "no") } # why')
    for kind, words in (
        ("keyword", "SELECT"),
        ("atom", "skg:treats"),
        ("string", '"no"'),
        ("comment", "# why"),
    ):
        found = page.locator(f".is-{kind}").filter(has_text=words)
        found.first.wait_for()
    shown = "one => getComputedStyle(one).color"
    colours = {
        page.locator(f".is-{kind}").first.evaluate(shown)
        for kind in ("keyword", "atom", "string", "comment", "variableName-local")
    }
    assert len(colours) == 5


def test_typing_a_label_completes_to_its_name_and_declares_the_prefix(open_either):
    page = open_either()
    write(page, "ASK { ?t skg:treats ")
    page.keyboard.type("acne sc", delay=15)
    option = page.get_by_role("option").filter(has_text="skin:acne-scar").first
    option.wait_for()
    # The editor takes no key for a list that has only just opened, so that nobody picks unawares.
    page.wait_for_timeout(120)
    if editor(page).get_attribute("aria-activedescendant") is None:
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert "skg:treats skin:acne-scar" in text_of(page)
    assert text_of(page).startswith("PREFIX skin: <https://w3id.org/skingraph/>")


def test_prefixes_terms_variables_and_keywords_are_offered(open_rich):
    page = open_rich()
    for typed, offered in (
        ("PREFIX sko", "skos:"),
        ("ASK { ?x skg:contraind", "skg:contraindicatedIn"),
        ("ASK { ?x a side eff", "skg:SideEffect"),
        ("ASK { ?c rdf:predicate side eff", "skg:hasSideEffect"),
        ("SELECT ?treatment { ?tr", "?treatment"),
        ("FILT", "FILTER"),
    ):
        write(page, typed[:-1])
        page.keyboard.type(typed[-1])
        page.locator(".cm-tooltip [role=option]").first.filter(has_text=offered).wait_for()
        page.keyboard.press("Escape")


def test_a_value_of_a_list_is_offered_once(open_rich):
    page = open_rich()
    write(page, "ASK { ?c ?p hedge")
    page.keyboard.type("d")
    page.get_by_role("option").filter(has_text="skg:Hedged").first.wait_for()
    found = page.get_by_role("option").filter(has_text="skg:Hedged").all_text_contents()
    assert [words.split(" · ")[-1] for words in found] == ["certainty"]


def test_rows_have_labels_and_lead_to_the_pages_of_things(open_rich):
    page = open_rich()
    write(
        page,
        "SELECT ?claim ?thing ?source WHERE { ?claim rdf:subject ?thing ; rdf:object skin:acne-scar ; skg:passage/skg:source ?source } ORDER BY ?claim LIMIT 5",
    )
    run(page)
    assert re.fullmatch(r"5 rows in [0-9.]+ s\.", page.locator("#summary").inner_text())
    assert re.match("claim:", column(page, 1)[0])
    label, name = column(page, 2)[0].split("\n")
    assert name.startswith("skin:")
    assert label != name
    assert "source:" in column(page, 3)[0].split("\n")[1]
    page.locator("#results td a").nth(1).click()
    assert page.locator("h1").text_content() == label


def test_the_table_sorts_by_label_and_by_number_and_back(open_rich):
    page = open_rich()
    write(
        page,
        "SELECT ?n ?c WHERE { VALUES (?n ?c) { (10 skin:scar) (9 skin:acne-scar) (100 skin:redness) (UNDEF skin:age) } }",
    )
    run(page)
    given = column(page, 1)
    page.get_by_role("button", name="n", exact=True).click()
    assert column(page, 1) == ["9", "10", "100", ""]
    assert page.locator("th[aria-sort=ascending]").count() == 1
    page.get_by_role("button", name="n", exact=True).click()
    assert column(page, 1) == ["100", "10", "9", ""]
    page.get_by_role("button", name="n", exact=True).click()
    assert column(page, 1) == given
    page.get_by_role("button", name="c", exact=True).click()
    labels = [cell.split("\n")[0] for cell in column(page, 2)]
    assert labels == sorted(labels, key=str.casefold)


def test_many_rows_come_in_pages_and_sorting_sorts_them_all(open_rich):
    page = open_rich()
    write(page, "SELECT ?claim WHERE { ?claim a skg:Claim } ORDER BY ?claim")
    run(page)
    total = int(page.locator("#summary").inner_text().split()[0])
    assert total > 1000
    assert len(column(page, 1)) == 200
    first = column(page, 1)[0]
    page.get_by_role("button", name="Next").click()
    assert page.get_by_text(f"Rows 201 to 400 of {total}").is_visible()
    page.get_by_role("button", name="claim", exact=True).click()
    page.get_by_role("button", name="claim", exact=True).click()
    assert column(page, 1)[0] > first


def test_a_link_brings_the_query_back_and_does_not_run_it(open_either):
    page = open_either()
    query = 'SELECT ?x WHERE {\n  ?x skos:prefLabel "a+b &c #d % ندبة" . # ✓\n}'
    write(page, query)
    page.get_by_role("button", name="Copy a link").click()
    page.wait_for_function("location.hash.startsWith('#query=')")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    ready(page)
    assert text_of(page).strip() == query
    assert page.locator("#answer").is_hidden()
    assert not [url for url in asked if url.endswith("/sparql")]
    run(page)
    assert page.url == address


def test_an_example_takes_its_parameters_into_the_text(open_rich, rich):
    page = open_rich("/query#example=treatments-for-concern")
    assert page.locator("#example").input_value() == "treatments-for-concern"
    field = page.get_by_label("concern", exact=True)
    field.fill("acne scarring")
    field.press("Tab")
    assert "VALUES ?concern { skin:acne-scar }" in text_of(page)
    run(page)
    count = page.locator("#summary").inner_text().split()[0]
    same = rich.get("/queries/treatments-for-concern.csv?concern=acne+scar").text
    assert int(count) == len(list(csv.reader(io.StringIO(same)))) - 1
    field.fill("nonsense")
    field.press("Tab")
    assert page.get_by_text("is no concern").is_visible()
    assert "VALUES ?concern" not in text_of(page)
    offered = page.locator("#parameter-concern-choices option").evaluate_all(
        "all => all.map(one => one.value)"
    )
    assert "acne scar" in offered
    assert "microneedling" not in offered


def test_a_link_to_an_example_brings_the_values_of_its_parameters(open_rich):
    page = open_rich("/query#example=treatments-for-concern&concern=acne+scar")
    assert page.get_by_label("concern", exact=True).input_value() == "acne scar"
    assert "VALUES ?concern { skin:acne-scar }" in text_of(page)


def test_every_example_runs_as_it_is_with_its_first_parameter_bound(open_rich, rich):
    """What VALUES makes of each text still parses."""
    page = open_rich()
    data = page.evaluate(
        """async () => {
          const { bound } = await import(new URL("static/completion.js", location.href).href);
          const known = JSON.parse(document.getElementById("known").textContent);
          return known.examples.filter((one) => one.parameters.length)
            .map((one) => [one.name, bound(one.text, one.parameters[0][0], one.parameters[0][1].startsWith("xsd:") ? "1" : "skin:none"), bound(bound(one.text, one.parameters[0][0], "skin:none"), one.parameters[0][0], "") === one.text]);
        }"""
    )
    assert len(data) > 20
    for name, text, is_undone in data:
        assert is_undone, name
        assert "VALUES ?" in text, name
        assert (
            rich.ask(text, headers={"Accept": "application/sparql-results+json"}).status == 200
        ), name


def test_downloads_hold_the_answer_in_every_format(open_rich, rich):
    page = open_rich()
    write(page, ALL)
    run(page)
    links = page.locator("#downloads a").evaluate_all(
        "all => all.map(one => [one.textContent, one.getAttribute('href')])"
    )
    assert [name for name, _ in links] == ["CSV", "TSV", "JSON", "XML"]
    kinds = {
        "CSV": "text/csv",
        "TSV": "text/tab-separated-values",
        "JSON": "application/sparql-results+json",
        "XML": "application/sparql-results+xml",
    }
    for name, address in links:
        reply = rich.get("/" + address.removeprefix("./"))
        assert (reply.status, reply.media) == (200, kinds[name])
    write(
        page,
        ALL.replace("SELECT ?treatment ?label", "CONSTRUCT { ?treatment skos:prefLabel ?label }"),
    )
    run(page)
    links = page.locator("#downloads a").evaluate_all(
        "all => all.map(one => one.getAttribute('href'))"
    )
    media = ["text/turtle", "application/n-triples", "application/ld+json", "application/rdf+xml"]
    assert [rich.get("/" + address.removeprefix("./")).media for address in links] == media


def test_a_long_query_is_downloaded_by_a_form(open_plain):
    page = open_plain()
    write(page, ALL + " # " + "long " * 1500)
    run(page)
    with page.expect_response(lambda reply: reply.url.endswith("/sparql")) as sent:
        page.locator("#downloads button").first.click()
    assert sent.value.status == 200
    assert sent.value.headers["content-type"].startswith("text/csv")


def test_yes_no_and_triples_are_shown_as_well(open_either):
    page = open_either()
    write(page, "ASK { ?x a skg:Treatment }")
    run(page)
    assert page.locator("#results").inner_text() == "Yes"
    write(page, "CONSTRUCT { ?x a skg:Treatment } WHERE { ?x a skg:Treatment }")
    run(page)
    assert (
        "skg:Treatment" in page.locator("#results code").inner_text()
        or "schema#Treatment" in page.locator("#results code").inner_text()
    )


def test_an_error_is_told_and_marked_where_it_is(open_either):
    page = open_either()
    write(page, "SELECT ?x\nWHERE {\n  ?x skg:treats !!! .\n}")
    run(page, "failed")
    assert "3:" in page.get_by_role("alert").inner_text()
    assert "\\u{" not in page.get_by_role("alert").inner_text()
    assert editor(page).get_attribute("aria-invalid") == "true"
    if page.locator("#text").is_visible():
        assert page.evaluate("document.activeElement.selectionStart") > len(
            "SELECT ?x\nWHERE {\n  ?x"
        )
    else:
        assert page.locator(".wrong-line").inner_text().strip() == "?x skg:treats !!! ."
    write(page, ALL)
    run(page)
    assert page.get_by_role("alert").inner_text() == ""
    assert editor(page).get_attribute("aria-invalid") is None


def test_an_empty_answer_is_no_evidence_of_safety(open_rich):
    page = open_rich()
    write(page, "SELECT ?x WHERE { ?x skg:treats skin:no-such-thing }")
    run(page)
    assert page.locator("#summary").inner_text().startswith("No rows")
    note = page.locator("#note").inner_text()
    assert "no evidence of safety" in note
    assert "skin:no-such-thing" in note


def test_a_stopped_query_shows_why_and_no_rows(open_plain):
    page = open_plain()
    page.on("console", lambda message: None)
    write(page, "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }")
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_role("button", name="Stop").click()
    page.wait_for_selector("#ask[data-state=failed]")
    assert "Stopped" in page.get_by_role("alert").inner_text()
    assert page.locator("#answer").is_hidden()


def test_hostile_words_stay_words(open_plain):
    page = open_plain()
    write(
        page,
        f'SELECT ?x ?label ("{IMAGE}" AS ?{"img"}) WHERE {{ ?x skos:prefLabel ?label }} ORDER BY ?x',
    )
    run(page)
    assert IMAGE in page.locator("#results").inner_text()
    write(page, "ASK { ?x ?p ")
    page.keyboard.type("trap <im"[:4], delay=15)
    page.get_by_role("option").filter(has_text="trap").first.wait_for()
    page.locator("#example").select_option("treatments-for-concern")
    page.goto(page.url.split("#")[0] + f"#query={IMAGE}")
    write(
        page,
        'SELECT ?x WHERE { VALUES ?x { <javascript:alert(1)> <urn:a> <https://example.org/a> "<b>" } }',
    )
    run(page)
    links = page.locator("#results td a")
    assert links.evaluate_all("all => all.map(one => [one.href, one.rel])") == [
        ["https://example.org/a", "noopener noreferrer"]
    ]
    assert page.locator("#results img, #results b").count() == 0
    assert page.evaluate("window.hacked") is None


def test_it_works_by_keyboard_alone(open_either):
    page = open_either()
    editor(page).focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(ALL)
    page.keyboard.press("Escape")
    page.keyboard.press("ControlOrMeta+Enter")
    page.wait_for_selector("#ask[data-state=answered]")
    assert column(page, 1)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "run"
    for _ in range(12):
        if page.evaluate("document.activeElement.className") == "sort":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator("th[aria-sort=ascending]").count() == 1
    editor(page).focus()
    page.keyboard.press("Shift+Tab")
    assert page.evaluate(
        "document.activeElement.closest('.examples') !== null || document.activeElement.tagName === 'A'"
    )


def test_assistive_tools_find_their_way_in_light_and_dark(open_either):
    page = open_either("/query#example=treatments-for-concern")
    # A short text and a short answer, since axe looks at each piece of them.
    write(page, 'SELECT ?x ("a" AS ?y) WHERE { ?x a skg:Treatment } LIMIT 2 # few')
    run(page)
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, rules=["color-contrast"]) == []


def test_the_page_fits_narrow_and_wide_screens(open_rich):
    page = open_rich("/query#example=treatments-for-concern")
    run(page)
    for width in (360, 1440, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_the_extra_the_page_says_which_brings_highlighting(open_plain):
    page = open_plain()
    assert page.locator("#text").is_visible()
    assert "pip install 'skingraph[editor]'" in page.locator("#keys").inner_text()
    write(page, "SELECT ?l WHERE { skin:scar skos:altLabel ?l }")
    run(page)
    assert page.locator("#results bdi[lang=ar]").inner_text() == "ندبة"


def test_without_a_script_the_query_can_still_be_sent(browser, plain):
    # Nobody listens to its console: Chromium complains of the viewer in which it shows the answer.
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{plain.base}query")
    assert page.get_by_role("button").all_inner_texts() == ["Run"]
    assert page.locator("#example").is_hidden()
    page.locator("#text").fill(ALL)
    with page.expect_response(lambda reply: reply.url.endswith("/sparql")) as sent:
        page.get_by_role("button", name="Run", exact=True).click()
    assert sent.value.status == 200
    context.close()
