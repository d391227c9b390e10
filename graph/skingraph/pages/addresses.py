"""Addresses: the path at which a thing has its page, and links to it from another page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from skingraph.prefixes import SKG, SKIN

# Paths of the site itself; a thing whose name is one of these has no page.
RESERVED: Final = ("query", "queries", "sparql", "static", "health", "metrics", ".well-known")


@dataclass(frozen=True, slots=True)
class Addresses:
    """Links from one page to others, relative to it, so that they hold below any address.

    `root` leads from the page to the top, `ending` stands behind a page's name, such as `.html`.
    """

    root: str
    ending: str = ""

    @classmethod
    def seen_from(cls, path: str, ending: str = "") -> Addresses:
        """The links of the page at this path.

        >>> Addresses.seen_from("/claim/peel-is-temporary").root
        '../'
        """
        return cls("../" * (path.count("/") - 1) or "./", ending)

    def of(self, iri: str) -> str:
        """Where a thing is told of: our page of it, its web address, or nothing to link to."""
        if iri.startswith(SKG):
            return f"{self.page('schema')}#{quote(iri.removeprefix(SKG))}"
        path = path_of(iri)
        if path is not None:
            return self.page(path.removeprefix("/"))
        return iri if iri.startswith(("http://", "https://")) else ""

    def page(self, name: str) -> str:
        """A page by its path from the top, without the first stroke."""
        return f"{self.root}{quote(name)}{self.ending if name else ''}"

    def file(self, name: str) -> str:
        """A file or a service by its path from the top."""
        return f"{self.root}{quote(name)}"


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
