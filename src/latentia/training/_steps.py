"""One step of training: gather a batch, and update each player by its own loss."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import ClassVar

from torch import Tensor
from torch.optim import Optimizer

from latentia.models import Batch
from latentia.objectives import Info
from latentia.training._data.batches import Batches
from latentia.training._gradients import Gradients
from latentia.training._meters import Sums, sums_of
from latentia.training._processes.sharded import clip

#: What is told of a phase: which steps of a call, and the sums over their examples of its terms.
Seen = Callable[[range, Sums], None]


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
    batch_size : int
        Examples of a step; the last of a pass may have fewer.
    """

    batches: Batches
    gradients: Gradients
    optimizers: Mapping[str, Optimizer]
    clip_norm: float | None
    batch_size: int
    #: Most steps of a call.
    at_once: ClassVar[int] = 1

    def running(self) -> AbstractContextManager[None]:
        """Return the context that steps run in."""
        return self.gradients.precision.running()

    def __call__(
        self, data: Batch, index: Tensor, info: Info, rates: Sequence[float], seen: Seen
    ) -> None:
        """Take one step on the examples at ``index``, at the only rate."""
        ranks = self.gradients.ranks
        info = replace(info, share=ranks.share(len(index)))
        batch = self.batches.gather(data, ranks.take(index))
        for name, report in self.gradients.phases(batch, info):
            seen(range(1), sums_of(name, report))
            if self.clip_norm is not None:
                clip(self.gradients.groups[name], self.clip_norm)
            for settings in self.optimizers[name].param_groups:
                settings["lr"] = rates[0]
            self.optimizers[name].step()
        self.gradients.objective.after_step(self.gradients.model, batch, info)
