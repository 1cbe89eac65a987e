"""Data frames of any library to arrays, through narwhals."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
from narwhals.exceptions import DuplicateError

from latentia.data._names import missing_column

# What pandas leaves behind when it writes a frame together with its index.
_INDEX_NAMES = frozenset({"", "__index_level_0__"})

# Text that stands for no label.
_BLANKS = frozenset({"", "null"})


def is_frame(data: Any) -> bool:
    """Whether narwhals knows `data` as a frame: pandas, polars, pyarrow and their like."""
    try:
        frame = nw.from_native(data, pass_through=True)
    except DuplicateError:
        return True
    return isinstance(frame, (nw.DataFrame, nw.LazyFrame))


def frame_to_array(frame: Any, where: str = "frame") -> tuple[np.ndarray, tuple[str, ...]]:
    """Turn a data frame of numbers into an array.

    Parameters
    ----------
    frame : pandas, polars, pyarrow or other frame known to narwhals
        Every column must be numeric or boolean. A missing value becomes NaN.
    where : str, default "frame"
        Opens every message.

    Returns
    -------
    array : ndarray of shape (n, d)
        In the smallest type that holds every column.
    names : tuple of str
        The column names.

    Raises
    ------
    TypeError
        If `frame` is not an eager data frame.
    ValueError
        If a column is not numeric; the message names it, the first row at fault (counting from 1)
        and the value there.

    Examples
    --------
    >>> import polars as pl
    >>> frame_to_array(pl.DataFrame({"a": [1, 2], "b": [0.5, 1.5]}))
    (array([[1. , 0.5],
           [2. , 1.5]]), ('a', 'b'))
    """
    table = _eager(frame, where)
    for position, name in enumerate(table.columns, start=1):
        if name in _INDEX_NAMES:
            raise ValueError(
                f"{where}: column {position} has no name, as if it were a row index; "
                "name it, or write the file without its index."
            )
    columns = [_numbers(table.get_column(name), where) for name in table.columns]
    if not columns:
        raise ValueError(f"{where}: there are no feature columns; give at least one.")
    array = np.empty((len(table), len(columns)), np.result_type(*columns))
    for j, column in enumerate(columns):
        array[:, j] = column
    return array, tuple(str(name) for name in table.columns)


def split_frame(
    frame: Any, y: str | None, where: str
) -> tuple[np.ndarray, np.ndarray | None, tuple[str, ...]]:
    """Return features, labels and feature names, the labels being column `y` if one is named.

    Raises
    ------
    ValueError
        If there is no column `y`, it has missing values, or a feature is not numeric.
    """
    table = _eager(frame, where)
    if y is None:
        array, names = frame_to_array(table, where)
        return array, None, names
    if y not in table.columns:
        raise missing_column(y, table.columns, where)
    labels = table.get_column(y)
    missing = _missing_rows(labels)
    if missing:
        raise ValueError(
            f"{where}: label column {y!r} has {len(missing)} missing value(s), "
            f"the first in row {missing[0]} (counting from 1); fill or drop these rows."
        )
    array, names = frame_to_array(table.drop(y), where)
    return array, _numbers(labels, where) if _numeric(labels) else _text(labels), names


def _eager(frame: Any, where: str) -> nw.DataFrame[Any]:
    if isinstance(frame, nw.DataFrame):
        return frame
    try:
        table = nw.from_native(frame, eager_only=True)
        names = [str(name) for name in table.columns]
    except DuplicateError as error:
        raise ValueError(
            f"{where}: two columns have one name ({str(error).splitlines()[-1].strip(' -')}); "
            "rename one."
        ) from error
    except TypeError as error:
        raise TypeError(
            f"{where}: {type(frame).__name__} is not an eager data frame; "
            "collect a lazy one first, or pass an array."
        ) from error
    if len(table) == 0:
        raise ValueError(f"{where}: the table has {len(names)} column(s) but no rows.")
    return table


def _numeric(column: nw.Series[Any]) -> bool:
    return column.dtype.is_numeric() or column.dtype == nw.Boolean


def _missing_rows(labels: nw.Series[Any]) -> list[int]:
    missing = labels.is_null().to_numpy()
    if not _numeric(labels):
        missing = missing | np.array([text.strip() in _BLANKS for text in _text(labels)])
    return [int(row) + 1 for row in np.flatnonzero(missing)]


def _text(column: nw.Series[Any]) -> np.ndarray:
    return np.array([str(value) for value in column.to_list()])


def _numbers(column: nw.Series[Any], where: str) -> np.ndarray:
    if isinstance(column.dtype, (nw.Categorical, nw.Enum)):
        raise ValueError(
            f"{where}: column {column.name!r} is categorical, not numeric; cast it to numbers, "
            f"drop it, or make it the label with y={column.name!r}."
        )
    if not _numeric(column):
        values = column.to_list()
        row = next((i for i, value in enumerate(values) if not _is_number(value)), 0)
        raise ValueError(
            f"{where}: column {column.name!r} is not numeric, row {row + 1} (counting from 1) "
            f"holds {str(values[row])!r}; drop the column, encode it as numbers, "
            f"or make it the label with y={column.name!r}."
        )
    if column.null_count() or column.dtype.is_decimal():
        column = column.cast(nw.Float64)
    return column.to_numpy()


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True
