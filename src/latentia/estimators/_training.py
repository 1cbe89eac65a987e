"""How an estimator is trained: the parameters of the trainer, and a run of it."""

from __future__ import annotations

import copy
import math
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import KW_ONLY, dataclass
from os import PathLike
from typing import Any, ClassVar, cast

import numpy as np
import torch
from sklearn.utils import check_random_state
from torch import Tensor, nn
from torch.optim import Optimizer

from latentia._names import lookup
from latentia._text import counted
from latentia.data import Stream
from latentia.errors import OutOfMemoryError, TrainingDivergedError
from latentia.estimators._resuming import Resuming
from latentia.estimators._rules import (
    COUNT,
    MAYBE_COUNT,
    NOT_NEGATIVE,
    SMALLEST,
    Rule,
    check,
    is_count,
    is_schedule,
    is_within,
)
from latentia.estimators._streams import split_stream
from latentia.models import Batch, LatentVariableModel
from latentia.objectives import Objective, Weight
from latentia.training import (
    Checkpoints,
    History,
    Ranks,
    Trainer,
    is_unread,
    optimizers,
    schedules,
    unread,
)

_STEPS = 20_000
_PATIENCE = 1_000

TRAINING = """max_iter : int or None, default=None
        Passes over the data; None is as many as give about 20,000 gradient steps, from 10 to 1000.
    batch_size : int, default=128
        Examples a step.
    micro_batch_size : int, "auto" or None, default=None
        Examples that are in memory at once: the gradient of a batch is then added up from pieces of
        this size. None is the whole batch; "auto" halves it until it fits, and says so.
    optimizer : str or callable, default="adam"
        A name in ``training.optimizers``, or a function of (parameters, lr=, weight_decay=).
        "lbfgs" takes all data in every step, and suits small problems that must converge.
    learning_rate : float or schedule, default=1e-3
        A schedule is a function of the step.
    learning_rate_schedule : str, default="constant"
        A name in ``training.schedules``: how ``learning_rate`` changes until ``max_iter``.
    weight_decay : float, default=0.0
        The optimiser's own.
    clip_norm : float or None, default=None
        Largest Euclidean norm of the gradient.
    early_stopping : bool, default=False
        Hold out ``validation_fraction`` of the data, stop after ``n_iter_no_change`` passes without
        a lower loss on it, and keep the best weights.
    validation_fraction : float, default=0.1
        In (0, 1); only with early stopping.
    n_iter_no_change : int or None, default=None
        The patience of early stopping; None is as many passes as give about 1,000 steps, at
        least 10.
    precision : {"float32", "bfloat16", "tensorfloat32", "float64"}, default="float32"
        The numbers a step is computed in: "bfloat16" for products alone, on processors and devices
        that have it; "tensorfloat32" on CUDA.
    device : str, default="auto"
        "auto" is CUDA where there is one.
    compile : bool or "auto", default="auto"
        Whether a training step is compiled, which changes results by rounding only and takes some
        tens of seconds; "auto" compiles where at least 20,000 steps are to come.
    deterministic : bool, default=False
        Train inside ``training.deterministic``: the same seed gives the same bits on CUDA too, more
        slowly. On a CPU it always does, with as many threads.
    random_state : int, RandomState or None, default=None
        The same integer gives the same model; None draws a fresh seed.
    checkpoints : path, training.Checkpoints or None, default=None
        Where the state of training is kept on the way, every five minutes or as said there. If the
        folder has some already, ``fit`` of the same data and options goes on with them, and ends
        as if it had never been stopped; another one is refused. ``partial_fit`` keeps none.
    verbose : bool, default=True
        Say on standard error what was chosen from the data, and show progress from the third
        second."""

HISTORY = """loss_curve_ : dict of str to list of float
        ``loss`` and every term by epoch, as means over examples of the scaled data; in nats, but
        for norms and penalties, which have units of their own.
    history_ : History
        The same with how training ended.
    n_iter_ : int
        Passes over the data."""

_RULES: dict[str, Rule] = {
    "batch_size": COUNT,
    "micro_batch_size": Rule(
        lambda v: v is None or is_count(v) or (isinstance(v, str) and v == "auto"),
        "an integer of at least 1, 'auto', or None",
    ),
    "max_iter": MAYBE_COUNT,
    "n_iter_no_change": MAYBE_COUNT,
    "learning_rate": Rule(
        lambda v: is_schedule(v) or is_within(v, SMALLEST, math.inf),
        "a positive number, or a schedule",
    ),
    "weight_decay": NOT_NEGATIVE,
    "clip_norm": Rule(
        lambda v: v is None or is_within(v, SMALLEST, math.inf),
        "a positive number, or None",
    ),
    "checkpoints": Rule(
        lambda v: v is None or isinstance(v, str | PathLike | Checkpoints),
        "a path, training.Checkpoints, or None",
    ),
    "validation_fraction": Rule(lambda v: is_within(v, SMALLEST, 1.0), "a number in (0, 1)"),
}


@dataclass(eq=False, repr=False)
class Trained(Resuming):
    """What everything that a trainer trains has: parameters as given, a seed, and a history."""

    _: KW_ONLY
    max_iter: int | None = None
    batch_size: int = 128
    micro_batch_size: int | str | None = None
    optimizer: str | Callable[..., Optimizer] = "adam"
    learning_rate: Weight = 1e-3
    learning_rate_schedule: str = "constant"
    weight_decay: float = 0.0
    clip_norm: float | None = None
    early_stopping: bool = False
    validation_fraction: float = 0.1
    n_iter_no_change: int | None = None
    precision: str = "float32"
    device: str = "auto"
    compile: bool | str = "auto"
    deterministic: bool = False
    random_state: Any = None
    checkpoints: Any = None
    verbose: bool = True

    _rules: ClassVar[dict[str, Rule]] = _RULES

    def _check_parameters(self) -> None:
        rules: dict[str, Rule] = {}
        for cls in reversed(type(self).__mro__):
            rules.update(vars(cls).get("_rules", {}))
        check(self, rules)

    def _draw_seed(self) -> None:
        noted = self._noted_seed()
        seed = fresh_seed(self.random_state) if noted is None else noted
        self._seed = Ranks.here().first(seed)  # fresh ones would differ between processes

    def _new_trainer(
        self,
        model: LatentVariableModel,
        objective: Objective,
        n_examples: int,
        n_epochs: int,
        *,
        corruption: Callable[[Tensor], Tensor] | None = None,
        prepare: Callable[[Tensor], Tensor] = lambda x: x,
    ) -> Trainer:
        return Trainer(
            model,
            objective,
            optimizer=self.optimizer,
            learning_rate=self._learning_rate(max(1, n_epochs * self._steps_per_epoch(n_examples))),
            weight_decay=self.weight_decay,
            batch_size=self.batch_size,
            micro_batch_size=self.micro_batch_size,
            clip_norm=self.clip_norm,
            corruption=corruption,
            prepare=prepare,
            precision=self.precision,
            device=self.device,
            compile=self.compile,
            seed=self._seed,
            deterministic=self.deterministic,
            verbose=self.verbose,
        )

    def _run(self, trainer: Trainer, data: Batch, held_out: Batch | None, n_epochs: int) -> None:
        patience = self.n_iter_no_change or max(
            10, math.ceil(_PATIENCE / self._steps_per_epoch(len(data)))
        )
        stops = int(patience) if self.early_stopping else None
        self._train(trainer, data, held_out, n_epochs, stops)
        if trainer.history.stopped == "interrupted":
            finished = counted(len(trainer.history), "finished pass", "finished passes")
            self._say(f"interrupted after {finished}, which are kept.")

    def _n_epochs(self, n_examples: int) -> int:
        steps = self._steps_per_epoch(n_examples)
        return int(self.max_iter or min(1000, max(10, math.ceil(_STEPS / steps))))

    def _steps_per_epoch(self, n_examples: int) -> int:
        make = self.optimizer
        make = lookup(optimizers, make, "optimizer") if isinstance(make, str) else make
        if getattr(make, "full_batch", False):
            return 1
        return math.ceil(n_examples / self.batch_size)

    def _split(self, data: Batch) -> tuple[Batch, Batch | None]:
        if not self.early_stopping:
            return data, None
        if is_unread(data):
            return split_stream(data, self.validation_fraction, self._seed)
        n = len(data)
        n_held_out = min(n - 1, max(1, round(self.validation_fraction * n)))
        order = np.random.default_rng(self._seed).permutation(n)
        rows = (np.sort(order[n_held_out:]), np.sort(order[:n_held_out]))
        train, held_out = (data.take(torch.from_numpy(part)) for part in rows)
        return train, held_out

    def _learning_rate(self, n_steps: int) -> Weight:
        schedule = lookup(schedules, self.learning_rate_schedule, "learning_rate_schedule")
        if not callable(self.learning_rate):
            return schedule(self._base_rate(), n_steps)
        if self.learning_rate_schedule != "constant":
            raise ValueError(
                "learning_rate is a schedule already; leave learning_rate_schedule at 'constant'."
            )
        return self.learning_rate

    def _base_rate(self) -> float:
        return cast(float, self.learning_rate)

    def _set_history(self, history: History) -> None:
        self.history_ = history
        self.loss_curve_ = history.curves()
        self.n_iter_ = len(history)

    def _say(self, text: str) -> None:
        if self.verbose and Ranks.here().rank == 0:
            print(f"{type(self).__name__}: {text}", file=sys.stderr)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "n_iter_")

    def __getstate__(self) -> dict[str, Any]:
        state = cast(dict[str, Any], super().__getstate__())
        modules = {name: value for name, value in state.items() if isinstance(value, nn.Module)}
        if any(t.device.type != "cpu" for m in modules.values() for t in m.state_dict().values()):
            # A model on a GPU must also open where there is none; copied at once, so that parts
            # stay shared.
            modules = copy.deepcopy(modules)
            state.update({name: module.cpu() for name, module in modules.items()})
            state.pop("_trainer", None)
        return state


@contextmanager
def keeping(learned: Callable[[], None]) -> Iterator[None]:
    """Call ``learned`` after training, also where a loss was not finite or memory was short.

    The trainer has gone back to the last good weights then, which are there to be used.
    """
    try:
        yield
    except (TrainingDivergedError, OutOfMemoryError):
        learned()
        raise
    learned()


def as_tensor(array: np.ndarray | Stream) -> Tensor:
    """Return an array as a tensor that shares its memory where it can; a stream stays unread."""
    if isinstance(array, Stream):
        return unread(array)
    if any(stride < 0 for stride in array.strides):
        array = array.copy()
    with warnings.catch_warnings():
        # torch warns of read-only arrays, which it could write to by mistake; nothing here writes.
        warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
        return torch.from_numpy(array)


def fresh_seed(random_state: Any) -> int:
    """Return the seed that ``random_state`` stands for."""
    if random_state is None:
        return int(np.random.SeedSequence().generate_state(1)[0] >> 1)
    return int(check_random_state(random_state).randint(np.iinfo(np.int32).max))
