"""The look that all figures share: their colours, their axes, and how a code is written."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

#: Data and models, and everything in the background.
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#9A9A9A"

# Okabe and Ito's colours, which the colour-blind tell apart, in an order that serves few classes
# first; their yellow is too pale on white, so two of Tol's follow.
_CATEGORICAL = (
    *(BLUE, "#E69F00", "#009E73", ORANGE, "#56B4E9", "#CC79A7", "#222222"),
    *("#999933", "#882255", GREY),
)

MOST_CLASSES = 20


def categorical(n: int) -> list[str]:
    """Return `n` colours for classes, n <= 20."""
    if n <= len(_CATEGORICAL):
        return list(_CATEGORICAL[:n])
    return [to_hex(color) for color in colormaps["tab20"](np.arange(n))]


def axes(ax: Axes | None, width: float = 6.0, height: float = 4.5) -> tuple[Figure, Axes]:
    """Return `ax` and its figure, or new ones of that many inches."""
    if ax is not None:
        return cast(Figure, ax.get_figure()), ax
    figure = Figure(figsize=(width, height), layout="compressed")
    return figure, tidy(figure.add_subplot())


def grid(n: int, n_columns: int, size: float = 2.2) -> tuple[Figure, list[Axes]]:
    """Return a figure of `n` tidy panels of `size` inches, row by row."""
    n_columns = min(n, n_columns)
    n_rows = -(-n // n_columns)
    figure = Figure(figsize=(size * n_columns, size * n_rows), layout="constrained")
    return figure, [tidy(figure.add_subplot(n_rows, n_columns, i + 1)) for i in range(n)]


def tidy(ax: Axes) -> Axes:
    """Leave of the frame what numbers are read from."""
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def code_name(j: int) -> str:
    """Write the code dimension of index `j`, counted from one as in a text.

    Examples
    --------
    >>> code_name(0)
    '$z_{1}$'
    """
    return f"$z_{{{j + 1}}}$"


def thinned(n: int, most: int) -> np.ndarray:
    """Return at most `most` of n rows, in random order so that no class lies on top."""
    return np.random.default_rng(0).permutation(n)[:most]


def dots(
    ax: Axes, points: np.ndarray, color: Any, label: str | None = None, *, scale: float = 1.0
) -> PathCollection:
    """Draw points (n, 2), smaller and paler the more there are.

    ``color`` is one for all, or a colour or a number for each.
    """
    n = max(1, len(points))
    return ax.scatter(
        points[:, 0],
        points[:, 1],
        s=scale * float(np.clip(12000 / n, 3, 30)),
        alpha=float(np.clip(30 / np.sqrt(n), 0.35, 0.9)),
        c=color,
        label=label,
        linewidths=0,
        zorder=2,
    )


def legend(figure: Figure, ax: Axes) -> None:
    """Name what is in `ax` to the right of the figure, if it is more than one thing."""
    handles, labels = ax.get_legend_handles_labels()
    if len(labels) < 2:
        return
    shown = figure.legend(handles, labels, loc="outside right upper", frameon=False)
    for handle in shown.legend_handles:
        # Points that are small and pale in the picture are not in the legend.
        if isinstance(handle, PathCollection):
            handle.set_sizes([30])
            handle.set_alpha(1)


def clear_of_axes(ax: Axes) -> Axes:
    """Take ticks and frame away, for pictures."""
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
    return ax
