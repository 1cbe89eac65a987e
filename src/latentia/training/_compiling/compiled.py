"""The same step as one compiled function: forward, backward, clipping, update of each player."""

from __future__ import annotations

import logging
import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, cast

import torch
from torch import Tensor
from torch._dynamo import config as dynamo_config
from torch._dynamo import mark_static_address
from torch._dynamo.exc import FailOnRecompileLimitHit, TorchDynamoException
from torch._inductor.cpp_builder import get_cpp_compiler
from torch._inductor.exc import InductorError, InvalidCxxCompiler
from torch.nn.functional import pad

from latentia.errors import CompilationWarning, IncompatiblePartsError
from latentia.models import Batch
from latentia.objectives import Info, Objective
from latentia.training._compiling.ahead import Ahead, looked_up, schedules_of
from latentia.training._compiling.looped import Loop, Unknown, own
from latentia.training._compiling.passes import Passes, Unneeded
from latentia.training._compiling.updates import counters, holds_nothing, update, updates
from latentia.training._data.examples import Examples
from latentia.training._meters import Sums, sums_of
from latentia.training._steps import Seen, Steps

#: Steps that a run must have before compiling repays, ten seconds or a few times that on a CPU. It
#: repaid after 1,700 to 18,000 where it was measured. No clock is asked: equal runs choose alike.
_REPAYS = 20_000
#: Most steps of a call, and in all of them most products of a weight and an example, and bytes.
_AT_ONCE = (1024, 2_000_000_000, 2**26)
_ERRORS = (TorchDynamoException, FailOnRecompileLimitHit, InductorError)


class CompiledSteps:
    """Steps compiled whole, with the draws of those that run as they are written.

    On a CPU a call takes many steps, in a loop that is compiled too. Where a step cannot stand in a
    loop, as with an objective that asks for its number, a call takes one. On CUDA a call is one
    step, which is captured as a graph. The very first step and a last batch of another size run
    uncompiled: the one makes what optimisers hold, the other would be compiled for itself. So does
    all where compiling fails.

    Parameters
    ----------
    steps : Steps
        What is compiled.
    insist : bool
        Raise where the step cannot be compiled, rather than go on without.
    data : Examples
        Of an epoch, which calls share evenly.
    begun : bool, default=False
        Whether the run has taken a step before.
    """

    def __init__(self, steps: Steps, insist: bool, data: Examples, begun: bool = False) -> None:
        self.steps = steps
        self.insist = insist
        self._begun = begun
        self._is_settled = False
        self._counts_once = True
        self._schedules = schedules_of(steps.gradients.objective)
        options = _options(steps.batches.device)
        self._single = torch.compile(own(_step), fullgraph=True, options=options)
        n = _at_once(steps, data)
        self._loop = Loop(_turn, n, options) if n > 1 else None
        reason = _obstacle(steps)
        self._failed = reason is not None
        if reason is not None:
            self._give_up(reason)

    @property
    def at_once(self) -> int:
        """Most steps of the next call."""
        loops = self._loop is not None and self._is_warm and not self._failed
        return self._loop.at_once if loops and self._loop is not None else 1

    @property
    def _is_warm(self) -> bool:
        # Optimisers that have stepped before hold what they need, also in a run that goes on.
        optimizers = self.steps.optimizers.values()
        return self._begun and all(o.state or holds_nothing(o) for o in optimizers)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Set what holds for all steps of a run: what a graph may hold is looked up here."""
        with _quietly(), self.steps.running(), dynamo_config.patch(trace_autograd_ops=True):
            yield

    def __call__(
        self, data: Batch, index: Tensor, info: Info, rates: Sequence[float], seen: Seen
    ) -> None:
        """Take a step on each batch of the examples at ``index``, the last may be smaller."""
        size = self.steps.batch_size
        loops = self.at_once > 1 and len(index) >= size
        done = self._looped(data, index, info, rates, seen) if loops else 0
        for i in range(done, math.ceil(len(index) / size)):
            rows, now = index[i * size : (i + 1) * size], replace(info, step=info.step + i)

            def noted(_: range, sums: Sums, i: int = i) -> None:
                seen(range(i, i + 1), sums)

            if self._failed or not self._is_warm or len(rows) != size:
                self.steps(data, rows, now, rates[i : i + 1], noted)
                self._begun = True
            else:
                self._alone(data, rows, now, rates[i : i + 1], noted)

    def _looped(
        self, data: Batch, index: Tensor, info: Info, rates: Sequence[float], seen: Seen
    ) -> int:
        """Take the whole batches in one call, and return how many there were."""
        assert self._loop is not None
        size, turns = self.steps.batch_size, self._loop.at_once
        n, whole = len(index) // size, index
        index = index[: n * size]
        if n < turns:
            index = pad(index, (0, (turns - n) * size))  # rows that nothing is done with
        batch = data.take(index)
        labels = () if batch.labels is None else (batch.labels,)
        parts = [x.unflatten(0, (turns, size)) for x in (batch.x, *batch.conditions, *labels)]
        numbers = self._numbers(info, rates[:n])
        if n < turns:
            numbers = pad(numbers, (0, 0, 0, turns - n))
        unnumbered = self._ahead(info, cast(int, Unknown()))
        counts = [counters(optimizer) for optimizer in self.steps.optimizers.values()]
        alike = all(len({float(count) for count in of_one}) <= 1 for of_one in counts)
        in_step = self._counts_once and alike and any(counts)
        others = self.steps, unnumbered, len(labels), in_step
        try:
            rows, names = self._loop([numbers, *parts], n, *others)
        except _ERRORS:
            # Nothing has been changed.
            if in_step:
                self._counts_once = False
                return self._looped(data, whole, info, rates, seen)
            # A call of one step says what the matter is, if it fails too.
            self._loop = None
            return 0
        if in_step:
            for first, *rest in filter(None, counts):
                torch._foreach_copy_(rest, [first] * len(rest))
        total = rows[:n].sum(0)
        if bool(total.isfinite().all()):
            seen(range(n), Sums(names, total))
            return n
        for i, row in enumerate(rows[:n]):
            seen(range(i, i + 1), Sums(names, row))
        return n

    def _alone(
        self, data: Batch, index: Tensor, info: Info, rates: Sequence[float], seen: Seen
    ) -> None:
        numbers = self._numbers(info, rates)[0].to(index.device)
        if not self._is_settled:
            _settle(self.steps)
            self._is_settled = True
        try:
            total, names = self._single(
                self.steps, data, index, self._ahead(info, info.step), numbers, False
            )
        except _ERRORS as error:
            # Nothing of a step has run where it could not be compiled.
            self._failed = True
            self._give_up(str(error).strip().splitlines()[0], error)
            self.steps(data, index, info, rates, seen)
            return
        # A captured graph writes the next ones over them.
        seen(range(1), Sums(names, total.clone()))

    def _numbers(self, info: Info, rates: Sequence[float]) -> Tensor:
        return torch.tensor(looked_up(info, self._schedules, rates), dtype=torch.float64)

    def _ahead(self, info: Info, step: int) -> Ahead:
        return Ahead(step, info.epoch, info.n_examples, info.share, self._schedules)

    def _give_up(self, reason: str, error: Exception | None = None) -> None:
        reason = reason.rstrip(".")
        if self.insist:
            raise IncompatiblePartsError(
                f"compile=True, but this step cannot be compiled: {reason}. Use compile='auto' or "
                "compile=False, which run it as it is written."
            ) from error
        warnings.warn(f"Training runs uncompiled: {reason}.", CompilationWarning, stacklevel=2)


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep from users what the compiler says of itself: old names, draws without a short way."""
    log = logging.getLogger("torch._inductor.ir")
    level = log.level
    log.setLevel(max(level, logging.ERROR))
    try:
        with warnings.catch_warnings():
            for category in (FutureWarning, DeprecationWarning):
                warnings.filterwarnings("ignore", category=category, module=r"torch\.")
            yield
    finally:
        log.setLevel(level)


def _turn(
    slices: Sequence[Tensor], steps: Steps, info: Ahead, n_labels: int, in_step: bool
) -> tuple[Tensor, tuple[str, ...]]:
    """Take the step of a turn of a loop, and return the sums of its terms and their names."""
    numbers, x, *others = (part[0] for part in slices)
    conditions, labels = others[: len(others) - n_labels], others[len(others) - n_labels :]
    data = Batch(x, tuple(conditions), labels=labels[0] if labels else None)
    return _step(steps, data, slice(None), info, numbers, in_step)


def _step(
    steps: Steps,
    data: Batch,
    index: Tensor | slice,
    info: Ahead,
    numbers: Tensor,
    in_step: bool,
) -> tuple[Tensor, tuple[str, ...]]:
    rate, *values = numbers.unbind()
    info = replace(info, values=values)
    gradients = steps.gradients
    objective, model = gradients.objective, gradients.model
    batch = steps.batches.gather(data, index)
    sums = []
    phases = objective.losses(model, batch, info)
    while True:
        with gradients.precision.autocast(batch.x.device):
            name, loss = next(phases, (None, None))
        if name is None or loss is None:
            break
        sums.append(sums_of(name, loss.report()))
        group = gradients.groups[name]
        found = torch.autograd.grad(loss.total, group, allow_unused=True)
        used = [(w, g) for w, g in zip(group, found, strict=True) if g is not None]
        clipped = _clipped([g for _, g in used], steps.clip_norm)
        update(steps.optimizers[name], [w for w, _ in used], clipped, rate, in_step)
    if type(objective).after_step is not Objective.after_step:
        objective.after_step(model, batch, info)
    names = tuple(name for part in sums for name in part.names)
    return torch.cat([part.values for part in sums]), names


def _settle(steps: Steps) -> None:
    """Say that weights and what optimisers hold stay where they are: a captured graph needs it."""
    for group in steps.gradients.groups.values():
        for weight in group:
            mark_static_address(weight)
    for optimizer in steps.optimizers.values():
        for state in optimizer.state.values():
            for value in state.values():
                if isinstance(value, Tensor):
                    mark_static_address(value)


def _options(device: torch.device) -> dict[str, str | int | bool | Callable[..., Any]]:
    """Return what compiles to the least work between two steps, with the draws of eager code."""
    options: dict[str, Any] = {"fallback_random": True, "size_asserts": False}
    if device.type != "cpu":
        return {**options, "triton.cudagraphs": device.type == "cuda"}
    options |= {"cpp_wrapper": True, "post_grad_custom_post_pass": Passes()}
    return {**options, "_post_fusion_custom_pass": Unneeded()}


def _at_once(steps: Steps, data: Examples) -> int:
    """Return how many steps a call takes: an equal part of an epoch, less than about a second."""
    if steps.batches.device.type != "cpu":
        return 1  # a loop would wait for the device in every turn
    n_weights = sum(w.numel() for group in steps.gradients.groups.values() for w in group)
    example = data.head(1)
    n_bytes = sum(part.nbytes for part in (example.x, *example.conditions))
    most, products, memory = _AT_ONCE
    size = steps.batch_size
    bounds = products // (max(1, n_weights) * size), memory // (max(1, n_bytes) * size)
    most = max(1, min(most, *bounds))
    n_whole = max(1, len(data) // size)
    return math.ceil(n_whole / math.ceil(n_whole / most))


def repays(n_steps: int) -> bool:
    """Whether so many steps repay the time to compile one."""
    return n_steps >= _REPAYS


def _obstacle(steps: Steps) -> str | None:
    """Return why a step cannot be compiled, as far as can be told before it is tried."""
    if steps.gradients.ranks.world > 1:
        return "gradients are added up over processes between backward and update"
    if steps.batches.device.type == "cpu" and not _has_compiler():
        return "there is no C++ compiler; install g++ or clang++, or let the variable CXX name one"
    if steps.gradients.piece is not None:
        return "micro-batches are added up in a loop"
    for optimizer in steps.optimizers.values():
        if type(optimizer) not in updates or len(optimizer.param_groups) > 1:
            known = ", ".join(sorted(kind.__name__ for kind in updates))
            return f"{type(optimizer).__name__} is none of the optimizers {known}"
    return None


def _has_compiler() -> bool:
    try:
        return bool(get_cpp_compiler())
    except InvalidCxxCompiler:
        return False


def _clipped(gradients: Sequence[Tensor], clip_norm: float | None) -> list[Tensor]:
    if clip_norm is None:
        return list(gradients)
    norm = torch.nn.utils.get_total_norm(list(gradients))
    # As torch.nn.utils.clip_grad_norm_ has it.
    factor = (clip_norm / (norm + 1e-6)).clamp(max=1.0)
    return [gradient * factor for gradient in gradients]
