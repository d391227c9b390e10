"""RDF files that are not ours: read whole or not at all, and never further than themselves."""

from __future__ import annotations

import io
import json
import os
import re
import stat
from pathlib import Path
from typing import Final, NoReturn, TypeVar
from urllib.parse import quote
from xml.parsers import expat

import pyoxigraph as ox

from skingraph.errors import BadFile, BadQuery, QueryStopped
from skingraph.packing import Unpacked, packing_of, without_packing
from skingraph.prefixes import PREFIXES, curie
from skingraph.sandbox import Limits, in_child

Term = TypeVar("Term")

_FORMATS: Final = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".xml": ox.RdfFormat.RDF_XML,
    ".owl": ox.RdfFormat.RDF_XML,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".json": ox.RdfFormat.JSON_LD,
}
_LIMITS: Final = Limits(seconds=60, memory=2 << 30, answer=512 << 20)
_DEPTH: Final = 500
_XML_DEPTH: Final = 2000
_ENTITIES: Final = 100
_GROWTH: Final = 8 << 20

# Relative IRIs without a base vanish from JSON-LD, and RDF/XML does not say where they are.
# Resolved against this one they show.
_NOWHERE: Final = "https://relative.invalid/"
_RESOLVED: Final = (ox.RdfFormat.RDF_XML, ox.RdfFormat.JSON_LD)

# Patterns are compiled when the first file needs them, not when the package is imported.
_BRACKETS: Final = (
    r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*"""'
    r"|'''(?:[^'\\]|\\.|'{1,2}(?!'))*'''"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'(?:[^'\\\n]|\\.)*'"
    r'|<[^<>"{}|^`\\\s]*>'
    r"|\#[^\n]*|\\."
    r"|(?P<open><<\(?|[\[({])|(?P<close>\)>>|>>|[\])}])"
)
_POSITION: Final = r"Parser error at line \d+ (?:between columns \d+ and|column) \d+: "

_ZONE = r"(?:Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))?"
_DAY = r"-?(?:[1-9]\d{3,}|0\d{3})-\d\d-\d\d"
_TIME = r"(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?|24:00:00(?:\.0+)?)"
_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)"
_LEXICAL: Final = {
    PREFIXES["xsd"] + name: pattern
    for name, pattern in {
        "integer": r"[+-]?\d+",
        "decimal": _NUMBER,
        "double": rf"{_NUMBER}(?:[eE][+-]?\d+)?|[+-]?INF|NaN",
        "float": rf"{_NUMBER}(?:[eE][+-]?\d+)?|[+-]?INF|NaN",
        "boolean": r"true|false|1|0",
        "date": _DAY + _ZONE,
        "dateTime": f"{_DAY}T{_TIME}{_ZONE}",
    }.items()
}
_DATE: Final = r"-?\d*(\d{4})-(\d\d)-(\d\d)"


def intake(path: str | Path, *, limit: int = 64 << 20, is_plain: bool = False) -> bytes:
    """The statements of an RDF file as N-Quads; nothing at all when one of them is wrong.

    The ending of the name tells the format, `.gz` or `.zst` may follow it. Blank nodes get
    names that no other file has. A file that holds no statement gives no bytes.

    Args:
        path: the file.
        limit: how many bytes it may have, also when unpacked.
        is_plain: whether RDF is enough, as for data that are no claims: values may miss their
            datatype, and relative IRIs are read against file:/// and the file's name alone,
            since what is written of them later shall not tell where the file lay.

    Raises:
        BadFile: it cannot be read, is larger than `limit` bytes, or is not the RDF it says
            it is. The message begins with FILE:LINE:COLUMN where there is such a place.
        MissingExtra: it ends in .zst, and Zstandard is not there.
    """
    # Slow to import, and the child that computes with it can open no file.
    import hashlib

    path = Path(path)
    content = _content(path, limit)
    form = format_of(path)
    packing = packing_of(path)
    source = Unpacked(io.BytesIO(content), packing, str(path)) if packing else io.BytesIO(content)
    # The engine's own random names repeat: each child starts with the same generator.
    salt = hashlib.sha256(content).hexdigest()[:16]
    try:
        return in_child(lambda: _Intake(path, source, form, limit, is_plain).quads(salt), _LIMITS)
    except QueryStopped as stop:
        reason = str(stop).partition(";")[0]
        raise BadFile(f"{path}: reading was {reason}. Split the file") from stop
    except BadQuery as error:
        raise BadFile(f"{path}: {error}") from error


def _content(path: Path, limit: int) -> bytes:
    try:
        # A pipe without a writer would keep us waiting for one.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise BadFile(f"{path}: {error.strerror}. Check the name") from error
    except ValueError as error:
        raise BadFile(f"{str(path)!r}: {error}. Check the name") from error
    try:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            raise BadFile(f"{path}: this is a folder. Name the files in it")
        if not stat.S_ISREG(status.st_mode):
            raise BadFile(f"{path}: this is a pipe or a device. Save what it gives to a file")
        with os.fdopen(descriptor, "rb", closefd=False) as stream:
            content = stream.read(limit + 1)
    except OSError as error:
        raise BadFile(f"{path}: {error.strerror}") from error
    finally:
        os.close(descriptor)
    if len(content) > limit:
        raise BadFile(f"{path}: larger than {limit >> 20} MB. Split the file")
    return content


def format_of(path: Path) -> ox.RdfFormat:
    """The format that the ending of a file's name tells.

    Raises:
        BadFile: it tells none.
    """
    suffix = Path(without_packing(path.name)).suffix.lower() or path.suffix.lower()
    if suffix not in _FORMATS:
        raise BadFile(
            f"{path}: no RDF format ends in {suffix or 'nothing'}. Name it as one of"
            f" {' '.join(_FORMATS)}"
        )
    return _FORMATS[suffix]


class _Intake:
    """The checks of one file, as they run in the child."""

    def __init__(
        self,
        path: Path,
        source: Unpacked | io.BytesIO,
        form: ox.RdfFormat,
        limit: int,
        is_plain: bool,
    ) -> None:
        self.path = path
        self.is_plain = is_plain
        content = source.read(limit + 1)
        if len(content) > limit:
            self._refuse(f"larger than {limit >> 20} MB when unpacked. Split the file")
        self.content = content.removeprefix(b"\xef\xbb\xbf")
        self.form = form
        try:
            self.text = self.content.decode()
        except UnicodeDecodeError as error:
            self.text = self.content[: error.start].decode()
            byte = self.content[error.start]
            self._refuse(f"byte 0x{byte:02X} is not UTF-8. Save it as UTF-8", len(self.text))
        self.blank_nodes: dict[ox.BlankNode, ox.BlankNode] = {}

    def quads(self, salt: str) -> bytes:
        """All statements, with blank nodes named by the salt and their order of appearance."""
        if self.form == ox.RdfFormat.RDF_XML:
            self._check_xml()
        else:
            self._check_depth()
        if self.form == ox.RdfFormat.JSON_LD:
            self._check_json()
        base = _NOWHERE if self.form in _RESOLVED else None
        if self.is_plain:
            base = f"file:///{quote(self.path.name)}"
        try:
            quads = [
                self._checked(quad, salt)
                for quad in ox.parse(self.content, format=self.form, base_iri=base)
            ]
        except SyntaxError as error:
            raise syntax_fault(self.path, error) from error
        return ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b""

    def _check_depth(self) -> None:
        """Refuse brackets in brackets in brackets: the parsers of JSON-LD and N-Quads recurse."""
        text = self.text
        if sum(text.count(mark) for mark in ("[", "(", "{", "<<")) <= _DEPTH:
            return
        depth = 0
        for match in re.finditer(_BRACKETS, text, re.DOTALL):
            depth += (match.lastgroup == "open") - (match.lastgroup == "close")
            if depth > _DEPTH:
                self._refuse(f"nested deeper than {_DEPTH} levels. Flatten it", match.start())

    def _check_json(self) -> None:
        try:
            # Numbers stay text: Python refuses to read integers of 4300 digits.
            json.loads(
                self.text,
                object_pairs_hook=self._check_object,
                parse_constant=self._refuse_constant,
                parse_int=str,
                parse_float=str,
            )
        except json.JSONDecodeError as error:
            self._refuse(f"no JSON: {error.msg}", error.pos)

    def _refuse_constant(self, name: str) -> NoReturn:
        self._refuse(f"{name} is no JSON", self._find(rf"(?<![\w\"]){name}\b"))

    def _check_object(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        """One object of the JSON, refused when it says a thing twice or points elsewhere."""
        found: dict[str, object] = {}
        for key, value in pairs:
            if key in found:
                places = [m.start() for m in re.finditer(rf"{_quoted(key)}.\s*:", self.text)]
                at = places[1] if len(places) == 2 else None
                self._refuse(
                    f"the key {shortened(key)!r} is twice in an object. Make it a list", at
                )
            found[key] = value
            if key == "@import":
                self._refuse_context(value)
            for context in value if isinstance(value, list) else [value]:
                if key == "@context" and isinstance(context, str):
                    self._refuse_context(context)
        return found

    def _refuse_context(self, address: object) -> NoReturn:
        self._refuse(
            f"the context {shortened(str(address))!r} would be fetched. Write it into the file",
            self._find(_quoted(str(address))),
        )

    def _check_xml(self) -> None:
        """Refuse XML that is cut off, names other files or grows; pyoxigraph reads it all."""
        parser = expat.ParserCreate(namespace_separator=" ")
        entities = growth = depth = 0

        def refuse(what: str) -> NoReturn:
            raise BadFile(
                f"{self.path}:{parser.CurrentLineNumber}:{parser.CurrentColumnNumber + 1}: {what}"
            )

        def declaration(_version: str, encoding: str | None, _standalone: int) -> None:
            if encoding and encoding.upper() not in ("UTF-8", "UTF8", "US-ASCII", "ASCII"):
                refuse(f"the encoding {encoding} is not UTF-8. Save it as UTF-8")

        def doctype(_name: str, system: str | None, public: str | None, _internal: int) -> None:
            if system or public:
                refuse("a DTD from another file is not read. Take the DOCTYPE out")

        def entity(name: str, is_parameter: int, value: str | None, *_: object) -> None:
            nonlocal entities, growth
            if is_parameter or value is None or "&" in value or "<" in value:
                refuse(f"the entity {name} stands for more than text. Write out what it means")
            entities += 1
            growth += self.text.count(f"&{name};") * len(value)
            if entities > _ENTITIES or growth > _GROWTH:
                refuse("too much is written as entities. Write it out")

        def attributes(*_: object) -> None:
            refuse("attributes that a DTD adds are not read. Write them out")

        def start(*_: object) -> None:
            nonlocal depth
            depth += 1
            if depth > _XML_DEPTH:
                refuse(f"nested deeper than {_XML_DEPTH} levels. Flatten it")

        def end(_name: str) -> None:
            nonlocal depth
            depth -= 1

        parser.XmlDeclHandler = declaration
        parser.StartDoctypeDeclHandler = doctype
        parser.EntityDeclHandler = entity
        parser.AttlistDeclHandler = attributes
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        try:
            parser.Parse(self.content, True)
        except expat.ExpatError as error:
            what = expat.ErrorString(error.code)
            raise BadFile(
                f"{self.path}:{error.lineno}:{error.offset + 1}: no whole XML: {what}"
            ) from error

    def _checked(self, quad: ox.Quad, salt: str) -> ox.Quad:
        # This runs for each statement, and each attribute of a quad is a new object.
        subject, object_, graph = quad.subject, quad.object, quad.graph_name
        if isinstance(object_, ox.Literal) and not self.is_plain:
            self._check_literal(quad, object_)
        elif isinstance(object_, ox.Triple):
            self._refuse(
                "a triple stands inside a triple, which few formats can carry. Describe it"
                f" with rdf:Statement ({shortened(str(object_))})"
            )
        if self.form in _RESOLVED:
            for term in (subject, quad.predicate, object_, graph):
                self._check_iri(term)
        if not any(isinstance(term, ox.BlankNode) for term in (subject, object_, graph)):
            return quad
        return ox.Quad(
            self._renamed(subject, salt),
            quad.predicate,
            self._renamed(object_, salt),
            self._renamed(graph, salt),
        )

    def _check_iri(self, term: object) -> None:
        term = term.datatype if isinstance(term, ox.Literal) else term
        if isinstance(term, ox.NamedNode) and term.value.startswith(_NOWHERE):
            name = term.value.removeprefix(_NOWHERE)
            self._refuse(
                f"the IRI <{shortened(name)}> is relative, and the file names no base. Write it"
                " in full",
                self._find(_quoted(name)) if name else None,
            )

    def _renamed(self, term: Term, salt: str) -> Term | ox.BlankNode:
        if not isinstance(term, ox.BlankNode):
            return term
        if term not in self.blank_nodes:
            self.blank_nodes[term] = ox.BlankNode(f"b{salt}x{len(self.blank_nodes)}")
        return self.blank_nodes[term]

    def _check_literal(self, quad: ox.Quad, literal: ox.Literal) -> None:
        what = literal_fault(literal)
        if what is None:
            return
        at = self._find(literal_pattern(literal))
        of = f" ({curie(quad.predicate.value)} of {shortened(str(quad.subject))})"
        self._refuse(what if at is not None else what + of, at)

    def _find(self, pattern: str) -> int | None:
        match = re.search(pattern, self.text)
        return match.start() if match else None

    def _refuse(self, what: str, at: int | None = None) -> NoReturn:
        where = ""
        if at is not None:
            line = self.text.count("\n", 0, at) + 1
            where = f":{line}:{at - self.text.rfind(chr(10), 0, at)}"
        raise BadFile(f"{self.path}{where}: {what}")


def syntax_fault(path: Path, error: SyntaxError) -> BadFile:
    """What the parser says is wrong, with the place in the file."""
    where = f":{error.lineno}:{error.offset}" if error.lineno else ""
    what = shortened(re.sub(_POSITION, "", " ".join(error.msg.split())))
    if "No scheme found" in what:
        what = "an IRI is relative, and the file names no base. Write it in full"
    return BadFile(f"{path}{where}: {what}")


def literal_fault(literal: ox.Literal) -> str | None:
    """What is wrong with a literal whose text is none of its datatype; nothing otherwise."""
    pattern = _LEXICAL.get(literal.datatype.value)
    if pattern is None:
        return None
    # ASCII: a digit of another script is none here.
    if re.fullmatch(pattern, literal.value, re.ASCII) and _is_day(literal.value):
        return None
    name = curie(literal.datatype.value)
    return f"{shortened(literal.value)!r} is no {name}. Mend it, or write it as a plain string"


def literal_pattern(literal: ox.Literal) -> str:
    """A pattern for a typed literal as it stands in a file."""
    kind = re.escape(curie(literal.datatype.value).partition(":")[2])
    return rf"{re.escape(literal.value)}[\"']+\s*\^\^\s*(?:<[^>]*#|[\w.-]*:){kind}"


def _quoted(name: str) -> str:
    """A pattern for a name as it stands in quotation marks or angle brackets."""
    return rf"(?<=[\"'<]){re.escape(name)}(?=[\"'>])"


def shortened(text: str) -> str:
    """A text as a message quotes it."""
    return text if len(text) <= 80 else f"{text[:79]}…"


def _is_day(value: str) -> bool:
    """Whether the day that a date begins with exists; other values pass."""
    date = re.match(_DATE, value) if "-" in value else None
    if date is None:
        return True
    year, month, day = map(int, date.groups())
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    days = {2: 28 + is_leap, 4: 30, 6: 30, 9: 30, 11: 30}.get(month, 31)
    return 1 <= month <= 12 and 1 <= day <= days
