"""How far the distribution of generated examples is from that of real ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from latentia._blocks import BLOCK_VALUES
from latentia.evaluation._tables import two_tables

_NAMES = ("real", "generated")


def frechet_distance(real: Any, generated: Any) -> float:
    r"""Return the squared Fréchet distance between the normals of the same moments.

    .. math:: d^2 = \lVert \mu_1 - \mu_2 \rVert^2 + \operatorname{tr}(\Sigma_1 + \Sigma_2
              - 2 (\Sigma_1 \Sigma_2)^{1/2})

    with the means and the unbiased covariances of the two sets. It is the squared 2-Wasserstein
    distance if both are normal, and is blind to whatever else distinguishes them. With few
    examples it is too large; compare models with as many examples, several times the features.
    What is published as FID uses the features of one network, trained on photographs; numbers of
    other features do not compare with it.

    Parameters
    ----------
    real, generated : array or tensor, shape (n, *features) and (m, *features)
        Features of examples, such as those of :func:`features_of`, or the examples themselves.

    Returns
    -------
    float
        In squared units of the features, at least 0.

    Raises
    ------
    ValueError
        If a set has fewer than two examples, or the numbers of features differ.

    References
    ----------
    M. Heusel, H. Ramsauer, T. Unterthiner, B. Nessler, S. Hochreiter. GANs Trained by a Two
    Time-Scale Update Rule Converge to a Local Nash Equilibrium. 2017.

    Examples
    --------
    >>> real = np.array([[-1.0], [1.0]])
    >>> round(frechet_distance(real, 3 * real + 1), 6)  # 1 + (3 - 1)^2 times the variance, 2
    9.0
    """
    real, generated = _two_samples(real, generated)
    root, other_root = _root(real), _root(generated)
    # With covariances R'R and S'S the trace of the root of their product is the sum of the
    # singular values of R S', which needs no root of a matrix.
    shared = np.linalg.norm(root @ other_root.T, ord="nuc")
    shift = np.square(real.mean(axis=0) - generated.mean(axis=0)).sum()
    spread = np.square(root).sum() + np.square(other_root).sum() - 2 * shared
    return float(shift + max(spread, 0.0))


def kernel_distance(real: Any, generated: Any) -> float:
    r"""Return the squared maximum mean discrepancy under a cubic kernel, without bias.

    .. math:: d^2 = \operatorname{mean}_{i \ne j} k(x_i, x_j) + \operatorname{mean}_{i \ne j}
              k(g_i, g_j) - 2 \operatorname{mean}_{i, j} k(x_i, g_j), \qquad
              k(a, b) = (a^\top b / d + 1)^3

    for d features. It is 0 on average for two samples of one distribution, of any size, and so
    may be negative; it sees the first three moments.

    Parameters
    ----------
    real, generated : array or tensor, shape (n, *features) and (m, *features)
        Features of examples, such as those of :func:`features_of`, or the examples themselves;
        or codes and draws of the prior. The kernel has a unit: features should be of order 1.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If a set has fewer than two examples, or the numbers of features differ.

    References
    ----------
    M. Bińkowski, D. J. Sutherland, M. Arbel, A. Gretton. Demystifying MMD GANs. 2018.

    Examples
    --------
    >>> draw = np.random.default_rng(0).normal
    >>> same, shifted = draw(size=(500, 4)), draw(size=(500, 4)) + 1
    >>> abs(kernel_distance(draw(size=(500, 4)), same)) < 0.1 < kernel_distance(same, shifted)
    True
    """
    real, generated = _two_samples(real, generated)
    between = _kernel_sum(real, generated) / (len(real) * len(generated))
    return _mean_among(real) + _mean_among(generated) - 2 * between


def _two_samples(real: Any, generated: Any) -> tuple[np.ndarray, np.ndarray]:
    tables = two_tables(real, generated, _NAMES)
    for name, table in zip(_NAMES, tables, strict=True):
        if len(table) < 2:
            raise ValueError(f"{name} must hold at least two examples, but holds {len(table)}.")
    return tables


def _root(x: np.ndarray) -> np.ndarray:
    """Return R with R'R the covariance of x."""
    centred = (x - x.mean(axis=0)) / np.sqrt(len(x) - 1)
    return np.asarray(np.linalg.qr(centred, mode="r"))


def _mean_among(x: np.ndarray) -> float:
    """Return the mean of the kernel over pairs of different rows."""
    n = len(x)
    own = _kernel(np.square(x).sum(axis=1), x.shape[1]).sum()
    return float((_kernel_sum(x, x) - own) / (n * (n - 1)))


def _kernel_sum(a: np.ndarray, b: np.ndarray) -> float:
    size = max(1, BLOCK_VALUES // len(b))
    return sum(
        float(_kernel(a[start : start + size] @ b.T, a.shape[1]).sum())
        for start in range(0, len(a), size)
    )


def _kernel(products: np.ndarray, n_features: int) -> np.ndarray:
    return (products / n_features + 1) ** 3
