"""Commands that ask in SPARQL: queries, query."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from skingraph.cli.session import (
    Session,
    choose_format,
    emit,
    emit_rows,
    output_options,
    query_text,
    remark,
    with_graph,
)
from skingraph.errors import BadParameter
from skingraph.tables import ROW_FORMATS

if TYPE_CHECKING:
    from skingraph.rows import Rows


@click.command()
@click.argument("name", required=False)
@click.option("--search", metavar="TEXT", help="Only queries that speak of this.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Only queries with this tag.")
@click.option("--folder", metavar="NAME", help="Only queries of this folder.")
@output_options(ROW_FORMATS)
def queries(
    name: str | None,
    search: str | None,
    tags: tuple[str, ...],
    folder: str | None,
    output: str | None,
    format: str | None,
) -> int:
    """List the named questions, or show one with its parameters and its text.

    A parameter is shown as NAME=KIND, with its default in brackets; without one, the question
    answers for everything until it is bound. Other formats than a table say more of each.

    \b
    skingraph queries
    skingraph queries --tag safety --search "side effect"
    skingraph queries treatments-for-concern
    """
    import pyoxigraph as ox

    from skingraph.catalogue import catalogue, named
    from skingraph.rows import Rows

    if name is not None:
        query = named(name)
        emit(query.text, output)
        if query.example:
            remark(f"For example: {query.example}")
        return 0
    words = (search or "").casefold()
    asked = [
        query
        for query in catalogue()
        if words in f"{query.name} {query.summary} {query.description} {query.tags}".casefold()
        and {tag.casefold() for tag in tags} <= set(query.tags)
        and folder in (None, query.folder)
    ]
    columns = {
        "query": [query.name for query in asked],
        "folder": [query.folder for query in asked],
        "asks": [query.summary for query in asked],
        "parameters": [" ".join(map(str, query.parameters)) for query in asked],
    }
    if choose_format(output, format, ROW_FORMATS, "table") != "table":
        columns |= {
            "description": [query.description for query in asked],
            "row": [query.row for query in asked],
            "tags": [", ".join(query.tags) for query in asked],
            "example": [query.example for query in asked],
        }
    cells = zip(*columns.values(), strict=True)
    rows = Rows(tuple(columns), tuple(tuple(map(ox.Literal, row)) for row in cells))
    emit_rows(rows, output, format)
    if not asked:
        wanted = " and ".join(map(repr, filter(None, (search, *tags, folder))))
        remark(f"no query speaks of {wanted}. List them all with: skingraph queries")
    return 0 if asked else 1


@click.command()
@with_graph
@click.argument("name", required=False)
@click.option("-e", "--expression", metavar="TEXT", help="Ask this SPARQL text.")
@click.option(
    "-p", "--parameter", "given", multiple=True, metavar="NAME=VALUE", help="Bind a parameter."
)
@click.option(
    "--timeout", default=10.0, show_default=True, metavar="SECONDS", help="Stop a query after this."
)
@output_options(("table", "csv", "tsv", "json", "xml", "jsonl", "md", "and RDF for CONSTRUCT"))
def query(
    session: Session,
    name: str | None,
    expression: str | None,
    given: tuple[str, ...],
    timeout: float,
    output: str | None,
    format: str | None,
) -> int:
    """Ask a named question, a SPARQL file, standard input (-) or a text (-e).

    \b
    skingraph query contraindications -p treatment=microneedling
    skingraph query mine.rq -f csv -o answer.csv
    skingraph query -e "SELECT ?c { ?c skg:treats skin:acne-scar }"
    """
    from skingraph.catalogue import named, parse
    from skingraph.questions import bind, why_empty
    from skingraph.sandbox import Limits
    from skingraph.store import SkinGraph

    if (name is None) == (expression is None):
        raise click.UsageError("name a question or a file, or give a text with -e, one of them.")
    if not 0 < timeout <= 86400:
        raise BadParameter(
            f"--timeout {timeout:g}: must be more than 0 seconds, and a day at most."
        )
    outside = _outside_text(name, expression)
    asked = parse(outside, name=name or "-e") if outside is not None else named(name or "")
    graph = session.graph()
    terms = bind(graph, asked, pairs(given))
    answer: Rows | bool | SkinGraph
    if outside is None:
        answer = graph.select(asked.text, **terms)
    else:
        answer = graph.answer(asked.text, terms, Limits(seconds=timeout), base=_address(name))
    if isinstance(answer, bool):
        return _emit_boolean(answer, output, format)
    if isinstance(answer, SkinGraph):
        from skingraph.export import RDF_FORMATS, write_graph

        emit(write_graph(answer, choose_format(output, format, RDF_FORMATS, "ttl")), output)
        found = len(answer)
    else:
        emit_rows(answer, output, format)
        found = len(answer)
    if not found:
        reasons = session.limits() + why_empty(graph, asked.text)
        where = f"release {graph.release}" if graph.release else "this graph"
        remark(
            f"no claim found in {where}; that is no evidence of safety"
            + (f". Likely: {'; '.join(reasons)}." if reasons else ".")
        )
    return 0 if found else 1


def _outside_text(name: str | None, expression: str | None) -> str | None:
    """The text of a query that is not of the catalogue, or None for a named one."""
    from skingraph.catalogue import catalogue

    if expression is not None:
        return expression
    path = name or ""
    if path == "-" or path.endswith((".rq", ".sparql")) or "/" in path:
        return query_text(path)
    # A question's name wins over a file that happens to be called so.
    if os.path.isfile(path) and path not in {query.name for query in catalogue()}:
        return query_text(path)
    return None


def _address(name: str | None) -> str | None:
    """The address of a query's file, which is the base of relative IRIs in it (RFC 3986, 5.1.3)."""
    if name is None or name == "-":
        return None
    from pathlib import Path

    return Path(os.path.abspath(name)).as_uri()


def pairs(given: tuple[str, ...]) -> dict[str, str]:
    """The parameters that -p gives.

    Raises:
        BadParameter: one is not written as NAME=VALUE.
    """
    found = {}
    for item in given:
        name, equals, value = item.partition("=")
        if not equals or not name:
            raise BadParameter(f"-p {item}: write it as NAME=VALUE.")
        found[name.strip()] = value.strip()
    return found


def _emit_boolean(answer: bool, output: str | None, format: str | None) -> int:
    import json

    word = "true" if answer else "false"
    chosen = choose_format(output, format, ROW_FORMATS, "table")
    if chosen == "json":
        emit(json.dumps({"head": {}, "boolean": answer}) + "\n", output)
    elif chosen == "xml":
        emit(
            '<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#">'
            f"<head></head><boolean>{word}</boolean></sparql>\n",
            output,
        )
    else:
        emit(word + "\n", output)
    return 0 if answer else 1
