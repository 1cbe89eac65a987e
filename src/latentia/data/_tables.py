"""Read tables: comma-separated text and Parquet."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np

from latentia.data._extras import require
from latentia.data._frames import split_frame

_Table = tuple[np.ndarray, np.ndarray | None, tuple[str, ...] | None]


def read_csv(path: Path, y: str | None) -> _Table:
    """Read features, labels and names from a text table.

    The separator is whichever of comma, semicolon and tab the first line has most of. A first
    line of numbers is data, not a header, unless it counts two or more columns: 0, 1, ...

    Raises
    ------
    ValueError
        If the file is not such a table, or a feature is not numeric.
    """
    pa_csv = require("pyarrow.csv", f"reading {path.name}")
    separator, _, header = layout_of(path)
    table = _read(
        path,
        pa_csv.read_csv,
        read_options=pa_csv.ReadOptions(autogenerate_column_names=not header),
        parse_options=pa_csv.ParseOptions(delimiter=separator),
    )
    X, labels, names = split_frame(table, y, str(path))
    return X, labels, names if header else None


def layout_of(path: Path) -> tuple[str, list[str], bool]:
    """Return the separator, the cells of the first line, and whether they are names of columns.

    Raises
    ------
    ValueError
        If the first line is not of such a table.
    """
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            line = file.readline()
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: the text is not UTF-8; save it as UTF-8.") from error
    if not line.strip():
        raise ValueError(f"{path}: the file is empty or starts with an empty line.")
    separator = max(",;\t", key=line.count)
    try:
        cells = next(csv.reader([line], delimiter=separator))
    except csv.Error as error:
        raise ValueError(
            f"{path}: the first line is not a row of a table ({error}); "
            "separate the columns by comma, semicolon or tab."
        ) from error
    return separator, cells, _is_header(cells)


def read_parquet(path: Path, y: str | None) -> _Table:
    """Read features, labels and names from a Parquet file.

    Raises
    ------
    ValueError
        If the file is not a Parquet file, or a feature is not numeric.
    """
    parquet = require("pyarrow.parquet", f"reading {path.name}")
    return split_frame(_read(path, parquet.read_table), y, str(path))


def parquet_bytes(path: Path) -> int:
    """Return how much memory a Parquet file may take, from what it says of itself."""
    about = _read(path, require("pyarrow.parquet", f"reading {path.name}").read_metadata)
    groups = sum(about.row_group(i).total_byte_size for i in range(about.num_row_groups))
    return int(max(groups, 4 * about.num_rows * about.num_columns))


def _read(path: Path, reader: Any, **options: Any) -> Any:
    pa = require("pyarrow", f"reading {path.name}")
    try:
        # As a file object: pyarrow would take a name such as "a=1.csv" apart as a partition.
        with open(path, "rb") as file:
            return reader(file, **options)
    except pa.ArrowException as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise ValueError(f"{path}: not a readable table ({reason}); repair or save it.") from error


def _is_header(cells: list[str]) -> bool:
    try:
        numbers = [float(cell) for cell in cells]
    except ValueError:
        return True
    return numbers == [*range(len(numbers))] and len(numbers) > 1
