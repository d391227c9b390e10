"""A bar for what takes longer than a second, on a terminal and nowhere else."""

from __future__ import annotations

import contextlib
import itertools
import os
import sys
import time
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATIENCE = 1.0
_PAUSE = 0.1


@contextlib.contextmanager
def watched(file: BinaryIO, output: str | None) -> Iterator[BinaryIO]:
    """The same file; after a second a bar on standard error tells how much is written.

    There is none where standard error is no terminal, or where the answer itself fills the screen.

    Args:
        file: what is written into.
        output: its name, None or "-" for standard output.
    """
    to_screen = output in (None, "", "-") and sys.stdout.isatty()
    if to_screen or not sys.stderr.isatty():
        yield file
        return
    watching = _Watched(file, "" if output in (None, "-") else os.path.basename(str(output)))
    try:
        yield cast("BinaryIO", watching)
    finally:
        watching.end()


class _Watched:
    """A file that counts what is written into it."""

    def __init__(self, file: BinaryIO, label: str) -> None:
        from skingraph.tables import printable

        self._file = file
        self._label = printable(label)
        self._size = 0
        self._next = time.monotonic() + _PATIENCE
        self._bar: Any = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def write(self, content: bytes) -> int:
        """Write, and tell of it now and then."""
        self._file.write(content)
        self._size += len(content)
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _PAUSE
            self._show()
        return len(content)

    def _show(self) -> None:
        if self._bar is None:
            # How long the answer will be, nobody knows before its end.
            self._bar = click.progressbar(
                itertools.count(),
                label=self._label,
                file=sys.stderr,
                bar_template="%(label)s [%(bar)s] %(info)s",
                item_show_func=lambda size: f"{(size or 0) / 1e6:,.1f} MB written",
            )
        self._bar.update(1, self._size)

    def end(self) -> None:
        """Leave the line for what comes."""
        if self._bar is not None:
            self._bar.current_item = self._size
            self._bar.finish()
            self._bar.render_progress()
            self._bar.render_finish()
