"""A release: whole, the same every time, and read by every reader as the same graph."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
import rdflib
from tests.fetched import FUSEKI, archive, program

from skingraph.errors import BadParameter, CannotWrite
from skingraph.folders import SUMS
from skingraph.prefixes import PREFIXES, SKIN
from skingraph.release import write_release
from skingraph.store import SkinGraph, graph_of

if TYPE_CHECKING:
    from pathlib import Path

PARSED = {
    "nq": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "rdf": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
}
IN_RDFLIB = {
    "nq": "nquads",
    "trig": "trig",
    "ttl": "turtle",
    "nt": "nt",
    "rdf": "xml",
    "jsonld": "json-ld",
}
WITH_GRAPHS = ("nq", "trig")


@pytest.fixture(scope="module")
def release(graph, tmp_path_factory):
    return write_release(graph, tmp_path_factory.mktemp("release") / "whole")


@pytest.fixture(scope="module")
def part(graph):
    return graph.subgraph([SKIN + "smartskin-co2"], hops=0)


@pytest.fixture(scope="module")
def small_release(part, tmp_path_factory):
    return write_release(part, tmp_path_factory.mktemp("release") / "part")


def canonical(quads, *, in_graphs: bool) -> ox.Dataset:
    """The statements, blank nodes named by what they stand for, so that equal means isomorphic."""
    found = ox.Dataset(
        quad if in_graphs else ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads
    )
    found.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return found


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("ending", PARSED)
def test_each_format_holds_the_whole_graph(graph, release, ending):
    read = ox.parse(path=release.folder / f"skingraph.{ending}", format=PARSED[ending])
    in_graphs = ending in WITH_GRAPHS
    found = canonical(read, in_graphs=in_graphs)
    assert len(found) == release.counts["statements"] == len(graph)
    assert found == canonical(graph.store, in_graphs=in_graphs)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rdflib warns of itself
@pytest.mark.parametrize("ending", IN_RDFLIB)
def test_rdflib_reads_the_same_graph(part, small_release, ending):
    file = small_release.folder / f"skingraph.{ending}"
    kind = rdflib.Dataset if ending in WITH_GRAPHS else rdflib.Graph
    written = (
        kind()
        .parse(file, format=IN_RDFLIB[ending])
        .serialize(format="nquads" if ending in WITH_GRAPHS else "nt")
    )
    read = ox.parse(written.encode(), format=ox.RdfFormat.N_QUADS)
    in_graphs = ending in WITH_GRAPHS
    assert canonical(read, in_graphs=in_graphs) == canonical(part.store, in_graphs=in_graphs)


def jena(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [program("java"), "-cp", str(archive(FUSEKI)), "riotcmd.riot", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert not re.search("WARN|ERROR", done.stderr), done.stderr
    return done


def test_jena_finds_every_file_valid_and_counts_the_same(release):
    files = sorted(path for path in release.folder.iterdir() if path.suffix[1:] in PARSED)
    counted = jena("--strict", "--check", "--count", *files).stderr
    numbers = dict(re.findall(r"([\w.]+)\s*: (?:Triples|Quads) = ([\d,]+)", counted))
    whole = f"{release.counts['statements']:,}"
    assert {name: numbers[name] for name in numbers if name.startswith("skingraph.")} == {
        f"skingraph.{ending}": whole for ending in PARSED
    }
    assert {"queries.ttl", "void.ttl"} <= set(numbers)


@pytest.mark.parametrize("ending", ["rdf", "jsonld"])
def test_jena_reads_the_same_graph(part, small_release, ending):
    written = jena("--output=nq", small_release.folder / f"skingraph.{ending}").stdout
    found = canonical(ox.parse(written.encode(), format=ox.RdfFormat.N_QUADS), in_graphs=False)
    assert found == canonical(part.store, in_graphs=False)


def test_the_same_graph_gives_the_same_bytes_in_another_process(small_release, release, tmp_path):
    again = tmp_path / "again"
    command = [sys.executable, "-m", "skingraph", "export", "--release", str(again)]
    seed = {"PYTHONHASHSEED": "7", "SKINGRAPH_CACHE": ""}
    subprocess.run(command, check=True, capture_output=True, env=os.environ | seed, timeout=120)
    assert contents(again) == contents(release.folder)


def test_the_checksums_are_those_of_the_files(release):
    subprocess.run([program("sha256sum"), "-c", "--quiet", SUMS], cwd=release.folder, check=True)
    listed = {line.partition("  ")[2] for line in (release.folder / SUMS).read_text().splitlines()}
    assert listed | {SUMS} == set(contents(release.folder))
    assert {file.name for file in release.files} == listed


def test_the_description_has_the_files_as_they_are(release):
    described = SkinGraph.read(release.folder / "void.ttl")
    rows = described.select(
        """PREFIX dcat: <http://www.w3.org/ns/dcat#> PREFIX spdx: <http://spdx.org/rdf/terms#>
        SELECT ?name ?size ?sum {
          [] dcat:distribution ?file . ?file dcterms:title ?name ; dcat:byteSize ?size ;
            spdx:checksum/spdx:checksumValue ?sum }"""
    )
    found = {str(row["name"]): (row["size"], row["sum"]) for row in rows}
    for name in ("skingraph.nq", "claims.csv", "queries.ttl", "mappings/mondo.sssom.tsv"):
        content = (release.folder / name).read_bytes()
        assert found[name] == (len(content), hashlib.sha256(content).hexdigest())


def test_the_manifest_counts_what_the_tables_hold(release):
    told = json.loads((release.folder / "manifest.json").read_text())
    for what in ("concept", "claim"):
        table = (release.folder / f"{what}s.csv").read_text()
        assert told["counts"][f"{what}s"] == len(
            {row[what] for row in csv.DictReader(io.StringIO(table))}
        )
    parts = {key: n for key, n in told["counts"].items() if key.startswith("statements in ")}
    assert sum(parts.values()) == told["counts"]["statements"]


def test_the_page_names_every_file(release):
    page = (release.folder / "README.md").read_text()
    files = set(contents(release.folder)) - {"README.md", "manifest.json", SUMS}
    assert {name for name in files if f"| {name} |" not in page} == set()
    assert release.version in page


def test_the_files_may_be_read_by_others(release):
    mode = release.folder.stat().st_mode & 0o777
    umask = os.umask(0)
    os.umask(umask)
    assert mode == 0o777 & ~umask


@pytest.fixture
def tiny():
    name = ox.NamedNode("http://example.org/a")
    return graph_of([ox.Triple(name, name, ox.Literal("one"))])


def test_a_release_replaces_an_older_one_and_leaves_nothing_beside(tiny, tmp_path):
    target = tmp_path / "r"
    write_release(tiny, target)
    before = contents(target)
    write_release(graph_of([]), target)
    assert contents(target) != before
    write_release(tiny, target)
    assert contents(target) == before
    assert [path.name for path in tmp_path.iterdir()] == ["r"]


def test_a_folder_that_is_no_release_is_refused(tiny, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(CannotWrite, match="holds files and is no release"):
        write_release(tiny, tmp_path)
    assert contents(tmp_path) == {"thesis.txt": b"mine"}


def test_a_release_with_a_file_of_somebodys_own_is_refused(tiny, tmp_path):
    write_release(tiny, tmp_path / "r")
    (tmp_path / "r" / "mappings").mkdir()
    (tmp_path / "r" / "mappings" / "note.txt").write_text("mine")
    with pytest.raises(CannotWrite, match=r"holds mappings/note\.txt"):
        write_release(tiny, tmp_path / "r")


def test_a_release_without_a_place_is_refused_in_one_line(run, tmp_path):
    for place in (tmp_path / "none" / "r", tmp_path / "file"):
        (tmp_path / "file").write_text("")
        code, _, told = run("export", "--release", str(place))
        assert (code, told.count("\n")) == (2, 1)


def test_what_xml_cannot_hold_is_refused_and_nothing_is_left(tmp_path):
    subject = ox.NamedNode("http://example.org/a")
    bad = graph_of([ox.Triple(subject, ox.NamedNode("http://example.org/1"), subject)])
    with pytest.raises(BadParameter, match="XML cannot hold"):
        write_release(bad, tmp_path / "r")
    assert list(tmp_path.iterdir()) == []


def test_a_write_that_fails_leaves_the_older_release(tiny, tmp_path):
    resource = pytest.importorskip("resource")
    write_release(tiny, tmp_path / "r")
    before = contents(tmp_path)
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    former = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limit[1]))
    try:
        with pytest.raises(CannotWrite, match="Nothing was changed"):
            write_release(tiny, tmp_path / "r")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, former)
    assert contents(tmp_path) == before


def test_a_release_says_no_more_than_where(run, tmp_path):
    for more in (["acne"], ["-f", "ttl"], ["--type", "Concern"], ["-o", "x.ttl"]):
        code, _, told = run("export", "--release", str(tmp_path / "r"), *more)
        assert code == 2
        assert "--release writes the whole graph" in told
    assert list(tmp_path.iterdir()) == []


def test_the_prefixes_of_other_vocabularies_are_prefixes_in_json_ld(release):
    context = json.loads((release.folder / "skingraph.jsonld").read_text())["@context"]
    assert context["skin"] == PREFIXES["skin"]
    assert context["HP"] == {"@id": PREFIXES["HP"], "@prefix": True}
