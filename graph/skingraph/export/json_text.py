"""JSON written item by item, so that a large graph need not be held."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterable


def one(value: object) -> str:
    """A value on one line; letters of every language stay as they are."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def write_list(file: BinaryIO, items: Iterable[object]) -> None:
    """A list with one item a line."""
    separator = "[\n"
    for item in items:
        file.write(f"{separator}{one(item)}".encode())
        separator = ",\n"
    file.write(b"\n]" if separator == ",\n" else b"[]")
