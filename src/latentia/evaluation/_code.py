"""What the code of a latent-variable model carries, dimension by dimension."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from latentia.distributions import kl_per_dimension, point
from latentia.evaluation._batches import over_batches
from latentia.evaluation._fitted import Fitted, opened
from latentia.models import LatentVariableModel

#: Variance of the posterior mean over examples above which a dimension counts as used.
ACTIVE_VARIANCE = 0.01


@dataclass(frozen=True, eq=False)
class CodeReport:
    """The code over a set of examples, for each of its d dimensions.

    Attributes
    ----------
    kl_per_dimension : ndarray of shape (d,) or None
        Mean over examples of KL(q(z_j|x) || p(z_j)) in nats, or None where the divergence does
        not decompose or is infinite (a deterministic encoder, a full covariance, no prior).
    mean, variance : ndarray of shape (d,)
        Of the posterior mean, over examples; ``mean`` is that of the aggregated posterior too.
    """

    kl_per_dimension: np.ndarray | None
    mean: np.ndarray
    variance: np.ndarray

    @property
    def active(self) -> np.ndarray:
        """Which dimensions are used: the posterior mean varies by more than 0.01."""
        return self.variance > ACTIVE_VARIANCE

    @property
    def n_active(self) -> int:
        """How many dimensions are used."""
        return int(self.active.sum())


def code(
    model: LatentVariableModel | Fitted,
    x: Any,
    conditions: Any = (),
    *,
    batch_size: int = 1024,
) -> CodeReport:
    r"""Report which dimensions of the code are used, and at what price.

    Dimension j is active if :math:`\operatorname{Var}_x E_{q(z|x)}[z_j] > 0.01`. The model is
    run in evaluation mode and left as it was.

    Parameters
    ----------
    model : fitted estimator or LatentVariableModel
    x : array, frame or tensor, shape (n, *event)
        Examples in the units of the data; for a LatentVariableModel a tensor of what its encoder
        takes, that is, scaled.
    conditions : array-like of length n, or sequence of Tensor, default=()
        The condition ``y`` of each example, for an estimator that has one; for a
        LatentVariableModel what its parts are given, each of shape (n, ...).
    batch_size : int, default=1024
        Examples in memory at once.

    Returns
    -------
    CodeReport

    Raises
    ------
    ValueError
        If there are no examples, conditions of another length, or for anything else than a model.

    References
    ----------
    Y. Burda, R. Grosse, R. Salakhutdinov. Importance Weighted Autoencoders. 2015.

    Examples
    --------
    >>> from latentia import conditional, heads, models, networks, priors
    >>> q, p = heads.DiagonalNormal(2), heads.Bernoulli(3)
    >>> encoder = conditional.Amortized(networks.MLP(3, q.n_params), q)
    >>> decoder = conditional.Amortized(networks.MLP(2, 3), p)
    >>> model = models.LatentVariableModel(encoder, decoder, priors.StandardNormal(2))
    >>> code(model, torch.zeros(5, 3)).n_active  # every example is the same
    0
    """
    inner, x, conditions = opened(model, x, conditions)
    parts = over_batches(partial(_measure, inner), inner, x, conditions, batch_size)
    means = torch.cat([mean for mean, _ in parts])
    kls = [kl for _, kl in parts if kl is not None]
    kl = torch.cat(kls).mean(0).cpu().numpy() if kls else None
    variance, mean = torch.var_mean(means, dim=0, correction=0)
    return CodeReport(kl, mean.cpu().numpy(), variance.cpu().numpy())


def _measure(
    model: LatentVariableModel, x: Tensor, *conditions: Tensor
) -> tuple[Tensor, Tensor | None]:
    """Return the posterior mean and the divergence of each example and dimension."""
    posterior = model.encoder(x, *conditions)
    mean = point(posterior).flatten(1).double()
    if model.prior is None:
        return mean, None
    kl = kl_per_dimension(posterior, model.prior(*conditions))
    return mean, None if kl is None else kl.flatten(1).double()
