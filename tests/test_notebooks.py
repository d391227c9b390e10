"""Notebooks: each runs from the top, and is stored without its outputs."""

import os
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from tests.pieces import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
# Each ends with its answer, and the answer names the claims that it rests on.
CITED = {
    "01-tour": {
        "claim:smartskin-advised-against-darker-skin",
        "claim:results-suited-to-darker-skin",
    },
    "02-sparql": {"claim:smartskin-downtime-average", "claim:results-back-to-work-next-day"},
    "03-maps": {
        "claim:results-mechanism-collagen-production",
        "claim:results-collagen-addresses-acne-scar",
    },
    "04-networks": {
        "claim:needling-mechanism-collagen",
        "claim:results-collagen-addresses-acne-scar",
        "claim:backacne-microneedling-fades-scars",
    },
}


def test_each_notebook_has_an_answer_that_we_know():
    assert {path.stem for path in NOTEBOOKS} == set(CITED)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_the_top(path, monkeypatch, tmp_path):
    # The kernel is this interpreter, whatever kernels the machine has.
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute(cwd=str(ROOT))
    last = notebook.cells[-1].outputs[0].text
    assert not [claim for claim in CITED[path.stem] if claim not in last]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_without_outputs(path):
    for cell in nbformat.read(path, as_version=4).cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
