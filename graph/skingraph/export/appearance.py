"""How nodes and edges look in a drawing: the colour of a kind, a place by lanes, a line by certainty."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Final

from skingraph.lanes import LANES, Lane, place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from skingraph.property_graph import Edge, Node, PropertyGraph

# Above this many nodes a layout that minds the edges takes seconds.
_MINDED: Final = 600
_ROWS: Final = 60
_ACROSS, _DOWN = 254, 46
REFUTED, INHERITED, PLAIN = "#b3171e", "#8a939c", "#525c68"


@cache
def colours() -> dict[str, str]:
    """The colour of each kind on a light ground, as maps and pages show it."""
    from importlib.resources import files

    text = (files("skingraph") / "templates" / "palette.css").read_text("utf-8")
    light = text.partition("@media")[0]
    return dict(re.findall(r"\.(\w+) \{ --c: (#[0-9a-f]{6}); \}", light))


def kind_of(node: Node) -> str:
    """The one kind by which a thing of several is drawn: the first in the order of the lanes."""
    for lane in LANES:
        for kind in node.kinds:
            if kind in lane.kinds:
                return kind
    return node.kinds[0] if node.kinds else "Other"


def colour_of(node: Node) -> str:
    """The colour of a thing's kind, such as "#1c5fed"."""
    palette = colours()
    return palette.get(kind_of(node), palette["Other"])


def line_colour(edge: Edge) -> str:
    """The colour of an edge: of a denial, of what is inherited, of the rest."""
    return REFUTED if edge.refuted else INHERITED if edge.inherited else PLAIN


def manners(edge: Edge) -> tuple[str, ...]:
    """What keeps an edge from being a flat statement: refuted, hedged, inherited."""
    found = {"refuted": edge.refuted, "hedged": edge.hedged, "inherited": edge.inherited}
    return tuple(manner for manner, is_so in found.items() if is_so)


class Places:
    """Where each node stands: in the lanes of the maps; y grows downwards.

    A small graph is laid out as a map is, linked things near each other. In a large one the lanes
    are filled in the order in which the nodes come.
    """

    def __init__(self, graph: PropertyGraph) -> None:
        self._filled: Counter[str] = Counter()
        self._placed: dict[str, tuple[float, float]] = {}
        self._left: dict[str, int] = {}
        if graph.has_at_most(_MINDED):
            self._placed = _minded(graph.nodes(), graph.edges())

    def of(self, node: Node) -> tuple[float, float]:
        """The place of the next node."""
        if node.id in self._placed:
            return self._placed[node.id]
        lane = _lane(node)
        count = self._filled[lane.name]
        self._filled[lane.name] += 1
        # Every lane has its own range of columns, each a little set off to tell them apart.
        column, row = divmod(count, _ROWS)
        at = LANES.index(lane) + column * len(LANES)
        return float(at * _ACROSS), float(row * _DOWN)


def _minded(nodes: Iterable[Node], edges: Iterable[Edge]) -> dict[str, tuple[float, float]]:
    things = {node.id: (_lane(node), node.label, "") for node in nodes}
    layout = place(things, [(edge.subject, edge.object) for edge in edges])
    return {name: (float(card.x), float(card.y)) for name, card in layout.cards.items()}


def _lane(node: Node) -> Lane:
    kind = kind_of(node)
    return next((lane for lane in LANES if kind in lane.kinds), LANES[-1])
