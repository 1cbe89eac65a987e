"""Whether what is decoded changes as evenly as the code does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from latentia.evaluation._tables import table


def continuity(
    decode: Callable[[np.ndarray], Any],
    codes: Any,
    *,
    n_pairs: int = 200,
    n_steps: int = 32,
    seed: int = 0,
) -> dict[str, float]:
    r"""Measure the paths of decoded examples between two codes.

    Codes of two examples drawn at random are interpolated by a straight line of T equal steps
    :math:`z_0, \dots, z_T`. What is decoded moves by :math:`\delta_t = \lVert D(z_t) -
    D(z_{t-1}) \rVert` in step t.

    .. math:: \mathrm{slope} = \frac{\sum \sum_t \delta_t}{\sum \lVert z_T - z_0 \rVert}, \quad
              \mathrm{steepest} = \max \frac{T \delta_t}{\lVert z_T - z_0 \rVert}, \quad
              \mathrm{path} = \frac{\sum \sum_t \delta_t}{\sum \lVert D(z_T) - D(z_0) \rVert},
              \quad \mathrm{jump} = \operatorname{mean} \frac{T \max_t \delta_t}{\sum_t \delta_t}

    over all pairs.

    Parameters
    ----------
    decode : callable
        From codes of shape (m, k) to m examples, e.g. ``model.inverse_transform``.
    codes : array or tensor, shape (n, k)
        Codes of examples.
    n_pairs : int, default=200
        Lines drawn.
    n_steps : int, default=32
        The T.
    seed : int, default=0
        Of the choice of pairs.

    Returns
    -------
    dict of str to float
        - "slope" and "steepest", units of the data for one of the code: the mean rate of change,
          and the largest, below which no Lipschitz constant of the decoder can be;
        - "path", the length of the paths relative to their chords: 1 for a decoder that is
          straight between examples, more for detours;
        - "jump", the largest step relative to the mean one: 1 for an even change, T where
          everything changes at once.

        The last two have no unit, so that codes of any spread compare. All but "slope" and
        "steepest" are NaN where the decoder is constant.

    Raises
    ------
    ValueError
        If fewer than two codes differ, the decoder does not return an example for each code, or
        ``n_pairs`` or ``n_steps`` is below 1.

    Examples
    --------
    >>> codes = np.random.default_rng(0).normal(size=(50, 2))
    >>> straight = continuity(lambda z: z @ [[3.0, 0.0], [0.0, 3.0]], codes)
    >>> {name: round(value, 6) for name, value in straight.items()}
    {'slope': 3.0, 'steepest': 3.0, 'path': 1.0, 'jump': 1.0}
    """
    for name, count in {"n_pairs": n_pairs, "n_steps": n_steps}.items():
        if count < 1:
            raise ValueError(f"{name}={count} must be at least 1.")
    # Equal codes have no line between them.
    ends = np.unique(table(codes, "codes"), axis=0)
    if len(ends) < 2:
        raise ValueError("codes must hold at least two different codes, but all are equal.")
    random = np.random.default_rng(seed)
    pairs = [ends[random.choice(len(ends), size=2, replace=False)] for _ in range(n_pairs)]
    shares = np.linspace(0, 1, n_steps + 1)[:, None]
    paths = [_decoded(decode, (1 - shares) * a + shares * b) for a, b in pairs]
    distances = np.array([np.linalg.norm(b - a) for a, b in pairs])
    steps = np.array([np.linalg.norm(np.diff(path, axis=0), axis=1) for path in paths])
    chords = np.array([np.linalg.norm(path[-1] - path[0]) for path in paths])
    lengths = steps.sum(axis=1)
    moved = lengths > 0
    uneven = n_steps * steps[moved].max(axis=1) / lengths[moved]
    return {
        "slope": float(lengths.sum() / distances.sum()),
        "steepest": float((n_steps * steps.max(axis=1) / distances).max()),
        "path": float(lengths.sum() / chords.sum()) if chords.any() else float("nan"),
        "jump": float(uneven.mean()) if moved.any() else float("nan"),
    }


def local_lipschitz(
    decode: Callable[[np.ndarray], Any], codes: Any, *, step: float = 0.01
) -> np.ndarray:
    r"""Return how far what is decoded moves at most for one unit of the code, at each code.

    .. math:: \lVert J(z) \rVert_2 = \max_{\lVert v \rVert = 1} \lVert J(z) v \rVert, \qquad
              J(z)_{\cdot j} \approx \frac{D(z + h_j e_j) - D(z - h_j e_j)}{2 h_j}

    Parameters
    ----------
    decode : callable
        From codes of shape (m, k) to m examples, e.g. ``model.inverse_transform``.
    codes : array or tensor, shape (n, k)
        Where to measure; each takes 2 k decodings.
    step : float, default=0.01
        The :math:`h_j` in standard deviations of code j; in its units where it does not vary.

    Returns
    -------
    ndarray of shape (n,)
        Units of the data for one of the code. Times the spread of the codes they compare between
        models.

    Raises
    ------
    ValueError
        If ``step`` is not positive, or the decoder does not return an example for each code.

    Examples
    --------
    >>> local_lipschitz(lambda z: z * [3.0, 1.0], [[0.0, 0.0], [1.0, 2.0]]).round(6)
    array([3., 3.])
    """
    if not step > 0:
        raise ValueError(f"step={step} must be positive.")
    points = table(codes, "codes")
    spread = points.std(axis=0)
    h = step * np.where(spread > 0, spread, 1.0)
    around = np.concatenate([np.diag(h), -np.diag(h)])
    ends = (np.split(_decoded(decode, point + around), 2) for point in points)
    jacobians = ((up - down) / (2 * h[:, None]) for up, down in ends)
    return np.array([np.linalg.norm(jacobian, ord=2) for jacobian in jacobians])


def _decoded(decode: Callable[[np.ndarray], Any], codes: np.ndarray) -> np.ndarray:
    examples = table(decode(codes), "decode(codes)")
    if len(examples) != len(codes):
        raise ValueError(
            f"decode must return an example for each code, but returned {len(examples)} for "
            f"{len(codes)}."
        )
    return examples
