"""The usual prior of a variational autoencoder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.distributions import Distribution, Independent, Normal

from latentia.conditional import ConditionalDistribution
from latentia.heads import as_shape


class StandardNormal(ConditionalDistribution):
    """p(z) = N(0, I), the same for every condition.

    Parameters
    ----------
    event_shape : int or tuple of int
        Shape of one code.

    Examples
    --------
    >>> StandardNormal(2)().event_shape
    torch.Size([2])
    """

    zero: Tensor

    def __init__(self, event_shape: int | Sequence[int]) -> None:
        super().__init__()
        self.event_shape = as_shape(event_shape, "event_shape")
        # A buffer, so that the prior follows the model to its device and precision.
        self.register_buffer("zero", torch.zeros(self.event_shape), persistent=False)

    @property
    def arguments(self) -> dict[str, Any]:
        """The constructor's arguments: with these and a state dict it is built again."""
        return {"event_shape": self.event_shape}

    def forward(self, *conditions: Tensor) -> Distribution:
        batch = conditions[0].shape[:1] if conditions else ()
        loc = self.zero.expand(*batch, *self.event_shape)
        return Independent(
            Normal(loc, torch.ones_like(loc), validate_args=False),
            len(self.event_shape),
            validate_args=False,
        )
