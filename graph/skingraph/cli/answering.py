"""Commands that answer what needs more than one query: options, explain, compare."""

from __future__ import annotations

import click

from skingraph.cli.session import (
    Session,
    choose_format,
    emit,
    emit_rows,
    output_options,
    text_width,
    with_graph,
)
from skingraph.tables import ROW_FORMATS

_FORMATS = ("text", *ROW_FORMATS)


@click.command()
@with_graph
@click.argument("concern")
@click.option(
    "--for", "factors", multiple=True, metavar="FACTOR", help="What is true of the person."
)
@click.option("--max-downtime", metavar="TIME", help="Such as 3d, 12h or 2w.")
@click.option("--all", "every", is_flag=True, help="Show every claim that a treatment helps.")
@output_options(_FORMATS)
def options(
    session: Session,
    concern: str,
    factors: tuple[str, ...],
    max_downtime: str | None,
    every: bool,
    output: str | None,
    format: str | None,
) -> int:
    """Sort the treatments for a concern by what is said of them for a person.

    \b
    skingraph options "acne scars" --for "darker skin"
    skingraph options wrinkles --for pregnancy --for eczema --max-downtime 3d
    """
    from skingraph.concepts import Lexicon
    from skingraph.options import days, options_for
    from skingraph.reports import options_rows, options_text

    chosen = choose_format(output, format, _FORMATS, "text")
    limit = days(max_downtime) if max_downtime else None
    graph = session.graph()
    lexicon = Lexicon(graph)
    found = options_for(
        graph,
        lexicon.resolve(concern, kinds=["Concern"]),
        factors=[lexicon.resolve(factor, kinds=["PatientFactor"]) for factor in factors],
        max_downtime=limit,
    )
    if chosen == "text":
        text = options_text(found, release=graph.release, width=text_width(), every=every)
        emit(text, output)
    else:
        emit_rows(options_rows(found), output, chosen)
    return 0 if found.options else 1


@click.command()
@with_graph
@click.argument("start", metavar="NAME")
@click.argument("end", metavar="NAME")
@click.option(
    "--ways",
    default=8,
    type=click.IntRange(min=1),
    show_default=True,
    help="How many ways to tell at most.",
)
@click.option(
    "--steps",
    default=5,
    type=click.IntRange(min=1),
    show_default=True,
    help="How long a way may be.",
)
@output_options(_FORMATS)
def explain(
    session: Session,
    start: str,
    end: str,
    ways: int,
    steps: int,
    output: str | None,
    format: str | None,
) -> int:
    """Explain how one thing is said to lead to another, and what is said against it.

    \b
    skingraph explain microneedling "acne scars"
    skingraph explain "chemical peel" blemishes
    """
    from skingraph.concepts import Lexicon
    from skingraph.network import explain as find_ways
    from skingraph.reports import explanation_rows, explanation_text

    chosen = choose_format(output, format, _FORMATS, "text")
    graph = session.graph()
    lexicon = Lexicon(graph)
    found = find_ways(graph, lexicon.resolve(start), lexicon.resolve(end), ways=ways, steps=steps)
    if chosen == "text":
        emit(explanation_text(found, release=graph.release, width=text_width()), output)
    else:
        emit_rows(explanation_rows(found), output, chosen)
    return 0 if found.ways else 1


@click.command()
@with_graph
@click.argument("left", metavar="TREATMENT")
@click.argument("right", metavar="TREATMENT")
@output_options(_FORMATS)
def compare(session: Session, left: str, right: str, output: str | None, format: str | None) -> int:
    """Set two treatments side by side, each with its claims.

    \b
    skingraph compare microneedling "chemical peel"
    """
    from skingraph.comparison import compare as set_side_by_side
    from skingraph.concepts import Lexicon
    from skingraph.reports import comparison_rows, comparison_text

    chosen = choose_format(output, format, _FORMATS, "text")
    graph = session.graph()
    lexicon = Lexicon(graph)
    found = set_side_by_side(
        graph,
        lexicon.resolve(left, kinds=["Treatment"]),
        lexicon.resolve(right, kinds=["Treatment"]),
    )
    if chosen == "text":
        emit(comparison_text(found, release=graph.release, width=text_width()), output)
    else:
        emit_rows(comparison_rows(found), output, chosen)
    return 0 if found.aspects or found.direct else 1
