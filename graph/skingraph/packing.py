"""Files packed with gzip or Zstandard: the ending of a name tells which, both ways.

Packed bytes depend on nothing but what is packed: neither the time nor the name is written.
"""

from __future__ import annotations

import importlib
import os
import sys
import zlib
from typing import IO, TYPE_CHECKING, BinaryIO, Final, Literal, cast

from skingraph.errors import BadFile, MissingExtra

if TYPE_CHECKING:
    from types import ModuleType

Packing = Literal["gzip", "zstd"]

ENDINGS: Final[dict[str, Packing]] = {".gz": "gzip", ".zst": "zstd"}
_SIGNATURES: Final[dict[bytes, Packing]] = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
# What costs little time and gains most of the room.
_GZIP_LEVEL: Final = 6
_ZSTD_LEVEL: Final = 3


def packing_of(path: str | os.PathLike[str]) -> Packing | None:
    """How a file of this name is packed, or None where its ending does not tell of any."""
    return ENDINGS.get(os.path.splitext(path)[1].lower())  # noqa: PTH122


def packing_in(beginning: bytes) -> Packing | None:
    """How a file that begins so is packed, or None."""
    for signature, packing in _SIGNATURES.items():
        if beginning.startswith(signature):
            return packing
    return None


def without_packing(name: str) -> str:
    """The name of a file as it would be unpacked.

    >>> without_packing("skin.ttl.gz")
    'skin.ttl'
    """
    return os.path.splitext(name)[0] if packing_of(name) else name  # noqa: PTH122


def packed(file: BinaryIO, packing: Packing) -> BinaryIO:
    """A file to write into; what is written goes packed into the one given, which stays open.

    Raises:
        MissingExtra: Zstandard is not there.
    """
    if packing == "gzip":
        import gzip

        return cast(
            "BinaryIO",
            gzip.GzipFile(filename="", mode="wb", compresslevel=_GZIP_LEVEL, fileobj=file, mtime=0),
        )
    zstd = _zstd("write")
    parameter = zstd.CompressionParameter
    # With its checksum, a damaged file is noticed as gzip's is.
    options = {parameter.compression_level: _ZSTD_LEVEL, parameter.checksum_flag: 1}
    return cast("BinaryIO", zstd.ZstdFile(file, "wb", options=options))


def require(packing: Packing | None, name: str) -> None:
    """Import what unpacks it, as long as files can be opened.

    Raises:
        MissingExtra: Zstandard is not there.
    """
    if packing == "zstd":
        _zstd("read", name)
    elif packing == "gzip":
        importlib.import_module("gzip")


class Unpacked:
    """A packed file, read as what is in it; never more than was asked for is held.

    Raises:
        MissingExtra: Zstandard is not there.
    """

    def __init__(self, file: IO[bytes], packing: Packing, name: str) -> None:
        self._name = name
        self._packing = packing
        if packing == "gzip":
            import gzip

            self._file: IO[bytes] = cast("IO[bytes]", gzip.GzipFile(fileobj=file))
            self._faults: tuple[type[Exception], ...] = (gzip.BadGzipFile, zlib.error, EOFError)
        else:
            zstd = _zstd("read", name)
            self._file = zstd.ZstdFile(file, "rb")
            self._faults = (zstd.ZstdError, EOFError)

    def read(self, size: int = -1) -> bytes:
        """The next bytes, unpacked; none at the end.

        Raises:
            BadFile: the file is cut off or damaged.
        """
        try:
            return self._file.read(size)
        except self._faults as error:
            raise BadFile(
                f"{self._name}: not a whole {self._packing} file ({error}). Fetch or pack it again"
            ) from error


def beginning(packed: bytes, size: int = 4096) -> bytes:
    """The first bytes of what is in the beginning of a file, unpacked where it is packed.

    Raises:
        BadFile: it is damaged.
        MissingExtra: Zstandard is not there.
    """
    packing = packing_in(packed)
    if packing is None:
        return packed[:size]
    try:
        if packing == "gzip":
            return zlib.decompressobj(wbits=31).decompress(packed, size)
        zstd = _zstd("read")
        return cast("bytes", zstd.ZstdDecompressor().decompress(packed, size))
    except Exception as error:
        if isinstance(error, MissingExtra):
            raise
        raise BadFile(f"not a whole {packing} file ({error}). Fetch or pack it again") from error


def _zstd(verb: str, name: str = "a .zst file") -> ModuleType:
    """Python has it since 3.14; before, a package brings the same."""
    module = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingExtra(
            f"{name}: to {verb} it, Zstandard is needed. Install it with:"
            " pip install 'skingraph[zstd]', or use .gz instead"
        ) from error
