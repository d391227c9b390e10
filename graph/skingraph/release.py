"""A release: the whole graph as a folder of files for every tool, with checksums.

The same graph gives the same bytes. The folder appears whole or not at all: it is built beside its
place and renamed.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from skingraph.dataset import NAMESPACES, ReleaseFile, describe
from skingraph.examples import queries_as_turtle
from skingraph.export import concepts_csv, serialized, write_graph
from skingraph.folders import SUMS, whole_folder, write_into
from skingraph.loading import MAPPINGS_GRAPH
from skingraph.prefixes import PREFIXES
from skingraph.resources import folder as shipped_folder
from skingraph.resources import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from skingraph.store import SkinGraph

_GRAPHS: Final = "the whole graph in its named graphs"
_UNION: Final = "the whole graph as one: the union of the named graphs, which a query sees"
_FORMATS: Final = {
    "nq": ("application/n-quads", _GRAPHS),
    "trig": ("application/trig", _GRAPHS),
    "ttl": ("text/turtle", _UNION),
    "nt": ("application/n-triples", _UNION),
    "rdf": ("application/rdf+xml", _UNION),
    "jsonld": ("application/ld+json", _UNION),
}
_COUNTS: Final = """
SELECT
  (COUNT(DISTINCT ?concept) AS ?concepts) (COUNT(DISTINCT ?claim) AS ?claims)
  (COUNT(DISTINCT ?passage) AS ?passages) (COUNT(DISTINCT ?source) AS ?sources)
WHERE {
  { ?class rdfs:subClassOf+ skg:Concept . ?concept a ?class }
  UNION { ?claim a skg:Claim }
  UNION { ?passage a skg:Passage }
  UNION { ?source a skg:Source }
}
"""
_README: Final = """\
# skingraph{release}

An open knowledge graph of skin concerns. It carries information and no medical advice.

{counts}

| file | holds |
|---|---|
{files}

The named graphs are skg:schema (classes, properties, grades), skg:asserted (concepts, claims,
passages, sources), skg:mappings (matches in other vocabularies) and skg:inferred (what rules add).
Whoever wants only what sources say takes skg:asserted.

Verify the files with: sha256sum -c {sums}

What skingraph ships is licensed under Creative Commons Attribution 4.0 International,
https://creativecommons.org/licenses/by/4.0/
"""


@dataclass(frozen=True, slots=True)
class Release:
    """What was written: the folder, what the graph holds, and the files."""

    folder: Path
    version: str
    counts: dict[str, int]
    files: tuple[ReleaseFile, ...]


def write_release(graph: SkinGraph, folder: str | Path) -> Release:
    """Write the whole graph to a folder, in every format, with its description and checksums.

    A release that lies there already is replaced, unless files of somebody's own are in it.

    Raises:
        CannotWrite: something else lies there, or there is no permission or no room.
        BadParameter: a format cannot hold the graph.
    """
    with whole_folder(folder, kind="release", mark="manifest.json") as beside:
        counts = _counts(graph)
        written = _fill(graph, counts, beside)
    return Release(Path(folder), graph.release, counts, written)


def _fill(graph: SkinGraph, counts: dict[str, int], folder: Path) -> tuple[ReleaseFile, ...]:
    files = [_write(folder, *each) for each in contents(graph)]
    description = sorted((quad.triple for quad in describe(graph, files=files).store), key=str)
    turtle = serialized(description, ox.RdfFormat.TURTLE, PREFIXES | NAMESPACES)
    what = "the description of the dataset (VoID, DCAT), with statistics"
    files.append(_write(folder, "void.ttl", "text/turtle", what, turtle))
    readme = _readme(graph, counts, files)
    files.append(_write(folder, "README.md", "text/markdown", "this page", readme))
    manifest = {
        "release": graph.release,
        "counts": counts,
        "files": [asdict(file) for file in sorted(files, key=lambda file: file.name)],
    }
    body = (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode()
    files.append(_write(folder, "manifest.json", "application/json", "these counts", body))
    return tuple(sorted(files, key=lambda file: file.name))


def contents(graph: SkinGraph) -> Iterator[tuple[str, str, str, bytes]]:
    """The files that hold the graph: each one's name, media type, what it holds, its content."""
    for format, (media_type, holds) in _FORMATS.items():
        content = write_graph(graph, format, whole=True)
        yield f"skingraph.{format}", media_type, holds, content
    yield "claims.csv", "text/csv", "one row a claim and passage", write_graph(graph, "csv")
    yield "concepts.csv", "text/csv", "one row a concept", concepts_csv(graph)
    yield (
        "queries.ttl",
        "text/turtle",
        "the questions of the catalogue, as sh:SPARQLExecutable",
        queries_as_turtle(),
    )
    if next(iter(graph.store.quads_for_pattern(None, None, None, MAPPINGS_GRAPH)), None) is None:
        return
    for file in walk(shipped_folder("ontology") / "mappings", ".tsv"):
        vocabulary = file.name.split(".")[0].upper()
        holds = f"matches of the concepts in {vocabulary} (SSSOM)"
        if file.name == "verified.tsv":
            holds = "where each matched term was seen"
        media = "text/tab-separated-values"
        yield f"mappings/{file.name}", media, holds, file.read_bytes()


def _write(folder: Path, name: str, media_type: str, holds: str, content: bytes) -> ReleaseFile:
    write_into(folder, name, content)
    return ReleaseFile(name, media_type, len(content), sha256(content).hexdigest(), holds)


def _counts(graph: SkinGraph) -> dict[str, int]:
    (row,) = graph.select(_COUNTS)
    counts = {name: int(str(row[name])) for name in ("concepts", "claims", "passages", "sources")}
    counts["statements"] = len(graph)
    for quad in graph.store:
        name = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else "default"
        slug = f"statements in {name.rpartition('#')[2] or name}"
        counts[slug] = counts.get(slug, 0) + 1
    return dict(sorted(counts.items()))


def _readme(graph: SkinGraph, counts: dict[str, int], files: list[ReleaseFile]) -> bytes:
    text = _README.format(
        release=f" {graph.release}" if graph.release else "",
        counts=", ".join(f"{count} {what}" for what, count in counts.items()) + ".",
        files="\n".join(
            f"| {file.name} | {file.holds} |" for file in sorted(files, key=lambda file: file.name)
        ),
        sums=SUMS,
    )
    return text.encode()
