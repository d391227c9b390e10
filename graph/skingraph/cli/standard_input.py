"""Standard input where a file is named: `-` is read to its end and kept as long as a command runs.

What reads RDF looks at a file more than once, and tells its format by the ending of its name. So
what comes is copied to a file whose ending is found from how it begins.
"""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, BinaryIO, Final

import click

from skingraph.errors import BadFile, BadParameter, CannotWrite

if TYPE_CHECKING:
    from collections.abc import Iterable

_FOLDER: Final = "skingraph-input-"
_NAME: Final = "standard-input"
_TAKEN: Final = "skingraph.standard_input"
_PIECE: Final = 1 << 16
_ENDINGS: Final = {"gzip": ".gz", "zstd": ".zst", None: ""}

_XML: Final = rb"<\?xml|<!DOCTYPE|<!--|<rdf:RDF"
# After its brace or bracket JSON goes on as neither Turtle nor TriG can.
_JSON: Final = rb'\{\s*["}]|\[\s*[\["{]'
_TERM: Final = rb"(?:<[^<>\s]*>|_:[^\s<]+)"
_LINE: Final = (
    rb"\s*(?:#.*)?|\s*%b\s*<[^<>\s]*>\s*" % _TERM
    + rb'(?:%b|"(?:[^"\\]|\\.)*"(?:@[\w-]+|\^\^<[^<>\s]*>)?)' % _TERM
    + rb"\s*%b?\s*\.\s*(?:#.*)?" % _TERM
)


def file_of(path: str, option: str, *, limit: int | None = 1 << 30) -> str:
    """The path, or for `-` that of a copy of standard input, there until the command ends.

    Args:
        path: what the option or argument names.
        option: how messages call it; standard input can be read for one of them only.
        limit: how many bytes there may be.

    Raises:
        BadFile: standard input is closed, or gives more than `limit` bytes.
        BadParameter: it was read for another option already.
        CannotWrite: there is no room for the copy.
    """
    if path != "-":
        return path
    copies = take(option)
    if not copies:
        copies.append(_copied(limit))
    return copies[0]


def files_of(paths: Iterable[str], option: str, *, limit: int | None = 1 << 30) -> tuple[str, ...]:
    """The same for several, of which one may be `-`.

    Raises:
        BadFile: as above.
        BadParameter: `-` stands there twice, or for another option, too.
        CannotWrite: as above.
    """
    named = tuple(paths)
    if named.count("-") > 1:
        raise BadParameter(f"{option}: standard input (-) can be read once. Name it once.")
    return tuple(file_of(path, option, limit=limit) for path in named)


def take(option: str) -> list[str]:
    """Note which option reads standard input; gives its copies, which a second call finds.

    Raises:
        BadFile: it is closed.
        BadParameter: another option took it.
    """
    if sys.stdin is None:
        raise BadFile(f"{option}: standard input is closed. Name a file.")
    meta = click.get_current_context().meta
    before, copies = meta.setdefault(_TAKEN, (option, []))
    if before != option:
        raise BadParameter(
            f"standard input (-) can be read once, and both {before} and {option} ask for it."
            " Name a file for one of them."
        )
    assert isinstance(copies, list)
    return copies


def told(text: str) -> str:
    """A message with standard input called so, wherever its copy lay."""
    if _FOLDER not in text:
        return text
    return re.sub(rf"\S*{_FOLDER}\w+/{_NAME}[.\w]*", "standard input", text)


def ending_of(beginning: bytes) -> str:
    """The ending of a file that begins so: what is not JSON, XML or lines of statements is TriG.

    >>> ending_of(b"<a:s> <a:p> <a:o> .\\n"), ending_of(b"@prefix a: <a:> .\\n")
    ('.nq', '.trig')
    """
    text = beginning.removeprefix(b"\xef\xbb\xbf").lstrip()
    if re.match(_XML, text):
        return ".rdf"
    if re.match(_JSON, text):
        return ".jsonld"
    # The last line may be cut off here.
    *lines, last = text.split(b"\n")
    whole = lines or [last]
    return ".nq" if all(re.fullmatch(_LINE, line) for line in whole) else ".trig"


def _copied(limit: int | None) -> str:
    from tempfile import TemporaryDirectory

    from skingraph.packing import beginning, packing_in

    source: BinaryIO = sys.stdin.buffer
    first = _first(source)
    ending = ending_of(beginning(first, _PIECE)) + _ENDINGS[packing_in(first)]
    try:
        folder = click.get_current_context().with_resource(TemporaryDirectory(prefix=_FOLDER))
        path = os.path.join(folder, _NAME + ending)
        with open(path, "wb") as copy:
            size, piece = 0, first
            while piece:
                size += len(piece)
                if limit is not None and size > limit:
                    raise BadFile(
                        f"standard input: larger than {limit >> 20} MB. Keep it on disk:"
                        " skingraph load - --store DIR"
                    )
                copy.write(piece)
                piece = source.read(_PIECE)
    except OSError as error:
        raise CannotWrite(
            f"standard input: cannot be kept while it is read ({error.strerror}). Make room in"
            " the folder for temporary files, or name another by TMPDIR"
        ) from error
    return path


def _first(source: BinaryIO) -> bytes:
    """Enough to tell the format from."""
    pieces = b""
    while len(pieces) < _PIECE and (piece := source.read(_PIECE - len(pieces))):
        pieces += piece
    return pieces
