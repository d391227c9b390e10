"""Measure the explorer beside pyvis as it comes: size, CPU seconds to a readable picture, use.

Run it so: python benchmarks/maps.py --pyvis 200 1000

It makes graphs of 200, 1,000 and 5,000 concepts, writes the explorer of each, opens it in a
headless Chromium with the network cut, and prints what it took beside the goal. With `--pyvis` the
same graphs of these sizes are drawn by pyvis with its own template and its own settings, too, until
its picture has settled; of 1,000 concepts that takes minutes. CPU seconds are those of all of
Chromium's processes from the call to the picture, since time on a shared machine says little.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from playwright.sync_api import sync_playwright

from skingraph.atlas import Atlas, atlas_of
from skingraph.maps import page_of
from skingraph.store import SkinGraph

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SIZES: Final = ((200, 600), (1000, 4000), (5000, 30000))
MEGABYTES: Final = {200: 1.0, 1000: 1.5, 5000: 3.0}
TIMES_LESS: Final = {200: 20, 1000: 100}
# So many CPU seconds are enough to tell; after them pyvis is stopped.
ENOUGH: Final = 240
_TICK: Final = os.sysconf("SC_CLK_TCK")
_KINDS: Final = {
    "Treatment": 0.12,
    "Mechanism": 0.16,
    "HealingPhase": 0.02,
    "Outcome": 0.1,
    "Concern": 0.16,
    "PatientFactor": 0.1,
    "SideEffect": 0.12,
    "CareInstruction": 0.12,
    "Device": 0.04,
    "Agent": 0.06,
}
# What is said of what, and how often.
_SAID: Final = (
    ("Treatment", "treats", "Concern", 20),
    ("Treatment", "hasMechanism", "Mechanism", 14),
    ("Treatment", "hasPhase", "HealingPhase", 2),
    ("Mechanism", "leadsTo", "Mechanism", 8),
    ("Mechanism", "leadsTo", "Outcome", 6),
    ("Mechanism", "addresses", "Concern", 12),
    ("Treatment", "hasSideEffect", "SideEffect", 12),
    ("Treatment", "contraindicatedIn", "PatientFactor", 8),
    ("Treatment", "consultFirstIn", "PatientFactor", 3),
    ("Treatment", "careAfter", "CareInstruction", 9),
    ("Treatment", "performedWith", "Device", 3),
    ("Agent", "leadsTo", "Mechanism", 3),
)
_PREFIXES: Final = """
@prefix skg: <https://w3id.org/skingraph/schema#> .
@prefix skin: <https://w3id.org/skingraph/> .
@prefix claim: <https://w3id.org/skingraph/claim/> .
@prefix source: <https://w3id.org/skingraph/source/> .
@prefix passage: <https://w3id.org/skingraph/passage/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
_STABLE: Final = """
() => new Promise((done) => network.once("stabilizationIterationsDone", () => done(true)))
"""
_KEYS: Final = """
(words) => words.flatMap((word) => [...word].map((_, nth) => {
  const find = document.getElementById("find"), began = performance.now();
  find.value = word.slice(0, nth + 1);
  find.dispatchEvent(new Event("input"));
  return performance.now() - began;
}))
"""


@dataclass(frozen=True, slots=True)
class Opened:
    """What it took to open a page: CPU seconds of the browser, and whether it was done."""

    cpu: float
    done: bool = True


def main() -> None:
    """Make, open, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pyvis", nargs="*", type=int, default=[], choices=(200, 1000))
    parser.add_argument("--sizes", nargs="*", type=int, default=[size for size, _ in SIZES])
    chosen = parser.parse_args()
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        for size, claims in SIZES:
            if size not in chosen.sizes:
                continue
            atlas = atlas_of(_graph(Path(folder), size, claims))
            began = time.process_time()
            html = page_of(atlas, opens={}, date="made up")
            written = time.process_time() - began
            file = Path(folder, f"explorer-{size}.html")
            file.write_bytes(html.encode())
            print(f"\n{size:,} concepts, {claims:,} claims")
            _line("file", len(html.encode()) / 1e6, "MB", MEGABYTES[size])
            _line("written by Python in", written, "CPU s")
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            _warm(browser)
            ours = _use(browser, file, size)
            if size in chosen.pyvis:
                theirs = _pyvis(browser, atlas, Path(folder, f"pyvis-{size}.html"))
                words = "pyvis as it comes" if theirs.done else "pyvis as it comes, stopped after"
                _line(words, theirs.cpu, "CPU s")
                _line("times less", theirs.cpu / ours.cpu, "", TIMES_LESS[size], at_least=True)
            browser.close()


def _warm(browser: Browser) -> None:
    """What a browser does once: read its fonts, start its painter."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.set_content("<p>warm <b>up</b><canvas></canvas>")
    page.evaluate(
        "document.querySelector('canvas').getContext('2d').fillText('warm', 9, 9);"
        " new Promise((done) => requestAnimationFrame(() => setTimeout(done, 200)))"
    )
    page.close()


def _use(browser: Browser, file: Path, size: int) -> Opened:
    """Open the explorer on its lanes, five times for a median, search in it, move the whole map."""
    opened = []
    for _ in range(5):
        page, one = _open(browser, file, "#")
        opened.append(one)
        if len(opened) < 5:
            page.close()
    ours = sorted(opened, key=lambda one: one.cpu)[2]
    _line("readable picture after, median", ours.cpu, "CPU s", 3 if size == 5000 else None)
    page.evaluate(_KEYS, ["warm"])
    keys = page.evaluate(_KEYS, ["ba", "lumeno", "treatment 7", "zzz"])
    _line("search, slowest key", max(keys), "ms", 50)
    page.close()
    if size <= 1000:
        page, whole = _open(browser, file, "#view=map")
        _line("whole map after", whole.cpu, "CPU s")
        frame, main = _pan(page)
        _line("panning, a frame", frame, "ms of CPU", 17 if size == 200 else None)
        _line("  of these on the page's thread", main, "ms")
        page.close()
    return ours


def _open(browser: Browser, file: Path, hash: str) -> tuple[Page, Opened]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, offline=True)
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.wait_for_timeout(500)
    before = _cpu()
    page.goto(file.as_uri() + hash)
    page.wait_for_selector("body[data-ready=yes]", state="attached")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    return page, Opened(_cpu() - before)


def _pan(page: Page) -> tuple[float, float]:
    """Milliseconds of CPU a frame while the map is dragged: of all of Chromium, of the page."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")

    def busy() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return next(float(one["value"]) for one in metrics if one["name"] == "TaskDuration")

    page.evaluate(
        "window.frames_ = 0; (function count() { window.frames_ += 1;"
        " requestAnimationFrame(count); })()"
    )
    box = page.locator("#map").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    frames, began, task = int(page.evaluate("window.frames_")), _cpu(), busy()
    for step in range(60):
        page.mouse.move(x + 3 * step, y + 2 * step)
    frames = int(page.evaluate("window.frames_")) - frames
    took = (1000 * (_cpu() - began) / frames, 1000 * (busy() - task) / frames)
    page.mouse.up()
    return took


def _pyvis(browser: Browser, atlas: Atlas, file: Path) -> Opened:
    """The same concepts and links by pyvis, its template and its settings, until it is at rest."""
    from pyvis.network import Network

    net = Network(directed=True, cdn_resources="in_line")
    ours = atlas.network()
    for node in ours.nodes:
        net.add_node(node["id"], label=node["label"])
    pairs = {(edge["from"], edge["to"]) for edge in ours.edges if "inherits" not in edge}
    for start, end in sorted(pairs):
        net.add_edge(start, end)
    file.write_text(net.generate_html(), encoding="utf-8")
    page = browser.new_context(offline=True).new_page()
    page.set_default_timeout(0)
    page.wait_for_timeout(500)
    before = _cpu()
    page.goto(file.as_uri())
    page.evaluate(
        f"window.settled = false; ({_STABLE})().then(() => {{ window.settled = true; }}); 0"
    )
    while not page.evaluate("window.settled"):
        if _cpu() - before > ENOUGH:
            return Opened(_cpu() - before, done=False)
        page.wait_for_timeout(200)
    return Opened(_cpu() - before)


def _cpu() -> float:
    """CPU seconds of all of Chromium's processes below this one; those that ended are left out."""
    parents: dict[int, int] = {}
    spent: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                name, _, rest = (entry / "stat").read_text().rpartition(")")
            except OSError:
                continue
            fields = rest.split()
            parents[int(entry.name)] = int(fields[1])
            if "(chrom" in name:
                spent[int(entry.name)] = (int(fields[11]) + int(fields[12])) / _TICK
    below = {os.getpid()}
    for _ in range(8):
        below |= {pid for pid, parent in parents.items() if parent in below}
    return sum(spent[pid] for pid in below if pid in spent)


def _line(words: str, value: float, unit: str, goal: float | None = None, **how: Any) -> None:
    told = ""
    if goal is not None:
        met = value >= goal if how.get("at_least") else value <= goal
        sense = "at least" if how.get("at_least") else "at most"
        told = f"  goal: {sense} {goal:g}, {'met' if met else 'MISSED'}"
    print(f"  {words:<34} {value:>9.2f} {unit:<9}{told}", flush=True)


def _graph(folder: Path, size: int, claims: int) -> SkinGraph:
    """A made-up graph of our shape; a few things are spoken of most."""
    chance = random.Random(size)
    things = {
        kind: [f"{kind.lower()}-{nth}" for nth in range(max(2, round(share * size)))]
        for kind, share in _KINDS.items()
    }
    spare = size - sum(map(len, things.values()))
    things["Agent"] += [f"agent-more-{nth}" for nth in range(spare)]
    lines = [_PREFIXES]
    for kind, names in things.items():
        for nth, name in enumerate(names):
            label = f"{_word(chance)} {_word(chance)} {kind.lower()} {nth}"
            broader = f" ; skos:broader skin:{names[nth // 5]}" if nth >= 5 and nth % 4 == 0 else ""
            lines.append(
                f'skin:{name} a skg:{kind} ; skos:prefLabel "{label}"@en ;'
                f' skos:altLabel "{_word(chance)} {nth}"@en ;'
                f' skos:definition "A {_word(chance)} that is {_word(chance)}."@en{broader} .'
            )
    for nth in range(20):
        lines.append(
            f'source:s{nth} a skg:Source ; dcterms:title "Source {nth}"@en ;'
            f" skg:evidenceLevel skg:E{nth % 6} ; skg:authority skg:Journal ."
        )
    weights = [weight for *_, weight in _SAID]
    for nth in range(claims):
        subject, predicate, thing, _ = chance.choices(_SAID, weights)[0]
        one, other = _drawn(chance, things[subject]), _drawn(chance, things[thing])
        if subject == thing:
            # Chains are short: within a field of ten, and forwards.
            other = things[thing][things[thing].index(one) // 10 * 10]
        start, passage = chance.randrange(9000), f"p{nth // 3}"
        if nth % 3 == 0:
            lines.append(
                f"passage:{passage} a skg:Passage ; skg:source source:s{chance.randrange(20)} ;"
                f" skg:start {start} ; skg:end {start + 80} ."
            )
        strength = " ; skg:strength skg:Relative" if predicate == "contraindicatedIn" else ""
        hedge = chance.random() < 0.2
        certainty = 'skg:Hedged ; skg:hedge "may"' if hedge else "skg:Stated"
        lines.append(
            f"claim:c{nth} a skg:Claim ; rdf:subject skin:{one} ;"
            f" rdf:predicate skg:{predicate} ; rdf:object skin:{other} ;"
            f" skg:polarity skg:{'Refutes' if chance.random() < 0.02 else 'Supports'} ;"
            f" skg:certainty {certainty}{strength} ; skg:passage passage:{passage} ."
        )
    file = folder / f"made-{size}.ttl"
    file.write_text("\n".join(lines), encoding="utf-8")
    return SkinGraph.read([file])


def _drawn(chance: random.Random, names: list[str]) -> str:
    return names[int(len(names) * chance.random() ** 1.7)]


def _word(chance: random.Random) -> str:
    return "".join(chance.choice(("ba", "lu", "me", "no", "ri", "ta", "so")) for _ in range(3))


if __name__ == "__main__":
    main()
