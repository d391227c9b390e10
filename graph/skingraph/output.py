"""Files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from skingraph.errors import CannotWrite, SkingraphError

if TYPE_CHECKING:
    from collections.abc import Iterator

# What an error of writing never is: somebody who has read enough, or a finding of our own.
_NOT_OURS = (SkingraphError, ConnectionError)


@contextlib.contextmanager
def written(path: str | Path | None) -> Iterator[BinaryIO]:
    """A file to write into, that takes its place when the block ends well, and never before.

    Until then the old one stands; whatever ends the block early, Ctrl-C and SIGTERM too, leaves
    nothing behind. A name that ends in .gz or .zst is packed on the way.

    Args:
        path: where it goes; None or "-" is standard output.

    Raises:
        CannotWrite: there is no such folder, no permission, or no room.
        MissingExtra: the name ends in .zst, and Zstandard is not there.
    """
    if path is None or str(path) in ("", "-"):
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    target = Path(path)
    _check(target)
    # A device or a pipe has no place beside it; it is written directly.
    is_direct = target.exists() and not target.is_file()
    with _into(target) if is_direct else _beside(target) as file, _packed(file, target) as inner:
        yield inner


def write_whole(path: str | Path, content: bytes) -> None:
    """Write the file beside its place and rename it, so that the old one stands until then.

    Raises:
        CannotWrite: there is no such folder, no permission, or no room.
    """
    with written(Path(path)) as file:
        file.write(content)


def _check(target: Path) -> None:
    if target.is_symlink() and not target.exists():
        try:
            target.resolve()
        # Python 3.11 and 3.12 raise RuntimeError where a link leads to itself.
        except (OSError, RuntimeError) as error:
            raise CannotWrite(
                f"{target}: a link that leads to itself. Nothing was changed."
            ) from error
    if target.is_dir():
        raise CannotWrite(f"{target}: this is a folder. Name a file in it.")


@contextlib.contextmanager
def _into(target: Path) -> Iterator[BinaryIO]:
    try:
        with target.open("wb") as file:
            yield file
    except _NOT_OURS:
        raise
    except OSError as error:
        raise CannotWrite(f"{target}: cannot be written ({error.strerror}).") from error


@contextlib.contextmanager
def _beside(target: Path) -> Iterator[BinaryIO]:
    """A new file in the folder of the target, which takes its name in the end."""
    temporary: Path | None = None
    try:
        place = target.resolve()
        descriptor = _nameless(place.parent)
        if descriptor is None:
            import tempfile

            descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=place.parent)
            temporary = Path(name)
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(descriptor)
            if temporary is None:
                temporary = _named(descriptor, place)
        temporary.chmod(_mode(target))
        temporary.replace(place)
    except _NOT_OURS:
        raise
    except OSError as error:
        reason = error.strerror or error
        raise CannotWrite(
            f"{target}: cannot be written ({reason}). Nothing was changed."
        ) from error
    finally:
        # After the rename nothing is left under this name; after a failure or Ctrl-C it goes.
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _nameless(folder: Path) -> int | None:
    """A file without a name, of which nothing is left even by SIGKILL; not every system has it."""
    if not hasattr(os, "O_TMPFILE"):
        return None
    try:
        descriptor = os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError:
        # Where the reason is another, a file with a name meets it too.
        return None
    if not os.path.exists(f"/proc/self/fd/{descriptor}"):  # noqa: PTH110
        os.close(descriptor)
        return None
    return descriptor


def _named(descriptor: int, place: Path) -> Path:
    """A name for the file that had none, beside its place and not taken."""
    for attempt in range(100):
        name = place.with_name(f".{place.name}.{os.getpid()}.{attempt}")
        with contextlib.suppress(FileExistsError):
            # Only with a folder, which a whole path needs not, does Python follow the link.
            os.link(f"/proc/self/fd/{descriptor}", name, src_dir_fd=descriptor)
            return name
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))


@contextlib.contextmanager
def _packed(file: BinaryIO, target: Path) -> Iterator[BinaryIO]:
    from skingraph.packing import packed, packing_of

    packing = packing_of(target)
    if packing is None:
        yield file
        return
    inner = packed(file, packing)
    try:
        yield inner
        inner.close()
    finally:
        # What could not be written once cannot be written at the second closing either.
        with contextlib.suppress(Exception):
            inner.close()


def _mode(target: Path) -> int:
    if target.exists():
        return target.stat().st_mode & 0o7777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask
