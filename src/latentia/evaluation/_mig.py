"""Whether one dimension of the code alone knows a factor."""

from __future__ import annotations

from typing import Any

import numpy as np

from latentia.evaluation._factors import codes_and_levels, two_largest
from latentia.evaluation._mutual_information import entropies, information


def mig(codes: Any, factors: Any, *, n_bins: int = 20) -> float:
    r"""Return the mutual information gap.

    .. math:: \frac{1}{K} \sum_k \frac{I(z_{(1)}; v_k) - I(z_{(2)}; v_k)}{H(v_k)}

    with the two dimensions of the code that know most about factor k. Informations are those of
    :func:`mutual_information`: with fewer bins than a factor has levels, even a perfect code stays
    below 1.

    Parameters
    ----------
    codes : array or tensor, shape (n, d)
        For example ``model.transform(x)``.
    factors : array or tensor, shape (n, k)
        Numbers; each distinct one is a level.
    n_bins : int, default=20
        Of each code, at most n.

    Returns
    -------
    float
        1 where each factor is known by one dimension and by no other, 0 where each is known twice,
        or not at all.

    Raises
    ------
    ValueError
        If codes are not finite, a factor is constant, lengths differ, or there are fewer examples
        than bins.

    References
    ----------
    R. T. Q. Chen, X. Li, R. Grosse, D. Duvenaud. Isolating Sources of Disentanglement in
    Variational Autoencoders. 2018.

    Examples
    --------
    >>> factors = np.indices((5, 5)).reshape(2, -1).T
    >>> perfect, twice = mig(factors, factors), mig(np.hstack([factors, factors]), factors)
    >>> round(perfect, 6), round(twice, 6)
    (1.0, 0.0)
    """
    codes, levels = codes_and_levels(codes, factors)
    return gap(information(codes, levels, n_bins), entropies(levels))


def gap(shared: np.ndarray, entropy: np.ndarray) -> float:
    """Return the mean gap of a table of informations, shape (d, k)."""
    most, next_most = two_largest(shared)
    return float(((most - next_most) / entropy).mean())
