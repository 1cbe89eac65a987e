"""Where a model moves the points of the plane."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from latentia._arrays import as_array, as_examples, same_shape
from latentia.plotting._style import BLUE, GREY, axes, dots, thinned

_MOST_POINTS = 5_000
# Of the range of the data, on each side: the field outside shows whether points come back.
_MARGIN = 0.15


def vector_field(
    reconstruct: Callable[[np.ndarray], Any], data: Any, n: int = 20, ax: Axes | None = None
) -> Figure:
    """Draw arrows from a grid of points to their reconstructions, over data in the plane.

    For a denoising autoencoder the arrows follow the gradient of the log-density of the noisy data:
    they point to where the data are denser. They have their true lengths.

    Parameters
    ----------
    reconstruct : callable
        Maps examples (m, 2) to examples (m, 2), such as ``estimator.reconstruct``.
    data : array or tensor, shape (n, 2)
        Drawn as grey dots, at most 5,000 of them; their range and a little more is the range of the
        grid.
    n : int, default=20
        Arrows in each direction.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If the data have not two features, n is below 2, or other shapes come back.

    Examples
    --------
    >>> figure = vector_field(lambda x: x / 2, [[-1.0, 0.0], [1.0, 2.0]], n=3)
    >>> len(figure.axes[0].collections)
    2
    """
    points = as_examples(data, "data")
    if points.shape[1:] != (2,):
        raise ValueError(
            f"data must have two features, shape (n, 2), but its shape is {points.shape}; a field "
            "of arrows is a picture of the plane."
        )
    if n < 2:
        raise ValueError(f"n={n} must be at least 2.")
    low, high = points.min(0), points.max(0)
    # A feature that never changes still gets a range, so that the grid has an area.
    margin = _MARGIN * np.where(high > low, high - low, 1.0)
    ticks = np.linspace(low - margin, high + margin, n)
    grid = np.stack(np.meshgrid(ticks[:, 0], ticks[:, 1]), axis=-1).reshape(-1, 2)
    ends = as_array(reconstruct(grid.astype(np.float32)))
    same_shape(grid.shape, ends.shape, "The grid of points and what reconstruct returns")
    figure, ax = axes(ax)
    dots(ax, points[thinned(len(points), _MOST_POINTS)], GREY)
    ax.quiver(
        *grid.T, *(ends - grid).T, angles="xy", scale_units="xy", scale=1, color=BLUE, width=0.003,
        zorder=3,
    )  # fmt: skip
    ax.set(xlim=ticks[[0, -1], 0], ylim=ticks[[0, -1], 1])
    ax.set(xlabel="feature 1", ylabel="feature 2")
    return figure
