"""How much the posteriors of similar examples share."""

from __future__ import annotations

from typing import Any

import numpy as np

from latentia._arrays import same_shape
from latentia.evaluation._neighbors import check_neighbors, nearest
from latentia.evaluation._tables import table


def overlap(means: Any, scales: Any, *, n_neighbors: int = 1) -> float:
    r"""Return the mean Bhattacharyya coefficient of posteriors and those nearest to them.

    .. math:: \int \sqrt{q_a(z) \, q_b(z)} \, dz = \prod_j \sqrt{\frac{2 \sigma_{aj} \sigma_{bj}}
              {\sigma_{aj}^2 + \sigma_{bj}^2}} \; \exp\!\left( -\frac{(\mu_{aj} - \mu_{bj})^2}
              {4 (\sigma_{aj}^2 + \sigma_{bj}^2)} \right)

    for normals with a diagonal covariance; two of unit variance at a distance d have
    :math:`e^{-d^2 / 8}`. A code drawn where two posteriors overlap may come from either example,
    and its reconstruction is a compromise; without any overlap, what lies between is blank.

    Parameters
    ----------
    means, scales : array or tensor, shape (n, k)
        Mean and standard deviation of each posterior.
    n_neighbors : int, default=1
        With how many others each is compared, those of the nearest means.

    Returns
    -------
    float
        From 0, nothing in common, to 1, the same posterior.

    Raises
    ------
    ValueError
        If the shapes differ, a scale is not positive, or there are no more than ``n_neighbors``
        posteriors.

    References
    ----------
    A. Bhattacharyya. On a Measure of Divergence Between Two Statistical Populations Defined by
    Their Probability Distributions. 1943.

    Examples
    --------
    >>> round(overlap([[0.0], [2.0]], [[1.0], [1.0]]), 6), round(float(np.exp(-0.5)), 6)
    (0.606531, 0.606531)
    """
    means, scales = table(means, "means"), table(scales, "scales")
    same_shape(means.shape, scales.shape, "means and scales")
    if not (scales > 0).all():
        raise ValueError(f"scales must be positive, but the smallest is {scales.min():.3g}.")
    check_neighbors(n_neighbors, means, "means")
    _, rows = nearest(means, None, n_neighbors)
    variances = np.square(scales)[:, None] + np.square(scales)[rows]
    log_widths = 0.5 * np.log(2 * scales[:, None] * scales[rows] / variances)
    log_shifts = -np.square(means[:, None] - means[rows]) / (4 * variances)
    return float(np.exp((log_widths + log_shifts).sum(axis=2)).mean())
