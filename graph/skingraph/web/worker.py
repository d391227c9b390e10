"""A worker: a process that holds the graph, answers one job after another, and can do no more.

It has one socket and no way to a second, to a file or to more memory than it was allowed. A
job that takes longer than it may ends the process; the web process sees that, and says so.
"""

from __future__ import annotations

import gc
import os
import resource
import signal
import sys
from typing import TYPE_CHECKING, Final, NoReturn

from skingraph import sandbox
from skingraph.web.frames import Inbox, packed

if TYPE_CHECKING:
    from collections.abc import Callable

    from skingraph.web.frames import Header

    # Takes a job and gives the header and the body of its answer.
    Work = Callable[[Header], tuple[Header, bytes]]

# How long past its deadline a job may still be on its way out.
_GRACE: Final = 0.5
_LARGEST_JOB: Final = 4 << 20
# Enough for the sockets of a query that asks an allowed host.
_FEW: Final = 64
_DEATH_OF_PARENT: Final = 1


def be_a_worker(
    make: Callable[[bool], Work], channel: int, *, memory: int, is_open: bool
) -> NoReturn:
    """Everything that a worker ever does; it never returns into the code of its parent.

    Args:
        make: gives the work, told whether this worker may ask allowed hosts. It runs after the
            inherited descriptors are closed, and before there can be no more of them.
        channel: the descriptor of the socket to the web process.
        memory: in bytes, how much more than now the process may map.
        is_open: leaves it descriptors, for a query that asks an allowed host.
    """
    try:
        sandbox.default_signals()
        # Whoever stops the server stops the web process, which then lets us finish or ends us.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        _die_with_the_nursery()
        gc.freeze()
        channel = sandbox.close_all_but(channel)
        work = make(is_open)
        sandbox.confine(memory, descriptors=_FEW if is_open else 0)
        _answer_all(work, channel)
        os._exit(0)
    finally:
        os._exit(1)


def _answer_all(work: Work, channel: int) -> None:
    inbox = Inbox(_LARGEST_JOB)
    _send(channel, packed({"memory": _resident()}))
    while piece := os.read(channel, 1 << 16):
        frame = inbox.add(piece)
        if frame is None:
            continue
        job, _ = frame
        signal.setitimer(signal.ITIMER_REAL, float(job["seconds"]) + _GRACE)
        header, body = work(job)
        signal.setitimer(signal.ITIMER_REAL, 0)
        _send(channel, packed(header | {"memory": _resident()}, body))


def _send(channel: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(channel, rest) :]


def _resident() -> int:
    """The most memory that this process ever held, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _die_with_the_nursery() -> None:
    """Let the kernel end us when the nursery is gone; elsewhere the deadline of a job does."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    # Loaded before the fork, so that nothing is opened here.
    ctypes.CDLL(None).prctl(_DEATH_OF_PARENT, signal.SIGKILL)
