"""A request as it comes in: what it says of itself, its body, and whether its client is there."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, unquote

from skingraph.web.protocol import BadRequest

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import Scope

# A query of 64 KB in a form, where each of its bytes may take three.
LARGEST_BODY: Final = 256 << 10
_BODY_TIME: Final = 10.0
_WHOLE_ADDRESS: Final = re.compile(rb"https?://([^/]*)(/.*)?", re.IGNORECASE | re.DOTALL)


class Gone(Exception):
    """The client left before its answer."""


@dataclass(slots=True)
class Asked:
    """A request, and what the log shall say of it."""

    request: Request
    query: str = ""
    tag: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def accept(self) -> str:
        """The Accept header."""
        return ",".join(self.request.headers.getlist("accept"))

    @property
    def values(self) -> dict[str, str]:
        """The parameters in the address, by name; an empty one was left open in a form."""
        try:
            text = self.request.scope["query_string"].decode()
            pairs = parse_qsl(text, errors="strict", max_num_fields=100)
        except ValueError as error:
            raise BadRequest("bad", "the parameters are too many or are not UTF-8") from error
        values = dict(pairs)
        if len(values) < len(pairs):
            raise BadRequest("bad", "a parameter is given twice")
        return values


def in_short(scope: Scope) -> Scope:
    """The request with a path as its target, where it names a whole address instead.

    What such an address says of the host counts more than the Host header.
    """
    whole = _WHOLE_ADDRESS.fullmatch(scope["raw_path"])
    if whole is None:
        return scope
    host, path = whole[1], whole[2] or b"/"
    headers = [(name, value) for name, value in scope["headers"] if name != b"host"]
    return {
        **scope,
        "path": unquote(path.decode("ascii")),
        "raw_path": path,
        "headers": [(b"host", host), *headers],
    }


async def until_done_or_left(working: asyncio.Task[Any], request: Request) -> None:
    """Wait for the work or for the client to leave, whichever is first."""
    leaving = asyncio.create_task(_left(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        leaving.cancel()


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def whole_body(request: Request) -> bytes:
    """The body of a request, of bounded size and within a bounded time."""
    try:
        announced = int(request.headers.get("content-length", "0"))
    except ValueError:
        announced = 0
    body = bytearray()
    try:
        async with asyncio.timeout(_BODY_TIME):
            if announced <= LARGEST_BODY:
                async for piece in request.stream():
                    body += piece
                    if len(body) > LARGEST_BODY:
                        break
    except TimeoutError as error:
        raise BadRequest("slow-client", "the body took too long to arrive") from error
    if max(announced, len(body)) > LARGEST_BODY:
        raise BadRequest("size", f"the body is larger than {LARGEST_BODY >> 10} KB")
    return bytes(body)


def holds(request: Request, tag: str) -> bool:
    """Whether the client holds the answer of this tag already."""
    held = ",".join(request.headers.getlist("if-none-match"))
    return tag.removeprefix("W/") in (one.strip().removeprefix("W/") for one in held.split(","))


def base_of(request: Request) -> str:
    """The address of this service as the client sees it; its name was checked."""
    scheme = request.scope["scheme"]
    return f"{scheme}://{request.headers.get('host', 'localhost')}{request.scope['root_path']}/"
