"""A distribution of counts with more zeros."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.distributions import Distribution, constraints
from torch.nn.functional import logsigmoid


class ZeroInflated(Distribution):
    r"""Zero with probability :math:`\pi`, else a draw from another distribution.

    .. math:: P(x) = \pi\, [x = 0] + (1 - \pi)\, p(x), \qquad \pi = \sigma(r)

    Parameters
    ----------
    base : Distribution
        p, a distribution of counts, without event dimensions.
    zero_logits : Tensor
        r, of the batch shape of ``base``.

    References
    ----------
    D. Lambert. Zero-Inflated Poisson Regression, with an Application to Defects in Manufacturing.
    1992.

    Examples
    --------
    >>> import torch
    >>> from torch.distributions import Poisson
    >>> counts = ZeroInflated(Poisson(torch.tensor(4.0)), torch.tensor(0.0))
    >>> counts.mean, counts.variance
    (tensor(2.), tensor(6.))
    """

    arg_constraints = {}  # noqa: RUF012 (the type of the base class)
    support = constraints.nonnegative_integer

    def __init__(self, base: Distribution, zero_logits: Tensor) -> None:
        self.base_dist = base
        self.zero_logits = zero_logits.expand(base.batch_shape)
        super().__init__(base.batch_shape, validate_args=False)

    @property
    def mean(self) -> Tensor:
        return torch.sigmoid(-self.zero_logits) * self.base_dist.mean

    @property
    def variance(self) -> Tensor:
        mean = self.base_dist.mean
        second = self.base_dist.variance + torch.sigmoid(self.zero_logits) * mean.square()
        return torch.sigmoid(-self.zero_logits) * second

    def expand(self, batch_shape: Sequence[int], _instance: object = None) -> ZeroInflated:
        size = torch.Size(batch_shape)
        return ZeroInflated(self.base_dist.expand(size), self.zero_logits.expand(size))

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        with torch.no_grad():
            draws = self.base_dist.sample(torch.Size(sample_shape))
            excess = torch.rand_like(draws) < torch.sigmoid(self.zero_logits)
            return draws.masked_fill(excess, 0.0)

    def log_prob(self, value: Tensor) -> Tensor:
        counted = logsigmoid(-self.zero_logits) + self.base_dist.log_prob(value)
        return torch.where(
            value == 0, torch.logaddexp(logsigmoid(self.zero_logits), counted), counted
        )
