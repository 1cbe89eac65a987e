"""New examples beside those of the data that are most like them: are they new?"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from latentia._arrays import as_array, as_examples, flat, same_shape
from latentia.plotting._mosaic import is_images, mosaic_inches, show
from latentia.plotting._style import BLUE, GREY, axes, clear_of_axes, legend, thinned

_MOST = 2_000
_BINS = 30


def neighbors(x: Any, data: Any, n: int = 8, n_neighbors: int = 5, *, scale: Any = 1.0) -> Figure:
    """Draw examples beside their nearest neighbours in the data, or how far these are.

    Images: the first `n`, those with the nearest neighbour first, and to the right of each its
    neighbours with their distances; a copy is at distance 0. Tables: a histogram of the distances
    to the nearest example of the data, over that of the examples of the data among themselves; of
    each at most 2,000. A model that memorises has its histogram near 0.

    Parameters
    ----------
    x : array or tensor, shape (m, *event)
        Samples, or other examples that are not among the data.
    data : array or tensor, shape (n_examples, *event)
        What the model was trained on, in the same units.
    n : int, default=8
        How many images.
    n_neighbors : int, default=5
        How many neighbours of each.
    scale : float or array, default=1.0
        What features are divided by before distances are measured, such as
        ``model.scaling_.scale``.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If shapes differ, or the data have too few examples.

    References
    ----------
    C. Meehan, K. Chaudhuri, S. Dasgupta. A Non-Parametric Test to Detect Data-Copying in
    Generative Models. 2020.

    Examples
    --------
    >>> data = np.arange(12.0).reshape(3, 2, 2)
    >>> figure = neighbors(data[:1] + 1, data, n_neighbors=2)
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['2', '6']
    """
    x, data = as_examples(x, "x"), as_examples(data, "data")
    same_shape(x.shape[1:], data.shape[1:], "Examples of x and data")
    if n < 1:
        raise ValueError(f"n={n} must be at least 1.")
    if not 1 <= n_neighbors <= len(data) or len(data) < 2:
        raise ValueError(
            f"n_neighbors={n_neighbors} must be at least 1 and at most the {len(data)} examples of "
            "data, of which there must be 2."
        )
    if not is_images(x):
        return _histograms(x[thinned(len(x), _MOST)], data, scale)
    x = x[:n]
    distances, rows = _nearest(data, x, n_neighbors, scale)
    order = np.argsort(distances[:, 0], kind="stable")
    return _images(x[order], data[rows[order]], distances[order])


def _nearest(
    data: np.ndarray, x: np.ndarray | None, n: int, scale: Any
) -> tuple[np.ndarray, np.ndarray]:
    """Return distances (m, n) and rows of the nearest data; without x of each among the others."""
    # Here and not above: the import costs a second.
    from sklearn.neighbors import NearestNeighbors

    divisor = as_array(scale)
    table = flat(data / divisor)
    search = NearestNeighbors(n_neighbors=n).fit(table)
    if x is None:
        some = thinned(len(table), _MOST)
        distances, rows = search.kneighbors(table[some], n + 1)
        return distances[:, 1:], rows[:, 1:]
    return search.kneighbors(flat(x / divisor))


def _images(x: np.ndarray, found: np.ndarray, distances: np.ndarray) -> Figure:
    (m, k), (height, width) = distances.shape, x.shape[-2:]
    # Under every image is room for its distance.
    gap = max(1, round(0.35 * height))
    table = np.concatenate([x[:, None], found], axis=1).astype(float)
    inches = mosaic_inches((height + gap, width), k + 1, m)
    figure, ax = axes(None, inches[0] + 0.2, inches[1] + 0.4)
    # Colours have no value for nothing; theirs is white.
    white = 255.0 if found.max() > 2 else 1.0
    empty = white if x.ndim == 4 and x.shape[1] == 3 else np.nan
    padded = np.full((m * (k + 1), *x.shape[1:-2], height + gap, width), empty)
    padded[..., :height, :] = table.reshape(-1, *x.shape[1:])
    show(clear_of_axes(ax), padded, k + 1, like=found.reshape(-1, *x.shape[1:]))
    ax.axvline(width, color=BLUE, linewidth=1.5)
    middles = np.arange(k + 1) * (width + 1) + (width - 1) / 2
    for i, row in enumerate(distances):
        for j, distance in enumerate(row):
            ax.text(
                middles[j + 1], i * (height + gap + 1) + height + gap / 2 - 0.5, _short(distance),
                ha="center", va="center", fontsize="x-small", color="#222222",
            )  # fmt: skip
    ax.set_xticks(
        [middles[0], middles[1:].mean()], ["example", "nearest" + " of the data" * (k > 2)]
    )
    ax.tick_params(length=0, top=False, labeltop=True, labelbottom=False)
    return figure


def _short(distance: float) -> str:
    """Write a distance with three digits, or all before the point.

    Examples
    --------
    >>> _short(1120.4), _short(3.14159)
    ('1120', '3.14')
    """
    return f"{distance:.0f}" if distance >= 100 else f"{distance:.3g}"


def _histograms(x: np.ndarray, data: np.ndarray, scale: Any) -> Figure:
    among = _nearest(data, None, 1, scale)[0][:, 0]
    away = _nearest(data, x, 1, scale)[0][:, 0]
    figure, ax = axes(None)
    edges = np.histogram_bin_edges(np.concatenate([among, away, [0.0]]), _BINS).tolist()
    ax.hist(among, edges, density=True, color=GREY, alpha=0.5, label="data")
    ax.hist(
        away, edges, density=True, histtype="step", color=BLUE, linewidth=1.5,
        label="examples",
    )  # fmt: skip
    ax.set(xlabel="distance to the nearest other example of the data", ylabel="density")
    legend(figure, ax)
    return figure
