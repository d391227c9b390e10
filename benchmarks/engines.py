"""One engine in a process of its own, timed inside it; scale.py starts these.

    python engines.py ENGINE load GRAPH SCHEMA RULES      loads, runs the rules
    python engines.py ENGINE ask LIMIT RUNS GRAPH

A question is a line of standard input: its name, a query file, then pairs of variable and term,
with tabs between.
Prints one line for each thing done: what, seconds, number, with tabs between. The number is how
many statements or rows there are; -1 says that the limit of time was reached, -2 that the engine
cannot answer.
"""

from __future__ import annotations

import os
import select
import signal
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pyoxigraph as ox

from skingraph.binding import with_terms

if TYPE_CHECKING:
    from collections.abc import Callable

TOO_LONG, UNABLE = -1, -2
# What takes this long is asked once: by then everything is warm.
LONG = 2.0


class Engine(Protocol):
    """What is done with each of them."""

    forks: bool

    def load(self, graph: str, schema: str, rules: str) -> None:
        """Load the two files and run the rules, and tell how long each took."""

    def read(self, graph: str) -> int:
        """Load a graph that holds everything; how many statements it has."""

    def rows(self, text: str, values: dict[str, Any]) -> int:
        """Answer, read each row, and give their number."""


class Skingraph:
    """What a user of ours has: SkinGraph.read, then select."""

    # In a forked child every page that a query touches would be copied first.
    forks = False

    def load(self, graph: str, schema: str, rules: str) -> None:
        """Read the file as a user does; the rules are then run again to know their part."""
        from skingraph.loading import INFERRED_GRAPH, infer
        from skingraph.store import SkinGraph

        start = time.perf_counter()
        whole = SkinGraph.read(graph)
        seconds = time.perf_counter() - start
        store, size = whole.store, len(whole)
        tell("peak", 0.0, peak())
        assert isinstance(store, ox.Store)
        store.remove_graph(INFERRED_GRAPH)
        start = time.perf_counter()
        infer(store)
        took = time.perf_counter() - start
        tell("load", seconds - took, size)
        tell("rules", took, len(store))

    def read(self, graph: str) -> int:
        """Read the file of what is asserted; schema and rules are added to it."""
        from skingraph.store import SkinGraph

        self.graph = SkinGraph.read(graph)
        return len(self.graph)

    def rows(self, text: str, values: dict[str, Any]) -> int:
        """Ask as a user does."""
        return len(self.graph.select(text, **values))


class Rdflib:
    """rdflib's own store and SPARQL."""

    forks = True

    def load(self, graph: str, schema: str, rules: str) -> None:
        """Parse, then the same rules in the same order."""
        from rdflib import Graph

        start = time.perf_counter()
        self.graph = Graph()
        self.graph.parse(graph, format="nt")
        self.graph.parse(schema, format="nt")
        tell("load", time.perf_counter() - start, len(self.graph))
        start = time.perf_counter()
        for rule in sorted(Path(rules).glob("*.rq")):
            for triple in list(self.graph.query(rule.read_text(encoding="utf-8"))):
                assert isinstance(triple, tuple)
                self.graph.add(triple)  # type: ignore[arg-type]
        tell("rules", time.perf_counter() - start, len(self.graph))
        tell("peak", 0.0, peak())

    def read(self, graph: str) -> int:
        """Parse everything."""
        from rdflib import Graph

        self.graph = Graph()
        self.graph.parse(graph, format="nt")
        return len(self.graph)

    def rows(self, text: str, values: dict[str, Any]) -> int:
        """Ask with initial bindings."""
        from rdflib.util import from_n3

        bound: Any = {name: from_n3(str(term)) for name, term in values.items()}
        return len(list(self.graph.query(text, initBindings=bound)))


class Maplib:
    """maplib, whose rows are a data frame; it takes no bindings, so the values are written in."""

    forks = False

    def load(self, graph: str, schema: str, rules: str) -> None:
        """Read, then the same rules in the same order."""
        from maplib import Model

        start = time.perf_counter()
        self.model = Model()
        self.model.read(graph, format="ntriples")
        self.model.read(schema, format="ntriples")
        tell("load", time.perf_counter() - start, 0)
        start = time.perf_counter()
        try:
            for rule in sorted(Path(rules).glob("*.rq")):
                self.model.insert(rule.read_text(encoding="utf-8"))
            tell("rules", time.perf_counter() - start, 0)
        except BaseException as failure:
            if isinstance(failure, KeyboardInterrupt):
                raise
            tell("rules", 0.0, UNABLE)
        tell("peak", 0.0, peak())

    def read(self, graph: str) -> int:
        """Read everything."""
        from maplib import Model

        self.model = Model()
        self.model.read(graph, format="ntriples")
        return 0

    def rows(self, text: str, values: dict[str, Any]) -> int:
        """Ask; the frame is the answer."""
        whole = with_terms(text, values) if values else text
        if whole is None:
            raise ValueError("the values cannot be written into the text")
        return int(self.model.query(whole).height)


ENGINES: dict[str, type[Engine]] = {"skingraph": Skingraph, "rdflib": Rdflib, "maplib": Maplib}


def main() -> None:
    """Do what the command line says."""
    name, task, *rest = sys.argv[1:]
    engine = ENGINES[name]()
    if task == "load":
        engine.load(*rest)
        return
    limit, runs, graph = float(rest[0]), int(rest[1]), rest[2]
    tell("ready", 0.0, engine.read(graph))
    for line in sys.stdin:
        what, path, *pairs = line.rstrip("\n").split("\t")
        text = Path(path).read_text(encoding="utf-8")
        values = dict(zip(pairs[::2], map(term, pairs[1::2]), strict=True))

        def ask(text: str = text, values: dict[str, Any] = values) -> tuple[float, int]:
            return median(lambda: engine.rows(text, values), limit, runs)

        tell(what, *(in_fork(ask, limit) if engine.forks else ask()))


def term(text: str) -> Any:
    """An IRI or a literal as N-Triples writes it."""
    line = f"<urn:a> <urn:a> {text} ."
    return next(iter(ox.parse(line.encode(), format=ox.RdfFormat.N_TRIPLES))).object


def median(ask: Callable[[], int], limit: float, runs: int) -> tuple[float, int]:
    """The median of some runs after one that is not counted, and the number of rows."""
    try:
        took, rows = timed(ask)
        if took > LONG:
            return (took, rows) if took < limit else (limit, TOO_LONG)
        begun = time.perf_counter()
        times: list[float] = []
        while len(times) < runs and (not times or time.perf_counter() - begun < limit / 2):
            took, rows = timed(ask)
            times.append(took)
        return statistics.median(times), rows
    except BaseException as failure:
        # maplib panics, which is no Exception.
        if isinstance(failure, KeyboardInterrupt):
            raise
        return limit, UNABLE


def timed(ask: Callable[[], int]) -> tuple[float, int]:
    """How long it took, and what came."""
    start = time.perf_counter()
    rows = ask()
    return time.perf_counter() - start, rows


def in_fork(ask: Callable[[], tuple[float, int]], limit: float) -> tuple[float, int]:
    """The same in a forked child, which alone can be stopped in the midst of a query."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        seconds, rows = ask()
        os.write(writer, f"{seconds} {rows}".encode())
        os._exit(0)
    os.close(writer)
    try:
        ready, _, _ = select.select([reader], [], [], 2 * limit)
        if not ready:
            os.kill(child, signal.SIGKILL)
            return limit, TOO_LONG
        told = os.read(reader, 100).decode().split()
        if not told:
            return limit, UNABLE
        took, number = float(told[0]), int(told[1])
        return (took, number) if took < limit or number == UNABLE else (limit, TOO_LONG)
    finally:
        os.close(reader)
        os.waitpid(child, 0)


def peak() -> int:
    """The most memory this process and its children have had, in megabytes."""
    import resource

    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) // 1024


def tell(what: str, seconds: float, number: int) -> None:
    """Print one thing that was done."""
    print(f"{what}\t{seconds}\t{number}", flush=True)


if __name__ == "__main__":
    main()
