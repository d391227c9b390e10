"""What the engine answers, written in the format that was asked for, and counted."""

from __future__ import annotations

import csv
import io
import itertools
import re
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from skingraph.prefixes import PREFIXES
from skingraph.rows import rows_of
from skingraph.tables import write_rows
from skingraph.web.answers import Answer
from skingraph.web.negotiation import GRAPHS, RESULTS, TABLES, chosen, wanted_in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from typing_extensions import Buffer

_RESULTS: Final = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
_GRAPHS: Final = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "rdf": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
}
# Characters that no XML document can hold, and that the engine writes into one all the same.
_NOT_IN_XML: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
# An element without a name: the engine found none in a property that ends in a digit or a mark.
_NAMELESS: Final = re.compile(rb"<[^\s<>/:]*:[\s/>]")
_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*"')


class TooLarge(Exception):
    """An answer of more bytes than it may have."""


class _Bounded(io.RawIOBase):
    """Takes what is written, up to a number of bytes."""

    def __init__(self, most: int) -> None:
        self.content = bytearray()
        self.most = most

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, piece: Buffer) -> int:
        """Keep a piece; raises TooLarge with the one that is too much."""
        before = len(self.content)
        self.content += piece
        if len(self.content) > self.most:
            raise TooLarge
        return len(self.content) - before


def write_results(
    results: ox.QuerySolutions | ox.QueryBoolean, accept: str, name: str, most: int
) -> Answer:
    """The answer of a SELECT or an ASK query, in a results format of SPARQL.

    Args:
        results: what the engine gave.
        accept: the Accept header of the request.
        name: the format that the request names, which overrules the header; or nothing.
        most: how many bytes the answer may have.
    """
    choice = chosen(RESULTS, accept, name)
    if choice is None:
        return unacceptable(wanted_in_words(RESULTS))
    format, media = choice
    out = _Bounded(most)
    results.serialize(out, format=_RESULTS[format.name])  # type: ignore[arg-type]
    body = bytes(out.content)
    if format.name == "xml":
        if _NOT_IN_XML.search(body):
            return _no_xml()
        body = _with_returns(body)
    if isinstance(results, ox.QueryBoolean):
        return Answer("answered", body=body, media=media, count=int(bool(results)))
    return Answer("answered", body=body, media=media, count=count_rows(body, format.name))


def write_graph(
    triples: Iterable[ox.Triple],
    accept: str,
    name: str,
    most: int,
    prefixes: Mapping[str, str] = PREFIXES,
) -> Answer:
    """The answer of a CONSTRUCT or a DESCRIBE query, in an RDF format."""
    choice = chosen(GRAPHS, accept, name)
    if choice is None:
        return unacceptable(wanted_in_words(GRAPHS))
    format, media = choice
    out = _Bounded(most)
    counter = itertools.count()
    counted = (triple for triple, _ in zip(triples, counter, strict=False))
    ox.serialize(counted, out, format=_GRAPHS[format.name], prefixes=dict(prefixes))  # type: ignore[arg-type]
    body = bytes(out.content)
    if format.name == "rdf":
        if _NOT_IN_XML.search(body) or _NAMELESS.search(body):
            return _no_xml()
        body = _with_returns(body)
    return Answer("answered", body=body, media=media, count=next(counter))


def write_table(solutions: ox.QuerySolutions, accept: str, name: str, most: int) -> Answer:
    """The rows of a named question, for whoever opens them: a spreadsheet runs none of its cells."""
    choice = chosen(TABLES, accept, name)
    if choice is None:
        return unacceptable(wanted_in_words(TABLES))
    format, media = choice
    rows = rows_of(solutions)
    body = write_rows(rows, "table" if format.name == "txt" else format.name).encode()
    if len(body) > most:
        raise TooLarge
    if format.name == "xml" and _NOT_IN_XML.search(body):
        return _no_xml()
    return Answer("answered", body=body, media=media, count=len(rows))


def unacceptable(there_is: str) -> Answer:
    """There is no format that the request would accept."""
    return Answer("unacceptable", f"no format fits the request; there is: {there_is}")


def count_rows(body: bytes, format: str) -> int:
    r"""How many rows a written answer has.

    >>> count_rows(b"?x\n1\n2\n", "tsv")
    2
    """
    if format == "tsv":
        return body.count(b"\n") - 1
    if format == "xml":
        return body.count(b"<result>")
    if format == "csv":
        if b'"' not in body:
            return body.count(b"\n") - 1
        return sum(1 for _ in csv.reader(io.StringIO(body.decode(), newline=""))) - 1
    if body.endswith(b"[]}}"):
        return 0
    # Between two rows stands `}},{"`; where a text may hold the same, texts are taken out.
    between = body.count(b"},{")
    if between != body.count(b'}},{"'):
        between = _STRING.sub(b"", body).count(b"},{")
    return between + 1


def _with_returns(body: bytes) -> bytes:
    """XML whose carriage returns a reader leaves as they are; the engine writes them bare."""
    return body.replace(b"\r", b"&#13;")


def _no_xml() -> Answer:
    return Answer(
        "unacceptable",
        "the answer holds characters or names that XML cannot carry; ask for another format",
    )
