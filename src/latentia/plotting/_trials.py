"""How a search went, and what mattered in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from latentia._arrays import as_array
from latentia.plotting._style import BLUE, GREY, ORANGE, legend, tidy


def trials(
    values: Any,
    importances: Mapping[str, float] | None = None,
    *,
    pruned: Sequence[bool] | None = None,
    maximize: bool = False,
    label: str = "validation loss",
) -> Figure:
    """Draw the value of each trial of a search, the best so far, and how much each parameter did.

    Where a few trials are far worse than the others, the others set the range.

    Parameters
    ----------
    values : array of shape (n,)
        In the order of the trials; NaN of one that failed.
    importances : mapping of str to float, optional
        The share of each parameter, as of ``tuning.importances``.
    pruned : sequence of n bool, optional
        Trials that did not come to their end, whose values are no best.
    maximize : bool, default=False
        Whether the largest value is the best.
    label : str, default="validation loss"
        What the values are.

    Returns
    -------
    Figure
        One panel, and a second one with importances.

    Raises
    ------
    ValueError
        If there is no value, or there are not as many ``pruned`` as values.

    Examples
    --------
    >>> figure = trials([3.0, 1.0, 2.0], {"beta": 0.8, "prior": 0.2})
    >>> [len(line.get_ydata()) for line in figure.axes[0].lines]
    [3]
    """
    numbers = as_array(values).astype(float)
    ended = ~np.asarray([False] * len(numbers) if pruned is None else pruned, dtype=bool)
    if len(numbers) == 0 or ended.shape != numbers.shape:
        raise ValueError(
            f"values and pruned must be of the same length n > 0, but are of shapes "
            f"{numbers.shape} and {ended.shape}."
        )
    n_panels = 2 if importances else 1
    figure = Figure(figsize=(4.5 * n_panels, 3.5), layout="constrained")
    panes = figure.subplots(1, n_panels, squeeze=False)[0]
    _draw_values(tidy(panes[0]), numbers, ended, maximize)
    panes[0].set_ylabel(label)
    legend(figure, panes[0])
    if importances:
        _draw_importances(tidy(panes[1]), importances)
    return figure


def _draw_values(ax: Axes, values: np.ndarray, ended: np.ndarray, maximize: bool) -> None:
    known, at = np.isfinite(values), np.arange(len(values))
    for chosen, color, name in ((known & ended, BLUE, "ended"), (known & ~ended, GREY, "pruned")):
        if chosen.any():
            ax.scatter(at[chosen], values[chosen], s=18, color=color, linewidths=0, label=name)
    sign = -1.0 if maximize else 1.0
    signed = np.where(known & ended, sign * values, np.inf)
    best = sign * np.minimum.accumulate(signed)
    best[np.isinf(best)] = np.nan
    ax.step(at, best, where="post", color=ORANGE, linewidth=1.5, label="best so far")
    ax.set_xlabel("trial")
    ax.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    good = np.sort(sign * values[known])
    if len(good) >= 5:
        low, high = good[0], good[int(0.8 * (len(good) - 1))]
        if good[-1] - low > 5 * (high - low) > 0:
            margin = 0.1 * (high - low)
            ax.set_ylim(*sorted((sign * (low - margin), sign * (high + 2 * margin))))


def _draw_importances(ax: Axes, importances: Mapping[str, float]) -> None:
    names, shares = list(importances), list(importances.values())
    ax.barh(np.arange(len(names)), shares, color=BLUE, height=0.6)
    ax.set_yticks(np.arange(len(names)), [name.replace("_", " ") for name in names])
    ax.invert_yaxis()
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel("share in how well trials did")
    ax.xaxis.set_major_locator(MaxNLocator(4))
