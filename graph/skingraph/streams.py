"""Large files of statements: a child reads ahead and checks, the store follows behind it.

The store is given only what the child has parsed and found good, so whatever breaks an engine
breaks the child. Nothing of the file is held in memory but the piece that is being read.
"""

from __future__ import annotations

import codecs
import contextlib
import hashlib
import json
import os
import re
import stat
import struct
from collections import deque
from dataclasses import dataclass
from mmap import mmap
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Protocol, TypeVar, cast
from urllib.parse import quote

import pyoxigraph as ox

from skingraph.errors import BadFile, BadQuery, QueryStopped
from skingraph.intake import format_of, literal_fault, literal_pattern, shortened, syntax_fault
from skingraph.packing import Unpacked, packing_of, require
from skingraph.prefixes import SKG
from skingraph.sandbox import Child, Limits, in_child

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    # Told how many bytes of how many are read, and how many statements they held.
    Progress = Callable[[str, int, int, int], None]

Found = TypeVar("Found")

_STREAMED: Final = (
    ox.RdfFormat.N_TRIPLES,
    ox.RdfFormat.N_QUADS,
    ox.RdfFormat.TURTLE,
    ox.RdfFormat.TRIG,
)
_WITH_GRAPHS: Final = (ox.RdfFormat.N_QUADS, ox.RdfFormat.TRIG)
_BY_LINE: Final = (ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS)

# A smaller file is read as a whole. A packed one is some ten times as large as it looks.
_LARGE: Final = 1 << 20
_LARGE_PACKED: Final = 128 << 10
_PIECE: Final = 1 << 16
# Enough to find a literal in that the parser has given a statement of.
_REMEMBERED: Final = 8
_COUNTERS: Final = struct.Struct("<QQ")
_BOM: Final = b"\xef\xbb\xbf"
_CLAIM: Final = (SKG + "Claim").encode()


class _Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Poured:
    """What a file gave: how many statements, its SHA-256 (unpacked), and what is odd in it."""

    statements: int
    digest: str
    odd: str


def is_large(path: str | Path) -> bool:
    """Whether a file is read as a stream, and not as a whole by `intake`."""
    path = Path(path)
    try:
        status = path.stat()
    except (OSError, ValueError):
        return False
    least = _LARGE_PACKED if packing_of(path) else _LARGE
    return stat.S_ISREG(status.st_mode) and status.st_size > least and format_of(path) in _STREAMED


class Stream:
    """A large file, opened for reading.

    `may_claim` tells whether the word for a claim stands anywhere in it.

    Raises:
        BadFile: it cannot be read, or is larger than `limit` bytes.
        MissingExtra: it ends in .zst, and Zstandard is not there.
    """

    def __init__(self, path: str | Path, *, limit: int | None = None) -> None:
        self.path = Path(path)
        self.name = str(path)
        self.form = format_of(self.path)
        self._packing = packing_of(self.path)
        require(self._packing, self.name)
        try:
            self._status = self.path.stat()
        except OSError as error:
            raise BadFile(f"{path}: {error.strerror}. Check the name") from error
        self.size = self._status.st_size
        self.digest = ""
        self._limit = limit
        if limit is not None and self.size > limit:
            raise BadFile(self._too_large(limit))
        self._source: _Readable | None = None
        self._file: IO[bytes] | None = None
        found = self._held(lambda: in_child(self._scan, self._limits(), opening=self._open))
        self.may_claim, self._may_name_blank = (flag == ord("y") for flag in found)

    def pour(
        self,
        store: ox.Store,
        *,
        graph: ox.NamedNode | None,
        is_plain: bool,
        progress: Progress | None = None,
        on_disk: bool = False,
    ) -> Poured:
        """Add the statements to a store; on an error some of them may be there, and it is no use.

        Args:
            store: where to.
            graph: the named graph for all statements; without one they stay where they are.
            is_plain: whether RDF is enough, as for `intake`.
            progress: told now and then how far it is.
            on_disk: whether the store is, which is filled in another way.

        Raises:
            BadFile: the file is not the RDF it says it is; with FILE:LINE where there is a place.
        """
        return self._held(lambda: self._poured(store, graph, is_plain, progress, on_disk))

    def _poured(
        self,
        store: ox.Store,
        graph: ox.NamedNode | None,
        is_plain: bool,
        progress: Progress | None,
        on_disk: bool,
    ) -> Poured:
        counters = mmap(-1, _COUNTERS.size)
        work = _Ahead(self, counters, is_plain)
        with Child(work.check, self._limits(), opening=self._open) as child, self._opened():
            assert self._source is not None
            behind = _Behind(self, self._source, counters, child, progress)
            try:
                self._fill(store, behind, graph, is_plain, on_disk)
            except (SyntaxError, OSError, ValueError, RuntimeError):
                # What went wrong in the child explains what went wrong here.
                if behind.fault is None:
                    behind.finish()
                if behind.fault is not None:
                    raise behind.fault from None
                raise
            poured = behind.finish()
            self.digest = poured.digest
            return poured

    def _fill(
        self,
        store: ox.Store,
        source: _Behind,
        graph: ox.NamedNode | None,
        is_plain: bool,
        on_disk: bool,
    ) -> None:
        base = self.base if is_plain else None
        moves_graphs = graph is not None and self.form in _WITH_GRAPHS
        if not self._may_name_blank and not moves_graphs:
            # The child has looked at each IRI.
            load = store.bulk_load if on_disk else store.load
            load(
                cast("IO[bytes]", source),
                format=self.form,
                base_iri=base,
                to_graph=graph,
                lenient=True,
            )
            return
        add = store.bulk_extend if on_disk else store.extend
        quads = ox.parse(cast("IO[bytes]", source), format=self.form, base_iri=base, lenient=True)
        add(_apart(quads, self._salt(), graph))

    @property
    def base(self) -> str:
        """What relative IRIs of plain data are read against; it does not tell where it lay."""
        return f"file:///{quote(self.path.name)}"

    def _salt(self) -> str:
        """The beginning of names for blank nodes, which no other file has."""
        seen = f"{self.path.name} {self.size}".encode()
        with self.path.open("rb") as file:
            seen += file.read(_PIECE)
        return hashlib.sha256(seen).hexdigest()[:16]

    @contextlib.contextmanager
    def _opened(self) -> Iterator[None]:
        self._open()
        try:
            yield
        finally:
            assert self._file is not None
            self._file.close()
            self._source = self._file = None

    def _open(self) -> None:
        """Open the file, in whichever process calls, from its beginning."""
        file = self.path.open("rb")
        now = os.fstat(file.fileno())
        if (now.st_ino, now.st_size) != (self._status.st_ino, self._status.st_size):
            file.close()
            raise BadFile(f"{self.path}: it changed while it was read. Start again")
        self._file = file
        self._source = Unpacked(file, self._packing, self.name) if self._packing else file

    def read(self, size: int) -> bytes:
        """The next piece of the file, unpacked."""
        assert self._source is not None
        return self._source.read(size)

    def _scan(self) -> bytes:
        """Whether the word for a claim, and what may stand for a blank node, are in the file."""
        claim = _CLAIM if self.form in _BY_LINE else b"Claim"
        marks = (b"_:",) if self.form in _BY_LINE else (b"_:", b"[", b"(")
        has_claim = has_blank = False
        before, taken = b"", 0
        while not (has_claim and has_blank):
            piece = self.read(1 << 20)
            if not piece:
                break
            taken += len(piece)
            self.check_size(taken)
            window = before + piece
            has_claim = has_claim or claim in window
            has_blank = has_blank or any(mark in window for mark in marks)
            before = window[-len(_CLAIM) :]
        return b"".join(b"y" if flag else b"n" for flag in (has_claim, has_blank))

    def check_size(self, taken: int) -> None:
        """Refuse a file that has given more bytes than it may have."""
        if self._limit is not None and taken > self._limit:
            raise BadFile(self._too_large(self._limit))

    def _limits(self) -> Limits:
        # A slow disk gives a megabyte in much less than this.
        return Limits(seconds=60 + (self.size >> 20) * (10 if self._packing else 1))

    def _held(self, work: Callable[[], Found]) -> Found:
        try:
            return work()
        except QueryStopped as stop:
            reason = str(stop).partition(";")[0]
            raise BadFile(f"{self.path}: reading was {reason}. Split the file") from stop
        except BadQuery as error:
            raise BadFile(f"{self.path}: {error}") from error
        except OSError as error:
            raise BadFile(f"{self.path}: {error.strerror or error}") from error

    def _too_large(self, limit: int) -> str:
        return (
            f"{self.path}: larger than {limit >> 20} MB. Keep it on disk:"
            " skingraph load FILE --store DIR"
        )


class _Ahead:
    """The checks of a file, as they run in the child, which tells how far it is."""

    def __init__(self, stream: Stream, counters: mmap, is_plain: bool) -> None:
        self.stream = stream
        self.counters = counters
        self.is_plain = is_plain
        self.offset = self.statements = self.lines = 0
        self.digest = hashlib.sha256()
        self.decoder = codecs.getincrementaldecoder("utf-8")()
        self.pieces: deque[bytes] = deque()
        self.odd = ""

    def read(self, size: int = -1) -> bytes:
        """The next piece for the parser, which is through with all pieces before."""
        _COUNTERS.pack_into(self.counters, 0, self.offset, self.statements)
        piece = self.stream.read(_PIECE if size < 0 else size)
        self.digest.update(piece)
        try:
            self.decoder.decode(piece, not piece)
        except UnicodeDecodeError as error:
            held = len(error.object) - len(piece)
            line = self._line() + piece.count(b"\n", 0, max(0, error.start - held))
            raise BadFile(
                f"{self.stream.path}:{line}: byte 0x{error.object[error.start]:02X} is not"
                " UTF-8. Save it as UTF-8"
            ) from error
        self.stream.check_size(self.offset + len(piece))
        if self.offset == 0:
            self.offset = len(piece)
            piece = piece.removeprefix(_BOM)
        else:
            self.offset += len(piece)
        self.pieces.append(piece)
        if len(self.pieces) > _REMEMBERED:
            self.lines += self.pieces.popleft().count(b"\n")
        return piece

    def check(self) -> bytes:
        """Parse the whole file and look at each statement."""
        stream = self.stream
        base = stream.base if self.is_plain else None
        literal, nested, string = ox.Literal, ox.Triple, ox.Literal("").datatype
        language = ox.Literal("", language="en").datatype
        try:
            for quad in ox.parse(cast("IO[bytes]", self), format=stream.form, base_iri=base):
                self.statements += 1
                # This runs millions of times, and each attribute of a quad is a new object.
                thing = quad.object
                if type(thing) is literal:
                    datatype = thing.datatype
                    if datatype != language and datatype != string:
                        self._check_literal(quad, thing)
                elif type(thing) is nested:
                    raise BadFile(
                        f"{stream.path}: a triple stands inside a triple, which few formats can"
                        f" carry. Describe it with rdf:Statement ({shortened(str(thing))})"
                    )
        except SyntaxError as error:
            raise syntax_fault(stream.path, error) from error
        _COUNTERS.pack_into(self.counters, 0, self.offset, self.statements)
        return json.dumps([self.statements, self.digest.hexdigest(), self.odd]).encode()

    def _check_literal(self, quad: ox.Quad, literal: ox.Literal) -> None:
        fault = literal_fault(literal)
        if fault is None or self.odd:
            return
        match = re.search(literal_pattern(literal).encode(), b"".join(self.pieces))
        where = f":{self._line(match.start())}" if match else ""
        of = "" if match else f" ({shortened(str(quad))})"
        message = f"{self.stream.path}{where}: {fault}{of}"
        if not self.is_plain:
            raise BadFile(message)
        self.odd = message

    def _line(self, at: int | None = None) -> int:
        """The line in which a place among the pieces stands, or in which they end."""
        text = b"".join(self.pieces)
        return self.lines + text.count(b"\n", 0, len(text) if at is None else at) + 1


class _Behind:
    """The file as the store reads it: never further than the child has come."""

    def __init__(
        self,
        stream: Stream,
        source: _Readable,
        counters: mmap,
        child: Child,
        progress: Progress | None,
    ) -> None:
        self.stream = stream
        self.source = source
        self.counters = counters
        self.child = child
        self.progress = progress
        self.offset = 0
        self.fault: Exception | None = None
        self.poured: Poured | None = None

    def read(self, size: int = -1) -> bytes:
        """The next piece that the child is through with."""
        while True:
            passed, statements = _COUNTERS.unpack_from(self.counters)
            if passed > self.offset:
                break
            if self.poured is not None:
                return b""
            if self.child.wait(0.005):
                self.finish()
        most = passed - self.offset
        piece = self.source.read(most if size < 0 else min(size, most))
        if self.progress:
            self.progress(self.stream.name, self.offset, self.stream.size, statements)
        is_first, self.offset = self.offset == 0, self.offset + len(piece)
        return piece.removeprefix(_BOM) if is_first else piece

    def finish(self) -> Poured:
        """What the child found, once it is through with the whole file."""
        if self.poured is None:
            try:
                self.poured = Poured(*json.loads(self.child.answer()))
            except Exception as error:
                self.fault = error
                raise
        return self.poured


def _apart(quads: Iterator[ox.Quad], salt: str, graph: ox.NamedNode | None) -> Iterator[ox.Quad]:
    """The same statements, blank nodes named by the salt and their order of appearance."""
    blank = ox.BlankNode
    names: dict[object, ox.BlankNode] = {}

    def renamed(term: object) -> ox.BlankNode:
        if term not in names:
            names[term] = blank(f"b{salt}x{len(names)}")
        return names[term]

    for quad in quads:
        subject, thing, where = quad.subject, quad.object, graph or quad.graph_name
        if type(subject) is blank:
            subject = renamed(subject)
        if type(thing) is blank:
            thing = renamed(thing)
        if type(where) is blank:
            where = renamed(where)
        yield ox.Quad(subject, quad.predicate, thing, where)
