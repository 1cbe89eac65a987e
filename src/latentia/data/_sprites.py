"""Pictures of one shape each, of which every factor of variation is known."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from latentia.data._dataset import Dataset
from latentia.data._names import missing_column
from latentia.data._sprite import VALUES, drawn
from latentia.data._sprite_levels import check_integers, check_range, checked_levels
from latentia.data._validation import check_count, check_seed

_DEFAULT_N = 2000


@dataclass(frozen=True)
class Sprites:
    """A square, an ellipse or a heart, in every size, rotation and place: 737,280 images.

    Five factors make an image, and nothing else does. Each has a few levels, counted from 0:

    ========== ====== =============================================
    factor     levels values
    ========== ====== =============================================
    shape           3 square, ellipse, heart
    scale           6 0.5 to 1 of the largest
    rotation       40 0 to 2 pi, the end left out, anti-clockwise
    position_x     32 0 to 1 from left to right
    position_y     32 0 to 1 from top to bottom
    ========== ====== =============================================

    A step of position is ``size / 64`` pixels. Images are drawn when they are asked for; the whole
    is never in memory. A square looks the same after a quarter turn, and an ellipse after half a
    turn.

    Parameters
    ----------
    size : int, default=64
        Height and width in pixels, a multiple of 32.
    binary : bool, default=False
        Pixels are 0 or 1 and edges are jagged; by default edges are smooth and pixels are bytes
        from 0 to 255.
    y : str, default="shape"
        The factor whose values are the labels of :meth:`load`.

    Raises
    ------
    ValueError
        If the size is no positive multiple of 32, or no factor has that name.

    References
    ----------
    L. Matthey, I. Higgins, D. Hassabis, A. Lerchner. dSprites: Disentanglement Testing Sprites
    Dataset. 2017.

    Examples
    --------
    >>> sprites = Sprites(size=32)
    >>> len(sprites), sprites[1000].shape
    (737280, (32, 32))
    >>> images, factors = sprites.draw(100, seed=0)
    >>> images.shape, dict(zip(sprites.factor_names, factors[0].tolist(), strict=True))
    ((100, 32, 32), {'shape': 2, 'scale': 3, 'rotation': 12, 'position_x': 14, 'position_y': 12})
    """

    size: int = 64
    binary: bool = False
    y: str = "shape"

    factor_names: ClassVar[tuple[str, ...]] = tuple(VALUES)
    factor_sizes: ClassVar[tuple[int, ...]] = tuple(len(values) for values in VALUES.values())

    def __post_init__(self) -> None:
        if check_count(self.size, "size", 32) % 32:
            raise ValueError(f"size={self.size} must be a multiple of 32 pixels, such as 32 or 64.")
        if self.y not in VALUES:
            raise missing_column(self.y, VALUES, self.name)

    @property
    def name(self) -> str:
        """What a user types."""
        return "sprites" if self.size == 64 else f"sprites-{self.size}"

    @property
    def description(self) -> str:
        """One line for a list."""
        return (
            f"shapes, sizes, rotations and places, {self.size} x {self.size} pixels; "
            f"label: {self.y}"
        )

    def __len__(self) -> int:
        return int(np.prod(self.factor_sizes))

    def __getitem__(self, index: int) -> np.ndarray:
        position = operator.index(index)
        if not -len(self) <= position < len(self):
            raise IndexError(f"index={position} is not one of the {len(self):,} images.")
        return self.images(self.factors([position % len(self)]))[0]

    def factors(self, index: Any) -> np.ndarray:
        """Return the levels of images by their place in the grid, the last factor fastest.

        Parameters
        ----------
        index : array-like of int, shape (n,)
            From 0 to ``len(self) - 1``.

        Returns
        -------
        ndarray of int64, shape (n, 5)

        Raises
        ------
        ValueError
            If an index is out of range.

        Examples
        --------
        >>> Sprites().factors([0, 1, 33])
        array([[0, 0, 0, 0, 0],
               [0, 0, 0, 0, 1],
               [0, 0, 0, 1, 1]])
        """
        index = check_integers(index, "index")
        if index.ndim != 1:
            raise ValueError(f"index must be a list of integers, but its shape is {index.shape}.")
        check_range(index, len(self), "index")
        return np.stack(np.unravel_index(index, self.factor_sizes), axis=1).astype(np.int64)

    def index(self, factors: Any) -> np.ndarray:
        """Return the places of images in the grid by their levels.

        Parameters
        ----------
        factors : array-like of int, shape (n, 5)
            A level of each factor, as in ``factor_names``.

        Returns
        -------
        ndarray of int64, shape (n,)

        Raises
        ------
        ValueError
            If a level does not exist.

        Examples
        --------
        >>> Sprites().index([[0, 0, 0, 1, 1]])
        array([33])
        """
        levels = checked_levels(factors)
        return np.asarray(np.ravel_multi_index(tuple(levels.T), self.factor_sizes), dtype=np.int64)

    def values(self, factors: Any, name: str) -> np.ndarray:
        """Return what the levels of one factor stand for.

        Parameters
        ----------
        factors : array-like of int, shape (n, 5)
        name : str
            Of the factor.

        Returns
        -------
        ndarray of shape (n,)
            Text for the shape, radians for the rotation, shares for the others.

        Raises
        ------
        ValueError
            If a level or the factor does not exist.

        Examples
        --------
        >>> Sprites().values([[2, 5, 0, 0, 31]], "shape")
        array(['heart'], dtype='<U7')
        """
        if name not in VALUES:
            raise missing_column(name, VALUES, self.name)
        return VALUES[name][checked_levels(factors)[:, self.factor_names.index(name)]]

    def images(self, factors: Any) -> np.ndarray:
        """Draw the images of given factors.

        Parameters
        ----------
        factors : array-like of int, shape (n, 5)
            A level of each factor, as in ``factor_names``.

        Returns
        -------
        ndarray of uint8, shape (n, size, size)

        Raises
        ------
        ValueError
            If a level does not exist.

        Examples
        --------
        >>> left, right = Sprites(size=64).images([[2, 5, 0, 10, 4], [2, 5, 0, 11, 4]])
        >>> bool((left[:, :-1] == right[:, 1:]).all())
        True
        """
        return drawn(self.size, self.binary, checked_levels(factors))

    def draw(self, n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """Draw images at random, every one of the grid alike.

        Image i depends on the seed and on i alone.

        Parameters
        ----------
        n : int
            How many.
        seed : int, default=0
            Where to start.

        Returns
        -------
        images : ndarray of uint8, shape (n, size, size)
        factors : ndarray of int64, shape (n, 5)

        Raises
        ------
        ValueError
            If `n` is below 1 or the seed is negative.
        """
        rng = np.random.default_rng(check_seed(seed))
        factors = self.factors(rng.integers(len(self), size=check_count(n, "n")))
        return self.images(factors), factors

    def load(self, n: int | None = None, seed: int = 0) -> Dataset:
        """Draw a data set: the images of :meth:`draw`, and one factor's values as labels.

        Parameters
        ----------
        n : int, optional
            How many examples; 2,000 by default.
        seed : int, default=0
            Where to start.

        Returns
        -------
        Dataset

        Raises
        ------
        ValueError
            If `n` is below 1 or the seed is negative.
        """
        images, factors = self.draw(_DEFAULT_N if n is None else n, seed)
        return Dataset.of(images, self.values(factors, self.y), name=self.name)
