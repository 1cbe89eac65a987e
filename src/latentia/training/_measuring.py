"""The loss of examples that are not trained on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import torch

from latentia.models import Batch
from latentia.objectives import Info
from latentia.training._data.batches import Batches
from latentia.training._learners import Learners
from latentia.training._meters import Means, sums_of
from latentia.training._precision import Precision
from latentia.training._processes.ranks import Ranks
from latentia.training._randomness import seeded


@dataclass(frozen=True)
class Measure:
    """The mean of every term over examples, always with the same draws, so that passes compare.

    Parameters
    ----------
    learners : Learners
        What is measured, and by what.
    batches : Batches
        How examples come into it.
    precision : Precision
        Of a forward pass.
    batch_size : int
        Examples at once.
    seed : int
        Of the draws.
    ranks : Ranks
        Among whom examples are divided.
    """

    learners: Learners
    batches: Batches
    precision: Precision
    batch_size: int
    seed: int
    ranks: Ranks

    @torch.no_grad()
    def __call__(self, blocks: Iterable[Batch], info: Info) -> dict[str, float]:
        """Return the means over all blocks, with the schedules at ``info``."""
        self.learners.train(False)
        model, objective = self.learners.model, self.learners.objective
        device = self.batches.device
        means = Means()
        with seeded(self.ranks.seed(self.seed), device):
            for block in blocks:
                for start in range(0, len(block), self.batch_size):
                    stop = min(start + self.batch_size, len(block))
                    share = self.ranks.share(stop - start)
                    batch = self.batches.gather(block, self.ranks.rows(start, stop))
                    with self.precision.autocast(device):
                        _, loss = next(objective.losses(model, batch, replace(info, share=share)))
                    own = {name: share.own(values) for name, values in loss.report().items()}
                    means.add(sums_of("model", own), stop - start)
        return means.over(self.ranks).read()
