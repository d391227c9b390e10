import csv
import io
import json
import unicodedata
import xml.etree.ElementTree as ET

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skingraph.errors import BadParameter
from skingraph.rows import Rows, Term
from skingraph.tables import ROW_FORMATS, printable, write_rows

IRI = ox.NamedNode("https://w3id.org/skingraph/acne-scar")
ROWS = Rows(
    ("thing", "text", "number", "none"),
    (
        (IRI, ox.Literal("a|b"), ox.Literal(1.5), None),
        (ox.BlankNode("b"), ox.Literal("z", language="en"), ox.Literal(2), None),
    ),
)


def test_a_table_shows_short_iris_in_aligned_columns():
    lines = write_rows(ROWS, "table").splitlines()
    assert lines[0] == "thing           text  number  none"
    assert lines[2] == "skin:acne-scar  a|b   1.5"


def test_a_narrow_table_is_cut_and_says_so():
    wide = Rows(("a",), ((ox.Literal("x" * 200),),))
    assert max(map(len, write_rows(wide, "table", width=40).splitlines())) <= 40
    assert "\N{HORIZONTAL ELLIPSIS}" in write_rows(wide, "table", width=40)
    assert "x" * 200 in write_rows(wide, "table")


def test_csv_holds_full_iris_and_is_read_back():
    read = list(csv.reader(io.StringIO(write_rows(ROWS, "csv"))))
    assert read[0] == ["thing", "text", "number", "none"]
    assert read[1] == [IRI.value, "a|b", "1.5", ""]


@pytest.mark.parametrize("cell", ["=1+1", "+cmd", "-x", "@sum", "\tx", "\rx"])
def test_a_cell_that_a_spreadsheet_would_run_is_harmless(cell):
    (_, (read,)) = csv.reader(
        io.StringIO(write_rows(Rows(("a",), ((ox.Literal(cell),),)), "csv"), newline="")
    )
    assert read == f"'{cell}"


@pytest.mark.parametrize("number", ["-5", "+1.5", "-2e10"])
def test_a_number_stays_a_number(number):
    assert f"\r\n{number}\r\n" in write_rows(Rows(("a",), ((ox.Literal(number),),)), "csv")


def read_back(text: str, format: ox.QueryResultsFormat) -> tuple[tuple[Term | None, ...], ...]:
    """What another reader of the standard formats makes of a text."""
    solutions = ox.parse_query_results(text.encode(), format=format)
    assert isinstance(solutions, ox.QuerySolutions)
    return tuple(tuple(solution) for solution in solutions)


def test_json_is_the_sparql_results_format():
    body = json.loads(write_rows(ROWS, "json"))
    assert body["head"]["vars"] == list(ROWS.columns)
    first, second = body["results"]["bindings"]
    assert first["thing"] == {"type": "uri", "value": IRI.value}
    assert second["text"] == {"type": "literal", "value": "z", "xml:lang": "en"}
    assert "none" not in first
    assert read_back(write_rows(ROWS, "json"), ox.QueryResultsFormat.JSON) == ROWS.terms


@pytest.mark.parametrize(
    ("name", "format"),
    [("xml", ox.QueryResultsFormat.XML), ("tsv", ox.QueryResultsFormat.TSV)],
)
def test_the_standard_formats_are_read_back(name, format):
    assert read_back(write_rows(ROWS, name), format) == ROWS.terms


def test_xml_is_well_formed_for_others():
    assert len(list(ET.fromstring(write_rows(ROWS, "xml")).iter())) > 5


def test_json_lines_hold_one_row_each():
    lines = [json.loads(line) for line in write_rows(ROWS, "jsonl").splitlines()]
    assert lines[0] == {"thing": IRI.value, "text": "a|b", "number": 1.5, "none": None}


def test_markdown_escapes_its_own_marks():
    assert "| skin:acne-scar | a\\|b | 1.5 |  |" in write_rows(ROWS, "md")


def test_an_unknown_format_lists_the_known_ones():
    with pytest.raises(BadParameter, match="jsonl"):
        write_rows(ROWS, "xlsx")


@given(st.text())
def test_no_text_can_steer_a_terminal_or_hide(text):
    shown = printable(text)
    assert all(c.isprintable() or unicodedata.category(c) == "Zs" for c in shown)
    assert "\x1b" not in shown
    assert "\u202e" not in shown


@given(st.text())
def test_every_format_survives_every_text(text):
    try:
        literal = ox.Literal(text)
    except (ValueError, UnicodeEncodeError):
        return
    rows = Rows(("a",), ((literal,),))
    for format in ROW_FORMATS:
        assert write_rows(rows, format).encode()
    assert read_back(write_rows(rows, "json"), ox.QueryResultsFormat.JSON) == rows.terms
