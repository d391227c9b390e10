"""Who runs when, and for how long.

Every query begins in a quick lane, of which there are as many as processor cores. One that
takes longer than a slice of time becomes slow: it gives its lane to a fresh worker, goes on
with less of the processor, and is one of few that may. So those that are quick keep answering,
whatever else is asked.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from skingraph.web.answers import Answer
from skingraph.web.crew import Crew, Lost, Worker
from skingraph.web.line import Line, Repute

if TYPE_CHECKING:
    from collections.abc import Callable

    from skingraph.web.frames import Header
    from skingraph.web.worker import Work

# A slow query may run this long before another that waits for its place can end it.
_FAIR: Final = 1.0
# Of a slice this much, when others wait for the lane.
_PART: Final = 0.4
# A query that was quick before has so many slices; a busy machine may have held it up.
_TRUST: Final = 4
# So long a request waits for a lane at least, even where a query may run for less.
_WAIT: Final = 5.0


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the pool may use: lanes, places in the line, seconds and bytes."""

    quick: int = field(default_factory=lambda: max(2, os.cpu_count() or 1))
    slow: int = 4
    waiting: int = 64
    seconds: float = 5.0
    slice: float = 0.25
    memory: int = 512 << 20
    answer: int = 32 << 20
    jobs: int = 2000


class Pool:
    """Workers that answer jobs, within an allowance. Open it in a running event loop."""

    def __init__(self, make: Callable[[bool], Work], allowance: Allowance) -> None:
        self.allowance = allowance
        self.crew = Crew(make, self, memory=allowance.memory, largest=allowance.answer)
        self.is_stopping = False
        self._quick: set[Worker] = set()
        self._idle: list[Worker] = []
        self._slow: dict[object, float] = {}
        self._line: Line[Worker] = Line()
        self._repute = Repute()

    async def open(self) -> None:
        """Begin to make workers, and wait for the first."""
        self.crew.listen()
        self.fill()
        deadline = time.monotonic() + 30
        while not self._idle and time.monotonic() < deadline:
            await asyncio.sleep(0.005)

    async def close(self) -> None:
        """End every worker and the nursery; whatever still runs is answered as stopped."""
        self.is_stopping = True
        self._line.dismiss()
        await self.crew.close()

    @property
    def waiting(self) -> int:
        """How many jobs stand in the line."""
        return len(self._line)

    def workers(self) -> dict[str, int]:
        """How many workers there are, by what they do."""
        idle, quick, slow = len(self._idle), len(self._quick), len(self._slow)
        return {"idle": idle, "quick": quick - idle, "slow": slow}

    async def ask(
        self, job: Header, *, key: str = "", is_ours: bool = False, is_urgent: bool = False
    ) -> Answer:
        """What becomes of a job. When the caller is cancelled, so is the job.

        Args:
            job: what to do, as `jobs` takes it.
            key: by which the pool knows the same query again.
            is_ours: a job that we wrote ourselves; it keeps its lane up to its deadline.
            is_urgent: goes before those that wait.
        """
        if self.is_stopping:
            return _STOPPING
        job = job | {"seconds": self.allowance.seconds}
        began = time.monotonic()
        if self._repute.is_heavy(key):
            answer = await self._ask_apart(job, is_open=False)
        else:
            is_known = is_ours or self._repute.is_quick(key)
            # Somebody may have killed a worker that had nothing to do with the query.
            attempts = self.allowance.quick + 1
            while True:
                worker = await self._turn(is_known=is_known, is_urgent=is_urgent)
                if isinstance(worker, Answer):
                    return worker
                began = time.monotonic()
                answer = await self._run(worker, job, is_ours=is_ours, is_known=is_known)
                attempts -= 1
                was_bystander = worker.was_killed and self._is_quick(worker.lost_at - began)
                if not attempts or not was_bystander:
                    break
            if key and not is_ours and answer.outcome == "crowded":
                self._repute.was_crowded(key)
        if key and answer.outcome == "answered" and self._is_quick(time.monotonic() - began):
            self._repute.was_quick(key)
        if answer.outcome == "open":
            answer = await self._ask_apart(job, is_open=True)
        if key and not is_ours and answer.outcome in ("time", "memory"):
            self._repute.was_heavy(key)
        return answer

    def _is_quick(self, seconds: float) -> bool:
        return seconds < self.allowance.slice * _PART

    async def _turn(self, *, is_known: bool, is_urgent: bool) -> Worker | Answer:
        """A worker, at once or after waiting in the line."""
        while self._idle and not self._line:
            worker = self._idle.pop()
            if not worker.is_lost:
                return worker
        if len(self._line) >= self.allowance.waiting and not is_urgent:
            return _busy(f"{len(self._line)} requests wait already")
        turn = self._line.join(is_known=is_known, is_urgent=is_urgent)
        wait = max(self.allowance.seconds, _WAIT)
        try:
            await asyncio.wait({turn}, timeout=wait)
        except asyncio.CancelledError:
            self._leave_line(turn)
            raise
        if turn.done() and not turn.cancelled():
            return turn.result()
        self._leave_line(turn)
        self.crew.doubt()
        return _STOPPING if self.is_stopping else _busy(f"no worker was free within {wait:g} s")

    def _leave_line(self, turn: asyncio.Future[Worker]) -> None:
        self._line.leave(turn)
        if turn.done() and not turn.cancelled():
            self._free(turn.result())
        turn.cancel()

    async def _run(self, worker: Worker, job: Header, *, is_ours: bool, is_known: bool) -> Answer:
        allowance = self.allowance
        slice = allowance.slice * (_TRUST if is_known else 1)
        began = time.monotonic()
        reply = worker.start(job)
        try:
            if not is_ours:
                await asyncio.wait({reply}, timeout=slice * _PART)
                if not reply.done() and not self._line:
                    await asyncio.wait({reply}, timeout=slice * (1 - _PART))
                if not reply.done() and not self._slow_down(worker):
                    self.crew.end(worker, "busy")
                    return _crowded(allowance)
            if not reply.done():
                left = began + allowance.seconds - time.monotonic()
                await asyncio.wait({reply}, timeout=max(left, 0))
            return await self._outcome(worker, reply)
        except asyncio.CancelledError:
            self.crew.end(worker, "client gone")
            raise
        finally:
            self._slow.pop(worker, None)
            self._free(worker)

    async def _ask_apart(self, job: Header, *, is_open: bool) -> Answer:
        """The outcome of a job in a worker of its own, which is slow from the start."""
        allowance = self.allowance
        if len(self._slow) >= allowance.slow:
            return _crowded(allowance)
        place = object()
        self._slow[place] = time.monotonic()
        purpose: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()
        worker = None
        try:
            self.crew.order(purpose, is_open=is_open)
            await asyncio.wait({purpose}, timeout=allowance.seconds)
            if not purpose.done() or purpose.cancelled():
                return _busy("no worker could be made")
            worker = purpose.result()
            self._slow[worker] = self._slow.pop(place)
            worker.be_nice()
            reply = worker.start(job)
            await asyncio.wait({reply}, timeout=allowance.seconds)
            return await self._outcome(worker, reply)
        finally:
            purpose.cancel()
            self._slow.pop(place, None)
            if worker is not None:
                self._slow.pop(worker, None)
                self.crew.end(worker, "")

    async def _outcome(self, worker: Worker, reply: asyncio.Future[tuple[Header, bytes]]) -> Answer:
        allowance = self.allowance
        if not reply.done():
            self.crew.end(worker, "time")
            return _no_time(allowance)
        try:
            return Answer.of_frame(*reply.result())
        except (Lost, ValueError):
            pass
        if worker.ended_for == "evicted":
            return _crowded(allowance)
        if worker.ended_for == "stopping":
            return _STOPPING
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(worker.gone), 1.0)
        code = worker.gone.result() if worker.gone.done() else 0
        if -code in (signal.SIGALRM, signal.SIGXCPU):
            self.crew.kills["time"] += 1
            return _no_time(allowance)
        # The engine aborts when it gets no memory.
        if -code == signal.SIGABRT:
            self.crew.kills["memory"] += 1
            most = allowance.memory >> 20
            return Answer(
                "memory", f"stopped at {most} MB of memory; narrow it, or ask for fewer rows"
            )
        self.crew.kills["crashed"] += 1
        return Answer("crashed", "the engine broke down on this; write it more simply")

    def _slow_down(self, worker: Worker) -> bool:
        """Let a worker go on beside the quick lanes, if it may; one that long did gives way."""
        now = time.monotonic()
        if len(self._slow) >= self.allowance.slow:
            oldest = min(self._slow, key=lambda place: self._slow[place])
            if not isinstance(oldest, Worker) or now - self._slow[oldest] < _FAIR:
                return False
            self.crew.end(oldest, "evicted")
            del self._slow[oldest]
        self._slow[worker] = now
        self._quick.discard(worker)
        worker.be_nice()
        self.fill()
        return True

    def _free(self, worker: Worker) -> None:
        """A worker has done its job: it takes the next, or leaves."""
        if worker.is_lost or worker.ended_for:
            return
        has_grown = worker.memory - worker.memory_at_birth > self.allowance.memory // 2
        if worker not in self._quick or has_grown or worker.jobs >= self.allowance.jobs:
            self._quick.discard(worker)
            worker.dismiss()
            self.fill()
        elif not self._line.serve(worker):
            self._idle.append(worker)

    def welcome(self, worker: Worker) -> None:
        """A worker is ready for its first job."""
        if worker.purpose is None:
            self._quick.add(worker)
            self._free(worker)
        elif worker.purpose.done():
            self.crew.end(worker, "")
        else:
            worker.purpose.set_result(worker)

    def mourn(self, worker: Worker) -> None:
        """A worker is gone, or about to."""
        self._quick.discard(worker)
        if worker in self._idle:
            self._idle.remove(worker)
        if worker.memory_at_birth == 0:
            # It did not even come up; the next one might not, either.
            self.crew.kills["not made"] += not worker.ended_for
            asyncio.get_running_loop().call_later(0.5, self.fill)
        else:
            self.fill()

    def fill(self) -> None:
        """Have as many workers made as quick lanes are empty."""
        if self.is_stopping:
            return
        for _ in range(self.allowance.quick - len(self._quick) - self.crew.expected):
            self.crew.order()


def _busy(why: str) -> Answer:
    return Answer("busy", f"the server is busy: {why}; try again later")


def _crowded(allowance: Allowance) -> Answer:
    return Answer(
        "crowded",
        f"stopped: this query takes long, and {allowance.slow} such queries run already;"
        " narrow it, or try again later",
    )


def _no_time(allowance: Allowance) -> Answer:
    return Answer("time", f"stopped after {allowance.seconds:g} s; narrow it, or set a LIMIT")


_STOPPING: Final = Answer("stopping", "the server is stopping; ask again when it is back")
