"""A site: the graph as a folder of pages that any web server or learning platform can host.

All links are relative, so it works below any address, and from a disk without a server. The same
graph gives the same bytes. The folder appears whole or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from skingraph.catalogue import catalogue
from skingraph.errors import CannotWrite
from skingraph.folders import whole_folder, write_into
from skingraph.lessons import names as lesson_names
from skingraph.pages import page, paths, static_file
from skingraph.pages.teaching import FILES
from skingraph.release import contents
from skingraph.tables import write_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from skingraph.store import SkinGraph

ENDING: Final = ".html"

_PAGES: Final = ("/", "/concepts", "/matrix", "/lessons/", "/queries/", "/downloads/")
_STATIC: Final = ("pages.css", "pages.js")
_TABLES: Final = ("csv",)
# Most file systems take no longer name.
_LONGEST: Final = 255


@dataclass(frozen=True, slots=True)
class Site:
    """What was written: the folder, how many files, how many of them pages, how many bytes."""

    folder: Path
    files: int
    pages: int
    size: int


def write_site(graph: SkinGraph, folder: str | Path) -> Site:
    """Write the site of a graph to a folder.

    It holds the explorer, lessons, a page for each concept, claim, passage and source, the
    matrix, the queries with their rows, and downloads. A site that lies there already is
    replaced, unless files of somebody's own are in it.

    Raises:
        CannotWrite: something else lies there, there is no permission or no room, or a thing's
            name can be no file's.
    """
    written: dict[str, int] = {}
    with whole_folder(folder, kind="site", mark=f"index{ENDING}") as beside:
        taken: dict[str, str] = {}
        for name, content in _contents(graph):
            _check(name, taken)
            write_into(beside, name, content)
            written[name] = len(content)
    pages = sum(name.endswith(ENDING) for name in written)
    return Site(Path(folder), len(written), pages, sum(written.values()))


def _contents(graph: SkinGraph) -> Iterator[tuple[str, bytes]]:
    """Each file's name and content."""
    for name in _STATIC:
        found = static_file(name)
        if found is not None:
            yield f"static/{name}", found[0]
    lessons = [f"/lessons/{name}" for name in lesson_names()]
    for path in (*_PAGES, *lessons, *sorted(paths(graph))):
        # What the graph does not hold has no page, such as a lesson on something else.
        text = page(graph, path, ending=ENDING)
        if text is not None:
            yield _file_of(path), text.encode("utf-8")
    for query in catalogue():
        path = f"/queries/{query.name}"
        text = page(graph, path, params={"ask": "1"}, ending=ENDING)
        if text is not None:
            yield _file_of(path), text.encode("utf-8")
        rows = graph.select(query.text)
        for format in _TABLES:
            yield f"queries/{query.name}.{format}", write_rows(rows, format).encode("utf-8")
    for name, _, _, content in contents(graph):
        if name in FILES:
            yield f"downloads/{name}", content


def _file_of(path: str) -> str:
    """The file of a path: `/claim/x` is `claim/x.html`, a folder's is its `index.html`."""
    name = path.removeprefix("/")
    return f"{name}index{ENDING}" if not name or name.endswith("/") else name + ENDING


def _check(name: str, taken: dict[str, str]) -> None:
    """Refuse what some disk would lose: a name too long, or the same as another but for case."""
    if any(len(part.encode("utf-8")) > _LONGEST for part in name.split("/")):
        raise CannotWrite(f"{name[:60]}...: the name is too long for a file. Shorten it.")
    other = taken.setdefault(name.casefold(), name)
    if other != name:
        raise CannotWrite(
            f"{name} and {other} are one file where case makes no difference. Rename one of them."
        )
