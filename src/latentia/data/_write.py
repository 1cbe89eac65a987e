"""Write an array as a file that is there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from latentia._blocks import blocks
from latentia._files import write_whole
from latentia.data._extras import require
from latentia.data._stream import Stream


def write_table(
    path: str | os.PathLike[str], array: np.ndarray | Stream, names: Sequence[str] | None = None
) -> None:
    """Write an array to ``.npy``, ``.csv`` or ``.parquet``, as the suffix says.

    The file is written beside its place and then moved there, so that an interrupted write leaves
    the old file as it was. It is written in blocks, so that a stream stays where it is.

    Parameters
    ----------
    path : str or path
        Where to; the folder must exist.
    array : ndarray or Stream of shape (n, ...)
        The rows. Tables flatten each row to one line of columns; ``.npy`` keeps the shape.
    names : sequence of str, optional
        Column names of a table, by default x0, x1, ...; ``.npy`` has none.

    Raises
    ------
    ValueError
        If the suffix is unknown, the names do not fit, or the file cannot be written.
    ImportError
        If a table is asked for and pyarrow is missing.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_table(f"{folder}/codes.npy", np.eye(2))
    ...     np.load(f"{folder}/codes.npy").shape
    (2, 2)
    """
    path = Path(path)
    writer = writer_for(path)
    array = array if isinstance(array, Stream) else np.asarray(array)
    if array.ndim == 0:
        raise ValueError(f"{path}: the array has no rows; give at least one axis.")
    if array.dtype == object:
        raise ValueError(f"{path}: the array holds Python objects; give numbers or text.")
    write_whole(path, lambda stream: writer(stream, array, names))


def writer_for(path: Path) -> Writer:
    """Return what writes a file of that suffix, as `write_table` uses it.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    ValueError
        If nothing does.
    """
    writer = writers.get(path.suffix.lower())
    if writer is None:
        raise ValueError(
            f"{path}: the suffix {path.suffix!r} is unknown; use one of {', '.join(writers)}."
        )
    return writer


def _npy(file: BinaryIO, array: Rows, names: Sequence[str] | None) -> None:
    if not isinstance(array, Stream):
        np.save(file, array, allow_pickle=False)
        return
    write_header(file, array.shape, array.dtype)
    for _, block in blocks(array):
        file.write(np.ascontiguousarray(block).data)


def write_header(file: BinaryIO, shape: tuple[int, ...], dtype: np.dtype) -> None:
    """Begin a ``.npy`` file; that of another number of rows has the same length."""
    about = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, about)


def _csv(file: BinaryIO, array: Rows, names: Sequence[str] | None) -> None:
    _write_tables(require("pyarrow.csv", "writing .csv").CSVWriter, file, array, names)


def _parquet(file: BinaryIO, array: Rows, names: Sequence[str] | None) -> None:
    _write_tables(require("pyarrow.parquet", "writing .parquet").ParquetWriter, file, array, names)


def _write_tables(make: Any, file: BinaryIO, array: Rows, names: Sequence[str] | None) -> None:
    first = _table(array[:0], names)
    with make(file, first.schema) as writer:
        for _, block in blocks(array):
            writer.write_table(_table(block, names))


def _table(array: np.ndarray, names: Sequence[str] | None) -> Any:
    pa = require("pyarrow", "writing a table")
    # Not -1, which numpy cannot work out when there are no rows.
    rows = array.reshape(len(array), int(np.prod(array.shape[1:])))
    columns = [f"x{j}" for j in range(rows.shape[1])] if names is None else list(names)
    if len(columns) != rows.shape[1]:
        raise ValueError(
            f"names has {len(columns)} entries for {rows.shape[1]} columns; give one per column."
        )
    return pa.table([pa.array(column) for column in rows.T], names=columns)


Rows = np.ndarray | Stream
Writer = Callable[[BinaryIO, Rows, Sequence[str] | None], None]

writers: dict[str, Writer] = {
    ".csv": _csv,
    ".npy": _npy,
    ".parquet": _parquet,
}
