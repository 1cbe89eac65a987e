"""The logarithm of a mean of weights, and how far it can be trusted."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor


class Likelihood(NamedTuple):
    r"""An estimate of log p(x) for each example, by draws z with importance weights w.

    With :math:`\hat K = (\sum_k w_k)^2 / \sum_k w_k^2` of K draws, the delta method on the
    logarithm of the mean gives

    .. math:: \log \hat p(x) = \log \tfrac{1}{K} \sum_k w_k, \qquad
              \mathrm{se} = \sqrt{\frac{K / \hat K - 1}{K - 1}}

    Few effective draws mean that a few weights decide, and that the standard error, which is made
    of the same weights, is too small.

    Parameters
    ----------
    log_likelihood : Tensor, shape (n,)
        In nats; below log p(x) in expectation, while its exponential is unbiased.
    standard_error : Tensor, shape (n,)
        Of ``log_likelihood`` in nats; NaN for a single draw.
    effective_sample_size : Tensor, shape (n,)
        Draws of equal weight that would say as much: K where the draws are from the exact
        posterior, 1 where a single one has all the weight, 0 where none has any.
    mean_log_weight : Tensor, shape (n,)
        The mean of log w in nats, never above ``log_likelihood``; for draws from q(z|x) the
        evidence lower bound.

    References
    ----------
    A. Kong, J. S. Liu, W. H. Wong. Sequential Imputations and Bayesian Missing Data Problems. 1994.

    Examples
    --------
    >>> import torch
    >>> from latentia import conditional, heads, models, networks, priors
    >>> from latentia.inference import importance_sampling
    >>> q, p = heads.DiagonalNormal(2, scale=1.0), heads.Bernoulli(3)
    >>> encoder = conditional.Amortized(networks.MLP(3, q.n_params), q)
    >>> decoder = conditional.Amortized(networks.MLP(2, p.n_params), p)
    >>> model = models.LatentVariableModel(encoder, decoder, priors.StandardNormal(2))
    >>> estimate = importance_sampling(model, models.Batch(torch.zeros(5, 3)), n_samples=10)
    >>> bool((estimate.mean_log_weight <= estimate.log_likelihood).all())
    True
    """

    log_likelihood: Tensor
    standard_error: Tensor
    effective_sample_size: Tensor
    mean_log_weight: Tensor


class LogMean:
    """Sums over weights that arrive some at a time, each kept as a logarithm."""

    def __init__(self, n: int) -> None:
        self.count = 0
        self._first = torch.full((n,), -math.inf, dtype=torch.float64)
        self._second = self._first.clone()
        self._logs = torch.zeros(n, dtype=torch.float64)

    def add(self, log_weights: Tensor) -> None:
        """Take in log-weights of shape (draws, n)."""
        # Thousands of draws need more digits than one has, and not every device has them.
        self._like = log_weights.detach()[:0]
        values = log_weights.detach().cpu().double()
        self.count += len(values)
        self._first = torch.logaddexp(self._first, values.logsumexp(0))
        self._second = torch.logaddexp(self._second, (2 * values).logsumexp(0))
        self._logs = self._logs + values.sum(0)

    def result(self) -> Likelihood:
        """Return what the weights say, with their type and on their device."""
        size = (2 * self._first - self._second).exp().clamp(max=self.count)
        spread = (self.count / size - 1) / (self.count - 1) if self.count > 1 else size * math.nan
        found = Likelihood(
            self._first - math.log(self.count),
            spread.sqrt(),
            size.nan_to_num(0.0),
            self._logs / self.count,
        )
        return Likelihood(*(part.to(self._like.dtype).to(self._like.device) for part in found))
