"""A graph as a file for the next tool: the table of formats, and the way in to each of them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO, Final

from skingraph.errors import BadParameter, did_you_mean
from skingraph.export.claim_table import concepts_csv
from skingraph.export.format import Format, Options, writer
from skingraph.export.rdf import RDF_FORMATS, serialized, statements

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skingraph.store import SkinGraph

__all__ = (
    "FORMATS",
    "GRAPH_FORMATS",
    "RDF_FORMATS",
    "Format",
    "Options",
    "concepts_csv",
    "serialized",
    "statements",
    "write",
    "write_graph",
)

_PLAIN: Final = Options()
_PARTS: Final = ("nodes", "edges")
_WITH_HEADERS: Final = ("csv-tables", "tsv")
_ALL: Final = (
    Format("ttl", ("ttl", "turtle"), "Turtle", writer("rdf", "write_turtle")),
    Format("nt", ("nt",), "N-Triples", writer("rdf", "write_n_triples")),
    Format("nq", ("nq",), "N-Quads", writer("rdf", "write_n_quads")),
    Format("trig", ("trig",), "TriG", writer("rdf", "write_trig")),
    Format("rdf", ("rdf", "owl"), "RDF/XML", writer("rdf", "write_rdf_xml")),
    Format("jsonld", ("jsonld", "json-ld"), "JSON-LD", writer("json_ld", "write_json_ld")),
    Format("csv", ("csv",), "claims as a table", writer("claim_table", "write_claims")),
    Format(
        "csv-tables",
        (),
        "nodes and edges as two CSV files",
        writer("delimited", "write_csv"),
        _PARTS,
    ),
    Format(
        "tsv",
        ("tsv",),
        "nodes and edges as two TSV files",
        writer("delimited", "write_tsv"),
        _PARTS,
    ),
    Format(
        "parquet",
        ("parquet",),
        "nodes and edges as two Parquet files",
        writer("parquet", "write_parquet"),
        _PARTS,
    ),
    Format(
        "sqlite",
        ("sqlite", "sqlite3", "db"),
        "SQLite with full-text search",
        writer("sqlite", "write_sqlite"),
    ),
    Format("graphml", ("graphml",), "GraphML", writer("graphml", "write_graphml")),
    Format("gexf", ("gexf",), "GEXF 1.3, for Gephi", writer("gexf", "write_gexf")),
    Format("cyjs", ("cyjs",), "Cytoscape JSON", writer("cytoscape", "write_cyjs")),
    Format("cx2", ("cx2",), "CX2, for Cytoscape and NDEx", writer("cytoscape", "write_cx2")),
    Format("json", ("json",), "node-link JSON, for networkx", writer("node_link", "write_json")),
    Format("dot", ("dot", "gv"), "DOT, for Graphviz", writer("drawing", "write_dot")),
    Format("mermaid", ("mmd", "mermaid"), "Mermaid", writer("drawing", "write_mermaid")),
)
FORMATS: Final[Mapping[str, Format]] = {format.name: format for format in _ALL}
GRAPH_FORMATS: Final = tuple(FORMATS)


def write(
    graph: SkinGraph, format: str, file: BinaryIO, options: Options = _PLAIN
) -> tuple[str, ...]:
    """Write a graph into an open file; gives remarks, which say what the format cannot hold.

    Unless `options.whole`, what rules infer and the schema are left out, since whoever loads the
    file can have both again. Same graph, same bytes.

    Raises:
        BadParameter: there is no such format, or it cannot hold the graph.
        BadFile: a claim is not whole.
    """
    if format not in FORMATS:
        raise BadParameter(
            f"{format!r} is no format for a graph.{did_you_mean(format, FORMATS)} "
            f"Known: {', '.join(FORMATS)}."
        )
    if options.headers and format not in _WITH_HEADERS:
        raise BadParameter(
            f"{format} has no headers for {options.headers}. "
            f"Choose one of: {', '.join(_WITH_HEADERS)}."
        )
    return FORMATS[format].write(graph, file, options)


def write_graph(graph: SkinGraph, format: str, *, whole: bool = False, part: str = "") -> bytes:
    """A graph in a format, as `write` writes it; of one with several files the named part.

    Raises:
        BadParameter: there is no such format, or it cannot hold the graph.
    """
    file = io.BytesIO()
    write(graph, format, file, Options(whole=whole, part=part))
    return file.getvalue()
