"""How many nats a code costs, and how many are lost with it."""

from __future__ import annotations

import math
from functools import partial
from typing import Any, NamedTuple

import torch
from torch import Tensor

from latentia.distributions import Delta, divergence
from latentia.evaluation._batches import over_batches
from latentia.evaluation._fitted import Fitted, opened
from latentia.models import Batch, LatentVariableModel
from latentia.training import seeded


class RateDistortion(NamedTuple):
    r"""What a code costs and what is lost with it, means over examples.

    Parameters
    ----------
    rate : float
        :math:`D_{KL}(q(z|x) \,\|\, p(z))` in nats.
    distortion : float
        :math:`-E_{q(z|x)} \log p(x|z)` in nats.
    """

    rate: float
    distortion: float


def rate_distortion(
    model: LatentVariableModel | Fitted,
    x: Any,
    conditions: Any = (),
    *,
    n_samples: int = 10,
    batch_size: int = 256,
) -> RateDistortion:
    r"""Return the two parts of the evidence lower bound.

    .. math:: R = \tfrac{1}{n} \sum_i D_{KL}(q(z|x_i) \,\|\, p(z)), \quad
              D = -\tfrac{1}{n} \sum_i E_{z \sim q(z|x_i)} \log p(x_i|z), \quad
              -\mathrm{ELBO} = R + D

    in nats of the scaled examples, as in training; a density's D may be negative. The divergence is
    exact where a closed form is known; else, and for D, codes are drawn, the same in every call. A
    larger weight beta on the divergence buys a smaller R by a larger D: on the best curve
    dD/dR = -beta.

    Parameters
    ----------
    model : fitted estimator or LatentVariableModel
    x : array, frame or tensor, shape (n, *event)
        Examples in the units of the data; for a LatentVariableModel a tensor of what its encoder
        takes, that is, scaled.
    conditions : array-like of length n, or sequence of Tensor, default=()
        The condition ``y`` of each example, for an estimator that has one; for a
        LatentVariableModel what its parts are given, each of shape (n, ...).
    n_samples : int, default=10
        Codes drawn for each example.
    batch_size : int, default=256
        Examples in memory at once.

    Returns
    -------
    RateDistortion
        The rate of a point mass, the posterior of a deterministic autoencoder, is infinite.

    Raises
    ------
    ValueError
        If there are no examples, conditions of another length, ``n_samples`` below 1, or for
        anything else than a model.
    IncompatiblePartsError
        If the model has no prior, and its posterior is no point mass.

    References
    ----------
    A. A. Alemi, B. Poole, I. Fischer, J. V. Dillon, R. A. Saurous, K. Murphy. Fixing a Broken ELBO.
    2018.

    Examples
    --------
    >>> from latentia import conditional, heads, models, networks, priors
    >>> q, p = heads.DiagonalNormal(2, scale=1.0), heads.Bernoulli(3)
    >>> encoder = conditional.Amortized(networks.MLP(3, q.n_params), q)
    >>> decoder = conditional.Amortized(networks.MLP(2, 3), p)
    >>> for part in (*encoder.parameters(), *decoder.parameters()):
    ...     _ = torch.nn.init.zeros_(part)
    >>> model = models.LatentVariableModel(encoder, decoder, priors.StandardNormal(2))
    >>> rate, distortion = rate_distortion(model, torch.zeros(5, 3))
    >>> rate, round(distortion, 4)  # three bits that the code knows nothing of
    (0.0, 2.0794)
    """
    if n_samples < 1:
        raise ValueError(f"n_samples={n_samples} must be at least 1.")
    inner, x, conditions = opened(model, x, conditions)
    measure = partial(_measure, inner, n_samples)
    with seeded(0, next(inner.parameters(), x).device):
        parts = over_batches(measure, inner, x, conditions, batch_size)
    rate, distortion = (float(torch.cat(part).mean()) for part in zip(*parts, strict=True))
    return RateDistortion(rate, distortion)


def _measure(
    model: LatentVariableModel, n_samples: int, x: Tensor, *conditions: Tensor
) -> tuple[Tensor, Tensor]:
    """Return the rate and the distortion of each example."""
    trace = model.trace(Batch(x, conditions), n_samples)
    distortion = -trace.likelihood.log_prob(x).double().mean(0)
    if isinstance(trace.posterior, Delta):
        return torch.full_like(distortion, math.inf), distortion
    return divergence(trace.posterior, trace.prior, trace.z).double(), distortion
