"""How a graph comes together: the shipped files or somebody's own, then the rules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from skingraph.errors import BadFile
from skingraph.memory import remembered
from skingraph.prefixes import PREFIXES, SKG, curie
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
_OURS_ALONE: Final = frozenset(
    ox.NamedNode(PREFIXES["skos"] + name) for name in ("prefLabel", "definition")
)
_WORDS: Final = _OURS_ALONE | {
    ox.NamedNode(PREFIXES["rdfs"] + name) for name in ("label", "comment")
}
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

    parts, rules = list(_parts()), _rules()
    origin = sha256(f"{ox.__version__} {_ONLY_NEW}".encode())
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


def shipped_and(
    paths: Iterable[str | Path], only: ClaimFilter | None
) -> tuple[ox.Store, tuple[str, ...]]:
    """The shipped graph and these files beside it, and which of them added nothing.

    Raises:
        BadFile: a file cannot be read, or would change what a shipped source says.
    """
    files = _taken_in(paths)
    store = _assembled(_parts())
    nothing = _overlaid(store, files)
    if only:
        only.apply(store)
    if len(nothing) == len(files):
        infer(store)
    else:
        _infer_contained(store)
    return store, nothing


def from_files(
    paths: Iterable[str | Path], only: ClaimFilter | None
) -> tuple[ox.Store, bool, tuple[str, ...]]:
    """These files alone; whether they hold claims; and which of them added nothing.

    With claims each file goes into a named graph of its own, and schema and rules are added.
    Without, it is plain data and stays in the graphs that it has.
    """
    files = _taken_in(paths)
    store, nothing = ox.Store(), []
    for path, content in files:
        before = len(store)
        store.load(content, format=ox.RdfFormat.N_QUADS)
        if len(store) == before:
            nothing.append(path)
    if next(store.quads_for_pattern(None, _TYPE, _CLAIM, None), None) is None:
        return store, False, tuple(nothing)
    store = _assembled(_parts("schema"))
    told = _overlaid(store, files)
    if only:
        only.apply(store)
    _infer_contained(store)
    return store, True, told


def infer(store: ox.Store, rules: Iterable[str] | None = None) -> None:
    """Run the rules, in the order of their names, into the graph of what is inferred."""
    for rule in _rules() if rules is None else rules:
        inferred = store.query(rule, use_default_graph_as_union=True)
        assert isinstance(inferred, ox.QueryTriples)
        triples = inferred.serialize(format=ox.RdfFormat.N_TRIPLES)
        assert triples is not None
        store.load(triples, format=ox.RdfFormat.N_TRIPLES, to_graph=INFERRED_GRAPH)
    store.update(_ONLY_NEW)


def _infer_contained(store: ox.Store) -> None:
    """The same with data from outside, in a child with limits.

    A clique of a few hundred concepts would keep a rule busy for hours.
    """
    from skingraph.sandbox import Limits, in_child

    rules = _rules()

    def work() -> bytes:
        infer(store, rules)
        inferred = store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=INFERRED_GRAPH)
        return inferred or b""

    triples = in_child(work, Limits(seconds=30.0))
    store.load(triples, format=ox.RdfFormat.N_TRIPLES, to_graph=INFERRED_GRAPH)


def with_schema(store: ox.Store) -> ox.Store:
    """A store with the same statements and our schema."""
    more = _assembled(_parts("schema"))
    more.extend(store)
    return more


def _parts(*names: str) -> Iterator[tuple[ox.NamedNode, bytes, str]]:
    """The named graph that each shipped Turtle file goes to, its content and its name.

    Of these folders of the ontology, or of all.
    """
    ontology = folder("ontology")
    for name in names or _SHIPPED:
        for file in walk(ontology / name, ".ttl"):
            yield _SHIPPED[name], file.read_bytes(), str(file)


def _assembled(parts: Iterable[tuple[ox.NamedNode, bytes, str]]) -> ox.Store:
    store = ox.Store()
    for graph, turtle, name in parts:
        try:
            store.load(turtle, format=ox.RdfFormat.TURTLE, to_graph=graph)
        except SyntaxError as error:
            where = f"{name}:{error.lineno}:{error.offset}"
            message = " ".join(str(error).split())
            raise BadFile(f"{where}: no Turtle ({message}). Mend it there.") from error
    return store


def _taken_in(paths: Iterable[str | Path]) -> list[tuple[str, bytes]]:
    """Each file's name and its content as N-Quads, read in a child of its own."""
    from skingraph.intake import intake

    return [(str(path), intake(Path(path))) for path in paths]


def _overlaid(store: ox.Store, files: Iterable[tuple[str, bytes]]) -> tuple[str, ...]:
    """Add each file in a named graph of its own; what the store holds already is passed over."""
    nothing = []
    for number, (path, content) in enumerate(files, 1):
        graph = ox.NamedNode(f"urn:skingraph:overlay:{number}")
        new = [
            ox.Quad(q.subject, q.predicate, q.object, graph)
            for q in ox.parse(content, format=ox.RdfFormat.N_QUADS)
            if next(store.quads_for_pattern(q.subject, q.predicate, q.object, None), None) is None
        ]
        for quad in new:
            _refuse_to_change_ours(store, quad, path)
        store.extend(new)
        if not new:
            nothing.append(path)
    return tuple(nothing)


def _refuse_to_change_ours(store: ox.Store, quad: ox.Quad, path: str) -> None:
    """A file may add claims and concepts, and synonyms to ours; what ours say stays as it is."""
    subject = quad.subject
    ours = next(store.quads_for_pattern(subject, None, None, ASSERTED_GRAPH), None)
    of_schema = next(store.quads_for_pattern(subject, None, None, SCHEMA_GRAPH), None)
    if ours is None and of_schema is None:
        return
    if _is_translation(quad):
        return
    name = curie(getattr(subject, "value", ""))
    is_concept = not name.startswith(("claim:", "passage:", "source:"))
    if of_schema is None and is_concept and quad.predicate not in _OURS_ALONE:
        return
    raise BadFile(
        f"{path}: gives {name} another {curie(quad.predicate.value)}, and {name} is shipped. "
        "Say it of a claim or a concept of your own."
    )


def _is_translation(quad: ox.Quad) -> bool:
    """Whether it is a name or a meaning in another language than the English of ours."""
    language = quad.object.language if isinstance(quad.object, ox.Literal) else None
    return (
        quad.predicate in _WORDS and language is not None and language.lower().split("-")[0] != "en"
    )


def _rules() -> list[str]:
    return [rule.read_text(encoding="utf-8") for rule in walk(folder("ontology") / "rules", ".rq")]
