"""Where a call of ``fit`` stands."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from typing import Any

import torch
from torch import Tensor

from latentia.objectives import Info
from latentia.training._learners import Snapshot
from latentia.training._meters import FiniteWatch, Means, Sums
from latentia.training._steps import Seen


@dataclass
class Run:
    """What a call of ``Trainer.fit`` knows beside the trainer, at the boundary of two steps.

    Parameters
    ----------
    n_examples, steps_per_epoch : int
        Of the data.
    epochs : int
        That were asked for.
    patience : int or None
        Epochs without a lower loss that end the run.
    first_epoch, first_step : int
        Counts of the trainer when the call began.
    good : Snapshot
        The last whole epoch.
    best : Snapshot or None
        The epoch of the lowest loss; None is ``good``.
    best_loss : float
        Infinite before the first epoch.
    best_epoch : int
        Where it was.
    position : int
        Examples of the present epoch that are done.
    order : Tensor or None
        The state of the generator that the order of the present epoch is drawn from.
    means : Means
        Of the present epoch so far.
    memory : dict
        What the loss of all examples has answered last.
    """

    n_examples: int
    steps_per_epoch: int
    epochs: int
    patience: int | None
    first_epoch: int
    first_step: int
    good: Snapshot
    best: Snapshot | None = None
    best_loss: float = math.inf
    best_epoch: int = 0
    position: int = 0
    order: Tensor | None = None
    means: Means = field(default_factory=Means)
    memory: dict[str, Any] = field(default_factory=dict)

    @property
    def n_steps(self) -> int:
        """Steps of the whole call."""
        return self.epochs * self.steps_per_epoch

    @property
    def final(self) -> Info:
        """What schedules are given to be at their final value."""
        return Info(
            self.first_step + self.n_steps - 1, self.first_epoch + self.epochs, self.n_examples
        )

    def check(self, n_examples: int, epochs: int, patience: int | None) -> None:
        """Refuse a call that goes on with this one, but asks for something else."""
        asked = {"epochs": epochs, "patience": patience}
        for name, value in asked.items():
            if value != getattr(self, name):
                raise ValueError(
                    f"{name}={value}, but the run that was loaded had {name}={getattr(self, name)};"
                    " give the same to go on with it."
                )
        if n_examples != self.n_examples:
            raise ValueError(
                f"data has {n_examples} examples, but the run that was loaded had "
                f"{self.n_examples}; give the same to go on with it."
            )

    def noting(self, now: Info, rows: range, batch_size: int, watch: FiniteWatch) -> Seen:
        """Return what keeps the sums of the steps on some examples of the present epoch."""

        def seen(steps: range, sums: Sums) -> None:
            own = rows[steps.start * batch_size : steps.stop * batch_size]
            self.means.add(sums, len(own))
            watch.add(Info(now.step + steps.start, now.epoch, now.n_examples), own, sums)

        return seen

    def judge(self, snapshot: Snapshot, epoch: int, loss: float) -> None:
        """Keep a whole epoch, and whether it is the best."""
        is_best = self.patience is not None and loss < self.best_loss
        if is_best:
            self.best, self.best_loss, self.best_epoch = None, loss, epoch
        elif self.patience is not None and self.best is None:
            self.best = self.good
        self.good = snapshot

    def verdict(self, epoch: int, converged: bool) -> str | None:
        """Return why the run is over after an epoch, or None."""
        if epoch > self.first_epoch:
            patience = math.inf if self.patience is None else max(1, self.patience)
            if epoch - max(self.first_epoch, self.best_epoch) >= patience:
                return "early"
            if converged:
                return "converged"
        return "finished" if epoch - self.first_epoch >= self.epochs else None

    def state_dict(self) -> dict[str, Any]:
        """Return everything as plain values and tensors."""
        state = {f.name: getattr(self, f.name) for f in fields(self)}
        return {**state, "means": self.means.state_dict()}

    @classmethod
    def from_state(cls, state: dict[str, Any], device: torch.device) -> Run:
        """Return the run of a :meth:`state_dict`."""
        # An answer is kept for the same numbers only, which another device does not give.
        memory = state["memory"] if device.type == "cpu" else {}
        means = Means.from_state(state["means"], device)
        return cls(**{**state, "means": means, "memory": memory})
