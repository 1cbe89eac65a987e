"""Which steps a run takes: as they are written, or compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from latentia.training._data.examples import Examples
from latentia.training._steps import Steps

if TYPE_CHECKING:
    from latentia.training._compiling.compiled import CompiledSteps


def chosen(
    steps: Steps | CompiledSteps, compile: bool | str, n_steps: int, data: Examples, begun: bool
) -> Steps | CompiledSteps:
    """Return steps, compiled where that was asked for, or repays."""
    if compile is False or not isinstance(steps, Steps):
        return steps
    # With the compiler of torch, which nobody waits for in order to import an estimator.
    from latentia.training._compiling.compiled import CompiledSteps, repays

    insist = compile is True
    return CompiledSteps(steps, insist, data, begun) if insist or repays(n_steps) else steps
