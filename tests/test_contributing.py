"""CONTRIBUTING's steps, followed in a copy of the repository as they stand."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys

import pytest
from tests.pieces import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+) ?(\S*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    return tmp_path_factory.mktemp("copy")


@pytest.fixture(scope="module")
def followed(copy):
    """A copy in which every block was written to its file and every command was run."""
    for name in ("graph", "ontology", "queries"):
        shutil.copytree(
            ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "_data")
        )
    tool = copy / "bin" / "skingraph"
    tool.parent.mkdir()
    tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m skingraph "$@"\n')
    tool.chmod(0o755)
    environment = os.environ | {
        "PYTHONPATH": str(copy / "graph"),
        "PATH": f"{tool.parent}{os.pathsep}{os.environ['PATH']}",
        "SKINGRAPH_CACHE": "",
    }
    printed = []
    for kind, target, body in BLOCK.findall(TEXT):
        if target:
            path = copy / target
            path.parent.mkdir(exist_ok=True)
            with path.open("a", encoding="utf-8") as file:
                file.write(_filled(body, copy))
        elif kind == "sh":
            done = subprocess.run(
                ["bash", "-ec", body],
                cwd=copy,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, f"{body}\n{done.stdout}\n{done.stderr}"
            printed.append(done.stdout)
    return printed


def _filled(body, copy):
    """The leaflet's hash and length, and the passage's name, which a reader takes over by hand."""
    leaflet = copy / "documents" / "leaflet.txt"
    if leaflet.exists():
        content = leaflet.read_bytes()
        body = body.replace("LEAFLET_HASH", hashlib.sha256(content).hexdigest())
        body = body.replace("LEAFLET_CHARACTERS", str(len(content.decode())))
    passages = copy / "ontology" / "sources" / "passages-leaflet-on-plasma.ttl"
    if passages.exists():
        name = re.search(r"^passage:(\S+) a", passages.read_text(), re.MULTILINE)
        assert name
        body = body.replace("PASSAGE .", f"{name[1]} .")
    return body


def test_the_steps_end_in_a_graph_that_conforms_and_answers(followed):
    asked = followed[-2]
    assert "cold-plasma" in asked
    assert "may" in asked


def test_the_steps_end_in_a_page_that_opens_on_the_lesson(followed, copy):
    page = (copy / "lesson.html").read_text(encoding="utf-8")
    found = re.search(r'id="atlas">(.*?)</script>', page, re.DOTALL)
    assert found
    atlas = json.loads(found[1])
    assert atlas["opens"]["lesson"] == "cold-plasma"
    assert atlas["opens"]["focus"] == ["cold-plasma", "oily-skin"]
    lesson = next(one for one in atlas["lessons"] if one["name"] == "cold-plasma")
    claims = ["leaflet-plasma-suits-oily-skin"]
    assert lesson["steps"][0]["text"] == [["Cold plasma may suit oily skin.", claims]]
    assert lesson["steps"][1]["answer"]["rows"] == [["cold plasma", "oily skin", "may"]]


def test_the_steps_count_and_hash_the_document(followed):
    leaflet = next(body for _, target, body in BLOCK.findall(TEXT) if target.endswith(".txt"))
    assert followed[0].split()[0] == str(len(leaflet))
    assert hashlib.sha256(leaflet.encode()).hexdigest() in followed[0]
