"""Replies: an answer as HTTP, with the headers that every reply of this service carries."""

from __future__ import annotations

import asyncio
import html
import ipaddress
import json
import re
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from skingraph.tables import printable
from skingraph.web.answers import STATUS, Answer
from skingraph.web.negotiation import content_type

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

_PIECE: Final = 1 << 18
# A client that takes no piece of its answer for so long is left.
_PATIENCE: Final = 30.0
# All answers on their way out together.
_MOST: Final = 256 << 20

_ALWAYS: Final = {
    "server": "skingraph",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}
_FOR_PAGES: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# The explorer holds its scripts itself; it names their hashes where a page begins.
_OWN_POLICY: Final = re.compile(rb'<meta http-equiv="Content-Security-Policy" content="([^"]+)">')
_HEAD_OF_PAGE: Final = 1000
_FOR_DATA: Final = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
)
_HOST: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::[0-9]{1,5})?")
_LOCAL: Final = ("localhost", "127.0.0.1", "::1")
# What is wrong with a query may quote all of it.
_LONGEST_REASON: Final = 1000
_PROBLEM: Final = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Policy:
    """Who may ask: the names this service answers to, and the origins whose pages may read it."""

    names: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()

    def is_ours(self, host: str) -> bool:
        """Whether a Host header names this service.

        A page of another site can have its own name lead here, but it cannot have us called by
        an address of digits.
        """
        match = _HOST.fullmatch(host)
        if match is None:
            return False
        name = match[1].strip("[]").lower()
        return name in _LOCAL or name in self.names or _is_address(name)

    def headers(self, origin: str) -> dict[str, str]:
        """The headers that let the pages of an origin read the reply, or keep them from it."""
        if not self.origins:
            return {"cross-origin-resource-policy": "same-origin"}
        allowed = "*" if "*" in self.origins else origin if origin in self.origins else ""
        headers = {"cross-origin-resource-policy": "cross-origin"}
        if allowed:
            headers["access-control-allow-origin"] = allowed
            headers["access-control-expose-headers"] = (
                "ETag, Link, Retry-After, Skingraph-Note, Skingraph-Release"
            )
        return headers

    def preflight(self, origin: str) -> dict[str, str]:
        """What a browser wants to know before it asks on behalf of an origin that may."""
        if "access-control-allow-origin" not in self.headers(origin) or not origin:
            return {}
        return {
            "access-control-allow-methods": "GET, HEAD, POST, OPTIONS",
            "access-control-allow-headers": "Accept, Cache-Control, Content-Type, If-None-Match",
            "access-control-max-age": "86400",
        }


class Outbox:
    """How many bytes of answers are on their way to clients."""

    def __init__(self) -> None:
        self.held = 0

    @property
    def is_full(self) -> bool:
        """Whether clients are so slow to take their answers that no more are worked out."""
        return self.held > _MOST


class Kept:
    """Answers that were given lately, by their tags: the graph does not change while it is served."""

    def __init__(self, most: int = 32 << 20, largest: int = 2 << 20) -> None:
        self.most = most
        self.largest = largest
        self.size = 0
        self.used = 0
        self._answers: OrderedDict[str, Answer] = OrderedDict()

    def find(self, tag: str) -> Answer | None:
        """The answer of this tag, if it is still here."""
        answer = self._answers.get(tag)
        if answer is not None:
            self._answers.move_to_end(tag)
            self.used += 1
        return answer

    def keep(self, tag: str, answer: Answer) -> None:
        """Keep an answer that will last, and let go of those that nobody asked for longest."""
        size = len(answer.body) + 1000
        if answer.outcome != "answered" or not answer.is_lasting or size > self.largest:
            return
        if tag not in self._answers:
            self._answers[tag] = answer
            self.size += size
        while self.size > self.most:
            _, gone = self._answers.popitem(last=False)
            self.size -= len(gone.body) + 1000


class Reply(Response):
    """An answer on its way out, whole or visibly cut: its length stands before it."""

    def __init__(
        self, answer: Answer, *, accept: str = "", headers: dict[str, str] | None = None
    ) -> None:
        self.answer = answer
        self.outbox: Outbox | None = None
        body, media = answer.body, answer.media
        if answer.status >= 400 and not body:
            body, media = _explained(answer, accept)
        is_page = media == "text/html"
        super().__init__(
            body,
            answer.status,
            _ALWAYS
            | {
                "content-security-policy": _policy(body) if is_page else _FOR_DATA,
                "vary": "Accept",
            }
            | {name: _in_header(value) for name, value in (headers or {}).items()},
        )
        # A browser lays the headers of a 304 over those it kept; a page keeps its own policy.
        if answer.outcome == "unchanged":
            del self.headers["content-security-policy"]
        # A graph without a statement is no byte of Turtle, and Turtle all the same.
        if media:
            self.headers["content-type"] = content_type(media)
        if answer.note:
            self.headers["skingraph-note"] = _in_header(answer.note)
        if answer.place:
            self.headers["location"] = answer.place
        if answer.outcome in ("busy", "crowded", "stopping"):
            self.headers["retry-after"] = "2"
        if answer.status >= 400:
            self.headers["cache-control"] = "no-store"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, in pieces that the client has to take in time."""
        await send(
            {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        )
        body = memoryview(bytes(self.body))
        if self.outbox is not None:
            self.outbox.held += len(body)
        try:
            for start in range(0, max(len(body), 1), _PIECE):
                piece = body[start : start + _PIECE]
                more = start + _PIECE < len(body)
                async with asyncio.timeout(_PATIENCE):
                    await send(
                        {"type": "http.response.body", "body": bytes(piece), "more_body": more}
                    )
        finally:
            if self.outbox is not None:
                self.outbox.held -= len(body)


def _policy(page: bytes) -> str:
    """What a page may do: what it says itself where it begins, and never be framed by others."""
    own = _OWN_POLICY.search(page, 0, _HEAD_OF_PAGE)
    if own is None:
        return _FOR_PAGES
    return f"{html.unescape(own[1].decode())}; frame-ancestors 'none'"


def _explained(answer: Answer, accept: str) -> tuple[bytes, str]:
    """The reason why there is no answer, as a problem document or as a line of text."""
    reason = printable(answer.reason)
    if len(reason) > _LONGEST_REASON:
        reason = f"{reason[:_LONGEST_REASON]}..."
    if "json" not in accept:
        return f"{reason}\n".encode(), "text/plain"
    problem = {
        "type": "about:blank",
        "title": answer.outcome,
        "status": STATUS.get(answer.outcome, 503),
        "detail": reason,
    }
    return (json.dumps(problem) + "\n").encode(), _PROBLEM


def _in_header(text: str) -> str:
    return printable(text).encode("ascii", "backslashreplace").decode()


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
