"""Commands that make files for eyes and for other tools: export, map."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from skingraph.cli.session import (
    Session,
    choose_format,
    emit,
    output_options,
    remark,
    with_graph,
)
from skingraph.cli.wishes import recipe_of
from skingraph.errors import BadParameter
from skingraph.export import FORMATS, GRAPH_FORMATS, Options

if TYPE_CHECKING:
    from skingraph.manifest import ExtractFile
    from skingraph.recipe import Cut


@click.command()
@with_graph
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--hops",
    default=1,
    show_default=True,
    help="How many claims away from the names to go; 0 takes only what joins them.",
)
@click.option(
    "--direction",
    type=click.Choice(("both", "out", "in")),
    default="both",
    show_default=True,
    help="Go from subject to object (out), the other way (in), or both ways.",
)
@click.option("--type", "kinds", multiple=True, metavar="TYPE", help="Reach only this type.")
@click.option(
    "--property",
    "properties",
    multiple=True,
    metavar="NAME",
    help="Only claims with this property, or one below it.",
)
@click.option(
    "--polarity",
    type=click.Choice(("supports", "refutes")),
    help="Only claims that affirm, or only those that deny.",
)
@click.option("--asserted", is_flag=True, help="Only what is said of the things themselves.")
@click.option("--inherited", is_flag=True, help="Only what they inherit from broader ones.")
@click.option(
    "--between", nargs=2, metavar="A B", help="The ways from A to B, and what denies them."
)
@click.option("--query", "question", metavar="NAME", help="All that this question's rows name.")
@click.option(
    "-p", "--parameter", "given", multiple=True, metavar="NAME=VALUE", help="Bind its parameter."
)
@click.option("--construct", metavar="FILE", help="What this CONSTRUCT query makes of the part.")
@click.option("--no-claims", is_flag=True, help="Plain edges, where one can stand for a claim.")
@click.option("--no-labels", is_flag=True, help="Leave labels and synonyms out.")
@click.option("--no-definitions", is_flag=True, help="Leave definitions out.")
@click.option("--whole", is_flag=True, help="With the schema and what rules infer.")
@click.option("--headers", type=click.Choice(("neo4j", "kgx")), help="Name columns for this tool.")
@click.option("--part", metavar="NAME", help="Of a format with several files only this one.")
@click.option("--dry-run", is_flag=True, help="Say what would be taken, and write nothing.")
@click.option(
    "--manifest",
    is_flag=False,
    flag_value="",
    metavar="[FILE.json]",
    help="Tell what was selected, with check sums, in this file or beside the output.",
)
@click.option("--release", metavar="DIR", help="Write the whole graph in every format here.")
@output_options(GRAPH_FORMATS)
def export(
    session: Session,
    names: tuple[str, ...],
    release: str | None,
    output: str | None,
    format: str | None,
    part: str | None,
    whole: bool,
    headers: str | None,
    dry_run: bool,
    manifest: str | None,
    **wishes: object,
) -> int:
    """Export the graph or a part of it, every claim whole, with its passages and sources.

    A part is what lies around some names, or what fits the options, or both; the options of the
    graph --source, --authority and --min-evidence choose claims here as well. Nothing is in it
    that is not in the graph, unless a CONSTRUCT query makes it up: skingraph verify proves it. The
    ending of the file chooses the format; .gz or .zst after it packs. Schema and inferences are
    left out unless --whole.

    \b
    skingraph export microneedling -o microneedling.ttl
    skingraph export "acne scars" lasers --hops 2 -f jsonld
    skingraph export SmartSkin --property cautionIn --direction out -f csv
    skingraph export --source smartskin-overview --polarity refutes --dry-run
    skingraph export --between microneedling "acne scars" -o ways.graphml
    skingraph export --query side-effects -p treatment=peel -o effects.nt.gz --manifest
    skingraph export --type Treatment --no-claims --no-definitions -f dot
    skingraph export microneedling --construct mine.rq -f nt

    The word queries exports the questions of the catalogue as Turtle, for tools that list SPARQL
    examples. A release holds the whole graph in every RDF format, with checksums.

    \b
    skingraph export queries -o queries.ttl
    skingraph export --release skingraph-0.1.0
    """
    special = release is not None or names == ("queries",)
    chosen = choose_format(output, format, GRAPH_FORMATS, "ttl", endings=_endings())
    if special:
        plain = {"hops": 1, "direction": "both"}
        more = any(value and value != plain.get(name) for name, value in wishes.items())
        more = more or bool(part or whole or headers or dry_run) or manifest is not None
        if release is not None:
            if names or more or output or format:
                raise click.UsageError(
                    "--release writes the whole graph in every format; say no more."
                )
            return _release(session, release)
        if more or chosen != "ttl":
            raise click.UsageError("the queries are exported whole and as Turtle.")
        return _queries(session, output)
    beside = _manifest_path(manifest, output)
    options = Options(
        whole=whole, inherited=bool(wishes["inherited"]), part=part or "", headers=headers or ""
    )
    _check_parts(chosen, options, output, is_written=not dry_run)
    graph = replace(session, min_evidence=None, authorities=(), sources=()).graph()
    recipe = recipe_of(session, graph, names, wishes)
    cut = recipe.cut(graph)
    if chosen == "csv" and not cut.counts.claims and (cut.counts.edges or recipe.construct):
        raise BadParameter(
            "this CSV table has claims, and there are none. Choose -f csv-tables or nt."
        )
    for said in cut.remarks:
        remark(said)
    if cut.empty:
        limits = "; ".join(session.limits())
        remark(
            "nothing fits, so nothing is written; that is no evidence of safety"
            + (f" ({limits})" if limits else "")
        )
        return 1
    left_out = "" if whole else "; the schema and what rules infer are left out"
    if dry_run:
        remark(f"{cut.counts} would be exported{left_out}")
        return 0
    files, remarks = _write(cut, chosen, options, output)
    for said in remarks:
        remark(said)
    if beside is not None:
        from skingraph.manifest import Manifest

        told = (*cut.remarks, *remarks)
        emit(str(Manifest.of(graph, recipe, cut, chosen, options, files, told)), beside)
    remark(f"{cut.counts} exported{left_out}")
    return 0


def _endings() -> dict[str, str]:
    return {ending: format.name for format in FORMATS.values() for ending in format.endings}


def _manifest_path(manifest: str | None, output: str | None) -> str | None:
    from skingraph.manifest import ENDING

    if manifest is None:
        return None
    if manifest == "":
        if output in (None, "", "-"):
            raise BadParameter(
                "--manifest: standard output has no place beside it. Name a file that ends in .json."
            )
        return f"{output}{ENDING}"
    if not manifest.endswith(".json"):
        raise BadParameter(
            f"--manifest {manifest}: name a file that ends in .json, or put --manifest last."
        )
    return manifest


def _check_parts(chosen: str, options: Options, output: str | None, *, is_written: bool) -> None:
    """Refuse before the work what cannot be written after it."""
    parts = FORMATS[chosen].parts
    if options.part and options.part not in parts:
        known = ", ".join(filter(None, parts)) or "none, since it is one file"
        raise BadParameter(f"--part {options.part}: {chosen} has these parts: {known}.")
    if is_written and len(parts) > 1 and not options.part and output in (None, "", "-"):
        raise BadParameter(
            f"{chosen} is {len(parts)} files. Name them with -o FILE, or choose with --part one "
            f"of: {', '.join(parts)}."
        )


def _write(
    cut: Cut, chosen: str, options: Options, output: str | None
) -> tuple[tuple[ExtractFile, ...], list[str]]:
    """Write each file of the format; gives what was written and what the format cannot hold."""
    from skingraph.cli.progress import watched
    from skingraph.export import concepts_csv, write
    from skingraph.manifest import CONCEPTS, ExtractFile, Hashed, sum_of
    from skingraph.output import written

    files, remarks = [], dict[str, None]()
    parts = (options.part,) if options.part else FORMATS[chosen].parts
    if chosen == "csv" and output not in (None, "", "-"):
        parts = ("", CONCEPTS)
    for part in parts:
        path = _with_part(output or "", part) if len(parts) > 1 else output
        is_stream = path in (None, "", "-")
        with written(path) as file, watched(file, path) as seen:
            # What goes to a stream can be counted on its way only.
            through = Hashed(seen)
            if part == CONCEPTS:
                seen.write(concepts_csv(cut.graph))
            else:
                into = through.as_file() if is_stream else seen
                told = write(cut.graph, chosen, into, replace(options, part=part))
                remarks |= dict.fromkeys(told)
        size, digest = (through.bytes, through.sha256) if is_stream else sum_of(str(path))
        name = "" if is_stream else os.path.basename(str(path))
        files.append(ExtractFile(name, part, size, digest))
        if part:
            remark(f"{part} written to {path or 'standard output'}")
    return tuple(files), list(remarks)


def _with_part(output: str, part: str) -> str:
    """The name of one file of several: skin.csv.gz becomes skin.nodes.csv.gz."""
    from skingraph.packing import without_packing

    if not part:
        return output
    plain = without_packing(output)
    stem, ending = os.path.splitext(plain)
    return f"{stem}.{part}{ending}{output[len(plain) :]}"


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
