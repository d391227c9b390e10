"""The workers as the web process sees them: made by the nursery, given jobs, ended."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import time
from collections import Counter, deque
from typing import TYPE_CHECKING, Any, Final, Protocol

from skingraph.web.frames import BrokenFrame, Inbox, packed
from skingraph.web.nursery import start_nursery

if TYPE_CHECKING:
    from collections.abc import Callable

    from skingraph.web.frames import Header
    from skingraph.web.worker import Work

_NICE: Final = 15
# Nothing that a worker writes beside the body of an answer is longer.
_MARGIN: Final = 1 << 16
# So long the nursery may leave orders unanswered before it is taken for stuck.
_STUCK: Final = 4.0
# After so long it is tried again what the system did not give.
_AGAIN: Final = 0.5


class Lost(Exception):
    """The worker is gone, and its answer with it."""


class Owner(Protocol):
    """Who has the workers, and is told what becomes of them."""

    def welcome(self, worker: Worker) -> None:
        """A worker is ready for its first job."""

    def mourn(self, worker: Worker) -> None:
        """A worker's socket is closed; it may be about to end, or has ended."""

    def fill(self) -> None:
        """Workers are missing, and can be made."""


class Worker(asyncio.Protocol):
    """The near end of a worker: one job at a time, and the future of its answer."""

    def __init__(self, crew: Crew, pid: int, purpose: asyncio.Future[Worker] | None) -> None:
        self.crew = crew
        self.pid = pid
        # Who wants this very worker; None for one of the many.
        self.purpose = purpose
        self.transport: asyncio.Transport | None = None
        self.inbox = Inbox(crew.largest + _MARGIN)
        self.reply: asyncio.Future[tuple[Header, bytes]] | None = None
        self.gone: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.jobs = 0
        self.memory = self.memory_at_birth = 0
        self.is_lost = False
        self.lost_at = 0.0
        self.ended_for = ""

    @property
    def was_killed(self) -> bool:
        """Whether somebody else ended it, and neither its job nor we."""
        if not self.is_lost or self.ended_for:
            return False
        return self.gone.done() and self.gone.result() == -signal.SIGKILL

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is ours."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        if self.ended_for:
            transport.abort()

    def start(self, job: Header) -> asyncio.Future[tuple[Header, bytes]]:
        """Begin a job; its future has the frame of its answer, or Lost."""
        self.jobs += 1
        self.reply = asyncio.get_running_loop().create_future()
        if self.is_lost or self.transport is None:
            self.reply.set_exception(Lost())
        else:
            self.transport.write(packed(job))
        return self.reply

    def dismiss(self) -> None:
        """Close the socket, which a worker takes for the end of its work."""
        if self.transport is not None:
            self.transport.close()

    def be_nice(self) -> None:
        """Let it have what the others leave of the processor."""
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.pid, _NICE)

    def data_received(self, data: bytes) -> None:
        """A piece of an answer, or of the first word of a new worker."""
        try:
            frame = self.inbox.add(data)
            if frame is None:
                return
            self.memory = int(frame[0].pop("memory"))
        except (BrokenFrame, KeyError, TypeError, ValueError):
            self.crew.end(self, "crashed")
            return
        if self.memory_at_birth == 0:
            self.memory_at_birth = self.memory
            self.crew.born += 1
            self.crew.owner.welcome(self)
        elif self.reply is not None and not self.reply.done():
            self.reply.set_result(frame)

    def connection_lost(self, error: Exception | None) -> None:
        """The worker closed its socket, mostly by ending."""
        self.is_lost = True
        self.lost_at = time.monotonic()
        if self.reply is not None and not self.reply.done():
            self.reply.set_exception(Lost())
            # Nobody may be waiting for it any more.
            self.reply.exception()
        self.crew.bury(self)


class Crew:
    """All workers, and the nursery that makes them."""

    def __init__(
        self, make: Callable[[bool], Work], owner: Owner, *, memory: int, largest: int
    ) -> None:
        self.make = make
        self.owner = owner
        self.largest = largest
        self.kills: Counter[str] = Counter()
        self.born = self.nurseries = 0
        self.is_closed = False
        self._memory = memory
        self._nursery, self._control = start_nursery(make, memory=memory)
        self._heard = time.monotonic()
        self._reports = b""
        self._descriptors: deque[int] = deque()
        self._expected: deque[asyncio.Future[Worker] | None] = deque()
        self._workers: dict[int, Worker] = {}
        self._arrivals: set[asyncio.Task[Any]] = set()

    @property
    def expected(self) -> int:
        """How many workers are ordered, or made and not yet ready, that nobody asked for by name."""
        made = (w for w in self._workers.values() if w.memory_at_birth == 0 and not w.is_lost)
        purposes = [*self._expected, *(worker.purpose for worker in made if not worker.ended_for)]
        return sum(1 for purpose in purposes if purpose is None)

    def memory(self) -> int:
        """The most memory that any of the living workers holds, in bytes."""
        return max((worker.memory for worker in self._workers.values()), default=0)

    def listen(self) -> None:
        """Hear what the nursery reports, in the running event loop."""
        self._control.setblocking(False)
        self.nurseries += 1
        asyncio.get_running_loop().add_reader(self._control, self._read_reports)

    def order(
        self, purpose: asyncio.Future[Worker] | None = None, *, is_open: bool = False
    ) -> None:
        """Have a worker made; the owner welcomes it, or the future for whose sake it is made."""
        if not self._expected:
            self._heard = time.monotonic()
        self._expected.append(purpose)
        self._send("make open" if is_open else "make")

    def end(self, worker: Worker, reason: str) -> None:
        """Kill a worker, whatever it does; a reason is counted."""
        if worker.is_lost or worker.ended_for:
            return
        worker.ended_for = reason or "done"
        if reason:
            self.kills[reason] += 1
        self._send(f"end {worker.pid}")
        if worker.transport is not None:
            worker.transport.abort()

    def doubt(self) -> None:
        """Workers are missed: a nursery that leaves orders unanswered is ended, and made anew."""
        if self._nursery and self._expected and time.monotonic() - self._heard > _STUCK:
            self.kills["not made"] += 1
            os.kill(self._nursery, signal.SIGKILL)

    def bury(self, worker: Worker) -> None:
        """A worker's socket is closed."""
        if worker.gone.done():
            self._workers.pop(worker.pid, None)
        self.owner.mourn(worker)

    async def close(self) -> None:
        """End every worker and the nursery."""
        if self.is_closed:
            return
        self.is_closed = True
        for worker in list(self._workers.values()):
            self.end(worker, "stopping")
        if not self._nursery:
            return
        asyncio.get_running_loop().remove_reader(self._control)
        self._control.close()
        for _ in range(200):
            if self._is_reaped():
                return
            await asyncio.sleep(0.01)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._nursery, signal.SIGKILL)
        self._reap()

    def _send(self, line: str) -> None:
        # One that is gone or stuck is noticed where its reports are read.
        with contextlib.suppress(OSError):
            self._control.send(line.encode() + b"\n")

    def _read_reports(self) -> None:
        try:
            piece, descriptors, _, _ = socket.recv_fds(self._control, 1 << 16, 16)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            piece, descriptors = b"", []
        if not piece:
            self._renew_nursery()
            return
        self._heard = time.monotonic()
        self._descriptors.extend(descriptors)
        *lines, self._reports = (self._reports + piece).split(b"\n")
        for line in lines:
            self._read_report(json.loads(line))

    def _read_report(self, report: dict[str, Any]) -> None:
        if "gone" in report:
            worker = self._workers.get(report["gone"])
            if worker is not None and not worker.gone.done():
                worker.gone.set_result(int(report["code"]))
                if worker.is_lost:
                    del self._workers[worker.pid]
            return
        purpose = self._expected.popleft() if self._expected else None
        loop = asyncio.get_running_loop()
        if "failed" in report:
            self._miss(purpose)
            return
        if not self._descriptors:
            # This process has no descriptor left by which it could speak to the worker.
            self._send(f"end {report['born']}")
            self._miss(purpose)
            return
        worker = Worker(self, report["born"], purpose)
        self._workers[worker.pid] = worker
        near = socket.socket(fileno=self._descriptors.popleft())
        near.setblocking(False)
        arrival = loop.create_task(loop.create_unix_connection(lambda: worker, sock=near))
        self._arrivals.add(arrival)
        arrival.add_done_callback(self._arrivals.discard)

    def _miss(self, purpose: asyncio.Future[Worker] | None) -> None:
        """A worker could not be made; another is tried later, or who wants this one is told."""
        self.kills["not made"] += 1
        if purpose is not None:
            purpose.cancel()
        asyncio.get_running_loop().call_later(_AGAIN, self.owner.fill)

    def _renew_nursery(self) -> None:
        """The nursery is gone, and the kernel ended its workers with it. Make another."""
        asyncio.get_running_loop().remove_reader(self._control)
        self._control.close()
        self._reap()
        for worker in list(self._workers.values()):
            if not worker.gone.done():
                worker.gone.set_result(-signal.SIGKILL)
            if worker.is_lost:
                del self._workers[worker.pid]
        while self._descriptors:
            os.close(self._descriptors.popleft())
        self._start_again()

    def _start_again(self) -> None:
        """Make a nursery, as soon as the system gives what that takes."""
        if self.is_closed:
            return
        try:
            self._nursery, self._control = start_nursery(self.make, memory=self._memory)
        except OSError:
            self._nursery = 0
            self.kills["not made"] += 1
            asyncio.get_running_loop().call_later(_AGAIN, self._start_again)
            return
        self._reports = b""
        # What was ordered of nobody, or of the one that is gone, is never made.
        for purpose in self._expected:
            if purpose is not None:
                purpose.cancel()
        self._expected.clear()
        self.listen()
        self.owner.fill()

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._nursery, 0)

    def _is_reaped(self) -> bool:
        try:
            return os.waitpid(self._nursery, os.WNOHANG)[0] != 0
        except ChildProcessError:
            return True
