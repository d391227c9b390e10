"""Lessons: guided ways through the graph, each a small TOML file and no Python.

A lesson has a title, a summary and steps. A step's text is sentences, each followed in square
brackets by the claims that it rests on; `look` says what to look at or to talk about, and states
nothing about skin. `state` says what the explorer shows meanwhile, in the words of its address;
`query` which named question's rows stand below the text.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from skingraph.concepts import Lexicon
from skingraph.errors import BadFile, UnknownName, did_you_mean
from skingraph.index import ClaimIndex
from skingraph.lessons.lesson import Answer, Lesson, Scene, Sentence, Step
from skingraph.lessons.reading import Reader
from skingraph.resources import folder, walk

if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.resources.abc import Traversable

    from skingraph.store import SkinGraph

__all__ = ["Answer", "Lesson", "Scene", "Sentence", "Step", "lesson", "lessons", "names"]

# No lesson is larger; a file that somebody names by mistake may be.
_BYTES: Final = 200_000


def names() -> list[str]:
    """The names of the shipped lessons, in order."""
    return [file.name.removesuffix(".toml") for file in _files()]


def lessons(
    graph: SkinGraph, *, index: ClaimIndex | None = None, lexicon: Lexicon | None = None
) -> list[Lesson]:
    """The shipped lessons of which this graph holds every concept and claim.

    Args:
        graph: what the lessons are about.
        index: its claims, where they have been read already.
        lexicon: its names, likewise.
    """
    reader = Reader(graph, index or ClaimIndex(graph), lexicon or Lexicon(graph))
    if not reader.index.claims:
        return []
    held = []
    for file in _files():
        try:
            held.append(reader.read(file.read_bytes(), _place(file), _stem(file.name)))
        except UnknownName:
            # A part of the graph, or another one: what it does not hold cannot be taught from it.
            continue
    return held


def lesson(
    graph: SkinGraph, name: str, *, index: ClaimIndex | None = None, lexicon: Lexicon | None = None
) -> Lesson:
    """The shipped lesson of that name, or the one in a file of one's own.

    Args:
        graph: what the lesson is about.
        name: such as `how-microneedling-works`, or a path that ends in `.toml`.
        index: the graph's claims, where they have been read already.
        lexicon: its names, likewise.

    Raises:
        UnknownName: there is no such lesson, or it names what the graph does not hold.
        BadFile: the file cannot be read, or breaks a rule of lessons.
    """
    content, place = _content(name)
    reader = Reader(graph, index or ClaimIndex(graph), lexicon or Lexicon(graph))
    return reader.read(content, place, _stem(name))


def _content(name: str) -> tuple[bytes, str]:
    if name.endswith(".toml"):
        return _own(Path(name)), name
    files = {_stem(file.name): file for file in _files()}
    if name not in files:
        raise UnknownName(
            f"no lesson is called {name!r}.{did_you_mean(name, files)} "
            f"There are: {', '.join(files)}. A lesson of your own is a file that ends in .toml."
        )
    return files[name].read_bytes(), _place(files[name])


def _own(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise BadFile(f"{path}: there is no such file.")
        with path.open("rb") as file:
            content = file.read(_BYTES + 1)
    except OSError as error:
        raise BadFile(f"{path}: cannot be read ({error.strerror}).") from error
    if len(content) > _BYTES:
        raise BadFile(f"{path}: is larger than {_BYTES:,} bytes, too large for a lesson.")
    return content


def _files() -> Iterable[Traversable]:
    shipped = folder("ontology") / "lessons"
    return walk(shipped, ".toml") if shipped.is_dir() else ()


def _place(file: Traversable) -> str:
    return f"ontology/lessons/{file.name}"


def _stem(name: str) -> str:
    return Path(name).name.removesuffix(".toml")
