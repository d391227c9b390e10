"""What somebody who exports wishes for: the options and names of the command as a recipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from skingraph.cli.session import Session, query_text
from skingraph.errors import UnknownName, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from skingraph.recipe import Recipe
    from skingraph.store import SkinGraph

# What stands in a name where no concept is meant.
_NO_CONCEPTS = ("claim", "source", "passage")


def recipe_of(
    session: Session, graph: SkinGraph, names: Iterable[str], wishes: dict[str, object]
) -> Recipe:
    """What the options of export ask for, every name resolved.

    Args:
        session: whose filters choose claims here, instead of making the graph smaller.
        graph: where the names are looked up.
        names: concepts as people call them; claims, sources and passages by CURIE or IRI.
        wishes: the options, under the names of their parameters.

    Raises:
        UnknownName: nothing is called so.
        BadParameter: a question has no such parameter, or two wishes exclude each other.
    """
    from skingraph.catalogue import named
    from skingraph.cli.asking import pairs
    from skingraph.concepts import Lexicon
    from skingraph.questions import bind, known_kinds
    from skingraph.recipe import Recipe
    from skingraph.selection import Selection

    def several(name: str) -> tuple[str, ...]:
        value = wishes[name]
        return value if isinstance(value, tuple) else ()

    if wishes["asserted"] and wishes["inherited"]:
        raise click.UsageError("give --asserted or --inherited; without either, both are taken.")
    question, given = wishes["question"], several("given")
    if given and not question:
        raise click.UsageError("-p binds a parameter of --query.")
    parameters = {}
    if question:
        bound = bind(graph, named(str(question)), pairs(given))
        parameters = {name: str(getattr(term, "value", term)) for name, term in bound.items()}
    things = sorted(name for name in names if _is_no_concept(name))
    people = [name for name in names if not _is_no_concept(name)]
    between = several("between")
    lexicon = Lexicon(graph) if people or between else None
    concepts = {lexicon.resolve(name).iri for name in people} if lexicon else set()
    selection = Selection(
        concepts=tuple(sorted(concepts)) if concepts else None,
        things=tuple(_thing(graph, name) for name in things) or None,
        hops=int(str(wishes["hops"])),
        direction=str(wishes["direction"]),
        kinds=tuple(sorted(known_kinds(graph, several("kinds")))),
        properties=tuple(sorted(several("properties"))),
        sources=tuple(sorted(session.sources)),
        min_evidence=session.min_evidence,
        authorities=tuple(sorted(session.authorities)),
        polarity=str(wishes["polarity"]) if wishes["polarity"] else None,
        inherited=True if wishes["inherited"] else False if wishes["asserted"] else None,
        with_claims=not wishes["no_claims"],
        with_labels=not wishes["no_labels"],
        with_definitions=not wishes["no_definitions"],
    )
    construct = wishes["construct"]
    return Recipe(
        selection=selection,
        question=str(question or ""),
        parameters=parameters,
        between=(lexicon.resolve(between[0]).iri, lexicon.resolve(between[1]).iri)
        if lexicon and between
        else None,
        construct=query_text(str(construct)) if construct else "",
    )


def _thing(graph: SkinGraph, name: str) -> str:
    """The IRI of a claim, a source or a passage."""
    from skingraph.prefixes import PREFIXES

    prefix, _, local = name.partition(":")
    iri = name if "://" in name else PREFIXES[prefix] + local
    try:
        return graph.iri_of(iri)
    except UnknownName:
        place, _, slug = iri.rpartition("/")
        rows = graph.select("SELECT DISTINCT ?x { ?x a ?kind }")
        known = [
            str(x).rpartition("/")[2] for x in rows.column("x") if str(x).startswith(f"{place}/")
        ]
        raise UnknownName(
            f"nothing is called {name!r}.{did_you_mean(slug, known)} "
            f"Look with: skingraph query claims"
        ) from None


def _is_no_concept(name: str) -> bool:
    return name.startswith(tuple(f"{prefix}:" for prefix in _NO_CONCEPTS)) or any(
        f"/{prefix}/" in name for prefix in _NO_CONCEPTS if "://" in name
    )
