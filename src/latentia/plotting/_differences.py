"""How much models differ from one of them, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from latentia._arrays import as_array
from latentia.plotting._style import BLUE, GREY, axes


def differences(
    means: Any,
    intervals: Any,
    names: Sequence[str],
    ax: Axes | None = None,
    *,
    label: str = "difference",
) -> Figure:
    """Draw differences as dots with their intervals, beside the line of no difference.

    Parameters
    ----------
    means : array of shape (n,)
    intervals : array of shape (n, 2)
        The lower and the upper end of each, as of ``evaluation.paired_difference``.
    names : sequence of n str
        Of what is compared, from the top.
    ax : Axes, optional
        Where to draw.
    label : str, default="difference"
        What is measured, and in what unit.

    Returns
    -------
    Figure
        Where the interval holds 0, the dot is hollow and grey.

    Raises
    ------
    ValueError
        If there are not as many intervals and names as means.

    Examples
    --------
    >>> figure = differences([1.0, 0.1], [[0.5, 1.5], [-0.2, 0.4]], ["deep", "wide"])
    >>> [text.get_text() for text in figure.axes[0].get_yticklabels()]
    ['deep', 'wide']
    """
    middles, ends = as_array(means).astype(float), as_array(intervals).astype(float)
    n = len(names)
    if middles.shape != (n,) or ends.shape != (n, 2) or n == 0:
        raise ValueError(
            f"means, intervals and names must be of shapes (n,), (n, 2) and n, but are of "
            f"{middles.shape}, {ends.shape} and {n}."
        )
    figure, ax = axes(ax, 6.0, 0.4 * n + 1.0)
    ax.axvline(0.0, color=GREY, linewidth=0.8, linestyle="--", zorder=0)
    for i, (middle, (low, high)) in enumerate(zip(middles, ends, strict=True)):
        certain = not low <= 0 <= high
        color = BLUE if certain else GREY
        ax.plot([low, high], [i, i], color=color, linewidth=1.5)
        ax.plot(
            [middle], [i], marker="o", color=color, markerfacecolor=color if certain else "white"
        )
    ax.set_yticks(np.arange(n), list(names))
    ax.set_ylim(n - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.xaxis.set_major_locator(MaxNLocator(5))
    ax.set_xlabel(label)
    return figure
