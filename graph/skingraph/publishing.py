"""A graph sent to a SPARQL service, graph by graph, and counted there afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import pyoxigraph as ox

from skingraph.errors import BadParameter, BadQuery, ServiceFailed, SkingraphError
from skingraph.remote import Service
from skingraph.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from skingraph.store import SkinGraph

_SECONDS: Final = 600.0
_UPDATE: Final = "application/sparql-update"
_TRIPLES: Final = "application/n-triples"

# Services limit the length of a request, and Virtuoso the length of a statement.
_BATCH: Final = 500
_TOGETHER: Final = 5000


@dataclass(frozen=True, slots=True)
class Parcel:
    """The statements that belong into one named graph, as lines of N-Triples."""

    graph: str
    lines: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.lines)

    def updates(self) -> Iterator[str]:
        """The updates that insert the statements, in portions that a service takes at once.

        What names a blank node goes in one portion, since in two it would be two nodes.

        Raises:
            BadParameter: that portion would be too large.
        """
        together = [line for line in self.lines if "_:" in line and _names_blank(line)]
        if len(together) > _TOGETHER:
            raise BadParameter(
                f"<{self.graph}> has {len(together)} statements with blank nodes, too many for"
                " one update. Publish with --graph-store"
            )
        if together:
            # Not every service takes a blank node in INSERT DATA.
            inner = "\n".join(together)
            yield f"INSERT {{ GRAPH <{self.graph}> {{\n{inner}\n}} }} WHERE {{}}"
        apart = set(together)
        rest = [line for line in self.lines if line not in apart]
        for start in range(0, len(rest), _BATCH):
            inner = "\n".join(rest[start : start + _BATCH])
            yield f"INSERT DATA {{ GRAPH <{self.graph}> {{\n{inner}\n}} }}"


def parcels(graph: SkinGraph) -> list[Parcel]:
    """What is to be sent: each named graph, its statements in order.

    Raises:
        BadParameter: a statement stands in no named graph.
    """
    lines: dict[str, list[str]] = {}
    for quad in graph.store:
        if not isinstance(quad.graph_name, ox.NamedNode):
            raise BadParameter(
                "this graph holds statements outside named graphs, which would replace what the"
                " service holds. Publish a graph of claims, or name the graphs in the file"
            )
        lines.setdefault(quad.graph_name.value, []).append(f"{quad.triple} .")
    return [Parcel(name, tuple(sorted(lines[name]))) for name in sorted(lines)]


def by_graph_store(sent: list[Parcel], query_url: str, url: str) -> dict[str, int]:
    """Put each graph in place of the one there; twice is the same as once.

    Raises:
        ServiceFailed: the service refuses a graph, or holds another number of statements then.
    """
    for done, parcel in enumerate(sent):
        mark = "&" if "?" in url else "?"
        wire = Wire(f"{url}{mark}graph={quote(parcel.graph, safe='')}", seconds=_SECONDS)
        body = "\n".join((*parcel.lines, "")).encode()
        _send(wire, "PUT", body, _TRIPLES, f"{done} of {len(sent)} graphs are there", parcel.graph)
    return _counted(sent, query_url)


def by_update(sent: list[Parcel], query_url: str, url: str) -> dict[str, int]:
    """Empty each graph and insert its statements in portions; done again, it mends a broken one.

    Raises:
        BadParameter: a graph has more blank nodes than an update takes at once.
        ServiceFailed: the service refuses a portion, or holds another number of statements then.
    """
    wire = Wire(url, seconds=_SECONDS)
    for done, parcel in enumerate(sent):
        so_far = f"{done} of {len(sent)} graphs are there, this one in part"
        drop = f"DROP SILENT GRAPH <{parcel.graph}>"
        _send(wire, "POST", drop.encode(), _UPDATE, so_far, parcel.graph)
        for text in parcel.updates():
            _send(wire, "POST", text.encode(), _UPDATE, so_far, parcel.graph)
    return _counted(sent, query_url)


def _names_blank(line: str) -> bool:
    (quad,) = ox.parse(line, format=ox.RdfFormat.N_TRIPLES)
    return isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode)


def _send(wire: Wire, method: str, body: bytes, kind: str, so_far: str, graph: str) -> None:
    try:
        wire.send(method, body, kind)
    except SkingraphError as error:
        kept = type(error) if isinstance(error, ServiceFailed) else ServiceFailed
        raise kept(f"{error}. <{graph}> was being sent; {so_far}. Publish again") from error


def _counted(sent: list[Parcel], url: str) -> dict[str, int]:
    """How many statements the service counts in each graph, when they are as many as sent."""
    service = Service(url, timeout=_SECONDS)
    try:
        counts = {parcel.graph: service.size_of(ox.NamedNode(parcel.graph)) for parcel in sent}
    except BadQuery as error:
        raise ServiceFailed(f"sent, but it cannot be counted there: {error}") from error
    for parcel in sent:
        if counts[parcel.graph] != len(parcel):
            raise ServiceFailed(
                f"{service.name}: counts {counts[parcel.graph]} statements in <{parcel.graph}>,"
                f" and {len(parcel)} were sent. Publish again, or ask whether it keeps a copy"
            )
    return counts
