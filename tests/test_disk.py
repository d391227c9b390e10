"""Stores on disk: built whole or not at all, read by several, and damage told."""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyoxigraph as ox
import pytest
from tests.pieces import LEAFLET, claim, concept

from skingraph.building import Order, build
from skingraph.errors import BadFile, CannotWrite, QueryStopped
from skingraph.rows import Rows
from skingraph.sandbox import Limits, in_child
from skingraph.store import SkinGraph

COMMAND = [sys.executable, "-m", "skingraph"]
TREATS = claim("mine", "mine", "treats", "acne-scar") + concept("mine", "Treatment")
SHIPPED = "SELECT ?c { GRAPH skg:asserted { ?c a skg:Claim } }"


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """A store of the shipped graph, for those who only read it."""
    folder = tmp_path_factory.mktemp("shipped") / "store"
    build(folder, Order())
    return folder


@pytest.fixture
def store(shipped, tmp_path):
    return shutil.copytree(shipped, tmp_path / "store")


def loaded(folder, *paths, replace=False, in_memory=1 << 40):
    build(folder, Order(tuple(map(str, paths))), replace=replace, in_memory=in_memory)
    return SkinGraph.open(folder)


def lines(path, count, line='<urn:s{n}> <urn:p/{pad}> "{n}"^^<{xsd}integer> .'):
    """A file of this many statements."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n".format(n=n, pad=PAD, xsd=XSD) for n in range(count))
    return path


# A file of this many such lines is read as a stream.
MANY = 20_000
PAD = "x" * 90
XSD = "http://www.w3.org/2001/XMLSchema#"


def test_the_shipped_graph_is_loaded_with_its_graphs(run, tmp_path, graph):
    code, out, told = run("load", "--store", str(tmp_path / "store"))
    assert (code, out) == (0, "")
    assert told.splitlines()[-1].startswith(f"{tmp_path / 'store'}: {len(graph):,} statements")
    assert len(SkinGraph.open(tmp_path / "store")) == len(graph)


def test_a_file_of_claims_gets_our_schema_and_the_rules(run, tmp_path, write):
    code, _, told = run("load", write(LEAFLET + TREATS), "--store", str(tmp_path / "store"))
    assert code == 0, told
    mine = SkinGraph.open(tmp_path / "store")
    assert mine.ask("ASK { GRAPH skg:inferred { skin:mine skg:treats skin:acne-scar } }")
    assert mine.union


def test_a_file_of_plain_data_stays_as_it_is(tmp_path, write):
    mine = loaded(tmp_path / "store", write("skin:a skos:prefLabel 'a' ."))
    assert [str(quad.graph_name) for quad in mine.store] == ["DEFAULT"]


def test_a_filter_holds_for_what_is_loaded(run, tmp_path, graph):
    run("load", "--min-evidence", "E2", "--store", str(tmp_path / "store"))
    mine = SkinGraph.open(tmp_path / "store")
    assert len(mine.select(SHIPPED)) < len(graph.select(SHIPPED))


def test_load_needs_a_folder(run):
    code, _, told = run("load")
    assert code == 2
    assert "--store DIR" in told


def test_a_folder_of_something_else_is_left_alone(run, tmp_path):
    (tmp_path / "diary.txt").write_text("mine")
    code, _, told = run("load", "--replace", "--store", str(tmp_path))
    assert code == 2
    assert "diary.txt" in told
    assert [path.name for path in tmp_path.iterdir()] == ["diary.txt"]


def test_a_store_is_replaced_only_when_that_is_said(run, store):
    code, _, told = run("load", "--store", str(store))
    assert code == 2
    assert "--replace" in told
    assert run("load", "--replace", "--store", str(store))[0] == 0
    assert len([path for path in store.iterdir() if path.is_dir()]) == 1


def test_a_file_that_is_wrong_leaves_nothing_and_keeps_what_was_there(run, store, tmp_path, write):
    wrong = write("skin:a skos:prefLabel .")
    code, _, told = run("load", wrong, "--store", str(tmp_path / "new"))
    assert code == 2
    assert f"{wrong}:11:" in told
    assert not (tmp_path / "new").exists()
    before = sorted(store.rglob("*"))
    assert run("load", wrong, "--replace", "--store", str(store))[0] == 2
    assert sorted(store.rglob("*")) == before
    assert SkinGraph.open(store).ask("ASK { ?c a skg:Claim }")


@pytest.mark.parametrize("folder", ["nowhere", "empty", "file"])
def test_what_is_no_store_is_told_in_one_line(run, tmp_path, folder):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    code, out, told = run("stats", "--store", str(tmp_path / folder))
    assert (code, out) == (2, "")
    assert len(told.splitlines()) == 1


def test_no_moment_of_a_load_leaves_a_store_that_only_looks_whole(tmp_path, write):
    file, folder = write(LEAFLET + TREATS), tmp_path / "store"
    whole = len(loaded(tmp_path / "reference", file))
    chance, killed = random.Random(3), 0
    began = time.monotonic()
    subprocess.run([*COMMAND, "load", file, "--store", tmp_path / "timed"], check=True)
    took = time.monotonic() - began
    for _ in range(15):
        process = subprocess.Popen(
            [*COMMAND, "load", file, "--replace", "--store", folder],
            start_new_session=True,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(took * chance.uniform(0.1, 0.95))
        os.killpg(process.pid, signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        try:
            assert len(list(SkinGraph.open(folder).store)) == whole
        except BadFile as error:
            assert "no store is here" in str(error)  # noqa: PT017
    assert killed > 2
    # The child of the last one may still be on its way out, with the lock in its hand.
    with (folder / "skingraph.lock").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
    assert len(loaded(folder, file, replace=True)) == whole
    assert {path.name[:5] for path in folder.iterdir()} == {"data-", "sking"}


def test_a_killed_load_takes_its_child_with_it(tmp_path):
    file = lines(tmp_path / "large.nt", 2 * MANY)
    process = subprocess.Popen(
        [*COMMAND, "load", file, "--store", tmp_path / "store"], stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("store/loading-*")) and time.monotonic() < deadline:
        if not (tmp_path / "store" / "skingraph.lock").exists():
            time.sleep(0.01)
            continue
        break
    process.kill()
    process.wait()
    # The lock is free again as soon as no process of that load lives.
    for _ in range(200):
        try:
            assert len(loaded(tmp_path / "store", file, replace=True)) == 2 * MANY
            return
        except CannotWrite:
            time.sleep(0.05)
    pytest.fail("somebody still holds the folder")


def test_a_load_that_is_told_to_stop_leaves_nothing(tmp_path):
    file = lines(tmp_path / "large.nt", 2 * MANY)
    process = subprocess.Popen(
        [*COMMAND, "load", file, "--store", tmp_path / "store"], stderr=subprocess.DEVNULL
    )
    while process.poll() is None and not (tmp_path / "store" / "skingraph.lock").exists():
        time.sleep(0.01)
    process.terminate()
    assert process.wait() == 143
    assert not (tmp_path / "store").exists()


def test_two_loads_into_one_folder_do_not_meet(run, store):
    import fcntl

    with (store / "skingraph.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        code, _, told = run("load", "--replace", "--store", str(store))
    assert code == 2
    assert "another load" in told


def test_any_flipped_byte_is_told_when_the_store_is_opened(run, store):
    data = next(path for path in store.iterdir() if path.is_dir())
    told = json.loads((store / "skingraph.json").read_text())
    chance = random.Random(1)
    for name in told["files"]:
        path = data / name
        if not (content := bytearray(path.read_bytes())):
            continue
        whole = bytes(content)
        content[chance.randrange(len(content))] ^= 1
        path.write_bytes(content)
        code, out, said = run("stats", "--store", str(store))
        assert (code, out) == (2, "")
        assert name in said
        path.write_bytes(whole)
    assert run("stats", "--store", str(store))[0] == 0


def test_a_flipped_byte_of_the_stamp_is_told_or_harms_nothing(store, graph):
    stamp = store / "skingraph.json"
    whole, chance = stamp.read_bytes(), random.Random(2)
    for _ in range(40):
        content = bytearray(whole)
        content[chance.randrange(len(content))] ^= 1
        stamp.write_bytes(content)
        try:
            found = SkinGraph.open(store)
        except BadFile:
            continue
        assert len(list(found.store)) == len(graph)


@pytest.mark.parametrize("harm", ["cut", "gone"])
def test_a_cut_or_missing_file_is_told(store, harm):
    data = next(path for path in store.iterdir() if path.is_dir())
    largest = max(data.glob("*.sst"), key=lambda path: path.stat().st_size)
    if harm == "gone":
        largest.unlink()
    else:
        os.truncate(largest, largest.stat().st_size // 2)
    with pytest.raises(BadFile, match=largest.name):
        SkinGraph.open(store)


def test_a_store_of_another_version_is_told(store):
    stamp = store / "skingraph.json"
    stamp.write_text(stamp.read_text().replace(ox.__version__, "0.3.1"))
    with pytest.raises(BadFile, match=r"another version .*Load it again"):
        SkinGraph.open(store)


def test_several_read_one_store_at_once(shipped, graph):
    first, second = SkinGraph.open(shipped), SkinGraph.open(shipped)
    third = subprocess.run(
        [*COMMAND, "query", "-e", SHIPPED, "-f", "csv", "--store", shipped],
        capture_output=True,
        check=True,
    )
    expected = len(graph.select(SHIPPED))
    assert len(first.select(SHIPPED)) == len(second.select(SHIPPED)) == expected
    assert len(third.stdout.splitlines()) == expected + 1


def test_a_reader_keeps_the_store_that_it_opened(store, write, graph):
    reader = SkinGraph.open(store)
    expected = len(graph.select(SHIPPED))
    new = loaded(store, write(LEAFLET + TREATS), replace=True)
    answer = reader.answer(SHIPPED)
    assert isinstance(answer, Rows)
    assert len(reader.select(SHIPPED)) == len(answer) == expected
    assert new.ask("ASK { skin:mine skg:treats skin:acne-scar }")
    assert not new.select(SHIPPED).terms
    del reader
    loaded(store, write(LEAFLET + TREATS), replace=True)
    # The old data went with its last reader, at the load after that.
    assert len([path for path in store.iterdir() if path.is_dir()]) <= 2


def test_a_query_of_others_is_limited_on_disk_too(shipped):
    mine = SkinGraph.open(shipped)
    with pytest.raises(QueryStopped):
        mine.answer("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", limits=Limits(seconds=0.5))
    assert mine.answer("ASK { ?c a skg:Claim }") is True


def test_a_confined_child_can_use_the_store_it_reopened(shipped):
    mine = SkinGraph.open(shipped)
    there: list[SkinGraph] = []
    work = lambda: str(len(there[0].select(SHIPPED))).encode()
    found = in_child(work, opening=lambda: there.append(mine.reopened()))
    assert int(found) == len(mine.select(SHIPPED))


def test_a_graph_in_memory_needs_no_reopening(graph):
    assert graph.reopened() is graph


def test_a_store_is_opened_where_nothing_can_be_written(run, store):
    for path in (*store.rglob("*"), store):
        path.chmod(path.stat().st_mode & 0o555)
    mounts = [["mount", "--bind", store, store], ["mount", "-o", "remount,bind,ro", store]]
    is_mounted = os.geteuid() == 0 and all(
        subprocess.run(command, check=False, capture_output=True).returncode == 0
        for command in mounts
    )
    try:
        code, _, told = run("query", "-e", SHIPPED, "--store", str(store))
        assert code == 0, told
        # Root may write wherever nothing is mounted so.
        refused = is_mounted or os.geteuid() != 0
        assert run("load", "--replace", "--store", str(store))[0] == (2 if refused else 0)
    finally:
        if is_mounted:
            subprocess.run(["umount", store], check=True)
        for path in (store, *store.rglob("*")):
            path.chmod(path.stat().st_mode | 0o700)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a full device")
def test_a_full_disk_is_one_line_and_leaves_nothing(tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", small],
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip("only root can mount a small disk")
    try:
        done = subprocess.run(
            [*COMMAND, "load", "--store", small / "store"],
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1
        assert not (small / "store").exists()
    finally:
        subprocess.run(["umount", small], check=True)


def test_a_folder_that_cannot_be_made_is_one_line(run, tmp_path):
    (tmp_path / "file").touch()
    code, _, told = run("load", "--store", str(tmp_path / "file" / "store"))
    assert code == 2
    assert len(told.splitlines()) == 1


def scattered(count):
    """Statements that a packer cannot make much smaller."""
    chance = random.Random(1)
    return "".join(
        f"<urn:{chance.randbytes(30).hex()}> <urn:p> <urn:o> .\n" for _ in range(count)
    ).encode()


def test_large_files_are_read_as_streams_in_each_format(tmp_path):
    turtle = lines(tmp_path / "large.ttl", MANY)
    packed = tmp_path / "large.nt.gz"
    packed.write_bytes(gzip.compress(scattered(MANY), 1))
    quads = lines(tmp_path / "large.nq", MANY, "<urn:s{n}> <urn:p/{pad}> <urn:o{n}> <urn:g> .")
    for file in (turtle, packed, quads):
        assert len(SkinGraph.read(file)) == MANY
        assert len(loaded(tmp_path / file.name.replace(".", "-"), file)) == MANY


@pytest.mark.parametrize("in_memory", [1 << 40, 0], ids=["over memory", "straight to disk"])
def test_a_large_file_of_claims_gets_our_schema_and_the_rules(tmp_path, in_memory):
    file = lines(tmp_path / "large.nt", MANY)
    with file.open("a", encoding="utf-8") as more:
        for quad in SkinGraph.load().store:
            if quad.graph_name.value.endswith("asserted"):
                more.write(f"{quad.triple} .\n")
    mine = loaded(tmp_path / "store", file, in_memory=in_memory)
    shipped = SkinGraph.load()
    count = "SELECT (COUNT(*) AS ?n) { ?s skg:treats ?o }"
    assert mine.select(count).terms == shipped.select(count).terms


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('<urn:s> <urn:p> "abc"^^<http://www.w3.org/2001/XMLSchema#integer> .', "no xsd:integer"),
        ('<urn:s> <urn:p> "2026-02-31"^^<http://www.w3.org/2001/XMLSchema#date> .', "no xsd:date"),
        ("<urn:s> <urn:p> .", ""),
        ("<urn:s> <urn:p> <urn:o", ""),
        ("<urn:s> <urn:p> <<( <urn:a> <urn:b> <urn:c> )>> .", "inside a triple"),
    ],
)
def test_a_bad_line_of_a_large_file_is_told_and_nothing_loaded(tmp_path, line, reason):
    file = lines(tmp_path / "large.nt", MANY)
    with file.open("a", encoding="utf-8") as more:
        more.write("<urn:c> a-claim\n" if not line else f"{line}\n")
        more.write("<urn:c> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type>")
        more.write(" <https://w3id.org/skingraph/schema#Claim> .\n")
    where = f"{file}" if "inside" in reason else f"{file}:{MANY + 1}"
    for read in (SkinGraph.read, lambda path: loaded(tmp_path / "store", path)):
        with pytest.raises(BadFile) as refused:
            read(file)
        assert str(refused.value).startswith(where)
        assert reason in str(refused.value)
    assert not (tmp_path / "store").exists()


def test_a_large_file_that_is_not_utf_8_is_told_with_its_line(tmp_path):
    file = lines(tmp_path / "large.nt", MANY)
    with file.open("ab") as more:
        more.write(b'<urn:s> <urn:p> "caf\xe9" .\n')
    with pytest.raises(BadFile, match=rf":{MANY + 1}: byte 0xE9 is not UTF-8"):
        SkinGraph.read(file)


def test_a_cut_large_gzip_file_is_told(tmp_path):
    file = tmp_path / "large.nt.gz"
    file.write_bytes(gzip.compress(scattered(MANY), 1)[:-1000])
    with pytest.raises(BadFile, match="not a whole gzip file"):
        SkinGraph.read(file)


def test_blank_nodes_of_two_large_files_stay_apart(tmp_path):
    line = "_:same <urn:p{n}> <urn:o/{pad}> ."
    files = [lines(tmp_path / f"{name}.nt", MANY, line) for name in "ab"]
    both = SkinGraph.read(files)
    assert len({quad.subject for quad in both.store}) == 2
    on_disk = loaded(tmp_path / "store", *files)
    assert {str(q) for q in on_disk.store} == {str(q) for q in both.store}


def test_ill_typed_values_of_large_plain_data_are_kept_and_told(run, tmp_path):
    file = lines(
        tmp_path / "large.nt",
        MANY,
        '<urn:s{n}> <urn:p/{pad}> "x"^^<{xsd}integer> .',
    )
    code, _, told = run("load", str(file), "--store", str(tmp_path / "store"))
    assert code == 0
    assert ":1: 'x' is no xsd:integer" in told


def test_a_large_file_may_not_change_what_is_shipped(tmp_path):
    file = lines(tmp_path / "large.nt", MANY)
    with file.open("a", encoding="utf-8") as more:
        more.write("<https://w3id.org/skingraph/microneedling>")
        more.write(' <http://www.w3.org/2004/02/skos/core#prefLabel> "other"@en .\n')
    with pytest.raises(BadFile, match="skin:microneedling is shipped"):
        SkinGraph.load(also=[file])


def test_progress_is_quiet_where_nobody_watches(tmp_path):
    file = lines(tmp_path / "large.nt", MANY)
    done = subprocess.run(
        [*COMMAND, "load", file, "--store", tmp_path / "store"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""
    assert done.stderr.splitlines()[-1].startswith(f"{tmp_path / 'store'}: {MANY:,} statements")
