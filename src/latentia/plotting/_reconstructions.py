"""Examples beside their reconstructions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from latentia._arrays import as_examples, same_shape
from latentia.plotting._features import MOST_PANELS, feature_names, panels
from latentia.plotting._mosaic import is_images, mosaic_inches, show
from latentia.plotting._style import BLUE, GREY, ORANGE, axes, clear_of_axes, dots, legend, thinned

_MOST_POINTS = 1_000


def reconstructions(
    x: Any, x_hat: Any, n: int = 10, *, names: Sequence[str] | None = None
) -> Figure:
    """Draw examples and their reconstructions.

    Images: the first `n`, originals above reconstructions, in the grey values of the originals.
    Tables of two features: both as points, joined by lines. Other tables: reconstructed against
    original values, a panel for each of the first twelve features. At most 1,000 examples of a
    table are drawn.

    Parameters
    ----------
    x, x_hat : array or tensor, shape (n_examples, *event)
        In the same units.
    n : int, default=10
        How many images.
    names : sequence of str, optional
        Of the features of a table.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If the shapes differ, or there is nothing to draw.

    Examples
    --------
    >>> figure = reconstructions(np.zeros((5, 8, 8)), np.ones((5, 8, 8)))
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['original', 'reconstructed']
    """
    x, x_hat = as_examples(x, "x"), as_examples(x_hat, "x_hat")
    same_shape(x.shape, x_hat.shape, "x and x_hat")
    if is_images(x):
        if n < 1:
            raise ValueError(f"n={n} must be at least 1.")
        return _images(x[:n], x_hat[:n])
    names = feature_names(names, x.shape[1])
    rows = thinned(len(x), _MOST_POINTS)
    if x.shape[1] == 2:
        return _points(x[rows], x_hat[rows], names)
    return _features(x[rows], x_hat[rows], names)


def _images(x: np.ndarray, x_hat: np.ndarray) -> Figure:
    n, height = len(x), x.shape[-2]
    width_inches, height_inches = mosaic_inches(x.shape[1:], n, 2)
    figure, ax = axes(None, width_inches + 1, height_inches)
    show(ax, np.concatenate([x, x_hat]), n, like=x)
    clear_of_axes(ax).tick_params(length=0)
    middle = (height - 1) / 2
    ax.set_yticks([middle, middle + height + 1], ["original", "reconstructed"])
    return figure


def _points(x: np.ndarray, x_hat: np.ndarray, names: Sequence[str]) -> Figure:
    figure, ax = axes(None)
    ax.add_collection(
        LineCollection(list(np.stack([x, x_hat], axis=1)), colors=GREY, linewidths=0.8, zorder=1)
    )
    for points, color, label in ((x, BLUE, "original"), (x_hat, ORANGE, "reconstructed")):
        dots(ax, points, color, label, scale=0.5)
    ax.set(xlabel=names[0], ylabel=names[1])
    legend(figure, ax)
    return figure


def _features(x: np.ndarray, x_hat: np.ndarray, names: Sequence[str]) -> Figure:
    figure, panes = panels(names)
    for ax, true, predicted in zip(panes, x.T[:MOST_PANELS], x_hat.T[:MOST_PANELS], strict=True):
        ax.axline((true.mean(), true.mean()), slope=1, color=GREY, linewidth=0.8, zorder=1)
        dots(ax, np.stack([true, predicted], axis=1), BLUE, scale=0.5)
    figure.supxlabel("original", fontsize="medium")
    figure.supylabel("reconstructed", fontsize="medium")
    return figure
