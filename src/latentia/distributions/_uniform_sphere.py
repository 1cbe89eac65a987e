"""The distribution on the sphere that prefers no direction."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.distributions import Distribution, constraints
from torch.nn.functional import normalize


def log_area(d: int) -> float:
    r"""Return :math:`\log (2 \pi^{d/2} / \Gamma(d/2))`, the area of the unit sphere in R^d."""
    return math.log(2) + 0.5 * d * math.log(math.pi) - math.lgamma(0.5 * d)


class UniformSphere(Distribution):
    r"""Every direction in d dimensions alike.

    .. math:: p(z) = \frac{\Gamma(d/2)}{2 \pi^{d/2}}, \quad |z| = 1

    Parameters
    ----------
    d : int
        Numbers in one direction, at least 2.
    batch_shape : tuple of int, default=()
        Shape of the batch.
    like : Tensor or None, default=None
        Draws have its precision and device; None is torch's default.

    Raises
    ------
    ValueError
        If d is below 2.

    Examples
    --------
    >>> import torch
    >>> circle = UniformSphere(2)
    >>> circle.log_prob(torch.tensor([0.6, 0.8]))  # -log(2 pi)
    tensor(-1.8379)
    """

    arg_constraints = {}  # noqa: RUF012 (the type of the base class)
    support = constraints.real_vector
    has_rsample = True

    def __init__(self, d: int, batch_shape: Sequence[int] = (), like: Tensor | None = None) -> None:
        if d < 2:
            raise ValueError(f"d={d} must be at least 2: a direction needs two numbers.")
        self._like = torch.empty(0) if like is None else like
        super().__init__(torch.Size(batch_shape), torch.Size((d,)), validate_args=False)

    @property
    def mean(self) -> Tensor:
        return self._like.new_zeros(self.batch_shape + self.event_shape)

    def expand(self, batch_shape: Sequence[int], _instance: object = None) -> UniformSphere:
        return UniformSphere(self.event_shape[0], batch_shape, self._like)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        shape = self._extended_shape(torch.Size(sample_shape))
        return normalize(
            torch.randn(shape, dtype=self._like.dtype, device=self._like.device), dim=-1
        )

    def log_prob(self, value: Tensor) -> Tensor:
        shape = torch.broadcast_shapes(value.shape[:-1], self.batch_shape)
        return value.new_full(shape, -log_area(self.event_shape[0]))

    def entropy(self) -> Tensor:
        return self._like.new_full(self.batch_shape, log_area(self.event_shape[0]))
