"""Claims as lines with their sources numbered, and as rows with one passage each."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pyoxigraph as ox

from skingraph.rows import Rows, Term
from skingraph.tables import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from skingraph.claims import Claim, Said, Source

NOTICE = "This informs; it is not medical advice. What no source says is not thereby safe."
COLUMNS = (
    "claim",
    "says",
    "inheritedFrom",
    "polarity",
    "certainty",
    "source",
    "file",
    "section",
    "start",
    "end",
    "evidenceLevel",
    "authority",
)


class Citations:
    """The sources that a text cites, numbered in the order in which they are met."""

    def __init__(self, width: int = 100) -> None:
        self.width = width
        self._numbers: dict[Source, int] = {}

    def line(self, said: Said, *, lead: str = "", indent: int = 4, under: str = "") -> str:
        """A claim in words, then where it stands: source number, characters, claim.

        Under a heading that names the claim's subject (an IRI in `under`) it is not named again.
        """
        words = str(said)
        if said.claim.subject.iri == under:
            words = words.removeprefix(said.claim.subject.label).lstrip(" -")
        return self.wrapped(f"{lead}{words}  {self.place(said.claim)}", indent=indent)

    def place(self, claim: Claim) -> str:
        """Where a claim stands, such as `{2: 3007-3114, E0 vendor, claim:…}`."""
        if not claim.passages:
            return f"{{no passage; {claim.curie}}}"
        spots: dict[int, list[str]] = {}
        for passage in claim.passages:
            number = self._numbers.setdefault(passage.source, len(self._numbers) + 1)
            spots.setdefault(number, []).append(f"{passage.start}-{passage.end}")
        where = "; ".join(f"{number}: {', '.join(at)}" for number, at in sorted(spots.items()))
        authorities = ", ".join(sorted({source.authority for source in claim.sources}))
        return f"{{{where}; {claim.evidence} {authorities}; {claim.curie}}}"

    def wrapped(self, text: str, *, indent: int) -> str:
        """The text within the width, following lines set in a little more."""
        return textwrap.fill(
            printable(text),
            self.width,
            initial_indent=" " * indent,
            subsequent_indent=" " * (indent + 4),
            break_long_words=False,
            break_on_hyphens=False,
        )

    def sources(self) -> list[str]:
        """The list of what was cited, under a heading; numbers count characters of the file."""
        if not self._numbers:
            return []
        lines = ["Sources (number: characters from-to of the file)"]
        for source, number in self._numbers.items():
            dated = f", {source.date}" if source.date else ""
            lines.append(
                self.wrapped(
                    f"{number}  {source.title} ({source.kind}{dated}; {source.file}; "
                    f"evidence {source.evidence}, {source.authority})",
                    indent=2,
                )
            )
        return lines


def rows_of_claims(lead: tuple[str, ...], items: Iterable[tuple[tuple[str, ...], Said]]) -> Rows:
    """Claims as rows, one a passage (or one without any), with columns of the caller's before the citation.

    Args:
        lead: the names of the caller's columns.
        items: for each claim the caller's cells (an IRI in angle brackets is a node), and what
            is said.
    """
    rows = [(*map(_term, cells), *row) for cells, said in items for row in _citation_rows(said)]
    return Rows((*lead, *COLUMNS), tuple(rows))


def _citation_rows(said: Said) -> Iterable[tuple[Term | None, ...]]:
    claim = said.claim
    # A claim that names no passage cannot be cited, but a caution is not lost with it.
    for passage in claim.passages or (None,):
        where: tuple[Term | None, ...] = (None,) * 5
        if passage is not None:
            where = (
                ox.NamedNode(passage.source.iri),
                ox.Literal(passage.source.file),
                ox.Literal(passage.section),
                ox.Literal(passage.start),
                ox.Literal(passage.end),
            )
        yield (
            ox.NamedNode(claim.iri),
            ox.Literal(str(claim)),
            ox.NamedNode(said.inherited_from.iri) if said.inherited_from else None,
            ox.Literal(claim.polarity),
            ox.Literal(claim.certainty),
            *where,
            ox.Literal(claim.evidence),
            ox.Literal(passage.source.authority) if passage else None,
        )


def _term(cell: str) -> Term | None:
    if cell.startswith("<") and cell.endswith(">"):
        return ox.NamedNode(cell[1:-1])
    return ox.Literal(cell) if cell else None
