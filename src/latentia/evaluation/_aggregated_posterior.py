"""The codes of all examples together, beside the prior that samples are drawn from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from latentia.evaluation._batches import over_batches
from latentia.evaluation._fitted import Fitted, opened
from latentia.models import Batch, LatentVariableModel
from latentia.training import seeded

#: Statistic above which codes and prior differ by more than chance, one time in a thousand.
CRITICAL_STATISTIC = 3.09
# Squared widths of the kernel, in units of the mean squared distance of two draws of the prior.
_SCALES = (0.1, 1.0, 10.0)


@dataclass(frozen=True, eq=False)
class AggregatedPosterior:
    r"""Codes drawn for examples, :math:`q(z) = \tfrac{1}{n} \sum_i q(z|x_i)`, beside p(z).

    Attributes
    ----------
    codes : ndarray of shape (n, d)
        One draw for each example.
    noise : ndarray of shape (d,)
        Mean over examples of the variance of their own posterior, from two draws each.
    prior_codes : ndarray of shape (n, d) or None
        Draws from the prior; None without one.
    mmd : float or None
        Squared maximum mean discrepancy of codes and prior, from 0 to 2 but for the noise of
        estimation.
    statistic : float or None
        The same by its standard error: about standard normal where q(z) is the prior, and above
        3.09 by chance one time in a thousand.
    """

    codes: np.ndarray
    noise: np.ndarray
    prior_codes: np.ndarray | None
    mmd: float | None
    statistic: float | None

    @property
    def mean(self) -> np.ndarray:
        """The mean of q(z), shape (d,)."""
        return self.codes.mean(0)

    @property
    def variance(self) -> np.ndarray:
        """The variance of each dimension of q(z), shape (d,)."""
        return self.codes.var(0)

    @property
    def differs(self) -> bool:
        """Whether codes and prior differ by more than chance; False without a prior."""
        return self.statistic is not None and self.statistic > CRITICAL_STATISTIC


def aggregated_posterior(
    model: LatentVariableModel | Fitted,
    x: Any,
    conditions: Any = (),
    *,
    batch_size: int = 1024,
) -> AggregatedPosterior:
    r"""Draw codes of examples, and compare them with draws from the prior.

    .. math:: \mathrm{MMD}^2 = \langle \hat\mu_q - \hat\mu_p, \hat\mu_q' - \hat\mu_p' \rangle

    with the mean embeddings of one half of the draws and of the other, which do not depend on each
    other; divided by its standard error it is nearly standard normal where q(z) = p(z), so that its
    threshold needs no permutations. The kernel is the mean of
    :math:`C_s / (C_s + \lVert a - b \rVert^2)` over s in 0.1, 1 and 10 times the mean squared
    distance of two draws of the prior.

    With many examples the smallest difference is beyond chance: look at ``mmd`` for its size.

    Parameters
    ----------
    model : fitted estimator or LatentVariableModel
    x : array, frame or tensor, shape (n, *event)
        At least four examples, in the units of the data; for a LatentVariableModel a tensor of what
        its encoder takes, that is, scaled.
    conditions : array-like of length n, or sequence of Tensor, default=()
        The condition ``y`` of each example, for an estimator that has one; for a
        LatentVariableModel what its parts are given, each of shape (n, ...).
    batch_size : int, default=1024
        Examples in memory at once.

    Returns
    -------
    AggregatedPosterior

    Raises
    ------
    ValueError
        If there are fewer than four examples, or for anything else than a model.

    References
    ----------
    S. Shekhar, I. Kim, A. Ramdas. A Permutation-Free Kernel Two-Sample Test. 2022.
    A. Gretton, K. M. Borgwardt, M. J. Rasch, B. Schölkopf, A. Smola. A Kernel Two-Sample Test.
    2012.

    Examples
    --------
    >>> from latentia import conditional, heads, models, networks, priors
    >>> q, p = heads.DiagonalNormal(2, scale=1.0), heads.Bernoulli(3)
    >>> encoder = conditional.Amortized(networks.MLP(3, q.n_params), q)
    >>> decoder = conditional.Amortized(networks.MLP(2, 3), p)
    >>> for part in encoder.parameters():
    ...     _ = torch.nn.init.zeros_(part)
    >>> model = models.LatentVariableModel(encoder, decoder, priors.StandardNormal(2))
    >>> collapsed = aggregated_posterior(model, torch.randn(500, 3))
    >>> collapsed.differs  # it says nothing of x, and is the prior
    False
    """
    inner, x, conditions = opened(model, x, conditions)
    if len(x) < 4:
        raise ValueError(f"x holds {len(x)} example(s), but halves of codes need at least four.")
    with seeded(0, next(inner.parameters(), x).device):
        parts = over_batches(partial(_draw, inner), inner, x, conditions, batch_size)
    drawn = [torch.cat(part) for part in zip(*parts, strict=True)]
    first, second, *prior = (t.flatten(1).double().cpu() for t in drawn)
    noise = ((first - second).square() / 2).mean(0).numpy()
    if not prior:
        return AggregatedPosterior(first.numpy(), noise, None, None, None)
    (p,) = prior
    # Neighbours in the data may be alike: halves take turns.
    mmd, statistic = _discrepancy(first[::2], first[1::2], p[::2], p[1::2])
    return AggregatedPosterior(first.numpy(), noise, p.numpy(), mmd, statistic)


def _draw(model: LatentVariableModel, x: Tensor, *conditions: Tensor) -> tuple[Tensor, ...]:
    """Return two codes of each example, and where there is a prior one draw from it."""
    trace = model.trace(Batch(x, conditions), n_samples=2)
    return tuple(trace.z) if model.prior is None else (*trace.z, trace.prior.sample())


def _discrepancy(q: Tensor, q_other: Tensor, p: Tensor, p_other: Tensor) -> tuple[float, float]:
    """Return the squared discrepancy by halves that do not meet, and the same by its error."""
    unit = float(2 * p.var(0).sum()) or 1.0

    def witness(z: Tensor) -> Tensor:
        return _kernel(z, q_other, unit).mean(1) - _kernel(z, p_other, unit).mean(1)

    of_q, of_p = witness(q), witness(p)
    mmd = float(of_q.mean() - of_p.mean())
    error = math.sqrt(float(of_q.var()) / len(of_q) + float(of_p.var()) / len(of_p))
    return mmd, mmd / error if error > 0 else 0.0


def _kernel(a: Tensor, b: Tensor, unit: float) -> Tensor:
    squared = torch.cdist(a, b).square()
    return torch.stack([s * unit / (s * unit + squared) for s in _SCALES]).mean(0)
