"""What is slow to make and is the same every time, kept between runs.

The shipped graph with its inferences is kept as N-Quads, under a name made from the content of
everything it was made from, so that an edit never meets an old copy. The place is
`$SKINGRAPH_CACHE`, or `skingraph` in the user's cache folder; set it to nothing to keep nothing.
Whatever goes wrong here only costs time.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_END = b"# whole\n"
_KEPT = 4


def remembered(name: str, make: Callable[[], bytes]) -> bytes:
    """The content of that name, made now unless an earlier run kept it whole."""
    folder = _folder()
    if not folder:
        return make()
    path = os.path.join(folder, f"{name}.nq")
    try:
        with open(path, "rb") as file:
            content = file.read()
        if content.endswith(_END):
            return content
    except OSError:
        pass
    content = make()
    _keep(folder, path, content)
    return content


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
        write_whole(path, content + _END)
        kept = sorted(
            (entry for entry in os.scandir(folder) if entry.name.endswith(".nq")),
            key=lambda entry: entry.stat().st_mtime,
        )
        for entry in kept[:-_KEPT]:
            os.unlink(entry.path)
    except (OSError, CannotWrite):
        # A home without room or permission: the next run makes it again.
        return
