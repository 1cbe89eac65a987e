"""What a model makes up, beside what it learned from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from latentia._arrays import as_examples, same_shape
from latentia.plotting._features import MOST_PANELS, feature_names, panels
from latentia.plotting._mosaic import is_images, mosaic_inches, show
from latentia.plotting._style import BLUE, GREY, axes, clear_of_axes, dots, legend, thinned

_MOST_POINTS = 5_000
_FEWEST_BINS, _MOST_BINS = 5, 30


def samples(x: Any, data: Any = None, names: Sequence[str] | None = None, n: int = 64) -> Figure:
    """Draw samples, and data to compare them with.

    Images: a square of the first `n`, in the grey values of the data. Tables of two features:
    points over the points of the data. Other tables: a histogram of each of the first twelve
    features.

    Parameters
    ----------
    x : array or tensor, shape (n_samples, *event)
        Samples.
    data : array or tensor, shape (n_examples, *event), optional
        Examples, in the same units.
    names : sequence of str, optional
        Of the features of a table.
    n : int, default=64
        How many images at most.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If samples and data have different shapes, or there is nothing to draw.

    Examples
    --------
    >>> len(samples(np.zeros((9, 3)), names=["a", "b", "c"]).axes)
    3
    """
    x = as_examples(x, "x")
    if data is not None:
        data = as_examples(data, "data")
        same_shape(x.shape[1:], data.shape[1:], "Examples of x and data")
    if is_images(x):
        if n < 1:
            raise ValueError(f"n={n} must be at least 1.")
        return _images(x[:n], data)
    names = feature_names(names, x.shape[1])
    sets = {"data": (data, GREY), "samples": (x, BLUE)}
    tables = {label: pair for label, pair in sets.items() if pair[0] is not None}
    return _points(tables, names) if x.shape[1] == 2 else _histograms(tables, names)


def _images(x: np.ndarray, data: np.ndarray | None) -> Figure:
    n_columns = math.ceil(math.sqrt(len(x)))
    n_rows = math.ceil(len(x) / n_columns)
    figure, ax = axes(None, *mosaic_inches(x.shape[1:], n_columns, n_rows))
    show(clear_of_axes(ax), x, n_columns, like=data)
    return figure


def _points(tables: dict[str, tuple[np.ndarray, str]], names: Sequence[str]) -> Figure:
    figure, ax = axes(None)
    for label, (table, color) in tables.items():
        dots(ax, table[thinned(len(table), _MOST_POINTS)], color, label)
    ax.set(xlabel=names[0], ylabel=names[1])
    legend(figure, ax)
    return figure


def _histograms(tables: dict[str, tuple[np.ndarray, str]], names: Sequence[str]) -> Figure:
    figure, panes = panels(names)
    # Of few examples, many bars would be gaps.
    fewest = min(len(table) for table, _ in tables.values())
    bins = int(np.clip(math.sqrt(fewest), _FEWEST_BINS, _MOST_BINS))
    for j, ax in enumerate(panes[:MOST_PANELS]):
        columns = {label: table[:, j] for label, (table, _) in tables.items()}
        edges = np.histogram_bin_edges(np.concatenate(list(columns.values())), bins)
        for label, column in columns.items():
            outline = label == "samples"
            ax.hist(
                column,
                edges.tolist(),
                density=True,
                histtype="step" if outline else "stepfilled",
                color=tables[label][1],
                alpha=1 if outline else 0.5,
                label=label,
            )
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
    legend(figure, panes[0])
    return figure
