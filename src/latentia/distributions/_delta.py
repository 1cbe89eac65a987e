"""A point mass: the code of a deterministic autoencoder, as a distribution."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.distributions import Distribution, constraints


class Delta(Distribution):
    r"""All mass at one point, :math:`z = v` with probability one.

    Its log-density is with respect to counting measure, 0 at ``v`` and :math:`-\infty`
    elsewhere. It has no density on the real line, so it has no finite divergence from one.

    Parameters
    ----------
    value : Tensor, shape (*batch, *event)
        Where the mass sits.
    event_dim : int, default=0
        How many trailing dimensions of ``value`` form one event.

    Examples
    --------
    >>> import torch
    >>> Delta(torch.tensor([1.0, 2.0]), event_dim=1).rsample((3,)).shape
    torch.Size([3, 2])
    """

    arg_constraints = {}  # noqa: RUF012 (the type of the base class)
    has_rsample = True

    def __init__(self, value: Tensor, event_dim: int = 0) -> None:
        self.value = value
        split = value.dim() - event_dim
        super().__init__(value.shape[:split], value.shape[split:], validate_args=False)

    @constraints.dependent_property
    def support(self) -> constraints.Constraint:
        return constraints.independent(constraints.real, len(self.event_shape))

    @property
    def mean(self) -> Tensor:
        return self.value

    @property
    def mode(self) -> Tensor:
        return self.value

    @property
    def variance(self) -> Tensor:
        return torch.zeros_like(self.value)

    def expand(self, batch_shape: Sequence[int], _instance: object = None) -> Delta:
        return Delta(self.value.expand(*batch_shape, *self.event_shape), len(self.event_shape))

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        return self.value.expand(*sample_shape, *self.value.shape)

    def log_prob(self, value: Tensor) -> Tensor:
        hit = value == self.value
        if self.event_shape:
            hit = hit.flatten(-len(self.event_shape)).all(-1)
        return torch.where(hit, 0.0, -torch.inf).to(self.value.dtype)

    def entropy(self) -> Tensor:
        return self.value.new_zeros(self.batch_shape)
