"""Refuse data that no model can learn from, and say where the fault is."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from latentia._arrays import native
from latentia._blocks import blocks
from latentia.data._part import first_of
from latentia.data._stream import Stream, resident


def check_numbers(X: Any, where: str) -> Any:
    """Return `X` as an array of numbers, examples first, without copying an array; streams stay.

    Booleans become uint8. Only foreign byte orders and floats beyond 64 bits, which torch lacks,
    are copied: to native order and float64. Channel-last images ``(n, H, W, C)`` with C of 1, 3
    or 4 become channel-first views ``(n, C, H, W)``, and ``(n, H, W)`` for C = 1.

    Raises
    ------
    ValueError
        If the array holds text or objects, is empty, or has no rows-by-features form.
    """
    if isinstance(X, Stream):
        return X
    X = _as_array(X, where)
    if X.dtype == np.bool_:
        X = X.view(np.uint8)
    if X.dtype.kind not in "iuf":
        kinds = {"U": "text", "S": "text", "T": "text", "O": "Python objects"}
        raise ValueError(
            f"{where}: the array holds {kinds.get(X.dtype.kind, X.dtype.name)}, not real numbers; "
            "convert it to an integer or float array first."
        )
    X = native(X)
    if X.ndim not in (2, 3, 4):
        raise ValueError(
            f"{where}: the array has shape {X.shape}; "
            "a table is (n, d), images are (n, H, W) or (n, C, H, W)."
        )
    if len(X) == 0:
        raise ValueError(f"{where}: the data has no rows; give at least one.")
    if X.size == 0:
        raise ValueError(
            f"{where}: the array has shape {X.shape}, so an example has no features; "
            "give at least one column."
        )
    return _channels_first(X)


def check_labels(y: Any, n: int, where: str) -> np.ndarray:
    """Return labels as an array of numbers or text, one per example.

    Raises
    ------
    ValueError
        If a label is missing, or their number is not `n`.
    """
    y = _as_array(y, f"{where}: y")
    if y.ndim == 0 or len(y) != n:
        raise ValueError(
            f"{where}: y has shape {y.shape} for {n} examples; give one label per example."
        )
    if y.dtype.kind not in "Of":
        return y
    missing = [row for row, label in enumerate(y.reshape(n, -1)) if any(map(_is_missing, label))]
    if missing:
        raise ValueError(
            f"{where}: y has {len(missing)} missing label(s), the first in row {missing[0] + 1} "
            "(counting from 1); fill or drop these rows."
        )
    return y.astype(str) if y.dtype.kind == "O" else y


def check_finite(X: Any, where: str, names: Sequence[str] | None = None) -> None:
    """Raise a ValueError that counts the values that are not finite and places the first.

    A column with a name is placed by row (counting from 1) and name, as in a spreadsheet;
    other arrays by index, as in Python.
    """
    count, first, value = 0, None, math.nan
    for start, block in blocks(X):
        bad = ~np.isfinite(block)
        if not bad.any():
            continue
        count += int(bad.sum())
        if first is None:
            row, *rest = (int(i) for i in np.argwhere(bad)[0])
            first, value = (start + row, *rest), block[(row, *rest)]
    if first is None:
        return
    if names is None:
        place = f"at index [{', '.join(map(str, first))}]"
    else:
        place = f"in row {first[0] + 1} (counting from 1), column {names[first[1]]!r}"
    raise ValueError(
        f"{where}: {count} value(s) are missing or not finite, the first is {value} {place}; "
        "fill or drop them."
    )


def first_rows(X: Any, n: int | None, where: str) -> Any:
    """Return the view ``X[:n]``, all of `X` for None; of a stream in memory where that is small.

    Raises
    ------
    ValueError
        If `n` is not a positive integer, or larger than the number of rows.
    """
    if n is None:
        return X
    n = check_count(n, "n")
    if n > len(X):
        raise ValueError(f"{where}: n={n} but there are only {len(X)} examples; ask for fewer.")
    if isinstance(X, Stream):
        return resident(first_of(X, n))
    return X[:n]


def check_count(n: Any, argument: str, least: int = 1) -> int:
    """Return `n` as an int of at least `least`, or raise a ValueError that names the argument."""
    count = _integer(n)
    if count is None or count < least:
        raise ValueError(
            f"{argument}={n!r} is no number of examples; give an integer of at least {least}."
        )
    return count


def check_seed(seed: Any) -> int:
    """Return `seed` as an int of at least 0, or raise a ValueError."""
    number = _integer(seed)
    if number is None or number < 0:
        raise ValueError(f"seed={seed!r} cannot start a generator; give an integer of at least 0.")
    return number


def _integer(value: Any) -> int | None:
    try:
        return operator.index(value)
    except TypeError:
        return None


def _as_array(values: Any, where: str) -> np.ndarray:
    if isinstance(values, np.memmap):
        return values
    try:
        return np.asarray(values)
    except (ValueError, TypeError, RuntimeError) as error:
        raise ValueError(
            f"{where}: cannot be read as an array ({str(error).splitlines()[0]}); "
            "give rows of equal length."
        ) from error


def _is_missing(label: Any) -> bool:
    # pandas marks missing text with None, NaN or its own NA, depending on the version.
    return label is None or (not isinstance(label, str) and str(label) in {"nan", "<NA>", "NaT"})


def _channels_first(X: np.ndarray) -> np.ndarray:
    channels = (1, 3, 4)
    if X.ndim != 4 or X.shape[3] not in channels or X.shape[1] in channels:
        return X
    return X[..., 0] if X.shape[3] == 1 else np.moveaxis(X, 3, 1)
