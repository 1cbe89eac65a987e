"""How unusual examples are."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from latentia._arrays import as_array
from latentia.plotting._style import BLUE, GREY, ORANGE, axes

_BINS = 50
_KEPT = 99.5
# A tail that is no longer than the rest is drawn whole.
_WHOLE = 2.0


def energies(
    energies: Any, threshold: float | None = None, ax: Axes | None = None, *, unit: str = "nats"
) -> Figure:
    """Draw a histogram of energies, those of outliers in another colour.

    Parameters
    ----------
    energies : array or tensor, shape (n,)
        As from ``model.energy``.
    threshold : float, optional
        Above it an example is an outlier; that of a fitted model is ``-model.offset_``.
    ax : Axes, optional
        Where to draw.
    unit : str, default="nats"
        Of the energies; of a model with a ``norm`` they are not in nats.

    Returns
    -------
    Figure
        Where few energies are far above the others, the last bar holds them, and the axis says so.

    Raises
    ------
    ValueError
        If there is not one finite number for each example.

    Examples
    --------
    >>> energies([1.0, 2.0, 9.0], threshold=5.0).axes[0].get_title()
    '1 of 3 examples is above the threshold'
    """
    values = as_array(energies)
    if values.ndim != 1 or values.size == 0 or values.dtype.kind not in "fiu":
        raise ValueError(
            f"energies must hold one number for each example, but is {energies!r:.80}."
        )
    if not np.isfinite(values).all():
        raise ValueError("energies holds NaN or infinite values; has the model diverged?")
    values = values.astype(float)
    # A few extreme ones would press all others into one bar.
    lowest, largest = float(values.min()), float(values.max())
    highest = max(float(np.percentile(values, _KEPT)), -np.inf if threshold is None else threshold)
    whole = largest <= lowest + _WHOLE * (highest - lowest)
    end = largest if whole else highest + 0.05 * (highest - lowest)
    shown = np.minimum(values, end)
    edges = _edges(shown, threshold)
    figure, ax = axes(ax, 6.0, 3.5)
    above = np.zeros(len(values), bool) if threshold is None else values > threshold
    ax.hist([shown[~above], shown[above]], edges.tolist(), stacked=True, color=[BLUE, ORANGE])
    if threshold is not None:
        ax.axvline(threshold, color=GREY, linewidth=0.8, linestyle="--")
        n = int(above.sum())
        verb = "is" if n == 1 else "are"
        examples = f"example{'s' * (len(values) != 1)}"
        ax.set_title(
            f"{n:,} of {len(values):,} {examples} {verb} above the threshold", fontsize="medium"
        )
    n_beyond = int((values > end).sum())
    beyond = f"\nthe last bar holds {n_beyond:,} more, up to {largest:.4g}" if n_beyond else ""
    ax.set(xlabel=f"energy ({unit}){beyond}", ylabel="examples")
    return figure


def _edges(values: np.ndarray, threshold: float | None) -> np.ndarray:
    """Return the edges of bars, of which none lies on both sides of the threshold."""
    edges = np.histogram_bin_edges(values, _BINS)
    if threshold is None:
        return edges
    width = edges[1] - edges[0]
    first = edges[0] - (edges[0] - threshold) % width
    return first + width * np.arange(_BINS + 3)
