"""The marginal likelihood by importance sampling from the posterior."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from latentia.distributions import Delta
from latentia.errors import IncompatiblePartsError
from latentia.models import Batch, LatentVariableModel, Trace


def log_importance_weights(trace: Trace) -> Tensor:
    r"""Return :math:`\log p(x|z) + \log p(z) - \log q(z|x)` in nats for every draw.

    The mean over draws is the evidence lower bound; the log of the mean of the exponentials is
    the importance-weighted bound.

    Parameters
    ----------
    trace : Trace

    Returns
    -------
    Tensor, shape (n_samples, n)
    """
    log_joint = trace.likelihood.log_prob(trace.batch.x) + trace.prior.log_prob(trace.z)
    return log_joint - trace.posterior.log_prob(trace.z)


@torch.no_grad()
def log_likelihood(
    model: LatentVariableModel, batch: Batch, n_samples: int = 100, chunk_size: int = 50
) -> Tensor:
    r"""Estimate log p(x) in nats with exactly ``n_samples`` draws from the posterior.

    .. math:: \log \frac{1}{K} \sum_{k=1}^K \frac{p(x|z_k)\, p(z_k)}{q(z_k|x)},
              \quad z_k \sim q(z|x)

    A lower bound on log p(x) in expectation, tighter with every draw, unbiased for p(x) itself.

    Parameters
    ----------
    model : LatentVariableModel
        With a posterior that has a density.
    batch : Batch
        n examples.
    n_samples : int, default=100
        Draws for each example.
    chunk_size : int, default=50
        Draws held in memory at once.

    Returns
    -------
    Tensor, shape (n,)

    Raises
    ------
    IncompatiblePartsError
        For a deterministic encoder, which has no density.

    References
    ----------
    Y. Burda, R. Grosse, R. Salakhutdinov. Importance Weighted Autoencoders. 2015.
    """
    if n_samples < 1:
        raise ValueError(f"n_samples={n_samples} must be at least 1.")
    if isinstance(model.encoder(batch.seen[:1], *(c[:1] for c in batch.conditions)), Delta):
        raise IncompatiblePartsError(
            "log_likelihood and a deterministic encoder do not fit: a point mass has no density "
            "to weigh draws with. Use a posterior such as heads.DiagonalNormal."
        )
    chunks = [
        torch.logsumexp(log_importance_weights(model.trace(batch, size)), dim=0)
        for size in _chunks(n_samples, chunk_size)
    ]
    return torch.logsumexp(torch.stack(chunks), dim=0) - math.log(n_samples)


def _chunks(total: int, size: int) -> list[int]:
    return [min(size, total - start) for start in range(0, total, size)]
