"""The loss of all examples as a function of the weights."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

from latentia.models import Batch
from latentia.objectives import Info
from latentia.training._gradients import Gradients
from latentia.training._randomness import seeded


@dataclass
class Everything:
    """The mean loss of all examples, a function of the weights alone: its draws never change.

    A search along a line asks again for what it knows already, so the last answer is kept.

    Parameters
    ----------
    gradients : Gradients
        Of a batch.
    batch : Batch
        All examples, prepared.
    info : Info
        The schedules stand still at its step.
    seed : int
        Of the draws.
    """

    gradients: Gradients
    batch: Batch
    info: Info
    seed: int
    report: dict[str, Tensor] = field(default_factory=dict, init=False)
    _weights: list[Tensor] = field(default_factory=list, init=False)
    _answer: list[Tensor | None] = field(default_factory=list, init=False)

    def __call__(self) -> float:
        """Set the gradients and ``report``, and return the mean loss."""
        parameters = self.gradients.groups["model"]
        if not self._is_known():
            with seeded(self.seed, self.batch.x.device):
                self.report = self.gradients.added_up(self.batch, self.info)
            self._weights = [p.detach().clone() for p in parameters]
            self._answer = [p.grad for p in parameters]
        for parameter, gradient in zip(parameters, self._answer, strict=True):
            # A copy, as optimisers change gradients in place.
            parameter.grad = None if gradient is None else gradient.clone()
        return float(self.report["loss"].mean(dtype=torch.float64))

    def _is_known(self) -> bool:
        known = zip(self.gradients.groups["model"], self._weights, strict=False)
        return bool(self.report) and all(torch.equal(p, weight) for p, weight in known)
