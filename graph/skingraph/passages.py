"""Places in documents: found by their words, written as offsets and a hash."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import pyoxigraph as ox

from skingraph.errors import BadFile, BadParameter, UnknownName, did_you_mean
from skingraph.index import ClaimIndex
from skingraph.prefixes import PREFIXES

if TYPE_CHECKING:
    from pathlib import Path

    from skingraph.store import SkinGraph


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
    text = _text(path, sources[slug].hash)
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


def _text(path: Path, expected: str) -> str:
    try:
        content = path.read_bytes()
        text = content.decode("utf-8")
    except OSError as error:
        raise BadFile(f"{path}: cannot be read ({error.strerror}). Name its folder.") from error
    except UnicodeDecodeError as error:
        raise BadFile(f"{path}: is not UTF-8 at byte {error.start}.") from error
    if hash_of(content) != expected:
        raise BadFile(f"{path}: is not the document that was curated; its hash differs.")
    return text


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'
