"""Pictures: which part of the graph a map shows, and what it leaves out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from skingraph.claims import STRENGTHS, Said
from skingraph.lanes import LANES, Lane

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from skingraph.claims import Claim
    from skingraph.concepts import Lexicon, Named
    from skingraph.index import ClaimIndex

LIMIT: Final = 60
OVERVIEW: Final = 45

_CHAIN = frozenset({"hasMechanism", "hasPhase", "leadsTo", "addresses", "treats"})
_LEADING = frozenset({"treatment", "mechanism", "phase", "concern"})
_OPENING = frozenset({"treatment", "mechanism", "concern"})
_WARNINGS = frozenset({"contraindicatedIn", "consultFirstIn", "redFlagAfter"})
# A thing of two classes stands in the lane of the role in which most claims speak of it.
_ROLES = {
    "treats": "concern",
    "addresses": "concern",
    "hasMechanism": "mechanism",
    "hasPhase": "phase",
    "hasOutcome": "outcome",
    "hasSideEffect": "side-effect",
    "contraindicatedIn": "caution",
    "consultFirstIn": "caution",
    "suitedTo": "caution",
}


@dataclass(frozen=True, slots=True)
class Link:
    """All that is said with one subject, predicate and object: one line on the map."""

    subject: Named
    predicate: Named
    object: Named
    said: tuple[Said, ...]

    @property
    def name(self) -> str:
        """The three short names in a row."""
        return f"{self.subject.curie} {self.predicate.curie} {self.object.curie}"

    @property
    def ends(self) -> tuple[str, str]:
        """The IRIs at both ends."""
        return self.subject.iri, self.object.iri

    @property
    def manner(self) -> str:
        """One of stated, hedged, refuted, disputed, in part.

        Hedged is what no source says flatly; in part, what is affirmed in one sense or for some
        and denied in another ("reduces the appearance of", but not "removes").
        """
        supporting = [said.claim for said in self.said if said.claim.supports]
        refuting = [said.claim for said in self.said if not said.claim.supports]
        if not supporting:
            return "refuted"
        if refuting:
            meet = any(_same_sense(one, other) for one in supporting for other in refuting)
            return "disputed" if meet else "in part"
        return "hedged" if all(claim.hedged for claim in supporting) else "stated"

    @property
    def inherited_from(self) -> tuple[str, ...]:
        """The broader treatments of which the sources speak, where none speaks of this one."""
        donors = {said.inherited_from.label for said in self.said if said.inherited_from}
        return tuple(sorted(donors)) if all(said.inherited_from for said in self.said) else ()

    @property
    def warning(self) -> str:
        """How firmly the link turns somebody away, or nothing."""
        if self.predicate.slug not in _WARNINGS or self.manner == "refuted":
            return ""
        if self.predicate.slug == "redFlagAfter":
            return "red flag"
        if self.predicate.slug == "consultFirstIn":
            return "ask first"
        strengths = {said.claim.strength for said in self.said if said.claim.supports}
        return " or ".join(
            STRENGTHS.get(strength, strength) or "contraindicated" for strength in sorted(strengths)
        )


@dataclass(frozen=True, slots=True)
class Picture:
    """What a map shows, the most important first, and what it leaves out."""

    focus: tuple[Named, ...]
    lanes: dict[str, Lane]
    links: tuple[Link, ...]
    left_out: tuple[Named, ...]
    inherited_left_out: int = 0

    def warnings(self, iri: str) -> list[str]:
        """The warnings that stand on a card: of links between a thing and a treatment."""
        if self.lanes[iri].name == "treatment":
            return []
        return sorted({link.warning for link in self.links if iri in link.ends and link.warning})

    def _warned_of(self, iri: str) -> list[str]:
        """The warnings, and of which treatments where another linked one has no such warning."""
        treated: dict[str, set[str]] = {}
        names: dict[str, str] = {}
        for link in self.links:
            for named, other in ((link.subject, link.object), (link.object, link.subject)):
                if other.iri == iri and self.lanes[named.iri].name == "treatment":
                    names[named.iri] = named.label
                    treated.setdefault(named.iri, set()).add(link.warning)
        told = []
        for warning in self.warnings(iri):
            who = sorted(names[one] for one, said in treated.items() if warning in said)
            told.append(
                warning if len(who) in (0, len(treated)) else f"{warning}: {', '.join(who)}"
            )
        return told

    def note(self, iri: str) -> str:
        """What a card says below its label: warnings, and from whom a treatment has it."""
        middle = {named.iri for named in self.focus}
        links = [link for link in self.links if iri in link.ends and set(link.ends) & middle]
        donors = sorted({donor for link in links for donor in link.inherited_from})
        inherited = iri not in middle and bool(links) and all(link.inherited_from for link in links)
        return "; ".join(self._warned_of(iri) + inherited * [f"from {' and '.join(donors)}"])


def _same_sense(one: Claim, other: Claim) -> bool:
    """True where two claims speak of the same effect and respect, and their scopes may overlap."""
    scopes = one.scopes == other.scopes or not (one.scopes and other.scopes)
    return scopes and (one.effect, one.direction, one.attributes) == (
        other.effect,
        other.direction,
        other.attributes,
    )


def choose(
    index: ClaimIndex,
    lexicon: Lexicon,
    concepts: Sequence[Named] = (),
    *,
    hops: int = 1,
    chain: bool = False,
    limit: int = LIMIT,
) -> Picture:
    """These concepts and what lies within some hops of them, or an overview of the graph.

    Args:
        index: what is said.
        lexicon: the names of things.
        concepts: what stands in the middle.
        hops: how many links away from them a thing may be.
        chain: show only how treatments are said to help: what leads from them to concerns.
        limit: how many things to show at most.
    """
    links, focus = links_of(index, lexicon), tuple(dict.fromkeys(concepts))
    if not focus:
        return _overview(links, lexicon)
    if chain:
        links = [link for link in links if link.predicate.slug in _CHAIN]
    return _around(focus, links, lexicon, hops, _LEADING if chain else (), limit)


def links_of(index: ClaimIndex, lexicon: Lexicon) -> list[Link]:
    """Every line that could be drawn, in the order of its words."""
    said: dict[tuple[Named, Named, Named], list[Said]] = {}
    own = ((claim.subject, Said(claim)) for claim in index.claims.values())
    heirs = ((lexicon.named(iri), one) for iri, many in index.inherited.items() for one in many)
    for subject, one in [*own, *heirs]:
        if one.claim.object is not None:
            said.setdefault((subject, one.claim.predicate, one.claim.object), []).append(one)
    order = sorted(said, key=lambda ends: [(named.label.casefold(), named) for named in ends])
    return [Link(*ends, tuple(said[ends])) for ends in order]


def _around(
    focus: tuple[Named, ...],
    links: Sequence[Link],
    lexicon: Lexicon,
    hops: int,
    wanted: Collection[str],
    limit: int,
) -> Picture:
    """What lies within some hops of the focus, warnings first, then the most claimed."""
    distance = {named.iri: 0 for named in focus}
    weight: Counter[str] = Counter()
    urgent: set[str] = set()
    for hop in range(1, hops + 1):
        near = set(distance)
        for link in links:
            for one, other in (link.ends, link.ends[::-1]):
                if one in near and other not in near:
                    distance[other] = hop
                    weight[other] += len(link.said)
                    urgent |= {other} if link.warning else set()
        if len(distance) == len(near):
            break
    inside = [link for link in links if set(link.ends) <= set(distance)]
    lanes = {
        iri: lane
        for iri, lane in _lanes(distance, inside, lexicon).items()
        if not wanted or lane.name in wanted or distance[iri] == 0
    }
    order = sorted(lanes, key=lambda iri: (distance[iri], -weight[iri], lexicon.named(iri)))
    turn = _turns(order, lanes)
    order.sort(key=lambda iri: (distance[iri], iri not in urgent, turn[iri]))
    return _picture(focus, order[:limit], order[limit:], lanes, links, lexicon)


def _overview(links: Sequence[Link], lexicon: Lexicon) -> Picture:
    """The best connected treatments, mechanisms and concerns, and how they hang together."""
    chain = [link for link in links if link.predicate.slug in _CHAIN and not link.inherited_from]
    lanes = _lanes({end: 0 for link in chain for end in link.ends}, chain, lexicon)
    lanes = {iri: lane for iri, lane in lanes.items() if lane.name in _OPENING}
    chain = [link for link in chain if set(link.ends) <= set(lanes)]
    degree = Counter(end for link in chain for end in set(link.ends))
    order = sorted(degree, key=lambda iri: (-degree[iri], lexicon.named(iri)))
    turn = _turns(order, lanes)
    order.sort(key=lambda iri: (turn[iri], -degree[iri]))
    shown = set(order[:OVERVIEW])
    linked = {end for link in chain if set(link.ends) <= shown for end in link.ends}
    kept = [iri for iri in order if iri in shown & linked]
    rest = [iri for iri in sorted(lanes) if iri not in kept]
    inherited = sum(
        bool(link.inherited_from) and set(link.ends) <= set(kept) and link.predicate.slug in _CHAIN
        for link in links
    )
    return _picture((), kept, rest, lanes, chain, lexicon, inherited)


def _picture(
    focus: tuple[Named, ...],
    shown: Sequence[str],
    rest: Sequence[str],
    lanes: Mapping[str, Lane],
    links: Iterable[Link],
    lexicon: Lexicon,
    inherited_left_out: int = 0,
) -> Picture:
    return Picture(
        focus,
        {iri: lanes[iri] for iri in shown},
        tuple(link for link in links if set(link.ends) <= set(shown)),
        tuple(sorted(lexicon.named(iri) for iri in rest)),
        inherited_left_out,
    )


def roles_of(links: Iterable[Link], iris: Iterable[str], lexicon: Lexicon) -> dict[str, str]:
    """The kind that draws each thing: of several, the role in which most claims speak of it."""
    return {
        iri: next((kind for kind in lane.kinds if kind in lexicon.kinds(iri)), "Other")
        for iri, lane in _lanes(iris, links, lexicon).items()
    }


def _lanes(iris: Iterable[str], links: Iterable[Link], lexicon: Lexicon) -> dict[str, Lane]:
    roles: Counter[tuple[str, str]] = Counter()
    for link in links:
        roles[link.object.iri, _ROLES.get(link.predicate.slug, "")] += len(link.said)
    lanes = {}
    for iri in iris:
        fitting = [lane for lane in LANES if set(lane.kinds) & set(lexicon.kinds(iri))]
        # A healing phase is a mechanism too, and stands in the lane of its own.
        fitting = [lane for lane in fitting if lane.name == "phase"] or fitting
        lanes[iri] = max(fitting or LANES[-1:], key=lambda lane: roles[iri, lane.name])
    return lanes


def _turns(order: Iterable[str], lanes: Mapping[str, Lane]) -> dict[str, float]:
    """When each thing's turn comes, so that no lane takes all the room."""
    taken: Counter[str] = Counter()
    turns = {}
    for iri in order:
        taken[lanes[iri].name] += 1
        turns[iri] = taken[lanes[iri].name] / lanes[iri].share
    return turns
