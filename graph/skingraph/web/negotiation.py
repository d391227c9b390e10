"""Which of our formats a request wants: by its Accept header, or by a short name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Format:
    """A format with its short name, and the media types that ask for it, ours first."""

    name: str
    media: tuple[str, ...]
    also_called: tuple[str, ...] = ()


RESULTS: Final = (
    Format(
        "json",
        ("application/sparql-results+json", "application/json"),
        ("srj", "json-ld", "jsonld", "sparql-results+json"),
    ),
    Format(
        "xml",
        ("application/sparql-results+xml", "application/xml", "text/xml"),
        ("srx", "rdf+xml", "sparql-results+xml"),
    ),
    Format("csv", ("text/csv",)),
    Format("tsv", ("text/tab-separated-values",)),
)
GRAPHS: Final = (
    Format("ttl", ("text/turtle", "application/x-turtle", "text/n3"), ("turtle", "n3")),
    Format("nt", ("application/n-triples", "text/plain"), ("ntriples", "n-triples")),
    Format("rdf", ("application/rdf+xml", "application/xml", "text/xml"), ("rdf+xml", "xml")),
    Format("jsonld", ("application/ld+json", "application/json"), ("json-ld", "json", "ld+json")),
)
PLAIN: Final = Format("plain", ("text/plain",))
HTML: Final = Format("html", ("text/html", "application/xhtml+xml"))
# What a named question can be read as beside the results formats of SPARQL.
TABLES: Final = (
    *RESULTS,
    Format("jsonl", ("application/jsonl", "application/x-ndjson")),
    Format("md", ("text/markdown",)),
    Format("txt", ("text/plain",), ("table",)),
)

_TEXTUAL: Final = ("text/", "application/jsonl")


def chosen(formats: Sequence[Format], accept: str, name: str = "") -> tuple[Format, str] | None:
    """The format that fits best and the media type to call it by, or None.

    Args:
        formats: what there is, the one we prefer first.
        accept: an Accept header; empty accepts everything.
        name: a short name or a media type, which overrules the header.

    >>> chosen(RESULTS, "text/csv;q=0.5, application/json")[1]
    'application/json'
    """
    if name:
        return _called(formats, name)
    ranges = list(_ranges(accept))
    if not ranges:
        return formats[0], formats[0].media[0]
    best: tuple[float, Format, str] | None = None
    for format in formats:
        for media in format.media:
            quality = _quality(media, ranges)
            if quality > 0 and (best is None or quality > best[0]):
                best = quality, format, media
    return best and best[1:]


def content_type(media: str) -> str:
    """The value of Content-Type: the media type, with its character set where it is text."""
    return f"{media}; charset=utf-8" if media.startswith(_TEXTUAL) else media


def wanted_in_words(formats: Iterable[Format]) -> str:
    """The media types there are, for who asked for none of them."""
    return ", ".join(format.media[0] for format in formats)


def _called(formats: Sequence[Format], name: str) -> tuple[Format, str] | None:
    name = name.strip().lower()
    for format in formats:
        if name in (format.name, *format.also_called):
            return format, format.media[0]
        if name in format.media:
            return format, name
    return None


def _ranges(accept: str) -> Iterable[tuple[str, float]]:
    """Each media range of the header with its quality; what cannot be read is left out."""
    for part in accept.split(",")[:100]:
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if media == "*":
            media = "*/*"
        if media.count("/") != 1:
            continue
        quality = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                try:
                    quality = float(value)
                except ValueError:
                    quality = 0.0
        yield media, quality if 0 <= quality <= 1 else 0.0


def _quality(media: str, ranges: Iterable[tuple[str, float]]) -> float:
    """What the most specific range that covers this media type gives it."""
    best, specific = 0.0, 0
    kind = media.partition("/")[0]
    for wanted, quality in ranges:
        weight = {media: 3, f"{kind}/*": 2, "*/*": 1}.get(wanted, 0)
        if weight > specific:
            best, specific = quality, weight
    return best
