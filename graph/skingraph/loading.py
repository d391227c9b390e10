"""How a graph comes together: the shipped files or somebody's own, then the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from skingraph.errors import BadFile
from skingraph.mappings import ENDING, as_triples
from skingraph.memory import remembered
from skingraph.prefixes import SKG
from skingraph.resources import folder, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from skingraph.sandbox import Limits

SCHEMA_GRAPH: Final = ox.NamedNode(SKG + "schema")
ASSERTED_GRAPH: Final = ox.NamedNode(SKG + "asserted")
MAPPINGS_GRAPH: Final = ox.NamedNode(SKG + "mappings")
INFERRED_GRAPH: Final = ox.NamedNode(SKG + "inferred")
# Where an extract without claims has the edges that stand for them.
PLAIN_GRAPH: Final = ox.NamedNode(SKG + "plain")

_SHIPPED: Final = {
    "schema": SCHEMA_GRAPH,
    "concepts": ASSERTED_GRAPH,
    "sources": ASSERTED_GRAPH,
    "claims": ASSERTED_GRAPH,
    "mappings": MAPPINGS_GRAPH,
}


def shipped() -> ox.Store:
    """The shipped graph with what is inferred; what an earlier run worked out is read again."""
    from hashlib import sha256

    parts, rules = list(_parts()), rules_in_order()
    origin = sha256(ox.__version__.encode())
    for _, turtle, _ in parts:
        origin.update(turtle)
    for rule in rules:
        origin.update(rule.encode())

    def make() -> bytes:
        whole = _assembled(parts)
        infer(whole, rules)
        return whole.dump(format=ox.RdfFormat.N_QUADS) or b""

    store = ox.Store()
    # What we wrote ourselves needs no second look at each IRI; that look is a third of the time.
    store.load(remembered(origin.hexdigest(), make), format=ox.RdfFormat.N_QUADS, lenient=True)
    return store


def shipped_files(store: ox.Store) -> None:
    """Add the shipped files to a store, without what follows from them."""
    _assembled(_parts(), store)


def schema_files(store: ox.Store) -> None:
    """Add our schema to a store."""
    _assembled(_parts("schema"), store)


def infer(store: ox.Store, rules: Iterable[str] | None = None, *, in_bulk: bool = False) -> None:
    """Run the rules, in the order of their names, into the graph of what is inferred.

    Args:
        store: the statements.
        rules: the texts of the rules, where they cannot be read any more.
        in_bulk: adds what a rule gives in the way that suits a large store on disk.
    """
    load = store.bulk_load if in_bulk else store.load
    for rule in rules_in_order() if rules is None else rules:
        inferred = store.query(rule, use_default_graph_as_union=True)
        assert isinstance(inferred, ox.QueryTriples)
        triples = inferred.serialize(format=ox.RdfFormat.N_TRIPLES)
        assert triples is not None
        load(triples, format=ox.RdfFormat.N_TRIPLES, to_graph=INFERRED_GRAPH)
    _keep_what_is_new(store)


def _keep_what_is_new(store: ox.Store) -> None:
    """Drop what other graphs say too: their union is the default graph, where it would count twice.

    To ask for one statement in one graph is far faster than any pattern that joins the graphs.
    """
    others = [graph for graph in store.named_graphs() if graph != INFERRED_GRAPH]
    twice = [
        quad
        for quad in store.quads_for_pattern(None, None, None, INFERRED_GRAPH)
        if any(
            ox.Quad(quad.subject, quad.predicate, quad.object, graph) in store for graph in others
        )
    ]
    for quad in twice:
        store.remove(quad)


def infer_contained(store: ox.Store) -> None:
    """The same with data from outside, in a child with limits.

    A clique of a few hundred concepts would keep a rule busy for hours.

    Raises:
        QueryStopped: a rule took too long or too much memory.
    """
    from skingraph.sandbox import in_child

    rules = rules_in_order()

    def work() -> bytes:
        infer(store, rules)
        inferred = store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=INFERRED_GRAPH)
        return inferred or b""

    triples = in_child(work, limits_of_rules(len(store)))
    store.load(triples, format=ox.RdfFormat.N_TRIPLES, to_graph=INFERRED_GRAPH, lenient=True)


def limits_of_rules(statements: int) -> Limits:
    """How far the rules may go over so many statements, several times what ours need."""
    from skingraph.sandbox import Limits

    return Limits(
        seconds=30 + statements / 20_000,
        memory=(1 << 30) + 2000 * statements,
        answer=(64 << 20) + 400 * statements,
    )


def with_schema(store: ox.Store) -> ox.Store:
    """A store with the same statements and our schema."""
    more = ox.Store()
    schema_files(more)
    more.extend(store)
    return more


def _parts(*names: str) -> Iterator[tuple[ox.NamedNode, bytes, str]]:
    """The named graph that each shipped Turtle file goes to, its content and its name.

    Of these folders of the ontology, or of all.
    """
    ontology = folder("ontology")
    for name in names or _SHIPPED:
        for file in walk(ontology / name, ENDING if name == "mappings" else ".ttl"):
            yield _SHIPPED[name], file.read_bytes(), str(file)


def _assembled(
    parts: Iterable[tuple[ox.NamedNode, bytes, str]], store: ox.Store | None = None
) -> ox.Store:
    store = ox.Store() if store is None else store
    for graph, content, name in parts:
        turtle = as_triples(content, name) if name.endswith(ENDING) else content
        try:
            store.load(turtle, format=ox.RdfFormat.TURTLE, to_graph=graph)
        except SyntaxError as error:
            where = f"{name}:{error.lineno}:{error.offset}"
            message = " ".join(str(error).split())
            raise BadFile(f"{where}: no Turtle ({message}). Mend it there.") from error
    return store


def rules_in_order() -> list[str]:
    """The texts of the rules."""
    return [rule.read_text(encoding="utf-8") for rule in walk(folder("ontology") / "rules", ".rq")]
