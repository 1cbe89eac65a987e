"""The marginal likelihood by importance sampling from the posterior."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor
from torch.distributions import Distribution

from latentia.inference._draws import MAX_VALUES, Report, Weigh, mean_of_weights
from latentia.inference._log_mean import Likelihood
from latentia.inference._requirements import posterior_of, prior_of
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
def importance_sampling(
    model: LatentVariableModel,
    batch: Batch,
    n_samples: int = 5000,
    chunk_size: int | None = None,
    *,
    max_values: int = MAX_VALUES,
    report: Report | None = None,
) -> Likelihood:
    r"""Estimate log p(x) with exactly ``n_samples`` draws from the posterior, and say how well.

    .. math:: \log \frac{1}{K} \sum_{k=1}^K \frac{p(x|z_k)\, p(z_k)}{q(z_k|x)},
              \quad z_k \sim q(z|x)

    A lower bound on log p(x) in expectation, tighter with every draw, unbiased for p(x) itself.
    Memory does not grow with the number of draws or of examples.

    Parameters
    ----------
    model : LatentVariableModel
        With a prior, and a posterior that has a density.
    batch : Batch
        n examples.
    n_samples : int, default=5000
        Draws for each example.
    chunk_size : int or None, default=None
        Draws of one example made at once, if memory allows; None is as many as it does. Another
        size takes other draws from the same seed.
    max_values : int, default=4194304
        Numbers in memory at once, counting the examples, codes and decoded parameters of all
        draws; networks need a multiple of it for what is between.
    report : callable or None, default=None
        Called as ``report(done, total)`` with draws done and to do, over all examples.

    Returns
    -------
    Likelihood
        Estimate, standard error, effective sample size and evidence lower bound for each example.

    Raises
    ------
    IncompatiblePartsError
        For a deterministic encoder, which has no density, or a model without a prior.
    ValueError
        If a number is below 1, or there is no example.

    References
    ----------
    Y. Burda, R. Grosse, R. Salakhutdinov. Importance Weighted Autoencoders. 2015.

    Examples
    --------
    >>> from latentia import conditional, heads, models, networks, priors
    >>> q, p = heads.DiagonalNormal(2, scale=1.0), heads.Bernoulli(3)
    >>> encoder = conditional.Amortized(networks.MLP(3, q.n_params), q)
    >>> decoder = conditional.Amortized(networks.MLP(2, p.n_params), p)
    >>> for part in (*encoder.parameters(), *decoder.parameters()):
    ...     _ = torch.nn.init.zeros_(part)
    >>> model = models.LatentVariableModel(encoder, decoder, priors.StandardNormal(2))
    >>> found = importance_sampling(model, models.Batch(torch.zeros(1, 3)), n_samples=100)
    >>> found.log_likelihood, found.effective_sample_size  # three fair coins
    (tensor([-2.0794]), tensor([100.]))
    """
    return mean_of_weights(
        partial(_weigh, model),
        model,
        batch,
        n_samples,
        chunk_size=chunk_size,
        max_values=max_values,
        report=report,
    )


def log_likelihood(
    model: LatentVariableModel,
    batch: Batch,
    n_samples: int = 5000,
    chunk_size: int | None = None,
    *,
    max_values: int = MAX_VALUES,
    report: Report | None = None,
) -> Tensor:
    """Return the estimate of :func:`importance_sampling` alone, in nats.

    Parameters
    ----------
    model, batch, n_samples, chunk_size, max_values, report
        As in :func:`importance_sampling`.

    Returns
    -------
    Tensor, shape (n,)

    Raises
    ------
    IncompatiblePartsError, ValueError
        As in :func:`importance_sampling`.

    References
    ----------
    Y. Burda, R. Grosse, R. Salakhutdinov. Importance Weighted Autoencoders. 2015.
    """
    return importance_sampling(
        model, batch, n_samples, chunk_size, max_values=max_values, report=report
    ).log_likelihood


def _weigh(model: LatentVariableModel, block: Batch) -> Weigh:
    posterior = posterior_of(model, block, "importance_sampling")
    prior = prior_of(model, block, "importance_sampling")
    return partial(weights_of, model, block, prior, posterior)


def weights_of(
    model: LatentVariableModel, batch: Batch, p: Distribution, q: Distribution, n: int
) -> Tensor:
    """Return the log importance weights of n draws from q for each example, shape (n, len)."""
    shape = torch.Size((n,))
    z = q.rsample(shape) if q.has_rsample else q.sample(shape)
    log_joint = model.decoder(z, *batch.conditions).log_prob(batch.x) + p.log_prob(z)
    return log_joint - q.log_prob(z)
