"""Where the posteriors of examples lie, and how wide they are."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import PolyCollection
from matplotlib.colors import Normalize, to_rgba_array
from matplotlib.figure import Figure

from latentia._arrays import as_array, as_examples, as_labels
from latentia.plotting._classes import Classes, is_discrete
from latentia.plotting._style import BLUE, axes, code_name, dots, thinned

_MOST_BUBBLES = 300
_DARK = "#222222"
_TURN = np.linspace(0, 2 * np.pi, 64, endpoint=False)
_CIRCLE = np.stack([np.cos(_TURN), np.sin(_TURN)], axis=1)


def bubbles(
    loc: Any, scale: Any, y: Any = None, ax: Axes | None = None, *, label: str = ""
) -> Figure:
    r"""Draw normal posteriors in the plane: the ellipse of one standard deviation of each.

    .. math:: \{ \mu + L u : \lVert u \rVert = 1 \}, \qquad \Sigma = L L^\top

    The divergence from a standard normal, whose circle is dashed, draws the bubbles there and to
    its size; the reconstruction makes them small and drives them apart. A dot is at each mean, so
    that bubbles without width are seen too. At most 300 examples are drawn.

    Parameters
    ----------
    loc : array or tensor, shape (n, 2)
        Means.
    scale : array or tensor, shape (n, 2) or (n, 2, 2)
        Standard deviations, or covariances.
    y : array of length n, optional
        Text or up to 20 different integers are classes, each with a colour; other numbers are a
        colour scale.
    ax : Axes, optional
        Where to draw.
    label : str, default=""
        What ``y`` is.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        For codes that are not in the plane, a negative deviation or no covariance, or labels that
        are not as many.

    References
    ----------
    D. P. Kingma, M. Welling. Auto-Encoding Variational Bayes. 2013.

    Examples
    --------
    >>> figure = bubbles([[0.0, 1.0], [2.0, 0.0]], [[0.5, 0.5], [0.1, 0.3]])
    >>> ellipses, means = figure.axes[0].collections
    >>> len(ellipses.get_paths())
    2
    """
    means = as_examples(loc, "loc").astype(float)
    if means.shape[1:] != (2,):
        raise ValueError(
            f"loc must have shape (n, 2), but has {means.shape}; give two dimensions of the code."
        )
    factors = _factors(as_array(scale).astype(float), len(means))
    labels = None if y is None else as_labels(y, len(means))
    figure, ax = axes(ax)
    rows = thinned(len(means), _MOST_BUBBLES)
    means = means[rows]
    colors = _colors(ax, len(rows), None if labels is None else labels[rows], label)
    edges = means[:, None] + _CIRCLE @ factors[rows].transpose(0, 2, 1)
    circle = np.append(_CIRCLE, _CIRCLE[:1], axis=0)
    ax.plot(*circle.T, color=_DARK, linestyle="--", linewidth=1, zorder=3)
    faces = np.column_stack([colors[:, :3], np.full(len(colors), _opacity(edges, factors[rows]))])
    ax.add_collection(
        PolyCollection(list(edges), facecolors=faces, edgecolors=colors, linewidths=0.7)
    )
    dots(ax, means, colors, scale=0.15)
    ax.set_aspect("equal", adjustable="datalim")
    ax.autoscale_view()
    ax.set(xlabel=code_name(0), ylabel=code_name(1))
    return figure


def _factors(scale: np.ndarray, n: int) -> np.ndarray:
    """Return a factor L (n, 2, 2) of each covariance."""
    if scale.shape == (n, 2) and (scale >= 0).all():
        return scale[:, :, None] * np.eye(2)
    if scale.shape == (n, 2, 2):
        try:
            return np.linalg.cholesky(scale)
        except np.linalg.LinAlgError:
            raise ValueError("scale holds a matrix that is not positive definite.") from None
    raise ValueError(
        f"scale must hold standard deviations ({n}, 2), none below 0, or covariances ({n}, 2, 2), "
        f"but has shape {scale.shape} and a smallest value of {scale.min(initial=np.inf):g}."
    )


def _opacity(edges: np.ndarray, factors: np.ndarray) -> float:
    """Return how opaque the insides are: the paler, the more of them lie upon each other."""
    areas = np.pi * np.abs(np.linalg.det(factors)).sum()
    box = max(float(np.ptp(edges, axis=(0, 1)).prod()), np.finfo(float).tiny)
    return 0.15 / max(1.0, float(areas) / box)


def _colors(ax: Axes, n: int, labels: np.ndarray | None, label: str) -> np.ndarray:
    """Return the colour (n, 4) of each example, and say in `ax` what it means."""
    if labels is None:
        return to_rgba_array([BLUE] * n)
    if is_discrete(labels):
        classes = Classes.of(labels)
        classes.add_legend(ax, label)
        return to_rgba_array(classes.colors_of_examples)
    scale = ScalarMappable(Normalize(float(labels.min()), float(labels.max())), "viridis")
    ax.figure.colorbar(scale, ax=ax, label=label).ax.spines[:].set_visible(False)
    return np.asarray(scale.to_rgba(labels))
