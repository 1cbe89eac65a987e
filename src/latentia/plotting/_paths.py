"""Ways through the codes: from one to another, and along one dimension at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from latentia._arrays import as_array

# Codes whose directions differ by less than this angle, or by less from opposite ones.
_NO_ANGLE = 1e-7
# Of the normal distribution, so that quantiles stay inside (0, 1).
_FARTHEST = 37.0


def linear(start: Any, end: Any, n: int) -> np.ndarray:
    r"""Return n codes on the straight line.

    .. math:: z_t = (1 - t)\, z_0 + t\, z_1, \qquad t = 0, \dots, 1

    Parameters
    ----------
    start, end : array or tensor, shape (d,)
        Where it starts and ends, exactly.
    n : int
        How many codes, both ends among them.

    Returns
    -------
    ndarray of shape (n, d), float64

    Raises
    ------
    ValueError
        If these are no two codes of one size, or n is below 2.

    Examples
    --------
    >>> linear([0.0, 2.0], [1.0, 0.0], 3)
    array([[0. , 2. ],
           [0.5, 1. ],
           [1. , 0. ]])
    """
    a, b = _ends(start, end, n)
    return _exactly(a, b, a + _shares(n) * (b - a))


def spherical(start: Any, end: Any, n: int) -> np.ndarray:
    r"""Return n codes on the arc about the origin, whose directions turn at a constant speed.

    .. math:: z_t = \left((1 - t) \lVert z_0 \rVert + t \lVert z_1 \rVert\right)
              \frac{\sin((1 - t)\,\omega)\, u_0 + \sin(t\,\omega)\, u_1}{\sin \omega}, \qquad
              u = \frac{z}{\lVert z \rVert}, \quad \cos \omega = u_0^\top u_1

    Codes of equal norm keep it. Draws of a standard normal prior of many dimensions all have about
    the norm :math:`\sqrt d`, and a straight line between two of them leaves that shell.

    Parameters
    ----------
    start, end : array or tensor, shape (d,)
        Where it starts and ends, exactly.
    n : int
        How many codes, both ends among them.

    Returns
    -------
    ndarray of shape (n, d), float64

    Raises
    ------
    ValueError
        If these are no two codes of one size, n is below 2, or the codes lie in opposite
        directions, between which no arc is the shortest.

    References
    ----------
    T. White. Sampling Generative Networks. 2016.

    Examples
    --------
    >>> spherical([2.0, 0.0], [0.0, 2.0], 3).round(3)
    array([[2.   , 0.   ],
           [1.414, 1.414],
           [0.   , 2.   ]])
    """
    a, b = _ends(start, end, n)
    norms = np.linalg.norm(a), np.linalg.norm(b)
    if min(norms) == 0:
        return linear(a, b, n)  # the origin lies in every direction
    u, v = a / norms[0], b / norms[1]
    # Exact for small angles too, where the cosine is not.
    angle = 2 * np.arctan2(np.linalg.norm(u - v), np.linalg.norm(u + v))
    if np.pi - angle < _NO_ANGLE:
        raise ValueError(
            "start and end lie in opposite directions, and no arc between them is the shortest; "
            "take path='linear' or 'prior', or other codes."
        )
    t = _shares(n)
    lengths = norms[0] + t * (norms[1] - norms[0])
    if angle < _NO_ANGLE:
        return _exactly(a, b, lengths * u)
    arc = (np.sin((1 - t) * angle) * u + np.sin(t * angle) * v) / np.sin(angle)
    return _exactly(a, b, lengths * arc)


def by_quantiles(start: Any, end: Any, n: int) -> np.ndarray:
    r"""Return n codes whose quantiles of the standard normal distribution change evenly.

    .. math:: \Phi(z_{t,j}) = (1 - t)\, \Phi(z_{0,j}) + t\, \Phi(z_{1,j})

    From step to step equal shares of the prior pass in each dimension. A code of another prior is
    given and returned in units of its spread, relative to its mean.

    Parameters
    ----------
    start, end : array or tensor, shape (d,)
        Where it starts and ends, exactly.
    n : int
        How many codes, both ends among them.

    Returns
    -------
    ndarray of shape (n, d), float64

    Raises
    ------
    ValueError
        If these are no two codes of one size, or n is below 2.

    Examples
    --------
    >>> by_quantiles([-2.0], [2.0], 5).round(2).ravel().tolist()
    [-2.0, -0.64, 0.0, 0.64, 2.0]
    """
    # Here and not above: the import takes a while.
    from scipy.special import ndtr, ndtri

    a, b = _ends(start, end, n)
    # The upper tail has no digits to spare: of each dimension, the smaller tail is followed.
    flip = np.where(a + b > 0, -1.0, 1.0)
    low, high = (ndtr(np.clip(flip * z, -_FARTHEST, _FARTHEST)) for z in (a, b))
    return _exactly(a, b, flip * ndtri(low + _shares(n) * (high - low)))


paths: dict[str, Callable[[Any, Any, int], np.ndarray]] = {
    "linear": linear,
    "prior": by_quantiles,
    "spherical": spherical,
}


def along_dimensions(
    center: Any, dimensions: Sequence[int], values: Sequence[float] | np.ndarray
) -> np.ndarray:
    """Return codes that are one code in all dimensions but one.

    Parameters
    ----------
    center : array or tensor, shape (d,)
    dimensions : sequence of k int
        Which, counted from 0.
    values : array of shape (n,) or (k, n)
        What each of them becomes.

    Returns
    -------
    ndarray of shape (k, n, d), float64

    Raises
    ------
    ValueError
        If a dimension is not there, or there are not n values for each.

    Examples
    --------
    >>> along_dimensions([1.0, 2.0], [1], [0.0, 9.0])
    array([[[1., 0.],
            [1., 9.]]])
    """
    center = as_code(center, "center")
    rows = [int(j) for j in dimensions]
    if not rows or not all(0 <= j < len(center) for j in rows):
        raise ValueError(
            f"dimensions={rows} must be one or more of 0 to {len(center) - 1}, those of the code."
        )
    table = np.asarray(values, dtype=float)
    if table.ndim not in (1, 2) or table.size == 0 or table.shape[:-1] not in ((), (len(rows),)):
        raise ValueError(
            f"values must have shape (n,) or ({len(rows)}, n), but have {table.shape}."
        )
    table = np.broadcast_to(table, (len(rows), table.shape[-1]))
    codes = np.tile(center, (*table.shape, 1))
    codes[np.arange(len(rows)), :, rows] = table
    return codes


def as_code(z: Any, argument: str) -> np.ndarray:
    """Return one code as an array of finite numbers, shape (d,)."""
    code = as_array(z)
    numbers = code.ndim == 1 and code.size > 0 and code.dtype.kind in "fiub"
    if not (numbers and np.isfinite(code).all()):
        raise ValueError(
            f"{argument} must be one code, finite numbers of shape (d,), but is of shape "
            f"{code.shape}: {z!r:.80}."
        )
    return code.astype(float)


def _ends(start: Any, end: Any, n: int) -> tuple[np.ndarray, np.ndarray]:
    a, b = as_code(start, "start"), as_code(end, "end")
    if a.shape != b.shape:
        raise ValueError(
            f"start and end must be codes of one size, but have shapes {a.shape} and {b.shape}."
        )
    if n < 2:
        raise ValueError(f"n={n} must be at least 2, for the start and the end.")
    return a, b


def _shares(n: int) -> np.ndarray:
    return np.linspace(0.0, 1.0, n)[:, None]


def _exactly(a: np.ndarray, b: np.ndarray, path: np.ndarray) -> np.ndarray:
    """Return the path with its ends free of rounding."""
    path[0], path[-1] = a, b
    return path
