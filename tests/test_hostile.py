"""What came from outside and once hung, crashed or changed an answer."""

import os

import pytest
from tests.test_cli import shell

from skingraph.errors import BadFile
from skingraph.loading import _SHIPPED, _assembled
from skingraph.memory import remembered


@pytest.mark.parametrize(
    "damage", [lambda c: c.replace(b"b", b"x"), lambda c: c[5:], lambda c: b""]
)
def test_a_damaged_copy_in_the_cache_is_made_again(tmp_path, monkeypatch, damage):
    monkeypatch.setenv("SKINGRAPH_CACHE", str(tmp_path))
    whole = b"<urn:a> <urn:b> <urn:c> .\n"
    assert remembered("x", lambda: whole).startswith(whole)
    kept = tmp_path / "x.nq"
    kept.write_bytes(damage(kept.read_bytes()))
    assert remembered("x", lambda: whole).startswith(whole)
    assert remembered("x", lambda: b"").startswith(whole)


def test_a_pipe_in_the_cache_or_as_a_query_does_not_hang(tmp_path, monkeypatch):
    monkeypatch.setenv("SKINGRAPH_CACHE", str(tmp_path))
    os.mkfifo(tmp_path / "x.nq")
    assert remembered("x", lambda: b"") == b""
    result = shell("query", str(tmp_path / "x.nq"))
    assert (result.returncode, result.stderr.count(b"\n")) == (2, 1)


def test_a_shipped_file_that_does_not_parse_is_named_with_its_line():
    with pytest.raises(BadFile, match=r"^a\.ttl:2:"):
        _assembled([(_SHIPPED["claims"], b"\n<urn:a> <urn:b> x:c .", "a.ttl")])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("find", "acne scar " * 10000), 1),
        (("export", "microneedling", "--hops", "1000000000"), 0),
        (("query", "-e", "SELECT * { ?x <urn:x> ?y }\n" + "#" * 60000 + ">"), 1),
        (("query", "-e", "ASK {}", "--timeout", "inf"), 2),
        (("find", "acne", "--limit", "-3"), 2),
    ],
)
def test_a_hostile_argument_is_answered_in_time(arguments, code):
    result = shell(*arguments, timeout=20)
    assert result.returncode == code
    assert b"internal error" not in result.stderr
