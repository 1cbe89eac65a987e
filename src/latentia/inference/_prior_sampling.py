"""The marginal likelihood by draws from the prior, which know nothing of the example."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor

from latentia.inference._draws import MAX_VALUES, Report, Weigh, mean_of_weights
from latentia.inference._log_mean import Likelihood
from latentia.inference._requirements import prior_of
from latentia.models import Batch, LatentVariableModel


@torch.no_grad()
def prior_sampling(
    model: LatentVariableModel,
    batch: Batch,
    n_samples: int = 5000,
    *,
    max_values: int = MAX_VALUES,
    report: Report | None = None,
) -> Likelihood:
    r"""Estimate log p(x) with draws from the prior: the definition, and why it is not used.

    .. math:: \log \frac{1}{K} \sum_{k=1}^K p(x|z_k), \quad z_k \sim p(z)

    Unbiased for p(x), but almost no code that the prior draws leads to a given x: a few draws
    have all the weight, which the effective sample size shows, and the estimate is far too low.
    It needs no encoder, so it also serves a deterministic autoencoder with a prior.

    Parameters
    ----------
    model : LatentVariableModel
        With a prior.
    batch : Batch
        n examples.
    n_samples : int, default=5000
        Draws for each example.
    max_values : int, default=4194304
        Numbers in memory at once, as in :func:`importance_sampling`.
    report : callable or None, default=None
        Called as ``report(done, total)`` with draws done and to do, over all examples.

    Returns
    -------
    Likelihood
        With the mean of log p(x|z) over the prior as ``mean_log_weight``.

    Raises
    ------
    IncompatiblePartsError
        For a model without a prior.
    ValueError
        If a number is below 1, or there is no example.

    References
    ----------
    C. Doersch. Tutorial on Variational Autoencoders. 2016.

    Examples
    --------
    >>> from latentia import conditional, heads, models, networks, priors
    >>> q, p = heads.DiagonalNormal(2), heads.DiagonalNormal(3, scale=0.1)
    >>> encoder = conditional.Amortized(networks.MLP(3, q.n_params), q)
    >>> decoder = conditional.Amortized(networks.MLP(2, p.n_params), p)
    >>> model = models.LatentVariableModel(encoder, decoder, priors.StandardNormal(2))
    >>> found = prior_sampling(model, models.Batch(torch.ones(1, 3)), n_samples=100)
    >>> bool(found.effective_sample_size < 20)
    True
    """
    return mean_of_weights(
        partial(_weigh, model),
        model,
        batch,
        n_samples,
        max_values=max_values,
        report=report,
    )


def _weigh(model: LatentVariableModel, block: Batch) -> Weigh:
    prior = prior_of(model, block, "prior_sampling")

    def weights(n: int) -> Tensor:
        z = prior.sample(torch.Size((n,)))
        return model.decoder(z, *block.conditions).log_prob(block.x)

    return weights
