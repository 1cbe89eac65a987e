"""Heads for values in [0, 1]: binary pixels, and their continuous relative."""

from __future__ import annotations

from torch import Tensor, distributions
from torch.distributions import Independent

from latentia.heads._head import Head


class Bernoulli(Head):
    r"""Independent binary elements with the raw output as logits.

    .. math:: -\log p(x) = -\sum_j [x_j \log \rho_j + (1 - x_j) \log(1 - \rho_j)]

    For grey values in [0, 1] the same expression is the usual binary cross-entropy; it is then
    a loss and not a normalised density (:class:`ContinuousBernoulli` is).

    Parameters
    ----------
    event_shape : int or tuple of int
        Shape of one value.

    Examples
    --------
    >>> import torch
    >>> Bernoulli((2,))(torch.zeros(1, 2)).log_prob(torch.ones(1, 2))  # -2 log 2
    tensor([-1.3863])
    """

    space = "binary"

    def forward(self, raw: Tensor) -> Independent:
        (logits,) = self.split(raw)
        return Independent(
            distributions.Bernoulli(logits=logits, validate_args=False),
            self.event_dim,
            validate_args=False,
        )


class ContinuousBernoulli(Head):
    r"""Independent elements on [0, 1] with density proportional to the Bernoulli expression.

    .. math:: p(x) = \prod_j C(\rho_j)\, \rho_j^{x_j} (1 - \rho_j)^{1 - x_j}

    Parameters
    ----------
    event_shape : int or tuple of int
        Shape of one value.

    References
    ----------
    G. Loaiza-Ganem, J. P. Cunningham. The continuous Bernoulli: fixing a pervasive error in
    variational autoencoders. 2019.

    Examples
    --------
    >>> import torch
    >>> ContinuousBernoulli((2,))(torch.zeros(1, 2)).log_prob(torch.ones(1, 2)).abs() < 1e-5
    tensor([True])
    """

    space = "unit"

    def forward(self, raw: Tensor) -> Independent:
        (logits,) = self.split(raw)
        return Independent(
            distributions.ContinuousBernoulli(logits=logits, validate_args=False),
            self.event_dim,
            validate_args=False,
        )
