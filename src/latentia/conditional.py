"""Distributions that depend on a condition: encoder, decoder and prior are this one type."""

from __future__ import annotations

from abc import ABC, abstractmethod

from torch import Tensor, nn
from torch.distributions import Distribution

from latentia.heads import Head

__all__ = ["Amortized", "ConditionalDistribution"]


class ConditionalDistribution(nn.Module, ABC):
    """A module that maps conditions to a distribution.

    The encoder q(z|x, c), the decoder p(x|z, c) and the prior p(z|c) are all of this type, so
    a model reads as the mathematics: ``decoder(z, c).log_prob(x)``.

    Attributes
    ----------
    space : str
        Where its values live: "real", "binary", "unit", "simplex", "sphere" or "codes".
    event_shape : tuple of int
        Shape of one value.
    """

    space: str = "real"
    event_shape: tuple[int, ...]

    @abstractmethod
    def forward(self, *conditions: Tensor) -> Distribution:
        """Return the distribution given ``conditions``, with their batch shape."""

    def __call__(self, *conditions: Tensor) -> Distribution:
        return super().__call__(*conditions)


class Amortized(ConditionalDistribution):
    r"""A network that predicts the parameters of a distribution for each input.

    .. math:: p(y \mid x, c) = \mathrm{head}(\mathrm{net}(x, c))

    Parameters
    ----------
    net : Module
        Maps the conditions to ``head.n_params`` numbers along the last dimension.
    head : Head
        Turns these numbers into a distribution.

    Examples
    --------
    >>> import torch
    >>> from latentia.heads import DiagonalNormal
    >>> from latentia.networks import MLP
    >>> head = DiagonalNormal((2,))
    >>> encoder = Amortized(MLP((5,), (head.n_params,)), head)
    >>> encoder(torch.zeros(3, 5)).rsample().shape
    torch.Size([3, 2])
    """

    def __init__(self, net: nn.Module, head: Head) -> None:
        super().__init__()
        self.net = net
        self.head = head
        self.space = head.space
        self.event_shape = head.event_shape

    def forward(self, *conditions: Tensor) -> Distribution:
        return self.head(self.net(*conditions))
