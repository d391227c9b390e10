"""What tests/run fetches for the tests beside Python packages: archives, servers and readers."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest
from tests.pieces import ROOT

FUSEKI = "jena-fuseki-server"
SUITE = "rdf4j-sparql-testsuite"


def archive(name: str) -> Path:
    """The jar of this name. Without it the test is skipped, or fails where tests/run has it."""
    folder = Path(os.environ.get("SKINGRAPH_JAVA") or ROOT / ".venv" / "java")
    found = sorted(folder.glob(f"{name}-*.jar"))
    if not found:
        _lacking(f"{name} is not in {folder}; tests/run fetches it with Maven")
    return found[-1]


def program(name: str) -> str:
    """The path of a program such as java. Without it the test is skipped."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"no {name} on this machine")
    return path


def drawing(text: bytes, *arguments: str) -> bytes:
    """What Graphviz makes of a text in DOT. Without it the test is skipped, or fails as above."""
    path = shutil.which("dot")
    if path is None:
        _lacking("no dot on this machine; tests/run installs Graphviz where it may", "graphviz")
    return _answer([str(path), *arguments], text)


def javascript(script: str, text: bytes, *arguments: str) -> bytes:
    """What a script of tests/javascript, run by node, makes of a text on its standard input.

    Without node or the packages it reads with, the test is skipped, or fails as above.
    """
    node = shutil.which("node")
    folder = Path(os.environ.get("SKINGRAPH_JAVASCRIPT") or ROOT / ".venv" / "javascript")
    if node is None or not (folder / "node_modules").is_dir():
        _lacking(
            f"no node, or no packages in {folder}; tests/run fetches them with npm", "javascript"
        )
    # Packages are looked for beside the script.
    source = ROOT / "tests" / "javascript" / script
    placed = folder / script
    if not placed.exists() or placed.read_bytes() != source.read_bytes():
        shutil.copyfile(source, placed)
    return _answer([str(node), str(placed), *arguments], text)


def _answer(command: list[str], text: bytes) -> bytes:
    done = subprocess.run(command, input=text, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    assert not done.stderr, done.stderr.decode(errors="replace")
    return done.stdout


def _lacking(what: str, kind: str = "java") -> NoReturn:
    # What tests/run could not get and nobody insisted on.
    given_up = os.environ.get("SKINGRAPH_GIVEN_UP", "").split()
    if os.environ.get("SKINGRAPH_REQUIRE_SERVERS") and kind not in given_up:
        pytest.fail(what)
    pytest.skip(what)
