"""How long an export takes and how much memory, beside rdflib's and networkx's writers, as ratios.

    python benchmarks/export.py
    python benchmarks/export.py --size 20000

Every writer runs in a process of its own, over the same statements, and is measured from the graph
in memory to the whole file: CPU seconds, and the memory that writing adds to the graph at its peak
(Linux tells it). rdflib gets the statements; networkx gets the nodes and edges with all attributes,
as our GraphML has them. Nobody beside us writes SQLite, so that stands alone.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.generate import write

if TYPE_CHECKING:
    from collections.abc import Callable

    from skingraph.store import SkinGraph

# What we write, and whose writer of the same format stands beside it.
RIVALS = {"nt": "rdflib", "ttl": "rdflib", "graphml": "networkx", "sqlite": ""}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--size", type=int, default=1_000_000, help="about how many statements")
    parser.add_argument("--formats", nargs="+", choices=RIVALS, default=list(RIVALS))
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        measure(*given.child)
        return
    with tempfile.TemporaryDirectory(prefix="export") as place:
        folder = Path(place)
        written = write(given.size, folder / "graph.nt")
        print(f"{written} statements; CPU seconds, and MB that writing adds to the graph's own\n")
        print(f"{'format':9}{'writer':11}{'CPU s':>9}{'MB':>9}{'file MB':>9}{'graph MB':>10}  ours")
        for format in given.formats:
            ours = measured("skingraph", format, folder)
            print_row(format, "skingraph", ours)
            if RIVALS[format]:
                theirs = measured(RIVALS[format], format, folder)
                print_row(format, RIVALS[format], theirs, ours)


def measured(writer: str, format: str, folder: Path) -> dict[str, float]:
    """What a process of its own tells of one writer."""
    command = [sys.executable, __file__, "--child", writer, format]
    told = subprocess.run(
        [*command, str(folder / "graph.nt"), str(folder / "written")],
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, float] = json.loads(told.stdout)
    return found


def print_row(
    format: str, writer: str, found: dict[str, float], ours: dict[str, float] | None = None
) -> None:
    """One line of the table; beside a rival stands how ours compares."""
    ratio = ""
    if ours is not None:
        memory = ours["added"] / found["added"] if found["added"] else 0.0
        ratio = f"  {ours['cpu'] / found['cpu']:.2f} of its time, {memory:.2f} of its memory"
    print(
        f"{format:9}{writer:11}{found['cpu']:9.2f}{found['added']:9.1f}{found['file']:9.1f}"
        f"{found['graph']:10.1f}{ratio}",
        flush=True,
    )


def measure(writer: str, format: str, source: str, target: str) -> None:
    """Make the graph, write it once, and print what that took."""
    ready = {"skingraph": by_us, "rdflib": by_rdflib, "networkx": by_networkx}[writer]
    act = ready(source, format, target)
    before = memory("VmRSS")
    # From here on the peak counts anew.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    start = time.process_time()
    act()
    found = {
        "cpu": time.process_time() - start,
        "added": max(memory("VmHWM") - before, 0.0),
        "graph": before,
        "file": Path(target).stat().st_size / 1e6,
    }
    print(json.dumps(found))


def memory(which: str) -> float:
    """The memory of this process now (VmRSS) or at its peak (VmHWM), in MB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(rf"{which}:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) / 1e3


def by_us(source: str, format: str, target: str) -> Callable[[], None]:
    """Our writer, as the command line calls it."""
    from skingraph.export import write as write_to
    from skingraph.store import graph_of

    graph = loaded(source)
    # What is imported is not what writing takes.
    write_to(graph_of([]), format, io.BytesIO())

    def act() -> None:
        with Path(target).open("wb") as file:
            write_to(graph, format, file)

    return act


def by_rdflib(source: str, format: str, target: str) -> Callable[[], None]:
    """The serialiser of rdflib for the same format."""
    import rdflib

    graph = rdflib.Graph().parse(source, format="nt")
    name = {"ttl": "turtle"}.get(format, format)

    def act() -> None:
        graph.serialize(target, format=name)

    return act


def by_networkx(source: str, format: str, target: str) -> Callable[[], None]:
    """The writer of networkx, over the nodes and edges that ours writes."""
    import networkx as nx

    from skingraph.property_graph import edges, links, nodes

    assert format == "graphml"
    graph = loaded(source)
    network: nx.MultiDiGraph[Any] = nx.MultiDiGraph()
    for node in nodes(graph):
        network.add_node(node.id, **node.attributes())
    for edge in (*edges(graph), *links(graph)):
        network.add_edge(edge.subject, edge.object, key=edge.id, **edge.attributes())
    del graph

    def act() -> None:
        nx.write_graphml(network, target)

    return act


def loaded(source: str) -> SkinGraph:
    """The statements with our schema; the rules do not run, since no export writes what they give."""
    import pyoxigraph as ox

    from skingraph.loading import ASSERTED_GRAPH, schema_files
    from skingraph.store import SkinGraph

    store = ox.Store()
    schema_files(store)
    store.bulk_load(
        path=source, format=ox.RdfFormat.N_TRIPLES, to_graph=ASSERTED_GRAPH, lenient=True
    )
    return SkinGraph(store)


if __name__ == "__main__":
    main()
