"""The examples that a plane of codes decodes to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import NormalDist
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from latentia._arrays import as_array, same_shape
from latentia.plotting._mosaic import mosaic_inches, show
from latentia.plotting._style import axes, code_name


def manifold(
    decode: Callable[[np.ndarray], Any],
    event_shape: Sequence[int],
    n: int = 20,
    *,
    quantiles: tuple[float, float] = (0.02, 0.98),
    extent: tuple[float, float, float, float] | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Decode a grid of two-dimensional codes into one picture.

    Parameters
    ----------
    decode : callable
        Maps codes (m, 2), float32, to images (m, *event_shape).
    event_shape : tuple of int
        Shape of an image, (height, width) or (channels, height, width).
    n : int, default=20
        Codes in each direction.
    quantiles : (float, float), default=(0.02, 0.98)
        Of the standard normal distribution: the grid is evenly spaced between them in
        probability, so that every image stands for as many codes of the prior.
    extent : (left, right, bottom, top), optional
        Corners of a grid that is evenly spaced in the code instead.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The first code runs to the right, the second upwards.

    Raises
    ------
    ValueError
        If examples are no images, the grid is empty, or images of another shape come back.

    Examples
    --------
    >>> figure = manifold(lambda z: z[:, :1, None] * np.ones((2, 2)), (2, 2), n=3)
    >>> figure.axes[0].get_xlabel()
    '$z_{1}$'
    """
    event_shape = tuple(event_shape)
    if len(event_shape) not in (2, 3):
        raise ValueError(
            f"event_shape={event_shape} is not an image, (height, width) or (channels, height, "
            "width); a manifold is a picture of images."
        )
    if n < 2:
        raise ValueError(f"n={n} must be at least 2.")
    across, up = _ticks(n, quantiles, extent)
    # Images are laid out from the top, where the second code is largest.
    second, first = np.meshgrid(up[::-1], across, indexing="ij")
    images = as_array(decode(np.stack([first.ravel(), second.ravel()], axis=1).astype(np.float32)))
    same_shape((n * n, *event_shape), images.shape, "The grid of images and what decode returns")
    width, height = mosaic_inches(event_shape, n, n)
    figure, ax = axes(ax, width + 0.6, height + 0.6)
    show(ax, images, n)
    _label(ax, across, up, event_shape)
    return figure


def _ticks(
    n: int, quantiles: tuple[float, float], extent: tuple[float, float, float, float] | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the values of the first and of the second code, both increasing."""
    if extent is not None:
        left, right, bottom, top = extent
        if not (left < right and bottom < top):
            raise ValueError(f"extent={extent} must be left < right and bottom < top.")
        return np.linspace(left, right, n), np.linspace(bottom, top, n)
    low, high = quantiles
    if not 0 < low < high < 1:
        raise ValueError(f"quantiles={quantiles} must be two increasing numbers between 0 and 1.")
    z = np.array([NormalDist().inv_cdf(p) for p in np.linspace(low, high, n)])
    return z, z


def _label(ax: Axes, across: np.ndarray, up: np.ndarray, event_shape: tuple[int, ...]) -> None:
    n = len(across)
    # An odd number of ticks for an odd n, else an even one, is symmetric about the middle.
    shown = np.unique(np.linspace(0, n - 1, 7 - (n + 1) % 2).round().astype(int))
    height, width = event_shape[-2:]
    at_x = shown * (width + 1) + (width - 1) / 2
    at_y = (n - 1 - shown) * (height + 1) + (height - 1) / 2
    ax.set_xticks(at_x, _written(across[shown]))
    ax.set_yticks(at_y, _written(up[shown]))
    ax.set(xlabel=code_name(0), ylabel=code_name(1))
    ax.spines[:].set_visible(False)


def _written(values: np.ndarray) -> list[str]:
    # With the minus sign of the other axes.
    return [f"{value:.2f}".replace("-", "−") for value in values]
