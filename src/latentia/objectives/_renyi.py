"""Bounds between the evidence lower bound and the likelihood, and beyond."""

from __future__ import annotations

import math
from functools import partial

from latentia.distributions import is_pathwise
from latentia.heads import as_count
from latentia.inference import log_importance_weights
from latentia.models import Trace
from latentia.objectives._log_weights import own_draws, power_mean
from latentia.objectives._loss import Loss
from latentia.objectives._objective import Info, Objective
from latentia.objectives._posteriors import refuse_point_mass
from latentia.objectives._score_function import score_function, without_paths


class Renyi(Objective):
    r"""The negative variational Rényi bound.

    .. math:: L(x) = -\frac{1}{1 - \alpha} \log \frac{1}{K} \sum_{k=1}^K
              \left( \frac{p(x|z_k)\, p(z_k)}{q(z_k|x)} \right)^{1 - \alpha},
              \quad z_k \sim q(z|x)

    in nats. It falls with alpha: 1 is the evidence lower bound, 0 the importance-weighted bound,
    and minus infinity counts the best code alone. Below 0 it may exceed log p(x). ``renyi`` is the
    bound. Draws without an exact derivative take the score function with leave-one-out
    baselines.

    Parameters
    ----------
    alpha : float, default=0.5
        Any finite number, or ``-math.inf``.
    n_samples : int, default=5
        Codes K.

    Raises
    ------
    ValueError
        If ``alpha`` is infinity or not a number, or ``n_samples`` is below 1.
    IncompatiblePartsError
        For a deterministic encoder.

    References
    ----------
    Y. Li, R. E. Turner. Rényi Divergence Variational Inference. 2016.

    Examples
    --------
    >>> Renyi(alpha=-1.0).alpha
    -1.0
    """

    def __init__(self, alpha: float = 0.5, n_samples: int = 5) -> None:
        super().__init__()
        if not alpha < math.inf:
            raise ValueError(f"alpha={alpha} must be a finite number, or -inf.")
        as_count(n_samples, "n_samples")
        self.alpha = alpha
        self.n_samples = n_samples

    def forward(self, trace: Trace, info: Info) -> Loss:
        refuse_point_mass(trace, "Renyi")
        mean = partial(power_mean, power=1 - self.alpha)
        follows = is_pathwise(trace.posterior)
        at = trace if follows else without_paths(trace)
        log_weights = own_draws(log_importance_weights(at), self.n_samples, 1, "Renyi")
        bound = mean(log_weights).squeeze(0)
        if follows:
            return Loss(-bound, {"renyi": bound})
        log_posterior = own_draws(at.posterior.log_prob(at.z), self.n_samples, 1, "Renyi")
        score = score_function(mean, log_weights, log_posterior).squeeze(0)
        return Loss(-bound, {"renyi": bound}, -bound - score)
