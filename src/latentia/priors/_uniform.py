"""Every number between two bounds alike."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, distributions
from torch.distributions import Distribution, Independent

from latentia.conditional import ConditionalDistribution
from latentia.heads import as_shape


class Uniform(ConditionalDistribution):
    r"""Independent uniform numbers, the same for every condition.

    .. math:: p(z) = \prod_j \frac{1}{b - a}, \qquad a \le z_j \le b

    Parameters
    ----------
    event_shape : int or tuple of int
        Shape of one code.
    low, high : float, default=-1.0, 1.0
        The bounds a and b.
    space : str, default="box"
        The word for where its codes live; "circle" for angles between 0 and :math:`2 \pi`.

    Raises
    ------
    ValueError
        If the bounds are not finite, or ``low`` is not below ``high``.

    Examples
    --------
    >>> Uniform(2)().entropy()  # 2 log 2
    tensor(1.3863)
    """

    zero: Tensor

    def __init__(
        self,
        event_shape: int | Sequence[int],
        low: float = -1.0,
        high: float = 1.0,
        space: str = "box",
    ) -> None:
        super().__init__()
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise ValueError(f"low={low} must be a number below high={high}, both finite.")
        self.event_shape = as_shape(event_shape, "event_shape")
        self.low, self.high = float(low), float(high)
        self.space = space
        # A buffer, so that the prior follows the model to its device and precision.
        self.register_buffer("zero", torch.zeros(self.event_shape), persistent=False)

    @property
    def arguments(self) -> dict[str, Any]:
        """The constructor's arguments: with these and a state dict it is built again."""
        names = ("event_shape", "low", "high", "space")
        return {name: getattr(self, name) for name in names}

    def forward(self, *conditions: Tensor) -> Distribution:
        batch = conditions[0].shape[:1] if conditions else ()
        zero = self.zero.expand(*batch, *self.event_shape)
        uniform = distributions.Uniform(zero + self.low, zero + self.high, validate_args=False)
        return Independent(uniform, len(self.event_shape), validate_args=False)
