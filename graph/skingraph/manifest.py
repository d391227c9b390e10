"""What came out of an export, so that anybody can prove it: a JSON file beside the extract.

It says what was selected from which graph, how much was taken, and the check sums of the files. The
same extract of the same graph gives the same bytes: no time, no place and no machine is in it.
"""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, Self, cast

import pyoxigraph as ox

from skingraph.errors import BadFile, BadParameter
from skingraph.export import FORMATS, RDF_FORMATS, Options, write
from skingraph.loading import INFERRED_GRAPH, SCHEMA_GRAPH
from skingraph.recipe import Recipe
from skingraph.store import graph_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from _typeshed import ReadableBuffer as Buffer

    from skingraph.recipe import Cut
    from skingraph.store import SkinGraph

ENDING: Final = ".manifest.json"
# The part of a table of claims that lists what they speak of.
CONCEPTS: Final = "concepts"
FORM: Final = "skingraph-extract/1"

_LONGEST: Final = 16 << 20


@dataclass(frozen=True, slots=True)
class Content:
    """How many statements there are, and the SHA-256 of their canonical form.

    That is N-Quads in the order of their bytes, each statement once and in the default graph,
    blank nodes named by RDFC-1.0. So it is the same for a Turtle file and for a JSON-LD file.
    """

    triples: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ExtractFile:
    """A file as it was written: its name without a folder, its part, its size, its SHA-256."""

    name: str
    part: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an extract is: from which graph, by which recipe, with what in it, in which files.

    `content` is None for a format that is not RDF.
    """

    tool: str
    release: str
    graph: Content
    recipe: Recipe
    query: str
    format: str
    options: Options
    counts: Mapping[str, int]
    content: Content | None
    files: tuple[ExtractFile, ...]
    remarks: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        graph: SkinGraph,
        recipe: Recipe,
        cut: Cut,
        format: str,
        options: Options,
        files: tuple[ExtractFile, ...],
        remarks: tuple[str, ...] = (),
    ) -> Self:
        """The manifest of an extract that was cut out of a graph and written to files."""
        from importlib.metadata import version

        is_rdf = format in RDF_FORMATS
        return cls(
            tool=f"skingraph {version('skingraph')}",
            release=graph.release,
            graph=content_of(graph),
            recipe=recipe,
            query=recipe.query_text(),
            format=format,
            options=options,
            counts=asdict(cut.counts),
            content=content_of(cut.graph, whole=options.whole) if is_rdf else None,
            files=files,
            remarks=remarks,
        )

    def __str__(self) -> str:
        """The text of the JSON file."""
        said = {
            "manifest": FORM,
            "tool": self.tool,
            "graph": {"release": self.release, **asdict(self.graph)},
            "selection": self.recipe.as_dict(),
            "query": self.query,
            "format": self.format,
            "options": asdict(self.options),
            "counts": dict(self.counts),
            "content": None if self.content is None else asdict(self.content),
            "files": [asdict(file) for file in self.files],
            "remarks": list(self.remarks),
        }
        return json.dumps(said, ensure_ascii=False, indent=2) + "\n"

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """The manifest in a file.

        Raises:
            BadFile: there is none, or it is not one that this version understands.
        """
        path = Path(path)
        try:
            with path.open("rb") as file:
                text = file.read(_LONGEST + 1)
            if len(text) > _LONGEST:
                raise BadFile(f"{path}: larger than any manifest. Name the manifest")
            said = json.loads(text)
            if not isinstance(said, dict) or said.get("manifest") != FORM:
                raise BadFile(f"{path}: is no manifest of the form {FORM}. Name the manifest")
            if said["format"] not in FORMATS:
                raise BadFile(f"{path}: the format {said['format']!r} is unknown. Export again")
            graph = dict(said["graph"])
            content = said["content"]
            return cls(
                tool=str(said["tool"]),
                release=str(graph.pop("release")),
                graph=Content(**graph),
                recipe=Recipe.from_dict(said["selection"]),
                query=str(said["query"]),
                format=str(said["format"]),
                options=Options(**said["options"]),
                counts=dict(said["counts"]),
                content=None if content is None else Content(**content),
                files=tuple(ExtractFile(**file) for file in said["files"]),
                remarks=tuple(map(str, said["remarks"])),
            )
        except OSError as error:
            raise BadFile(f"{path}: cannot be read ({error.strerror}). Check the name") from error
        except BadParameter as error:
            raise BadFile(f"{path}: {error}") from error
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            if isinstance(error, BadFile):
                raise
            why = f"{type(error).__name__}: {error}"
            raise BadFile(f"{path}: is no whole manifest ({why}). Export again") from error


class Hashed(io.RawIOBase):
    """A file to write into that counts and hashes what goes through it."""

    def __init__(self, file: BinaryIO | None = None) -> None:
        super().__init__()
        self._file = file
        self._hash = hashlib.sha256()
        self.bytes = 0

    def writable(self) -> bool:
        """It is there to be written into."""
        return True

    def write(self, piece: Buffer, /) -> int:
        """Pass a piece on."""
        part = bytes(piece)
        self._hash.update(part)
        self.bytes += len(part)
        if self._file is not None:
            self._file.write(part)
        return len(part)

    def flush(self) -> None:
        """Pass on what is held back."""
        if self._file is not None and not self.closed:
            self._file.flush()

    @property
    def sha256(self) -> str:
        """The SHA-256 of all that went through."""
        return self._hash.hexdigest()

    def as_file(self) -> BinaryIO:
        """The same, for those who want a file."""
        return cast("BinaryIO", self)


def content_of(graph: SkinGraph, *, whole: bool = False) -> Content:
    """What a graph says, as a number of statements and a check sum."""
    lines = _Lines()
    write(_in_one_graph(graph, whole=whole), "nt", lines.as_file(), Options(whole=whole))
    return Content(lines.lines, lines.sha256)


def _in_one_graph(graph: SkinGraph, *, whole: bool) -> SkinGraph:
    """The same, and where there are blank nodes without named graphs, which would name them too."""
    store = graph._at_hand()
    left_out = () if whole else (SCHEMA_GRAPH, INFERRED_GRAPH)
    kept = (quad for quad in store if quad.graph_name not in left_out)
    if not any(
        isinstance(end, ox.BlankNode) for quad in kept for end in (quad.subject, quad.object)
    ):
        return graph
    return graph_of(quad for quad in store if quad.graph_name not in left_out)


def sum_of(path: str | Path) -> tuple[int, str]:
    """The size of a file and its SHA-256.

    Raises:
        BadFile: it cannot be read.
    """
    try:
        with Path(path).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return file.seek(0, io.SEEK_END), digest
    except OSError as error:
        raise BadFile(f"{path}: cannot be read ({error.strerror}). Check the name") from error


class _Lines(Hashed):
    def __init__(self) -> None:
        super().__init__()
        self.lines = 0

    def write(self, piece: Buffer, /) -> int:
        self.lines += bytes(piece).count(b"\n")
        return super().write(piece)
