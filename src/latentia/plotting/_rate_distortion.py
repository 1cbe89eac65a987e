"""What is paid for a code, and what is lost with it."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from latentia._arrays import as_array
from latentia.plotting._style import BLUE, axes

# Points closer than this share of the picture have their weights written together.
_NEAR = 0.03


def rate_distortion(rates: Any, distortions: Any, betas: Any, ax: Axes | None = None) -> Figure:
    """Draw the distortion over the rate, with the weight of the divergence at each point.

    The more the divergence weighs, the fewer nats the code carries and the more are lost: from
    right to left the curve rises, and its slope is minus that weight.

    Parameters
    ----------
    rates, distortions : array or tensor, shape (n,)
        In nats, as from ``evaluation.rate_distortion``.
    betas : array or tensor, shape (n,)
        Weight of the divergence that each model was trained with, in any order.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If there is not one finite number of each kind for each model.

    Examples
    --------
    >>> figure = rate_distortion([0.0, 3.0], [9.0, 4.0], [10.0, 1.0])
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['β = 1', 'β = 10']
    """
    given = {"rates": rates, "distortions": distortions, "betas": betas}
    columns = {name: as_array(values).astype(float) for name, values in given.items()}
    shapes = {name: values.shape for name, values in columns.items()}
    if len(set(shapes.values())) > 1 or columns["betas"].ndim != 1 or columns["betas"].size == 0:
        raise ValueError(f"rates, distortions and betas must be as many, but have {shapes}.")
    for name, values in columns.items():
        if not np.isfinite(values).all():
            i = int((~np.isfinite(values)).argmax())
            raise ValueError(f"{name}[{i}] is {values[i]}; leave out models without a finite one.")
    order = np.argsort(columns["betas"], kind="stable")
    points = np.column_stack([columns["rates"], columns["distortions"]])[order]
    figure, ax = axes(ax)
    ax.plot(*points.T, color=BLUE, marker="o", markersize=4, linewidth=1.2)
    for place, text in _notes(points, columns["betas"][order]):
        ax.annotate(text, place, xytext=(6, 4), textcoords="offset points", fontsize="small")
    ax.margins(0.2, 0.12)  # room for notes on the right
    ax.set(xlabel="rate: KL from the prior (nats)", ylabel="distortion: reconstruction (nats)")
    return figure


def _notes(points: np.ndarray, betas: np.ndarray) -> list[tuple[tuple[float, float], str]]:
    """Return what to write where; neighbours that lie together share a note."""
    span = np.maximum(np.ptp(points, axis=0), np.finfo(float).tiny)
    far = (np.abs(np.diff(points, axis=0)) >= _NEAR * span).any(axis=1)
    groups = np.split(np.arange(len(points)), np.flatnonzero(far) + 1)
    return [
        ((float(x), float(y)), "β = " + ", ".join(f"{beta:g}" for beta in betas[group]))
        for group in groups
        for x, y in points[group[:1]]
    ]
