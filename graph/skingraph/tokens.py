"""The tokens of a query, one at a time, in time linear in the text."""

from __future__ import annotations

import re
from typing import Final, NamedTuple, NoReturn

from skingraph.errors import BadQuery


class Token(NamedTuple):
    """A piece of the text: string, name, mark and so on, and where it begins."""

    kind: str
    text: str
    start: int


# Names by the ASCII characters they cannot have: a class of all letters takes long to compile.
# Which of the others are letters is asked when there are some.
_ASIDE = r"/;-@\[-^`{-\x7f"
_FIRST = rf"[^\x00-.0-9:{_ASIDE}]"
_WORD = rf"[^\x00-.:{_ASIDE}]"
_NAME = rf"[^\x00-,.:{_ASIDE}]"
_PREFIX = rf"[^\x00-,:{_ASIDE}]"
_LOCAL = rf"[^\x00-,.{_ASIDE}]"
_ESCAPE = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
_CODE = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"

_SPACE: Final = re.compile(r"(?:[ \t\r\n]|#[^\r\n]*)+")
_IRI: Final = re.compile(rf"<(?:[^\x00-\x20<>\"{{}}|^`\\]|{_CODE})*>")
_KINDS: Final = [
    ("string", re.compile(r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*"""', re.DOTALL)),
    ("string", re.compile(r"'''(?:[^'\\]|\\.|'{1,2}(?!'))*'''", re.DOTALL)),
    ("string", re.compile(r'(?!""")"(?:[^"\\\r\n]|\\.)*"')),
    ("string", re.compile(r"(?!''')'(?:[^'\\\r\n]|\\.)*'")),
    ("variable", re.compile(rf"[?$]{_WORD}+")),
    ("language", re.compile(r"@[A-Za-z][A-Za-z0-9-]*")),
    ("blank", re.compile(rf"_:{_WORD}(?:{_NAME}|\.+(?={_NAME}))*")),
    (
        "name",
        # A prefix of unbounded length would be looked for again at each of its dots.
        re.compile(
            rf"(?:{_FIRST}(?:{_PREFIX}{{0,200}}{_NAME})?)?:"
            rf"(?:(?!-)(?:{_LOCAL}|{_ESCAPE})(?:{_LOCAL}|{_ESCAPE}|\.+(?={_LOCAL}|[%\\]))*)?"
        ),
    ),
    ("number", re.compile(r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")),
    ("word", re.compile(rf"{_FIRST}{_WORD}*")),
    ("mark", re.compile(r"\|\||&&|[!<>]=|\^\^|[()\[\]{}.,;*/+\-=!<>|^?~]")),
]
# The letters of names beyond ASCII, first and last of each range (PN_CHARS of SPARQL 1.1).
_LETTERS: Final = [
    *("\u00b7\u00b7", "\u00c0\u00d6", "\u00d8\u00f6", "\u00f8\u037d", "\u037f\u1fff"),
    *("\u200c\u200d", "\u203f\u2040", "\u2070\u218f", "\u2c00\u2fef", "\u3001\ud7ff"),
    *("\uf900\ufdcf", "\ufdf0\ufefe", "\uff00\ufffd", "\U00010000\U000effff"),
]
CLOSED_BY: Final = {"{": "}", "(": ")", "[": "]", "<<(": ")>>", "<<": ">>", "{|": "|}"}
_QUOTES: Final = set(
    "\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb\u2039\u203a\u00b4`"
)


def after_space(text: str, at: int) -> int:
    """Where the next token begins: after blanks, ends of lines and comments."""
    space = _SPACE.match(text, at)
    return space.end() if space else at


def token_at(text: str, at: int, *, opened_by: str, compares: bool) -> Token:
    """The token that begins here.

    Args:
        text: the query.
        at: where no space stands.
        opened_by: the innermost open bracket.
        compares: whether `<` would be an operator here, between two operands.

    Raises:
        BadQuery: none begins here.
    """
    if text[at] == "<":
        return _angle(text, at, compares)
    for mark in ("{|", "<<(", "|}", ")>>", ">>"):
        # The closing ones are `|`, `)` and `>` anywhere but in what they close.
        closes = mark not in CLOSED_BY
        if text.startswith(mark, at) and (not closes or CLOSED_BY.get(opened_by) == mark):
            return Token("mark", mark, at)
    for kind, pattern in _KINDS:
        if match := pattern.match(text, at):
            if kind != "string" and not match[0].isascii():
                _check_letters(text, match[0], at)
            return Token(kind, match[0], at)
    return _strange(text, at)


def _angle(text: str, at: int, compares: bool) -> Token:
    """An IRI, the operator or the start of a quoted triple; the place decides.

    `?a<?b&&?c>?d` compares, though its middle has the form of an IRI.
    """
    if compares:
        return Token("mark", "<=" if text.startswith("<=", at) else "<", at)
    if match := _IRI.match(text, at):
        return Token("iri", match[0], at)
    for mark in ("<<(", "<<"):
        if text.startswith(mark, at):
            return Token("mark", mark, at)
    refuse(text, at, "this IRI is not closed by > or holds a character that IRIs cannot have")


def _check_letters(text: str, name: str, at: int) -> None:
    for place, letter in enumerate(name, at):
        if letter > "\x7f" and not any(ends[0] <= letter <= ends[1] for ends in _LETTERS):
            _strange(text, place)


def _strange(text: str, at: int) -> NoReturn:
    character = text[at]
    if character in "\"'":
        refuse(text, at, f"the string that begins here is not closed by {character}")
    if character in _QUOTES:
        refuse(text, at, f"{character} is a typographic quotation mark. Write \" or '")
    if not character.isprintable() or character.isspace():
        refuse(text, at, f"an invisible character (U+{ord(character):04X}) stands here")
    refuse(text, at, f"{character!r} has no meaning here")


def refuse(text: str, at: int, why: str) -> NoReturn:
    """Raise BadQuery for what stands here, with its place before the reason."""
    raise BadQuery(f"{line_and_column(text, at)}: {why}")


def line_and_column(text: str, at: int) -> str:
    """LINE:COLUMN, both from 1, the column in characters."""
    line = text.count("\n", 0, at) + 1
    return f"{line}:{at - text.rfind(chr(10), 0, at)}"
