"""Examples, their labels where there are any, and what one example is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from latentia.data._schema import Schema
from latentia.data._validation import check_finite, check_labels, check_numbers, first_rows


@dataclass(frozen=True, eq=False)
class Dataset:
    """Examples in memory, in a memory-mapped file, or in a stream.

    Use `Dataset.of` to make a checked one from an array.

    Parameters
    ----------
    X : ndarray or Stream of shape (n, *schema.shape)
        The examples in their own type: bytes stay bytes.
    y : ndarray of length n, optional
        A label per example, numbers or text.
    schema : Schema
        What one example is.
    name : str
        Where it comes from, for titles and messages.

    Examples
    --------
    >>> data = Dataset.of(np.arange(6).reshape(3, 2), y=["a", "b", "b"])
    >>> len(data), data.schema.shape, data.head(2).y
    (3, (2,), array(['a', 'b'], dtype='<U1'))
    """

    X: Any
    y: np.ndarray | None
    schema: Schema
    name: str

    @classmethod
    def of(
        cls,
        X: Any,
        y: Any = None,
        *,
        names: Sequence[str] | None = None,
        name: str = "X",
        n: int | None = None,
    ) -> Dataset:
        """Check examples and labels and put them together, without a copy.

        Booleans become uint8; channel-last images ``(n, H, W, C)`` with C of 1, 3 or 4 become
        channel-first views ``(n, C, H, W)``, and ``(n, H, W)`` for C = 1.

        Parameters
        ----------
        X : array-like or Stream of shape (n, d), (n, H, W), (n, C, H, W) or (n, H, W, C)
            The examples.
        y : array-like of length n, optional
            The labels.
        names : sequence of str, optional
            Column names of a table.
        name : str, default "X"
            Where the data comes from; opens every message.
        n : int, optional
            Keep, and check, only the first n examples.

        Returns
        -------
        Dataset

        Raises
        ------
        ValueError
            If the data is empty, not numeric or not finite, has fewer than n rows,
            or if the labels do not match it.
        """
        X = check_numbers(X, name)
        labels = None if y is None else check_labels(y, len(X), name)
        X = first_rows(X, n, name)
        schema = Schema.of(X, names)
        if not (math.isfinite(schema.minimum) and math.isfinite(schema.maximum)):
            check_finite(X, name, names)
        return cls(X, labels if labels is None else labels[: len(X)], schema, name)

    def __len__(self) -> int:
        return len(self.X)

    def head(self, n: int) -> Dataset:
        """Return the first n examples, as views.

        Parameters
        ----------
        n : int
            How many, at least 1 and at most ``len(self)``.

        Returns
        -------
        Dataset

        Raises
        ------
        ValueError
            If there are fewer than n examples.
        """
        X = first_rows(self.X, n, self.name)
        y = None if self.y is None else self.y[: len(X)]
        return Dataset(X, y, Schema.of(X, self.schema.names), self.name)
