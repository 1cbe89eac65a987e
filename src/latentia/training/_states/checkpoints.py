"""States of a run on disk, from which it goes on after whatever stopped it."""

from __future__ import annotations

import re
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from latentia.errors import CheckpointWarning, TrainingStoppedError
from latentia.training._processes.ranks import Ranks
from latentia.training._states.sealed import (
    first,
    read_sealed,
    remove_partial,
    remove_whole,
    write_sealed,
)

_NAME = "checkpoint-{:06d}"
_BUSY = ("checkpoint-", ".")
_PATTERN = re.compile(r"checkpoint-(\d{6,})")


@dataclass(frozen=True)
class Checkpoint:
    """What was kept at one moment.

    Parameters
    ----------
    state : dict
        Of the trainer.
    notes : dict
        What else was to be kept with it.
    """

    state: dict[str, Any]
    notes: dict[str, Any]


@dataclass
class _Clock:
    """When a checkpoint was last tried, and whether training is asked to stop."""

    step: int | None = None
    seconds: float = 0.0
    watched: bool = False
    stopping: bool = False


@dataclass(frozen=True)
class Checkpoints:
    """Where and how often the state of training is kept.

    Each checkpoint is a folder with the tensors, the rest as JSON, and the SHA-256 sums of both. It
    is written beside and renamed, so it is there whole or not at all, and holds the best weights so
    far too. Nothing in it is executed. A write that fails, as on a full disk, warns and leaves
    what there is; training goes on.

    Parameters
    ----------
    folder : path
        For checkpoints of one run only. It is made with the first.
    every_steps : int or None, default=None
        Steps between two; None is by time alone.
    every_minutes : float or None, default=5
        Minutes between two, counted from the start; None is by steps alone.
    keep : int, default=2
        How many of the last are kept.
    notes : mapping, default={}
        Plain values that are kept with each state.

    Raises
    ------
    ValueError
        For a number outside its range.

    Examples
    --------
    >>> import tempfile
    >>> checkpoints = Checkpoints(tempfile.mkdtemp(), notes={"seed": 0})
    >>> checkpoints.save(10, {"step": 10})
    True
    >>> checkpoints.latest()
    Checkpoint(state={'step': 10}, notes={'seed': 0})
    """

    folder: Path
    every_steps: int | None = None
    every_minutes: float | None = 5.0
    keep: int = 2
    notes: Mapping[str, Any] = field(default_factory=dict)
    _clock: _Clock = field(default_factory=_Clock, init=False, repr=False, compare=False)
    _ranks: Ranks = field(default_factory=Ranks.here, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "folder", Path(self.folder))
        if self.every_steps is not None and not self.every_steps >= 1:
            raise ValueError(f"every_steps={self.every_steps} must be at least 1, or None.")
        if self.every_minutes is not None and not self.every_minutes >= 0:
            raise ValueError(f"every_minutes={self.every_minutes} must not be negative, or None.")
        if not self.keep >= 1:
            raise ValueError(f"keep={self.keep} must be at least 1.")

    def noting(self, notes: Mapping[str, Any]) -> Checkpoints:
        """Return the same with more notes."""
        return self._with(notes={**self.notes, **notes})

    def below(self, name: str) -> Checkpoints:
        """Return those of a part of the run, in a folder of its own inside this one."""
        return self._with(folder=self.folder / name, notes={"whole": dict(self.notes)})

    def save(self, step: int, state: Mapping[str, Any]) -> bool:
        """Write a checkpoint, and remove those that are too many; return whether it was written."""
        self._clock.step, self._clock.seconds = step, time.monotonic()
        numbers = self._ranks.first(self._numbers())
        place = self.folder / _NAME.format(max(numbers, default=0) + 1)
        try:
            first(self._ranks, self._make_room)
            write_sealed(place, state, self.notes, self._ranks)
            first(self._ranks, lambda: self._remove(sorted(numbers, reverse=True)[self.keep - 1 :]))
        except OSError as error:
            if self._ranks.rank == 0:
                warnings.warn(
                    f"{place} could not be written at step {step} ({error.strerror or error}); the "
                    "checkpoint before it is kept, and training goes on.",
                    CheckpointWarning,
                    stacklevel=2,
                )
            return False
        return True

    def latest(self) -> Checkpoint | None:
        """Return the newest that is whole, or None; damaged ones are passed over with a warning."""
        for number in sorted(self._numbers(), reverse=True):
            place = self.folder / _NAME.format(number)
            try:
                return Checkpoint(*read_sealed(place))
            except (OSError, ValueError) as error:
                warnings.warn(
                    f"{place} is damaged ({error}); the one before it is used, if there is any.",
                    CheckpointWarning,
                    stacklevel=2,
                )
        return None

    def noted(self) -> dict[str, Any] | None:
        """Return the notes of the run: of its latest checkpoint, or of one of its parts."""
        found = self.latest()
        if found is not None:
            return found.notes
        for place in sorted(self.folder.iterdir()) if self.folder.is_dir() else []:
            part = None if place.name.startswith(_BUSY) else replace(self, folder=place).noted()
            if part is not None:
                return part["whole"]
        return None

    def after_step(self, step: int, state: Callable[[], Mapping[str, Any]]) -> None:
        """Save if it is time to, or if training is to stop.

        Raises
        ------
        TrainingStoppedError
            After the checkpoint, if :meth:`stop` was called.
        """
        stopping, due = self._ranks.agree(step, self._clock.stopping, self._is_due(step))
        if not (stopping or due):
            return
        saved = self.save(step, state())
        if stopping:
            lies = f"its state lies in {self.folder}" if saved else "its state could not be saved"
            raise TrainingStoppedError(
                f"Training was stopped after step {step}, and {lies}; fit again with the same "
                "checkpoints to go on."
            )

    def stop(self) -> bool:
        """Ask training to stop after its next step; return whether any goes on now."""
        self._clock.stopping = self._clock.watched
        return self._clock.watched

    def _make_room(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        remove_partial(self.folder)

    def _remove(self, numbers: list[int]) -> None:
        for number in numbers:
            remove_whole(self.folder / _NAME.format(number))

    def _with(self, **changes: Any) -> Checkpoints:
        other = replace(self, **changes)
        object.__setattr__(other, "_clock", self._clock)  # one run has one clock
        return other

    def _is_due(self, step: int) -> bool:
        clock = self._clock
        if self.every_steps is not None and step - (clock.step or 0) >= self.every_steps:
            return True
        minutes = (time.monotonic() - clock.seconds) / 60
        return self.every_minutes is not None and minutes >= self.every_minutes

    def _numbers(self) -> list[int]:
        if not self.folder.is_dir():
            return []
        matches = (_PATTERN.fullmatch(path.name) for path in self.folder.iterdir())
        return [int(match[1]) for match in matches if match]


@contextmanager
def watched(checkpoints: Checkpoints | None, step: int = 0) -> Iterator[None]:
    """Count time from now, and let :meth:`Checkpoints.stop` reach what runs inside."""
    if checkpoints is None:
        yield
        return
    clock = checkpoints._clock
    clock.step, clock.seconds, clock.watched = step, time.monotonic(), True
    try:
        yield
    finally:
        clock.watched = False
