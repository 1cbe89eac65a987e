"""Some rows of a stream, as a stream."""

from __future__ import annotations

import numpy as np

from latentia.data._stream import Stream


class Part(Stream):
    """Some runs of rows of a stream.

    Parameters
    ----------
    whole : Stream
        Where they lie.
    runs : ndarray of int, shape (k, 2)
        Where each begins and ends, in order and apart.
    """

    def __init__(self, whole: Stream, runs: np.ndarray) -> None:
        runs = np.asarray(runs, dtype=np.int64)
        self.whole, self.runs = whole, runs
        self._ends = np.cumsum(runs[:, 1] - runs[:, 0])
        shape = (int(self._ends[-1]), *whole.shape[1:])
        super().__init__(whole.name, shape, whole.dtype, whole.names)
        self.labels = None if whole.labels is None else whole.labels[self.rows()]
        self.sequential = whole.sequential

    def rows(self) -> np.ndarray:
        """Return the row of the whole that each example is."""
        return np.concatenate([np.arange(start, stop) for start, stop in self.runs])

    @property
    def edges(self) -> np.ndarray:
        """As those of the whole, for what is left of each run."""
        edges = self.whole.edges
        at = np.searchsorted(self.runs[:, 0], edges, side="right") - 1
        start, stop = self.runs[np.maximum(at, 0)].T
        before = self._ends[np.maximum(at, 0)] - (stop - start)
        return np.unique(np.where(at < 0, 0, before + np.minimum(edges, stop) - start))

    def read(self, start: int, stop: int) -> np.ndarray:
        pieces = []
        for i in range(int(np.searchsorted(self._ends, start, side="right")), len(self.runs)):
            first, last = self.runs[i]
            before = self._ends[i] - (last - first)
            if before >= stop:
                break
            a, b = max(start, before) - before, min(stop, self._ends[i]) - before
            pieces.append(self.whole.read(int(first + a), int(first + b)))
        if len(pieces) == 1:
            return pieces[0]
        return np.concatenate(pieces) if pieces else self.whole.read(0, 0)


def first_of(stream: Stream, n: int) -> Stream:
    """Return the first n examples."""
    return stream if n >= len(stream) else Part(stream, np.array([[0, n]]))
