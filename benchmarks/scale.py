"""How long loading, the rules and every named question take, beside other engines, as ratios.

    python benchmarks/scale.py
    python benchmarks/scale.py --sizes 20000 200000 --engines jena --queries claims timeline

Ours is what a user has: SkinGraph.read of the file, then select. The others get the same statements
as N-Triples in one default graph, what is inferred with them; their rules are our rule files. Each
engine runs in a process of its own and is timed inside it, from the text of the query to the last
row read; they take turns at each question, so that a machine that slows down slows them all. A question is asked as it is, and once more (marked +) with the values of its
example, or with the commonest value of its first parameter; the same value for all. Before times
are compared the numbers of rows must agree. rdflib is asked up to 200 thousand statements, since
it takes hours above; maplib takes no bindings, so the values are written into the text.

Jena needs Java 17 and its Fuseki jar in .venv/java (or the folder SKINGRAPH_JAVA names); maplib
and rdflib come from PyPI. What is missing is left out, with a line that says so.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.engines import TOO_LONG, UNABLE
from benchmarks.generate import write

from skingraph.catalogue import Query, catalogue
from skingraph.questions import bind
from skingraph.resources import folder
from skingraph.store import SkinGraph

if TYPE_CHECKING:
    from collections.abc import Sequence

Times = dict[str, tuple[float, int]]

HERE = Path(__file__).parent
OTHERS = ("rdflib", "jena", "maplib")
RDFLIB_UP_TO = 200_000
RULES_WITHIN = 900.0


def main() -> None:
    """Print the tables; the exit status says whether the rows agreed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", nargs="+", type=int, default=[20_000, 200_000, 2_000_000])
    parser.add_argument("--engines", nargs="+", choices=OTHERS, default=list(OTHERS))
    parser.add_argument("--queries", nargs="+", metavar="NAME", help="only these questions")
    parser.add_argument("--limit", type=float, default=30.0, help="seconds for one question")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--worst", type=int, default=10, help="how many of the worst are shown")
    given = parser.parse_args()
    engines = [name for name in given.engines if not told_missing(name)]
    agreed = True
    with tempfile.TemporaryDirectory(prefix="scale") as place:
        for size in given.sizes:
            asked = [name for name in engines if name != "rdflib" or size <= RDFLIB_UP_TO]
            if asked != engines:
                print(f"rdflib is left out at {size}: it would take hours.")
            run = Run(Path(place), size, asked, given)
            run.prepare()
            run.print_loading()
            agreed &= run.print_answers()
    sys.exit(0 if agreed else 1)


def told_missing(engine: str) -> bool:
    """Whether an engine is missing; says so."""
    if engine != "jena":
        if find_spec(engine) is None:
            print(
                f"{engine} is left out: it is not installed. Install it with: pip install {engine}"
            )
            return True
        return False
    if not shutil.which("java"):
        print("jena is left out: there is no java.")
        return True
    if not fuseki():
        print("jena is left out: there is no jena-fuseki-server-*.jar in .venv/java.")
        return True
    return False


def fuseki() -> str:
    """The jar that holds Jena, or nothing."""
    place = Path(os.environ.get("SKINGRAPH_JAVA", HERE.parent / ".venv" / "java"))
    return next(map(str, sorted(place.glob("jena-fuseki-server-*.jar"), reverse=True)), "")


class Run:
    """One size: its files, and what each engine did with them."""

    def __init__(
        self, place: Path, size: int, engines: list[str], given: argparse.Namespace
    ) -> None:
        self.size, self.engines, self.given = size, engines, given
        self.graph = place / f"{size}.nt"
        self.whole = place / f"{size}-whole.nt"
        self.schema = place / "schema.nt"
        self.questions = place / f"{size}.tsv"
        self.rules = str(folder("ontology") / "rules")

    def prepare(self) -> None:
        """Write the graph, the graph with what is inferred, and the questions."""
        write(self.size, self.graph)
        whole = SkinGraph.read(self.graph)
        assert isinstance(whole.store, ox.Store)
        with self.whole.open("wb") as file:
            for name in whole.store.named_graphs():
                whole.store.dump(file, format=ox.RdfFormat.N_TRIPLES, from_graph=name)
        schema = ox.NamedNode("https://w3id.org/skingraph/schema#schema")
        whole.store.dump(self.schema, format=ox.RdfFormat.N_TRIPLES, from_graph=schema)
        write_questions(self.questions, self.given.queries)

    def print_loading(self) -> None:
        """A table of load, rules and memory."""
        print(f"\n{self.size} statements: loading, in seconds")
        print(
            f"{'':12}{'load':>9}{'rules':>9}{'both':>9}{'memory MB':>11}{'both, ours / theirs':>22}"
        )
        files = [str(self.graph), str(self.schema)]
        ours = 0.0
        for name in ["skingraph", *self.engines]:
            if name == "jena":
                command = [*java(), "load", self.rules, *files]
            else:
                command = [*python(), name, "load", *files, self.rules]
            times, peak = loaded(command, RULES_WITHIN)
            load, rules = times.get("load"), times.get("rules")
            if load is None or rules is None or rules[1] == UNABLE:
                why = "cannot run the rules" if rules else f"not done in {RULES_WITHIN:.0f} s"
                print(f"{name:12}{load[0] if load else 0:9.2f}  {why}")
                continue
            both = load[0] + rules[0]
            ours = ours or both
            memory = times["peak"][1] if "peak" in times else peak
            print(
                f"{name:12}{load[0]:9.2f}{rules[0]:9.2f}{both:9.2f}{memory:11}"
                + (f"{ours / both:22.3f}" if name != "skingraph" else "")
            )

    def print_answers(self) -> bool:
        """A table of ratios for each of the others; whether the rows agreed.

        The engines take turns at each question, so that a machine that slows down slows them all.
        """
        limit, runs = str(self.given.limit), str(self.given.runs)
        asked: list[tuple[str, Child]] = []
        for name in ["skingraph", *self.engines]:
            start = java() if name == "jena" else [*python(), name]
            graph = str(self.graph if name == "skingraph" else self.whole)
            asked.append((name, Child([*start, "ask", limit, runs, graph])))
        found: dict[str, Times] = {name: {} for name, _ in asked}
        for line in self.questions.read_text(encoding="utf-8").splitlines():
            what = line.split("\t")[0]
            for name, child in asked:
                answer = child.answer(line, self.given.limit)
                found[name][what] = answer or (self.given.limit, TOO_LONG)
        for _, child in asked:
            child.end()
        ours = found.pop("skingraph")
        agreed = [self._compare(name, ours, theirs) for name, theirs in found.items()]
        return all(agreed)

    def _compare(self, engine: str, ours: Times, theirs: Times) -> bool:
        ratios, unable, differ, both_late = [], [], [], []
        for name in (line.split("\t")[0] for line in self.questions.read_text().splitlines()):
            mine, other = ours.get(name), theirs.get(name)
            if mine is None or other is None or UNABLE in (mine[1], other[1]):
                unable.append(name)
            elif mine[1] == other[1] == TOO_LONG:
                both_late.append(name)
            elif mine[1] != other[1] and TOO_LONG not in (mine[1], other[1]):
                differ.append(f"{name} ({mine[1]} rows, {other[1]})")
            else:
                ratios.append((mine[0] / other[0], name, mine, other))
        print(f"\n{self.size} statements: questions, ours / {engine}")
        if not ratios:
            print("nothing to compare")
            return not differ
        ratios.sort(reverse=True)
        alone = [each[0] for each in ratios]
        print(
            f"median {statistics.median(alone):.3f}, worst {alone[0]:.3f}; "
            f"faster in {sum(ratio < 1 for ratio in alone)} of {len(alone)}"
        )
        slower = sum(ratio >= 1 for ratio in alone)
        for ratio, name, mine, other in ratios[: max(self.given.worst, slower)]:
            print(f"  {name:38}{shown(mine):>12}{shown(other):>12}{mine[1]:8} rows{ratio:9.3f}")
        if both_late:
            print(f"neither within {self.given.limit:.0f} s: {', '.join(both_late)}")
        if unable:
            print(f"not answered by {engine}: {', '.join(unable)}")
        if differ:
            print(f"NOT COMPARED, the rows differ: {'; '.join(differ)}")
        return not differ


def shown(time: tuple[float, int]) -> str:
    """Milliseconds."""
    return ("over " if time[1] == TOO_LONG else "") + f"{time[0] * 1000:.2f}"


def python() -> list[str]:
    """The command that starts engines.py."""
    return [sys.executable, str(HERE / "engines.py")]


def java() -> list[str]:
    """The command that starts Answers.java."""
    return ["java", "-Xmx8g", "-cp", fuseki(), str(HERE / "Answers.java")]


class Child:
    """An engine in a process of its own; it is started again when it had to be stopped."""

    def __init__(self, command: list[str]) -> None:
        self.command = command
        self.process: subprocess.Popen[str] | None = None

    def answer(self, line: str, limit: float) -> tuple[float, int] | None:
        """How long this took and what came, or nothing where it did not end in good time."""
        if self.process is None:
            self.process = started(self.command)
            if not self._next(RULES_WITHIN):
                return None
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        # A warm run and some counted ones, the last of which may begin just before the limit.
        return self._next(4 * limit)

    def _next(self, within: float) -> tuple[float, int] | None:
        assert self.process
        assert self.process.stdout
        clock = threading.Timer(within, self.process.kill)
        clock.start()
        line = self.process.stdout.readline()
        clock.cancel()
        if not line:
            self.end()
            return None
        _, seconds, number = line.split("\t")
        return float(seconds), int(number)

    def end(self) -> None:
        """Stop it."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None


def started(command: Sequence[str]) -> subprocess.Popen[str]:
    """A child that finds our modules, whose standard error says nothing here."""
    path = os.pathsep.join([str(HERE.parent), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"PYTHONPATH": path},
    )


def loaded(command: Sequence[str], within: float) -> tuple[Times, int]:
    """What a child that loads told in that time, and its peak of memory in MB."""
    times: Times = {}
    child = started(command)
    assert child.stdout
    clock = threading.Timer(within, child.kill)
    clock.start()
    for line in child.stdout:
        what, seconds, number = line.split("\t")
        times[what] = float(seconds), int(number)
    clock.cancel()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return times, usage.ru_maxrss // 1024


def write_questions(path: Path, only: Sequence[str] | None) -> None:
    """Every question as it is, and with a value for those that take one."""
    graph = SkinGraph.load()
    document = ox.NamedNode("https://w3id.org/skingraph/source/document-0")
    lines = []
    for query in catalogue():
        if only and query.name not in only:
            continue
        file = str(folder("queries") / query.folder / f"{query.name}.rq")
        lines.append([query.name, file])
        if values := example_values(graph, query):
            # The concepts of the shipped graph are in every generated one, its sources are not.
            known = {
                name: document if "/source/" in str(value) else value
                for name, value in values.items()
            }
            pairs = [str(part) for pair in known.items() for part in pair]
            lines.append([query.name + "+", file, *pairs])
    path.write_text("".join("\t".join(line) + "\n" for line in lines), encoding="utf-8")


def example_values(graph: SkinGraph, query: Query) -> dict[str, object]:
    """The values of a question's example, or the commonest one of its first parameter."""
    if not query.parameters:
        return {}
    words = shlex.split(query.example)
    if given := dict(word.split("=", 1) for word in words[4::2]):
        return dict(bind(graph, query, given))
    name = query.parameters[0].name
    rows = graph.select(query.text)
    at = rows.columns.index(name)
    counted = Counter(row[at] for row in rows.terms if row[at] is not None)
    return {name: counted.most_common(1)[0][0]} if counted else {}


if __name__ == "__main__":
    main()
