"""Lanes: the columns of a map, and the place of every card in them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from statistics import fmean

WIDTH = 212
_PITCH = 268
_LINE = 19
_GAP = 9
_LETTERS = 21


@dataclass(frozen=True, slots=True)
class Lane:
    """A column's part that holds things of some kinds.

    `band` 0 stands at the left over the whole height, 1 above (how it works), 2 below (what to
    mind). `share` is how large a part of a crowded picture the lane gets.
    """

    name: str
    heading: str
    kinds: tuple[str, ...]
    band: int
    share: float = 1.0


LANES = (
    Lane("treatment", "Treatments", ("Treatment",), 0),
    Lane("mechanism", "How it works", ("Mechanism",), 1, 1.5),
    Lane("phase", "Healing phases", ("HealingPhase",), 1),
    Lane("outcome", "Outcomes", ("Outcome",), 1, 1.5),
    Lane("concern", "Concerns", ("Concern",), 1, 1.5),
    Lane("caution", "Who: cautions and fit", ("PatientFactor",), 2),
    Lane("side-effect", "Side effects", ("SideEffect",), 2),
    Lane("care", "Care before and after", ("CareInstruction",), 2),
    Lane("with", "Devices and agents", ("Device", "Agent"), 2),
    Lane(
        "other",
        "Also said of it",
        ("Attribute", "Parameter", "BodySite", "Provider", "Setting"),
        2,
        0.5,
    ),
)


@dataclass(frozen=True, slots=True)
class Card:
    """A card on the map: its lane, its text in lines, its middle and its size in pixels."""

    lane: Lane
    lines: tuple[str, ...]
    x: int = 0
    y: int = 0

    @property
    def height(self) -> int:
        """Two lines of text are higher than one."""
        return 14 + _LINE * len(self.lines)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything stands; the origin is the upper left corner."""

    cards: dict[str, Card]
    headings: tuple[tuple[str, int, int], ...]
    width: int
    height: int


def place(
    things: Mapping[str, tuple[Lane, str]], links: Sequence[tuple[str, str]]
) -> Layout:
    """Cards in lanes, those that are linked near each other, none on top of another.

    Args:
        things: lane and label by name, the most important first.
        links: pairs of names.
    """
    cards = {name: Card(lane, _lines(label)) for name, (lane, label) in things.items()}
    lanes = [
        [name for name in cards if cards[name].lane is lane]
        for lane in LANES
        if any(card.lane is lane for card in cards.values())
    ]
    neighbours: dict[str, list[str]] = {name: [] for name in cards}
    for one, other in links:
        neighbours[one].append(other)
        neighbours[other].append(one)
    best = _stack(cards, lanes)
    for sweep in range(12):
        placed = _stack(cards, lanes).cards
        for lane in lanes if sweep % 2 == 0 else reversed(lanes):
            heights = {name: _pull(name, neighbours, placed) for name in lane}
            lane.sort(key=lambda name: (heights[name], name))
            placed = _stack(cards, lanes).cards
        layout = _stack(cards, lanes)
        if _length(layout, links) < _length(best, links):
            best = layout
    return best


def _pull(name: str, neighbours: Mapping[str, list[str]], placed: Mapping[str, Card]) -> float:
    """The height at which a card's neighbours in other lanes would like to have it."""
    heights = [placed[n].y for n in neighbours[name] if placed[n].lane is not placed[name].lane]
    return fmean(heights) if heights else float(placed[name].y)


def _length(layout: Layout, links: Iterable[tuple[str, str]]) -> int:
    return sum(abs(layout.cards[one].y - layout.cards[other].y) for one, other in links)


def _stack(cards: Mapping[str, Card], lanes: Sequence[Sequence[str]]) -> Layout:
    placed: dict[str, Card] = {}
    headings: list[tuple[str, int, int]] = []
    top, width = 0, 0
    left = any(cards[lane[0]].lane.band == 0 for lane in lanes)
    bands = groupby(
        (lane for lane in lanes if cards[lane[0]].lane.band), key=lambda l: cards[l[0]].lane.band
    )
    for _, band in bands:
        columns = list(band)
        height = max(_height(cards, column) for column in columns)
        for number, column in enumerate(columns, int(left)):
            _column(cards, column, number, top, height, placed, headings)
        width = max(width, len(columns) + left)
        top += height + 56
    total = max(top - 56, 0)
    for column in lanes:
        if cards[column[0]].lane.band == 0:
            total = max(total, _height(cards, column))
            _column(cards, column, 0, 0, total, placed, headings, middle=True)
            width = max(width, 1)
    return Layout(placed, tuple(headings), (width - 1) * _PITCH + WIDTH, total)


def _height(cards: Mapping[str, Card], column: Sequence[str]) -> int:
    return 34 + sum(cards[name].height + _GAP for name in column)


def _column(
    cards: Mapping[str, Card],
    column: Sequence[str],
    number: int,
    top: int,
    height: int,
    placed: dict[str, Card],
    headings: list[tuple[str, int, int]],
    *,
    middle: bool = False,
) -> None:
    """Put a column's cards below its heading; a short column spreads a little."""
    spare = height - _height(cards, column)
    loose = min(spare // len(column), 14)
    y = top + ((spare - loose * len(column)) // 2 if middle else 0)
    headings.append((cards[column[0]].lane.heading, number * _PITCH, y + 12))
    y += 34
    for name in column:
        card = cards[name]
        x = number * _PITCH + WIDTH // 2
        placed[name] = replace(card, x=x, y=y + card.height // 2)
        y += card.height + _GAP + loose


def _lines(label: str) -> tuple[str, ...]:
    lines = textwrap.wrap(label, _LETTERS, max_lines=3, placeholder="\N{HORIZONTAL ELLIPSIS}")
    return tuple(lines) or ("\N{HORIZONTAL ELLIPSIS}",)
