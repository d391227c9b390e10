"""A bounded look at the text of a query, before an engine parses it.

A few kilobytes of brackets or operators end a process that holds pyoxigraph, and a
few hundred patterns keep its planner busy for ever; SERVICE would call another
machine. None of that needs a parser to be seen: one pass over the tokens counts
what the engine would recurse into, in time linear in the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NoReturn

from skingraph.errors import BadQuery, did_you_mean
from skingraph.prefixes import PREFIXES
from skingraph.tokens import CLOSED_BY, Token, after_space, line_and_column, refuse, token_at

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large a query may be; the engine gives up not far above these figures.

    `joined` counts triple patterns, path steps, VALUES and groups that are joined with one
    another, as they are not across the sides of a UNION; `patterns` counts them all.
    """

    size: int = 64 * 1024
    depth: int = 64
    operators: int = 1500
    joined: int = 120
    patterns: int = 360


def check_query(
    text: str,
    *,
    limits: Bounds = Bounds(),
    declared: Collection[str] = PREFIXES.keys(),
    services: Collection[str] = (),
) -> None:
    """Refuse a query that is too large, would change the graph or would leave this machine.

    What passes may still be wrong: the engine has the last word on its syntax.
    Messages begin with LINE:COLUMN where there is one place to look at.

    Args:
        text: the query.
        limits: how large it may be.
        declared: prefixes that the engine is told and the text need not declare.
        services: hosts, as HOST or HOST:PORT, that SERVICE may name by a full IRI.

    >>> check_query("SELECT * { ?claim a skgr:Claim }")
    Traceback (most recent call last):
    skingraph.errors.BadQuery: 1:21: the prefix skgr: is not declared. Put its PREFIX line \
first. Did you mean 'skg'?
    """
    reader = _Reader(text, limits, declared, services)
    reader.read()
    if not reader.tokens:
        raise BadQuery("the query is empty. Write one, or name a question: skingraph queries")


@lru_cache(1)
def tokens_of(text: str) -> Sequence[Token]:
    """The tokens of a query; none of one that would be refused.

    Several questions are asked of one text in a row, and it is read once for them.
    """
    reader = _Reader(text, Bounds(), PREFIXES, None)
    try:
        reader.read()
    except BadQuery:
        return ()
    return tuple(reader.tokens)


@dataclass(slots=True)
class _Frame:
    """An open bracket, what stands in it, and where in a triple the reader is.

    kind: query, group, template, data, list, path, expression
    place: subject, verb, step (a verb that may go on), object, done; or, after a
        keyword, name (GRAPH), skip (FILTER, BIND) and values (VALUES)
    """

    opened_by: Token
    kind: str
    place: str = "subject"
    steps: int = 0
    # What is counted in here, what of it the last group brought, and whether all of it is
    # planned apart from what stands around.
    joined: int = 0
    brought: int = 0
    is_apart: bool = False


_TERMS: Final = {"string", "variable", "blank", "name", "number", "iri"}
_OPERATORS: Final = set("*/+-=!<>|^") | {"||", "&&", "!=", "<=", ">="}
_OPERATOR_WORDS: Final = {"IN", "NOT", "AS", "FILTER", "OPTIONAL", "MINUS", "UNION"}
_UPDATES: Final = frozenset(
    {"INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH", "USING"}
)
_PLACE_AFTER: Final = {
    "FILTER": "skip",
    "BIND": "skip",
    "VALUES": "values",
    "GRAPH": "name",
    "SERVICE": "name",
    "SILENT": "name",
}
_PLACE_AFTER_TERM: Final = {
    "subject": "verb",
    "step": "done",
    "object": "done",
    # Two terms that nothing joins: the second begins another triple.
    "done": "verb",
    "name": "subject",
}
_ASK: Final = "ask with SELECT, ASK, CONSTRUCT or DESCRIBE"


class _Reader:
    """One pass over the text: its tokens, its brackets, and a count of what costs."""

    def __init__(
        self,
        text: str,
        limits: Bounds,
        declared: Collection[str],
        services: Collection[str] | None,
    ) -> None:
        self.text = text
        self.limits = limits
        self.services = None if services is None else [host.lower() for host in services]
        self.awaits_service = False
        self.tokens: list[Token] = []
        self.frames = [_Frame(Token("mark", "", 0), "query")]
        self.prefixes = set(declared)
        self.operators = 0
        self.patterns = 0

    def read(self) -> None:
        self._weigh()
        at = 0
        while True:
            at = after_space(self.text, at)
            if at == len(self.text):
                break
            frame = self.frames[-1]
            compares = frame.kind == "expression" and self._after_operand()
            token = token_at(self.text, at, opened_by=frame.opened_by.text, compares=compares)
            self._take(token)
            self.tokens.append(token)
            at += len(token.text)
        if len(self.frames) > 1:
            opened = self.frames[-1].opened_by
            self._refuse(opened.start, f"this {opened.text} is never closed")

    def _weigh(self) -> None:
        limit = self.limits.size
        try:
            # Encoding costs memory: a text that is too long by its characters is not encoded.
            size = len(self.text) if len(self.text) > limit else len(self.text.encode())
        except UnicodeEncodeError as error:
            self._refuse(error.start, "half a surrogate pair stands here. Save the query as UTF-8")
        if size > limit:
            raise BadQuery(
                f"the query is longer than {limit // 1024} KB. Ask it in parts, or load long"
                " lists of values as a graph"
            )
        if "\0" in self.text:
            self._refuse(self.text.index("\0"), "a NUL character stands here. Take it out")

    def _after_operand(self) -> bool:
        last = self.tokens[-1] if self.tokens else Token("mark", "", 0)
        if last.kind == "word":
            return last.text.lower().endswith(("true", "false"))
        return last.kind != "mark" or last.text in CLOSED_BY.values()

    def _take(self, token: Token) -> None:
        if self.awaits_service:
            self._check_service(token)
        if token.kind == "word":
            self._word(token)
        elif token.kind == "name":
            self._name(token)
        elif token.kind in _TERMS:
            self._term(token)
        elif token.text.lower() == "@prefix":
            self._refuse(token.start, "SPARQL writes PREFIX without @, and no dot after the line")
        elif token.text in CLOSED_BY:
            self._open(token)
        elif token.text in CLOSED_BY.values():
            self._close(token)
        elif token.kind == "mark":
            self._mark(token)

    def _word(self, token: Token) -> None:
        word = token.text.upper()
        frame = self.frames[-1]
        # The engine wants no space between words: 1SERVICE<x> and SERVICESILENT<x> call out, too.
        if "SERVICE" in word and (word != "SERVICE" or self.services == []):
            self._refuse_service(token)
        self.awaits_service = self.awaits_service or word == "SERVICE"
        if word in _UPDATES:
            self._refuse(token.start, f"{word}: this graph is read-only; {_ASK}")
        if word in _OPERATOR_WORDS:
            self._count_operator(token)
        if word == "UNION" and self.tokens and self.tokens[-1].text == "}":
            frame.joined -= frame.brought
        if token.text == "a" or word in ("TRUE", "FALSE"):
            self._term(token)
        elif frame.kind == "query" or (frame.kind == "group" and word == "SELECT"):
            frame.kind, frame.place = "query", word.lower()
        elif frame.kind == "group" and frame.place != "skip":
            frame.place = _PLACE_AFTER.get(word, "subject")
        if word == "VALUES":
            self._count_patterns(token)

    def _name(self, token: Token) -> None:
        prefix = token.text.partition(":")[0]
        if self.tokens and self.tokens[-1].text.upper() == "PREFIX":
            self.prefixes.add(prefix)
        elif prefix in self.prefixes:
            self._term(token)
        else:
            self._refuse(token.start, f"the prefix {prefix}: is not declared. {self._hint(prefix)}")

    def _hint(self, prefix: str) -> str:
        if prefix in PREFIXES:
            return f"Put this line first: PREFIX {prefix}: <{PREFIXES[prefix]}>"
        return f"Put its PREFIX line first.{did_you_mean(prefix, sorted(self.prefixes))}"

    def _term(self, token: Token) -> None:
        frame = self.frames[-1]
        if self.tokens and self.tokens[-1].text == "^^":
            return
        if frame.kind == "path":
            self._count_steps(token, frame)
        elif frame.kind == "list":
            # A list is a chain of rdf:first and rdf:rest.
            self._count_patterns(token, 2)
        elif frame.kind == "query" and frame.place == "describe":
            self._count_operator(token)
        elif frame.kind == "group" and frame.place == "verb":
            self._count_steps(token, frame)
            frame.place = "step"
        elif frame.kind == "group":
            frame.steps = 0 if frame.place in ("subject", "done") else frame.steps
            frame.place = _PLACE_AFTER_TERM.get(frame.place, frame.place)

    def _open(self, token: Token) -> None:
        if len(self.frames) > self.limits.depth:
            self._refuse(
                token.start,
                f"brackets are nested deeper than {self.limits.depth} levels. Ask it in parts",
            )
        frame = self.frames[-1]
        kind = self._kind(token, frame)
        is_apart = False
        if token.text == "{" and kind == "group":
            is_apart = self._open_group(token, frame)
        elif token.text in ("[", "<<", "<<(") or kind == "list":
            # What stands in these brackets is one term of the triple around them.
            self._term(token)
        elif frame.kind == "query" and kind == "expression":
            self._count_operator(token)
        if frame.place == "skip" or token.text == "{":
            frame.place = "subject"
        place = "verb" if token.text in ("[", "{|") else "subject"
        self.frames.append(_Frame(token, kind, place, is_apart=is_apart))

    def _kind(self, token: Token, frame: _Frame) -> str:
        if frame.kind in ("data", "template"):
            return frame.kind
        if frame.place == "values":
            return "data"
        if token.text == "{" and frame.kind == "query" and frame.place == "construct":
            return "template"
        if token.text != "(":
            return "group"
        if frame.kind in ("query", "expression") or frame.place == "skip":
            return "expression"
        return "path" if frame.kind == "path" or frame.place == "verb" else "list"

    def _open_group(self, token: Token, frame: _Frame) -> bool:
        """Count a group, and tell whether the planner looks at it by itself."""
        self._count_operator(token)
        if frame.kind != "group":
            return frame.kind == "expression"
        before = self.tokens[-1]
        # SERVICE:x {…} is a call as well, when the grammar has no other use for the name.
        is_name = before.kind == "name" and frame.place in ("verb", "step")
        if is_name and "SERVICE" in before.text.partition(":")[0].upper():
            self._refuse_service(before)
        self._count_patterns(token)
        # After OPTIONAL, MINUS, UNION or EXISTS it is; otherwise it is joined as if there were
        # no brackets.
        return before.kind == "word"

    def _close(self, token: Token) -> None:
        frame = self.frames[-1]
        wanted = CLOSED_BY.get(frame.opened_by.text)
        if wanted is None:
            self._refuse(token.start, f"this {token.text} closes nothing")
        if token.text != wanted:
            opened = line_and_column(self.text, frame.opened_by.start)
            self._refuse(
                token.start,
                f"{token.text} stands where the {frame.opened_by.text} of {opened} wants {wanted}",
            )
        if frame.joined > self.limits.joined:
            self._refuse(
                frame.opened_by.start,
                f"more than {self.limits.joined} patterns and path steps are joined in this"
                f" {frame.opened_by.text}. Ask it in parts",
            )
        self.frames.pop()
        around = self.frames[-1]
        around.brought = 0 if frame.is_apart else frame.joined
        around.joined += around.brought
        if frame.kind == "path":
            around.steps += frame.steps
            around.place = "step"

    def _mark(self, token: Token) -> None:
        frame = self.frames[-1]
        if token.text in _OPERATORS and frame.kind != "data":
            is_sign = token.text in "+-" and not self._after_operand()
            self._count_operator(token, 0 if is_sign else 1)
        if frame.kind != "group":
            return
        if token.text == ",":
            # Each further object repeats the whole path before it.
            self._count_patterns(token, max(1, frame.steps))
            frame.place = "object"
        elif token.text == ".":
            frame.place = "subject"
        elif token.text == ";":
            frame.place, frame.steps = "verb", 0
        elif token.text in "/|^!" and frame.place == "step":
            frame.place = "verb"

    def _count_steps(self, token: Token, frame: _Frame) -> None:
        frame.steps += 1
        self._count_patterns(token)

    def _count_patterns(self, token: Token, number: int = 1) -> None:
        self.patterns += number
        self.frames[-1].joined += number
        if self.patterns > self.limits.patterns:
            self._refuse(
                token.start,
                f"more than {self.limits.patterns} patterns and path steps. Ask it in parts",
            )

    def _count_operator(self, token: Token, number: int = 1) -> None:
        self.operators += number
        if self.operators > self.limits.operators:
            self._refuse(
                token.start,
                f"more than {self.limits.operators} operators and groups. For a long list of"
                " values write IN or VALUES",
            )

    def _check_service(self, token: Token) -> None:
        """Refuse the place that SERVICE names, unless it is a host that it may name."""
        if token.text.upper() == "SILENT" and self.tokens[-1].text.upper() == "SERVICE":
            return
        self.awaits_service = False
        if self.services is None:
            return
        place = re.fullmatch(r"<https?://([^/?#\\]*)(?:[/?#][^\\]*)?>", token.text, re.IGNORECASE)
        if place is None or place[1].lower() not in self.services:
            hosts = ", ".join(self.services)
            self._refuse(
                token.start,
                f"SERVICE may name these hosts only, by a full IRI with http or https: {hosts}",
            )

    def _refuse_service(self, token: Token) -> NoReturn:
        self._refuse(
            token.start,
            "SERVICE would contact another machine, which this graph never does."
            " Query that endpoint by itself",
        )

    def _refuse(self, at: int, why: str) -> NoReturn:
        refuse(self.text, at, why)
