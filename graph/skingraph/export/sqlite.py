"""A SQLite database with full-text search, as Datasette and every other reader of SQLite open it."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

import pyoxigraph as ox

from skingraph.errors import CannotWrite, MissingExtra
from skingraph.export.database import INDEXES, SEARCH, TABLES, VIEWS
from skingraph.export.remarks import remarks_of
from skingraph.index import Wording
from skingraph.loading import INFERRED_GRAPH, SCHEMA_GRAPH
from skingraph.prefixes import PREFIXES, SKG, expand
from skingraph.property_graph import QUANTITY, Edge, Node, PropertyGraph, joined, short

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping

    from skingraph.export.format import Options
    from skingraph.store import SkinGraph

Cell = str | int | float | None

# "skin" as four letters: so `file` and others can tell it from another database.
_APPLICATION: Final = int.from_bytes(b"skin", "big")
_VERSION: Final = 1

_TYPE: Final = ox.NamedNode(PREFIXES["rdf"] + "type")
_DCTERMS: Final = PREFIXES["dcterms"]
_SOURCE: Final = {
    "title": _DCTERMS + "title",
    "kind": SKG + "kind",
    "publisher": _DCTERMS + "publisher",
    "date": _DCTERMS + "date",
    "evidence": SKG + "evidenceLevel",
    "authority": SKG + "authority",
    "file": SKG + "file",
    "characters": SKG + "characters",
    "hash": SKG + "hash",
    "note": PREFIXES["skos"] + "editorialNote",
}
_PASSAGE: Final = {name: SKG + name for name in ("source", "section", "start", "end", "hash")}
_LIMITS: Final = (
    *("because_of", "attribute", "body_site", "severity"),
    *("population", "setting", "about", "using"),
)
_NOTICE: Final = "This is information and no medical advice."


def write_sqlite(graph: SkinGraph, file: BinaryIO, options: Options) -> tuple[str, ...]:
    """The tables of docs/formats.md; the same graph gives the same bytes under one SQLite.

    SQLite needs a file that it can go back in, so it is made in the folder for temporary files.

    Raises:
        CannotWrite: there is no room for it there.
        MissingExtra: the SQLite of this Python has no full-text search.
    """
    import sqlite3

    with tempfile.TemporaryDirectory(prefix="skingraph-") as folder:
        path = Path(folder) / "graph.db"
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
            try:
                remarks = _fill(database, graph, options)
            except sqlite3.OperationalError as error:
                if "fts5" in str(error):
                    raise MissingExtra(
                        "the SQLite of this Python has no full-text search (FTS5). "
                        "Use a Python that has, or another format."
                    ) from error
                raise CannotWrite(
                    f"{folder}: cannot be written ({error}). "
                    "Name another folder for temporary files with TMPDIR."
                ) from error
        with path.open("rb") as made:
            shutil.copyfileobj(made, file, 1 << 20)
    return remarks


def _fill(database: sqlite3.Connection, graph: SkinGraph, options: Options) -> tuple[str, ...]:
    # Nobody reads the file before it is done, and nobody keeps it if it fails.
    for pragma in ("page_size = 4096", "journal_mode = OFF", "synchronous = OFF"):
        database.execute(f"PRAGMA {pragma}")
    database.execute(f"PRAGMA application_id = {_APPLICATION}")
    database.execute(f"PRAGMA user_version = {_VERSION}")
    database.executescript(TABLES)
    database.execute("BEGIN")
    read = PropertyGraph(graph, inherited=options.with_inherited)
    filling = _Filling(database, graph)
    filling.concepts(read.nodes())
    filling.sources()
    filling.edges(read.edges())
    filling.edges(read.links())
    filling.properties()
    filling.about(graph, inherited=options.with_inherited)
    database.execute("COMMIT")
    database.executescript(INDEXES + SEARCH + VIEWS)
    return (*remarks_of(read, options, has_tables=True), *filling.remarks())


class _Filling:
    """Puts the rows into the tables, one thing after the other."""

    def __init__(self, database: sqlite3.Connection, graph: SkinGraph) -> None:
        self._database = database
        self._store = graph.store if isinstance(graph.store, ox.Store) else graph.store.copy()
        self._wording = Wording.of(graph)
        self._known: set[str] = set()
        self._predicates: set[str] = set()
        self._left_out: Counter[str] = Counter()

    def concepts(self, nodes: Iterable[Node]) -> None:
        """Concepts with their kinds, labels and matches; a quantity is no concept."""
        for node in nodes:
            if QUANTITY in node.kinds:
                continue
            self._add(
                "concepts",
                *(node.id, node.iri, node.label, joined(node.kinds), node.definition),
                *(joined(node.synonyms), joined(node.hidden_labels), joined(node.other_labels)),
            )
            for kind in node.kinds:
                self._add("concept_kinds", node.id, kind)
            labels = (
                ("preferred", (node.label,)),
                ("alternative", node.synonyms),
                ("hidden", node.hidden_labels),
                ("other", node.other_labels),
            )
            for kind, texts in labels:
                for text in texts:
                    self._add("labels", None, node.id, kind, text)
            for match in ("exact", "close", "broad", "narrow"):
                for term in getattr(node, f"{match}_match"):
                    self._add("matches", node.id, match, term)

    def sources(self) -> None:
        """Documents, and the passages in them."""
        for iri, said in self._things("Source"):
            told = self._told(said, _SOURCE)
            evidence, authority = told["evidence"], told["authority"]
            told["evidence"] = evidence.rpartition(":")[2]
            told["authority"] = authority.rpartition(":")[2].lower()
            self._add("sources", short(iri), iri, *told.values())
            self._known.add(short(iri))
        for iri, said in self._things("Passage"):
            told = self._told(said, _PASSAGE)
            if told["source"] not in self._known:
                told["source"] = ""
            self._add("passages", short(iri), iri, *told.values())

    def edges(self, edges: Iterable[Edge]) -> None:
        """Claims, and the edges between concepts that they and others are."""
        for edge in edges:
            self._predicates.add(edge.predicate)
            has_object = edge.object != f"{edge.claim}/value"
            end = edge.object if has_object else None
            self._add(
                "edges",
                *(edge.id, edge.kind, edge.subject, edge.predicate, end, edge.label, edge.says),
                *(edge.claim, edge.inherited_from, edge.polarity, edge.certainty, edge.strength),
                *(edge.evidence, joined(edge.sources), joined(edge.passages)),
            )
            if edge.kind == "claim":
                self._claim(edge, end)

    def _claim(self, edge: Edge, end: str | None) -> None:
        self._add(
            "claims",
            *(edge.id, edge.iri, edge.says, edge.subject, edge.predicate, end),
            *(edge.subject_label, edge.label, edge.object_label, edge.polarity, edge.certainty),
            *(edge.hedge, edge.frequency, edge.strength, edge.effect, edge.direction),
            *(edge.expected, edge.evidence, joined(edge.authority), edge.quantity),
            *(edge.minimum, edge.maximum, edge.unit, edge.stated_as, edge.start_hour),
            *(edge.end_hour, edge.order, edge.condition, edge.note),
        )
        for passage in edge.passages:
            self._add("claim_passages", edge.id, passage)
        for kind in _LIMITS:
            for thing in getattr(edge, kind):
                self._add("claim_limits", edge.id, kind, thing)

    def properties(self) -> None:
        """The properties that were met, with their labels."""
        for name in sorted(self._predicates):
            iri = expand(name) or name.strip("<>")
            self._add("properties", name, self._wording.labels.get(iri, name))

    def about(self, graph: SkinGraph, *, inherited: bool) -> None:
        """What whoever opens the file ought to know."""
        told = {
            "dataset": "skingraph",
            "release": graph.release,
            "notice": _NOTICE,
            "inherited": "with what narrower treatments inherit, marked so in edges.kind"
            if inherited
            else "without what narrower treatments inherit: they have more cautions than stand here",
        }
        for name, value in told.items():
            self._add("about", name, value)

    def remarks(self) -> tuple[str, ...]:
        """What of sources and passages has no column."""
        if not self._left_out:
            return ()
        names = ", ".join(f"{name} ({count})" for name, count in sorted(self._left_out.items()))
        total = self._left_out.total()
        return (f"{total} statements about sources and passages have no column: {names}",)

    def _things(self, kind: str) -> Iterator[tuple[str, list[ox.Triple]]]:
        """The things of a class of ours and what is said of them, in the order of their IRIs."""
        quads = self._store.quads_for_pattern(None, _TYPE, ox.NamedNode(SKG + kind), None)
        found = {quad.subject for quad in quads}
        for iri in sorted(name.value for name in found if isinstance(name, ox.NamedNode)):
            said = {
                quad.triple
                for quad in self._store.quads_for_pattern(ox.NamedNode(iri), None, None, None)
                if quad.graph_name not in (SCHEMA_GRAPH, INFERRED_GRAPH)
            }
            yield iri, sorted(said, key=str)

    def _told(self, said: Iterable[ox.Triple], columns: Mapping[str, str]) -> dict[str, str]:
        """What is said, by column; several texts are joined, and what has no column is counted."""
        names = {iri: name for name, iri in columns.items()}
        texts: dict[str, list[str]] = {name: [] for name in columns}
        for triple in said:
            if triple.predicate == _TYPE:
                continue
            end, name = triple.object, names.get(triple.predicate.value)
            if name is None or isinstance(end, ox.Triple):
                self._left_out[short(triple.predicate.value)] += 1
            else:
                value = short(end.value) if isinstance(end, ox.NamedNode) else end.value
                texts[name].append(value)
        return {
            name: found[0] if len(found) == 1 else joined(found) for name, found in texts.items()
        }

    def _add(self, table: str, *cells: Cell | Decimal | bool) -> None:
        values = [float(cell) if isinstance(cell, Decimal) else cell for cell in cells]
        marks = ", ".join("?" * len(values))
        self._database.execute(
            f"INSERT INTO {table} VALUES ({marks})",
            [None if cell == "" else cell for cell in values],
        )
