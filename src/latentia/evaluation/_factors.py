"""Codes and the known factors behind them, checked and brought to levels."""

from __future__ import annotations

from typing import Any

import numpy as np

from latentia._arrays import as_array, as_examples


def codes_and_levels(codes: Any, factors: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return codes as float64, shape (n, d), and the levels of factors from 0, shape (n, k)."""
    codes, factors = as_table(codes, "codes"), as_table(factors, "factors")
    if len(codes) != len(factors):
        raise ValueError(
            f"codes and factors must be of the same examples, but codes has {len(codes)} and "
            f"factors {len(factors)}."
        )
    columns = [np.unique(column, return_inverse=True)[1] for column in factors.T]
    levels = np.stack(columns, axis=1)
    for column, n_levels in enumerate(levels.max(axis=0) + 1):
        if n_levels < 2:
            raise ValueError(
                f"factors, column {column}, is {factors[0, column]:g} in all {len(factors)} "
                "examples; leave it out, for a code can say nothing of what does not vary."
            )
        if 2 * n_levels > len(factors):
            raise ValueError(
                f"factors, column {column}, has {n_levels} levels in {len(factors)} examples; "
                "round it to fewer levels, or give at least two examples for each."
            )
    return codes.astype(np.float64), levels


def check_bins(n_bins: int, n_examples: int) -> int:
    """Return a number of bins that examples can fill."""
    if not 2 <= n_bins <= n_examples:
        raise ValueError(
            f"n_bins={n_bins} must be between 2 and the number of examples, which is {n_examples}."
        )
    return n_bins


def standardised(codes: np.ndarray) -> np.ndarray:
    """Return codes of mean 0 and standard deviation 1; constant ones are 0."""
    centred = codes - codes.mean(axis=0)
    # What a mean of equal numbers leaves over is rounding.
    constant = np.ptp(codes, axis=0) == 0
    return np.where(constant, 0.0, centred / np.where(constant, 1.0, centred.std(axis=0)))


def two_largest(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the largest entry of each column, and the second, 0 where there is none."""
    ranked = np.sort(np.vstack([np.zeros_like(scores[:1]), scores]), axis=0)
    return ranked[-1], ranked[-2]


def as_table(values: Any, argument: str) -> np.ndarray:
    """Return finite numbers of shape (n, columns)."""
    table = as_examples(as_array(values), argument)
    if table.ndim != 2:
        raise ValueError(
            f"{argument} must be a table, one row for each example, but its shape is {table.shape}."
        )
    return table
