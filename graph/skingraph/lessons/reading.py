"""Reading a lesson's TOML: everything that it names is looked up, and a slip is told with its line."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any, Final, NoReturn

import pyoxigraph as ox

from skingraph.catalogue import named
from skingraph.errors import BadFile, SkingraphError, UnknownName, did_you_mean
from skingraph.lessons.lesson import LISTED, Answer, Lesson, Scene, Sentence, Step
from skingraph.questions import bind, known_kinds
from skingraph.tables import curie_cells

if TYPE_CHECKING:
    from collections.abc import Iterator

    from skingraph.claims import Claim
    from skingraph.concepts import Lexicon, Named
    from skingraph.index import ClaimIndex
    from skingraph.rows import Rows
    from skingraph.store import SkinGraph

VIEWS: Final = ("lanes", "map", "matrix", "compare", "timeline", "care", "table")
# How many rows of an answer a page has room for.
_ROWS: Final = 30
_HEAD: Final = {"title", "summary", "step"}
_STEP: Final = {"title", "text", "look", "state", "query", "parameters", "columns"}
_STATE: Final = {"view", "chosen", "treatment", "hide", "which", "step", "find", *LISTED}
_CITED: Final = re.compile(r"\s*\[([^\[\]]*)\]")
_TWO_SENTENCES: Final = re.compile(r"[.!?][\"')\u201d]*\s+[A-Z]")


class Reader:
    """Turns the text of a lesson into one, with all that it names looked up."""

    def __init__(self, graph: SkinGraph, index: ClaimIndex, lexicon: Lexicon) -> None:
        self.graph, self.index, self.lexicon = graph, index, lexicon

    def read(self, content: bytes, place: str, name: str) -> Lesson:
        """The lesson in a file's content; `place` is what the file is called in an error.

        Raises:
            BadFile: it is no TOML, or breaks a rule of lessons.
            UnknownName: it names what the graph does not hold.
        """
        try:
            text = content.decode("utf-8")
            data = tomllib.loads(text)
        except UnicodeDecodeError as error:
            raise BadFile(f"{place}: is not UTF-8 (byte {error.start}). Save it so.") from error
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise BadFile(f"{place}: is no TOML: {error}") from error
        page = _Page(place, text)
        page.check(data, _HEAD, 0)
        steps = data.get("step")
        if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
            page.stop("a lesson needs steps. Begin each with [[step]].", 0)
        return Lesson(
            name,
            page.line(data, "title", 0),
            page.line(data, "summary", 0),
            tuple(self._step(page, step, at) for at, step in enumerate(steps, 1)),
        )

    def _step(self, page: _Page, data: dict[str, Any], at: int) -> Step:
        page.check(data, _STEP, at)
        text = page.line(data, "text", at, needed=False)
        step = Step(
            page.line(data, "title", at),
            tuple(self._sentences(page, text, at)),
            page.line(data, "look", at, needed=False),
            self._scene(page, data.get("state", {}), at),
            self._answer(page, data, at),
        )
        if not (step.sentences or step.look):
            page.stop("the step says nothing. Give it a text or a look.", at)
        return step

    def _sentences(self, page: _Page, text: str, at: int) -> Iterator[Sentence]:
        end = 0
        for cited in _CITED.finditer(text):
            words = " ".join(text[end : cited.start()].split())
            end = cited.end()
            claims = [name.strip() for name in cited[1].split(",")]
            if not words or _TWO_SENTENCES.search(words):
                page.stop(
                    "put the claims in square brackets behind each sentence, one sentence at a time.",
                    at,
                    claims[0],
                )
            yield Sentence(words, tuple(self._claim(page, name, at) for name in claims))
        if text[end:].strip():
            page.stop(
                f"the sentence {_short(text[end:])!r} names no claim. Put the claims that it rests "
                "on behind it in square brackets, or move it to look.",
                at,
                text[end:].split()[0],
            )

    def _claim(self, page: _Page, name: str, at: int) -> Claim:
        try:
            return self.index.named(name)
        except UnknownName as error:
            slugs = [claim.curie.removeprefix("claim:") for claim in self.index.claims.values()]
            hint = did_you_mean(name.removeprefix("claim:"), slugs)
            page.stop(f"no claim is called {name!r}.{hint}", at, name, error)

    def _scene(self, page: _Page, data: Any, at: int) -> Scene:
        if not isinstance(data, dict):
            page.stop("state is a table. Write [step.state] below the step.", at, "state")
        page.check(data, _STATE, at)
        view = data.get("view", "lanes")
        if view not in VIEWS:
            hint = did_you_mean(str(view), VIEWS)
            page.stop(
                f"no view is called {view!r}.{hint} There are: {', '.join(VIEWS)}.", at, str(view)
            )
        scene = Scene(
            view=view,
            focus=self._named(page, data, "focus", at),
            chosen=next(iter(self._named(page, data, "chosen", at)), None),
            way=self._named(page, data, "way", at),
            which=page.number(data, "which", at),
            step=page.number(data, "step", at),
            care=self._named(page, data, "care", at, "PatientFactor"),
            compare=self._named(page, data, "compare", at, "Treatment"),
            treatment=next(iter(self._named(page, data, "treatment", at, "Treatment")), None),
            hide=self._kinds(page, data, at),
            find=page.line(data, "find", at, needed=False),
        )
        if len(scene.way) not in (0, 2):
            page.stop("a way has two ends: a treatment and a concern.", at, "way")
        if len(scene.compare) not in ((2, 3) if view == "compare" else (0, 2, 3)):
            page.stop("compare two treatments, or three.", at, "compare")
        return scene

    def _named(
        self, page: _Page, data: dict[str, Any], key: str, at: int, *kinds: str
    ) -> tuple[Named, ...]:
        if key not in data:
            return ()
        names = page.texts(data, key, at) if key in LISTED else [page.line(data, key, at)]
        found = []
        for name in names:
            try:
                found.append(self.lexicon.resolve(name, kinds))
            except UnknownName as error:
                page.stop(str(error), at, name, error)
        return tuple(found)

    def _kinds(self, page: _Page, data: dict[str, Any], at: int) -> tuple[str, ...]:
        try:
            return tuple(known_kinds(self.graph, page.texts(data, "hide", at)))
        except UnknownName as error:
            page.stop(str(error), at, "hide", error)

    def _answer(self, page: _Page, data: dict[str, Any], at: int) -> Answer | None:
        if "query" not in data:
            if "parameters" in data or "columns" in data:
                page.stop("parameters and columns belong to a query. Name it.", at, "parameters")
            return None
        name = page.line(data, "query", at)
        values = data.get("parameters", {})
        if not isinstance(values, dict):
            page.stop("parameters are a table, such as { treatment = 'laser' }.", at, "parameters")
        try:
            query = named(name)
            rows = self.graph.select(query.text, **bind(self.graph, query, values))
        except SkingraphError as error:
            page.stop(str(error), at, name, error)
        columns = page.texts(data, "columns", at) or list(rows.columns)
        for column in columns:
            if column not in rows.columns:
                hint = did_you_mean(column, rows.columns)
                page.stop(f"{name} has no column {column!r}.{hint}", at, column)
        told = "".join(f' -p {key}="{value}"' for key, value in values.items())
        lines = list(dict.fromkeys(self._cells(rows, columns)))
        return Answer(
            name,
            query.summary,
            f"skingraph query {name}{told}",
            tuple(map(_heading, columns)),
            tuple(lines[:_ROWS]),
            max(len(lines) - _ROWS, 0),
        )

    def _title(self, iri: str) -> str:
        """What a thing is called: a source by its title, a concept by its label."""
        source = self.index.sources.get(iri)
        return source.title if source else self.lexicon.named(iri).label

    def _cells(self, rows: Rows, columns: list[str]) -> Iterator[tuple[str, ...]]:
        at = [rows.columns.index(column) for column in columns]
        for row in rows.terms:
            short = curie_cells(row)
            yield tuple(
                self._title(term.value) if isinstance(term, ox.NamedNode) else cell
                for term, cell in ((row[number], short[number]) for number in at)
            )


class _Page:
    """The text of a lesson, to say where in it something is wrong."""

    def __init__(self, place: str, text: str) -> None:
        self._place, self._lines = place, text.splitlines()

    def check(self, data: dict[str, Any], known: set[str], at: int) -> None:
        """Stop at a key that lessons do not have, since a slip would be lost in silence."""
        for key in data:
            if key not in known:
                self.stop(
                    f"a lesson has no {key!r} here.{did_you_mean(key, known)} "
                    f"Known: {', '.join(sorted(known))}.",
                    at,
                    key,
                )

    def line(self, data: dict[str, Any], key: str, at: int, *, needed: bool = True) -> str:
        """The text under a key, its white space folded."""
        value = data.get(key, "")
        text = " ".join(value.split()) if isinstance(value, str) else ""
        if (needed and not text) or not isinstance(value, str):
            self.stop(f"{key} must be a text, and not empty.", at, key)
        return text

    def number(self, data: dict[str, Any], key: str, at: int) -> int:
        """The number under a key, 0 without one."""
        value = data.get(key, 0)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            self.stop(f"{key} must be a whole number.", at, key)
        return value

    def texts(self, data: dict[str, Any], key: str, at: int) -> list[str]:
        """The list of texts under a key."""
        value = data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self.stop(f'{key} must be a list of texts, such as ["acne scar"].', at, key)
        return value

    def stop(
        self, message: str, at: int, word: str = "", cause: Exception | None = None
    ) -> NoReturn:
        """Raise the error that says what is wrong, and on which line."""
        kind = UnknownName if isinstance(cause, UnknownName) else BadFile
        raise kind(f"{self._place}:{self._line_of(at, word)}: {message}") from cause

    def _line_of(self, at: int, word: str) -> int:
        """The first line of a step that holds a word, or the line on which the step begins."""
        heads = [
            number
            for number, line in enumerate(self._lines)
            if re.match(r"\s*\[\[\s*step\s*\]\]", line)
        ]
        start = heads[at - 1] if 0 < at <= len(heads) else 0
        end = heads[at] if at < len(heads) else len(self._lines)
        for number in range(start + (at > 0), end):
            if word and word in self._lines[number]:
                return number + 1
        return start + 1


def _heading(column: str) -> str:
    """A column's name as words: `treatmentLabel` is treatment, `statedAs` is stated as."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column.removesuffix("Label")).lower()


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 50 else f"{words[:50]}\N{HORIZONTAL ELLIPSIS}"
