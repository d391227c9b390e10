"""Files that appear whole or not at all, packed or not, whatever happens in between."""

import ctypes
import gzip
import io
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.pieces import LEAFLET, PREFIXES, claim, concept

from skingraph.cli.session import choose_format
from skingraph.cli.standard_input import ending_of
from skingraph.errors import BadFile, BadParameter, CannotWrite
from skingraph.intake import intake
from skingraph.output import write_whole, written
from skingraph.packing import Unpacked

COMMAND = [sys.executable, "-m", "skingraph"]
TEXT = b"".join(b"<urn:s%d> <urn:p> <urn:o> .\n" % number for number in range(5000))
MINE = concept("a-peel", "Treatment") + concept("a-scar", "Concern")
CLAIM = claim("one", "a-peel", "treats", "a-scar")
# What lets the superuser write anywhere; without it, permissions count for all.
_CAP_DAC_OVERRIDE, _PR_CAPBSET_DROP = 1, 24


def shell(*arguments, **more):
    more.setdefault("timeout", 60)
    return subprocess.run([*COMMAND, *arguments], capture_output=True, check=False, **more)


def zstd():
    return pytest.importorskip(
        "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
    )


def as_anybody():
    if os.geteuid() == 0:
        ctypes.CDLL(None).prctl(_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE, 0, 0, 0)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A store on disk whose export takes long enough to be disturbed."""
    folder = tmp_path_factory.mktemp("large")
    lines = (f"<urn:s{number}> <urn:p> <urn:o{number}> .\n" for number in range(60_000))
    (folder / "large.nt").write_text("".join(lines))
    made = shell("load", str(folder / "large.nt"), "--store", str(folder / "store"))
    assert made.returncode == 0, made.stderr
    return str(folder / "store")


@pytest.fixture
def old(tmp_path):
    path = tmp_path / "kept.nt"
    path.write_text("old")
    return path


def test_what_is_written_stands_when_the_block_has_ended(tmp_path):
    path = tmp_path / "new.nt"
    with written(path) as file:
        file.write(TEXT)
        assert not path.exists()
    assert path.read_bytes() == TEXT
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("ending", ["", ".gz", ".zst"])
def test_whatever_ends_the_block_early_leaves_the_old_file_alone(tmp_path, ending):
    if ending == ".zst":
        zstd()
    path = tmp_path / f"kept.nt{ending}"
    path.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt):
        _write_and_leave(path, KeyboardInterrupt())
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_gets_its_target_replaced_and_a_device_is_written_into(tmp_path):
    target, link = tmp_path / "target.nt", tmp_path / "link.nt"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    with written(link) as file:
        file.write(b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert target.stat().st_mode & 0o777 == 0o640
    with written("/dev/null") as file:
        file.write(b"new")
    assert not Path("/dev/null").is_file()


@pytest.mark.parametrize(("ending", "tool"), [(".gz", "gzip"), (".zst", "zstd")])
def test_a_packed_file_is_what_the_usual_tool_unpacks(tmp_path, ending, tool):
    if ending == ".zst":
        zstd()
    if not shutil.which(tool):
        pytest.skip(f"{tool} is not installed")
    path = tmp_path / f"new.nt{ending}"
    write_whole(path, TEXT)
    assert path.stat().st_size < len(TEXT) / 10
    assert subprocess.run([tool, "-dc", path], capture_output=True, check=True).stdout == TEXT
    assert subprocess.run([tool, "-t", path], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("ending", [".gz", ".zst"])
def test_packed_bytes_tell_neither_the_time_nor_the_name(tmp_path, ending):
    if ending == ".zst":
        zstd()
    one, other = tmp_path / f"one.nt{ending}", tmp_path / f"other.nt{ending}"
    write_whole(one, TEXT)
    os.utime(one, (0, 0))
    time.sleep(1.1 if ending == ".gz" else 0)
    with written(other) as file:
        for line in TEXT.splitlines(keepends=True):
            file.write(line)
    assert one.read_bytes() == other.read_bytes()
    assert b"one" not in one.read_bytes()[:40]


@pytest.mark.parametrize("ending", [".gz", ".zst"])
def test_a_packed_graph_is_read_again(run, tmp_path, ending):
    if ending == ".zst":
        zstd()
    plain, packed = tmp_path / "part.ttl", tmp_path / f"part.ttl{ending}"
    assert run("export", "dermaplaning", "-o", str(plain))[0] == 0
    assert run("export", "dermaplaning", "-o", str(packed))[0] == 0
    first = run("--graph", str(plain), "stats", "-f", "csv")
    assert run("--graph", str(packed), "stats", "-f", "csv")[:2] == first[:2]
    assert first[0] == 0


@pytest.mark.parametrize("ending", [".gz", ".zst"])
def test_a_cut_or_damaged_packed_file_is_refused_small_or_large(tmp_path, ending):
    if ending == ".zst":
        zstd()
    noise = "".join(f'<urn:s> <urn:p> "{os.urandom(40).hex()}" .\n' for _ in range(6000))
    for content in (TEXT, noise.encode()):
        path = tmp_path / f"new.nt{ending}"
        write_whole(path, content)
        packed = bytearray(path.read_bytes())
        damaged = tmp_path / f"bad.nt{ending}"
        damaged.write_bytes(packed[: len(packed) * 2 // 3])
        told = shell("--graph", str(damaged), "stats")
        assert told.returncode == 2
        assert b"bad.nt" in told.stderr
        assert b"not a whole" in told.stderr


@pytest.mark.parametrize("ending", [".gz", ".zst"])
def test_a_bomb_is_refused_by_what_it_holds(tmp_path, ending):
    if ending == ".zst":
        zstd()
    path = tmp_path / f"bomb.nt{ending}"
    with written(path) as file:
        for _ in range(100):
            file.write(b"#" * (1 << 20))
    assert path.stat().st_size < 128 << 10
    with pytest.raises(BadFile, match="larger than 64 MB when unpacked"):
        intake(path)


def test_unpacking_holds_no_more_than_is_asked_for():
    packed = gzip.compress(b"x" * (64 << 20))
    assert Unpacked(io.BytesIO(packed), "gzip", "x.gz").read(10) == b"x" * 10


def test_without_zstandard_one_line_says_what_to_install(tmp_path):
    # An interpreter that sees nothing of the name stands for a machine without the extra.
    hide = (
        "import sys; sys.modules['backports.zstd'] = sys.modules['compression.zstd'] = None;"
        "from skingraph.cli import main; main(sys.argv[1:])"
    )
    path = tmp_path / "x.ttl.zst"
    path.write_bytes(b"\x28\xb5\x2f\xfd")
    for arguments in (["export", "dermaplaning", "-o", str(path)], ["--graph", str(path), "stats"]):
        told = subprocess.run(
            [sys.executable, "-c", hide, *arguments], capture_output=True, text=True, check=False
        )
        assert told.returncode == 2
        assert "pip install 'skingraph[zstd]'" in told.stderr
        assert len(told.stderr.splitlines()) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["x.ttl.zst"]


@pytest.mark.parametrize(
    ("name", "chosen"),
    [
        ("x.ttl.gz", "ttl"),
        ("x.TTL.GZ", "ttl"),
        ("x.nt.zst", "nt"),
        ("a.b.csv", "csv"),
        ("x.gz", "nt"),
        ("x", "nt"),
        (".ttl", "ttl"),
        ("x.gv", "dot"),
        ("a.ttl/x", "nt"),
        (None, "nt"),
        ("-", "nt"),
    ],
)
def test_the_ending_before_the_packing_chooses_the_format(name, chosen):
    known = ("ttl", "nt", "csv", "dot")
    assert choose_format(name, None, known, "nt", endings={"gv": "dot"}) == chosen
    assert choose_format(name, "csv", known, "nt") == "csv"


def test_an_ending_that_is_no_format_is_refused():
    with pytest.raises(BadParameter, match=r"the ending \.bak"):
        choose_format("x.ttl.bak", None, ("ttl",), "ttl")


@pytest.mark.parametrize("ending", ["", ".gz", ".zst"])
def test_a_full_disk_leaves_the_old_file_and_is_said(store, tmp_path, ending):
    if ending == ".zst":
        zstd()
    old = tmp_path / f"kept.nt{ending}"
    old.write_text("old")
    limit = 5_000

    def little_room():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    told = shell("export", "--store", store, "-o", str(old), preexec_fn=little_room)
    assert told.returncode == 2
    assert b"kept.nt" in told.stderr
    assert b"File too large" in told.stderr
    assert b"Nothing was changed" in told.stderr
    assert old.read_text() == "old"
    assert list(tmp_path.iterdir()) == [old]


def test_a_disk_that_is_really_full_leaves_the_old_file(store, tmp_path):
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(tmp_path)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("mounting a small disk is not allowed here")
    try:
        old = tmp_path / "kept.nt"
        old.write_text("old")
        told = shell("export", "--store", store, "-o", str(old))
        assert told.returncode == 2
        assert b"No space left on device" in told.stderr
        assert old.read_text() == "old"
        assert list(tmp_path.iterdir()) == [old]
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
@pytest.mark.parametrize("output", ["/dev/full", "-"])
def test_a_full_device_is_said(output):
    with Path("/dev/full").open("wb") as full:
        told = subprocess.run(
            [*COMMAND, "export", "-f", "nt", "-o", output],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert told.returncode == 2
    assert b"No space left on device" in told.stderr
    assert b"Traceback" not in told.stderr


def test_a_folder_without_permission_is_said(tmp_path):
    folder = tmp_path / "closed"
    folder.mkdir()
    old = folder / "kept.nt"
    old.write_text("old")
    folder.chmod(0o555)
    try:
        told = shell("export", "-o", str(old), preexec_fn=as_anybody)
    finally:
        folder.chmod(0o755)
    assert told.returncode == 2
    assert told.stderr.decode().splitlines() == [
        f"skingraph: {old}: cannot be written (Permission denied). Nothing was changed."
    ]
    assert old.read_text() == "old"
    assert list(folder.iterdir()) == [old]


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(CannotWrite, match="No such file or directory"):
        write_whole(tmp_path / "no" / "such.ttl", b"")


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="no /proc to look into")
@pytest.mark.parametrize(
    ("number", "code", "words"),
    [
        (signal.SIGINT, 130, b"stopped"),
        (signal.SIGTERM, 143, b"stopped by SIGTERM"),
        (signal.SIGKILL, -9, b""),
    ],
)
def test_an_export_that_is_killed_in_the_middle_leaves_the_old_file(
    store, old, number, code, words
):
    process = subprocess.Popen(
        [*COMMAND, "export", "--store", store, "-o", str(old)],
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    )
    try:
        _wait_for_a_part(process, old.parent)
        process.send_signal(number)
        _, told = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == code
    assert words in told
    assert b"Traceback" not in told
    assert old.read_text() == "old"
    # After SIGKILL, too: the new file has no name before it is whole, where the system can do so.
    assert list(old.parent.iterdir()) == [old] or not hasattr(os, "O_TMPFILE")


def test_what_a_file_system_without_nameless_files_has_is_whole_too(old, monkeypatch):
    monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    with pytest.raises(SystemExit):
        _write_and_leave(old, SystemExit(143))
    assert list(old.parent.iterdir()) == [old]
    write_whole(old, b"new")
    assert old.read_bytes() == b"new"
    assert list(old.parent.iterdir()) == [old]


@pytest.mark.parametrize("format", ["nt", "ttl", "jsonld", "graphml"])
def test_a_pipe_that_closes_early_ends_quietly(format):
    line = " ".join([*COMMAND, "export", "--type", "Treatment", "-f", format])
    told = subprocess.run(
        ["bash", "-c", f"{line} | head -1; echo ${{PIPESTATUS[0]}}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout.splitlines()[-1] == "0"
    assert "Traceback" not in told.stderr
    assert "Broken pipe" not in told.stderr


@pytest.mark.parametrize("format", ["ttl", "nt", "nq", "trig", "jsonld", "rdf"])
def test_an_export_is_read_from_standard_input_in_every_format_of_rdf(tmp_path, format):
    exported = shell("export", "dermaplaning", "-f", format, "-o", "-").stdout
    path = tmp_path / f"part.{format}"
    path.write_bytes(exported)
    piped = shell("--graph", "-", "stats", "-f", "csv", input=exported)
    assert piped.returncode == 0, piped.stderr
    assert piped.stdout == shell("--graph", str(path), "stats", "-f", "csv").stdout


@pytest.mark.parametrize("packing", ["gzip", "zstd"])
def test_standard_input_may_be_packed(tmp_path, packing):
    if packing == "zstd":
        zstd()
    path = tmp_path / f"mine.ttl{'.gz' if packing == 'gzip' else '.zst'}"
    write_whole(path, (PREFIXES + LEAFLET + MINE + CLAIM).encode())
    told = shell("--also", "-", "show", "a peel", input=path.read_bytes())
    assert told.returncode == 0, told.stderr
    assert b"a scar" in told.stdout


def test_a_large_graph_is_read_from_standard_input(tmp_path):
    lines = (f"<urn:s{number}> <urn:p> <urn:o> .\n" for number in range(60_000))
    told = shell("load", "-", "--store", str(tmp_path / "store"), input="".join(lines).encode())
    assert told.returncode == 0
    assert b"60,000 statements loaded" in told.stderr


def test_what_is_wrong_in_standard_input_is_said_of_it():
    told = shell("--graph", "-", "stats", input=b"<urn:s> <urn:p> .\n")
    assert told.returncode == 2
    assert told.stderr.startswith(b"skingraph: standard input:1:")


def test_nothing_of_standard_input_is_left(tmp_path):
    told = shell("--graph", "-", "stats", input=TEXT, env=os.environ | {"TMPDIR": str(tmp_path)})
    assert told.returncode == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("--graph", "-", "query", "-"),
        ("--graph", "-", "--also", "-", "stats"),
        ("--also", "-", "--also", "-", "stats"),
    ],
)
def test_standard_input_is_read_once(arguments):
    told = shell(*arguments, input=b"")
    assert told.returncode == 2
    assert b"can be read once" in told.stderr


def test_closed_standard_input_is_said():
    line = " ".join([*COMMAND, "--graph - stats <&-"])
    told = subprocess.run(["bash", "-c", line], capture_output=True, check=False)
    assert told.returncode == 2
    assert b"standard input is closed" in told.stderr


@pytest.mark.parametrize(
    ("beginning", "ending"),
    [
        (b'<?xml version="1.0"?><rdf:RDF/>', ".rdf"),
        (b"\xef\xbb\xbf\n<rdf:RDF>", ".rdf"),
        (b'{"@context": {}}', ".jsonld"),
        (b'[{"@id": "urn:a"}]', ".jsonld"),
        (b"[] <urn:p> <urn:o> .", ".trig"),
        (b"[ <urn:p> <urn:o> ] <urn:p> <urn:o> .", ".trig"),
        (b"{ <urn:s> <urn:p> <urn:o> }", ".trig"),
        (b"<urn:s> <urn:p> <urn:o> .\n<urn:s> <urn:p> <urn:o> <urn:g> .\n", ".nq"),
        (b'_:b <urn:p> "a . b"@en-GB . # so\n', ".nq"),
        (b"<urn:s> <urn:p> <urn:o> ;\n  <urn:q> <urn:o> .\n", ".trig"),
        (b"PREFIX a: <urn:a>\na:s a a:o .\n", ".trig"),
        (b"", ".nq"),
    ],
)
def test_the_format_of_standard_input_is_told_by_how_it_begins(beginning, ending):
    assert ending_of(beginning) == ending


def test_two_graphs_are_compared_through_a_pipe(write, tmp_path):
    path = write(LEAFLET + MINE + CLAIM)
    body = Path(path).read_bytes()
    assert shell("diff", "-", path, input=body).returncode == 0
    less = Path(write(LEAFLET + MINE, "less.ttl")).read_bytes()
    told = shell("diff", "-", path, input=less)
    assert told.returncode == 1
    assert told.stdout.startswith(b"From standard input to ")
    assert shell("diff", "-", "-", input=body).returncode == 2


def test_an_extract_is_verified_through_a_pipe():
    part = shell("export", "dermaplaning", "-f", "nt").stdout
    assert shell("verify", "-", input=part).returncode == 0
    wrong = part.replace(b"schema#Refutes>", b"schema#Supports>") + b"<urn:s> <urn:p> <urn:o> .\n"
    assert shell("verify", "-", input=wrong).returncode == 1


def test_rows_and_pages_are_packed_as_well(run, tmp_path):
    rows, page = tmp_path / "rows.csv.gz", tmp_path / "map.html.gz"
    assert run("stats", "-o", str(rows))[0] == 0
    assert gzip.decompress(rows.read_bytes()).decode() == run("stats", "-f", "csv")[1]
    assert run("map", "dermaplaning", "-o", str(page))[0] == 0
    assert gzip.decompress(page.read_bytes()).startswith(b"<!doctype html>")


def test_the_same_input_gives_the_same_bytes(tmp_path):
    paths = [tmp_path / name for name in ("one.nq.gz", "other.nq.gz")]
    for path, seed in zip(paths, ("1", "2"), strict=True):
        told = shell("export", "-o", str(path), env=os.environ | {"PYTHONHASHSEED": seed})
        assert told.returncode == 0
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_standard_input_is_tidied_to_standard_output(write):
    path = Path(write(MINE))
    told = shell("tidy", "-", input=path.read_bytes())
    assert told.returncode == 0
    assert shell("tidy", "--check", "-", input=path.read_bytes()).returncode == 1
    assert shell("tidy", "--check", "-", input=told.stdout).returncode == 0
    assert shell("check", "-", input=told.stdout).returncode in (0, 1)


def _write_and_leave(path, reason):
    with written(path) as file:
        file.write(TEXT)
        raise reason


def _wait_for_a_part(process, folder):
    """Until the process has a file in the folder open that holds something."""
    descriptors = Path(f"/proc/{process.pid}/fd")
    for _ in range(6000):
        assert process.poll() is None, process.stderr.read()
        for descriptor in descriptors.iterdir():
            try:
                inside = str(descriptor.readlink()).startswith(str(folder))
                if inside and descriptor.stat().st_size:
                    return
            except FileNotFoundError:
                continue
        time.sleep(0.005)
    raise AssertionError("nothing was written")
