"""What tests/run fetches for the tests beside Python packages: Java archives and servers."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from tests.pieces import ROOT

FUSEKI = "jena-fuseki-server"
SUITE = "rdf4j-sparql-testsuite"


def archive(name: str) -> Path:
    """The jar of this name. Without it the test is skipped, or fails where tests/run has it."""
    folder = Path(os.environ.get("SKINGRAPH_JAVA") or ROOT / ".venv" / "java")
    found = sorted(folder.glob(f"{name}-*.jar"))
    if not found:
        what = f"{name} is not in {folder}; tests/run fetches it with Maven"
        if os.environ.get("SKINGRAPH_REQUIRE_SERVERS"):
            pytest.fail(what)
        pytest.skip(what)
    return found[-1]


def program(name: str) -> str:
    """The path of a program such as java. Without it the test is skipped."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"no {name} on this machine")
    return path
