"""Addresses: the path at which a thing has its page, and links to it from another page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from skingraph.prefixes import SKG, SKIN

# Paths of the site itself; a thing whose name is one of these has no page.
RESERVED: Final = (
    "concepts",
    "query",
    "queries",
    "sparql",
    "static",
    "health",
    "metrics",
    ".well-known",
    "index",
    "lessons",
    "matrix",
    "downloads",
)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Links from one page to others, relative to it, so that they hold below any address.

    `root` leads from the page to the top, `ending` stands behind a page's name, such as `.html`;
    with one, pages are files, and `known` holds the paths of those that there are.
    """

    root: str
    ending: str = ""
    known: frozenset[str] | None = None

    @classmethod
    def seen_from(
        cls, path: str, ending: str = "", known: frozenset[str] | None = None
    ) -> Addresses:
        """The links of the page at this path.

        >>> Addresses.seen_from("/claim/peel-is-temporary").root
        '../'
        """
        return cls("../" * (path.count("/") - 1) or "./", ending, known)

    @property
    def static(self) -> bool:
        """Whether the pages are files that no server of ours stands behind."""
        return bool(self.ending)

    def of(self, iri: str) -> str:
        """Where a thing is told of: our page of it, its web address, or nothing to link to."""
        if iri.startswith(SKG):
            return f"{self.page('schema')}#{quote(iri.removeprefix(SKG))}"
        path = path_of(iri)
        if path is not None:
            is_known = self.known is None or path in self.known
            return self.page(path.removeprefix("/")) if is_known else ""
        return iri if iri.startswith(("http://", "https://")) else ""

    def page(self, name: str) -> str:
        """A page by its path from the top, without the first stroke; a folder's ends in one."""
        if name and not name.endswith("/"):
            return f"{self.root}{quote(name)}{self.ending}"
        return f"{self.root}{quote(name)}{'index' + self.ending if self.static else ''}"

    def file(self, name: str) -> str:
        """A file, a folder or a service by its path from the top."""
        return self.page(name) if name.endswith("/") else f"{self.root}{quote(name)}"


def path_of(iri: str) -> str | None:
    """The path of a thing's page, or None where it has none.

    >>> path_of("https://w3id.org/skingraph/claim/peel-is-temporary")
    '/claim/peel-is-temporary'
    """
    name = iri.removeprefix(SKIN)
    parts = name.split("/")
    if not iri.startswith(SKIN) or not {"", ".", ".."}.isdisjoint(parts) or parts[0] in RESERVED:
        return None
    return f"/{name}"


def iri_of(path: str) -> str | None:
    """The IRI whose page would lie at a path, or None where none can."""
    iri = SKIN + path.removeprefix("/")
    return iri if path.startswith("/") and path_of(iri) == path else None
