"""The same step as one compiled function: forward, backward, clipping, update of each player."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from itertools import count
from types import FunctionType
from typing import Any

import torch
from torch import Tensor
from torch._dynamo import config as dynamo_config
from torch._dynamo.exc import FailOnRecompileLimitHit, TorchDynamoException
from torch._inductor.exc import InductorError

from latentia.errors import CompilationWarning, IncompatiblePartsError
from latentia.models import Batch
from latentia.objectives import Info, Objective
from latentia.training._steps import Seen, Steps, sums_of
from latentia.training._updates import update, updates

#: Steps that a run must have before compiling repays: some tens of seconds on a CPU.
_REPAYS = 100_000
_COPIES = count()


class CompiledSteps:
    """Steps compiled whole, with the draws of those that run as they are written.

    The very first step and a last batch of another size run uncompiled: the one makes what
    optimisers hold, the other would be compiled for itself. So does all where compiling fails.

    Parameters
    ----------
    steps : Steps
        What is compiled.
    batch_size : int
        Examples of a step.
    insist : bool
        Raise where the step cannot be compiled, rather than go on without.
    """

    def __init__(self, steps: Steps, batch_size: int, insist: bool) -> None:
        self.steps = steps
        self.batch_size = batch_size
        self.insist = insist
        self._compiled: Any = None
        # Optimisers that have stepped before, in a run that goes on, hold what they need.
        self._is_warm = all(optimizer.state for optimizer in steps.optimizers.values())
        reason = _obstacle(steps)
        self._failed = reason is not None
        if reason is not None:
            self._give_up(reason)

    def running(self) -> AbstractContextManager[None]:
        """Return the context that steps run in: what a graph may hold is looked up in it."""
        return dynamo_config.patch(trace_autograd_ops=True)

    def __call__(self, data: Batch, index: Tensor, info: Info, rate: float, seen: Seen) -> None:
        """Take one step on the examples at ``index``."""
        if self._failed or not self._is_warm or len(index) != self.batch_size:
            self.steps(data, index, info, rate, seen)
            self._is_warm = True
            return
        if self._compiled is None:
            self._compiled = torch.compile(
                _own(_whole), fullgraph=True, options=_options(index.device)
            )
        try:
            at = torch.tensor(rate, dtype=torch.float64, device=index.device)
            sums = self._compiled(self.steps, data, index, info, at)
        except (TorchDynamoException, FailOnRecompileLimitHit, InductorError) as error:
            # Nothing of a step has run where it could not be compiled.
            self._failed = True
            self._give_up(str(error).strip().splitlines()[0], error)
            self.steps(data, index, info, rate, seen)
            return
        seen(sums)

    def _give_up(self, reason: str, error: Exception | None = None) -> None:
        reason = reason.rstrip(".")
        if self.insist:
            raise IncompatiblePartsError(
                f"compile=True, but this step cannot be compiled: {reason}. Use compile='auto' or "
                "compile=False, which run it as it is written."
            ) from error
        warnings.warn(f"Training runs uncompiled: {reason}.", CompilationWarning, stacklevel=2)


def _whole(steps: Steps, data: Batch, index: Tensor, info: Info, rate: Tensor) -> dict[str, Tensor]:
    gradients = steps.gradients
    objective, model = gradients.objective, gradients.model
    batch = steps.batches.gather(data, index)
    sums: dict[str, Tensor] = {}
    phases = objective.losses(model, batch, info)
    while True:
        with gradients.precision.autocast(index.device):
            name, loss = next(phases, (None, None))
        if name is None or loss is None:
            break
        sums |= sums_of(name, loss.report())
        group = gradients.groups[name]
        found = torch.autograd.grad(loss.total, group, allow_unused=True)
        used = [(w, g) for w, g in zip(group, found, strict=True) if g is not None]
        clipped = _clipped([g for _, g in used], steps.clip_norm)
        update(steps.optimizers[name], [w for w, _ in used], clipped, rate)
    if type(objective).after_step is not Objective.after_step:
        objective.after_step(model, batch, info)
    return sums


def _own(function: Callable) -> Callable:
    """Return a copy of a function under a name of its own.

    All compilations of one code share a limit on their number, and those of one name what is known
    of the shapes that change.
    """
    name = f"{function.__name__}_{next(_COPIES)}"
    return FunctionType(function.__code__.replace(co_name=name), function.__globals__, name)


def _options(device: torch.device) -> dict[str, str | int | bool | Callable[..., Any]]:
    """Return what compiles to the least work between two steps, with the draws of eager code."""
    options: dict[str, Any] = {"fallback_random": True, "size_asserts": False}
    return {**options, "cpp_wrapper": True} if device.type == "cpu" else options


def repays(n_steps: int) -> bool:
    """Whether so many steps repay the time to compile one."""
    return n_steps >= _REPAYS


def _obstacle(steps: Steps) -> str | None:
    """Return why a step cannot be compiled, as far as can be told before it is tried."""
    if steps.gradients.piece is not None:
        return "micro-batches are added up in a loop"
    for optimizer in steps.optimizers.values():
        if type(optimizer) not in updates or len(optimizer.param_groups) > 1:
            known = ", ".join(sorted(kind.__name__ for kind in updates))
            return f"{type(optimizer).__name__} is none of the optimizers {known}"
    return None


def _clipped(gradients: Sequence[Tensor], clip_norm: float | None) -> list[Tensor]:
    if clip_norm is None:
        return list(gradients)
    norm = torch.nn.utils.get_total_norm(list(gradients))
    # As torch.nn.utils.clip_grad_norm_ has it.
    factor = (clip_norm / (norm + 1e-6)).clamp(max=1.0)
    return [gradient * factor for gradient in gradients]
