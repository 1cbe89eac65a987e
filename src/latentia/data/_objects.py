"""Objects that give examples one by one, or batches as they come, as streams."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from latentia._arrays import as_array, native
from latentia.data._stream import Stream

_MOST_RUNS = 2**20


class Items(Stream):
    """Examples of an object with a length, such as files that are decoded when they are needed.

    Parameters
    ----------
    n : int
        How many examples.
    item : callable
        Of a number from 0 on; returns that example, and raises a ValueError for one of another
        shape or type than the first.
    name : str
        Opens every message.
    labels : ndarray, optional
        A label for each example.
    """

    def __init__(
        self,
        n: int,
        item: Callable[[int], np.ndarray],
        name: str,
        labels: np.ndarray | None = None,
    ) -> None:
        if n < 1:
            raise ValueError(f"{name}: the data has no rows; give at least one.")
        first = item(0)
        self._item = item
        super().__init__(name, (n, *first.shape), first.dtype, labels=labels)

    @property
    def edges(self) -> np.ndarray:
        # Examples that do not lie together are best shuffled one by one, while that can be noted.
        return np.append(np.arange(0, len(self), 1 + len(self) // _MOST_RUNS), len(self))

    def read(self, start: int, stop: int) -> np.ndarray:
        out = np.empty((max(0, stop - start), *self.shape[1:]), self.dtype)
        for i in range(len(out)):
            example = self._item(start + i)
            self._check(example.shape, start + i)
            out[i] = example
        return out

    def _check(self, shape: tuple[int, ...], i: int) -> None:
        if shape != self.shape[1:]:
            raise ValueError(
                f"{self.name}: example {i} has shape {shape}, but example 0 has {self.shape[1:]}; "
                "bring them to one shape."
            )


def indexed(data: Any, name: str) -> Items:
    """Return the examples of an object with ``__len__`` and ``__getitem__``.

    Of a pair, such as an example and its label, the first counts.
    """
    return Items(len(data), lambda i: _numbers(data[i], f"{name}: example {i}"), name)


class Batches(Stream):
    """Batches of an iterable in the order in which they come; each pass iterates anew.

    One pass counts the examples.

    Parameters
    ----------
    batches : iterable of arrays or tensors, shape (rows, *event)
        Of tuples or lists, such as examples and labels, the first counts.
    name : str, default="X"
        Opens every message.

    Raises
    ------
    TypeError
        If it can be iterated only once.
    ValueError
        If a batch has examples of another shape than the first, or there is none.

    Examples
    --------
    >>> rows = Batches([np.zeros((3, 2)), np.ones((2, 2))])
    >>> rows.shape, rows[3:]
    ((5, 2), array([[1., 1.],
           [1., 1.]]))
    """

    sequential = True

    def __init__(self, batches: Iterable[Any], name: str = "X") -> None:
        if isinstance(batches, Iterator):
            raise TypeError(
                f"{name}: {type(batches).__name__} can be iterated only once, and training passes "
                "over the examples many times; give a list, a DataLoader, or an object whose "
                "__iter__ starts anew."
            )
        self._batches = batches
        self._ahead: Iterator[np.ndarray] | None = None
        self._at, self._left = 0, np.empty(0)
        n, dtype, shape = 0, np.dtype(np.uint8), None
        for batch in self._iterate(name):
            if shape is not None and batch.shape[1:] != shape:
                raise ValueError(
                    f"{name}: the batch after example {n - 1} has examples of shape "
                    f"{batch.shape[1:]}, but the first has {shape}; bring them to one shape."
                )
            dtype = batch.dtype if shape is None else np.result_type(dtype, batch.dtype)
            n, shape = n + len(batch), batch.shape[1:]
        if shape is None:
            raise ValueError(f"{name}: there are no batches; give at least one.")
        super().__init__(name, (n, *shape), dtype)

    def read(self, start: int, stop: int) -> np.ndarray:
        if self._ahead is None or start < self._at:
            self._ahead, self._at = self._iterate(self.name), 0
            self._left = np.empty((0, *self.shape[1:]), self.dtype)
        out = np.empty((max(0, stop - start), *self.shape[1:]), self.dtype)
        while self._at < stop:
            if not len(self._left):
                self._left = self._next()
            wanted = (start if self._at < start else stop) - self._at
            rows, self._left = self._left[:wanted], self._left[wanted:]
            if self._at >= start:
                out[self._at - start :][: len(rows)] = rows
            self._at += len(rows)
        return out

    def _next(self) -> np.ndarray:
        assert self._ahead is not None
        batch = next(self._ahead, None)
        if batch is None or batch.shape[1:] != self.shape[1:]:
            found = f"{self._at} examples" if batch is None else f"some of shape {batch.shape[1:]}"
            raise ValueError(
                f"{self.name}: a later pass gave {found}, but the first gave {len(self)} of shape "
                f"{self.shape[1:]}; every pass must give the same number."
            )
        return batch

    def _iterate(self, name: str) -> Iterator[np.ndarray]:
        return (_numbers(batch, f"{name}: a batch") for batch in self._batches)


def _numbers(value: Any, where: str) -> np.ndarray:
    if isinstance(value, tuple | list) and len(value) and hasattr(value[0], "shape"):
        value = value[0]
    array = as_array(value)
    array = array.astype(np.uint8) if array.dtype == np.bool_ else array
    if array.dtype.kind not in "iuf":
        raise ValueError(f"{where} is of type {array.dtype.name}, not real numbers; convert it.")
    return native(array)
