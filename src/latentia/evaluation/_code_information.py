"""How much a code tells of its examples."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.distributions import Distribution

from latentia.evaluation._batches import evaluating
from latentia.evaluation._fitted import Fitted, opened
from latentia.models import LatentVariableModel
from latentia.training import seeded

# Values of codes beside each other at once: rows of the n x n table are taken a few at a time.
_MOST_VALUES = 8_000_000


class CodeInformation(NamedTuple):
    r"""What the code and the examples have in common.

    Parameters
    ----------
    information : float
        :math:`I_q(x; z)` in nats, with q(x) the examples given.
    ceiling : float
        :math:`\log n` in nats, which n examples cannot exceed: an ``information`` near it says
        only that no two codes are confused.
    """

    information: float
    ceiling: float


def code_information(
    model: LatentVariableModel | Fitted,
    x: Any,
    conditions: Any = (),
    *,
    n_samples: int = 1,
) -> CodeInformation:
    r"""Estimate the mutual information of examples and their codes under the encoder.

    .. math:: I_q(x; z) = \tfrac{1}{n} \sum_i E_{z \sim q(z|x_i)} \left[ \log q(z|x_i)
              - \log \tfrac{1}{n} \sum_j q(z|x_j) \right] \le \log n

    exact for the n examples but for the draws, and for the population a lower bound in expectation,
    which :math:`\log n` caps. Of n distinct point masses it is :math:`\log n`; of quantised codes,
    the entropy of the words in use. The rate less the information is the divergence of the
    aggregated posterior from the prior. It costs n squared densities.

    Parameters
    ----------
    model : fitted estimator or LatentVariableModel
    x : array, frame or tensor, shape (n, *event)
        Examples in the units of the data; for a LatentVariableModel a tensor of what its encoder
        takes, that is, scaled.
    conditions : array-like of length n, or sequence of Tensor, default=()
        The condition ``y`` of each example, for an estimator that has one; for a
        LatentVariableModel what its parts are given, each of shape (n, ...). The information is
        then that of example and condition together.
    n_samples : int, default=1
        Codes drawn for each example, the same in every call.

    Returns
    -------
    CodeInformation

    Raises
    ------
    ValueError
        If there are no examples, ``n_samples`` is below 1, or for anything else than a model.

    References
    ----------
    M. D. Hoffman, M. J. Johnson. ELBO Surgery: Yet Another Way To Carve Up The Variational Evidence
    Lower Bound. 2016.

    Examples
    --------
    >>> from latentia import conditional, heads, models, networks
    >>> q, p = heads.Delta(2), heads.Bernoulli(3)
    >>> encoder = conditional.Amortized(networks.MLP(3, q.n_params), q)
    >>> decoder = conditional.Amortized(networks.MLP(2, 3), p)
    >>> model = models.LatentVariableModel(encoder, decoder)
    >>> information, ceiling = code_information(model, torch.eye(3)[[0, 0, 1, 2]])
    >>> round(information / math.log(2), 4), ceiling == math.log(4)  # two examples are the same
    (1.5, True)
    """
    if n_samples < 1:
        raise ValueError(f"n_samples={n_samples} must be at least 1.")
    inner, x, conditions = opened(model, x, conditions)
    if len(x) == 0:
        raise ValueError("x holds no examples; give at least one.")
    first = next(inner.parameters(), x)
    with torch.no_grad(), evaluating(inner), seeded(0, first.device):
        posterior = inner.encoder(x.to(first.device), *(c.to(first.device) for c in conditions))
        each = [_pointwise(posterior, posterior.sample()) for _ in range(n_samples)]
    return CodeInformation(float(torch.stack(each).mean()), math.log(len(x)))


def _pointwise(posterior: Distribution, z: Tensor) -> Tensor:
    """Return log q(z_i|x_i) - log q(z_i) of one draw for each example, shape (n,)."""
    n = len(z)
    rows = max(1, _MOST_VALUES // (n * posterior.event_shape.numel()))
    parts = []
    for start in range(0, n, rows):
        some = z[start : start + rows]
        # Every one of these codes under the posterior of every example.
        table = posterior.log_prob(some.unsqueeze(1).expand(-1, n, *some.shape[1:])).double()
        own = table.diagonal(offset=start)
        parts.append(own - table.logsumexp(1) + math.log(n))
    return torch.cat(parts)
