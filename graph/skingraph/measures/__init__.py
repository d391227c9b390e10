"""The measures of the network by name, each as rows with labels and the claims they rest on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from skingraph.errors import BadParameter, UnknownName, did_you_mean
from skingraph.measures.rows import (
    Measured,
    Settings,
    alike_rows,
    alone_rows,
    best_rows,
    bridges_rows,
    communities_rows,
    shortest_rows,
)
from skingraph.network import supporting
from skingraph.prefixes import expand
from skingraph.property_graph import parted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import networkx

    Network = networkx.MultiDiGraph[str]

__all__ = ("MEASURES", "Measure", "Measured", "Settings", "measure", "source_named")

_PLAIN: Final = Settings()


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure: its name, what it answers, the names it takes, and how it is worked out.

    `kinds` are the classes that its names may have; none for sources.
    """

    name: str
    asks: str
    takes: str
    kinds: tuple[str, ...] | None
    method: str
    work_out: Callable[[Network, Settings], Measured]


def measure(network: Network, name: str, settings: Settings = _PLAIN) -> Measured:
    """A measure of the network, as rows.

    Args:
        network: as `SkinGraph.to_networkx` gives it.
        name: one of `MEASURES`.
        settings: what it is told.

    Raises:
        UnknownName: there is no such measure, or no such thing in the network.
        BadParameter: it cannot take these settings.
    """
    if name not in MEASURES:
        raise UnknownName(
            f"no measure is called {name!r}.{did_you_mean(name, MEASURES)} "
            f"The measures are {', '.join(MEASURES)}."
        )
    chosen = MEASURES[name]
    if name in ("ways", "shortest") and len(settings.names) != 2:
        raise BadParameter(f"{name}: give two names, where the ways begin and where they end.")
    found = chosen.work_out(network, settings)
    return Measured(found.rows, (*found.remarks, *_counted(network), chosen.method))


def source_named(network: Network, name: str) -> str:
    """The source in the network that a CURIE, an IRI or a short name means.

    Raises:
        UnknownName: no claim in the network is of a source called so.
    """
    known = {
        source: source.partition(":")[2] or source
        for _, _, said in network.edges(data=True)
        for source in parted(str(said.get("sources", "")))
    }
    for source, short in known.items():
        if name.strip("<>").lower() in (source.lower(), short.lower(), (expand(source) or "")):
            return source
    raise UnknownName(
        f"no source is called {name!r}.{did_you_mean(name, known.values())} "
        f"Known: {', '.join(sorted(known.values()))}."
    )


def _counted(network: Network) -> Iterator[str]:
    """What of the network counts, and what does not."""
    edges = supporting(network)
    hedged = sum(said.get("certainty") != "stated" for _, _, _, said in edges)
    refuting = sum(said.get("polarity") == "refutes" for _, _, said in network.edges(data=True))
    told = f"{len(edges)} supporting claims, {hedged} of them hedged"
    inherited = sum(said.get("kind") == "inherited" for _, _, _, said in edges)
    passed = f", {inherited} of them inherited" if inherited else "; inherited ones are left out"
    yield f"{told}{passed}; {refuting} refuting claims support nothing"


_WAYS_METHOD: Final = (
    "each step costs 10, 2 more a level below E5, 5 if hedged, 5 if inherited, 3 if of one source;"
    " a convention, no probability. Ways by Yen (1971)"
)
_ALL: Final = (
    Measure(
        "bridges",
        "Which mechanisms stand between treatments and concerns",
        "[TREATMENT or CONCERN]...",
        ("Treatment", "Concern"),
        "Betweenness of Freeman (1977), doi:10.2307/3033543",
        bridges_rows,
    ),
    Measure(
        "alike",
        "Which treatments share mechanisms, concerns and risks",
        "[TREATMENT]...",
        ("Treatment",),
        "Likeness of Jaccard (1901), doi:10.5169/seals-266450; what no source says counts as absent",
        alike_rows,
    ),
    Measure(
        "communities",
        "Which concepts hang together",
        "[CONCEPT]...",
        (),
        "Communities by the method of Louvain (Blondel and others 2008), "
        "doi:10.1088/1742-5468/2008/10/P10008",
        communities_rows,
    ),
    Measure(
        "alone",
        "What rests on one source alone, and would fall with it",
        "[SOURCE]...",
        None,
        "A claim of two sources rests on neither alone",
        alone_rows,
    ),
    Measure(
        "ways",
        "The best explained ways from one thing to another",
        "NAME NAME",
        (),
        _WAYS_METHOD,
        best_rows,
    ),
    Measure(
        "shortest",
        "The ways with the fewest steps from one thing to another",
        "NAME NAME",
        (),
        _WAYS_METHOD,
        shortest_rows,
    ),
)
MEASURES: Final[Mapping[str, Measure]] = {one.name: one for one in _ALL}
