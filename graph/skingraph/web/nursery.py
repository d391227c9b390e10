"""A small process without threads that makes workers, ends them and buries them.

A fork is only safe where no other thread holds a lock, and the web process may one day have
threads; so it forks this one before anything else, and asks it for workers. The graph is
shared with all of them, page by page, until somebody writes.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import select
import signal
import socket
import warnings
from typing import TYPE_CHECKING, Final, NoReturn

from skingraph import sandbox
from skingraph.web.worker import be_a_worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from skingraph.web.worker import Work

_INTERRUPTS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def start_nursery(make: Callable[[bool], Work], *, memory: int) -> tuple[int, socket.socket]:
    """The process id of a new nursery, and the socket on which it takes orders.

    An order is a line: `make`, `make open` or `end PID`. A report is a line of JSON: `born` with
    a worker's id, together with the descriptor of its socket; `gone` with id and exit code;
    `failed` with the reason. Orders to make are answered in their turn.

    Raises:
        OSError: the system gives no process, or no descriptor.
    """
    # The workers die with the nursery by a call of the C library; its loader opens files.
    ctypes.CDLL(None)
    ours, theirs = socket.socketpair()
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, (*_INTERRUPTS, signal.SIGCHLD))
    try:
        child = _fork()
        if child == 0:
            _be_the_nursery(make, theirs.detach(), memory)
    except OSError:
        ours.close()
        raise
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        theirs.close()
    return child, ours


def _fork() -> int:
    with warnings.catch_warnings():
        # Python 3.12 warns of threads; those of a store on disk hold no lock that the child takes.
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def _be_the_nursery(make: Callable[[bool], Work], orders: int, memory: int) -> NoReturn:
    try:
        # A group of its own, since the terminal sends Ctrl-C to a whole group.
        os.setpgid(0, 0)
        signal.set_wakeup_fd(-1)
        sandbox.default_signals()
        for number in _INTERRUPTS:
            signal.signal(number, signal.SIG_IGN)
        control = socket.socket(fileno=sandbox.close_all_but(orders))
        control.setblocking(True)
        # What is frozen is not written to by a collection, and stays shared.
        gc.collect()
        gc.freeze()
        _Nursery(make, control, memory).work()
        os._exit(0)
    finally:
        os._exit(1)


class _Nursery:
    def __init__(self, make: Callable[[bool], Work], control: socket.socket, memory: int) -> None:
        self.make = make
        self.control = control
        self.memory = memory
        self.alive: set[int] = set()

    def work(self) -> None:
        """Take orders until the web process is gone; then end every worker."""
        noticed, notice = os.pipe()
        for end in (noticed, notice):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(notice, warn_on_full_buffer=False)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        poll = select.poll()
        poll.register(self.control, select.POLLIN)
        poll.register(noticed, select.POLLIN)
        received = b""
        try:
            while True:
                ready = dict(poll.poll())
                if noticed in ready:
                    os.read(noticed, 4096)
                    self._bury()
                if self.control.fileno() in ready:
                    piece = self.control.recv(4096)
                    if not piece:
                        return
                    *lines, received = (received + piece).split(b"\n")
                    for line in lines:
                        self._obey(line.decode())
        except (BrokenPipeError, ConnectionResetError):
            return
        finally:
            for worker in self.alive:
                _kill(worker)

    def _obey(self, order: str) -> None:
        verb, _, rest = order.partition(" ")
        if verb == "make":
            self._make(is_open=rest == "open")
        # One that was buried meanwhile may have passed its id on to a stranger.
        elif verb == "end" and int(rest) in self.alive:
            _kill(int(rest))

    def _make(self, *, is_open: bool) -> None:
        try:
            ours, theirs = socket.socketpair()
        except OSError as error:
            self._report({"failed": error.strerror})
            return
        with ours, theirs:
            try:
                worker = _fork()
            except OSError as error:
                self._report({"failed": error.strerror})
                return
            if worker == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                be_a_worker(self.make, theirs.fileno(), memory=self.memory, is_open=is_open)
            self.alive.add(worker)
            line = json.dumps({"born": worker}).encode() + b"\n"
            socket.send_fds(self.control, [line], [ours.fileno()])

    def _bury(self) -> None:
        while self.alive:
            worker, status = os.waitpid(-1, os.WNOHANG)
            if worker == 0:
                return
            self.alive.discard(worker)
            self._report({"gone": worker, "code": os.waitstatus_to_exitcode(status)})

    def _report(self, report: dict[str, object]) -> None:
        self.control.sendall(json.dumps(report).encode() + b"\n")


def _kill(worker: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(worker, signal.SIGKILL)
