"""Averages of importance weights, by their logarithms."""

from __future__ import annotations

import math

from torch import Tensor

from latentia.models import Trace

_SMALL = 1e-3


def log_joint(trace: Trace) -> Tensor:
    """Return log p(x|z) + log p(z) in nats, shape (n_samples, n)."""
    return trace.likelihood.log_prob(trace.batch.x) + trace.prior.log_prob(trace.z)


def power_mean(log_weights: Tensor, power: float = 1.0) -> Tensor:
    r"""Return the log of the power mean over the first dimension.

    .. math:: \tfrac{1}{a} \log \tfrac{1}{K} \sum_{k=1}^K w_k^a

    Power 1 is the log of the mean, 0 the mean of the logs, infinity the largest.
    """
    if power == 0:
        return log_weights.mean(0)
    if abs(power) < _SMALL:
        # The first terms of the series, which rounding leaves nothing of otherwise.
        return log_weights.mean(0) + 0.5 * power * log_weights.var(0, correction=0)
    if math.isinf(power):
        return log_weights.amax(0)
    return ((power * log_weights).logsumexp(0) - math.log(len(log_weights))) / power


def own_draws(values: Tensor, n_samples: int, n_bounds: int, objective: str) -> Tensor:
    """Return values of shape (draws, n) as (n_samples, n_bounds, n), spare draws left out."""
    needed = n_samples * n_bounds
    if len(values) < needed:
        raise ValueError(
            f"{objective} needs {needed} codes for each example, but the trace has {len(values)}; "
            "draw them with model.trace(batch, objective.n_draws)."
        )
    return values[:needed].unflatten(0, (n_samples, n_bounds))
