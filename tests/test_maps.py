"""The explorer is one file: the tested engine, a strict policy, the same bytes, a bounded size."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import itertools
import json
import os
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from tests.pieces import ROOT, claim, concept

import skingraph
from skingraph.concepts import Lexicon
from skingraph.engine import TESTED_PYVIS, TESTED_SHA256, VIS_NETWORK, vis_network
from skingraph.errors import MissingExtra
from skingraph.index import ClaimIndex
from skingraph.lanes import LANES, place
from skingraph.maps import SCRIPTS, STYLES, draw, script, style
from skingraph.picture import choose, links_of
from skingraph.symbols import SYMBOLS

TEMPLATES = files("skingraph") / "templates"
PALETTE = (TEMPLATES / "palette.css").read_text(encoding="utf-8")
SOURCE = str(Path(skingraph.__file__).parents[1])


@pytest.fixture(scope="module")
def page(graph):
    return draw(graph)


def first(pattern: str, text: str, flags: int = 0) -> str:
    found = re.search(pattern, text, flags)
    assert found is not None, pattern
    return found[1]


def run_python(code, *arguments, **variables):
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        check=True,
        env=os.environ | {"PYTHONPATH": SOURCE} | variables,
    ).stdout


def test_pyvis_and_its_vis_network_are_the_tested_ones():
    """When this fails, look at the explorer in a browser before you write the new numbers down."""
    assert importlib.metadata.version("pyvis") == TESTED_PYVIS
    spec = importlib.util.find_spec("pyvis")
    assert spec is not None
    assert spec.submodule_search_locations
    found = Path(spec.submodule_search_locations[0], VIS_NETWORK).read_bytes()
    assert hashlib.sha256(found).hexdigest() == TESTED_SHA256
    assert b"</script" not in found.lower()
    assert b"<!--" not in found


def test_a_pyvis_without_the_script_is_told(monkeypatch):
    monkeypatch.setattr("skingraph.engine.VIS_NETWORK", "templates/elsewhere.js")
    with pytest.raises(MissingExtra, match="pip install"):
        vis_network()


def test_importing_maps_imports_nothing_heavy():
    code = (
        "import sys, skingraph.maps; "
        "print({'pyvis', 'jinja2', 'networkx', 'IPython', 'rdflib'} & set(sys.modules))"
    )
    assert run_python(code) == b"set()\n"


def test_pyvis_holds_the_network(graph):
    from pyvis.network import Network

    from skingraph.atlas import atlas_of

    atlas = atlas_of(graph)
    net = atlas.network()
    assert isinstance(net, Network)
    assert {node["id"] for node in net.nodes} >= {"microneedling", "acne-scar"}
    told = {edge["id"] for edge in net.edges if "inherits" not in edge}
    told |= {record["id"] for node in net.nodes for record in node["numbers"]}
    assert told == {named.rpartition("/")[2] for named in atlas.index.claims}
    heirs = [edge for edge in net.edges if "inherits" in edge]
    assert len(heirs) == sum(map(len, atlas.index.inherited.values()))


def test_nothing_but_our_hashed_scripts_may_run(page):
    head, _, body = page.partition("<title>")
    policy = first(r'Content-Security-Policy" content="([^"]+)"', head)
    policy = policy.replace("&#39;", "'")
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "'self'" not in policy
    assert "*" not in policy
    assert "http" not in policy
    inline = re.findall(r"<script>(.*?)</script>", body, re.DOTALL)
    assert len(inline) == 2
    for text in inline:
        assert hash_of(text) in policy
    assert hash_of(first("<style>(.*?)</style>", body, re.DOTALL)) in policy
    assert not re.search(r"<[^>]+\s(on\w+|style)=", body.split("<script")[0])


def hash_of(text):
    import base64

    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_the_page_names_no_address_of_the_web_to_load(page):
    outside = page.split('id="atlas"')[0]
    assert not re.search(r"(src|href)=\"(?!data:|#)", outside)
    assert "url(" not in style()
    assert not re.search(r"\b(fetch|XMLHttpRequest|WebSocket|sendBeacon|importScripts)\b", script())
    assert "innerHTML" not in script()


def test_the_shipped_graph_makes_less_than_a_megabyte(page):
    assert len(page.encode()) <= 1_000_000


def test_every_part_of_the_page_is_joined():
    folder = TEMPLATES / "explorer"
    parts = {file.name for file in folder.iterdir()}
    assert parts == {f"{name}.js" for name in SCRIPTS} | {f"{name}.css" for name in STYLES} | {
        "explorer.html.j2"
    }


@pytest.mark.parametrize("focus", ["", "microneedling"])
def test_the_same_graph_gives_the_same_bytes(graph, page, focus):
    html = draw(graph, [Lexicon(graph).resolve(focus)]) if focus else page
    code = (
        "import hashlib, sys; from skingraph.store import SkinGraph; from skingraph.maps import draw; "
        "from skingraph.concepts import Lexicon; graph = SkinGraph.load(); "
        "focus = [Lexicon(graph).resolve(name) for name in sys.argv[1:]]; "
        "print(hashlib.sha256(draw(graph, focus).encode()).hexdigest())"
    )
    wanted = hashlib.sha256(html.encode()).hexdigest()
    for seed in ("1", "2"):
        said = run_python(code, *filter(None, [focus]), PYTHONHASHSEED=seed)
        assert said.decode().strip() == wanted


def test_it_is_written_as_utf8_under_a_c_locale(tmp_path):
    label = "ندبة œdème"
    text = (
        "@prefix skg: <https://w3id.org/skingraph/schema#> .\n"
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        f'<https://w3id.org/skingraph/scar> a skg:Concern ; skos:prefLabel "{label}" .\n'
    )
    (tmp_path / "mine.ttl").write_text(text, encoding="utf-8")
    out = tmp_path / "map.html"
    run_python(
        "import sys; from skingraph.cli import run; sys.argv[0] = 'skingraph'; run()",
        *("map", "--graph", str(tmp_path / "mine.ttl"), "-o", str(out)),
        LC_ALL="C",
        LANG="C",
        PYTHONUTF8="0",
        PYTHONCOERCECLOCALE="0",
    )
    html = out.read_bytes().decode("utf-8")
    assert label in html
    assert '<meta charset="utf-8">' in html


def test_every_kind_has_a_lane_a_shape_and_a_colour_in_both_themes():
    kinds = {kind for lane in LANES for kind in lane.kinds}
    assert set(SYMBOLS) - {"Other"} <= kinds
    assert len(set(SYMBOLS.values())) == len(SYMBOLS)
    for kind in SYMBOLS:
        assert PALETTE.count(f".{kind} {{ --c:") == 2


def themes():
    light, dark = PALETTE.split("@media (prefers-color-scheme: dark)")
    return {"light": light, "dark": dark}


def colour_of(text, name):
    return first(rf"{re.escape(name)}: (#[0-9a-f]{{3,6}})\b", text)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_marks_and_text_stand_out_on_page_and_panel(theme):
    text = themes()[theme]
    pages = [colour_of(text, "--page"), colour_of(text, "--panel")]
    for kind in SYMBOLS:
        colour = colour_of(text, f".{kind} {{ --c")
        assert min(contrast(colour, page) for page in pages) >= 3.05, kind
    for name in ("text", "muted", "warn", "accent"):
        assert min(contrast(colour_of(text, f"--{name}"), page) for page in pages) >= 4.5, name
    assert min(contrast(colour_of(text, "--focus"), page) for page in pages) >= 3
    assert contrast(colour_of(text, "--line"), pages[0]) >= 3


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("vision", ["normal", "protan", "deutan", "tritan"])
def test_no_two_kinds_look_alike_to_any_eye(theme, vision):
    text = themes()[theme]
    seen = {kind: seen_by(vision, colour_of(text, f".{kind} {{ --c")) for kind in SYMBOLS}
    least, pair = min(
        (distance(seen[one], seen[other]), (one, other))
        for one, other in itertools.combinations(SYMBOLS, 2)
    )
    assert least >= (18 if vision == "normal" else 11.5), pair


def linear(colour):
    if len(colour) == 4:
        colour = "#" + "".join(2 * letter for letter in colour[1:])
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]


def contrast(one, other):
    """The ratio of luminances that WCAG 2 asks for."""

    def luminance(colour):
        red, green, blue = linear(colour)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


# What an eye without one of the three kinds of cones makes of linear red, green and blue
# (Machado, Oliveira and Fernandes 2009, full severity).
EYES = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deutan": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritan": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def seen_by(vision, colour):
    """The colour in CIELAB as an eye sees it."""
    rgb = [
        min(1.0, max(0.0, sum(a * b for a, b in zip(row, linear(colour), strict=True))))
        for row in EYES[vision]
    ]
    rows = (
        (0.4124564, 0.3575761, 0.1804375),
        (0.2126729, 0.7151522, 0.0721750),
        (0.0193339, 0.1191920, 0.9503041),
    )
    white = (0.95047, 1.0, 1.08883)
    x, y, z = (
        sum(a * b for a, b in zip(row, rgb, strict=True)) / scale
        for row, scale in zip(rows, white, strict=True)
    )

    def root(value):
        return value ** (1 / 3) if value > 216 / 24389 else (24389 / 27 * value + 16) / 116

    return 116 * root(y) - 16, 500 * (root(x) - root(y)), 200 * (root(y) - root(z))


def distance(one, other):
    """How different two colours look: CIEDE2000."""
    from math import atan2, cos, degrees, exp, hypot, radians, sin, sqrt

    (l1, a1, b1), (l2, a2, b2) = one, other
    middle = (hypot(a1, b1) + hypot(a2, b2)) / 2
    g = 0.5 * (1 - sqrt(middle**7 / (middle**7 + 25**7)))
    a1, a2 = (1 + g) * a1, (1 + g) * a2
    c1, c2 = hypot(a1, b1), hypot(a2, b2)
    h1, h2 = degrees(atan2(b1, a1)) % 360, degrees(atan2(b2, a2)) % 360
    turn = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0
    dl, dc, dh = l2 - l1, c2 - c1, 2 * sqrt(c1 * c2) * sin(radians(turn / 2))
    lm, cm = (l1 + l2) / 2, (c1 + c2) / 2
    hm = (h1 + turn / 2) % 360 if c1 * c2 else h1 + h2
    t = (
        1
        - 0.17 * cos(radians(hm - 30))
        + 0.24 * cos(radians(2 * hm))
        + 0.32 * cos(radians(3 * hm + 6))
        - 0.20 * cos(radians(4 * hm - 63))
    )
    sl = 1 + 0.015 * (lm - 50) ** 2 / sqrt(20 + (lm - 50) ** 2)
    sc, sh = 1 + 0.045 * cm, 1 + 0.015 * cm * t
    twist = -2 * sqrt(cm**7 / (cm**7 + 25**7)) * sin(radians(60 * exp(-(((hm - 275) / 25) ** 2))))
    return sqrt((dl / sl) ** 2 + (dc / sc) ** 2 + (dh / sh) ** 2 + twist * (dc / sc) * (dh / sh))


def test_the_distance_of_colours_is_the_published_one():
    """Two pairs of the test data that Sharma, Wu and Dalal give with the formula."""
    assert round(distance((50, 2.6772, -79.7751), (50, 0, -82.7485)), 4) == 2.0425
    assert round(distance((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514)), 4) == 0.9082


# The choice of a picture, which Python makes for a file of its own


def test_no_warning_is_left_out_while_there_is_room(graph):
    index, lexicon = ClaimIndex(graph), Lexicon(graph)
    focus = lexicon.resolve("microneedling")
    picture = choose(index, lexicon, [focus])
    warned = {
        claim.object.iri
        for claim in index.where(subject=focus.iri)
        if claim.object and claim.supports and claim.is_caution
    }
    assert warned
    assert warned <= set(picture.lanes)


def test_a_denial_in_another_sense_is_no_dispute(graph):
    links = links_of(ClaimIndex(graph), Lexicon(graph))
    name = "skin:microneedling skg:treats skin:enlarged-pore"
    assert {link.manner for link in links if link.name == name} == {"in part"}


def test_two_hops_reach_further_than_one(small):
    graph = small(
        concept("peel", "Treatment"),
        concept("turnover", "Mechanism"),
        concept("scar", "Concern"),
        claim("a", "peel", "hasMechanism", "turnover"),
        claim("b", "turnover", "addresses", "scar"),
    )
    index, lexicon = ClaimIndex(graph), Lexicon(graph)
    scar = lexicon.resolve("scar")
    near, far = (choose(index, lexicon, [scar], hops=hops) for hops in (1, 2))
    assert set(near.lanes) < set(far.lanes)


def test_linked_cards_are_put_near_each_other():
    left, right = LANES[0], LANES[1]
    things = {f"l{i}": (left, f"l{i}", "") for i in range(6)}
    things |= {f"r{i}": (right, f"r{i}", "") for i in reversed(range(6))}
    cards = place(things, [(f"l{i}", f"r{i}") for i in range(6)]).cards
    assert sum(abs(cards[f"l{i}"].y - cards[f"r{i}"].y) for i in range(6)) == 0


def test_the_command_writes_the_page_of_the_library(run, graph, tmp_path):
    out = tmp_path / "explorer.html"
    code, _, err = run("map", "microneedling", "-o", str(out))
    assert code == 0
    assert "open it in any browser" in err
    html = out.read_text(encoding="utf-8")
    assert '"opens":{"focus":["microneedling"]}' in html
    assert re.search('"graph":.*', html)[0] == re.search('"graph":.*', draw(graph))[0]  # type: ignore[index]


def test_no_name_or_address_of_this_machine_is_on_the_page(page):
    assert str(ROOT) not in page
    data = json.loads(first(r'id="atlas">(.*?)</script>', page, re.DOTALL))
    assert set(data["graph"]) >= {"concepts", "claims", "inherited"}
