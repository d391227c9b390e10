"""Our concepts in the vocabularies of others: SSSOM files, read and held to what was verified.

A mapping file is a table with a YAML comment before it, as the SSSOM standard has it. Of YAML this
reader knows what such a comment needs: `key: value`, and below a key `name: value` or `- item`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from skingraph.errors import BadFile
from skingraph.prefixes import PREFIXES, expand
from skingraph.resources import folder, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

ENDING: Final = ".sssom.tsv"
MATCHES: Final = ("exactMatch", "closeMatch", "broadMatch", "narrowMatch")

_SKOS: Final = PREFIXES["skos"]
_LABEL: Final = PREFIXES["rdfs"] + "label"
_NEEDED: Final = ("subject_id", "subject_label", "predicate_id", "object_id", "object_label")
_JUSTIFICATION: Final = "mapping_justification"


@dataclass(frozen=True, slots=True)
class MappedTerm:
    """One line of a mapping file: a concept of ours, how it matches, and a term of others."""

    where: str
    subject: str
    subject_label: str
    predicate: str
    object: str
    object_label: str


@dataclass(frozen=True, slots=True)
class MappingSet:
    """A mapping file: what it says of itself, and its lines."""

    name: str
    metadata: Mapping[str, str]
    prefixes: Mapping[str, str]
    mappings: tuple[MappedTerm, ...]

    @property
    def iri(self) -> str:
        """The name that the file gives itself."""
        return self.metadata["mapping_set_id"]


@dataclass(frozen=True, slots=True)
class Verified:
    """A term of others as it stands in a release that was looked at."""

    iri: str
    label: str
    release: str
    seen_in: str
    where: str


@dataclass(frozen=True, slots=True)
class MappingFault:
    """What is wrong with a mapping: the rule it breaks, how grave that is, the thing, what to do."""

    rule: str
    level: str
    entity: str
    message: str


def mapping_sets() -> list[MappingSet]:
    """The shipped mapping files, in the order of their names."""
    return [
        read_set(file.read_bytes(), file.name)
        for file in walk(folder("ontology") / "mappings", ENDING)
    ]


def read_set(content: bytes, name: str) -> MappingSet:
    """The mapping set in a file.

    Raises:
        BadFile: it is no SSSOM table, names an unknown prefix, or matches in an unknown way.
    """
    lines = _text(content, name).splitlines()
    size = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    metadata, below = _header(lines[:size], name)
    prefixes = below.get("curie_map", {})
    for key in ("mapping_set_id", "license"):
        if key not in metadata:
            raise BadFile(f"{name}:1: the comment before the table lacks {key}. Add it.")
    rows = _rows(lines[size:], name, size + 1, (*_NEEDED, _JUSTIFICATION))
    found = tuple(_mapped_term(row, prefixes, where) for where, row in rows)
    return MappingSet(name, metadata, prefixes, found)


def as_triples(content: bytes, name: str) -> bytes:
    """A mapping file as N-Triples: each match, and the label of the term it leads to.

    Raises:
        BadFile: as `read_set`.
    """
    triples: dict[str, None] = {}
    for one in read_set(content, name).mappings:
        label = one.object_label.replace("\\", "\\\\").replace('"', '\\"')
        triples[f"<{one.subject}> <{one.predicate}> <{one.object}> ."] = None
        triples[f'<{one.object}> <{_LABEL}> "{label}"@en .'] = None
    return "".join(f"{triple}\n" for triple in triples).encode()


def verified() -> dict[str, Verified]:
    """The terms of others that were seen in a release, by their IRIs.

    Raises:
        BadFile: the table cannot be read.
    """
    file = folder("ontology") / "mappings" / "verified.tsv"
    return _terms(file.read_bytes(), file.name, ("id", "label", "release", "seen_in"))


def faults(
    sets: Iterable[MappingSet],
    seen: Mapping[str, Verified],
    labels: Mapping[str, str],
    identifiers: Path | None = None,
) -> Iterator[MappingFault]:
    """What is wrong with mapping files beside what the graph itself shows.

    Args:
        sets: the mapping files.
        seen: the terms that were verified.
        labels: the preferred label of each concept.
        identifiers: a table of somebody else's, with columns id and label (or label_in_release),
            that the verified terms are held to.
    """
    used = set()
    for one in (one for each in sets for one in each.mappings):
        used.add(one.object)
        term = seen.get(one.object)
        if term is None or term.label != one.object_label:
            what = "is not in verified.tsv" if term is None else f"is verified as {term.label!r}"
            yield _error(
                "identifier-not-verified",
                one.subject,
                f"{one.where}: {one.object} ({one.object_label}) {what}. "
                "Look at a release of the vocabulary, and write down what it says there.",
            )
        label = labels.get(one.subject)
        if label is not None and label != one.subject_label:
            yield _error(
                "mapping-label-differs",
                one.subject,
                f"{one.where}: calls the concept {one.subject_label!r}, and its label is "
                f"{label!r}. Read the mapping again, and correct the label there.",
            )
    for iri in sorted(seen.keys() - used):
        message = f"{seen[iri].where}: no mapping uses it. Take the line out."
        yield MappingFault("verified-and-unused", "warning", iri, message)
    if identifiers is not None:
        yield from _held_to(identifiers, seen)


def _held_to(table: Path, seen: Mapping[str, Verified]) -> Iterator[MappingFault]:
    try:
        content = table.read_bytes()
    except OSError as error:
        raise BadFile(f"{table}: cannot be read ({error.strerror}). Check the path.") from error
    theirs = _terms(content, str(table), ("id", "label"))
    for iri, term in sorted(seen.items()):
        if iri not in theirs:
            message = f"{term.where}: {table.name} does not hold it. Look at {term.seen_in}."
            yield MappingFault("identifier-not-in-table", "warning", iri, message)
        elif theirs[iri].label != term.label:
            yield _error(
                "identifier-differs",
                iri,
                f"{term.where}: is verified as {term.label!r}, and {theirs[iri].where} calls it "
                f"{theirs[iri].label!r}. Look at the release.",
            )


def _error(rule: str, entity: str, message: str) -> MappingFault:
    return MappingFault(rule, "error", entity, message)


def _mapped_term(row: Mapping[str, str], prefixes: Mapping[str, str], where: str) -> MappedTerm:
    predicate = _iri(row["predicate_id"], prefixes, where)
    if predicate.removeprefix(_SKOS) not in MATCHES:
        raise BadFile(
            f"{where}: {row['predicate_id']} is no way to match. "
            f"Known: {', '.join(f'skos:{match}' for match in MATCHES)}."
        )
    return MappedTerm(
        where=where,
        subject=_iri(row["subject_id"], prefixes, where),
        subject_label=row["subject_label"],
        predicate=predicate,
        object=_iri(row["object_id"], prefixes, where),
        object_label=row["object_label"],
    )


def _iri(name: str, prefixes: Mapping[str, str], where: str) -> str:
    prefix, colon, local = name.partition(":")
    if not colon or not local or prefix not in prefixes:
        raise BadFile(f"{where}: {name!r} is no CURIE of the file's curie_map. Correct either.")
    if any(character in '<>"{}|^`\\ ' for character in local):
        raise BadFile(f"{where}: {name!r} holds a character that no IRI has. Correct it.")
    return prefixes[prefix] + local


def _header(lines: list[str], name: str) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """The keys of the comment with their values, and for keys with names below them, these."""
    plain: dict[str, str] = {}
    below: dict[str, dict[str, str]] = {}
    key = ""
    for number, line in enumerate(lines, 1):
        content = line[1:].removeprefix(" ")
        inner = content.startswith((" ", "-"))
        if not content.strip():
            continue
        if inner and content.strip().startswith("- "):
            item = _unquoted(content.strip()[2:])
            plain[key] = f"{plain[key]}|{item}" if plain.get(key) else item
            continue
        word, colon, value = content.strip().partition(":")
        if not colon or (value and not value.startswith(" ")) or (inner and not key):
            raise BadFile(f"{name}:{number}: {content.strip()!r} is no line of a mapping's header.")
        if inner:
            below.setdefault(key, {})[word] = _unquoted(value)
        else:
            key = word
            plain[key] = _unquoted(value)
    return plain, below


def _unquoted(value: str) -> str:
    text = value.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    return text


def _rows(
    lines: list[str], name: str, first: int, needed: Iterable[str]
) -> Iterator[tuple[str, dict[str, str]]]:
    """Each row of a table by its columns, with its place."""
    if not lines:
        raise BadFile(f"{name}:{first}: the table is missing. Begin it with the names of columns.")
    columns = lines[0].split("\t")
    for column in needed:
        if column not in columns:
            raise BadFile(f"{name}:{first}: the table has no column {column}. Add it.")
    for number, line in enumerate(lines[1:], first + 1):
        cells = line.split("\t")
        if len(cells) != len(columns):
            raise BadFile(
                f"{name}:{number}: {len(cells)} cells, and the table has {len(columns)} columns. "
                "Separate them by tabs."
            )
        row = dict(zip(columns, map(_unquoted, cells), strict=True))
        for column in needed:
            if not row[column]:
                raise BadFile(f"{name}:{number}: the column {column} is empty. Fill it.")
        yield f"{name}:{number}", row


def _terms(content: bytes, name: str, needed: tuple[str, ...]) -> dict[str, Verified]:
    lines = _text(content, name).splitlines()
    if lines:
        # Others call the column what their label is of.
        lines[0] = lines[0].replace("label_in_release", "label")
    terms = {}
    for where, row in _rows(lines, name, 1, needed):
        iri = expand(row["id"])
        # A table of others holds more vocabularies, and remarks in brackets where it has no label.
        if iri is None or row["label"].startswith("("):
            continue
        more = (row.get("release", ""), row.get("seen_in", ""))
        terms[iri] = Verified(iri, row["label"], *more, where)
    return terms


def _text(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise BadFile(f"{name}:{line}: not UTF-8. Save the file as UTF-8.") from error
