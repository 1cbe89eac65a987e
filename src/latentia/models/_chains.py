"""Where Markov chains are, kept between steps of training."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class Chains(nn.Module):
    """States of Markov chains, in a buffer that takes whatever number a state dict has.

    Attributes
    ----------
    states : Tensor of shape (..., n_chains, n_hidden)
        Empty until some are kept.

    Examples
    --------
    >>> chains, others = Chains(), Chains()
    >>> chains.states = torch.ones(5, 2)
    >>> _ = others.load_state_dict(chains.state_dict())
    >>> others.started, others.states.shape
    (True, torch.Size([5, 2]))
    """

    states: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("states", torch.zeros(0))

    @property
    def started(self) -> bool:
        """Whether there are any."""
        return self.states.numel() > 0

    def _load_from_state_dict(
        self, state_dict: dict[str, Any], prefix: str, *others: Any, **named: Any
    ) -> None:
        loaded = state_dict.get(f"{prefix}states", self.states)
        self.states = self.states.new_zeros(loaded.shape)
        super()._load_from_state_dict(state_dict, prefix, *others, **named)
