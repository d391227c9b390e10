"""A SPARQL 1.1 service as a store: the calls of a pyoxigraph store, answered over HTTP.

Parameters go into the query as a block of VALUES at the start of its WHERE, so they are
terms there too. The default graph of our queries is the union of the graphs that hold our
statements; a service whose default graph is another one is told so with each query.
"""

from __future__ import annotations

import itertools
import json
from collections import deque
from copy import copy as same
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import pyoxigraph as ox

from skingraph.errors import BadQuery, ServiceFailed
from skingraph.guard import tokens_of
from skingraph.mentions import has_dataset_clause
from skingraph.prefixes import SKG
from skingraph.sandbox import Limits, in_child
from skingraph.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Self

    from skingraph.tokens import Token

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple

_ROWS: Final = "application/sparql-results+json"
_TRIPLES: Final = "application/n-triples"
_OURS: Final = tuple(
    ox.NamedNode(SKG + name) for name in ("schema", "asserted", "mappings", "inferred")
)
_OVERLAY: Final = "urn:skingraph:"

# Where our statements are: in graphs of our names, and wherever a claim is.
_GRAPHS: Final = f"""
PREFIX skg: <{SKG}>
SELECT DISTINCT ?g WHERE {{
  {{ VALUES ?g {{ {" ".join(map(str, _OURS))} }} GRAPH ?g {{ ?s ?p ?o }} }}
  UNION
  {{ GRAPH ?g {{ ?claim a skg:Claim }} }}
}}
"""
_ALL_GRAPHS: Final = "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }"
_HAS_CLAIM: Final = f"ASK {{ ?claim a <{SKG}Claim> }}"

_BOOLEAN: Final = b"XMLSchema#boolean"

Answer = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples


class Service:
    """A service at an address, asked when a query needs it and not before.

    Raises:
        BadParameter: the address is none.
    """

    def __init__(self, url: str, *, timeout: float = 60.0) -> None:
        self._wire = Wire(url, seconds=timeout)
        self._graphs: tuple[ox.NamedNode, ...] | None = None
        self._copy: ox.Store | None = None

    @property
    def name(self) -> str:
        """The address, without what is secret in it."""
        return self._wire.name

    def within(self, limits: Limits) -> Self:
        """The same service, asked under other limits of time and of the size of an answer."""
        self.graphs()
        other = same(self)
        other._wire = self._wire.within(limits.seconds, limits.answer)
        return other

    def query(
        self,
        query: str,
        *,
        base_iri: str | None = None,
        prefixes: Mapping[str, str] | None = None,
        use_default_graph_as_union: bool = False,
        substitutions: Mapping[ox.Variable, Term] | None = None,
    ) -> Answer:
        """The answer of the service, in the form in which pyoxigraph gives its own.

        Raises:
            BadQuery: the service refuses the query, or it lacks a bound variable.
            QueryStopped: the service, or the time allowed here, is exhausted.
            ServiceFailed: the service cannot be reached, or what it says is no answer.
        """
        tokens = tokens_of(query)
        if substitutions:
            query = with_values(query, tokens, substitutions)
        query = _prologue(tokens, prefixes or {}, base_iri) + query
        chosen: list[ox.NamedNode] = []
        if use_default_graph_as_union and not has_dataset_clause(query):
            chosen = list(self.graphs())
        return self._answer(query, _form_of(tokens), chosen)

    def quads_for_pattern(
        self,
        subject: ox.NamedNode | ox.BlankNode | ox.Triple | None,
        predicate: ox.NamedNode | None,
        object: Term | None,
        graph_name: ox.NamedNode | ox.DefaultGraph | ox.BlankNode | None = None,
    ) -> Iterator[ox.Quad]:
        """The statements of this form, each in its graph."""
        if self._copy is not None:
            yield from self._copy.quads_for_pattern(subject, predicate, object, graph_name)
            return
        terms = {"s": subject, "p": predicate, "o": object}
        values = " ".join(
            f"VALUES ?{name} {{ {term} }}" for name, term in terms.items() if term is not None
        )
        graphs = self.graphs()
        if graph_name is not None:
            graphs = tuple(graph for graph in graphs if graph == graph_name)
        elif not graphs:
            pattern = f"SELECT ?s ?p ?o {{ {values} ?s ?p ?o }}"
            for s, p, o in self._select(pattern):
                yield ox.Quad(s, p, o)
            return
        if not graphs:
            return
        names = " ".join(map(str, graphs))
        pattern = (
            f"SELECT ?s ?p ?o ?g {{ VALUES ?g {{ {names} }} {values} GRAPH ?g {{ ?s ?p ?o }} }}"
        )
        for s, p, o, g in self._select(pattern):
            yield ox.Quad(s, p, o, g)

    def named_graphs(self) -> Iterator[ox.NamedNode]:
        """The graphs that hold our statements."""
        return iter(self.graphs())

    def __iter__(self) -> Iterator[ox.Quad]:
        return iter(self.copy())

    def __len__(self) -> int:
        if self._copy is not None:
            return len(self._copy)
        return sum(self.size_of(graph) for graph in self.graphs() or (None,))

    def copy(self) -> ox.Store:
        """All our statements in a store in memory, fetched once.

        Raises:
            ServiceFailed: the service gives fewer than it counts.
        """
        if self._copy is None:
            whole = ox.Store()
            for graph in self.graphs() or (None,):
                for triple in self._statements(graph):
                    where = graph or ox.DefaultGraph()
                    whole.add(ox.Quad(triple.subject, triple.predicate, triple.object, where))
            self._copy = whole
        return self._copy

    def graphs(self) -> tuple[ox.NamedNode, ...]:
        """The named graphs that hold our statements; none where the default graph does."""
        if self._graphs is None:
            found = [graph for (graph,) in self._select(_GRAPHS)]
            if not all(graph in _OURS or graph.value.startswith(_OVERLAY) for graph in found):
                # Under other names they may be spread over graphs without a claim.
                found = [graph for (graph,) in self._select(_ALL_GRAPHS)]
            if set(_OURS).isdisjoint(found) and (not found or self._ask(_HAS_CLAIM)):
                found = []
            kept = (graph for graph in found if isinstance(graph, ox.NamedNode))
            self._graphs = tuple(sorted(kept, key=str))
        return self._graphs

    def _statements(self, graph: ox.NamedNode | None) -> list[ox.Triple]:
        inner = "?s ?p ?o" if graph is None else f"GRAPH {graph} {{ ?s ?p ?o }}"
        answer = self._answer(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {inner} }}", "CONSTRUCT", [])
        assert isinstance(answer, ox.QueryTriples)
        triples, size = list(answer), self.size_of(graph)
        if len(triples) != size:
            raise ServiceFailed(
                f"{self.name}: gives {len(triples)} of {size} statements at once. Raise its limit"
                " of rows, or load the data here: skingraph load FILE --store DIR"
            )
        return triples

    def size_of(self, graph: ox.NamedNode | None) -> int:
        """How many statements a graph, or the default one, holds by the service's own count."""
        inner = "?s ?p ?o" if graph is None else f"GRAPH {graph} {{ ?s ?p ?o }}"
        for (count,) in self._select(f"SELECT (COUNT(*) AS ?n) WHERE {{ {inner} }}"):
            return int(count.value)
        return 0

    def _select(self, query: str) -> ox.QuerySolutions:
        answer = self._answer(query, "SELECT", [])
        assert isinstance(answer, ox.QuerySolutions)
        return answer

    def _ask(self, query: str) -> bool:
        return bool(self._answer(query, "ASK", []))

    def _answer(self, query: str, form: str, graphs: list[ox.NamedNode]) -> Answer:
        fields = [("query", query)]
        for graph in graphs:
            fields += [("default-graph-uri", graph.value), ("named-graph-uri", graph.value)]
        is_graph = form in ("CONSTRUCT", "DESCRIBE")
        body = self._wire.post(
            urlencode(fields).encode(),
            "application/x-www-form-urlencoded",
            accept=_TRIPLES if is_graph else _ROWS,
        )
        read = _triples if is_graph else _results
        if not is_graph and _BOOLEAN in body:
            body = _canonical(body)
        # What a stranger sends is parsed where it can break nothing, and then once more here.
        try:
            in_child(lambda: bytes(bool(read(body, whole=True))), Limits(seconds=120))
        except BadQuery as error:
            raise ServiceFailed(
                f"{self.name}: the answer is cut off or damaged ({error}). Ask again"
            ) from error
        answer = read(body)
        if form == "ASK" and isinstance(answer, ox.QuerySolutions):
            answer = _yes_or_no(answer)
        expected = {"SELECT": ox.QuerySolutions, "ASK": ox.QueryBoolean}.get(form)
        if expected and not isinstance(answer, expected):
            raise ServiceFailed(f"{self.name}: gives no answer to {form}. Ask another service")
        return answer


def with_values(
    query: str, tokens: Sequence[Token], substitutions: Mapping[ox.Variable, Term]
) -> str:
    """A query in which these variables have these values.

    They stand where the pattern begins, so that the service starts from them; a variable that the
    query itself computes gets its value after that.

    Raises:
        BadQuery: the query's projection lacks a variable, or a value is a blank node.
    """
    opening, projected = _outline(tokens)
    start: list[str] = []
    end: list[str] = []
    for variable, term in substitutions.items():
        name = variable.value
        if isinstance(term, ox.BlankNode | ox.Triple):
            raise BadQuery(f"{name}: a blank node means nothing to a service. Bind an IRI")
        if projected is not None and name not in projected:
            raise BadQuery(f"the query does not parse: ?{name} is not in its projection")
        block = f"VALUES ?{name} {{ {term} }}"
        (end if _is_computed(tokens, name) else start).append(block)
    if opening is None or not (start or end):
        return query
    if end and len(substitutions) > 1:
        # A query ends with one block only.
        names = " ".join(f"?{variable.value}" for variable in substitutions)
        terms = " ".join(map(str, substitutions.values()))
        start, end = [], [f"VALUES ({names}) {{ ({terms}) }}"]
    head = query[: opening + 1]
    tail = query[opening + 1 :]
    return "".join(
        [head, *(f" {block}" for block in start), tail, *(f"\n{block}" for block in end)]
    )


def _outline(tokens: Sequence[Token]) -> tuple[int | None, set[str] | None]:
    """Where the outermost pattern opens; what is projected, None for everything."""
    form = _form_of(tokens)
    words = [token.text.upper() if token.kind == "word" else token.text for token in tokens]
    place = words.index(form) + 1 if form in words else len(words)
    if form == "CONSTRUCT":
        if words[place : place + 1] != ["{"]:
            # CONSTRUCT WHERE takes plain patterns only.
            return None, None
        while words[place] != "}":
            place += 1
    opening = place
    while opening < len(words) and words[opening] != "{":
        opening += 1
    projected: set[str] | None = None
    if form == "SELECT" and "*" not in _top_level(words[place:opening]):
        named = _top_level(words[place:opening])
        computed = [words[at + 1] for at in range(place, opening - 1) if words[at] == "AS"]
        projected = {word[1:] for word in (*named, *computed) if word[:1] in "?$"}
    return (tokens[opening].start if opening < len(tokens) else None), projected


def _top_level(words: list[str]) -> list[str]:
    """The words that stand in no round brackets."""
    kept, depth = [], 0
    for word in words:
        depth += (word == "(") - (word == ")")
        if depth == 0 and word != ")":
            kept.append(word)
    return kept


def _is_computed(tokens: Sequence[Token], name: str) -> bool:
    """Whether the outermost pattern or the projection gives a variable its value."""
    depth, before = 0, ""
    for token in tokens:
        depth += (token.text == "{") - (token.text == "}")
        if depth <= 1 and before == "AS" and token.text[1:] == name:
            return True
        before = token.text.upper() if token.kind == "word" else ""
    return False


def _form_of(tokens: Sequence[Token]) -> str:
    for token in tokens:
        word = token.text.upper()
        if token.kind == "word" and word in ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE"):
            return word
    return "SELECT"


def _prologue(tokens: Sequence[Token], prefixes: Mapping[str, str], base: str | None) -> str:
    """Declarations of what a query uses and does not declare, on the line on which it begins."""
    words = [token.text for token in tokens]
    declared = {name for word, name in itertools.pairwise(words) if word.upper() == "PREFIX"}
    used = {f"{token.text.partition(':')[0]}:" for token in tokens if token.kind == "name"}
    lines = [
        f"PREFIX {prefix}: <{namespace}> "
        for prefix, namespace in prefixes.items()
        if f"{prefix}:" in used - declared
    ]
    return "".join([f"BASE <{base}> "] * bool(base) + lines)


def _results(body: bytes, *, whole: bool = False) -> ox.QuerySolutions | ox.QueryBoolean:
    try:
        results = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
        if whole and isinstance(results, ox.QuerySolutions):
            deque(results, maxlen=0)
    except (SyntaxError, ValueError, OSError) as error:
        raise BadQuery(" ".join(str(error).split())) from error
    return results


def _canonical(body: bytes) -> bytes:
    """The same results with true and false written so; Virtuoso writes 1 and 0."""

    def written(term: dict[str, object]) -> dict[str, object]:
        word = {"1": "true", "0": "false"}.get(str(term.get("value")))
        if word and str(term.get("datatype")).endswith("XMLSchema#boolean"):
            return term | {"value": word}
        return term

    try:
        return json.dumps(json.loads(body, object_hook=written)).encode()
    except (ValueError, RecursionError):
        # Whoever parses it next says what is wrong with it.
        return body


def _yes_or_no(rows: ox.QuerySolutions) -> ox.QuerySolutions | ox.QueryBoolean:
    """Virtuoso answers ASK with a row that holds a number."""
    names = [variable.value for variable in rows.variables]
    if names != ["__ASK_RETVAL"]:
        return rows
    is_so = any(row[0] is not None and row[0].value != "0" for row in rows)
    return _results(b'{"head":{},"boolean":%s}' % (b"true" if is_so else b"false"))


def _triples(body: bytes, *, whole: bool = False) -> ox.QueryTriples:
    if body.strip() and not body.rstrip().endswith(b"."):
        raise BadQuery("its last statement does not end")
    store = ox.Store()
    try:
        store.extend(
            ox.Quad(quad.subject, quad.predicate, quad.object)
            for quad in ox.parse(body, format=ox.RdfFormat.N_TRIPLES)
        )
    except SyntaxError as error:
        raise BadQuery(" ".join(str(error).split())) from error
    answer = store.query("CONSTRUCT WHERE { ?s ?p ?o }")
    assert isinstance(answer, ox.QueryTriples)
    return answer
