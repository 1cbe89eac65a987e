"""The values of a distribution as one row of numbers."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.distributions import Distribution, constraints, kl_divergence, register_kl

from latentia.distributions._point import point, register_point


class Flattened(Distribution):
    """A distribution whose values are those of another, flattened to one dimension.

    A reordering of numbers changes neither densities nor divergences; torch's transformed
    distributions lose the closed forms.

    Parameters
    ----------
    base : Distribution
        With an event of any shape but ().

    Examples
    --------
    >>> import torch
    >>> from torch.distributions import Independent, OneHotCategorical
    >>> base = Independent(OneHotCategorical(logits=torch.zeros(3, 4)), 1)
    >>> Flattened(base).sample().shape, Flattened(base).entropy()  # 3 log 4
    (torch.Size([12]), tensor(4.1589))
    """

    arg_constraints = {}  # noqa: RUF012 (the type of the base class)
    support = constraints.real_vector

    def __init__(self, base: Distribution) -> None:
        self.base_dist = base
        super().__init__(
            base.batch_shape, torch.Size((base.event_shape.numel(),)), validate_args=False
        )

    @property
    def has_rsample(self) -> bool:  # type: ignore[override]
        return self.base_dist.has_rsample

    @property
    def mean(self) -> Tensor:
        return self._flat(self.base_dist.mean)

    @property
    def mode(self) -> Tensor:
        return self._flat(self.base_dist.mode)

    @property
    def variance(self) -> Tensor:
        return self._flat(self.base_dist.variance)

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        return self._flat(self.base_dist.sample(torch.Size(sample_shape)))

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        return self._flat(self.base_dist.rsample(torch.Size(sample_shape)))

    def log_prob(self, value: Tensor) -> Tensor:
        return self.base_dist.log_prob(value.unflatten(-1, self.base_dist.event_shape))

    def entropy(self) -> Tensor:
        return self.base_dist.entropy()

    def expand(self, batch_shape: Sequence[int], _instance: object = None) -> Flattened:
        return Flattened(self.base_dist.expand(torch.Size(batch_shape)))

    def _flat(self, value: Tensor) -> Tensor:
        return value.flatten(-len(self.base_dist.event_shape))


@register_kl(Flattened, Flattened)
def _kl_flattened(q: Flattened, p: Flattened) -> Tensor:
    if q.base_dist.event_shape != p.base_dist.event_shape:
        raise NotImplementedError
    return kl_divergence(q.base_dist, p.base_dist)


@register_point(Flattened)
def _(distribution: Flattened) -> Tensor:
    return distribution._flat(point(distribution.base_dist))
