"""The usual prior of a variational autoencoder."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.distributions import Distribution, Independent, Normal

from latentia.conditional import ConditionalDistribution
from latentia.heads import as_shape


class StandardNormal(ConditionalDistribution):
    """p(z) = N(0, s² I), the same for every condition.

    Parameters
    ----------
    event_shape : int or tuple of int
        Shape of one code.
    scale : float, default=1.0
        Standard deviation s of every element, a positive number.

    Raises
    ------
    ValueError
        If ``scale`` is not positive and finite.

    References
    ----------
    D. P. Kingma, M. Welling. Auto-Encoding Variational Bayes. 2013.

    Examples
    --------
    >>> StandardNormal(2)().event_shape
    torch.Size([2])
    >>> StandardNormal(2, scale=3.0)().stddev
    tensor([3., 3.])
    """

    zero: Tensor

    def __init__(self, event_shape: int | Sequence[int], scale: float = 1.0) -> None:
        super().__init__()
        if not (scale > 0 and math.isfinite(scale)):
            raise ValueError(f"scale={scale!r} must be a positive number.")
        self.event_shape = as_shape(event_shape, "event_shape")
        self.scale = float(scale)
        # A buffer, so that the prior follows the model to its device and precision.
        self.register_buffer("zero", torch.zeros(self.event_shape), persistent=False)

    @property
    def arguments(self) -> dict[str, Any]:
        """The constructor's arguments: with these and a state dict it is built again."""
        return {"event_shape": self.event_shape, "scale": self.scale}

    def forward(self, *conditions: Tensor) -> Distribution:
        batch = conditions[0].shape[:1] if conditions else ()
        loc = self.zero.expand(*batch, *self.event_shape)
        return Independent(
            Normal(loc, torch.full_like(loc, self.scale), validate_args=False),
            len(self.event_shape),
            validate_args=False,
        )
