"""A graph on disk, opened read-only by several at once.

A store is a folder. `skingraph.json` in it, the stamp, names the folder that holds the data and
tells what must be in there; it is written last and replaced in one step. So whatever happens to a
load, there is the old store, or the new one, or none. Data that nobody reads any more is removed
by the next load.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final, Self

import pyoxigraph as ox

from skingraph.errors import BadFile

if sys.platform != "win32":
    import fcntl

STAMP: Final = "skingraph.json"
DATA: Final = "data-"
FORMAT: Final = 1

# More takes longer to hash than to open; there the engine's own check sums must do.
HASHED: Final = 32 << 20


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a store is: who wrote it, from what, and what must be there."""

    format: int
    engine: str
    union: bool
    statements: int
    graphs: dict[str, int]
    inputs: list[list[str]]
    data: str
    files: dict[str, list[int | str]]


class Shared:
    """A claim to some data, for as long as this object lives: a load leaves it where it is."""

    def __init__(self, data: Path) -> None:
        self._lock = -1
        # A file system without locks: then a load may remove what we read, and we say so.
        with contextlib.suppress(OSError):
            self._lock = os.open(data, os.O_RDONLY)
            if sys.platform != "win32":
                fcntl.flock(self._lock, fcntl.LOCK_SH | fcntl.LOCK_NB)

    def __del__(self) -> None:
        if self._lock >= 0:
            with contextlib.suppress(OSError):
                os.close(self._lock)


@dataclass(frozen=True, slots=True)
class Opened:
    """A store on disk, opened for reading; it stays as it is while a load replaces it."""

    folder: Path
    stamp: Stamp
    store: ox.Store
    shared: Shared

    @classmethod
    def of(cls, folder: str | Path) -> Self:
        """The store in a folder.

        Raises:
            BadFile: there is none, it is not whole, or this engine cannot read it.
        """
        folder = Path(folder)
        for _ in range(3):
            stamp = stamp_in(folder)
            shared = Shared(folder / stamp.data)
            # A load may have replaced it just now, and its data may be gone.
            if stamp == stamp_in(folder):
                break
        _check_files(folder, stamp)
        return cls(folder, stamp, _read_only(folder, stamp), shared)

    def reopened(self) -> ox.Store:
        """The same data once more, for a forked child that has closed what its parent opened."""
        return _read_only(self.folder, self.stamp)


def facts_of(path: Path, whole: bool) -> list[int | str]:
    """The size of a file, and its SHA-256 if it is not one of many large ones."""
    size = path.stat().st_size
    is_hashed = whole or path.suffix != ".sst"
    return [size, sha256(path.read_bytes()).hexdigest()] if is_hashed else [size]


def stamp_in(folder: Path) -> Stamp:
    """The stamp of a store.

    Raises:
        BadFile: there is none, or it says what this version does not understand.
    """
    try:
        said = json.loads((folder / STAMP).read_bytes())
        stamp = Stamp(**said)
        version, engine, data = stamp.format, str(stamp.engine), str(stamp.data)
    except FileNotFoundError:
        raise BadFile(
            f"{folder}: no store is here. Make one with: skingraph load --store {folder}"
        ) from None
    except OSError as error:
        raise BadFile(f"{folder}: {error.strerror}. Name the folder of a store") from error
    except (ValueError, TypeError) as error:
        raise BadFile(f"{folder}: {STAMP} is damaged. {_again(folder)}") from error
    if version != FORMAT or engine.split(".")[:2] != ox.__version__.split(".")[:2]:
        raise BadFile(
            f"{folder}: was written by another version (format {version}, pyoxigraph {engine})."
            f" {_again(folder)}"
        )
    if not data.startswith(DATA) or "/" in data or "\\" in data:
        raise BadFile(f"{folder}: {STAMP} is damaged. {_again(folder)}")
    return stamp


def _check_files(folder: Path, stamp: Stamp) -> None:
    for name, facts in stamp.files.items():
        path = folder / stamp.data / Path(name).name
        try:
            found = facts_of(path, whole=len(facts) > 1)
        except OSError as error:
            raise BadFile(
                f"{folder}: its file {name} cannot be read ({error.strerror}). {_again(folder)}"
            ) from error
        if found != facts:
            raise BadFile(f"{folder}: its file {name} is damaged. {_again(folder)}")


def _read_only(folder: Path, stamp: Stamp) -> ox.Store:
    try:
        return ox.Store.read_only(str(folder / stamp.data))
    except (OSError, RuntimeError) as error:
        reason = " ".join(str(error).split())
        raise BadFile(f"{folder}: cannot be opened ({reason}). {_again(folder)}") from error


def _again(folder: Path) -> str:
    return f"Load it again: skingraph load --replace --store {folder}"
