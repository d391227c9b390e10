"""Commands that make files for eyes and for other tools: export, map, site."""

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

_PICTURES = ("html", "svg", "png")
# Between two names of these kinds a figure shows the ways from one to the other.
_ENDS = ("Treatment", "Concern")


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
    "--lesson",
    metavar="NAME",
    help="Open on a lesson: one of those that are shipped, or a .toml file of your own.",
)
@output_options(_PICTURES)
def map_(
    session: Session,
    names: tuple[str, ...],
    lesson: str | None,
    output: str | None,
    format: str | None,
) -> int:
    """Write the explorer: the whole graph as one page that needs no network.

    With names it opens on these and what lies around them. As svg or png, they are drawn as a
    figure, with legend, sources and date; a treatment and a concern as the ways between the two.

    \b
    skingraph map -o explorer.html
    skingraph map --lesson how-microneedling-works -o lesson.html
    skingraph map microneedling "acne scar" -o ways.svg
    """
    chosen = choose_format(output, format, _PICTURES, "html")
    if lesson is not None and names:
        raise click.UsageError("give names or --lesson, not both.")
    if chosen != "html":
        if lesson is not None:
            raise click.UsageError(f"a lesson is a page, no {chosen}. Name what is to be drawn.")
        content = _figure(session, names, chosen)
    else:
        content = _explorer(session, names, lesson)
    emit(content, output)
    if output and output != "-":
        told = "; open it in any browser" if chosen == "html" else ""
        remark(f"{output} written{told}")
    return 0


@click.command()
@with_graph
@click.option("-o", "--output", metavar="DIR", required=True, help="Write the site to this folder.")
def site(session: Session, output: str) -> int:
    """Write a website: explorer, lessons, a page for each thing, queries with rows, downloads.

    Any web server or learning platform can host it, below any address; it opens from a disk too.

    \b
    skingraph site -o skin-site
    """
    from skingraph.site import write_site

    written = write_site(session.graph(), output)
    for limit in session.limits():
        remark(limit)
    remark(
        f"{written.files} files, {written.pages} of them pages, {written.size:,} bytes written to "
        f"{output}; open {output}/index.html"
    )
    return 0


def _explorer(session: Session, names: tuple[str, ...], lesson: str | None) -> str:
    from skingraph.concepts import Lexicon
    from skingraph.index import ClaimIndex
    from skingraph.lessons import lesson as read_lesson
    from skingraph.lessons import lessons
    from skingraph.maps import draw

    graph = session.graph()
    index, lexicon = ClaimIndex(graph), Lexicon(graph)
    concepts = [lexicon.resolve(name) for name in names]
    offered = {one.name: one for one in lessons(graph, index=index, lexicon=lexicon)}
    state: dict[str, object] = {}
    if lesson is not None:
        opened = read_lesson(graph, lesson, index=index, lexicon=lexicon)
        offered[opened.name] = opened
        state = opened.steps[0].scene.state | {"lesson": opened.name}
    return draw(graph, concepts, state=state, lessons=[one.record for one in offered.values()])


def _figure(session: Session, names: tuple[str, ...], format: str) -> str | bytes:
    from skingraph.concepts import Lexicon
    from skingraph.figures import as_png, figure, figure_of_ways

    graph = session.graph()
    lexicon = Lexicon(graph)
    concepts = [lexicon.resolve(name) for name in names]
    ends = [kind in lexicon.kinds(one.iri) for kind, one in zip(_ENDS, concepts, strict=False)]
    if len(concepts) == len(_ENDS) and all(ends):
        drawn = figure_of_ways(graph, *concepts)
    else:
        drawn = figure(graph, concepts)
    return as_png(drawn) if format == "png" else drawn


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
