"""What Ctrl-C and a polite kill leave of training."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from latentia._text import counted
from latentia.cli._show import remark
from latentia.errors import TrainingStoppedError

if TYPE_CHECKING:
    from latentia.estimators import LatentEstimator, Transferred
    from latentia.training import Checkpoints

#: The exit code of a process that SIGTERM ends.
TERMINATED = 143


def keep_finished_passes(model: LatentEstimator | Transferred) -> None:
    """Say that training was interrupted, if it was and nobody has said so yet.

    Raises
    ------
    KeyboardInterrupt
        If that was before the first pass was over, so that there is nothing to keep.
    """
    if model.n_iter_ == 0:
        raise KeyboardInterrupt
    if model.history_.stopped == "interrupted" and not model.verbose:
        verb = "is" if model.n_iter_ == 1 else "are"
        passes = counted(model.n_iter_, "finished pass", "finished passes")
        remark(f"interrupted; {passes} {verb} kept.")


@contextmanager
def saying_how_to_go_on(checkpoints: Checkpoints, folder: Path) -> Iterator[None]:
    """Name the command that goes on with what was stopped in the block."""
    on = f"go on by latentia fit --resume {folder}."
    try:
        yield
    except TrainingStoppedError as error:
        told = str(error).partition("; fit again")[0]
        raise TrainingStoppedError(f"{told}; {on}") from None
    except KeyboardInterrupt:
        if checkpoints.noted() is not None:
            remark(f"what was learned so far is kept; {on}")
        raise


@contextmanager
def saving_when_terminated(checkpoints: Checkpoints) -> Iterator[None]:
    """Let SIGTERM end training after the present step with a checkpoint, and else at once."""

    def stop(number: int, frame: FrameType | None) -> None:
        if not checkpoints.stop():
            raise SystemExit(TERMINATED)

    try:
        before = signal.signal(signal.SIGTERM, stop)
    except ValueError:
        yield  # signals reach the main thread only
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
