"""What a worker is asked to do, and how it does it.

Whatever a job needs is loaded by `prepare`, before the worker is made: it can open nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from skingraph import pages
from skingraph.catalogue import Query, catalogue
from skingraph.dataset import NAMESPACES, describe
from skingraph.errors import BadParameter, BadQuery, UnknownName, UnknownQuery, did_you_mean
from skingraph.guard import check_query
from skingraph.mentions import check_iris, has_dataset_clause, names_service
from skingraph.prefixes import PREFIXES
from skingraph.questions import bind, why_empty
from skingraph.tables import printable
from skingraph.web.answers import Answer
from skingraph.web.description import service_description
from skingraph.web.negotiation import GRAPHS, HTML, TABLES, chosen, wanted_in_words
from skingraph.web.written import (
    TooLarge,
    unacceptable,
    write_graph,
    write_results,
    write_table,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from skingraph.store import SkinGraph
    from skingraph.web.frames import Header
    from skingraph.web.worker import Work

# What gives something else each time it is asked.
_FLEETING: Final = re.compile(r"\b(RAND|NOW|UUID|STRUUID|BNODE|SERVICE)\b", re.IGNORECASE)
_LONGEST_NOTE: Final = 600
_QUESTIONS: Final = "/queries/"
# Stands for the address of the service until a request tells it.
_SOMEWHERE: Final = "http://somewhere.invalid/"
# More statements take longer to count than anybody waits for a service to begin.
_COUNTED: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class Offer:
    """What the service gives: the graph, the hosts that SERVICE may name, the size of an answer."""

    graph: SkinGraph
    services: tuple[str, ...] = ()
    largest: int = 32 << 20
    seconds: float = 5.0
    memory: int = 512 << 20


def prepare(offer: Offer) -> Callable[[bool], Work]:
    """Load all that jobs need; gives what makes the work of a new worker."""
    questions = {query.name: query for query in catalogue()}
    pages.prepare(offer.graph)
    described = _described(offer.graph)
    warm = _Desk(offer, offer.graph, questions, described, is_open=False)
    # Whatever is imported at its first use is imported here.
    for question in ('SELECT * { ?x a "1" }', 'ASK { FILTER REGEX("", "(") }', "nonsense", "FROM"):
        warm.work({"kind": "query", "text": question})
    for query in questions.values():
        if query.parameters:
            warm.work(
                {
                    "kind": "named",
                    "name": query.name,
                    "values": {query.parameters[0].name: "no such name"},
                }
            )
            break
    for format in TABLES:
        warm.work({"kind": "named", "name": next(iter(questions)), "format": format.name})
    for kind in ("description", "void"):
        warm.work({"kind": kind, "base": "http://localhost/"})

    def make(is_open: bool) -> Work:
        # A store on disk reads its files, which the descriptors of its first opener lead to.
        reopened = offer.graph.reopened
        return _Desk(offer, reopened(), questions, described, is_open=is_open).work

    return make


def _described(graph: SkinGraph) -> str:
    """The description of the dataset as N-Triples, sorted; nothing for a very large one."""
    if len(graph) > _COUNTED:
        return ""
    lines = {f"{quad.triple} .\n" for quad in describe(graph, base=_SOMEWHERE).store}
    return "".join(sorted(lines))


class _Desk:
    """Where jobs are done, in a worker."""

    def __init__(
        self,
        offer: Offer,
        graph: SkinGraph,
        questions: dict[str, Query],
        described: str,
        *,
        is_open: bool,
    ) -> None:
        self.offer = offer
        self.graph = graph
        self.questions = questions
        self.is_open = is_open
        self.release = graph.release
        self.described = described
        # People ask the same again; its tokens are not read again.
        self.checked = lru_cache(64)(self._check)
        self.kinds: dict[str, Callable[[dict[str, Any]], Answer]] = {
            "ping": lambda _: Answer("answered", body=b"ready"),
            "query": self._query,
            "named": self._named,
            "page": self._page,
            "thing": self._thing,
            "description": self._description,
            "void": self._void,
        }

    def work(self, job: Header) -> tuple[Header, bytes]:
        """The answer to a job; an error of ours, and what the engine raises, is one as well."""
        try:
            answer = self.kinds[job["kind"]](job)
        except TooLarge:
            most = self.offer.largest >> 20
            answer = Answer(
                "size", f"the answer is larger than {most} MB; narrow the query, or set a LIMIT"
            )
        except MemoryError:
            most = self.offer.memory >> 20
            answer = Answer(
                "memory", f"stopped at {most} MB of memory; narrow it, or ask for fewer rows"
            )
        except UnknownQuery as error:
            answer = Answer("missing", str(error))
        except (BadQuery, BadParameter, UnknownName) as error:
            answer = Answer("bad", str(error))
        except SyntaxError as error:
            where = f"{error.lineno}:{error.offset}: " if error.lineno else ""
            answer = Answer("bad", f"{where}the query does not parse: {_one_line(error.msg)}")
        # What the engine raises when it panics is no Exception; a broken job breaks no worker.
        except BaseException as error:  # noqa: BLE001
            answer = Answer("bad", f"the query cannot be answered: {_one_line(str(error))}")
        return answer.to_frame()

    def _check(self, text: str) -> tuple[bool, bool]:
        """Whether a query says FROM, and whether it asks another machine, if it may at all."""
        services = self.offer.services
        check_query(text, services=services)
        check_iris(text)
        return has_dataset_clause(text), bool(services) and names_service(text)

    def _query(self, job: dict[str, Any]) -> Answer:
        text: str = job["text"]
        has_from, asks_away = self.checked(text)
        if asks_away and not self.is_open:
            return Answer("open")
        chooses = job.get("default") is not None
        is_union = self.graph.union and not has_from
        results = self.graph.store.query(
            text,
            prefixes=PREFIXES,
            use_default_graph_as_union=is_union and not chooses,
            default_graph=_named_nodes(job["default"]) if chooses else None,
            named_graphs=_named_nodes(job["named"]) if chooses else None,
        )
        accept, name = job.get("accept", ""), job.get("format", "")
        if isinstance(results, ox.QueryTriples):
            answer = write_graph(results, accept, name, self.offer.largest)
        else:
            answer = write_results(results, accept, name, self.offer.largest)
        return self._noted(answer, text)

    def _named(self, job: dict[str, Any]) -> Answer:
        query = self._question(job["name"])
        terms = bind(self.graph, query, job.get("values", {}))
        results = self.graph.query(query.text, terms)
        accept, name = job.get("accept", ""), job.get("format", "")
        if isinstance(results, ox.QuerySolutions):
            answer = write_table(results, accept, name, self.offer.largest)
        elif isinstance(results, ox.QueryBoolean):
            answer = write_results(results, accept, name, self.offer.largest)
        else:
            answer = write_graph(results, accept, name, self.offer.largest)
        return self._noted(answer, query.text)

    def _question(self, name: str) -> Query:
        query = self.questions.get(name)
        if query is None:
            raise UnknownQuery(f"no query is called {name!r}.{did_you_mean(name, self.questions)}")
        return query

    def _page(self, job: dict[str, Any]) -> Answer:
        """A page that is no thing's: for people only."""
        path: str = job["path"]
        if path.startswith(_QUESTIONS) and path != _QUESTIONS:
            self._question(path.removeprefix(_QUESTIONS))
        text = pages.page(self.graph, path, params=job.get("values") or None)
        return _missing() if text is None else _html(text, self.offer.largest)

    def _thing(self, job: dict[str, Any]) -> Answer:
        """A concept, a claim, a source, a passage or the schema, for people or for machines."""
        path = job["path"]
        iri = pages.subject_of(self.graph, path)
        if iri is None:
            return _missing()
        choice = chosen((HTML, *GRAPHS), job.get("accept", ""), job.get("format", ""))
        if choice is None:
            return unacceptable(wanted_in_words((HTML, *GRAPHS)))
        if choice[0] is HTML:
            text = pages.page(self.graph, path)
            return _missing() if text is None else _html(text, self.offer.largest)
        part = pages.statements_about(self.graph, iri)
        triples = sorted((quad.triple for quad in part.store), key=str)
        return write_graph(triples, choice[1], "", self.offer.largest)

    def _description(self, job: dict[str, Any]) -> Answer:
        triples = service_description(
            self.graph,
            job["base"] + "sparql",
            seconds=self.offer.seconds,
            has_services=bool(self.offer.services),
        )
        return self._graph(triples, job)

    def _void(self, job: dict[str, Any]) -> Answer:
        """The description of the dataset, as it was counted when the service began."""
        if not self.described:
            return Answer("missing", "this graph is too large to be described while it is served")
        text = self.described.replace(_SOMEWHERE, job["base"])
        return self._graph(ox.parse(text, format=ox.RdfFormat.N_TRIPLES), job)

    def _graph(self, statements: Iterable[ox.Triple | ox.Quad], job: dict[str, Any]) -> Answer:
        triples = (one.triple if isinstance(one, ox.Quad) else one for one in statements)
        accept, name = job.get("accept", ""), job.get("format", "")
        return write_graph(triples, accept, name, self.offer.largest, PREFIXES | NAMESPACES)

    def _noted(self, answer: Answer, text: str) -> Answer:
        """The answer with what belongs to it: words for an empty one, and whether it will last."""
        if answer.outcome != "answered":
            return answer
        note = ""
        if not answer.count:
            where = f"release {self.release}" if self.release else "this graph"
            reasons = why_empty(self.graph, text)
            note = f"no claim found in {where}; that is no evidence of safety" + (
                f". Likely: {'; '.join(reasons)}." if reasons else "."
            )
        return Answer(
            answer.outcome,
            body=answer.body,
            media=answer.media,
            count=answer.count,
            note=printable(note)[:_LONGEST_NOTE],
            is_lasting=_FLEETING.search(text) is None,
        )


def _named_nodes(iris: Iterable[str]) -> list[Any]:
    try:
        return [ox.NamedNode(iri) for iri in iris]
    except ValueError as error:
        raise BadParameter(
            "the name of a graph is no IRI; write default-graph-uri and named-graph-uri in full"
        ) from error


def _html(text: str, most: int) -> Answer:
    body = text.encode()
    if len(body) > most:
        raise TooLarge
    return Answer("answered", body=body, media=HTML.media[0])


def _missing() -> Answer:
    return Answer("missing", "nothing in the graph has this address; find names at /concepts")


def _one_line(text: str) -> str:
    return " ".join(text.split())
