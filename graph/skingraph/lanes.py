"""Lanes: the columns of a map, and the place of every card in them."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, replace
from statistics import fmean
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

WIDTH = 206
_PITCH = 254
_WIDE_PITCH = 380
_LINE = 19
_GAP = 9
_LETTERS = 21
_NOTE_LETTERS = 18
_TALLEST = {1: 18, 2: 10}
_COLUMNS = 4
_HEAD = 30
_BETWEEN = 44
_LOOSEST = 30


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
    """A card on the map: its lane, its label and a note in lines, its middle and its size in pixels."""

    lane: Lane
    lines: tuple[str, ...]
    note: tuple[str, ...] = ()
    x: int = 0
    y: int = 0

    @property
    def height(self) -> int:
        """Two lines of text are higher than one."""
        return 14 + _LINE * len(self.lines + self.note)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything stands; the origin is the upper left corner."""

    cards: dict[str, Card]
    headings: tuple[tuple[str, int, int], ...]
    width: int
    height: int


def place(things: Mapping[str, tuple[Lane, str, str]], links: Sequence[tuple[str, str]]) -> Layout:
    """Cards in lanes, those that are linked near each other, none on top of another.

    Args:
        things: lane, label and note by name, the most important first.
        links: pairs of names.
    """
    cards = {
        name: Card(lane, _lines(label), _lines(note, _NOTE_LETTERS) if note else ())
        for name, (lane, label, note) in things.items()
    }
    lanes = [found for lane in LANES if (found := [n for n in cards if cards[n].lane is lane])]
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
    by_band: dict[int, list[Sequence[str]]] = {0: [], 1: [], 2: []}
    for lane in lanes:
        by_band[cards[lane[0]].lane.band].append(lane)
    placed: dict[str, Card] = {}
    headings: list[tuple[str, int, int]] = []
    left = len(by_band[0])
    top = columns = 0
    for blocks in filter(None, (by_band[1], by_band[2])):
        band = _columns(cards, blocks)
        height = max(_height(cards, column) for column in band)
        for number, column in enumerate(band, left):
            _fill(cards, column, number, top, height, placed, headings)
        columns = max(columns, len(band))
        top += height + _BETWEEN
    height = max(top - _BETWEEN, 0)
    for lane in by_band[0]:
        height = max(height, _height(cards, [lane]))
        spare = height - _height(cards, [lane])
        loose = min(spare // len(lane), _LOOSEST) * len(lane)
        _fill(cards, [lane], 0, (spare - loose) // 2, height, placed, headings)
    # Three columns have room for longer lines between them.
    columns += left
    pitch = _PITCH if columns > 3 else _WIDE_PITCH
    return Layout(
        {name: replace(card, x=card.x * pitch + WIDTH // 2) for name, card in placed.items()},
        tuple((text, x * pitch, y) for text, x, y in headings),
        max(columns - 1, 0) * pitch + WIDTH,
        height,
    )


def _columns(
    cards: Mapping[str, Card], blocks: Sequence[Sequence[str]]
) -> list[list[Sequence[str]]]:
    """The blocks side by side: a tall one in parts, the shortest ones below each other."""
    columns: list[list[Sequence[str]]] = []
    for block in blocks:
        parts = -(-len(block) // _TALLEST[cards[block[0]].lane.band])
        size = -(-len(block) // parts)
        columns += [[block[at : at + size]] for at in range(0, len(block), size)]
    while len(columns) > _COLUMNS:
        heights = [_height(cards, column) for column in columns]
        at = min(range(len(columns) - 1), key=lambda i: heights[i] + heights[i + 1])
        columns[at : at + 2] = [columns[at] + columns[at + 1]]
    return columns


def _height(cards: Mapping[str, Card], column: Sequence[Sequence[str]]) -> int:
    return sum(_HEAD + sum(cards[name].height + _GAP for name in block) for block in column)


def _fill(
    cards: Mapping[str, Card],
    column: Sequence[Sequence[str]],
    number: int,
    top: int,
    height: int,
    placed: dict[str, Card],
    headings: list[tuple[str, int, int]],
) -> None:
    """Put a column's cards below their headings, x being its number; a short one spreads."""
    spare = height - _height(cards, column)
    loose = min(spare // sum(map(len, column)), _LOOSEST)
    y = top
    for block in column:
        headings.append((cards[block[0]].lane.heading, number, y + 16))
        y += _HEAD
        for name in block:
            card = cards[name]
            middle = y + card.height // 2
            placed[name] = replace(card, x=number, y=middle)
            y += card.height + _GAP + loose


def _lines(label: str, letters: int = _LETTERS) -> tuple[str, ...]:
    lines = textwrap.wrap(label, letters, max_lines=3, placeholder="\N{HORIZONTAL ELLIPSIS}")
    return tuple(lines) or ("\N{HORIZONTAL ELLIPSIS}",)
