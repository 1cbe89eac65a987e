"""What a Boltzmann machine learns by, and something to watch meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import torch

from latentia.models import RBM, Batch, LatentVariableModel
from latentia.objectives import ContrastiveDivergence, Info, Loss

#: One example in so many is reconstructed while the machine learns.
_LOOKED_AT = 10


class Told(ContrastiveDivergence):
    """Contrastive divergence whose value is one that can be watched.

    The difference of free energies is what is differentiated. It is near zero before training and
    after it, so that neither a curve nor early stopping can make anything of it.
    """

    def go_on_from(self, machine: RBM) -> None:
        """Start at the chains that a machine was left with, if any."""
        kept = machine.prior.chains
        if kept.started:
            n = 1 if self.temperatures is None else len(self.temperatures)
            self.chains.states = kept.states.repeat(n, 1, 1)

    def losses(
        self, model: LatentVariableModel, batch: Batch, info: Info
    ) -> Iterator[tuple[str, Loss]]:
        loss, inputs = self._loss(model, batch)
        # To look at all would take half as long again as to learn from them, and over the steps of
        # an epoch some say as much. Outside of training there is nothing else to do.
        some = slice(None, None, _LOOKED_AT if torch.is_grad_enabled() else 1)
        machine = cast(RBM, model).machine
        with torch.no_grad():
            back = machine.down(machine.hidden.mean(inputs[some]))
            told = machine.visible.surprise(machine.flat(batch.x[some]), back)
        if len(told) < len(batch):
            told = told.mean().expand(len(batch))
        yield "model", Loss(told, {"reconstruction": told, **loss.terms}, loss.values)
