"""Whether each dimension of the code knows of one factor only."""

from __future__ import annotations

from typing import Any

import numpy as np

from latentia.evaluation._factors import codes_and_levels
from latentia.evaluation._mutual_information import information


def modularity(codes: Any, factors: Any, *, n_bins: int = 20) -> float:
    r"""Return how little the dimensions of the code know of a second factor.

    .. math:: \frac{1}{d} \sum_j \left( 1 - \frac{\sum_k I(z_j; v_k)^2 - \theta_j^2}
              {\theta_j^2 (K - 1)} \right), \qquad \theta_j = \max_k I(z_j; v_k)

    Dimensions that share nothing with any factor, such as constant ones, are left out. It does not
    ask that a factor be known by one dimension only, nor at all. Random codes do not have 0: chance
    shares information with each factor in proportion to its :math:`L_k - 1` levels, which gives
    about

    .. math:: 1 - \frac{1}{K - 1} \sum_{k \ne m} \left( \frac{L_k - 1}{L_m - 1} \right)^2,
              \qquad m = \arg\max_k L_k

    or 0.6 for factors of 5, 8 and 10 levels. Where all have as many, luck is left, about 0.25 for
    three factors of 8. Compare with codes of shuffled examples.

    Parameters
    ----------
    codes : array or tensor, shape (n, d)
        For example ``model.transform(x)``.
    factors : array or tensor, shape (n, k)
        Numbers; each distinct one is a level. At least two factors.
    n_bins : int, default=20
        Of each code, at most n.

    Returns
    -------
    float
        1 where every dimension knows one factor, 0 where each knows all alike, or all are constant.

    Raises
    ------
    ValueError
        If codes are not finite, a factor is constant or the only one, lengths differ, or there are
        fewer examples than bins.

    References
    ----------
    K. Ridgeway, M. C. Mozer. Learning Deep Disentangled Embeddings With the F-Statistic Loss. 2018.

    Examples
    --------
    >>> factors = np.indices((5, 5)).reshape(2, -1).T
    >>> round(modularity(factors, factors), 6)
    1.0
    """
    codes, levels = codes_and_levels(codes, factors)
    return singleness(information(codes, levels, n_bins))


def singleness(shared: np.ndarray) -> float:
    """Return the mean modularity of a table of informations, shape (d, k)."""
    if shared.shape[1] < 2:
        raise ValueError(
            "factors must have at least two columns, for modularity compares them, but has one."
        )
    # Below this, informations are the rounding of logarithms.
    telling = shared[shared.max(axis=1) > 1e-12]
    if not len(telling):
        return 0.0
    shares = (telling / telling.max(axis=1, keepdims=True)) ** 2
    return float((1 - (shares.sum(axis=1) - 1) / (shared.shape[1] - 1)).mean())
