"""How the web process and its workers speak: a header in JSON, bytes, and an end mark."""

from __future__ import annotations

import json
import struct
from typing import Any, Final

_LENGTHS: Final = struct.Struct(">II")
_END: Final = b"\x04end"
# A header is written by us; one that is longer says that something is broken. A body of 256 KB is
# up to six times as long in JSON.
_LONGEST_HEADER: Final = 4 << 20

Header = dict[str, Any]


class BrokenFrame(ValueError):
    """What arrived is not what our other side would have sent."""


def packed(header: Header, body: bytes = b"") -> bytes:
    """A frame, ready to be sent."""
    head = json.dumps(header).encode()
    return b"".join((_LENGTHS.pack(len(head), len(body)), head, body, _END))


class Inbox:
    """What arrives in pieces, and the frame in it once that is whole."""

    def __init__(self, largest: int) -> None:
        self.largest = largest
        self.received = bytearray()

    def add(self, piece: bytes) -> tuple[Header, bytes] | None:
        """The frame that this piece completes, or None while some of it is missing.

        Raises:
            BrokenFrame: it is too large, has no end mark or goes on after it.
        """
        self.received += piece
        if len(self.received) < _LENGTHS.size:
            return None
        head, body = _LENGTHS.unpack_from(self.received)
        if head > _LONGEST_HEADER or body > self.largest:
            raise BrokenFrame("a frame is larger than it may be")
        middle = _LENGTHS.size + head
        end = middle + body
        if len(self.received) < end + len(_END):
            return None
        if self.received[end:] != _END:
            raise BrokenFrame("a frame does not end where it should")
        try:
            header = json.loads(self.received[_LENGTHS.size : middle])
        except ValueError as error:
            raise BrokenFrame("a frame has no readable header") from error
        if not isinstance(header, dict):
            raise BrokenFrame("a frame has no readable header")
        content = bytes(memoryview(self.received)[middle:end])
        self.received = bytearray()
        return header, content
