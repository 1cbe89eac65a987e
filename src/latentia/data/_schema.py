"""What one example is: its kind, shape, type, range and column names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from latentia._blocks import blocks
from latentia.data._stream import Stream

_SHOWN_NAMES = 6


@dataclass(frozen=True)
class Schema:
    """The type of one example, without the examples.

    Parameters
    ----------
    kind : {"table", "image"}
        A row of columns, or a grid of pixels.
    shape : tuple of int
        Event shape of one example: ``(d,)``, ``(H, W)`` or ``(C, H, W)``.
    dtype : str
        Name of the numpy type, such as ``"uint8"``.
    minimum, maximum : float
        The range of the values over all examples.
    names : tuple of str, optional
        Column names of a table.

    Raises
    ------
    ValueError
        If the kind and the shape do not fit, or the number of names is not the number of columns.

    Examples
    --------
    >>> Schema.of(np.array([[1.0, 2.0], [3.0, 4.0]]), names=("width", "height"))
    Schema(kind='table', shape=(2,), dtype='float64', minimum=1.0, maximum=4.0, \
names=('width', 'height'))
    """

    kind: str
    shape: tuple[int, ...]
    dtype: str
    minimum: float
    maximum: float
    names: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        # A schema read back from JSON brings lists.
        object.__setattr__(self, "shape", tuple(int(size) for size in self.shape))
        if self.names is not None:
            object.__setattr__(self, "names", tuple(str(name) for name in self.names))
        ranks = {"table": (1,), "image": (2, 3)}
        if len(self.shape) not in ranks.get(self.kind, ()):
            raise ValueError(
                f"kind={self.kind!r} with shape={self.shape} is not a schema; "
                "a table has shape (d,), an image (H, W) or (C, H, W)."
            )
        if self.names is not None and (self.kind, len(self.names)) != ("table", self.shape[0]):
            raise ValueError(
                f"names has {len(self.names)} entries for a {self.kind} of shape {self.shape}; "
                "give one name per column of a table, or None."
            )

    @classmethod
    def of(cls, X: np.ndarray | Stream, names: Sequence[str] | None = None) -> Schema:
        """Read the schema of an array, its examples along the first axis.

        Parameters
        ----------
        X : ndarray or Stream of shape (n, d), (n, H, W) or (n, C, H, W)
            The examples; read in blocks, never copied whole. NaN shows in the range.
        names : sequence of str, optional
            Column names of a table.

        Returns
        -------
        Schema

        Raises
        ------
        ValueError
            If the array is empty or has another number of axes.
        """
        if X.ndim not in (2, 3, 4) or X.size == 0:
            raise ValueError(
                f"X has shape {X.shape}; "
                "a table is (n, d), images are (n, H, W) or (n, C, H, W), none of them 0."
            )
        with np.errstate(invalid="ignore"):
            minimum, maximum = (X.min(), X.max()) if isinstance(X, Stream) else _range(X)
        return cls(
            kind="table" if X.ndim == 2 else "image",
            shape=X.shape[1:],
            dtype=X.dtype.name,
            minimum=float(minimum),
            maximum=float(maximum),
            names=None if names is None else tuple(names),
        )

    def describe(self) -> str:
        """Say it in words for a person.

        Returns
        -------
        str
            One line, and a second with the column names where there are any.

        Examples
        --------
        >>> print(Schema("image", (8, 8), "float32", 0.0, 16.0).describe())
        images of 8 x 8 grey pixels, float32 from 0 to 16
        """
        line = f"{self._what()}, {self.dtype} from {self.minimum:g} to {self.maximum:g}"
        if self.names is None:
            return line
        more = len(self.names) - _SHOWN_NAMES
        tail = f", and {more} more" if more > 0 else ""
        return f"{line}\ncolumns: {', '.join(self.names[:_SHOWN_NAMES])}{tail}"

    def _what(self) -> str:
        if self.kind == "table":
            return f"table of {self.shape[0]} column{'s' if self.shape[0] > 1 else ''}"
        height, width = self.shape[-2:]
        channels = self.shape[0] if len(self.shape) == 3 else 1
        colours = {1: "grey pixels", 3: "colour pixels"}
        return (
            f"images of {height} x {width} {colours.get(channels, f'pixels, {channels} channels')}"
        )


def _range(X: np.ndarray) -> tuple[float, float]:
    lows, highs = zip(*((block.min(), block.max()) for _, block in blocks(X)), strict=True)
    return np.min(lows), np.max(highs)
