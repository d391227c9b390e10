import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.pieces import LEAFLET, PREFIXES, claim, concept

from skingraph.errors import BadFile
from skingraph.resources import folder, walk
from skingraph.turtle import FOLDERS, tidy

PARTS = [
    concept("peel", "Treatment"),
    concept("scar", "Concern"),
    claim("a", "peel", "treats", "scar", statedAs='"quotes \\" and \\u00e9"'),
    claim("b", "peel", "downtime", minimum="1.0", maximum="2.0"),
]
CURATED = [file for name in FOLDERS for file in walk(folder("ontology") / name, ".ttl")]


@given(st.randoms(use_true_random=False))
def test_the_order_of_the_lines_makes_no_difference(shuffler: random.Random):
    parts = list(PARTS)
    shuffler.shuffle(parts)
    assert tidy(PREFIXES + "".join(parts)) == tidy(PREFIXES + "".join(PARTS))


def test_tidying_twice_is_tidying_once():
    once = tidy(PREFIXES + LEAFLET + "".join(PARTS))
    assert tidy(once) == once


def test_subjects_stand_by_iri_and_type_stands_first():
    lines = tidy(PREFIXES + "".join(PARTS)).splitlines()
    starts = [line.split(" a ")[0] for line in lines if " a " in line]
    assert starts == ["skin:peel", "skin:scar", "claim:a", "claim:b"] or starts == [
        "claim:a",
        "claim:b",
        "skin:peel",
        "skin:scar",
    ]
    assert not any(line.startswith("@prefix xsd") for line in lines if "xsd:" not in line)


def test_a_leading_comment_is_kept_and_a_later_one_is_refused():
    assert tidy("# Why this file is.\n" + PREFIXES + PARTS[0]).startswith("# Why this file is.\n")
    with pytest.raises(BadFile, match="would be lost"):
        tidy(PREFIXES + PARTS[0] + "# lost\n")


def test_a_blank_node_is_refused_since_it_cannot_be_cited():
    with pytest.raises(BadFile, match="blank node"):
        tidy(PREFIXES + "skin:a skos:note [ ] .")


def test_what_is_no_turtle_is_refused():
    with pytest.raises(BadFile, match="no Turtle"):
        tidy(PREFIXES + "skin:a skos:note ;;")


@pytest.mark.parametrize("file", CURATED, ids=lambda file: file.name)
def test_curated_files_are_in_their_one_form(file):
    text = file.read_text(encoding="utf-8")
    assert tidy(text) == text, "mend it with: skingraph tidy"


def test_the_command_tidies_and_its_check_only_tells(run, tmp_path):
    path = tmp_path / "messy.ttl"
    path.write_text(PREFIXES + "".join(PARTS))
    code, _, err = run("tidy", "--check", str(path))
    assert code == 1
    assert "skingraph tidy" in err
    assert path.read_text() == PREFIXES + "".join(PARTS)
    assert run("tidy", str(path))[0] == 0
    assert run("tidy", "--check", str(path))[0] == 0
