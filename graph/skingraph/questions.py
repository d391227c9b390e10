"""Asking a named question, with its parameters given as people write them."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pyoxigraph as ox

from skingraph.catalogue import Parameter, Query, named
from skingraph.errors import BadParameter, UnknownName, did_you_mean
from skingraph.prefixes import PREFIXES, SKG, SKIN, curie, expand

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from skingraph.rows import Rows, Term
    from skingraph.store import SkinGraph

_INSTANCES = """
SELECT ?class ?thing ?label ?notation WHERE {
  ?thing a ?class .
  OPTIONAL { ?thing rdfs:label|dcterms:title ?label }
  OPTIONAL { ?thing skos:notation ?notation }
}
"""
_XSD = PREFIXES["xsd"]


def ask(graph: SkinGraph, name: str, /, **values: object) -> Rows:
    """The rows of a named query.

    Args:
        graph: where to look.
        name: a query of the catalogue.
        values: its parameters, as IRI, CURIE, slug, label or synonym, as what `Lexicon.resolve`
            gives, or as a number.

    Raises:
        UnknownQuery: the catalogue has no such query.
        BadParameter: the query has no such parameter, or cannot take the value.
        UnknownName: nothing is called so.
    """
    query = named(name)
    return graph.select(query.text, **bind(graph, query, values))


def bind(graph: SkinGraph, query: Query, values: Mapping[str, object]) -> dict[str, Term]:
    """The parameters of a query as terms; they are never pasted into its text."""
    parameters = {parameter.name: parameter for parameter in query.parameters}
    bound: dict[str, Term] = {}
    for name, value in values.items():
        if name not in parameters:
            known = ", ".join(parameters) or "none"
            raise BadParameter(
                f"{query.name} has no parameter {name!r}.{did_you_mean(name, parameters)} "
                f"It takes: {known}."
            )
        text = str(getattr(value, "iri", getattr(value, "value", value)))
        bound[name] = _term(graph, parameters[name], text)
    return bound


def known_kinds(graph: SkinGraph, names: Iterable[str]) -> list[str]:
    """The classes of concepts that people name, in any case or number: treatments, SideEffect.

    Raises:
        UnknownName: there is no such type.
    """
    from skingraph.concepts import fold

    kinds = {fold(label): str(kind).removeprefix(SKG) for kind, label in _classes(graph)}
    kinds |= {kind.casefold(): kind for kind in kinds.values()}
    found = []
    for name in names:
        key = fold(name.removeprefix("skg:"))
        kind = kinds.get(key) or kinds.get(key.removesuffix("s"))
        if kind is None:
            known = ", ".join(sorted(set(kinds.values())))
            raise UnknownName(
                f"no type is called {name!r}.{did_you_mean(key, kinds)} Known: {known}."
            )
        found.append(kind)
    return found


def why_empty(graph: SkinGraph, text: str) -> list[str]:
    """Likely reasons why a query found nothing: names the graph does not know, bad patterns."""
    from skingraph.mentions import invalid_patterns, relative_iris, terms_named

    reasons = [
        f"the pattern {pattern!r} does not compile, so it matches nothing"
        for pattern in invalid_patterns(text)
    ]
    written = terms_named(text)
    reasons += [
        f"{name} is relative, so it means a file beside the query's"
        for name in dict.fromkeys(token.text for token in relative_iris(text))
    ]
    names = {iri for name in written if (iri := expand(name) or name.strip("<>"))}
    # Only our own names: another vocabulary's word may be right and merely unused.
    for iri in sorted(name for name in names - set(PREFIXES.values()) if name.startswith(SKIN)):
        node = ox.NamedNode(iri)
        store = graph.store
        met = itertools.chain(
            store.quads_for_pattern(node, None, None),
            store.quads_for_pattern(None, node, None),
            store.quads_for_pattern(None, None, node),
        )
        if next(met, None) is None:
            reasons.append(f"nothing in the graph is called {curie(iri)}")
    return reasons


def _term(graph: SkinGraph, parameter: Parameter, value: str) -> Term:
    kind = expand(parameter.kind)
    if kind is None:
        raise BadParameter(f"{parameter.name}: the query's header names no known kind.")
    if kind.startswith(_XSD):
        return _literal(parameter, value, kind)
    from skingraph.concepts import Lexicon

    lexicon = Lexicon(graph)
    if parameter.kind == "skg:Concept":
        return ox.NamedNode(lexicon.resolve(value).iri)
    local = parameter.kind.removeprefix("skg:")
    if local in {iri.removeprefix(SKG) for iri, _ in _classes(graph)}:
        return ox.NamedNode(lexicon.resolve(value, kinds=[local]).iri)
    return _instance(graph, parameter, kind, value)


def _classes(graph: SkinGraph) -> list[tuple[str, str]]:
    rows = graph.select(
        "SELECT ?class ?label { ?class rdfs:subClassOf+ skg:Concept ; rdfs:label ?label }"
    )
    return [(str(row["class"]), str(row["label"])) for row in rows]


def _instance(graph: SkinGraph, parameter: Parameter, kind: str, value: str) -> Term:
    """A thing that is no concept: a source, a claim, an evidence level, an authority."""
    from skingraph.concepts import fold

    key = fold(value.strip("<>"))
    names: dict[str, ox.NamedNode] = {}
    for _, thing, *labels in graph.select(_INSTANCES, **{"class": ox.NamedNode(kind)}).terms:
        assert isinstance(thing, ox.NamedNode)
        short = curie(thing.value)
        texts = [label.value for label in labels if isinstance(label, ox.Literal)]
        for text in (thing.value, short, short.partition(":")[2], *texts):
            names.setdefault(fold(text), thing)
    if key not in names:
        word = parameter.kind.removeprefix("skg:")
        raise UnknownName(f"no {word} is called {value!r}.{did_you_mean(key, names)}")
    return names[key]


def _literal(parameter: Parameter, value: str, kind: str) -> ox.Literal:
    from datetime import date
    from decimal import Decimal, InvalidOperation

    # Python reads more spellings than XML Schema knows (1_000, 1e3, 20261120); the engine would
    # take those for no number and answer with nothing.
    writers: dict[str, Callable[[str], str]] = {
        "integer": lambda text: str(int(text)),
        "decimal": lambda text: f"{Decimal(text):f}",
        "date": lambda text: date.fromisoformat(text).isoformat(),
        "string": str,
    }
    local = kind.removeprefix(_XSD)
    if local not in writers:
        raise BadParameter(f"{parameter.name}: the query's header names no known kind.")
    try:
        text = writers[local](value)
    except (ValueError, InvalidOperation) as error:
        raise BadParameter(f"{parameter.name}: {value!r} is no {local}.") from error
    if local == "decimal" and not Decimal(text).is_finite():
        raise BadParameter(f"{parameter.name}: {value!r} is no {local}.")
    return ox.Literal(text, datatype=ox.NamedNode(kind))
