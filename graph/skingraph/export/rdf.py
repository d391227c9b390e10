"""RDF in the formats that list statements: N-Triples, N-Quads, Turtle, TriG and RDF/XML.

All of them are written as a stream.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, BinaryIO, Final, cast

import pyoxigraph as ox

from skingraph.errors import BadParameter
from skingraph.export.ordered import Ordered, graph_word
from skingraph.prefixes import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from skingraph.export.format import Options
    from skingraph.store import SkinGraph

RDF_FORMATS: Final = ("ttl", "nt", "nq", "trig", "rdf", "jsonld")

_TYPE: Final = ox.NamedNode(PREFIXES["rdf"] + "type")
# What XML 1.0 can hold (production 2, Char).
_XML_TEXT: Final = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")


def statements(graph: SkinGraph) -> list[ox.Triple]:
    """The statements of a graph without schema and inferences, in a stable order."""
    return list(Ordered(graph).triples())


def serialized(
    content: Iterable[ox.Triple] | Iterable[ox.Quad],
    format: ox.RdfFormat,
    prefixes: dict[str, str] = PREFIXES,
) -> bytes:
    """Statements in a format, in the order in which they are given."""
    written = ox.serialize(content, format=format, prefixes=prefixes)
    assert written is not None
    return written


def write_n_triples(graph: SkinGraph, file: BinaryIO, options: Options) -> tuple[str, ...]:
    """N-Triples in order."""
    content = Ordered(graph, whole=options.whole)
    file.writelines(lines.encode() for lines in content.lines())
    return remarks(content, "N-Triples")


def write_n_quads(graph: SkinGraph, file: BinaryIO, options: Options) -> tuple[str, ...]:
    """N-Quads in order."""
    content = Ordered(graph, whole=options.whole)
    ox.serialize(content.quads(), file, format=ox.RdfFormat.N_QUADS)
    return remarks(content)


def write_turtle(graph: SkinGraph, file: BinaryIO, options: Options) -> tuple[str, ...]:
    """Turtle, in the order of N-Triples."""
    content = Ordered(graph, whole=options.whole)
    ox.serialize(content.triples(), file, format=ox.RdfFormat.TURTLE, prefixes=PREFIXES)
    return remarks(content, "Turtle")


def write_trig(graph: SkinGraph, file: BinaryIO, options: Options) -> tuple[str, ...]:
    """TriG, one graph after the other."""
    content = Ordered(graph, whole=options.whole)
    ox.serialize(content.quads_by_graph(), file, format=ox.RdfFormat.TRIG, prefixes=PREFIXES)
    return remarks(content)


def write_rdf_xml(graph: SkinGraph, file: BinaryIO, options: Options) -> tuple[str, ...]:
    """RDF/XML in the order of N-Triples.

    Raises:
        BadParameter: XML cannot hold a name or a text of the graph.
    """
    content = Ordered(graph, whole=options.whole)
    ox.serialize(
        _fit_for_xml(content.triples()),
        cast("BinaryIO", _Returns(file)),
        format=ox.RdfFormat.RDF_XML,
        prefixes=PREFIXES,
    )
    return remarks(content, "RDF/XML")


def remarks(content: Ordered, format: str = "") -> tuple[str, ...]:
    """What is lost in a format that has no named graphs, and which names will not come again."""
    found = []
    if format and len(content.graphs) > 1:
        names = ", ".join(map(graph_word, content.graphs))
        found.append(
            f"{format} has no named graphs: which statement is from which of {names} is left out"
            " (nq and trig tell)"
        )
    if content.unstable:
        found.append(
            "the blank nodes are too much alike to name them by what is said of them: their names"
            " will differ the next time"
        )
    return tuple(found)


class _Returns:
    """A file that keeps a carriage return from being read as the end of a line.

    Only a text can hold one here, and a reader of XML turns what is not escaped into a line feed.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, content: bytes) -> int:
        self._file.write(content.replace(b"\r", b"&#13;"))
        return len(content)

    def flush(self) -> None:
        self._file.flush()


def _fit_for_xml(triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    for triple in triples:
        _check_element(triple.predicate, "property")
        end = triple.object
        if isinstance(end, ox.Literal):
            if not _XML_TEXT.fullmatch(end.value):
                raise _unfit(f"a control character in {end.value[:80]!r}")
            if end.direction is not None:
                raise _unfit(f"the direction of the text {end.value[:80]!r}")
        elif isinstance(end, ox.Triple) or isinstance(triple.subject, ox.Triple):
            raise _unfit("a statement about a statement (RDF 1.2)")
        elif triple.predicate == _TYPE and isinstance(end, ox.NamedNode):
            _check_element(end, "class")
        yield triple


def _check_element(name: ox.NamedNode, what: str) -> None:
    if not _names_an_element(name, what):
        raise _unfit(f"the name of the {what} <{name.value}>")


@cache
def _names_an_element(name: ox.NamedNode, what: str) -> bool:
    """Whether what the serialiser makes of a name is XML, and the same name when read again."""
    from xml.parsers import expat

    thing = ox.NamedNode("http://example.org/thing")
    triple = ox.Triple(thing, _TYPE, name) if what == "class" else ox.Triple(thing, name, thing)
    try:
        written = serialized([triple], ox.RdfFormat.RDF_XML)
        expat.ParserCreate(namespace_separator=" ").Parse(written, True)
        return [quad.triple for quad in ox.parse(written, format=ox.RdfFormat.RDF_XML)] == [triple]
    except (OSError, SyntaxError, ValueError, expat.ExpatError):
        return False


def _unfit(what: str) -> BadParameter:
    return BadParameter(f"rdf: XML cannot hold {what}. Choose another format, such as ttl.")
