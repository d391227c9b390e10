"""Rows as text: for a terminal, a spreadsheet, a page or another program."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from skingraph.errors import BadParameter
from skingraph.prefixes import curie

if TYPE_CHECKING:
    from collections.abc import Callable

    from skingraph.rows import Rows, Term

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_NUMBER: Final = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")


def write_rows(rows: Rows, format: str, *, width: int | None = None) -> str:
    """The rows in a format: table, csv, tsv, json, xml, jsonl or md.

    Args:
        rows: what to write.
        format: json and xml are the SPARQL 1.1 results formats; csv and tsv hold full IRIs.
        width: how wide a table may be, in columns; its cells are cut to fit. None cuts nothing.

    Raises:
        BadParameter: there is no such format.
    """
    if format == "table":
        return table([curie_cells(row) for row in rows.terms], rows.columns, width=width)
    if format not in _WRITERS:
        raise BadParameter(
            f"{format!r} is no format for rows. Known: {', '.join(sorted(ROW_FORMATS))}."
        )
    return _WRITERS[format](rows)


def table(lines: list[list[str]], columns: tuple[str, ...], *, width: int | None = None) -> str:
    """Lines of cells as aligned columns under their names."""
    shown = [[printable(cell) for cell in line] for line in lines]
    widths = [
        max([len(name), *(_width(line[at]) for line in shown)]) for at, name in enumerate(columns)
    ]
    if width is not None:
        widths = _narrowed(widths, width - 2 * (len(columns) - 1))
    out = [
        "  ".join(_fitted(cell, size) for cell, size in zip(line, widths, strict=True)).rstrip()
        for line in [list(columns), ["-" * size for size in widths], *shown]
    ]
    return "\n".join(out) + "\n"


def curie_cells(row: tuple[Term | None, ...]) -> list[str]:
    """A row's terms as a person reads them: IRIs in short form, unbound as nothing."""
    return [curie(term.value) if isinstance(term, ox.NamedNode) else _text(term) for term in row]


def printable(text: str) -> str:
    """The text with everything that could steer a terminal or hide shown as an escape."""
    return "".join(
        character
        if character.isprintable() or unicodedata.category(character) == "Zs"
        else character.encode("unicode_escape").decode()
        for character in text
    )


def harmless(cell: str) -> str:
    """A cell that a spreadsheet would run gets an apostrophe before it (OWASP ASVS 1.2.10).

    So does a cell that looks like one which got it; so it can be taken away again.

    >>> harmless("=1+1"), harmless("-1.5"), harmless("'=1+1")
    ("'=1+1", '-1.5', "''=1+1")
    """
    risky = cell.lstrip("'").startswith(_FORMULA) and not _NUMBER.fullmatch(cell)
    return f"'{cell}" if risky else cell


def _csv(rows: Rows) -> str:
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(rows.columns)
    writer.writerows([harmless(_text(term)) for term in row] for row in rows.terms)
    return out.getvalue()


def _json(rows: Rows) -> str:
    import json

    bindings = [
        {
            name: _json_term(term)
            for name, term in zip(rows.columns, row, strict=True)
            if term is not None
        }
        for row in rows.terms
    ]
    body = {"head": {"vars": list(rows.columns)}, "results": {"bindings": bindings}}
    return json.dumps(body, ensure_ascii=False, indent=1) + "\n"


def _json_term(term: Term) -> dict[str, object]:
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    if isinstance(term, ox.Triple):
        return {
            "type": "triple",
            "value": {
                "subject": _json_term(term.subject),
                "predicate": _json_term(term.predicate),
                "object": _json_term(term.object),
            },
        }
    literal: dict[str, object] = {"type": "literal", "value": term.value}
    if term.language:
        literal["xml:lang"] = term.language
    elif term.datatype.value != "http://www.w3.org/2001/XMLSchema#string":
        literal["datatype"] = term.datatype.value
    return literal


def _standard(rows: Rows, format: ox.QueryResultsFormat) -> str:
    solutions = ox.parse_query_results(_json(rows).encode(), format=ox.QueryResultsFormat.JSON)
    assert isinstance(solutions, ox.QuerySolutions)
    written = solutions.serialize(format=format)
    assert written is not None
    return written.decode()


def _jsonl(rows: Rows) -> str:
    import json

    return "".join(json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in rows)


def _markdown(rows: Rows) -> str:
    lines = [list(rows.columns), ["---"] * len(rows.columns)]
    lines += [
        [printable(cell).replace("\\", "\\\\").replace("|", "\\|") for cell in curie_cells(row)]
        for row in rows.terms
    ]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


_WRITERS: Final[dict[str, Callable[[Rows], str]]] = {
    "csv": _csv,
    "tsv": lambda rows: _standard(rows, ox.QueryResultsFormat.TSV),
    "json": _json,
    "xml": lambda rows: _standard(rows, ox.QueryResultsFormat.XML),
    "jsonl": _jsonl,
    "md": _markdown,
}
ROW_FORMATS: Final = ("table", *_WRITERS)


def _text(term: Term | None) -> str:
    if term is None:
        return ""
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else str(term)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _fitted(text: str, size: int) -> str:
    if _width(text) > size:
        while text and _width(text) > size - 1:
            text = text[:-1]
        text += "\N{HORIZONTAL ELLIPSIS}"
    return text + " " * (size - _width(text))


def _narrowed(widths: list[int], room: int) -> list[int]:
    """The widths, the widest ones cut until they fit; none below eight."""
    widths = list(widths)
    while sum(widths) > room and max(widths) > 8:
        widths[widths.index(max(widths))] -= 1
    return widths
