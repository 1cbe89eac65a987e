"""What Ctrl-C leaves of training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from latentia._text import counted
from latentia.cli._show import remark

if TYPE_CHECKING:
    from latentia.estimators import LatentEstimator, Transferred


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
