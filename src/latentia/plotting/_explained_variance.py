"""How many codes it takes to tell examples apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from latentia._arrays import as_array
from latentia.plotting._style import GREY, axes, categorical, legend

_FEW = 25
_LOWEST = -0.5
# Room for a whole dot at the end of the range.
_MARGIN = 0.03


def explained_variance(curves: Mapping[str, Any], ax: Axes | None = None) -> Figure:
    """Draw the share of variance that the first codes explain, by their number.

    Parameters
    ----------
    curves : mapping of str to array of shape (k,)
        By name, for models and principal components: the share explained by the first code, the
        first two, and so on, as from ``evaluation.explained_variance_by_codes`` and
        ``evaluation.pca_explained_variance``. Lengths may differ.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        Shares below -50 % are outside it.

    Raises
    ------
    ValueError
        If there is no curve, one is empty, or holds no finite numbers.

    Examples
    --------
    >>> figure = explained_variance({"PCA": [0.6, 0.9, 1.0], "model": [0.7, 0.95]})
    >>> [line.get_label() for line in figure.axes[0].lines[1:]]
    ['PCA', 'model']
    """
    if not curves:
        raise ValueError("curves is empty; give the shares of at least one model.")
    shares = {name: _checked(name, curve) for name, curve in curves.items()}
    figure, ax = axes(ax, 6.0, 3.5)
    ax.axhline(1, color=GREY, linewidth=0.8, linestyle="--", zorder=0)
    for (name, curve), color in zip(shares.items(), categorical(len(shares)), strict=True):
        dot = "o" if len(curve) <= _FEW else None
        numbers = np.arange(1, len(curve) + 1)
        ax.plot(numbers, curve, color=color, label=name, linewidth=1.5, marker=dot, markersize=3)
    lowest = min(float(curve.min()) for curve in shares.values())
    ax.set_ylim(min(0.0, max(_LOWEST, lowest)) - _MARGIN, 1 + _MARGIN)
    ax.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    ax.yaxis.set_major_formatter(PercentFormatter(xmax=1))
    ax.set(xlabel="codes kept", ylabel="variance explained")
    legend(figure, ax)
    return figure


def _checked(name: str, curve: Any) -> np.ndarray:
    values = as_array(curve)
    if values.ndim != 1 or values.size == 0 or values.dtype.kind not in "fiu":
        raise ValueError(
            f"curves[{name!r}] must hold one number for each code, but is {curve!r:.80}."
        )
    if not np.isfinite(values).all():
        raise ValueError(
            f"curves[{name!r}] holds NaN or infinite shares; do the examples vary at all?"
        )
    return values
