"""Commands that put the graph where larger ones live: load, publish."""

from __future__ import annotations

import time

import click

from skingraph.cli.session import Session, emit, remark, with_graph
from skingraph.errors import BadParameter


@click.command()
@with_graph
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option(
    "--replace", is_flag=True, help="Replace the store that is there, once this is whole."
)
def load(session: Session, files: tuple[str, ...], replace: bool) -> int:
    """Load files, or the shipped graph, into a store on disk, which is ready at once ever after.

    FILES alone are used as --graph uses them. The store is there when the load is done, and not
    before; whoever reads an old one keeps it until then.

    \b
    skingraph load --store skin
    skingraph load mine.nt.gz --store large --replace
    zstdcat mine.nt.zst | skingraph load - --store large
    skingraph options "acne scars" --store skin
    """
    from skingraph.building import Order, build
    from skingraph.cli.standard_input import files_of

    if not session.store:
        raise click.UsageError("name a folder for the store: --store DIR.")
    if session.endpoint:
        raise BadParameter("--endpoint: a service is not loaded. Export it first, then load that.")
    named = files_of((*session.graph_files, *files), "a file to load", limit=None)
    order = Order(named, files_of(session.also, "--also", limit=None), session.only())
    began = time.monotonic()
    stamp, filled = build(session.store, order, replace=replace)
    for what in filled.odd:
        remark(what)
    for path in filled.added_nothing:
        remark(f"{path}: holds no statement that was not there already, so it adds nothing")
    graphs = ", ".join(f"{count:,} in {name}" for name, count in sorted(stamp.graphs.items()))
    remark(
        f"{session.store}: {stamp.statements:,} statements loaded in"
        f" {time.monotonic() - began:.1f} s" + (f" ({graphs})" if graphs else "")
    )
    return 0


@click.command()
@with_graph
@click.option("--to", "url", required=True, metavar="URL", help="Its SPARQL query endpoint.")
@click.option("--graph-store", metavar="URL", help="Put whole graphs here (Graph Store Protocol).")
@click.option("--update", metavar="URL", help="Or insert statements here (SPARQL Update).")
@click.option("--dry-run", is_flag=True, help="Only tell what would be sent.")
def publish(
    session: Session, url: str, graph_store: str | None, update: str | None, dry_run: bool
) -> int:
    """Publish the graph to a SPARQL service: schema, claims and what is inferred, graph by graph.

    What the service holds in these graphs is replaced; its other graphs stay as they are. Then its
    statements are counted there. Credentials stand in the address or in SKINGRAPH_AUTHORIZATION.

    \b
    skingraph publish --to http://localhost:3030/skin/sparql \\
      --graph-store http://localhost:3030/skin/data
    """
    from skingraph.publishing import by_graph_store, by_update, parcels

    if (graph_store is None) == (update is None):
        raise click.UsageError("give --graph-store URL or --update URL, one of them.")
    graph = session.graph()
    sent = parcels(graph)
    if dry_run:
        lines = [f"{len(parcel)} statements to <{parcel.graph}>\n" for parcel in sent]
        emit("".join(lines), None)
        return 0
    if graph_store is not None:
        counts = by_graph_store(sent, url, graph_store)
    else:
        counts = by_update(sent, url, update or "")
    for name, count in counts.items():
        remark(f"<{name}>: {count:,} statements there")
    return 0
