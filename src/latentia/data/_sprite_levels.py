"""Levels of the factors that make a sprite, checked."""

from __future__ import annotations

from typing import Any

import numpy as np

from latentia.data._sprite import VALUES


def checked_levels(factors: Any) -> np.ndarray:
    """Return a level of each factor for each image, shape (n, 5).

    Raises
    ------
    ValueError
        If a column is missing, or a level does not exist.
    """
    levels = check_integers(factors, "factors")
    if levels.ndim != 2 or levels.shape[1] != len(VALUES):
        raise ValueError(
            f"factors must have a column for each of {', '.join(VALUES)}, but its shape is "
            f"{levels.shape}."
        )
    for column, (name, values) in zip(levels.T, VALUES.items(), strict=True):
        check_range(column, len(values), f"factors, column {name!r},")
    return levels


def check_integers(values: Any, argument: str) -> np.ndarray:
    """Return an array of integers, or refuse other numbers."""
    array = np.asarray(values)
    if array.dtype.kind not in "iu":
        raise ValueError(f"{argument} must hold integers, but its type is {array.dtype}.")
    return array.astype(np.int64)


def check_range(levels: np.ndarray, size: int, what: str) -> None:
    """Refuse levels that do not exist."""
    wrong = levels[(levels < 0) | (levels >= size)]
    if wrong.size:
        raise ValueError(f"{what} holds {wrong[0]}; it counts from 0 to {size - 1:,}.")
