"""What a query names: graphs, services, terms and the patterns it matches by.

All of it is read from the tokens; of a query that the guard would refuse nothing is told.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyoxigraph as ox

from skingraph.guard import tokens_of
from skingraph.tokens import CLOSED_BY, Token, refuse

if TYPE_CHECKING:
    from collections.abc import Sequence


def names_service(text: str) -> bool:
    """Whether a query that may do so asks another machine."""
    return any(token.text.upper() == "SERVICE" for token in tokens_of(text) if token.kind == "word")


def has_dataset_clause(text: str) -> bool:
    """Whether FROM stands in a query as a keyword, and not in a name, a string or a comment."""
    return any(token.kind == "word" and token.text.upper() == "FROM" for token in tokens_of(text))


def invalid_patterns(text: str) -> list[str]:
    """The literal patterns of REGEX and REPLACE that do not compile.

    The engine takes such a pattern for an unbound value and answers with no rows.

    >>> invalid_patterns('SELECT * { ?x ?p ?o FILTER REGEX(?o, "acne (") }')
    ['acne (']
    """
    # Compiling is bounded for one pattern, not for thousands of them.
    some = list(dict.fromkeys(_patterns(tokens_of(text))))[:20]
    return [wrong for pattern, flags in some for wrong in _uncompiled(pattern, flags)]


def terms_named(text: str) -> list[str]:
    """The prefixed names and the IRIs in angle brackets that a query writes, comments aside.

    >>> terms_named("SELECT * { ?x skg:treats <urn:a#b> } # skin:no")
    ['skg:treats', '<urn:a#b>']
    """
    return [token.text for token in tokens_of(text) if token.kind in ("name", "iri")]


def check_iris(text: str) -> None:
    """Refuse relative IRIs, for which the query says no BASE; the parser says other things of them.

    >>> check_iris("SELECT * { <acne> skg:treats <urn:a> }")
    Traceback (most recent call last):
    skingraph.errors.BadQuery: 1:12: the IRI <acne> is relative, and the query says no BASE. \
Write it in full
    """
    for token in relative_iris(text):
        why = f"the IRI {token.text} is relative, and the query says no BASE. Write it in full"
        refuse(text, token.start, why)


def relative_iris(text: str) -> list[Token]:
    """The IRIs in angle brackets that mean nothing without a base, where a query says none."""
    tokens = tokens_of(text)
    if any(token.kind == "word" and token.text.upper() == "BASE" for token in tokens):
        return []
    # A scheme may hold escapes; who writes it so means a full IRI.
    scheme = re.compile(r"<(?:[A-Za-z][A-Za-z0-9+.-]*:|[^>]*\\)")
    return [token for token in tokens if token.kind == "iri" and not scheme.match(token.text)]


def _patterns(tokens: Sequence[Token]) -> list[tuple[str, str]]:
    """Each literal pattern with its literal flags."""
    found = []
    for place, token in enumerate(tokens):
        flags_at = {"REGEX": 2, "REPLACE": 3}.get(token.text.upper())
        if token.kind == "word" and flags_at is not None:
            arguments = _arguments(tokens, place + 1)
            pattern, flags = (_literal(arguments, at) for at in (1, flags_at))
            if pattern:
                found.append((pattern, flags or '""'))
    return found


def _arguments(tokens: Sequence[Token], start: int) -> list[list[Token]]:
    """The tokens between the brackets that open at `start`, split at its commas."""
    arguments: list[list[Token]] = [[]]
    depth = 0
    for place in range(start, len(tokens)):
        token = tokens[place]
        depth += (token.text in CLOSED_BY) - (token.text in CLOSED_BY.values())
        if depth == 0:
            break
        if depth == 1 and token.text == ",":
            arguments.append([])
        else:
            arguments[-1].append(token)
    # The first one still has the opening bracket itself, and is never a pattern.
    return arguments


def _literal(arguments: list[list[Token]], at: int) -> str | None:
    argument = arguments[at] if at < len(arguments) else []
    return argument[0].text if len(argument) == 1 and argument[0].kind == "string" else None


def _uncompiled(pattern: str, flags: str) -> list[str]:
    """The value of this literal, if the engine cannot match by it; nothing otherwise."""
    rows = ox.Store().query(
        f"SELECT ?pattern {{ BIND({pattern} AS ?pattern)"
        f' BIND(REGEX("", ?pattern, {flags}) AS ?ok) FILTER(!BOUND(?ok)) }}'
    )
    assert isinstance(rows, ox.QuerySolutions)
    return [row["pattern"].value for row in rows]
