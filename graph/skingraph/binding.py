"""A query with some of its variables given: the values stand in its text, where the engine plans.

An engine that is told a value only when the plan is made has planned for everything: it then goes
through all claims to find those of one treatment. So the value is written in the variable's place,
and the projection gives it the variable's name again. What cannot be said so is left to the engine.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

import pyoxigraph as ox

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from skingraph.rows import Term

_PIECE: Final = re.compile(
    r"""
    (?P<apart> \"\"\".*?\"\"\" | '''.*?''' | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*'
        | \#[^\n]* | <[^<>"{}|^`\\\s]*> )
    | (?P<variable> [?$]\w+ )
    | (?P<name> (?:[A-Za-z][\w.-]*)?:[\w.%\\-]* )
    | (?P<word> [A-Za-z]\w* )
    | (?P<mark> [{}()*] )
    """,
    re.VERBOSE | re.DOTALL,
)
_TAIL: Final = {"GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES"}


class _OtherMeaning(Exception):
    """The values cannot stand in this text with the same meaning."""


class _Piece(NamedTuple):
    """A word, variable or bracket of the text, and what stands before it."""

    before: str
    kind: str
    text: str

    @property
    def word(self) -> str:
        return self.text.upper() if self.kind == "word" else ""


def with_terms(text: str, values: Mapping[str, Term]) -> str | None:
    """The text of a SELECT query with these values in place of their variables.

    None where that could mean something else: the variable is not in the projection, or the text
    itself gives it a value, asks whether it is bound, or takes away what has it.

    >>> with_terms("SELECT ?s ?o WHERE { ?s ?p ?o }", {"s": ox.NamedNode("urn:a")})
    'SELECT (<urn:a> AS ?s) ?o WHERE { <urn:a> ?p ?o }'
    """
    if any(isinstance(term, ox.BlankNode | ox.Triple) for term in values.values()):
        return None
    template = _template(text, frozenset(values))
    if template is None:
        return None
    terms = {name: str(term) for name, term in values.items()}
    return "".join(terms[part] if is_place else part for is_place, part in template)


@lru_cache(maxsize=256)
def _template(text: str, names: frozenset[str]) -> tuple[tuple[bool, str], ...] | None:
    """The text in parts, each with whether it is the place of a value."""
    writer = _Writer(list(_pieces(text)), names)
    try:
        writer.write()
    except (_OtherMeaning, IndexError):
        return None
    return tuple(writer.parts)


def _pieces(text: str) -> Iterator[_Piece]:
    at = 0
    for match in _PIECE.finditer(text):
        yield _Piece(text[at : match.start()], match.lastgroup or "", match[0])
        at = match.end()
    yield _Piece(text[at:], "end", "")


class _Writer:
    """Goes through a query once, from one SELECT to those inside it."""

    def __init__(self, pieces: list[_Piece], names: frozenset[str]) -> None:
        self.pieces = pieces
        self.names = names
        self.at = 0
        self.parts: list[tuple[bool, str]] = []

    def write(self) -> None:
        while self._piece().word != "SELECT":
            if self._piece().word in ("ASK", "CONSTRUCT", "DESCRIBE"):
                raise _OtherMeaning
            self._copy()
        self._select(self.names, is_outermost=True)
        while self._piece().kind != "end":
            self._copy()
        self._copy()

    def _piece(self) -> _Piece:
        return self.pieces[self.at]

    def _copy(self, piece: str | None = None) -> None:
        """Take the piece as it is, or this instead."""
        before, _, text = self.pieces[self.at]
        self.parts.append((False, before + (text if piece is None else piece)))
        self.at += 1

    def _put(self, name: str, opening: str = "", closing: str = "") -> None:
        """Take the variable's value instead of the variable."""
        self.parts += [
            (False, self._piece().before + opening),
            (True, name),
            (False, closing),
        ]
        self.at += 1

    def _name(self, given: frozenset[str]) -> str:
        """The variable that stands here, if it is given."""
        piece = self._piece()
        name = piece.text[1:] if piece.kind == "variable" else ""
        # What looks like an IRI may be two comparisons, and then the variable in it counts.
        if piece.kind == "apart" and piece.text[0] == "<" and re.search(r"[?$]\w", piece.text):
            raise _OtherMeaning
        return name if name in given else ""

    def _select(self, given: frozenset[str], *, is_outermost: bool) -> None:
        """SELECT up to the end of its last clause."""
        projected, grouped = self._outline()
        if is_outermost:
            if not given <= projected:
                raise _OtherMeaning
        elif "*" not in projected:
            # What a subquery does not project is a variable of its own.
            given &= projected
        self._projection(given, grouped, is_outermost)
        self._group(given)
        self._tail(given, is_outermost)

    def _outline(self) -> tuple[frozenset[str], frozenset[str]]:
        """The variables that are projected as such, and those that are grouped by."""
        at, depth, projected = self.at + 1, 0, set()
        while self.pieces[at].text != "{":
            piece = self.pieces[at]
            depth += (piece.text == "(") - (piece.text == ")")
            if depth == 0 and (piece.kind == "variable" or piece.text == "*"):
                projected.add(piece.text.lstrip("?$"))
            at += 1
        while True:
            depth += (self.pieces[at].text == "{") - (self.pieces[at].text == "}")
            at += 1
            if depth == 0:
                break
        grouped, clause = set(), ""
        while self.pieces[at].kind != "end" and self.pieces[at].text != "}":
            piece = self.pieces[at]
            clause = piece.word if piece.word in _TAIL else clause
            if clause == "GROUP" and piece.kind == "variable":
                grouped.add(piece.text[1:])
            at += 1
        return frozenset(projected), frozenset(grouped)

    def _projection(self, given: frozenset[str], grouped: frozenset[str], is_outer: bool) -> None:
        depth, left = 0, 0
        self._copy()
        while self._piece().text != "{":
            piece = self._piece()
            depth += (piece.text == "(") - (piece.text == ")")
            name = self._name(given)
            if name and depth:
                if self.pieces[self.at - 1].word == "AS":
                    raise _OtherMeaning
                self._put(name)
            elif name and is_outer and name not in grouped:
                self._put(name, "(", f" AS ?{name})")
            elif name and not is_outer:
                self._copy("")
                continue
            else:
                self._copy()
            left += piece.kind == "variable" or piece.text == "*"
        if not left:
            raise _OtherMeaning

    def _group(self, given: frozenset[str]) -> None:
        """From { to its }."""
        depth = 0
        while True:
            piece = self._piece()
            depth += (piece.text == "{") - (piece.text == "}")
            if piece.word == "SELECT":
                self._select(given, is_outermost=False)
                continue
            if piece.word in ("VALUES", "BOUND", "MINUS"):
                self._leave(given)
                continue
            if name := self._name(given):
                if self.pieces[self.at - 1].word == "AS":
                    raise _OtherMeaning
                self._put(name)
            else:
                self._copy()
            if depth == 0:
                return

    def _leave(self, given: frozenset[str]) -> None:
        """What follows this word, up to the end of its brackets, has no given variable."""
        closed = ")" if self._piece().word == "BOUND" else "}"
        depth, start = 0, self.at
        while self.at == start or depth or self.pieces[self.at - 1].text != closed:
            if self._name(given):
                raise _OtherMeaning
            depth += (self._piece().text in ("(", "{")) - (self._piece().text in (")", "}"))
            self._copy()

    def _tail(self, given: frozenset[str], is_outermost: bool) -> None:
        depth, clause = 0, ""
        while self._piece().kind != "end" and self._piece().text != "}":
            piece = self._piece()
            depth += (piece.text == "(") - (piece.text == ")")
            clause = piece.word if piece.word in _TAIL else clause
            name = self._name(given)
            if not name or (clause == "ORDER" and is_outermost):
                self._copy()
            elif clause == "VALUES" or self.pieces[self.at - 1].word in ("AS", "BOUND"):
                raise _OtherMeaning
            elif clause == "GROUP" and depth == 0:
                # A group of nothing is no row, with the value as without it.
                self._put(name, "(", f" AS ?{name})")
            elif clause == "ORDER" and depth == 0:
                self._put(name, "(", ")")
            else:
                self._put(name)
