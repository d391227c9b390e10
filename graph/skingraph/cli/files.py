"""Commands that make files for eyes and for other tools: export, map."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from skingraph.cli.session import (
    Session,
    choose_format,
    emit,
    output_options,
    query_text,
    remark,
    with_graph,
)
from skingraph.errors import BadParameter, BadQuery
from skingraph.export import GRAPH_FORMATS
from skingraph.rows import Rows

if TYPE_CHECKING:
    from skingraph.store import SkinGraph


@click.command()
@with_graph
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--hops",
    default=1,
    show_default=True,
    help="How many claims away to go; 0 takes only what joins the names.",
)
@click.option("--type", "kinds", multiple=True, metavar="TYPE", help="Reach only this type.")
@click.option("--construct", metavar="FILE", help="Export what this CONSTRUCT query makes.")
@click.option("--release", metavar="DIR", help="Write the whole graph in every format here.")
@output_options(GRAPH_FORMATS)
def export(
    session: Session,
    names: tuple[str, ...],
    hops: int,
    kinds: tuple[str, ...],
    construct: str | None,
    release: str | None,
    output: str | None,
    format: str | None,
) -> int:
    """Export the graph, or the part around some names, with all claims and sources.

    A CSV table has one row a claim and passage; the concepts go to a second file beside it.
    The word queries exports the questions of the catalogue as Turtle, for tools that list SPARQL
    examples. A release holds the schema and what rules infer too, with checksums.

    \b
    skingraph export microneedling -o microneedling.ttl
    skingraph export "acne scars" lasers --hops 2 -f jsonld
    skingraph export queries -o queries.ttl
    skingraph export --release skingraph-0.1.0
    """
    if release is not None:
        if names or kinds or construct or output or format:
            raise click.UsageError("--release writes the whole graph in every format; say no more.")
        return _release(session, release)
    if names == ("queries",):
        if kinds or construct or choose_format(output, format, GRAPH_FORMATS, "ttl") != "ttl":
            raise click.UsageError("the queries are exported whole and as Turtle.")
        return _queries(session, output)
    from skingraph.concepts import Lexicon
    from skingraph.export import concepts_csv, statements, write_graph
    from skingraph.questions import known_kinds

    chosen = choose_format(output, format, GRAPH_FORMATS, "ttl")
    if hops < 0:
        raise BadParameter(f"--hops {hops}: must be 0 or more.")
    if construct is not None and names:
        raise click.UsageError("give names or --construct, not both.")
    graph = session.graph()
    part = graph
    if construct is not None:
        part = _constructed(graph, construct)
        if chosen == "csv":
            raise BadParameter("a CSV table needs claims; export a CONSTRUCT as RDF, such as ttl.")
    elif names:
        lexicon = Lexicon(graph)
        iris = [lexicon.resolve(name).iri for name in names]
        part = graph.subgraph(iris, hops=hops, kinds=known_kinds(graph, kinds))
    elif kinds:
        part = graph.subgraph(sorted(graph.of_kinds(known_kinds(graph, kinds))), hops=0)
    emit(write_graph(part, chosen), output)
    if chosen == "csv" and output and output != "-":
        beside = Path(output).with_suffix(".concepts.csv")
        emit(concepts_csv(part), str(beside))
        remark(f"concepts written to {beside}")
    taken = len(statements(part))
    remark(f"{taken} statements exported; the schema and what rules infer are left out")
    return 0 if taken else 1


@click.command(name="map")
@with_graph
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--hops",
    default=1,
    show_default=True,
    help="How many claims away to go; 0 takes only what joins the names.",
)
@click.option("-o", "--output", metavar="FILE.html", help="Write the page to this file.")
def map_(session: Session, names: tuple[str, ...], hops: int, output: str | None) -> int:
    """Draw the graph, or the part around some names, as one page that needs no network.

    \b
    skingraph map microneedling -o microneedling.html
    """
    from skingraph.concepts import Lexicon
    from skingraph.maps import draw

    if output and output != "-" and Path(output).suffix.lower() not in (".html", ".htm"):
        raise BadParameter(f"{output}: a map is a web page. Give it the ending .html.")
    if hops < 0:
        raise BadParameter(f"--hops {hops}: must be 0 or more.")
    graph = session.graph()
    lexicon = Lexicon(graph)
    page = draw(graph, [lexicon.resolve(name) for name in names], hops=hops)
    emit(page, output)
    if output and output != "-":
        remark(f"{output} written; open it in any browser")
    return 0


def _release(session: Session, folder: str) -> int:
    from skingraph.release import write_release

    written = write_release(session.graph(), folder)
    for limit in session.limits():
        remark(limit)
    size = sum(file.size for file in written.files)
    remark(
        f"{len(written.files)} files, {size:,} bytes written to {folder}; "
        f"verify them there with: sha256sum -c SHA256SUMS"
    )
    return 0


def _queries(session: Session, output: str | None) -> int:
    from skingraph.examples import ENDPOINT, queries_as_turtle

    emit(queries_as_turtle(target=session.endpoint or ENDPOINT), output)
    return 0


def _constructed(graph: SkinGraph, file: str) -> SkinGraph:
    answer = graph.answer(query_text(file))
    if isinstance(answer, bool | Rows):
        raise BadQuery(
            f"{file}: is no CONSTRUCT or DESCRIBE query. Rows come from: skingraph query"
        )
    return answer
