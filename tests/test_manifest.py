"""Extracts that can be proved: the command export, its manifest, and the command verify."""

import gzip
import inspect
import itertools
import json
import re
import subprocess

import pytest
from tests.pieces import LEAFLET, ROOT, claim, concept
from tests.server import running

from skingraph import verification
from skingraph.cli.files import export
from skingraph.errors import BadFile
from skingraph.export import FORMATS, RDF_FORMATS, write_graph
from skingraph.manifest import Manifest, content_of
from skingraph.prefixes import SKIN
from skingraph.store import SkinGraph
from skingraph.verification import verify

PEEL = (
    LEAFLET,
    concept("care", "Treatment"),
    concept("peel", "Treatment", broader="care"),
    concept("spot", "Concern"),
    concept("burn", "SideEffect"),
    concept("pregnancy", "PatientFactor"),
    claim(
        "may",
        "peel",
        "treats",
        "spot",
        certainty="skg:Hedged",
        hedge='"may"',
        effect="skg:Improves",
    ),
    claim("never", "care", "contraindicatedIn", "pregnancy", strength="skg:Absolute"),
    claim("burns-not", "peel", "hasSideEffect", "burn", polarity="skg:Refutes"),
    claim("burns", "care", "hasSideEffect", "burn"),
)


@pytest.fixture
def peel(write):
    """A small graph in a file, and what a command needs to use it."""
    path = write("".join(PEEL), "peel.ttl")
    return SkinGraph.read([path]), ("--graph", path)


# export


def test_what_was_taken_is_said_on_standard_error(run, peel):
    code, out, err = run(*peel[1], "export", "peel", "-f", "nt")
    assert code == 0
    assert re.search(
        r"^\d+ concepts, \d claims, \d+ triples exported; the schema", err, re.MULTILINE
    )
    assert f" {len(out.splitlines())} triples exported" in err


def test_a_dry_run_says_the_same_and_writes_nothing(run, peel, tmp_path):
    told = run(*peel[1], "export", "peel", "-f", "nt")[2].splitlines()[-1]
    path = tmp_path / "dry.nt"
    code, out, err = run(*peel[1], "export", "peel", "-o", str(path), "--dry-run", "--manifest")
    assert (code, out) == (0, "")
    assert err.strip() == told.replace("exported", "would be exported")
    assert not path.exists()
    assert not path.with_name("dry.nt.manifest.json").exists()


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("pel",), "'peel'"),
        (("--type", "Treatmnt"), "'treatment'"),
        (("--property", "treat"), "'treats'"),
        (("--source", "leafle"), "'leaflet'"),
        (("--authority", "textbok"), "'textbook'"),
        (("--min-evidence", "E9"), "E0"),
        (("--query", "side-efects"), "'side-effects'"),
        (("--query", "side-effects", "-p", "treatmnt=peel"), "'treatment'"),
        (("--between", "peel", "spt"), "'spot'"),
        (("claim:bruns",), "'burns'"),
        (("--construct", "no-such.rq"), "no-such.rq"),
        (("--part", "nodes"), "one file"),
        (("-f", "tsv"), "--part"),
        (("--manifest",), "Name a file"),
        (("--manifest", "peel"), ".json"),
        (("--asserted", "--inherited"), "both are taken"),
        (("--inherited", "--no-claims"), "inherited"),
        (("-p", "a=b"), "--query"),
        (
            ("--type", "Treatment", "--type", "PatientFactor", "--no-claims", "-f", "csv"),
            "csv-tables",
        ),
        (("--polarity", "perhaps"), "supports"),
        (("--release", "x", "--no-labels"), "say no more"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line_with_a_hint(run, peel, words, hint):
    code, out, err = run(*peel[1], "export", *words)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert hint in err


@pytest.mark.parametrize(
    "words",
    [
        ("--min-evidence", "E5"),
        ("--query", "cost"),
        ("--property", "sessions"),
        ("--property", "treats", "--polarity", "refutes"),
        ("--between", "burn", "spot"),
        ("--between", "burn", "spot", "--polarity", "supports"),
        ("spot", "--property", "hasSideEffect", "--asserted"),
    ],
)
def test_an_empty_selection_is_said_in_words_and_written_nowhere(run, peel, words, tmp_path):
    path = tmp_path / "empty.ttl"
    code, out, err = run(*peel[1], "export", *words, "-o", str(path))
    assert (code, out) == (1, "")
    assert "nothing fits, so nothing is written; that is no evidence of safety" in err
    assert not path.exists()


def test_concepts_without_claims_are_something(run, peel):
    for words in (
        ("--type", "Concern"),
        ("spot", "--hops", "0"),
        ("--type", "Concern", "--no-claims"),
    ):
        code, out, err = run(*peel[1], "export", *words, "-f", "nt")
        assert code == 0
        assert "1 concept, 0 claims" in err
        assert "skingraph/spot>" in out


def test_the_options_of_the_graph_choose_claims_of_the_whole_graph(run, peel, tmp_path):
    path = tmp_path / "part.nt"
    words = ("--source", "leaflet", "--polarity", "supports", "-o", str(path))
    code, _, err = run(*peel[1], "export", *words)
    assert code == 0
    # Without its denial, who loads the file would infer that a peel burns.
    assert "1 claim kept beside those asked for" in err
    assert (
        run("--graph", str(path), "query", "-e", "ASK { skin:peel skg:hasSideEffect skin:burn }")[0]
        == 1
    )


def test_a_part_is_asked_by_construct(run, peel, tmp_path):
    query = tmp_path / "mine.rq"
    query.write_text("CONSTRUCT { ?c ?p ?o } WHERE { ?c a skg:Claim ; ?p ?o }")
    code, out, _ = run(*peel[1], "export", "spot", "--construct", str(query), "-f", "nt")
    assert code == 0
    assert {line.split()[0] for line in out.splitlines()} == {f"<{SKIN}claim/may>"}


# The manifest


def test_a_manifest_says_what_was_selected_and_is_the_same_each_time(run, peel, tmp_path):
    path = tmp_path / "part.ttl"
    texts = []
    for _ in range(2):
        assert run(*peel[1], "export", "peel", "--hops", "2", "-o", str(path), "--manifest")[0] == 0
        texts.append(path.with_name("part.ttl.manifest.json").read_text())
    assert texts[0] == texts[1]
    assert str(tmp_path) not in texts[0]
    said = json.loads(texts[0])
    assert said["selection"] == {"concepts": [f"{SKIN}peel"], "hops": 2}
    assert said["counts"]["claims"] == 4
    assert said["graph"]["sha256"] == content_of(peel[0]).sha256
    assert [file["name"] for file in said["files"]] == ["part.ttl"]
    assert str(Manifest.read(path.with_name("part.ttl.manifest.json"))) == texts[0]


def test_the_check_sum_of_the_content_is_the_same_in_every_rdf_format(run, peel, tmp_path):
    sums = set()
    for format in RDF_FORMATS:
        path = tmp_path / f"part.{format}"
        run(*peel[1], "export", "peel", "-o", str(path), "--manifest")
        sums.add(Manifest.read(f"{path}.manifest.json").content)
    assert len(sums) == 1


def test_a_manifest_of_what_goes_to_standard_output_is_put_where_it_is_told(run, peel, tmp_path):
    path = tmp_path / "sums.json"
    code, out, _ = run(*peel[1], "export", "peel", "-f", "nt", f"--manifest={path}")
    assert code == 0
    (file,) = Manifest.read(path).files
    assert (file.name, file.bytes) == ("", len(out.encode()))
    (tmp_path / "kept.nt").write_bytes(out.encode())
    code, _, _ = run(*peel[1], "verify", str(tmp_path / "kept.nt"), "--manifest", str(path))
    assert code == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"manifest": "skingraph-extract/1"}',
        "[" * 100_000,
        '{"manifest": "other/1"}',
    ],
    ids=["empty", "list", "object", "cut", "deep", "other"],
)
def test_what_is_no_manifest_is_refused(tmp_path, text):
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(BadFile, match=r"x\.json"):
        Manifest.read(path)


# verify


@pytest.mark.parametrize("format", RDF_FORMATS)
@pytest.mark.parametrize("whole", [False, True], ids=["asserted", "whole"])
def test_an_extract_is_proved_in_every_rdf_format(peel, tmp_path, format, whole):
    graph, _ = peel
    path = tmp_path / f"part.{format}"
    path.write_bytes(write_graph(graph.subgraph("skin:peel"), format, whole=whole))
    proof = verify(graph, path)
    assert (proof.holds, proof.faults) == (True, ())
    assert proof.counts is not None
    assert proof.counts.claims == 3


@pytest.mark.parametrize("format", sorted(set(FORMATS) - {"csv-tables"}))
def test_an_export_with_its_manifest_is_proved_in_every_format(run, peel, tmp_path, format):
    path = tmp_path / f"part.{FORMATS[format].endings[0]}.gz"
    made = run(*peel[1], "export", "peel", "-o", str(path), "--manifest")
    assert made[0] == 0, made
    said = Manifest.read(f"{path}.manifest.json")
    for file in said.files:
        code, out, err = run(
            *peel[1],
            "verify",
            str(tmp_path / file.name),
            "--manifest",
            f"{path}.manifest.json",
        )
        assert (code, out) == (0, ""), err
        assert "is a true part of release" in err
    first = tmp_path / said.files[0].name
    first.write_bytes(gzip.compress(gzip.decompress(first.read_bytes()) + b"\n", mtime=0))
    code, out, _ = run(
        *peel[1], "verify", str(first), "--manifest", f"{path}.manifest.json", "-f", "csv"
    )
    assert code == 1
    assert "file-differs" in out


@pytest.mark.parametrize(
    ("pattern", "by", "fault"),
    [
        (
            r"<[^>]*claim/may> <[^>]*#certainty> .*\n",
            "",
            "cut-claim: claim:may: lacks skg:certainty",
        ),
        (r"<[^>]*claim/may> <[^>]*#hedge> .*\n", "", 'cut-claim: claim:may: lacks skg:hedge "may"'),
        (r"<[^>]*#passage> <[^>]*>", "<a:p> <a:o>", "lacks skg:passage passage:leaflet-0-9"),
        (r"<[^>]*passage/leaflet-0-9> <[^>]*#start> .*\n", "", "cut-passage: passage:leaflet-0-9"),
        (r"(?m)^<[^>]*source/leaflet> .*\n", "", "cut-source: source:leaflet"),
        (r"(?m)^<[^>]*/burn> .*\n", "", "cut-concept: skin:burn"),
        ("#Absolute>", "#Relative>", "foreign-statement: claim:never: skg:strength skg:Relative"),
        (
            "#Refutes>",
            "#Supports>",
            "foreign-statement: claim:burns-not: skg:polarity skg:Supports",
        ),
        (r"(?m)^<[^>]*claim/burns-not> .*\n", "", "denial-left-out: claim:burns-not"),
        (r"\Z", "<a:s> <a:p> _:x .\n", "foreign-statement: a:s: a:p"),
    ],
)
def test_what_is_foreign_or_cut_is_named(run, peel, tmp_path, pattern, by, fault):
    text = write_graph(peel[0], "nt").decode()
    changed = re.sub(pattern, by, text)
    assert changed != text
    path = tmp_path / "part.nt"
    path.write_text(changed)
    code, out, err = run(*peel[1], "verify", str(path))
    assert code == 1
    assert fault in out
    assert "is no true part" in err


def test_an_edge_that_says_more_than_its_claims_is_no_true_part(peel, tmp_path):
    graph, _ = peel
    path = tmp_path / "edges.nt"
    text = "<{0}peel> <{0}schema#{1}> <{0}{2}> .\n"
    path.write_text(text.format(SKIN, "treats", "spot"))
    assert [fault.kind for fault in verify(graph, path).faults] == ["bare-edge"]
    path.write_text(text.format(SKIN, "contraindicatedIn", "pregnancy"))
    assert [fault.kind for fault in verify(graph, path).faults] == ["bare-edge"]
    path.write_bytes(write_graph(graph.subgraph(with_claims=False), "nt"))
    assert verify(graph, path).holds


def test_what_is_inferred_may_not_pass_for_asserted(peel, tmp_path):
    graph, _ = peel
    path = tmp_path / "part.nq"
    quads = write_graph(graph, "nq", whole=True).decode()
    path.write_text(quads.replace("schema#inferred>", "schema#schema>"))
    faults = verify(graph, path).faults
    assert {fault.kind for fault in faults} == {"other-graph"}
    assert "and in the graph in skg:inferred" in faults[0].what


def test_the_mark_of_what_is_inherited_is_whole_or_not_there(peel, tmp_path):
    graph, _ = peel
    path = tmp_path / "part.nt"
    text = write_graph(graph, "nt", whole=True).decode()
    path.write_text(re.sub(r"<[^>]*inherited/[^>]*> <[^>]*inheritedFrom> .*\n", "", text))
    assert "cut-inheritance" in {fault.kind for fault in verify(graph, path).faults}


def test_a_manifest_of_another_graph_proves_nothing(run, peel, tmp_path, write):
    path = tmp_path / "part.csv"
    run(*peel[1], "export", "peel", "-o", str(path), "--manifest")
    other = write("".join(PEEL) + claim("more", "peel", "pairsWith", "care"), "more.ttl")
    code, out, _ = run("--graph", other, "verify", str(path))
    assert code == 1
    assert out.startswith("graph-differs")


def test_a_manifest_that_tells_another_selection_is_found_out(run, peel, tmp_path):
    path = tmp_path / "part.nt"
    run(*peel[1], "export", "spot", "-o", str(path), "--manifest")
    manifest = tmp_path / "part.nt.manifest.json"
    manifest.write_text(manifest.read_text().replace("skingraph/spot", "skingraph/burn"))
    code, out, _ = run(*peel[1], "verify", str(path))
    assert code == 1
    assert "content-differs: part.nt: the selection gives other statements" in out


@pytest.mark.parametrize(
    ("name", "said"),
    [("none.ttl", "No such file"), ("part.csv", "--manifest"), ("part.md", "is no RDF")],
)
def test_what_cannot_be_verified_is_said(run, tmp_path, name, said):
    if not name.startswith("none"):
        (tmp_path / name).write_text("a\n")
    code, out, err = run("verify", str(tmp_path / name))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err


def test_a_file_without_a_statement_proves_nothing(run, tmp_path):
    (tmp_path / "none.nt").write_text("# nothing\n")
    code, out, _ = run("verify", str(tmp_path / "none.nt"))
    assert code == 1
    assert out.startswith("holds-nothing")


def test_a_folder_and_blank_nodes_that_nobody_can_tell_apart_are_refused(run, tmp_path):
    pairs = itertools.permutations(range(14), 2)
    path = tmp_path / "clique.nt"
    path.write_text("".join(f"_:a{a} <a:p> _:a{b} .\n" for a, b in pairs))
    for name, said in ((path, "blank nodes"), (tmp_path, "no RDF file"), (".", "no RDF file")):
        code, out, err = run("verify", str(name))
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert said in err


def test_a_part_of_the_shipped_graph_is_proved_from_its_question(run, tmp_path):
    path = tmp_path / "effects.jsonld"
    words = ("--query", "side-effects", "-p", "treatment=peel")
    assert run("export", *words, "-o", str(path), "--manifest")[0] == 0
    said = json.loads((tmp_path / "effects.jsonld.manifest.json").read_text())
    assert said["selection"]["parameters"] == {"treatment": f"{SKIN}chemical-peel"}
    assert "SELECT" in said["query"]
    code, out, err = run("verify", str(path))
    assert (code, out) == (0, ""), err


def test_a_store_on_disk_gives_the_same_extract_and_the_same_manifest(run, peel, tmp_path):
    folder = tmp_path / "store"
    assert run("load", peel[1][1], "--store", str(folder))[0] == 0
    made = {}
    for name, where in (("memory", peel[1]), ("disk", ("--store", str(folder)))):
        path = tmp_path / name / "part.nt"
        path.parent.mkdir()
        code, _, err = run(*where, "export", "peel", "-o", str(path), "--manifest")
        assert code == 0, err
        made[name] = [file.read_bytes() for file in sorted(path.parent.iterdir())]
        assert run(*where, "verify", str(path))[0] == 0
    assert made["memory"] == made["disk"]


def test_a_graph_of_a_service_gives_the_same_extract(run, tmp_path):
    words = ("export", "SmartSkin", "--property", "cautionIn", "-f", "nt")
    with running(tmp_path) as server:
        where = ("--endpoint", f"{server.base}sparql")
        path = tmp_path / "part.nt"
        assert run(*where, *words, "-o", str(path), "--manifest")[0] == 0
        code, out, err = run(*where, "verify", str(path))
    assert (code, out) == (0, ""), err
    assert path.read_text() == run(*words)[1]
    assert run("verify", str(path))[0] == 0


def test_the_check_sum_of_the_content_needs_no_tool_of_ours(run, peel, tmp_path):
    path = tmp_path / "part.nt"
    run(*peel[1], "export", "peel", "-o", str(path), "--manifest")
    done = subprocess.run(
        f"LC_ALL=C sort -u '{path}' | sha256sum",
        shell=True,
        capture_output=True,
        text=True,
        check=True,
    )
    content = Manifest.read(f"{path}.manifest.json").content
    assert content is not None
    assert done.stdout.split()[0] == content.sha256


def test_the_page_on_extracts_tells_every_fault_and_every_option():
    page = (ROOT / "docs" / "extracts.md").read_text(encoding="utf-8")
    source = inspect.getsource(verification)
    kinds = set(re.findall(r'Fault\(\s*"([a-z-]+)"', source)) | set(verification._CUT.values())
    assert len(kinds) > 10
    assert {kind for kind in kinds if f"`{kind}`" not in page} == set()
    told = {"--release", "--output", "--format", "--headers", "--part", "--dry-run", "--parameter"}
    told |= {"--help", "--graph", "--also", "--store", "--endpoint"}
    options = {name for parameter in export.params for name in parameter.opts if "--" in name}
    assert {name for name in options - told if name not in page} == set()
