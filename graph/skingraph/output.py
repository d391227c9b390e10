"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from skingraph.errors import CannotWrite


def write_whole(path: str | Path, content: bytes) -> None:
    """Write the file beside its place and rename it, so that the old one stands until then.

    Raises:
        CannotWrite: there is no such folder, no permission, or no room.
    """
    target = Path(path)
    if target.is_symlink() and not target.exists():
        _check_link(target)
    if target.is_dir():
        raise CannotWrite(f"{target}: this is a folder. Name a file in it.")
    if target.exists() and not target.is_file():
        _write_into(target, content)
        return
    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.resolve().parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(target.stat().st_mode & 0o7777 if target.exists() else _default_mode())
        temporary.replace(target.resolve())
    except OSError as error:
        raise CannotWrite(
            f"{target}: cannot be written ({error.strerror}). Nothing was changed."
        ) from error
    finally:
        # After the rename nothing is left under this name; after a failure or Ctrl-C it goes.
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _check_link(target: Path) -> None:
    try:
        target.resolve()
    # Python 3.11 and 3.12 raise RuntimeError where a link leads to itself.
    except (OSError, RuntimeError) as error:
        raise CannotWrite(f"{target}: a link that leads to itself. Nothing was changed.") from error


def _write_into(target: Path, content: bytes) -> None:
    """A device or a pipe has no place beside it; it is written directly."""
    try:
        with target.open("wb") as file:
            file.write(content)
    except OSError as error:
        raise CannotWrite(f"{target}: cannot be written ({error.strerror}).") from error


def _default_mode() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask
