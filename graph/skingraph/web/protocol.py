"""The SPARQL 1.1 protocol: which query a request asks, and of which graphs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Mapping

FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"

_FIELDS: Final = 1000
_CHARSETS: Final = ("", "utf-8", "utf8", "us-ascii")
READ_ONLY: Final = (
    "this graph is read-only, and an update is not taken;"
    " ask with SELECT, ASK, CONSTRUCT or DESCRIBE"
)


class BadRequest(Exception):
    """A request that asks nothing we could answer, with its outcome and the reason."""

    def __init__(self, outcome: str, reason: str) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Request:
    """A query, the graphs that it is asked of, and the format that it names.

    The graphs are None where the request leaves them to the query and to the service.
    """

    query: str
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    format: str = ""


def media_type(content_type: str) -> str:
    """The media type in a Content-Type header.

    Raises:
        BadRequest: it names another character set than UTF-8.
    """
    media, _, parameters = content_type.partition(";")
    charset = re.search(r"charset\s*=\s*\"?([^\s\";]+)", parameters, re.IGNORECASE)
    if charset and charset[1].lower() not in _CHARSETS:
        raise BadRequest("media", "queries are read as UTF-8, and as no other character set")
    return media.strip().lower()


def read_request(method: str, address: bytes, content_type: str, body: bytes) -> Request | None:
    """What a request asks, or None where a GET asks nothing and wants the description.

    Args:
        method: GET or POST; a HEAD is a GET.
        address: the part of the address behind its question mark.
        content_type: of the body.
        body: of a POST.

    Raises:
        BadRequest: it is an update, or not of the protocol.
    """
    fields = _fields(_text(address, "address"))
    if method != "POST":
        if "update" in fields:
            raise BadRequest("read-only", READ_ONLY)
        if not fields.keys() - {"format", "_format"}:
            return None
        return _request(fields)
    media = media_type(content_type)
    if media == UPDATE:
        raise BadRequest("read-only", READ_ONLY)
    if media == QUERY:
        if "query" in fields:
            raise BadRequest("bad", "there are two queries, one in the address and one in the body")
        return _request(fields | {"query": [_text(body, "body")]})
    if media == FORM:
        in_body = _fields(_text(body, "body"))
        if "update" in in_body or "update" in fields:
            raise BadRequest("read-only", READ_ONLY)
        # The protocol puts all into the body; who leaves the rest in the address means it, too.
        for name, values in fields.items():
            in_body.setdefault(name, [])[:0] = values
        return _request(in_body)
    raise BadRequest("media", f"a POST is {FORM} or {QUERY}; send the query as one of these")


def _text(content: bytes, where: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadRequest("bad", f"the {where} is not UTF-8") from error


def _fields(text: str) -> dict[str, list[str]]:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_FIELDS)
    except ValueError as error:
        raise BadRequest("bad", "the parameters are too many or are not UTF-8") from error
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields


def _request(fields: Mapping[str, list[str]]) -> Request:
    queries = fields.get("query", [])
    if len(queries) != 1:
        raise BadRequest(
            "bad", "give one query, in the parameter query" + (", not several" * bool(queries))
        )
    default, named = fields.get("default-graph-uri"), fields.get("named-graph-uri")
    chooses = default is not None or named is not None
    formats = [*fields.get("format", []), *fields.get("_format", [])]
    return Request(
        queries[0],
        tuple(default or ()) if chooses else None,
        tuple(named or ()) if chooses else None,
        formats[0] if formats else "",
    )
