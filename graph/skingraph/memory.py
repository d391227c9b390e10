"""What is slow to make and is the same every time, kept between runs.

The shipped graph with its inferences is kept as N-Quads, under a name made from the content of
everything it was made from, so that an edit never meets an old copy. The place is
`$SKINGRAPH_CACHE`, or `skingraph` in the user's cache folder; set it to nothing to keep nothing.
Whatever goes wrong here only costs time.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_SEAL = b"# sha256 "
_SEALED = len(_SEAL) + 64 + 1
_MOST = 1 << 30
_KEPT = 4


def remembered(name: str, make: Callable[[], bytes]) -> bytes:
    """The content of that name, made now unless an earlier run kept it whole."""
    folder = _folder()
    if not folder:
        return make()
    path = os.path.join(folder, f"{name}.nq")
    try:
        # What lies there may be damaged, or be no file at all.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with open(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            kept = file.read() if stat.S_ISREG(status.st_mode) and status.st_size < _MOST else b""
        if _is_whole(kept):
            return kept
    except OSError:
        pass
    content = make()
    _keep(folder, path, content)
    return content


def _sealed(content: bytes) -> bytes:
    """The content and, as a comment after it, its hash."""
    from hashlib import sha256

    return content + _SEAL + sha256(content).hexdigest().encode() + b"\n"


def _is_whole(kept: bytes) -> bool:
    """Whether the comment at the end is the hash of what stands before it."""
    from hashlib import sha256

    end = len(kept) - _SEALED
    said = kept[max(end, 0) :]
    # A view, since some megabytes are not copied for nothing.
    found = sha256(memoryview(kept)[: max(end, 0)]).hexdigest()
    return said == _SEAL + found.encode() + b"\n"


def _folder() -> str:
    named = os.environ.get("SKINGRAPH_CACHE")
    if named is not None:
        return named
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "skingraph") if os.path.isabs(base) else ""


def _keep(folder: str, path: str, content: bytes) -> None:
    from skingraph.errors import CannotWrite
    from skingraph.output import write_whole

    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        if os.path.lexists(path) and not os.path.isfile(path):
            return
        write_whole(path, _sealed(content))
        kept = sorted(
            (entry for entry in os.scandir(folder) if entry.name.endswith(".nq")),
            key=lambda entry: entry.stat().st_mtime,
        )
        for entry in kept[:-_KEPT]:
            os.unlink(entry.path)
    except (OSError, CannotWrite):
        # A home without room or permission: the next run makes it again.
        return
