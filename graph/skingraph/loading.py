"""How a graph comes together: the shipped files or somebody's own, then the rules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from skingraph.memory import remembered
from skingraph.prefixes import SKG
from skingraph.resources import folder, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from skingraph.filters import ClaimFilter

SCHEMA_GRAPH: Final = ox.NamedNode(SKG + "schema")
ASSERTED_GRAPH: Final = ox.NamedNode(SKG + "asserted")
INFERRED_GRAPH: Final = ox.NamedNode(SKG + "inferred")

_SHIPPED: Final = {
    "schema": SCHEMA_GRAPH,
    "concepts": ASSERTED_GRAPH,
    "sources": ASSERTED_GRAPH,
    "claims": ASSERTED_GRAPH,
}
_CLAIM: Final = ox.NamedNode(SKG + "Claim")
_TYPE: Final = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")

# The default graph is the union of the others, and a statement in two of them would count twice.
_ONLY_NEW: Final = f"""
DELETE {{ GRAPH <{INFERRED_GRAPH.value}> {{ ?s ?p ?o }} }}
WHERE {{
  GRAPH <{INFERRED_GRAPH.value}> {{ ?s ?p ?o }}
  GRAPH ?other {{ ?s ?p ?o }}
  FILTER (?other != <{INFERRED_GRAPH.value}>)
}}
"""


def shipped() -> ox.Store:
    """The shipped graph with what is inferred; what an earlier run worked out is read again."""
    from hashlib import sha256

    parts = list(_parts())
    origin = sha256(ox.__version__.encode())
    for _, turtle in parts:
        origin.update(turtle)
    for rule in _rules():
        origin.update(rule.encode())

    def make() -> bytes:
        whole = _assembled(parts)
        infer(whole)
        return whole.dump(format=ox.RdfFormat.N_QUADS) or b""

    store = ox.Store()
    # What we wrote ourselves needs no second look at each IRI; that look is a third of the time.
    store.load(remembered(origin.hexdigest(), make), format=ox.RdfFormat.N_QUADS, lenient=True)
    return store


def shipped_and(
    paths: Iterable[str | Path], only: ClaimFilter | None
) -> tuple[ox.Store, tuple[str, ...]]:
    """The shipped graph and these files beside it, and which of them added nothing."""
    store = _assembled(_parts())
    nothing = _overlaid(store, paths)
    if only:
        only.apply(store)
    infer(store)
    return store, nothing


def from_files(
    paths: Iterable[str | Path], only: ClaimFilter | None
) -> tuple[ox.Store, bool, tuple[str, ...]]:
    """These files alone; whether they hold claims; and which of them added nothing.

    With claims each file goes into a named graph of its own, and schema and rules are added.
    Without, it is plain data and stays in the graphs that it has.
    """
    from skingraph.intake import intake

    store, nothing = ox.Store(), []
    paths = list(paths)
    for path in paths:
        before = len(store)
        store.load(intake(Path(path)), format=ox.RdfFormat.N_QUADS)
        if len(store) == before:
            nothing.append(str(path))
    if next(store.quads_for_pattern(None, _TYPE, _CLAIM, None), None) is None:
        return store, False, tuple(nothing)
    store = ox.Store()
    _add_schema(store)
    told = _overlaid(store, paths)
    if only:
        only.apply(store)
    infer(store)
    return store, True, told


def infer(store: ox.Store) -> None:
    """Run the rules, in the order of their names, into the graph of what is inferred."""
    for rule in _rules():
        inferred = store.query(rule, use_default_graph_as_union=True)
        assert isinstance(inferred, ox.QueryTriples)
        triples = inferred.serialize(format=ox.RdfFormat.N_TRIPLES)
        assert triples is not None
        store.load(triples, format=ox.RdfFormat.N_TRIPLES, to_graph=INFERRED_GRAPH)
    store.update(_ONLY_NEW)


def _parts() -> Iterator[tuple[ox.NamedNode, bytes]]:
    """Each shipped Turtle file, and the named graph it goes to."""
    ontology = folder("ontology")
    for name, graph in _SHIPPED.items():
        for file in walk(ontology / name, ".ttl"):
            yield graph, file.read_bytes()


def _assembled(parts: Iterable[tuple[ox.NamedNode, bytes]]) -> ox.Store:
    store = ox.Store()
    for graph, turtle in parts:
        store.load(turtle, format=ox.RdfFormat.TURTLE, to_graph=graph)
    return store


def _add_schema(store: ox.Store) -> None:
    for file in walk(folder("ontology") / "schema", ".ttl"):
        store.load(file.read_bytes(), format=ox.RdfFormat.TURTLE, to_graph=SCHEMA_GRAPH)


def _overlaid(store: ox.Store, paths: Iterable[str | Path]) -> tuple[str, ...]:
    """Add each file in a named graph of its own; what the store holds already is passed over."""
    from skingraph.intake import intake

    nothing = []
    for number, path in enumerate(paths, 1):
        graph = ox.NamedNode(f"urn:skingraph:overlay:{number}")
        new = [
            ox.Quad(q.subject, q.predicate, q.object, graph)
            for q in ox.parse(intake(Path(path)), format=ox.RdfFormat.N_QUADS)
            if next(store.quads_for_pattern(q.subject, q.predicate, q.object, None), None) is None
        ]
        store.extend(new)
        if not new:
            nothing.append(str(path))
    return tuple(nothing)


def _rules() -> list[str]:
    return [rule.read_text(encoding="utf-8") for rule in walk(folder("ontology") / "rules", ".rq")]
