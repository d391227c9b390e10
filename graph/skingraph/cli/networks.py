"""Commands that measure the graph as a network, and that compare two graphs: network, diff."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from skingraph.changelog import ENDINGS, FORMATS
from skingraph.cli.session import (
    Session,
    choose_format,
    emit,
    emit_rows,
    output_options,
    remark,
    text_width,
    with_graph,
)
from skingraph.tables import ROW_FORMATS

if TYPE_CHECKING:
    from networkx import MultiDiGraph

    from skingraph.filters import ClaimFilter
    from skingraph.rows import Rows
    from skingraph.store import SkinGraph
    from skingraph.versions import Version


@click.command()
@with_graph
@click.argument("measure", required=False)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--inherited", is_flag=True, help="Count what passes from broader treatments, too.")
@click.option(
    "--by", multiple=True, metavar="ASPECT", help="Alike in mechanisms, concerns or risks."
)
@click.option("-k", "k", default=3, type=click.IntRange(1, 100), help="How many ways.")
@click.option("--seed", default=0, type=click.IntRange(0, 2**32 - 1), help="For communities.")
@click.option(
    "--resolution",
    default=1.0,
    type=click.FloatRange(0, 100, min_open=True),
    help="Above 1 for smaller communities.",
)
@output_options(ROW_FORMATS)
def network(
    session: Session,
    measure: str | None,
    names: tuple[str, ...],
    inherited: bool,
    by: tuple[str, ...],
    k: int,
    seed: int,
    resolution: float,
    output: str | None,
    format: str | None,
) -> int:
    """Measure the graph as a network, or list the measures.

    Only supporting claims count, hedged ones too; each row names the claims and the sources that
    it rests on.

    \b
    skingraph network
    skingraph network bridges "acne scars"
    skingraph network alike microneedling --by risks
    skingraph network alone smartskin-overview -f csv
    skingraph network ways microneedling "acne scars" -k 5
    """
    from skingraph.measures import Settings
    from skingraph.measures import measure as work_out

    if measure is None:
        emit_rows(_list_of_measures(), output, format)
        return 0
    graph = session.graph()
    measured = graph.to_networkx(inherited=inherited)
    given = _resolved(graph, measured, measure, names)
    settings = Settings(given, **({"by": by} if by else {}), k=k, seed=seed, resolution=resolution)
    found = work_out(measured, measure, settings)
    emit_rows(found.rows, output, format)
    for limit in (*session.limits(), *found.remarks):
        remark(limit)
    if not len(found.rows):
        where = f"release {graph.release}" if graph.release else "this graph"
        remark(f"nothing found in {where}: no supporting claims make it up. That proves nothing.")
    return 0 if len(found.rows) else 1


def _list_of_measures() -> Rows:
    import pyoxigraph as ox

    from skingraph.measures import MEASURES
    from skingraph.rows import Rows

    rows = ((one.name, one.takes, one.asks, one.method) for one in MEASURES.values())
    columns = ("measure", "names", "asks", "method")
    return Rows(columns, tuple(tuple(map(ox.Literal, row)) for row in rows))


def _resolved(
    graph: SkinGraph, network: MultiDiGraph[str], measure: str, names: tuple[str, ...]
) -> tuple[str, ...]:
    """The things in the network that are meant by what was typed."""
    from skingraph.concepts import Lexicon
    from skingraph.measures import MEASURES, source_named

    if measure not in MEASURES or not names:
        return ()
    kinds = MEASURES[measure].kinds
    if kinds is None:
        return tuple(source_named(network, name) for name in names)
    lexicon = Lexicon(graph)
    return tuple(lexicon.resolve(name, kinds=kinds).curie for name in names)


@click.command()
@with_graph
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option("--changelog", is_flag=True, help="Write a list for the data part of a changelog.")
@output_options(FORMATS)
def diff(
    session: Session,
    before: str,
    after: str,
    changelog: bool,
    output: str | None,
    format: str | None,
) -> int:
    """Tell what changed from A to B: concepts, claims, passages, sources, field by field.

    Each is an RDF file (- for standard input), the folder of a store or of a release, or the word
    shipped (or a dot) for the shipped graph. The schema and what rules infer do not count. Exit
    code 0: the same; 1: they differ. A patch is an RDF Patch: applied to A, it gives what B says.

    \b
    skingraph diff last-year.ttl shipped
    skingraph diff skingraph-0.1.0 . --changelog
    skingraph diff a.ttl b.ttl -o change.rdfp
    zstdcat last-year.nq.zst | skingraph diff - shipped
    """
    from skingraph.changelog import report, summary
    from skingraph.differences import differences

    if session.graph_files or session.also or session.store or session.endpoint:
        raise click.UsageError("A and B are the two graphs; leave the options for a graph out.")
    if changelog and format not in (None, "md"):
        raise click.UsageError("--changelog writes Markdown; leave -f out.")
    chosen = "md" if changelog else choose_format(output, format, FORMATS, "text", endings=ENDINGS)
    only = session.only()
    left, right = _version(before, "A", only), _version(after, "B", only)
    for limit in session.limits():
        remark(limit)
    found = differences(left.graph, right.graph)
    emit(report(chosen, left, right, found, width=text_width()), output)
    if chosen != "text" or output:
        remark(f"from {left} to {right}: {summary(found)}")
    return 1 if found else 0


def _version(name: str, place: str, only: ClaimFilter | None) -> Version:
    from dataclasses import replace

    from skingraph.cli.standard_input import file_of
    from skingraph.versions import version

    found = version(file_of(name, place), only=only)
    for what in found.graph.odd:
        remark(what)
    return replace(found, name="standard input") if name == "-" else found
