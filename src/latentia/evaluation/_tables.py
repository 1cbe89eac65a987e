"""Examples as tables of numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from latentia._arrays import as_examples, flat


def table(x: Any, argument: str) -> np.ndarray:
    """Return examples of any shape as rows of float64."""
    return flat(as_examples(x, argument)).astype(np.float64)


def two_tables(a: Any, b: Any, names: tuple[str, str]) -> tuple[np.ndarray, np.ndarray]:
    """Return two sets of examples of as many features as tables."""
    a, b = table(a, names[0]), table(b, names[1])
    if a.shape[1] != b.shape[1]:
        raise ValueError(
            f"{names[0]} and {names[1]} must have as many features, but have {a.shape[1]} and "
            f"{b.shape[1]}."
        )
    return a, b
