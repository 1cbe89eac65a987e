"""Examples that are read when they are asked for: an array that is not in memory."""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from latentia.data._moments import Moments

#: Arrays of up to so many bytes are worth having in memory.
RESIDENT_BYTES = 2**29
# Rows that lie together are cheaper to read than rows apart; these are the sizes of a run of them.
_RUN_ROWS, _RUN_BYTES, _FEWEST_RUNS = 4096, 2**20, 256
# What lies between two rows is read along with them where it is less than this.
_GAP_BYTES = 2**14


class Stream(ABC):
    """Examples in files, or wherever they are, that look like an array and are read by rows.

    What needs all of them, such as ``min``, takes one pass in blocks and remembers the answer.
    ``stream[:]`` and ``numpy.asarray`` read everything into memory.

    Parameters
    ----------
    name : str
        Where they come from; opens every message.
    shape : tuple of int
        Number of examples, and the shape of one.
    dtype : dtype
        Of the numbers that are read.
    names : sequence of str, optional
        Column names of a table.
    labels : ndarray of length n, optional
        A label for each example, in memory.

    Attributes
    ----------
    sequential : bool
        Whether rows can be read in their order only, but for starting again.
    """

    sequential: bool = False

    def __init__(
        self,
        name: str,
        shape: tuple[int, ...],
        dtype: Any,
        names: Sequence[str] | None = None,
        labels: np.ndarray | None = None,
    ) -> None:
        if len(shape) not in (2, 3, 4) or 0 in shape:
            raise ValueError(
                f"{name}: the examples have shape {shape}; a table is (n, d), images are "
                "(n, H, W) or (n, C, H, W), none of them 0."
            )
        dtype = np.dtype(dtype)
        if dtype.kind not in "iuf":
            raise ValueError(
                f"{name}: the examples are of type {dtype.name}, not real numbers; convert them to "
                "an integer or float type first."
            )
        self.name = name
        self.shape = tuple(int(size) for size in shape)
        self.dtype = dtype
        self.names = None if names is None else tuple(names)
        self.labels = labels

    @abstractmethod
    def read(self, start: int, stop: int) -> np.ndarray:
        """Return the examples from ``start`` up to ``stop``, in memory of their own."""

    @property
    def edges(self) -> np.ndarray:
        """Where runs of rows begin and end that are best read at once, from 0 to n."""
        rows = max(1, min(_RUN_ROWS, _RUN_BYTES // self.row_bytes, len(self) // _FEWEST_RUNS))
        return np.append(np.arange(0, len(self), rows), len(self))

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return int(np.prod(self.shape, dtype=object))

    @property
    def nbytes(self) -> int:
        """How much memory all examples would take."""
        return self.size * self.dtype.itemsize

    @property
    def row_bytes(self) -> int:
        """How much memory one example takes."""
        return max(1, self.nbytes // len(self))

    def __getitem__(self, index: Any) -> np.ndarray:
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            if step == 1:
                return self.read(start, max(start, stop))
            return self._gather(np.arange(start, stop, step))
        if isinstance(index, tuple):
            raise TypeError(
                f"{self.name}: a stream is asked for rows only; take columns of what was read, as "
                "in stream[:100][:, 0]."
            )
        rows = np.asarray(index)
        if rows.ndim == 0:
            row = range(len(self))[operator.index(index)]
            return self.read(row, row + 1)[0]
        if rows.dtype == bool:
            rows = np.flatnonzero(rows)
        return self._gather(np.where(rows < 0, rows + len(self), rows))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        array = self.read(0, len(self))
        return array if dtype is None else array.astype(dtype, copy=False)

    def _gather(self, rows: np.ndarray) -> np.ndarray:
        """Read rows in any order, those that lie close together at once."""
        out = np.empty((len(rows), *self.shape[1:]), self.dtype)
        order = np.argsort(rows, kind="stable")
        near = max(1, _GAP_BYTES // self.row_bytes)
        cuts = np.flatnonzero(np.diff(rows[order]) > near) + 1
        for group in np.split(order, cuts) if len(rows) else ():
            first, last = int(rows[group[0]]), int(rows[group[-1]])
            out[group] = self.read(first, last + 1)[rows[group] - first]
        return out

    @cached_property
    def moments(self) -> Moments:
        """Range, mean and variance of each feature, from one pass."""
        with np.errstate(invalid="ignore"):
            return Moments.of(self)

    @property
    def is_finite(self) -> bool:
        """Whether no number is NaN or infinite."""
        extremes = (self.moments.minimum, self.moments.maximum)
        return all(bool(np.isfinite(extreme).all()) for extreme in extremes)

    def min(self, axis: int | None = None) -> Any:
        """Return the smallest number of all, or of each feature for axis 0."""
        low = self.moments.minimum
        return low.min() if axis is None else low

    def max(self, axis: int | None = None) -> Any:
        """Return the largest number of all, or of each feature for axis 0."""
        high = self.moments.maximum
        return high.max() if axis is None else high

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}: {self.shape} of {self.dtype.name}>"


def resident(stream: Stream) -> np.ndarray | Stream:
    """Return a stream that is worth it as an array in memory."""
    return stream[:] if stream.nbytes <= RESIDENT_BYTES else stream


def moments_of(X: np.ndarray | Stream) -> Moments:
    """Return the moments of an array, or those that a stream remembers."""
    return X.moments if isinstance(X, Stream) else Moments.of(X)
