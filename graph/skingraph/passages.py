"""Documents and the places in them: read, held to their hashes, found by their words."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from skingraph.errors import BadFile, BadParameter, UnknownName, did_you_mean
from skingraph.index import ClaimIndex
from skingraph.prefixes import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from skingraph.store import SkinGraph

_DOCUMENTS = """
SELECT ?source ?file ?hash ?characters WHERE {
  ?source a skg:Source ; skg:file ?file .
  OPTIONAL { ?source skg:hash ?hash }
  OPTIONAL { ?source skg:characters ?characters }
}
ORDER BY ?source
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a document or a passage: the rule that it breaks, and what to do."""

    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Document:
    """A source's file as it lies in a folder: its text, or None where it cannot be read."""

    source: str
    file: str
    text: str | None
    faults: tuple[Fault, ...]


def documents(graph: SkinGraph, folder: Path) -> list[Document]:
    """The documents of a graph's sources, each read once, with what is wrong with the files."""
    return [_document(row, folder) for row in texts(graph, _DOCUMENTS)]


def faults(text: str, start: int, end: int, hash_: str) -> Iterator[Fault]:
    """What is wrong with a passage in its document; offsets count characters of the text."""
    if not 0 <= start < end <= len(text):
        problem = f"The passage lies outside the document, which ends at {len(text)}."
        yield Fault("passage-outside-document", f"{problem} Put skg:start and skg:end right.")
        return
    words = text[start:end]
    if hash_ != hash_of(words.encode("utf-8")):
        problem = "The hash is not that of the characters at these offsets."
        yield Fault("passage-hash-differs", f"{problem} Put skg:start, skg:end or skg:hash right.")
    if not any(character.isalnum() for character in words):
        yield Fault("passage-says-nothing", "No word stands at these offsets. Put them right.")
    for edge in (start, end):
        if text[max(edge - 1, 0) : edge].isalnum() and text[edge : edge + 1].isalnum():
            yield Fault(
                "passage-cuts-a-word", "The passage begins or ends inside a word. Put it right."
            )
            return


def locate(graph: SkinGraph, source: str, words: str, folder: Path, *, section: str) -> str:
    """The Turtle of a passage, ready to be pasted beside the claim that rests on it.

    Args:
        graph: which sources there are.
        source: a source's short name, such as `smartskin-overview`.
        words: the passage's text, exactly as the document has it; it does not go into the Turtle.
        folder: where the documents lie.
        section: the heading that the passage stands under.

    Raises:
        UnknownName: there is no such source.
        BadFile: its document is not in the folder, or is not the one that was curated.
        BadParameter: the words do not stand in it, or stand in it more than once.
    """
    slug = source.removeprefix("source:").rsplit("/", 1)[-1]
    sources = {iri.rsplit("/", 1)[-1]: found for iri, found in ClaimIndex(graph).sources.items()}
    if slug not in sources:
        raise UnknownName(f"no source is called {source!r}.{did_you_mean(slug, sources)}")
    path = folder / sources[slug].file
    text = _text(folder, sources[slug].file, sources[slug].hash)
    found = [at for at in range(len(text)) if text.startswith(words, at)] if words else []
    if len(found) != 1:
        places = ", ".join(map(str, found[:5]))
        raise BadParameter(
            f"{path}: the words stand there {len(found)} times"
            + (f" (characters {places}). Give more of them." if found else ". Copy them exactly.")
        )
    start, end = found[0], found[0] + len(words)
    name = _passage_name(graph, f"{PREFIXES['source']}{slug}") or slug
    return (
        f"@prefix passage: <{PREFIXES['passage']}> .\n"
        f"@prefix skg: <{PREFIXES['skg']}> .\n"
        f"@prefix source: <{PREFIXES['source']}> .\n\n"
        f"passage:{name}-{start}-{end} a skg:Passage ;\n"
        f"    skg:source source:{slug} ;\n"
        f"    skg:section {_quoted(section)} ;\n"
        f"    skg:start {start} ;\n"
        f"    skg:end {end} ;\n"
        f'    skg:hash "{hash_of(words.encode())}" .\n'
    )


def hash_of(content: bytes) -> str:
    """The SHA-256 of some bytes, as `sha256:` and 64 hexadecimal digits."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _passage_name(graph: SkinGraph, source: str) -> str:
    """What the source's other passages are named after, or nothing where there is none yet."""
    rows = graph.select(
        "SELECT ?source ?passage { ?passage skg:source ?source } ORDER BY ?passage LIMIT 1",
        source=ox.NamedNode(source),
    )
    names = [str(iri).rsplit("/", 1)[-1] for iri in rows.column("passage")]
    return re.sub(r"-\d+-\d+$", "", names[0]) if names else ""


def _document(row: dict[str, str], folder: Path) -> Document:
    source, name = row["source"], row["file"]
    found = []
    text = None
    try:
        content = _read(folder, name)
        if row.get("hash") != hash_of(content):
            problem = f"The file's hash is {hash_of(content)}, and the source says otherwise."
            found.append(Fault("document-changed", f"{problem} Get the right file."))
        text = content.decode("utf-8")
    except OSError as error:
        problem = f"{folder} has no such file to read: {error.strerror or error}."
        found.append(Fault("document-missing", f"{problem} Put the document there."))
    except UnicodeDecodeError:
        problem = "The file is no UTF-8 text. Get the right file."
        found.append(Fault("document-not-utf-8", problem))
    if text is not None and row.get("characters") != str(len(text)):
        problem = f"The file has {len(text)} characters. Put skg:characters right."
        found.append(Fault("document-length-differs", problem))
    return Document(source, name, text, tuple(found))


def _text(folder: Path, name: str, expected: str) -> str:
    path = folder / name
    try:
        content = _read(folder, name)
        text = content.decode("utf-8")
    except OSError as error:
        why = error.strerror or error
        raise BadFile(f"{path}: cannot be read ({why}). Name its folder.") from error
    except UnicodeDecodeError as error:
        raise BadFile(f"{path}: is not UTF-8 at byte {error.start}.") from error
    if hash_of(content) != expected:
        raise BadFile(f"{path}: is not the document that was curated; its hash differs.")
    return text


def _read(folder: Path, name: str) -> bytes:
    # The name comes from a graph that may be anybody's.
    if name in ("", ".", "..") or re.search(r"[/\\\0]", name):
        raise FileNotFoundError("the name leads out of the folder")
    return (folder / name).read_bytes()


def texts(graph: SkinGraph, text: str) -> Iterator[dict[str, str]]:
    """The rows as texts, whatever their terms: a number need not be one where all may be wrong."""
    solutions = graph.query(text)
    assert isinstance(solutions, ox.QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    for solution in solutions:
        pairs = zip(names, solution, strict=True)
        yield {name: getattr(term, "value", str(term)) for name, term in pairs if term is not None}


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'
