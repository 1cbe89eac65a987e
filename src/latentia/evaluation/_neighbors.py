"""Nearest neighbours, and the balls that reach to them."""

from __future__ import annotations

import numpy as np

from latentia._blocks import BLOCK_VALUES

# Squared distances come from products of matrices, with an error of about this share of the
# squared norms.
_ROUNDING = 1e-12


def check_neighbors(n_neighbors: int, points: np.ndarray, argument: str) -> None:
    """Raise a sentence unless each point has so many others."""
    if not 1 <= n_neighbors < len(points):
        raise ValueError(
            f"n_neighbors={n_neighbors} must be at least 1 and less than the {len(points)} "
            f"examples of {argument}."
        )


def nearest(points: np.ndarray, x: np.ndarray | None, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return distances to, and rows of, the nearest points, each of shape (len(x), n).

    Without ``x`` those of each point among the others.
    """
    # Here and not above: the import costs a second.
    from sklearn.neighbors import NearestNeighbors

    middle = points.mean(axis=0)
    search = NearestNeighbors(n_neighbors=n, algorithm="brute").fit(points - middle)
    rows = search.kneighbors(None if x is None else x - middle, return_distance=False)
    start = points if x is None else x
    # Measured again, for the search rounds, and equal points are at distance 0.
    steps = (np.linalg.norm(start - points[column], axis=1) for column in rows.T)
    return np.sort(np.stack(list(steps), axis=1), axis=1), rows


def spacing(points: np.ndarray, n: int) -> np.ndarray:
    """Return the distance of each point to the n-th nearest of the others."""
    return nearest(points, None, n)[0][:, -1]


def balls_around(x: np.ndarray, centres: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """Return in how many of the balls each row of x lies."""
    middle = centres.mean(axis=0)
    x, centres = x - middle, centres - middle
    x_norms, norms = np.square(x).sum(axis=1), np.square(centres).sum(axis=1)
    counts = np.empty(len(x), dtype=int)
    size = max(1, BLOCK_VALUES // len(centres))
    for start in range(0, len(x), size):
        rows = slice(start, start + size)
        sums = x_norms[rows, None] + norms
        squared = sums - 2 * x[rows] @ centres.T
        counts[rows] = (squared <= radii**2 + _ROUNDING * sums).sum(axis=1)
    return counts
