"""Commands for those who curate: check, tidy, passage."""

from __future__ import annotations

from pathlib import Path

import click

from skingraph.cli.session import Session, emit, emit_rows, output_options, remark, with_graph
from skingraph.errors import BadFile
from skingraph.tables import ROW_FORMATS


@click.command()
@with_graph
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option("--sources", metavar="DIR", help="Verify passages against the documents here.")
@click.option(
    "--identifiers", metavar="FILE", help="Verify mapped terms against this table: id, label."
)
@output_options(("text", *ROW_FORMATS))
def check(
    session: Session,
    files: tuple[str, ...],
    sources: str | None,
    identifiers: str | None,
    output: str | None,
    format: str | None,
) -> int:
    """Check the graph, or these files, by shapes, rules about the data, mappings, and passages.

    Exit 1 where a rule of level error is broken; warnings alone leave 0.

    \b
    skingraph check
    skingraph check --sources documents/
    """
    from skingraph.checks import check as run_checks
    from skingraph.cli.session import choose_format
    from skingraph.cli.standard_input import file_of, files_of
    from skingraph.store import SkinGraph

    folder = Path(sources) if sources else None
    if folder is not None and not folder.is_dir():
        raise BadFile(f"{folder}: is no folder. Name the folder that holds the documents.")
    chosen = choose_format(output, format, ("text", *ROW_FORMATS), "text")
    named = files_of(files, "a file to check")
    graph = SkinGraph.read(named) if named else session.graph()
    table = Path(file_of(identifiers, "--identifiers")) if identifiers else None
    report = run_checks(graph, sources=folder, identifiers=table)
    if chosen == "text":
        emit("".join(f"{violation}\n" for violation in report.violations), output)
    else:
        emit_rows(report.rows(), output, chosen)
    remark(report.summary)
    return 0 if report.conforms else 1


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option("--check", "only_check", is_flag=True, help="Change nothing; exit 1 if untidy.")
def tidy(files: tuple[str, ...], only_check: bool) -> int:
    """Write curated Turtle in its one form: concepts, sources and claims, or these files.

    Of standard input (-) the one form goes to standard output.

    \b
    skingraph tidy --check
    skingraph tidy mine.ttl
    skingraph tidy - < mine.ttl
    """
    from skingraph.resources import folder, walk
    from skingraph.turtle import FOLDERS, tidy_files

    if "-" in files:
        return _tidied_input(files, only_check)
    paths = [Path(file) for file in files]
    if not paths:
        top = folder("ontology")
        paths = [Path(str(file)) for name in FOLDERS for file in walk(top / name, ".ttl")]
    untidy = tidy_files(paths, check=only_check)
    for path in untidy:
        remark(f"{path}: {'untidy; mend it with: skingraph tidy' if only_check else 'tidied'}")
    return 1 if only_check and untidy else 0


def _tidied_input(files: tuple[str, ...], only_check: bool) -> int:
    from skingraph.cli.standard_input import file_of
    from skingraph.turtle import tidy as tidied

    if len(files) > 1:
        raise click.UsageError("standard input (-) is tidied alone.")
    body = Path(file_of("-", "tidy")).read_bytes()
    try:
        before = body.decode()
    except UnicodeDecodeError as error:
        raise BadFile(f"standard input: is not UTF-8 at byte {error.start}.") from error
    after = tidied(before, where="standard input")
    if not only_check:
        emit(after, None)
        return 0
    if after != before:
        remark("standard input: untidy; mend it with: skingraph tidy -")
    return 1 if after != before else 0


@click.command()
@with_graph
@click.argument("document", metavar="SOURCE")
@click.argument("words", metavar="TEXT")
@click.option("--sources", required=True, metavar="DIR", help="The folder of the documents.")
@click.option("--section", required=True, help="The heading that the passage stands under.")
@click.option("-o", "--output", metavar="FILE", help="Write to this file.")
def passage(
    session: Session, document: str, words: str, sources: str, section: str, output: str | None
) -> int:
    """Print the Turtle of a passage: find a text in a document, count and hash it.

    \b
    skingraph passage smartskin-overview "5 days" --section "The Skinny" --sources documents/
    """
    from skingraph.passages import locate

    emit(locate(session.graph(), document, words, Path(sources), section=section), output)
    return 0
