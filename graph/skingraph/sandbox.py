"""Work that others had a say in, done in a forked child that can only think and answer.

The engine cannot be interrupted, and ends its process when a query is too deep or too
large for it. The child is the process it may end: it has a deadline, a bound of memory,
no descriptor to open a file or a socket with, and one pipe for its answer.
"""

from __future__ import annotations

import contextlib
import gc
import math
import os
import select
import signal
import struct
import sys
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn, Self

from skingraph import errors
from skingraph.errors import BadQuery, QueryStopped, SkingraphError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

if sys.platform != "win32":
    import fcntl
    import resource

    _INTERRUPTS: Final = (
        signal.SIGINT,
        signal.SIGTERM,
        signal.SIGHUP,
        signal.SIGALRM,
        signal.SIGPIPE,
    )
    _CRASHES: Final = (signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGABRT)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a child may work, in seconds, and how much memory and answer it may use, in bytes."""

    seconds: float = 10.0
    memory: int = 1 << 30
    answer: int = 64 << 20


# An answer is a status, its length, itself and the end mark. Without the mark it is none.
_HEADER: Final = struct.Struct(">cQ")
_END: Final = b"\x04end"
_DONE: Final = b"+"
_RAISED: Final = b"!"
_STOPPED: Final = b"x"

# How long past its deadline a child may still be on its way out.
_GRACE: Final = 0.5


def in_child(
    work: Callable[[], bytes],
    limits: Limits = Limits(),
    *,
    opening: Callable[[], object] | None = None,
) -> bytes:
    """What `work` returns, from a forked child that is stopped when it oversteps a limit.

    The child sees everything the parent has loaded, and can open nothing: what `work`
    imports or reads must be there before. An error of ours comes back as itself, any
    other as BadQuery; nothing the child does to its memory comes back at all.

    Args:
        work: what the child does.
        limits: how far it may go.
        opening: called in the child while it can still open files, as a store on disk must.
    """
    with Child(work, limits, opening=opening) as child:
        return child.answer()


class Child:
    """A forked child at work, for a parent that does something of its own meanwhile.

    As a context it starts on entering, and it is gone on leaving, whether it was done or not.
    """

    def __init__(
        self,
        work: Callable[[], bytes],
        limits: Limits = Limits(),
        *,
        opening: Callable[[], object] | None = None,
    ) -> None:
        """As for `in_child`.

        Args:
            work: what the child does.
            limits: how far it may go.
            opening: called before the child is confined.
        """
        self._work = work
        self._limits = limits
        self._opening = opening
        self._child = 0
        self._reading = -1
        self._received = bytearray()
        self._is_over = False
        self._stop: QueryStopped | None = None
        self._code: int | None = None

    def __enter__(self) -> Self:
        if not hasattr(os, "fork"):
            raise BadQuery(
                "queries and files from outside need a POSIX system (Linux, macOS, WSL), where a"
                " child process can hold them. Here, ask the queries of the catalogue"
            )
        self._reading, writing = os.pipe()
        # A signal between the fork and the first line of the child would run the parent's
        # handlers in the child, which would then go on as a second parent.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, _INTERRUPTS)
        try:
            self._child = _fork()
            if self._child == 0:
                self._be_the_child(writing, mask)
            os.close(writing)
            writing = -1
            self._deadline = time.monotonic() + self._limits.seconds + _GRACE
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        except BaseException:
            self._leave()
            raise
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            if writing >= 0:
                os.close(writing)
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()

    def wait(self, seconds: float) -> bool:
        """Whether the child is done, or was stopped, within so many seconds."""
        limits = self._limits
        until = min(time.monotonic() + seconds, self._deadline)
        most = limits.answer + _HEADER.size + len(_END)
        poll = select.poll()
        poll.register(self._reading, select.POLLIN)
        while not self._is_over:
            if not poll.poll(max(0.0, until - time.monotonic()) * 1000):
                if until < self._deadline:
                    return False
                self._stop = QueryStopped(_no_time(limits))
                break
            piece = os.read(self._reading, 1 << 20)
            self._received += piece
            self._is_over = not piece
            if len(self._received) > most:
                self._stop = QueryStopped(_too_large(limits))
                break
        return True

    def answer(self) -> bytes:
        """What the work returned, as soon as it is done.

        Raises:
            QueryStopped: it overstepped a limit.
            SkingraphError: what it raised.
        """
        self.wait(self._limits.seconds + 2 * _GRACE)
        self._code = _end(self._child, kill=self._stop is not None)
        self._child = 0
        if self._stop is not None:
            raise self._stop
        return _open(bytes(self._received), self._code, self._limits)

    def _leave(self) -> None:
        child, self._child = self._child, 0
        if child:
            _end(child, kill=True)
        reading, self._reading = self._reading, -1
        if reading >= 0:
            os.close(reading)

    def _be_the_child(self, pipe: int, mask: set[int | signal.Signals]) -> NoReturn:
        """Everything the child ever does. It never returns into the code of the parent."""
        limits = self._limits
        try:
            default_signals()
            signal.pthread_sigmask(signal.SIG_SETMASK, mask - set(_INTERRUPTS))
            # What the parent left for the collector has finalisers, which are not ours to run.
            gc.freeze()
            pipe = close_all_but(pipe)
            signal.setitimer(signal.ITIMER_REAL, limits.seconds)
            _limit(resource.RLIMIT_CPU, math.ceil(limits.seconds) + 1)
            status, answer = _opened(self._opening, limits)
            if status == _DONE:
                confine(limits.memory)
                status, answer = _outcome(self._work, limits)
            _send(pipe, _HEADER.pack(status, len(answer)))
            _send(pipe, answer)
            _send(pipe, _END)
            os._exit(0)
        finally:
            os._exit(1)


@contextlib.contextmanager
def limited(limits: Limits) -> Iterator[None]:
    """Inside, a process of its own is ended when it oversteps a limit of time or memory."""
    before, hard = resource.getrlimit(resource.RLIMIT_AS)
    mapped = _mapped()
    if mapped:
        most = mapped + limits.memory
        resource.setrlimit(resource.RLIMIT_AS, (most if hard < 0 else min(most, hard), hard))
    rest, _ = signal.setitimer(signal.ITIMER_REAL, limits.seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, rest)
        resource.setrlimit(resource.RLIMIT_AS, (before, hard))


def _fork() -> int:
    with warnings.catch_warnings():
        # Python 3.12 warns when there are threads, whose locks the child may find held.
        # One that waits for such a lock is ended by its deadline.
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            return os.fork()
        except OSError as error:
            raise QueryStopped(
                f"no process can be started for this: {error.strerror}; try again later"
            ) from error


def _opened(opening: Callable[[], object] | None, limits: Limits) -> tuple[bytes, bytes]:
    """What the child opens before it can open nothing any more."""

    def work() -> bytes:
        if opening is not None:
            opening()
        return b""

    return _outcome(work, limits)


def default_signals() -> None:
    """Let what interrupts or ends a process end this one, whatever its parent had set."""
    for number in (*_INTERRUPTS, *_CRASHES):
        signal.signal(number, signal.SIG_DFL)


def close_all_but(pipe: int) -> int:
    """Descriptors 0 to 2 lead nowhere, 3 is the pipe, and there are no others."""
    pipe = fcntl.fcntl(pipe, fcntl.F_DUPFD, 10)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    os.dup2(pipe, 3)
    os.closerange(4, 1 << 16)
    return 3


def confine(memory: int, *, descriptors: int = 0) -> None:
    """Allow this process so much more memory in bytes, no file of any size, and no descriptor.

    For good: not even the process itself can widen these limits again.
    """
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    mapped = _mapped()
    if mapped:
        _limit(resource.RLIMIT_AS, mapped + memory)
    # No descriptor, no file and no socket: the engine opens both without asking Python.
    _limit(resource.RLIMIT_NOFILE, descriptors)


def _limit(which: int, value: int) -> None:
    _, hard = resource.getrlimit(which)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (value, value))


def _mapped() -> int:
    """The address space in use, in bytes; 0 where the system does not tell (macOS)."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return 0
    return pages * resource.getpagesize()


def _outcome(work: Callable[[], bytes], limits: Limits) -> tuple[bytes, bytes]:
    try:
        answer = work()
    except MemoryError:
        return _STOPPED, _no_memory(limits).encode()
    except SkingraphError as error:
        return _RAISED, f"{type(error).__name__}\n{error}".encode(errors="backslashreplace")
    # What the engine raises when it panics is no Exception, and nothing may leave the child.
    except BaseException as error:  # noqa: BLE001
        return _RAISED, f"BadQuery\n{_message(error)}".encode(errors="backslashreplace")
    if len(answer) > limits.answer:
        return _STOPPED, _too_large(limits).encode()
    return _DONE, answer


def _message(error: BaseException) -> str:
    if isinstance(error, SyntaxError) and error.lineno is not None:
        return f"{error.lineno}:{error.offset}: {error.msg}"
    return str(error) or type(error).__name__


def _send(pipe: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(pipe, rest) :]


def _end(child: int, *, kill: bool) -> int:
    """The exit code of the child, which is gone afterwards; minus the signal that ended it."""
    # No such process: it was waited for, elsewhere or just before an interrupt.
    with contextlib.suppress(ProcessLookupError, ChildProcessError):
        if kill:
            os.kill(child, signal.SIGKILL)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return 0


def _open(received: bytes, code: int, limits: Limits) -> bytes:
    """The answer of a whole message; otherwise the error it carries, or the reason it is cut."""
    start, end = _HEADER.size, len(received) - len(_END)
    if end < start or received[end:] != _END:
        raise QueryStopped(_reason(code, limits))
    status, length = _HEADER.unpack(received[:start])
    if length != end - start:
        raise QueryStopped(_reason(code, limits))
    answer = received[start:end]
    if status == _DONE:
        return answer
    if status == _STOPPED:
        raise QueryStopped(answer.decode())
    name, _, message = answer.decode().partition("\n")
    kind = getattr(errors, name, BadQuery)
    raise kind(message)


def _reason(code: int, limits: Limits) -> str:
    if -code in (signal.SIGALRM, signal.SIGXCPU):
        return _no_time(limits)
    # The engine aborts when it gets no memory; a system without any kills.
    if -code in (signal.SIGABRT, signal.SIGKILL):
        return _no_memory(limits)
    return "stopped: the engine broke down on this; write it more simply"


def _no_time(limits: Limits) -> str:
    return f"stopped after {limits.seconds:g} s; narrow it, or raise --timeout"


def _no_memory(limits: Limits) -> str:
    return f"stopped at {limits.memory >> 20} MB of memory; narrow it, or ask for fewer rows"


def _too_large(limits: Limits) -> str:
    return f"stopped: the answer is larger than {limits.answer >> 20} MB; narrow it, or set a LIMIT"
