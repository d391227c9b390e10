"""Commands that name things: find, show, stats."""

from __future__ import annotations

import click

from skingraph.cli.session import Session, emit, emit_rows, output_options, remark, with_graph
from skingraph.tables import ROW_FORMATS


@click.command()
@with_graph
@click.argument("text", nargs=-1, required=True)
@click.option("--type", "kinds", multiple=True, metavar="TYPE", help="Only concepts of this type.")
@click.option(
    "--limit",
    default=10,
    type=click.IntRange(min=1),
    show_default=True,
    help="How many to list at most.",
)
@output_options(ROW_FORMATS)
def find(
    session: Session,
    text: tuple[str, ...],
    kinds: tuple[str, ...],
    limit: int,
    output: str | None,
    format: str | None,
) -> int:
    """Find concepts by label or synonym; typing errors are forgiven.

    \b
    skingraph find pores
    skingraph find "micro needeling" --type Treatment
    """
    import pyoxigraph as ox

    from skingraph.concepts import Lexicon
    from skingraph.questions import known_kinds
    from skingraph.rows import Rows

    graph = session.graph()
    matches = Lexicon(graph).find(" ".join(text), limit=limit, kinds=known_kinds(graph, kinds))
    rows = Rows(
        ("concept", "label", "types", "matched"),
        tuple(
            (
                ox.NamedNode(match.concept.iri),
                ox.Literal(match.concept.label),
                ox.Literal(", ".join(match.kinds)),
                ox.Literal(match.matched),
            )
            for match in matches
        ),
    )
    emit_rows(rows, output, format)
    if not matches:
        remark(f"nothing found for {' '.join(text)!r}. That is no evidence of safety.")
    return 0 if matches else 1


@click.command()
@with_graph
@click.argument("name", nargs=-1, required=True)
@output_options(("text", *ROW_FORMATS))
def show(session: Session, name: tuple[str, ...], output: str | None, format: str | None) -> int:
    """Show one concept or claim: what is said, by whom, where, on what evidence.

    \b
    skingraph show "acne scars"
    skingraph show claim:smartskin-advised-against-darker-skin
    """
    from skingraph.citations import rows_of_claims
    from skingraph.claims import Said
    from skingraph.cli.session import choose_format, text_width
    from skingraph.concepts import Lexicon, describe
    from skingraph.index import ClaimIndex
    from skingraph.reports import claim_text, concept_rows, concept_text

    graph, wanted = session.graph(), " ".join(name)
    chosen = choose_format(output, format, ("text", *ROW_FORMATS), "text")
    index = ClaimIndex(graph)
    if wanted.startswith(("claim:", "https://w3id.org/skingraph/claim/")):
        claim = index.named(wanted)
        if chosen == "text":
            emit(claim_text(claim, release=graph.release, width=text_width()), output)
        else:
            emit_rows(rows_of_claims((), [((), Said(claim))]), output, chosen)
        return 0
    concept = Lexicon(graph).resolve(wanted)
    if chosen == "text":
        found = describe(graph, concept)
        emit(concept_text(found, index, release=graph.release, width=text_width()), output)
    else:
        emit_rows(concept_rows(index, concept.iri), output, chosen)
    return 0


@click.command()
@with_graph
@output_options(ROW_FORMATS)
def stats(session: Session, output: str | None, format: str | None) -> int:
    """Count what the graph holds: concepts by type, claims by source, statements.

    \b
    skingraph stats
    skingraph stats --min-evidence E2 -f csv
    """
    from skingraph.catalogue import named

    graph = session.graph()
    emit_rows(graph.select(named("statistics").text), output, format)
    remark(f"{len(graph)} statements in all, rules included. Data {graph.release or 'undated'}.")
    return 0
