"""The loss of all examples as a function of the weights."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from latentia.errors import TrainingDivergedError
from latentia.models import Batch
from latentia.objectives import Info
from latentia.training._data.batches import Batches
from latentia.training._data.examples import Examples
from latentia.training._data.placing import all_of
from latentia.training._gradients import Gradients
from latentia.training._meters import FiniteWatch, Means, sums_of
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
    memory : dict
        The last answer: ``report``, and the ``weights`` and ``gradients`` that it is of.
    """

    gradients: Gradients
    batch: Batch
    info: Info
    seed: int
    memory: dict[str, Any] = field(default_factory=dict)

    @property
    def report(self) -> dict[str, Tensor]:
        """The terms of the last answer, by example."""
        return self.memory["report"]

    def __call__(self) -> float:
        """Set the gradients and ``report``, and return the mean loss."""
        parameters = self.gradients.groups["model"]
        if not self._is_known():
            with seeded(self.seed, self.batch.x.device):
                self.memory["report"] = self.gradients.added_up(self.batch, self.info)
            self.memory["weights"] = [p.detach().clone() for p in parameters]
            self.memory["gradients"] = [p.grad for p in parameters]
        for parameter, gradient in zip(parameters, self.memory["gradients"], strict=True):
            # A copy, as optimisers change gradients in place, and in order, as L-BFGS of torch
            # takes them for rows of numbers.
            parameter.grad = None if gradient is None else _in_order(gradient)
        return float(self.report["loss"].mean(dtype=torch.float64))

    def descend(self, optimizer: Optimizer, now: Info, advice: str) -> Means:
        """Take one step, and return the means of the terms where it ends.

        Raises
        ------
        TrainingDivergedError
            If a term or the gradient is not finite.
        """
        self()
        rows = range(len(self.batch))
        FiniteWatch(1, advice).add(now, rows, sums_of("model", self.report))
        if not math.isfinite(optimizer.step(self)):
            raise TrainingDivergedError(
                f"The gradient is not finite at step {now.step}. {advice} The weights are those of "
                "the last good epoch."
            )
        self()
        means = Means()
        means.add(sums_of("model", self.report), len(self.batch))
        self.gradients.objective.after_step(self.gradients.model, self.batch, self.info)
        return means

    def _is_known(self) -> bool:
        known = self.memory.get("weights")
        parameters = self.gradients.groups["model"]
        return known is not None and all(
            torch.equal(p, weight) for p, weight in zip(parameters, known, strict=True)
        )


def everything_of(data: Examples, batches: Batches, seed: int) -> Batch:
    """Return all examples as one batch, always with the same corruption."""
    with seeded(seed, batches.device):
        return batches.gather(all_of(data), slice(None))


def _in_order(gradient: Tensor) -> Tensor:
    return gradient.clone(memory_format=torch.contiguous_format)
