"""Folders that appear whole or not at all, with the check sums of their files."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from skingraph.errors import CannotWrite

if TYPE_CHECKING:
    from collections.abc import Iterator

# The list of a folder's files with their checksums, by which it is known again.
SUMS: Final = "SHA256SUMS"


@contextlib.contextmanager
def whole_folder(folder: str | Path, *, kind: str, mark: str) -> Iterator[Path]:
    """A folder to fill, which takes its place when all is in it; what was there stays until then.

    The checksums of its files are written last. A folder that was made so before is replaced,
    unless files of somebody's own are in it.

    Args:
        folder: where it is to stand.
        kind: what it is, such as "release".
        mark: a file that every such folder has.

    Raises:
        CannotWrite: something else lies there, or there is no permission or no room.
    """
    beside: Path | None = None
    try:
        target = Path(folder).resolve()
        _refuse_another(target, kind, mark)
        beside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        yield beside
        _write_sums(beside)
        beside.chmod(0o777 & ~_umask())
        _put(beside, target)
    except CannotWrite:
        raise
    # Python 3.11 and 3.12 raise RuntimeError where a link leads to itself.
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "a link that leads to itself"
        raise CannotWrite(
            f"{folder}: cannot be written ({reason}). Nothing was changed."
        ) from error
    finally:
        if beside is not None:
            shutil.rmtree(beside, ignore_errors=True)


def write_into(folder: Path, name: str, content: bytes) -> None:
    """Write a file into a folder that is being filled, and the folders on its way."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _refuse_another(target: Path, kind: str, mark: str) -> None:
    if target.exists() and not target.is_dir():
        raise CannotWrite(f"{target}: this is no folder. Name one that is to be made.")
    if not target.exists() or not any(target.iterdir()):
        return
    sums = target / SUMS
    text = sums.read_text(encoding="utf-8", errors="replace") if sums.is_file() else ""
    listed = {line.partition("  ")[2] for line in text.splitlines()}
    if mark not in listed:
        raise CannotWrite(f"{target}: holds files and is no {kind}. Name another folder.")
    found = {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}
    if strange := sorted(found - listed - {SUMS}):
        raise CannotWrite(
            f"{target}: holds {strange[0]}, which is no part of the {kind}. Take it out first."
        )


def _write_sums(folder: Path) -> None:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    names = {path.relative_to(folder).as_posix(): path for path in files}
    lines = (f"{sha256(names[name].read_bytes()).hexdigest()}  {name}\n" for name in sorted(names))
    write_into(folder, SUMS, "".join(lines).encode())


def _put(beside: Path, target: Path) -> None:
    """Put the new folder in its place; what was there comes back if that fails."""
    if not target.exists():
        beside.rename(target)
        return
    former = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    target.rename(former)
    try:
        beside.rename(target)
    except OSError:
        former.rename(target)
        raise
    shutil.rmtree(former, ignore_errors=True)


def _umask() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return umask
