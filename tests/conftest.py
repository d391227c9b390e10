"""What the tests share: the shipped graph, and a small one whose every claim is known."""

from __future__ import annotations

import pytest
from tests.browser import chromium, from_disk
from tests.pieces import LEAFLET, PREFIXES

from skingraph.catalogue import named
from skingraph.cli import main
from skingraph.store import SkinGraph


@pytest.fixture(scope="session")
def graph():
    return SkinGraph.load()


@pytest.fixture
def run(capsys, monkeypatch):
    """Run the command line in this process; gives exit code, standard output and error."""
    monkeypatch.setenv("COLUMNS", "100")

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return call


@pytest.fixture
def write(tmp_path):
    """Write Turtle under our prefixes to a file and give its path."""

    def call(turtle: str, name: str = "mine.ttl") -> str:
        path = tmp_path / name
        path.write_text(PREFIXES + turtle, encoding="utf-8")
        return str(path)

    return call


@pytest.fixture
def small(write):
    """A graph of these pieces of Turtle and the leaflet that they cite."""

    def call(*pieces: str) -> SkinGraph:
        return SkinGraph.read([write(LEAFLET + "".join(pieces))])

    return call


@pytest.fixture(scope="session")
def rows(graph):
    """The rows of a question of the catalogue without parameters, each asked once."""
    found = {}

    def call(name):
        if name not in found:
            found[name] = graph.select(named(name).text)
        return found[name]

    return call


# Not for the whole session: while it is open, no other event loop can run in this thread.
@pytest.fixture(scope="module")
def browser():
    """A headless Chromium."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def opened(browser, tmp_path):
    """Open a page from disk, without a network; it must ask for nothing and complain of nothing."""
    with from_disk(browser, tmp_path) as open_file:
        yield open_file
