"""Walk through an array a few rows at a time, so that a memory-mapped file stays on disk."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

# Large enough that Python's loop costs nothing, small enough for a laptop: 32 MB as float64.
BLOCK_VALUES = 2**22


def blocks(X: Any, values: int = BLOCK_VALUES) -> Iterator[tuple[int, np.ndarray]]:
    """Yield ``(start, X[start:stop])`` of about `values` numbers each: views of an array.

    Examples
    --------
    >>> [start for start, _ in blocks(np.zeros((5, 10)), values=20)]
    [0, 2, 4]
    """
    rows = max(1, values // max(1, math.prod(X.shape[1:])))
    for start in range(0, len(X), rows):
        yield start, X[start : start + rows]
