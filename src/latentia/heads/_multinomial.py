"""The head of rows of shares: one category among several, or how often each occurred."""

from __future__ import annotations

from torch import Tensor, distributions
from torch.distributions import Distribution, Independent

from latentia.heads._head import Head


class Multinomial(Head):
    r"""One draw from K categories along the last dimension, with the raw output as its logits.

    .. math:: -\log p(x) = -\sum_k x_k \log \mathrm{softmax}(r)_k

    for x of one 1 and else 0. For shares that sum to 1 it is the categorical cross-entropy up to a
    constant of the data; it is then a loss and not a normalised density.

    Parameters
    ----------
    event_shape : int or tuple of int
        Shape of one value; the last dimension has the categories.

    References
    ----------
    D. Liang, R. G. Krishnan, M. D. Hoffman, T. Jebara. Variational Autoencoders for Collaborative
    Filtering. 2018.

    Examples
    --------
    >>> import torch
    >>> Multinomial(4)(torch.zeros(1, 4)).log_prob(torch.tensor([[0.0, 1.0, 0.0, 0.0]]))  # -log 4
    tensor([-1.3863])
    """

    space = "simplex"

    def forward(self, raw: Tensor) -> Distribution:
        (logits,) = self.split(raw)
        one = distributions.Multinomial(1, logits=logits, validate_args=False)
        return Independent(one, self.event_dim - 1, validate_args=False)
