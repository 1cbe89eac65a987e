"""Batches that are larger than the memory of a device."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from traceback import clear_frames
from typing import TYPE_CHECKING

import torch

from latentia._memory import is_short_of_memory
from latentia._text import counted
from latentia.errors import IncompatiblePartsError, MicroBatchWarning, OutOfMemoryError
from latentia.models import Batch
from latentia.objectives import Info
from latentia.training._data.examples import Examples
from latentia.training._deterministic import deterministic
from latentia.training._full_batch import everything_of
from latentia.training._gradients import Gradients, check_pieces
from latentia.training._learners import Learners, Snapshot
from latentia.training._processes.ranks import Ranks
from latentia.training._randomness import seeded
from latentia.training._run import Run

if TYPE_CHECKING:
    from latentia.training._trainer import Trainer


@dataclass(frozen=True)
class Room:
    """What a step needs of the memory of a device, and what to do where that is too much.

    Parameters
    ----------
    learners : Learners
        What a step changes.
    gradients : Gradients
        Of a step.
    n_examples : int
        Of a step, in this process.
    device : device
        Where they are.
    full_batch : bool
        Whether they are all examples.
    halves : bool
        Whether a batch that is too large is cut.
    """

    learners: Learners
    gradients: Gradients
    n_examples: int
    device: torch.device
    full_batch: bool
    halves: bool

    def piece(self, gather: Callable[[], Batch], info: Info) -> int | None:
        """Return how many examples go through at once such that they fit; None takes all.

        The gradients of a batch are tried and nothing is learned from them. It warns where less
        fits than before.

        Parameters
        ----------
        gather : callable
            Returns the batch.
        info : Info
            Of the step to come.

        Raises
        ------
        OutOfMemoryError
            If not even one example at a time fits, or the loss is none that pieces add up to.
        """
        obstacle = self._obstacle()
        before = self.learners.snapshot()
        size = self._at_once
        while size > 0 and not self._fits(size, gather, info, before):
            size = 0 if obstacle else size // 2
        size = min(self.gradients.ranks.all(size))
        if size == self._at_once:
            return self.gradients.piece
        if obstacle or size == 0:
            raise OutOfMemoryError(self._advice(2 if obstacle else 1))
        if self.gradients.ranks.rank == 0:
            warnings.warn(
                f"{self._too_large}; it goes through in pieces of {size:,}, which add up to the "
                "same step.",
                MicroBatchWarning,
                stacklevel=2,
            )
        return size

    @contextmanager
    def told(self) -> Iterator[None]:
        """Say in one sentence that memory is short, where it is inside the block.

        Raises
        ------
        OutOfMemoryError
        """
        try:
            yield
        except RuntimeError as error:
            if not is_short_of_memory(error):
                raise
            # Whoever holds the new error would hold through it what did not fit.
            clear_frames(error.__traceback__)
            raise OutOfMemoryError(self._advice(self._at_once)) from None

    def _fits(self, size: int, gather: Callable[[], Batch], info: Info, before: Snapshot) -> bool:
        # Alone, as a process that runs out of memory would leave others waiting.
        piece = size if size < self.n_examples else None
        alone = replace(self.gradients, piece=piece, ranks=Ranks())
        self.learners.train(True)
        try:
            with seeded(0, self.device), alone.precision.running():
                for _ in alone.phases(gather(), info):
                    pass
        except RuntimeError as error:
            if not is_short_of_memory(error):
                raise
            return False
        finally:
            for parameter in (p for group in alone.groups.values() for p in group):
                parameter.grad = None
            self.learners.restore(before)
            self.learners.train(False)
        return True

    @property
    def _at_once(self) -> int:
        return min(self.n_examples, self.gradients.piece or self.n_examples)

    @property
    def _too_large(self) -> str:
        which = "The batch of all" if self.full_batch else "A batch of"
        n = counted(self.n_examples, "example")
        return f"{which} {n} does not fit in the memory of {self.device}"

    def _obstacle(self) -> bool:
        """Whether a batch cannot be cut."""
        try:
            check_pieces(self.gradients.objective, self.gradients.model, max(1, self._at_once // 2))
        except IncompatiblePartsError:
            return True
        return False

    def _advice(self, size: int) -> str:
        """Return what to do where so many examples at once are too many."""
        fewer = "optimizer='adam', which takes batches"
        if not self.full_batch:
            fewer = f"batch_size={max(1, self.n_examples // 2)}, for smaller steps"
        if size == 1:
            return f"{self._too_large}, not even one at a time; use a smaller network, or {fewer}."
        if self._obstacle():
            return f"{self._too_large}, and its loss is none that pieces add up to; give {fewer}."
        pieces = f" in pieces of {size:,}" if size < self.n_examples else ""
        searched = "" if self.halves else " or micro_batch_size='auto'"
        return (
            f"{self._too_large}{pieces}; give micro_batch_size={size // 2}{searched}, for pieces "
            f"that add up to the same step, or {fewer}."
        )


def room_of(trainer: Trainer, run: Run) -> Room:
    """Return what the steps of a run need."""
    whole = trainer._full_batch
    n = run.n_examples if whole else min(trainer.batch_size, run.n_examples)
    return Room(
        trainer._learners,
        trainer._gradients,
        math.ceil(n / trainer._ranks.world),
        trainer.device,
        whole,
        trainer._halves,
    )


def make_room(trainer: Trainer, data: Examples, run: Run) -> None:
    """Cut the batches of a trainer into pieces that fit into memory.

    Raises
    ------
    OutOfMemoryError
        If not even one example at a time fits, or the loss is none that pieces add up to.
    """
    room = room_of(trainer, run)

    def gather() -> Batch:
        if room.full_batch:
            return everything_of(data, trainer._batches, trainer._seed)
        some = data.head(room.n_examples)
        # By indices, as in a step: a slice would be no copy.
        return trainer._batches.gather(some, torch.arange(len(some), device=some.x.device))

    now = Info(trainer.step, trainer.epoch, len(data))
    with deterministic(trainer._deterministic):
        piece = room.piece(gather, run.final if room.full_batch else now)
    if piece != trainer._gradients.piece:
        trainer._cut(piece)
