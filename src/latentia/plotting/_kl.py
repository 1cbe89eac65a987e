"""What each dimension of the code carries."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from latentia._arrays import as_array
from latentia.plotting._style import BLUE, GREY, axes, code_name

_THRESHOLD = 0.01
_MOST_LABELS = 32


def kl_per_dimension(kl: Any, ax: Axes | None = None) -> Figure:
    """Draw the divergence of each code dimension from the prior, the largest first.

    Parameters
    ----------
    kl : array or tensor, shape (d,)
        In nats, as in ``evaluation.code(...).kl_per_dimension``.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        Dimensions of less than 0.01 nats, which carry nothing, are grey.

    Raises
    ------
    ValueError
        If there is not one number for each dimension.

    Examples
    --------
    >>> kl_per_dimension([0.0, 2.5, 0.5]).axes[0].get_title()
    '3.00 nats in all; 2 of 3 dimensions above 0.01'
    """
    values = as_array(kl)
    if values.ndim != 1 or values.size == 0 or values.dtype.kind not in "fiu":
        raise ValueError(
            f"kl must hold one number for each dimension, but is {kl!r:.80}; a deterministic "
            "encoder or a full covariance has no divergence for each dimension."
        )
    d = len(values)
    order = np.argsort(-values, kind="stable")
    figure, ax = axes(ax, float(np.clip(0.3 * d + 1.5, 4, 10)), 3.5)
    used = values[order] > _THRESHOLD
    ax.bar(np.arange(d), values[order], color=np.where(used, BLUE, GREY), width=0.8)
    ax.axhline(_THRESHOLD, color=GREY, linewidth=0.8, linestyle="--", zorder=0)
    places = np.arange(0, d, -(-d // _MOST_LABELS))
    ax.set_xticks(places, [code_name(j) for j in order[places]])
    ax.set(xlabel="dimension of the code", ylabel="KL from the prior (nats)")
    ax.set_title(
        f"{values.sum():.2f} nats in all; {used.sum()} of {d} dimensions above {_THRESHOLD}",
        fontsize="medium",
    )
    return figure
