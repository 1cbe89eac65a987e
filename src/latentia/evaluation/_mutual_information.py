"""How many nats each dimension of a code and each factor share."""

from __future__ import annotations

from typing import Any

import numpy as np

from latentia.evaluation._factors import check_bins, codes_and_levels


def mutual_information(codes: Any, factors: Any, *, n_bins: int = 20) -> np.ndarray:
    r"""Return the mutual information of each dimension of the code with each factor.

    .. math:: I(z_j; v_k) = \sum_{b, l} p(b, l) \log \frac{p(b, l)}{p(b)\, p(l)}

    with the shares p of examples whose code lies in bin b and whose factor has level l. Bins are
    of equal width between the smallest and the largest code; a code of at most ``n_bins`` distinct
    values has one for each. Chance alone gives about (B - 1) (L - 1) / (2 n) nats for B bins, L
    levels and n examples.

    Parameters
    ----------
    codes : array or tensor, shape (n, d)
        For example ``model.transform(x)``.
    factors : array or tensor, shape (n, k)
        Numbers; each distinct one is a level.
    n_bins : int, default=20
        At most n.

    Returns
    -------
    ndarray of shape (d, k)
        In nats.

    Raises
    ------
    ValueError
        If codes are not finite, a factor is constant, lengths differ, or there are fewer examples
        than bins.

    Examples
    --------
    >>> factors = np.indices((2, 4)).reshape(2, -1).T
    >>> mutual_information(factors, factors, n_bins=4).round(4)
    array([[0.6931, 0.    ],
           [0.    , 1.3863]])
    """
    codes, levels = codes_and_levels(codes, factors)
    return information(codes, levels, n_bins)


def information(codes: np.ndarray, levels: np.ndarray, n_bins: int) -> np.ndarray:
    """Return the mutual information of checked codes and levels."""
    check_bins(n_bins, len(codes))
    bins = [_binned(code, n_bins) for code in codes.T]
    return np.array([[_shared(b, level) for level in levels.T] for b in bins])


def entropies(levels: np.ndarray) -> np.ndarray:
    """Return the entropy of each column of levels in nats."""
    return np.array([_entropy(np.bincount(column)) for column in levels.T])


def _binned(code: np.ndarray, n_bins: int) -> np.ndarray:
    values, rank = np.unique(code, return_inverse=True)
    if len(values) <= n_bins:
        return rank
    share = (code - values[0]) / (values[-1] - values[0])
    return np.minimum((n_bins * share).astype(np.int64), n_bins - 1)


def _shared(bins: np.ndarray, levels: np.ndarray) -> float:
    n_levels = levels.max() + 1
    joint = np.bincount(bins * n_levels + levels, minlength=(bins.max() + 1) * n_levels)
    table = joint.reshape(-1, n_levels)
    shared = _entropy(table.sum(axis=0)) + _entropy(table.sum(axis=1)) - _entropy(joint)
    return max(shared, 0.0)


def _entropy(counts: np.ndarray) -> float:
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log(shares)).sum())
