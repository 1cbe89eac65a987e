"""Values on a grid: each one of several equally spaced levels in [0, 1]."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.distributions import Categorical, Distribution, constraints


def nearest_level(value: Tensor, n_levels: int) -> Tensor:
    """Return the index of the level nearest to each value, as a number of the same type."""
    return (value * (n_levels - 1)).round().clamp(0, n_levels - 1)


class Levels(Distribution):
    r"""One of K equally spaced values in [0, 1], each with a probability of its own.

    .. math:: P(x = v_k) = \mathrm{softmax}(r)_k, \quad v_k = k / (K - 1)

    Its log-probability is with respect to counting measure; a value off the grid counts as the
    nearest level.

    Parameters
    ----------
    logits : Tensor, shape (*batch, K)
        Of each level, from the lowest to the highest.

    Examples
    --------
    >>> import torch
    >>> grey = Levels(torch.zeros(3))
    >>> grey.mean, grey.log_prob(torch.tensor(0.5))  # -log 3
    (tensor(0.5000), tensor(-1.0986))
    """

    arg_constraints = {}  # noqa: RUF012 (the type of the base class)
    support = constraints.unit_interval

    def __init__(self, logits: Tensor) -> None:
        self._index = Categorical(logits=logits, validate_args=False)
        self.n_levels = logits.shape[-1]
        super().__init__(logits.shape[:-1], validate_args=False)

    @property
    def _values(self) -> Tensor:
        top = self.n_levels - 1
        return torch.arange(top + 1, device=self.probs.device, dtype=self.probs.dtype) / top

    @property
    def probs(self) -> Tensor:
        return self._index.probs

    @property
    def mean(self) -> Tensor:
        return self.probs @ self._values

    @property
    def mode(self) -> Tensor:
        return self._values[self._index.mode]

    @property
    def variance(self) -> Tensor:
        return (self.probs * (self._values - self.mean.unsqueeze(-1)).square()).sum(-1)

    def expand(self, batch_shape: Sequence[int], _instance: object = None) -> Levels:
        return Levels(self._index.logits.expand(*batch_shape, self.n_levels))

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        return self._values[self._index.sample(torch.Size(sample_shape))]

    def log_prob(self, value: Tensor) -> Tensor:
        return self._index.log_prob(nearest_level(value, self.n_levels))

    def entropy(self) -> Tensor:
        return self._index.entropy()
