"""What a model is conditioned on: labels and measurements, as numbers that networks read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import narwhals as nw
import numpy as np

from latentia._arrays import as_array
from latentia._text import counted
from latentia.data import is_frame

_MOST_SHOWN = 12


@dataclass(frozen=True)
class Labels:
    """One of several classes, as a row of one 1 and else 0."""

    name: str
    classes: tuple[Any, ...]

    @property
    def width(self) -> int:
        return len(self.classes)

    def numbers(self, values: np.ndarray) -> np.ndarray:
        index = {_with_kind(label): i for i, label in enumerate(self.classes)}
        found = np.array([index.get(_with_kind(value), -1) for value in values.tolist()])
        if (found < 0).any():
            row = int((found < 0).argmax())
            known = ", ".join(map(repr, self.classes[:_MOST_SHOWN]))
            more = ", ..." if len(self.classes) > _MOST_SHOWN else ""
            raise ValueError(
                f"{self.name} is {values.tolist()[row]!r} in row {row}, a label that was not there "
                f"in fit; the labels are {known}{more}."
            )
        return np.eye(self.width, dtype=np.float32)[found]


def _with_kind(label: Any) -> tuple[bool, Any]:
    # To a dict, True is 1.
    return isinstance(label, bool), label


@dataclass(frozen=True)
class Measurement:
    """A number, standardised as in ``fit``."""

    name: str
    mean: float
    scale: float

    width = 1

    def numbers(self, values: np.ndarray) -> np.ndarray:
        try:
            numbers = values.astype(np.float64)
        except (TypeError, ValueError):
            raise ValueError(f"{self.name} must hold numbers, as in fit.") from None
        wrong = ~np.isfinite(numbers)
        if wrong.any():
            row = int(wrong.argmax())
            raise ValueError(
                f"{self.name} is {numbers[row]} in row {row}; a condition must be known and finite."
            )
        return ((numbers - self.mean) / self.scale).astype(np.float32)[:, None]


@dataclass(frozen=True)
class Conditions:
    """The columns of y as numbers: text, integers and booleans are labels, others measurements.

    Parameters
    ----------
    columns : tuple of Labels and Measurement
        In the order of y.
    """

    columns: tuple[Labels | Measurement, ...]

    @classmethod
    def learn(cls, y: Any) -> Self:
        """Return what the columns of ``y`` are, from labels and scales found there.

        Raises
        ------
        ValueError
            For values that are missing.
        """
        return cls(tuple(_learned(name, values) for name, values in _columns(y).items()))

    @property
    def width(self) -> int:
        """How many numbers stand for one row of y."""
        return sum(column.width for column in self.columns)

    def numbers(self, y: Any, n: int | None = None, *, repeat: bool = True) -> np.ndarray:
        """Return y as numbers, shape (n, width); where it may ``repeat``, one row stands for all n.

        Raises
        ------
        ValueError
            For another number of rows or columns than expected, an unseen label, or a value that
            is no number.
        """
        found = _columns(y, len(self.columns))
        if is_frame(y) and set(found) == {column.name for column in self.columns}:
            found = {column.name: found[column.name] for column in self.columns}
        given = list(found.values())
        if len(given) != len(self.columns):
            raise ValueError(
                f"y has {counted(len(given), 'column')}, but in fit it had {len(self.columns)}."
            )
        pairs = zip(self.columns, given, strict=True)
        numbers = np.concatenate([column.numbers(values) for column, values in pairs], axis=1)
        if n is not None and len(numbers) == 1 and repeat:
            numbers = numbers.repeat(n, axis=0)
        if n is not None and len(numbers) != n:
            raise ValueError(f"y has {counted(len(numbers), 'row')} for {counted(n, 'example')}.")
        return numbers

    @property
    def plain(self) -> list[dict[str, Any]]:
        """The columns as plain values; :meth:`from_plain` reads them back."""
        return [dict(vars(column)) for column in self.columns]

    @classmethod
    def from_plain(cls, columns: Sequence[Mapping[str, Any]]) -> Self:
        """Return what :attr:`plain` wrote down."""
        kinds = [Labels if "classes" in column else Measurement for column in columns]
        return cls(tuple(kind(**column) for kind, column in zip(kinds, columns, strict=True)))


def _columns(y: Any, n_columns: int = 1) -> dict[str, np.ndarray]:
    if is_frame(y):
        frame = nw.from_native(y, eager_only=True)
        return {str(name): frame[name].to_numpy() for name in frame.columns}
    values = np.asarray(as_array(y))
    if values.ndim == 0:
        values = values[None]
    if values.ndim == 1 and n_columns > 1:
        values = values[None, :]  # one row, for all examples
    if values.ndim > 2 or values.size == 0:
        raise ValueError(f"y has shape {values.shape}; it must be (n,) or (n, columns).")
    if values.ndim == 1:
        return {"y": values}
    return {f"y[:, {j}]": values[:, j] for j in range(values.shape[1])}


def _learned(name: str, values: np.ndarray) -> Labels | Measurement:
    missing = [v is None or v != v for v in values.tolist()]
    if any(missing):
        raise ValueError(
            f"{name} has no value in row {missing.index(True)}; a condition must be known for "
            "every example."
        )
    if values.dtype.kind in "mM":
        raise ValueError(
            f"{name} holds {values.dtype}, which is neither a label nor a number; give labels such "
            "as the month, or numbers such as the days since some date."
        )
    if values.dtype.kind == "f" or all(isinstance(v, float) for v in values.tolist()):
        measured = Measurement(name, 0.0, 1.0).numbers(values).astype(np.float64)
        return Measurement(name, float(measured.mean()), float(measured.std()) or 1.0)
    classes = dict.fromkeys(values.tolist())
    try:
        return Labels(name, tuple(sorted(classes)))
    except TypeError:  # of several types
        return Labels(name, tuple(sorted(classes, key=str)))
