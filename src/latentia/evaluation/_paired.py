"""How much two models differ on the same examples, and how sure that is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from latentia._arrays import as_array


@dataclass(frozen=True)
class PairedDifference:
    """The mean of a minus b over examples, with its confidence interval.

    Parameters
    ----------
    mean, low, high : float
        In the units of a and b.
    n : int
        How many examples.
    """

    mean: float
    low: float
    high: float
    n: int


def paired_difference(a: Any, b: Any, confidence: float = 0.95) -> PairedDifference:
    r"""Estimate the mean difference of two measures of the same examples.

    .. math:: \bar d \pm t_{n-1,\, (1 + c) / 2}\, \frac{s_d}{\sqrt n}, \qquad d_i = a_i - b_i

    with the quantile of Student's distribution. What makes examples hard for both cancels. The
    interval is about other examples of the same kind, for these two fitted models: it says nothing
    of how the models would differ after another training.

    Parameters
    ----------
    a, b : array or tensor, shape (n,)
        Numbers of the same n examples, at least 2.
    confidence : float, default=0.95
        How often such intervals hold the true mean.

    Returns
    -------
    PairedDifference

    Raises
    ------
    ValueError
        If lengths differ, there are fewer than 2 or they are not finite, or the confidence is not
        between 0 and 1.

    Examples
    --------
    >>> found = paired_difference([1.0, 2.0, 4.0], [0.0, 1.0, 2.0])
    >>> round(found.mean, 3), round(found.low, 3), round(found.high, 3)
    (1.333, -0.101, 2.768)
    """
    first, second = as_array(a), as_array(b)
    if first.ndim != 1 or first.shape != second.shape or len(first) < 2:
        raise ValueError(
            "a and b must hold one number for each of the same 2 examples or more, but have "
            f"shapes {first.shape} and {second.shape}."
        )
    if not 0 < confidence < 1:
        raise ValueError(f"confidence={confidence} must be between 0 and 1.")
    differences = first.astype(float) - second.astype(float)
    if not np.isfinite(differences).all():
        row = int(np.argmin(np.isfinite(differences)))
        raise ValueError(f"a or b is NaN or infinite in example {row}; has a model diverged?")
    # Here and not above: the import takes a while.
    from scipy.special import stdtrit

    n = len(differences)
    mean = float(differences.mean())
    reach = float(stdtrit(n - 1, (1 + confidence) / 2)) * float(differences.std(ddof=1))
    reach /= math.sqrt(n)
    return PairedDifference(mean, mean - reach, mean + reach, n)
