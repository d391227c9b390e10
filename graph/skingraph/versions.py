"""Versions of the graph by what people call them: shipped, a file, a store, a release."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from skingraph.disk import STAMP
from skingraph.errors import BadFile
from skingraph.loading import SCHEMA_GRAPH, schema_files
from skingraph.prefixes import PREFIXES, SKG
from skingraph.store import SkinGraph

if TYPE_CHECKING:
    from skingraph.filters import ClaimFilter

SHIPPED: Final = ("shipped", ".")

_RELEASED: Final = "skingraph.nq"
_TYPE: Final = ox.NamedNode(PREFIXES["rdf"] + "type")
_SCHEMA: Final = ox.NamedNode(SKG.removesuffix("#"))
_ONTOLOGY: Final = ox.NamedNode(PREFIXES["owl"] + "Ontology")


@dataclass(frozen=True, slots=True)
class Version:
    """One state of the graph: what it was called, its release where it says one, and itself."""

    name: str
    release: str
    graph: SkinGraph

    def __str__(self) -> str:
        return f"{self.name} ({self.release})" if self.release else self.name


def version(name: str, *, only: ClaimFilter | None = None) -> Version:
    """The graph that a person means by a name, with the statements it holds and no more.

    Args:
        name: the word `shipped` or a dot; an RDF file, packed or not; the folder of a store; the
            folder of a release. A file is read whole or not at all, in a child with limits, and
            nothing is inferred from it.
        only: which claims count.

    Raises:
        BadFile: there is no such thing, or it cannot be read.
    """
    if name in SHIPPED:
        graph = SkinGraph.load(only=only)
        return Version("shipped", graph.release, graph)
    path = Path(name)
    try:
        is_store, is_release = (path / STAMP).exists(), (path / _RELEASED).exists()
        is_other = path.is_dir() and not is_store and not is_release
    except (OSError, ValueError):
        # What is wrong with the name is told by whoever reads the file.
        is_store = is_release = is_other = False
    if is_store:
        graph = SkinGraph.open(path)
        release = graph.release
        return Version(name, release, graph.narrowed(only=only) if only else graph)
    if is_other:
        raise BadFile(
            f"{name}: this folder holds no store ({STAMP}) and no release ({_RELEASED}). "
            "Name an RDF file, or the word shipped"
        )
    return _read(name, path / _RELEASED if is_release else path, only)


def _read(name: str, path: Path, only: ClaimFilter | None) -> Version:
    from skingraph.overlays import Filling, as_they_stand

    store = ox.Store()
    filled = as_they_stand(Filling(store), [path])
    for quad in store.quads_for_pattern(_SCHEMA, _TYPE, _ONTOLOGY, None):
        if quad.graph_name != SCHEMA_GRAPH:
            raise BadFile(
                f"{name}: holds the schema and what rules infer beside what sources say, and does "
                "not keep them apart. Take the .nq or .trig of that release"
            )
    graph = SkinGraph(store, odd=filled.odd)
    release = graph.release
    if only:
        if not any(store.quads_for_pattern(None, None, None, SCHEMA_GRAPH)):
            schema_files(store)
        only.apply(store)
    return Version(name, release, graph)
