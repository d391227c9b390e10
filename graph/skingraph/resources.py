"""Where the Turtle and the queries lie: in the wheel, or in the checkout beside the package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable


def folder(name: str) -> Traversable:
    """The folder `ontology` or `queries`, wherever this copy of the package keeps it."""
    here = Path(__file__).parent
    for place in (here / "_data" / name, here.parents[1] / name):
        if place.is_dir():
            return place
    # Inside a zip there are no paths. The import is late, since it is slow and seldom needed.
    from importlib.resources import files

    return files("skingraph") / "_data" / name


def walk(top: Traversable, suffix: str) -> Iterator[Traversable]:
    """All files below a folder whose name ends so, in the order of their names."""
    for entry in sorted(top.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from walk(entry, suffix)
        elif entry.name.endswith(suffix):
            yield entry
