"""What can go wrong, each kind with the built-in error a caller would already catch.

SkingraphError
├── UnknownName     (LookupError)   no concept, class or property is called so
├── UnknownQuery    (LookupError)   the catalogue has no query of that name
├── BadParameter    (ValueError)    a value that a query or an option cannot take
├── BadQuery        (ValueError)    SPARQL that does not parse, or that is not allowed
├── BadFile         (ValueError)    a file that cannot be read, or not as RDF
├── QueryStopped    (TimeoutError)  a query that overstepped a limit
├── ServiceFailed   (ConnectionError) a SPARQL service that cannot be reached, or gives no answer
├── MissingExtra    (ImportError)   a library that an optional part needs
└── CannotWrite     (OSError)       a file that cannot be written
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class SkingraphError(Exception):
    """One line that says what is wrong, where, and what to do next."""


class UnknownName(SkingraphError, LookupError):
    """No concept, class or property is called so."""


class UnknownQuery(SkingraphError, LookupError):
    """The catalogue has no query of that name."""


class BadParameter(SkingraphError, ValueError):
    """A value that a query or an option cannot take."""


class BadQuery(SkingraphError, ValueError):
    """SPARQL that does not parse, or that is not allowed."""


class BadFile(SkingraphError, ValueError):
    """A file that cannot be read, or not as RDF."""


class QueryStopped(SkingraphError, TimeoutError):
    """A query that overstepped a limit of time, memory or size."""


class ServiceFailed(SkingraphError, ConnectionError):
    """A SPARQL service that cannot be reached, or whose answer is none."""


class MissingExtra(SkingraphError, ImportError):
    """A library that an optional part needs and that is not installed."""


class CannotWrite(SkingraphError, OSError):
    """A file that cannot be written."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint such as " Did you mean 'acne scar'?", or nothing when no name is near."""
    import difflib

    near = difflib.get_close_matches(name.casefold(), list(known), n=3, cutoff=0.6)
    if not near:
        return ""
    return f" Did you mean {' or '.join(repr(match) for match in near)}?"
