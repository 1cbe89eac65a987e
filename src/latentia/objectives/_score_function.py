"""Gradients for draws that have no derivative: codes are weighed by what they bring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from latentia.distributions import has_exact_divergence
from latentia.models import Trace
from latentia.objectives._log_weights import power_mean

#: The name of a gradient that never follows the draws.
SCORE_FUNCTION = "score-function"


def score_function(
    bound: Callable[[Tensor], Tensor], signals: Tensor, log_posterior: Tensor
) -> Tensor:
    r"""Return zero, with the gradient that a bound has because the draws would be others.

    .. math:: \sum_k \left( F(s) - F(s_{-k}, \bar s_{-k}) \right) \nabla \log q(z_k)

    where draw k is replaced by the mean of the others, which keeps the estimate unbiased and takes
    out what all draws share. A single draw has no others, and its whole signal counts.

    Parameters
    ----------
    bound : callable
        F, of K signals along the first dimension.
    signals : Tensor, shape (K, *batch)
    log_posterior : Tensor, shape (K, *batch)
        log q of the draws, with gradients.

    Returns
    -------
    Tensor, shape (*batch,)

    References
    ----------
    R. J. Williams. Simple Statistical Gradient-Following Algorithms for Connectionist
    Reinforcement Learning. 1992.
    A. Mnih, D. J. Rezende. Variational Inference for Monte Carlo Objectives. 2016.
    """
    signals, k = signals.detach(), len(signals)
    credit = bound(signals)
    if k > 1:
        others = (signals.sum(0) - signals) / (k - 1)
        own = torch.eye(k, dtype=torch.bool, device=signals.device)
        own = own.view(k, k, *(1 for _ in signals.shape[1:]))
        credit = credit - bound(torch.where(own, others.unsqueeze(0), signals.unsqueeze(1)))
    return (credit * (log_posterior - log_posterior.detach())).sum(0)


def without_paths(trace: Trace) -> Trace:
    """Return the same pass with draws that no gradient follows."""
    return replace(trace, z=trace.z.detach()) if trace.z.requires_grad else trace


def cost_score(trace: Trace, distortion: float | Tensor, rate: float | Tensor) -> Tensor:
    """Return what the gradient of distortion * reconstruction + rate * divergence lacks.

    It is zero in value, and for draws without a derivative. An exact divergence lacks nothing.
    """
    log_posterior = trace.posterior.log_prob(trace.z)
    cost = -distortion * trace.likelihood.log_prob(trace.batch.x)
    if not has_exact_divergence(trace.posterior, trace.prior):
        cost = cost + rate * (log_posterior - trace.prior.log_prob(trace.z))
    return score_function(lambda signals: power_mean(signals, 0), cost, log_posterior)
