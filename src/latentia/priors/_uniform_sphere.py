"""The usual prior of directions."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.distributions import Distribution

from latentia import distributions
from latentia.conditional import ConditionalDistribution
from latentia.heads import as_shape


class UniformSphere(ConditionalDistribution):
    """Every direction alike, the same for every condition.

    Parameters
    ----------
    event_shape : int, tuple of one int, or encoder
        Shape (d,) of one code of length 1, d at least 2; an encoder stands for the shape of its
        codes.

    Raises
    ------
    ValueError
        For the shape of an image, or d below 2.

    References
    ----------
    T. R. Davidson, L. Falorsi, N. De Cao, T. Kipf, J. M. Tomczak. Hyperspherical Variational
    Auto-Encoders. 2018.

    Examples
    --------
    >>> UniformSphere(3)().entropy()  # log 4 pi
    tensor(2.5310)
    """

    space = "sphere"
    zero: Tensor

    def __init__(self, event_shape: Any) -> None:
        super().__init__()
        self.event_shape = as_shape(event_shape, "event_shape")
        if len(self.event_shape) != 1 or self.event_shape[0] < 2:
            raise ValueError(
                f"event_shape={self.event_shape} must be one number of at least 2: a direction."
            )
        # A buffer, so that the prior follows the model to its device and precision.
        self.register_buffer("zero", torch.zeros(()), persistent=False)

    @property
    def arguments(self) -> dict[str, Any]:
        """The constructor's arguments: with these and a state dict it is built again."""
        return {"event_shape": self.event_shape}

    def forward(self, *conditions: Tensor) -> Distribution:
        batch = conditions[0].shape[:1] if conditions else ()
        return distributions.UniformSphere(self.event_shape[0], batch, like=self.zero)
