"""Endless seeded sets: what every formula for drawing examples shares."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, fields
from itertools import count
from typing import ClassVar

import numpy as np

from latentia.data._dataset import Dataset
from latentia.data._validation import check_count, check_seed

# Drawn in pieces of this size whatever the caller's batch, so that batches do not change the data.
_PIECE = 1024

_DEFAULT_N = 2000

Draw = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Generated(ABC):
    """A seeded, endless source of examples; a subclass writes `_draw`.

    Example i depends on the seed and on i alone: neither the batch size nor the number asked for
    changes it. Numbers are float32. Every parameter is a length and must not be negative.
    """

    name: ClassVar[str]
    description: ClassVar[str]

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not (math.isfinite(value) and value >= 0):
                raise ValueError(
                    f"{field.name}={value!r} is not a length; give a finite number, 0 or more."
                )

    def load(self, n: int | None = None, seed: int = 0) -> Dataset:
        """Draw a data set.

        Parameters
        ----------
        n : int, optional
            How many examples; 2,000 by default.
        seed : int, default 0
            Where to start.

        Returns
        -------
        Dataset

        Raises
        ------
        ValueError
            If `n` is below 2 or the seed is negative.
        """
        n = _DEFAULT_N if n is None else check_count(n, "n")
        X, y = next(self.stream(n, seed))
        return Dataset.of(X, y, name=self.name)

    def stream(self, batch_size: int, seed: int = 0) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Draw batches without end.

        Parameters
        ----------
        batch_size : int
            Examples in a batch, at least 1.
        seed : int, default 0
            Where to start.

        Yields
        ------
        X : ndarray of shape (batch_size, d)
            The examples.
        y : ndarray of shape (batch_size,)
            Their position along the curve.

        Raises
        ------
        ValueError
            If `batch_size` is below 1 or the seed is negative.
        """
        size = check_count(batch_size, "batch_size")
        return self._batches(size, check_seed(seed))

    def _batches(self, size: int, seed: int) -> Iterator[Draw]:
        pieces: list[Draw] = []
        held = 0
        for i in count():
            pieces.append(self._piece(seed, i))
            held += _PIECE
            if held < size:
                continue
            X, y = (np.concatenate(parts) for parts in zip(*pieces, strict=True))
            whole = held - held % size
            for start in range(0, whole, size):
                yield X[start : start + size], y[start : start + size]
            pieces, held = [(X[whole:], y[whole:])], held - whole

    def _piece(self, seed: int, i: int) -> Draw:
        X, y = self._draw(_PIECE, np.random.default_rng([seed, i]))
        return X.astype(np.float32), y.astype(np.float32)

    @abstractmethod
    def _draw(self, n: int, rng: np.random.Generator) -> Draw:
        """Draw n examples of shape (n, d) and their positions of shape (n,)."""
