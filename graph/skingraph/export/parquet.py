"""Nodes and edges as Parquet, for data frames and analytical databases; needs the extra `parquet`."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from skingraph.errors import MissingExtra
from skingraph.export.columns import part_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow

    from skingraph.export.columns import Cell, Column, Part
    from skingraph.export.format import Options
    from skingraph.store import SkinGraph

# How many rows are in memory at once.
_BATCH: Final = 8192


def write_parquet(graph: SkinGraph, file: BinaryIO, options: Options) -> tuple[str, ...]:
    """The nodes or the edges with typed columns; what is not said is null, several texts a list.

    Raises:
        BadParameter: the options name no part.
        MissingExtra: pyarrow is not installed.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise MissingExtra(
            "pyarrow is not installed. Install it with: pip install 'skingraph[parquet]'"
        ) from error
    part = part_of(graph, options)
    types = {
        "text": pyarrow.string(),
        "texts": pyarrow.list_(pyarrow.string()),
        "number": pyarrow.float64(),
        "whole": pyarrow.int64(),
        "truth": pyarrow.bool_(),
    }
    schema = pyarrow.schema([(column.name, types[column.kind]) for column in part.columns])
    sink = pyarrow.PythonFile(cast("BinaryIO", _Forward(file)), mode="w")
    with pyarrow.parquet.ParquetWriter(sink, schema, compression="zstd") as writer:
        for batch in _batches(part, schema):
            writer.write_batch(batch)
    return part.remarks()


def _batches(part: Part, schema: pyarrow.Schema) -> Iterator[pyarrow.RecordBatch]:
    import pyarrow

    rows = part.rows()
    while several := list(itertools.islice(rows, _BATCH)):
        arrays = [
            pyarrow.array([_value(column, row[at]) for row in several], type=schema.types[at])
            for at, column in enumerate(part.columns)
        ]
        yield pyarrow.RecordBatch.from_arrays(arrays, schema=schema)


def _value(column: Column, cell: Cell) -> object:
    if column.kind == "text":
        return cell or None
    return float(cell) if isinstance(cell, Decimal) else cell


class _Forward:
    """A file that only goes forward, such as a pipe, for a writer that asks where it is."""

    closed = False

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._at = 0

    def write(self, content: bytes) -> int:
        self._file.write(content)
        self._at += len(content)
        return len(content)

    def tell(self) -> int:
        return self._at

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        """The file is for another to close."""
