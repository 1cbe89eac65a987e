"""Parquet and Arrow files, read by the groups of rows that they were written in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from latentia.data._extras import require
from latentia.data._names import missing_column
from latentia.data._stream import Stream


class Grouped(Stream):
    """The numeric columns of a Parquet or Arrow file; its last group of rows is kept.

    Parameters
    ----------
    path : Path
        The file.
    sizes : list of int
        Rows of each group.
    schema : pyarrow.Schema
        The columns.
    group : callable
        Of the number of a group and names of columns; returns a table.
    y : str or None
        The column that holds the labels, which are read at once.

    Raises
    ------
    ValueError
        If a column is not numeric, or there is no column `y`.
    """

    def __init__(
        self,
        path: Path,
        sizes: list[int],
        schema: Any,
        group: Callable[[int, list[str]], Any],
        y: str | None = None,
    ) -> None:
        if y is not None and y not in schema.names:
            raise missing_column(y, schema.names, str(path))
        names = [name for name in schema.names if name != y]
        if not names or not sum(sizes):
            raise ValueError(f"{path}: there are no rows, or no feature columns; give some.")
        dtype = np.result_type(*(_number_type(path, schema.field(name)) for name in names))
        self._edges = np.cumsum([0, *sizes])
        self._group, self._kept = group, (-1, np.empty(0))
        super().__init__(str(path), (sum(sizes), len(names)), dtype, names)
        if y is not None:
            columns = [group(i, [y]).column(0) for i in range(len(sizes))]
            if any(column.null_count for column in columns):
                raise ValueError(
                    f"{path}: label column {y!r} has missing values; fill or drop these rows."
                )
            self.labels = np.concatenate([np.asarray(column.to_pylist()) for column in columns])

    @property
    def edges(self) -> np.ndarray:
        return np.unique(self._edges)

    def read(self, start: int, stop: int) -> np.ndarray:
        out = np.empty((max(0, stop - start), self.shape[1]), self.dtype)
        i = int(np.searchsorted(self._edges, start, side="right")) - 1
        while start < stop:
            before, after = int(self._edges[i]), int(self._edges[i + 1])
            end = min(stop, after)
            rows = self._decoded(i)[start - before : end - before]
            out[len(out) - (stop - start) :][: len(rows)] = rows
            start, i = end, i + 1
        return out

    def _decoded(self, i: int) -> np.ndarray:
        kept, array = self._kept
        if kept == i:
            return array
        self._kept = (-1, np.empty(0))  # before the next one takes its memory
        assert self.names is not None
        pa = require("pyarrow", f"reading {self.name}")
        array = np.empty((self._edges[i + 1] - self._edges[i], len(self.names)), self.dtype)
        for j, name in enumerate(self.names):
            # One at a time: a table of all columns would be there beside the array.
            try:
                column = self._group(i, [name]).column(0)
            except (pa.ArrowException, OSError) as error:
                raise unreadable(self.name, error) from error
            if column.null_count:
                row = int(self._edges[i]) + column.is_null().to_pylist().index(True) + 1
                raise ValueError(
                    f"{self.name}: column {name!r} has {column.null_count} missing "
                    f"value(s), the first in row {row} (counting from 1); fill or drop them."
                )
            array[:, j] = column.to_numpy()
        self._kept = (i, array)
        return array


def parquet_rows(path: Path, y: str | None = None) -> Grouped:
    """Return the rows of a Parquet file."""
    parquet = require("pyarrow.parquet", f"reading {path.name}")
    pa = require("pyarrow", f"reading {path.name}")
    try:
        file = parquet.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise unreadable(str(path), error) from error
    sizes = [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)]
    return Grouped(
        path, sizes, file.schema_arrow, lambda i, names: file.read_row_group(i, names), y
    )


def arrow_rows(path: Path, y: str | None = None) -> Grouped:
    """Return the rows of an Arrow or Feather file."""
    pa = require("pyarrow", f"reading {path.name}")
    ipc = require("pyarrow.ipc", f"reading {path.name}")
    try:
        file = ipc.open_file(pa.memory_map(str(path), "rb"))
        sizes = [file.get_batch(i).num_rows for i in range(file.num_record_batches)]
    except (pa.ArrowException, OSError) as error:
        raise unreadable(str(path), error) from error

    def group(i: int, names: list[str]) -> Any:
        return pa.Table.from_batches([file.get_batch(i)]).select(names)

    return Grouped(path, sizes, file.schema, group, y)


def unreadable(name: str, error: Exception) -> ValueError:
    """Return the error for a file that is no table."""
    reason = str(error).splitlines()[0].rstrip(".")
    return ValueError(f"{name}: not a readable table ({reason}); repair or save it.")


def _number_type(path: Path, field: Any) -> np.dtype:
    try:
        dtype = np.dtype(field.type.to_pandas_dtype())
    except (NotImplementedError, TypeError):
        dtype = np.dtype(object)
    dtype = np.dtype(np.uint8) if dtype == np.bool_ else dtype
    if dtype.kind not in "iuf":
        raise ValueError(
            f"{path}: column {field.name!r} is of type {field.type}, not numeric; drop the column, "
            f"encode it as numbers, or make it the label with y={field.name!r}."
        )
    return dtype
