"""The built package: installed in an empty environment elsewhere, it passes the same tests."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest
from tests.pieces import ROOT

# These are about the checkout itself: its README, its steps for contributors, and this.
ABOUT_THE_CHECKOUT = ("test_readme.py", "test_contributing.py", "test_wheel.py")
# These take long and find nothing in a wheel that they would not find in the checkout.
ONCE_IS_ENOUGH = (
    "test_clients.py",
    "test_conformance.py",
    "test_differences.py",
    "test_differential.py",
    "test_disk.py",
    "test_explorer.py",
    "test_hostile.py",
    "test_intake.py",
    "test_lessons.py",
    "test_manifest.py",
    "test_mutants.py",
    "test_network_formats.py",
    "test_network_measures.py",
    "test_other_engines.py",
    "test_output.py",
    "test_pages.py",
    "test_pool.py",
    "test_protocol.py",
    "test_protocol_cases.py",
    "test_publishing.py",
    "test_queries.py",
    "test_query_page.py",
    "test_rdf_formats.py",
    "test_remote.py",
    "test_selection.py",
    "test_serve.py",
    "test_shell.py",
    "test_stores.py",
    "test_table_formats.py",
    "test_views.py",
)


def build(kind: str, tree: Path, target: Path) -> Path:
    """Build a wheel or an sdist of a tree with the backend of this environment."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(target)]
    subprocess.run(command, cwd=tree, check=True, capture_output=True)
    (built,) = target.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_wheel_carries_the_knowledge_the_questions_and_nothing_else(wheel):
    names = set(contents(wheel))
    for folder in ("ontology", "queries"):
        ours = {
            f"skingraph/_data/{path.relative_to(ROOT).as_posix()}"
            for path in (ROOT / folder).rglob("*")
            if path.is_file()
        }
        assert {name for name in names if name.startswith(f"skingraph/_data/{folder}/")} == ours
    assert "skingraph/py.typed" in names
    assert {name.split("/")[0] for name in names} == {"skingraph", "skingraph-0.1.0.dist-info"}


def test_the_sdist_builds_the_same_wheel(wheel, tmp_path):
    sdist = build("sdist", ROOT, tmp_path / "sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "tree", filter="data")
    (tree,) = (tmp_path / "tree").iterdir()
    assert contents(build("wheel", tree, tmp_path / "wheel")) == contents(wheel)


def test_installed_elsewhere_it_passes_the_same_tests(wheel, tmp_path):
    python = installed(wheel, tmp_path / "venv")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(ROOT / "pyproject.toml", elsewhere)
    for folder in ("tests", "notebooks", "docs"):
        shutil.copytree(
            ROOT / folder, elsewhere / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in (*ABOUT_THE_CHECKOUT, *ONCE_IS_ENOUGH):
        (elsewhere / "tests" / name).unlink()
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    # The documents lie beside the checkout, where they lie at all.
    documents = ROOT.parent / "shared" / "sources"
    if documents.is_dir():
        environment.setdefault("SKINGRAPH_SOURCES", str(documents))
    environment.setdefault("SKINGRAPH_JAVA", str(ROOT / ".venv" / "java"))
    environment.setdefault("SKINGRAPH_JAVASCRIPT", str(ROOT / ".venv" / "javascript"))
    where = subprocess.run(
        [python, "-c", "import skingraph; print(skingraph.__file__)"],
        cwd=elsewhere,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert where.startswith(str(tmp_path))
    done = subprocess.run(
        [python, "-m", "pytest", "-q", "-x", "tests"],
        cwd=elsewhere,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert " passed" in done.stdout


def installed(wheel: Path, place: Path) -> str:
    """An environment that has the wheel, and its dependencies from this one."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True)
    python = str(place / "bin" / "python")
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-index"]
    subprocess.run([*pip, "--no-deps", str(wheel)], check=True, capture_output=True)
    (packages,) = place.glob("lib/python*/site-packages")
    # A plain path: what is installed in editable form over there is not seen over here.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python
