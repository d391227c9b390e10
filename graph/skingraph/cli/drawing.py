"""Commands that make what is looked at: map, site."""

from __future__ import annotations

import click

from skingraph.cli.session import (
    Session,
    choose_format,
    emit,
    output_options,
    remark,
    with_graph,
)

_PICTURES = ("html", "svg", "png")
# Between two names of these kinds a figure shows the ways from one to the other.
_ENDS = ("Treatment", "Concern")


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
