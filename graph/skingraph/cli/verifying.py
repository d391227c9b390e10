"""The command that proves what an extract is: verify."""

from __future__ import annotations

from dataclasses import replace

import click

from skingraph.cli.session import (
    Session,
    choose_format,
    emit,
    emit_rows,
    output_options,
    remark,
    with_graph,
)
from skingraph.tables import ROW_FORMATS


@click.command()
@with_graph
@click.argument("file")
@click.option("--manifest", metavar="FILE.json", help="Verify what this manifest says of it, too.")
@output_options(("text", *ROW_FORMATS))
def verify(
    session: Session, file: str, manifest: str | None, output: str | None, format: str | None
) -> int:
    """Prove that a file is a true part of the graph, or say what in it is not.

    Every statement must be in the graph; every claim must be whole, with its polarity, certainty,
    hedge and limits; every passage, source and concept that it names must be there; no edge may
    stand alone that says more than the claims behind it. A manifest (of the same name with
    .manifest.json, or --manifest) is proved as well: the check sums, and that the same selection
    gives the same again. With it, any format can be verified. Exit code 0: it is a true part; 1:
    it is not.

    \b
    skingraph verify microneedling.ttl
    skingraph verify claims.csv --manifest claims.csv.manifest.json
    skingraph --store store/ verify part.nt.gz -f json
    """
    from skingraph.cli.standard_input import file_of
    from skingraph.verification import verify as prove

    chosen = choose_format(output, format, ("text", *ROW_FORMATS), "text")
    # A filter would make the graph smaller than what the file was cut out of.
    graph = replace(session, min_evidence=None, authorities=(), sources=()).graph()
    proof = prove(graph, file_of(file, "the file to verify"), manifest)
    if chosen == "text":
        emit("".join(f"{fault}\n" for fault in proof.faults), output)
    else:
        emit_rows(proof.rows(), output, chosen)
    for said in proof.remarks:
        remark(said)
    held = f": {proof.counts}" if proof.counts else ""
    name = "standard input" if file == "-" else file
    release = f"release {graph.release}" if graph.release else "this graph"
    if proof.holds:
        remark(f"{name} is a true part of {release}{held}")
        return 0
    number = len(proof.faults)
    remark(f"{name} is no true part of {release}: {number} fault{'' if number == 1 else 's'}")
    return 1
