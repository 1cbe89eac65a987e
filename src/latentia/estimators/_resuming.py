"""A fit that keeps its state on the way, and goes on with what another one has kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from latentia._text import counted
from latentia.estimators._origin import as_checkpoints, check_unchanged, data_of, options_of
from latentia.models import Batch
from latentia.training import Checkpoints, Trainer


class Resuming:
    """What an estimator does with its parameter ``checkpoints``."""

    checkpoints: Any
    _seed: int
    _say: Callable[[str], None]

    def _noted_seed(self) -> int | None:
        """Return the seed of the fit whose checkpoints there are, if any."""
        kept = as_checkpoints(self.checkpoints)
        noted = None if kept is None else kept.noted()
        return None if noted is None else noted.get("seed")

    def _checkpoints(self) -> Checkpoints | None:
        kept = as_checkpoints(self.checkpoints)
        if kept is None:
            return None
        return kept.noting({"seed": self._seed, "options": options_of(self)})

    def _train(
        self, trainer: Trainer, data: Batch, held_out: Batch | None, epochs: int, patience: Any
    ) -> None:
        """Do what is left of training, which may be nothing."""
        kept = self._checkpoints()
        if kept is not None:
            kept = kept.noting({"data": data_of(data, held_out)})
            if self._go_on(trainer, kept):
                return
        trainer.fit(data, held_out, epochs=epochs, patience=patience, checkpoints=kept)

    def _go_on(self, trainer: Trainer, kept: Checkpoints) -> bool:
        """Load the latest checkpoint, if there is one, and return whether training is over."""
        found = kept.latest()
        if found is None:
            return False
        check_unchanged(found.notes, kept.notes, kept.folder)
        trainer.load_state_dict(found.state)
        self._say(f"goes on after {counted(trainer.step, 'step')}.")
        return found.state["run"] is None
