"""Building a store on disk: by a process of its own, whole, and then put in place.

A process of its own, because the engine may break over what it reads, and because a fork of one
that has a store open lacks the threads that a second store would wait for.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, Final, NoReturn

import pyoxigraph as ox

from skingraph import errors
from skingraph.disk import DATA, FORMAT, HASHED, STAMP, Stamp, facts_of, stamp_in
from skingraph.errors import BadFile, CannotWrite, SkingraphError
from skingraph.filters import ClaimFilter
from skingraph.output import write_whole
from skingraph.overlays import Filled, Filling, from_files, shipped_and

if TYPE_CHECKING:
    from collections.abc import Iterator

if sys.platform != "win32":
    import fcntl

_LOCK: Final = "skingraph.lock"
_LOADING: Final = "loading-"
_DEATH_OF_PARENT: Final = 1

# The engine writes these whenever it likes.
_CHANGING: Final = ("LOG", "LOCK")

_HAS_BLANK: Final = """
ASK {
  { GRAPH ?g { ?s ?p ?o } FILTER (isBlank(?g) || isBlank(?s) || isBlank(?o)) }
  UNION
  { ?s ?p ?o FILTER (isBlank(?s) || isBlank(?o)) }
}
"""


@dataclass(frozen=True, slots=True)
class Order:
    """What a store is to hold: these files, or without any the shipped graph; with some beside."""

    files: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    only: ClaimFilter | None = None

    @property
    def size(self) -> int:
        """How many bytes the files have; a packed one counts for what it may hold."""
        return sum(
            path.stat().st_size * (10 if path.suffix.lower() == ".gz" else 1)
            for path in map(Path, (*self.files, *self.also))
            if path.is_file()
        )

    def fill(self, filling: Filling) -> Filled:
        """Put the statements into a store."""
        if self.files:
            return from_files(filling, (*self.files, *self.also), self.only)
        return shipped_and(filling, self.also, self.only)


def build(
    folder: str | Path,
    order: Order,
    *,
    replace: bool = False,
    in_memory: int = 512 << 20,
) -> tuple[Stamp, Filled]:
    """Build a store in a folder; what was there stays until the new one is whole.

    Args:
        folder: a new or empty folder, or one that holds a store.
        order: what the store is to hold.
        replace: whether a store that is there is to be replaced.
        in_memory: files of more bytes than this together are not held in memory meanwhile.

    Raises:
        CannotWrite: the folder holds something else, or cannot be written.
        BadFile: a file cannot be read.
        UnknownName: the filter names what is not there.
    """
    folder = Path(folder)
    is_new = _prepare(folder, replace)
    loading = folder / f"{_LOADING}{secrets.token_hex(4)}"
    try:
        with _locked(folder) as lock:
            _tidy(folder)
            said = _built(loading, order, in_memory, lock)
            stamp = _put_in_place(folder, loading, said)
            _tidy(folder)
    except OSError as error:
        if isinstance(error, SkingraphError):
            raise
        raise CannotWrite(
            f"{folder}: cannot be written ({error.strerror or error}). Nothing was changed."
        ) from error
    finally:
        shutil.rmtree(loading, ignore_errors=True)
        if is_new and not (folder / STAMP).exists():
            (folder / _LOCK).unlink(missing_ok=True)
            with contextlib.suppress(OSError):
                folder.rmdir()
    return stamp, Filled(
        said["union"], tuple(said["added_nothing"]), tuple(said["odd"]), tuple(said["inputs"])
    )


def _prepare(folder: Path, replace: bool) -> bool:
    """Make the folder if it is not there; whether it was made."""
    try:
        names = {entry.name for entry in folder.iterdir()}
    except FileNotFoundError:
        try:
            folder.mkdir()
        except OSError as error:
            raise CannotWrite(f"{folder}: cannot be made ({error.strerror}).") from error
        return True
    except OSError as error:
        raise CannotWrite(f"{folder}: {error.strerror}. Name a folder for the store.") from error
    foreign = sorted(name for name in names if name not in (STAMP, _LOCK) and not _is_part(name))
    if foreign:
        raise CannotWrite(
            f"{folder}: holds {foreign[0]}, which is no part of a store. Name a new folder."
        )
    if STAMP in names and not replace:
        raise CannotWrite(f"{folder}: holds a store already. Replace it with: load --replace")
    return False


def _is_part(name: str) -> bool:
    return name.startswith((DATA, _LOADING, f".{STAMP}."))


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[int]:
    """Hold the folder for one load; the system lets go when the process ends, however it does."""
    lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        if sys.platform != "win32":
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise CannotWrite(
                    f"{folder}: another load is at work there. Wait for it."
                ) from error
        yield lock
    finally:
        os.close(lock)


def _tidy(folder: Path) -> None:
    """Remove what broken-off loads left, and data that was replaced and that nobody reads."""
    current = ""
    with contextlib.suppress(BadFile):
        current = stamp_in(folder).data
    for entry in list(folder.iterdir()):
        if not _is_part(entry.name) or entry.name == current:
            continue
        if entry.is_dir() and _is_read(entry):
            continue
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)


def _is_read(data: Path) -> bool:
    if sys.platform == "win32":
        return False
    lock = os.open(data, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(lock)
    return False


def _built(loading: Path, order: Order, in_memory: int, lock: int) -> dict[str, Any]:
    """Let a process of its own build the store, and hear what it says."""
    told = json.dumps([str(loading), asdict(order), in_memory])
    # The lock goes with it: as long as it works, nobody else does.
    with subprocess.Popen(
        [sys.executable, "-c", "from skingraph.building import work; work()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        pass_fds=(lock,) if os.name == "posix" else (),
    ) as process:
        try:
            answer, _ = process.communicate(told.encode())
        except BaseException:
            process.kill()
            raise
    try:
        said: dict[str, Any] = json.loads(answer)
    except ValueError:
        raise BadFile(f"{loading.parent}: {_end_of(process.returncode)}") from None
    if "error" in said:
        kind = getattr(errors, said["error"], BadFile)
        raise kind(said["message"])
    return said


def _end_of(code: int) -> str:
    if -code in (signal.SIGALRM, signal.SIGKILL):
        return "the rules take too long over this, or too much memory. Nothing was changed"
    return "the engine broke down over this. Nothing was changed"


def work() -> NoReturn:
    """What the process of its own does: read its order, build, tell."""
    if sys.platform.startswith("linux"):
        import ctypes

        ctypes.CDLL(None).prctl(_DEATH_OF_PARENT, signal.SIGKILL)
    # Whoever started us is interrupted too, and sees to what is left.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    place, order, in_memory = json.load(sys.stdin)
    only = order.pop("only")
    order = Order(
        tuple(order["files"]),
        tuple(order["also"]),
        only
        and ClaimFilter(only["min_evidence"], tuple(only["authorities"]), tuple(only["sources"])),
    )
    loading = Path(place)
    try:
        said = _fill(loading, order, in_memory)
    except SkingraphError as error:
        said = {"error": type(error).__name__, "message": str(error)}
    except OSError as error:
        what = error.strerror or " ".join(str(error).split())
        message = f"{loading.parent}: cannot be written ({what}). Nothing was changed."
        said = {"error": "CannotWrite", "message": message}
    sys.stdout.write(json.dumps(said))
    sys.stdout.flush()
    os._exit(0)


def _fill(loading: Path, order: Order, in_memory: int) -> dict[str, Any]:
    progress = _Progress()
    if order.size <= in_memory:
        # Rules over a store on disk take several times as long.
        filling = Filling(ox.Store(), progress=progress)
        filled = order.fill(filling)
        store = ox.Store(loading)
        _move(filling.store, store)
    else:
        store = ox.Store(loading)
        filled = order.fill(Filling(store, on_disk=True, progress=progress))
    # Whoever opens a log of changes has to go through it each time.
    store.optimize()
    store.flush()
    progress.end()
    return asdict(filled) | _counted(store)


def _move(memory: ox.Store, disk: ox.Store) -> None:
    """Copy all statements, one thread writing lines and the engine reading them."""
    has_blank = memory.query(_HAS_BLANK)
    if has_blank:
        # Read again they would get other names.
        disk.bulk_extend(memory)
        return
    reading, writing = os.pipe()

    def write() -> None:
        # Where nobody reads, the reader says why.
        with contextlib.suppress(OSError), os.fdopen(writing, "wb") as lines:
            memory.dump(lines, ox.RdfFormat.N_QUADS)

    writer = Thread(target=write)
    writer.start()
    try:
        with os.fdopen(reading, "rb") as lines:
            disk.bulk_load(lines, ox.RdfFormat.N_QUADS, lenient=True)
    finally:
        writer.join()


def _counted(store: ox.Store) -> dict[str, object]:
    graphs = {}
    for graph in store.named_graphs():
        found = store.query(f"SELECT (COUNT(*) AS ?n) {{ GRAPH {graph} {{ ?s ?p ?o }} }}")
        assert isinstance(found, ox.QuerySolutions)
        graphs[graph.value] = int(next(found)[0].value)
    return {"graphs": graphs, "statements": len(store)}


def _put_in_place(folder: Path, loading: Path, said: dict[str, Any]) -> Stamp:
    data = folder / loading.name.replace(_LOADING, DATA)
    loading.rename(data)
    files = [path for path in sorted(data.iterdir()) if not path.name.startswith(_CHANGING)]
    whole = sum(path.stat().st_size for path in files) <= HASHED
    for path in (*files, data, folder):
        _sync(path)
    stamp = Stamp(
        format=FORMAT,
        engine=ox.__version__,
        union=bool(said["union"]),
        statements=int(said["statements"]),
        graphs=said["graphs"],
        inputs=[list(item) for item in said["inputs"]],
        data=data.name,
        files={path.name: facts_of(path, whole) for path in files},
    )
    write_whole(folder / STAMP, json.dumps(asdict(stamp), indent=1).encode() + b"\n")
    _sync(folder)
    return stamp


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class _Progress:
    """How far a load is, on standard error: on a terminal after a second, else when it is long."""

    def __init__(self) -> None:
        self._on_terminal = sys.stderr.isatty()
        self._pause = 0.5 if self._on_terminal else 10.0
        self._next = time.monotonic() + max(self._pause, 1.0)

    def __call__(self, name: str, done: int, size: int, statements: int) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + self._pause
        share = f", {100 * done // size} %" if done <= size else ""
        shown = "".join(letter if letter.isprintable() else "?" for letter in name)
        before, after = ("\r\x1b[K", "") if self._on_terminal else ("", "\n")
        sys.stderr.write(f"{before}{shown}: {statements:,} statements read{share}{after}")
        sys.stderr.flush()

    def end(self) -> None:
        """Leave the line for what comes."""
        if self._on_terminal:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
