"""What changed between two versions, as text, JSON, RDF Patch and a list for the changelog."""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from skingraph.differences import CHANGES, KINDS, Change, Differences
from skingraph.errors import BadParameter
from skingraph.tables import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from skingraph.differences import Field
    from skingraph.versions import Version

FORMATS: Final = ("text", "json", "patch", "md")
ENDINGS: Final = {"rdfp": "patch"}

_WORDS: Final = {"other": "other thing"}
# More names than this in one line of a changelog are counted, not listed.
_LISTED: Final = 12


def report(
    format: str, left: Version, right: Version, found: Differences, *, width: int = 100
) -> str:
    """What changed from one version to the other, in one of `FORMATS`.

    Raises:
        BadParameter: a patch cannot name the blank nodes in what changed.
    """
    if format == "text":
        return _text(left, right, found, width)
    writers: dict[str, Callable[[Version, Version, Differences], str]] = {
        "json": _json,
        "patch": lambda _left, _right, found: patch(found, graphs=_has_graphs(left)),
        "md": lambda _left, _right, found: changelog(found),
    }
    return writers[format](left, right, found)


def summary(found: Differences) -> str:
    """How much changed, in one line."""
    counts = [
        f"{_count(len(of), kind)} {change}"
        for kind in KINDS
        for change in CHANGES
        if (of := found.of(kind, change))
    ]
    if not counts:
        return "no difference"
    statements = f"{_count(len(found.removed), 'statement')} removed, {len(found.added)} added"
    return f"{', '.join(counts)}; {statements}"


def patch(found: Differences, *, graphs: bool) -> str:
    """The change as an RDF Patch: apply it to the first version, and it says what the second says.

    Args:
        found: what changed.
        graphs: whether rows name the graph that a statement stands in; without, all are about the
            default graph.

    Raises:
        BadParameter: what changed has blank nodes, which a patch cannot name.
    """
    rows = [
        f"{letter} {row} ."
        for letter, statements in (("D", found.removed), ("A", found.added))
        for triple, names in statements
        for row in _rows(triple, names if graphs else ("",))
    ]
    return "\n".join(["TX .", *rows, "TC ."]) + "\n"


def changelog(found: Differences) -> str:
    """What changed as a Markdown list for the data part of a changelog."""
    lines: list[str] = []
    for change in CHANGES:
        concepts = found.of("concept", change)
        if concepts and change != "changed":
            names = [_linked(one) for one in concepts]
            lines.append(f"{_count(len(concepts), 'concept')} {change}: {_listed(names)}.")
        if change == "changed":
            lines += [f"{_linked(one)} changed: {_fields(one)}." for one in concepts]
        lines += _of_sources(found, change)
        lines += _of_claims(found, change)
        for kind in ("passage", "other"):
            if many := found.of(kind, change):
                lines.append(f"{_count(len(many), kind)} {change}.")
    return "".join(f"- {_plain(line)}\n" for line in lines)


def _of_sources(found: Differences, change: str) -> Iterator[str]:
    for one in found.of("source", change):
        rests = f"; {_count(len(one.claims), 'claim')} on it" if one.claims else ""
        fields = f": {_fields(one)}" if change == "changed" else ""
        yield f"Source {change}: {_linked(one)}{fields}{rests}."


def _of_claims(found: Differences, change: str) -> Iterator[str]:
    """New claims are counted by source; of each that went or changed is said what it said."""
    claims = found.of("claim", change)
    if change == "added":
        by_source = Counter(", ".join(f"`{name}`" for name in one.sources) for one in claims)
        for sources, count in sorted(by_source.items()):
            yield f"{_count(count, 'claim')} added{f' from {sources}' if sources else ''}."
    for one in claims * (change == "removed"):
        yield f"`{one.id}` removed{f': {one.said_before}' if one.said_before else ''}."
    for one in claims * (change == "changed"):
        said = f'"{one.said_before}" is now "{one.said_after}"; ' if _reads_otherwise(one) else ""
        yield f"`{one.id}` changed: {said}{_fields(one)}."


def _reads_otherwise(one: Change) -> bool:
    return bool(one.said_before and one.said_after) and one.said_before != one.said_after


def _text(left: Version, right: Version, found: Differences, width: int) -> str:
    def wrapped(text: str, indent: int) -> str:
        return textwrap.fill(
            printable(text),
            width,
            initial_indent=" " * indent,
            subsequent_indent=" " * (indent + 4),
            break_long_words=False,
            break_on_hyphens=False,
        )

    lines = [wrapped(f"From {left} to {right}: {summary(found)}", 0)]
    for kind in KINDS:
        for change in CHANGES:
            of = found.of(kind, change)
            if of:
                lines += ["", f"{_count(2, kind).removeprefix('2 ')} {change} ({len(of)})"]
            for one in of:
                lines += [wrapped(text, indent) for indent, text in _told(one)]
    return "\n".join(lines) + "\n"


def _told(one: Change) -> Iterator[tuple[int, str]]:
    """The lines of one change, each with its indent."""
    said = one.said_after or one.said_before or one.label
    sources = f"  {{{', '.join(one.sources)}}}" if one.sources else ""
    if one.change != "changed" and said:
        yield 2, f"{one.id}  {said}{sources}"
        return
    if _reads_otherwise(one):
        yield 2, f"{one.id}{sources}"
        yield 4, f"was: {one.said_before}"
        yield 4, f"is: {one.said_after}"
    else:
        yield 2, f"{one.id}  {said}{sources}".rstrip()
    for field in one.fields:
        yield 4, f"{field.name}: {_values(field.before)} -> {_values(field.after)}"
    if one.claims:
        yield 4, f"{_count(len(one.claims), 'claim')} on it: {', '.join(one.claims)}"


def _json(left: Version, right: Version, found: Differences) -> str:
    document = {
        "before": {"name": left.name, "release": left.release},
        "after": {"name": right.name, "release": right.release},
        "same": not found,
        "counts": {
            kind: {change: len(found.of(kind, change)) for change in CHANGES} for kind in KINDS
        },
        "statements": {"added": len(found.added), "removed": len(found.removed)},
        "changes": [
            {
                "kind": one.kind,
                "change": one.change,
                "id": one.id,
                "label": one.label,
                "saidBefore": one.said_before,
                "saidAfter": one.said_after,
                "sources": one.sources,
                "claims": one.claims,
                "fields": [
                    {"field": field.name, "before": field.before, "after": field.after}
                    for field in one.fields
                ],
            }
            for one in found.changes
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _rows(triple: ox.Triple, names: Iterable[str]) -> Iterator[str]:
    if any(isinstance(term, ox.BlankNode) for term in (triple.subject, triple.object)):
        raise BadParameter(
            "what changed has blank nodes, and a patch cannot name them. Choose -f json"
        )
    line = (ox.serialize([triple], format=ox.RdfFormat.N_TRIPLES) or b"").decode()
    row = line.rstrip("\n").removesuffix(" .")
    for name in names:
        yield f"{row} {name}" if name else row


def _has_graphs(version: Version) -> bool:
    return any(version.graph.store.named_graphs())


def _count(count: int, kind: str) -> str:
    return f"{count} {_WORDS.get(kind, kind)}{'' if count == 1 else 's'}"


def _linked(one: Change) -> str:
    return f"{one.label} (`{one.id}`)" if one.label else f"`{one.id}`"


def _listed(names: list[str]) -> str:
    rest = len(names) - _LISTED
    return ", ".join(names[:_LISTED]) + (f" and {rest} more" if rest > 0 else "")


def _fields(one: Change) -> str:
    return "; ".join(_from_to(field) for field in one.fields)


def _from_to(field: Field) -> str:
    before, after = (
        ", ".join(f"`{value}`" for value in values) or "nothing"
        for values in (field.before, field.after)
    )
    return f"{field.name} from {before} to {after}"


def _values(values: tuple[str, ...]) -> str:
    return ", ".join(values) or "nothing"


def _plain(line: str) -> str:
    """A line that stays one, whatever stands in a label."""
    return " ".join(printable(line).split())
