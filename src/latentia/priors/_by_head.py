"""Priors that are a head with numbers of its own, in place of a network's output."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Distribution

from latentia.conditional import ConditionalDistribution
from latentia.heads import Head


class ByHead(ConditionalDistribution):
    """What a head makes of zeros, or of numbers that start there and learn with the model.

    Parameters
    ----------
    head : Head
        Of the kind of the posterior.
    learned : bool, default=False
        Whether the numbers learn.
    """

    raw: Tensor

    def __init__(self, head: Head, learned: bool = False) -> None:
        super().__init__()
        self.head = head
        self.space = head.space
        self.event_shape = head.event_shape
        zeros = torch.zeros(head.n_params)
        if learned:
            self.raw = nn.Parameter(zeros)
        else:
            # A buffer, so that the prior follows the model to its device and precision.
            self.register_buffer("raw", zeros, persistent=False)

    def forward(self, *conditions: Tensor) -> Distribution:
        batch = conditions[0].shape[:1] if conditions else ()
        return self.head(self.raw.expand(*batch, -1))


def n_variables_of(codes: Any, n_variables: int | None) -> int:
    """Return ``n_variables``, or where it is None that of an encoder, or 1."""
    head = getattr(codes, "head", None)
    return getattr(head, "n_variables", 1) if n_variables is None else n_variables
