"""How much of what is generated is real, and how much of what is real is generated."""

from __future__ import annotations

from typing import Any

import numpy as np

from latentia.evaluation._neighbors import balls_around, check_neighbors, nearest, spacing
from latentia.evaluation._tables import two_tables

_NAMES = ("real", "generated")


def precision_recall(real: Any, generated: Any, n_neighbors: int = 3) -> dict[str, float]:
    r"""Measure whether generated examples are like real ones, and whether they are like all.

    With :math:`r_k(a)` the distance of a to the k-th nearest other example of its own set,

    .. math:: \mathrm{precision} = \operatorname{mean}_{g} \,
              [\exists x: \lVert g - x \rVert \le r_k(x)], \qquad
              \mathrm{recall} = \operatorname{mean}_{x} \,
              [\exists g: \lVert x - g \rVert \le r_k(g)]

    over generated g and real x: the share of each set that lies within the balls of the other.
    Blurred or wrong examples lower the precision, kinds that are never generated the recall. A
    real example that lies alone has a large ball; :func:`density_coverage` minds it less.

    Parameters
    ----------
    real, generated : array or tensor, shape (n, *features) and (m, *features)
        Examples, or features of them, such as those of :func:`features_of`. Both numbers depend
        on n and m: compare models with as many examples.
    n_neighbors : int, default=3
        The k.

    Returns
    -------
    dict of str to float
        "precision" and "recall", shares.

    Raises
    ------
    ValueError
        If a set has no more than k examples, or the numbers of features differ.

    References
    ----------
    T. Kynkäänniemi, T. Karras, S. Laine, J. Lehtinen, T. Aila. Improved Precision and Recall
    Metric for Assessing Generative Models. 2019.

    Examples
    --------
    >>> real = np.random.default_rng(0).normal(size=(200, 2))
    >>> one_sided = real[real[:, 0] > 0]
    >>> scores = precision_recall(real, one_sided)
    >>> scores["precision"], 0.4 < scores["recall"] < 0.7
    (1.0, True)
    """
    real, generated = _checked(real, generated, n_neighbors)
    check_neighbors(n_neighbors, generated, "generated")
    return {
        "precision": _share_within(generated, real, n_neighbors),
        "recall": _share_within(real, generated, n_neighbors),
    }


def density_coverage(real: Any, generated: Any, n_neighbors: int = 5) -> dict[str, float]:
    r"""Measure how densely generated examples lie among real ones, and how many they reach.

    .. math:: \mathrm{density} = \frac{1}{k m} \sum_{g, x} [\lVert g - x \rVert \le r_k(x)],
              \qquad \mathrm{coverage} = \operatorname{mean}_{x} \,
              [\min_g \lVert g - x \rVert \le r_k(x)]

    over m generated g and n real x, with :math:`r_k(x)` the distance of x to the k-th nearest
    other real example. All balls are around real examples, so that generated outliers count for
    nothing. Two samples of one distribution have a density of 1 on average, and a coverage of
    :math:`1 - \binom{n - 1}{k} / \binom{n + m - 1}{k}`, about :math:`1 - 2^{-k}` for as many.

    Parameters
    ----------
    real, generated : array or tensor, shape (n, *features) and (m, *features)
        Examples, or features of them, such as those of :func:`features_of`.
    n_neighbors : int, default=5
        The k.

    Returns
    -------
    dict of str to float
        "density", at least 0 and above 1 where generated examples crowd around the middle of real
        ones, and "coverage", a share.

    Raises
    ------
    ValueError
        If there are no more than k real examples, or the numbers of features differ.

    References
    ----------
    M. F. Naeem, S. J. Oh, Y. Uh, Y. Choi, J. Yoo. Reliable Fidelity and Diversity Metrics for
    Generative Models. 2020.

    Examples
    --------
    >>> real = np.random.default_rng(0).normal(size=(200, 2))
    >>> density_coverage(real, real)["coverage"], density_coverage(real, real + 100)
    (1.0, {'density': 0.0, 'coverage': 0.0})
    """
    real, generated = _checked(real, generated, n_neighbors)
    radii = spacing(real, n_neighbors)
    counts = balls_around(generated, real, radii)
    distances, _ = nearest(generated, real, 1)
    return {
        "density": float(counts.mean() / n_neighbors),
        "coverage": float((distances[:, 0] <= radii).mean()),
    }


def _checked(real: Any, generated: Any, n_neighbors: int) -> tuple[np.ndarray, np.ndarray]:
    real, generated = two_tables(real, generated, _NAMES)
    check_neighbors(n_neighbors, real, "real")
    return real, generated


def _share_within(x: np.ndarray, centres: np.ndarray, n_neighbors: int) -> float:
    return float((balls_around(x, centres, spacing(centres, n_neighbors)) > 0).mean())
