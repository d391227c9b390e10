"""Who is next: the line before the workers, and what is known of the queries in it."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from typing import Final, Generic, TypeVar

# A query that nobody knows goes before those known to be quick once it waited so long.
_PATIENCE: Final = 1.0
# For so long a query that was too heavy is remembered, and takes no quick lane.
_HEAVY_FOR: Final = 60.0
# For so long one that only came at a bad time: on a busy machine a light one may look heavy.
_CROWDED_FOR: Final = 2.0
_REMEMBERED: Final = 4096

Given = TypeVar("Given")


class Line(Generic[Given]):
    """Those who wait, each for one thing.

    Who is known to be quick goes first, so that a crowd of unknown queries delays few. But
    nobody is passed by for longer than a moment.
    """

    def __init__(self) -> None:
        self._known: deque[asyncio.Future[Given]] = deque()
        self._unknown: deque[tuple[float, asyncio.Future[Given]]] = deque()

    def __len__(self) -> int:
        return len(self._known) + len(self._unknown)

    def join(self, *, is_known: bool, is_urgent: bool = False) -> asyncio.Future[Given]:
        """A place in the line: the future of what one waits for."""
        turn: asyncio.Future[Given] = asyncio.get_running_loop().create_future()
        if is_urgent:
            self._known.appendleft(turn)
        elif is_known:
            self._known.append(turn)
        else:
            self._unknown.append((time.monotonic(), turn))
        return turn

    def leave(self, turn: asyncio.Future[Given]) -> None:
        """Give up a place, if one still has it."""
        if turn in self._known:
            self._known.remove(turn)
        self._unknown = deque(place for place in self._unknown if place[1] is not turn)

    def serve(self, given: Given) -> bool:
        """Give it to who is next; false where nobody waits."""
        while turn := self._next():
            if not turn.done():
                turn.set_result(given)
                return True
        return False

    def dismiss(self) -> None:
        """Send everybody away."""
        while turn := self._next():
            turn.cancel()

    def _next(self) -> asyncio.Future[Given] | None:
        now = time.monotonic()
        if self._unknown and (not self._known or now - self._unknown[0][0] > _PATIENCE):
            return self._unknown.popleft()[1]
        return self._known.popleft() if self._known else None


class Repute:
    """What queries were like before, by the key of their text."""

    def __init__(self) -> None:
        self._quick: OrderedDict[str, float] = OrderedDict()
        self._heavy: OrderedDict[str, float] = OrderedDict()

    def is_quick(self, key: str) -> bool:
        """Whether it was answered within its slice before."""
        return key in self._quick

    def is_heavy(self, key: str) -> bool:
        """Whether it was stopped a short time ago."""
        return self._heavy.get(key, 0.0) > time.monotonic()

    def was_quick(self, key: str) -> None:
        """It was answered within its slice."""
        self._heavy.pop(key, None)
        _keep(self._quick, key, 0.0)

    def was_heavy(self, key: str) -> None:
        """It was stopped."""
        self._quick.pop(key, None)
        _keep(self._heavy, key, time.monotonic() + _HEAVY_FOR)

    def was_crowded(self, key: str) -> None:
        """It was sent away when its slice was over, since too many others were slow already."""
        if key not in self._quick:
            _keep(self._heavy, key, time.monotonic() + _CROWDED_FOR)


def _keep(kept: OrderedDict[str, float], key: str, value: float) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > _REMEMBERED:
        kept.popitem(last=False)
