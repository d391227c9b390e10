"""What each measure finds, as rows: labels, figures, and the claims and sources they rest on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from skingraph.claims import STRENGTHS
from skingraph.errors import BadParameter
from skingraph.network import (
    ASPECTS,
    LOSSES,
    Support,
    alike,
    best_ways,
    bridges,
    communities,
    reliance,
    shortest_ways,
)
from skingraph.prefixes import expand
from skingraph.property_graph import parted
from skingraph.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import networkx

    from skingraph.network import Likeness, Way
    from skingraph.network.likeness import Feature
    from skingraph.rows import Term

    Network = networkx.MultiDiGraph[str]
    Cells = tuple[Term | None, ...]

_SUPPORT: Final = ("claims", "sources", "hedged", "inherited", "against")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the measures can be told; each minds what concerns it.

    Attributes:
        names: the things that it is about (CURIEs).
        by: in what treatments are alike: some of "mechanisms", "concerns", "risks".
        k: how many ways.
        seed: for the shuffling of the communities.
        resolution: above 1 for smaller communities.
    """

    names: tuple[str, ...] = ()
    by: tuple[str, ...] = tuple(ASPECTS)
    k: int = 3
    seed: int = 0
    resolution: float = 1.0


@dataclass(frozen=True, slots=True)
class Measured:
    """What a measure found, and what is to be said beside it."""

    rows: Rows
    remarks: tuple[str, ...]


def bridges_rows(network: Network, settings: Settings) -> Measured:
    """The mechanisms that bridge, one a row."""
    treatments, concerns = (
        [name for name in settings.names if kind in _kinds(network, name)] or None
        for kind in ("Treatment", "Concern")
    )
    found = bridges(network, treatments, concerns)
    rows = (
        (
            *_named(network, one.mechanism),
            _decimal(one.score),
            _decimal(one.share),
            _text(_labels(network, one.treatments)),
            _text(_labels(network, one.concerns)),
            *_support(one.support),
        )
        for one in found.found
    )
    columns = ("mechanism", "mechanismLabel", "betweenness", "share", "treatments", "concerns")
    joined = f"{len(found.pairs)} pairs of a treatment and a concern are joined by mechanisms"
    return _measured(columns, rows, joined)


def alike_rows(network: Network, settings: Settings) -> Measured:
    """The treatments that are alike, one pair a row."""
    unknown = [aspect for aspect in settings.by if aspect not in ASPECTS]
    if unknown:
        raise BadParameter(f"--by {unknown[0]}: choose of {', '.join(ASPECTS)}.")
    found = alike(network, settings.names or None, by=settings.by)
    rows = (
        (
            *_named(network, one.left),
            *_named(network, one.right),
            _decimal(one.similarity),
            ox.Literal(len(one.shared)),
            ox.Literal(one.either),
            _text("; ".join(_feature(network, one, feature) for feature in one.shared)),
            *_support(one.support),
        )
        for one in found
    )
    columns = ("treatment", "treatmentLabel", "other", "otherLabel", "similarity")
    return _measured((*columns, "shared", "either", "both"), rows)


def communities_rows(network: Network, settings: Settings) -> Measured:
    """The concepts by community, one a row."""
    found = communities(network, seed=settings.seed, resolution=settings.resolution)
    wanted = set(settings.names)
    rows = (
        (
            ox.Literal(number),
            ox.Literal(len(one.concepts)),
            *_named(network, concept),
            _text(" ".join(_kinds(network, concept))),
            ox.Literal(links),
            *_support(support),
        )
        for number, one in enumerate(found.communities, 1)
        if not wanted or wanted & set(one.concepts)
        for concept, links, support in zip(one.concepts, one.links, one.supports, strict=True)
    )
    columns = ("community", "size", "concept", "conceptLabel", "kinds", "links")
    told = f"{len(found.communities)} communities, modularity {found.modularity:.3f}"
    return _measured(columns, rows, f"{told}, seed {settings.seed}")


def alone_rows(network: Network, settings: Settings) -> Measured:
    """The sources with what they bear alone, counted; or of named ones each thing that would fall."""
    found = reliance(network, settings.names or None)
    titles = _titles(network)
    if not settings.names:
        counted: list[Cells] = [
            (
                _iri(one.source),
                _text(titles.get(one.source, "")),
                ox.Literal(one.claims),
                *(ox.Literal(len(one.of(kind))) for kind in LOSSES),
            )
            for one in found
        ]
        columns = ("source", "title", "claimCount", *(f"{kind}s" for kind in LOSSES))
        return Measured(Rows(columns, tuple(counted)), ("name a source to see what rests on it",))
    rows = (
        (
            _iri(one.source),
            _text(loss.kind),
            *_named(network, loss.subject),
            _iri(loss.predicate) if loss.predicate else None,
            _node(network, loss.object) if loss.object else None,
            _text(_label(network, loss.object)) if loss.object else None,
            *_support(loss.support),
        )
        for one in found
        for loss in one.losses
    )
    columns = ("source", "falls", "subject", "subjectLabel", "predicate", "object", "objectLabel")
    return _measured(columns, rows)


def best_rows(network: Network, settings: Settings) -> Measured:
    """The best explained ways, one row a step and claim."""
    start, end = settings.names
    return _told(network, best_ways(network, start, end, k=settings.k))


def shortest_rows(network: Network, settings: Settings) -> Measured:
    """The ways with the fewest steps, one row a step and claim."""
    start, end = settings.names
    return _told(network, shortest_ways(network, start, end))


def _told(network: Network, ways: Sequence[Way]) -> Measured:
    """One row a claim, for each step and then against it, so that no hedge or limit is lost."""
    columns = (
        "way",
        "cost",
        "step",
        "from",
        "fromLabel",
        "predicate",
        "to",
        "toLabel",
        "role",
        "claim",
        "says",
        "certainty",
        "evidence",
        "authority",
        "sources",
        "inheritedFrom",
    )
    said = _claims(network)
    rows: list[Cells] = []
    for number, way in enumerate(ways, 1):
        for place, step in enumerate(way.steps, 1):
            lead: Cells = (
                ox.Literal(number),
                ox.Literal(way.cost),
                ox.Literal(place),
                *_named(network, step.start),
                _iri(step.predicate),
                *_named(network, step.end),
            )
            for role, claims in (("for", step.support.claims), ("against", step.against)):
                rows += [(*lead, _text(role), *_cited(said[claim, step.start])) for claim in claims]
    for way in ways[:1]:
        first, last = way.steps[0].start, way.steps[-1].end
        lead = (ox.Literal(0), None, None, *_named(network, first), None, *_named(network, last))
        rows += [(*lead, _text("against"), *_cited(said[claim, first])) for claim in way.against]
    return Measured(Rows(columns, tuple(rows)), ())


def _claims(network: Network) -> dict[tuple[str, str], dict[str, Any]]:
    """What each claim says of each subject: of the thing itself, or of one that inherits it."""
    return {
        (said.get("claim") or key, start): said
        for start, _, key, said in network.edges(keys=True, data=True)
    }


def _cited(said: dict[str, Any]) -> Cells:
    return (
        _iri(str(said["claim"])),
        _text(str(said.get("says", ""))),
        _text(str(said.get("certainty", ""))),
        _text(str(said.get("evidence", ""))),
        _text(" ".join(parted(str(said.get("authority", ""))))),
        _text(" ".join(parted(str(said.get("sources", ""))))),
        _iri(str(said["inherited_from"])) if said.get("inherited_from") else None,
    )


def _measured(columns: tuple[str, ...], rows: Iterable[Cells], *remarks: str) -> Measured:
    return Measured(Rows((*columns, *_SUPPORT), tuple(rows)), remarks)


def _support(support: Support) -> Cells:
    return (
        _text(" ".join(support.claims)),
        _text(" ".join(support.sources)),
        ox.Literal(len(support.hedged)),
        ox.Literal(len(support.inherited)),
        _text(" ".join(support.against)),
    )


def _feature(network: Network, likeness: Likeness, feature: Feature) -> str:
    predicate, strength, thing = feature
    words = [STRENGTHS.get(strength, strength) or predicate.partition(":")[2]]
    words += ["hedged"] * (feature in likeness.hedged)
    words += ["inherited"] * (feature in likeness.inherited)
    return f"{_label(network, thing)} ({', '.join(words)})"


def _titles(network: Network) -> dict[str, str]:
    titles: dict[str, str] = {}
    for _, _, said in network.edges(data=True):
        names = (parted(str(said.get(name, ""))) for name in ("sources", "source_titles"))
        titles |= dict(zip(*names, strict=False))
    return titles


def _kinds(network: Network, thing: str) -> list[str]:
    return parted(str(network.nodes[thing].get("kinds", "")))


def _label(network: Network, thing: str) -> str:
    return str(network.nodes[thing].get("label", thing))


def _labels(network: Network, things: Iterable[str]) -> str:
    return "; ".join(_label(network, thing) for thing in things)


def _node(network: Network, thing: str) -> ox.NamedNode:
    return ox.NamedNode(str(network.nodes[thing]["iri"]))


def _named(network: Network, thing: str) -> tuple[ox.NamedNode, ox.Literal]:
    return _node(network, thing), _text(_label(network, thing))


def _iri(name: str) -> ox.NamedNode:
    return ox.NamedNode(expand(name) or name.strip("<>"))


def _text(text: str) -> ox.Literal:
    return ox.Literal(text)


def _decimal(number: float) -> ox.Literal:
    # More digits would tell of the order of the sums.
    return ox.Literal(f"{number:.4f}", datatype=ox.NamedNode(expand("xsd:decimal") or ""))
