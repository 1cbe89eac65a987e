"""One step of training: gather a batch, and update each player by its own loss."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.optim import Optimizer

from latentia.models import Batch
from latentia.objectives import Info
from latentia.training._batches import Batches
from latentia.training._gradients import Gradients

#: What is told of a phase before its update: the sums over examples of its terms, by name.
Seen = Callable[[dict[str, Tensor]], None]


@dataclass(frozen=True)
class Steps:
    """Steps that run as they are written.

    Parameters
    ----------
    batches : Batches
        How examples come into a step.
    gradients : Gradients
        What they say of the weights.
    optimizers : mapping of str to Optimizer
        By player.
    clip_norm : float or None
        Largest norm of the gradient of one player.
    """

    batches: Batches
    gradients: Gradients
    optimizers: Mapping[str, Optimizer]
    clip_norm: float | None

    def running(self) -> AbstractContextManager[None]:
        """Return the context that steps run in."""
        return nullcontext()

    def __call__(self, data: Batch, index: Tensor, info: Info, rate: float, seen: Seen) -> None:
        """Take one step on the examples at ``index``."""
        batch = self.batches.gather(data, index)
        for name, report in self.gradients.phases(batch, info):
            seen(sums_of(name, report))
            if self.clip_norm is not None:
                torch.nn.utils.clip_grad_norm_(self.gradients.groups[name], self.clip_norm)
            for settings in self.optimizers[name].param_groups:
                settings["lr"] = rate
            self.optimizers[name].step()
        self.gradients.objective.after_step(self.gradients.model, batch, info)


def sums_of(player: str, report: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the sum over examples of each term, named after its player if there are several."""
    prefix = "" if player == "model" else f"{player}_"
    return {prefix + term: values.sum(dtype=torch.float64) for term, values in report.items()}
