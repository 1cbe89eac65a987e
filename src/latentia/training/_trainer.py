"""The one training loop."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from latentia.errors import OutOfMemoryError, TrainingDivergedError
from latentia.models import Batch, LatentVariableModel
from latentia.objectives import Info, Objective, Weight
from latentia.training._arguments import check_arguments
from latentia.training._compiling.choosing import chosen
from latentia.training._data.batches import Batches, identity
from latentia.training._data.examples import Examples
from latentia.training._data.placing import examples_of
from latentia.training._data.unread import Source
from latentia.training._deterministic import deterministic as same_bits
from latentia.training._devices import resolve_device
from latentia.training._epochs import tell
from latentia.training._full_batch import Everything, everything_of
from latentia.training._gradients import Gradients, check_full_batch, piece_size
from latentia.training._history import History
from latentia.training._learners import Learners
from latentia.training._measuring import Measure
from latentia.training._meters import FiniteWatch, Means, advice_at, check_finite
from latentia.training._optimizers import optimizers_of
from latentia.training._precision import precision_of
from latentia.training._processes.ranks import Ranks
from latentia.training._processes.sameness import meet
from latentia.training._processes.sharing import check_shareable, check_triable
from latentia.training._progress import Progress
from latentia.training._randomness import RandomStream, seeded
from latentia.training._rates import rate_at, rates_at
from latentia.training._room import make_room, room_of
from latentia.training._run import Run
from latentia.training._states.checkpoints import Checkpoints, watched
from latentia.training._states.state import set_state, state_of
from latentia.training._steps import Steps

if TYPE_CHECKING:
    from latentia.training._compiling.compiled import CompiledSteps


class Trainer:
    """Makes an objective small on a model, whatever phases and players the objective has.

    Data stay as they are on the device and batches are gathered there. A step never waits for
    the device on CUDA. The same seed gives the same model, and the global random state of the
    caller is left as it was.

    Parameters
    ----------
    model : LatentVariableModel
        Trained in place.
    objective : Objective
        Trained in place where it owns parameters.
    optimizer : str or callable, default="adam"
        A name in ``training.optimizers``, or a function of (parameters, lr=, weight_decay=). One
        with an attribute ``full_batch`` that is true, such as "lbfgs", makes an epoch one step on
        all examples: always with the same draws, and with the schedules of the objective at their
        final value, so that it descends on one function.
    learning_rate : float or schedule, default=1e-3
        A schedule is a function of the step. Not used by "lbfgs", which searches for its steps.
    weight_decay : float, default=0.0
        The optimiser's own.
    batch_size : int, default=128
        Examples a step; the last step of an epoch may have fewer. Not used by "lbfgs".
    micro_batch_size : int, "auto" or None, default=None
        Examples that go through the model at once: the gradients of these pieces add up to that
        of the step, in less memory. None takes the whole batch. "auto" halves it until it fits
        into memory, with a MicroBatchWarning that says how large the pieces are.
    clip_norm : float or None, default=None
        Largest Euclidean norm of the gradient of one player, all its parameters together.
    corruption : callable or None, default=None
        What the encoder is given in training, and for held-out examples, instead of x; the target
        stays x.
    prepare : callable, default=identity
        Applied to the raw x of every batch on the device, e.g. scaling.
    precision : {"float32", "bfloat16", "tensorfloat32", "float64"}, default="float32"
        "bfloat16" computes products in bfloat16 and keeps the weights in float32;
        "tensorfloat32" rounds the factors of products to ten binary places, on CUDA.
    device : str, default="auto"
        "auto" is CUDA where there is one.
    compile : bool or "auto", default="auto"
        Whether a step is compiled whole, which changes results by rounding only and takes some tens
        of seconds once. "auto" compiles where a call of ``fit`` has at least 20,000 steps to go,
        and goes on uncompiled, with a CompilationWarning, where that fails.
    seed : int, default=0
        Of the order of examples and of every draw in training.
    deterministic : bool, default=False
        Train inside :func:`deterministic`, so that the same seed gives the same bits on CUDA too.
    verbose : bool, default=False
        Show progress on standard error, from the third second.

    Raises
    ------
    ValueError
        For an unknown optimiser, precision or device, a precision that the device lacks, or a
        batch size below 1.
    IncompatiblePartsError
        For pieces of a loss that is no mean over examples, or "lbfgs" or pieces with an objective
        that takes several losses a step, or "lbfgs" with ``clip_norm``.

    Examples
    --------
    >>> import torch
    >>> from latentia import conditional, heads, networks, models, objectives
    >>> code, likelihood = heads.Delta(1), heads.DiagonalNormal(2, scale=1.0)
    >>> encoder = conditional.Amortized(networks.MLP(2, 1), code)
    >>> decoder = conditional.Amortized(networks.MLP(1, 2), likelihood)
    >>> model = models.LatentVariableModel(encoder, decoder)
    >>> x = torch.linspace(-1, 1, 64).unsqueeze(1) * torch.tensor([1.0, 2.0])
    >>> history = Trainer(model, objectives.Reconstruction(), learning_rate=0.05).fit(x, epochs=50)
    >>> history.curve("loss")[-1] < history.curve("loss")[0]
    True
    """

    def __init__(
        self,
        model: LatentVariableModel,
        objective: Objective,
        *,
        optimizer: str | Callable[..., Optimizer] = "adam",
        learning_rate: Weight = 1e-3,
        weight_decay: float = 0.0,
        batch_size: int = 128,
        micro_batch_size: int | str | None = None,
        clip_norm: float | None = None,
        corruption: Callable[[Tensor], Tensor] | None = None,
        prepare: Callable[[Tensor], Tensor] = identity,
        precision: str = "float32",
        device: str | torch.device = "auto",
        compile: bool | str = "auto",
        seed: int = 0,
        deterministic: bool = False,
        verbose: bool = False,
    ) -> None:
        check_arguments(batch_size, micro_batch_size, clip_norm, compile)
        self._ranks = Ranks.here()
        self.device = resolve_device(device)
        self.precision = precision_of(precision, self.device)
        self.model = model.to(self.device, self.precision.weights)
        self.objective = objective.to(self.device, self.precision.weights)
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.clip_norm = clip_norm
        self.verbose = verbose
        self.history = History()
        self.step = 0
        self.epoch = 0
        with seeded(seed, self.device):
            self._groups = objective.groups(model)  # an objective may make its own players here
        lr = rate_at(learning_rate, 0)
        self._optimizers = optimizers_of(self._groups, optimizer, lr, weight_decay)
        self._full_batch = any(getattr(o, "full_batch", False) for o in self._optimizers.values())
        self._batches = Batches(self.device, self.precision.weights, prepare, corruption)
        self._halves = micro_batch_size == "auto"
        most = math.inf if self._full_batch else batch_size
        piece = piece_size(objective, model, micro_batch_size, most)
        self._gradients = Gradients(objective, model, self._groups, self.precision, self._ranks)
        if self._full_batch:
            check_full_batch(objective, f"optimizer={optimizer!r}", clip_norm)
        check_shareable(objective, model, batch_size, self._full_batch, self._ranks.world)
        if self._halves:
            check_triable(model, self._ranks.world)
        self._compile = compile
        self._seed = seed
        self._deterministic = deterministic
        self._order = torch.Generator().manual_seed(seed)
        self._draws = RandomStream(self._ranks.seed(seed), self.device)
        self._learners = Learners(model, objective)
        self._measure = Measure(
            self._learners, self._batches, self.precision, batch_size, seed, self._ranks
        )
        self._cut(piece)
        self._run: Run | None = None

    def fit(
        self,
        data: Tensor | Batch | Source | Examples,
        validation: Tensor | Batch | Source | Examples | None = None,
        *,
        epochs: int,
        patience: int | None = None,
        checkpoints: Checkpoints | None = None,
    ) -> History:
        """Train for some epochs more; a second call goes on where the first ended.

        Training on all examples at once also ends when it has converged. With a state that was
        taken within a call, the same call does what is left of it.

        Parameters
        ----------
        data : Tensor, Batch, Source or Examples
            All examples, the first dimension counts them. A source, such as ``data.stream``
            returns, is read in blocks and may be larger than memory.
        validation : Tensor, Batch, Source, Examples or None, default=None
            Held-out examples, always measured with the schedules at their final value and with the
            same draws, so that epochs compare.
        epochs : int
            Passes over the data.
        patience : int or None, default=None
            Stop after so many epochs without a better loss, and restore the best weights. The
            loss is the validation loss where there is one.
        checkpoints : Checkpoints or None, default=None
            Where states are kept on the way, and the last one when all is done.

        Returns
        -------
        History
            Of all calls so far.

        Raises
        ------
        ValueError
            For a call that would go on with another one, but asks for something else.
        TrainingDivergedError
            When a loss is NaN or infinite. The model then has the weights of the last good epoch.
        OutOfMemoryError
            When a batch does not fit into memory. The weights are those of the last epoch, too.
        TrainingStoppedError
            When ``checkpoints.stop()`` was called, after a checkpoint.
        """
        how = (self._batches, self.batch_size, self._ranks)
        data = examples_of(data, *how)
        held_out = None if validation is None else examples_of(validation, *how)
        told = {"data": data, "validation": held_out, "epochs": epochs, "patience": patience}
        meet(self._ranks, {**told, "seed": self._seed}, self._learners)
        run = self._run = self._start(data, epochs, patience)
        shown = self.verbose and self._ranks.rank == 0
        progress = Progress(run.n_steps, shown, self.step - run.first_step)

        def at_boundary(record: dict[str, float] | None = None) -> None:
            progress.update(self.step - run.first_step, record)
            look_for_ctrl_c(self.step)
            if checkpoints is not None:
                checkpoints.after_step(self.step, self.state_dict)

        try:
            with (
                same_bits(self._deterministic),
                self._draws.drawing(),
                watched(checkpoints, self.step),
                self._steps.running(),
                self._ranks.interruptible() as look_for_ctrl_c,
                room_of(self, run).told(),
            ):
                everything = self._everything(data, run) if self._full_batch else None
                while (verdict := run.verdict(self.epoch, self._has_converged)) is None:
                    self._learners.train(True)
                    record = (
                        self._train_one_epoch(data, run, at_boundary)
                        if everything is None
                        else self._train_on(everything)
                    )
                    if held_out is not None:
                        for name, value in self._measure(held_out.in_order(), run.final).items():
                            record[f"validation_{name}"] = value
                    self._check_last_update(data, record, run.final)
                    self.history.records.append(record)
                    loss = record.get("validation_loss", record["loss"])
                    run.judge(self._learners.snapshot(), self.epoch, loss)
                    self.history.kept = self.epoch
                    at_boundary(record)
                    tell(record)
            self.history.stopped = verdict
        except KeyboardInterrupt:
            self.history.stopped = "interrupted"
            if self.history.kept or self._full_batch:
                # Whole passes only, so that the history speaks of these very weights.
                self._learners.restore(run.good)
        except (TrainingDivergedError, OutOfMemoryError):
            self._learners.restore(run.good)
            for optimizer in self._optimizers.values():
                optimizer.state.clear()  # its momenta are of the step that failed
            raise
        finally:
            progress.close()
            self._learners.train(False)
            self._run = None
        if patience is not None and run.best_loss < math.inf:
            self._learners.restore(run.good if run.best is None else run.best)
            self.history.kept = run.best_epoch
        if checkpoints is not None and self.history.stopped != "interrupted":
            checkpoints.save(self.step, self.state_dict())
        return self.history

    def state_dict(self) -> dict[str, Any]:
        """Return all that a run depends on, at the boundary of two steps.

        Returns
        -------
        dict
            Plain values and tensors, the trainer's own and no copies: weights, what the objective
            owns, optimisers, random states, history, and how far a call of :meth:`fit` is.
        """
        return state_of(self)

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go back to a :meth:`state_dict` of a trainer of the same parts; else a ValueError."""
        set_state(self, state)

    def go_on_from(self, history: History) -> None:
        """Count steps and epochs on from those of an earlier trainer of the same model."""
        self.history = history
        if history.records:
            last = history.records[-1]
            self.epoch, self.step = int(last["epoch"]), int(last["step"])

    def _check_last_update(self, data: Examples, record: dict[str, float], final: Info) -> None:
        """Refuse an epoch whose last update, which no loss has seen, broke the weights."""
        seen = record
        if "validation_loss" not in record and not self._full_batch:
            seen = self._measure([data.head(self.batch_size)], final)
        check_finite(
            seen, f"After step {self.step - 1}, the last of epoch {self.epoch},", self._advice
        )

    def _cut(self, piece: int | None) -> None:
        """Let so many examples go through the model at once; None takes a whole batch."""
        self._gradients = replace(self._gradients, piece=piece)
        self._steps: Steps | CompiledSteps = Steps(
            self._batches, self._gradients, self._optimizers, self.clip_norm, self.batch_size
        )
        measured = self.batch_size if piece is None else piece * self._ranks.world
        self._measure = replace(self._measure, batch_size=min(self.batch_size, measured))

    def _start(self, data: Examples, epochs: int, patience: int | None) -> Run:
        n_examples = len(data)
        if self._run is not None:
            self._run.check(n_examples, epochs, patience)
            run = self._run
        else:
            n_steps = 1 if self._full_batch else math.ceil(n_examples / self.batch_size)
            start, good = (self.epoch, self.step), self._learners.snapshot()
            run = Run(n_examples, n_steps, epochs, patience, *start, good)
            self.history.stopped = "finished"
        if self._halves:
            make_room(self, data, run)
        if not self._full_batch:
            self._steps = chosen(self._steps, self._compile, run.n_steps, data, self.step > 0)
        return run

    def _train_one_epoch(
        self, data: Examples, run: Run, at_boundary: Callable[[], None]
    ) -> dict[str, float]:
        watch = FiniteWatch(1 if self.device.type == "cpu" else 50, self._advice)
        run.order = self._order.get_state()
        for before, block, order in data.shuffled(self._order, run.position):
            while run.position - before < len(order):
                start, now = run.position, Info(self.step, self.epoch, len(data))
                index = order[start - before :][: self._steps.at_once * self.batch_size]
                rows = range(start, start + len(index))
                steps = range(self.step, self.step + math.ceil(len(rows) / self.batch_size))
                rates = rates_at(self.learning_rate, steps)
                seen = run.noting(now, rows, self.batch_size, watch)
                self._steps(block, index, now, rates, seen)
                self.step, run.position = steps.stop, rows.stop
                if run.position < len(data):
                    at_boundary()
        watch.look()
        means, run.means, run.position = run.means, Means(), 0
        self.epoch += 1
        rate = rate_at(self.learning_rate, self.step - 1)
        return {"epoch": self.epoch, "step": self.step, "learning_rate": rate, **means.read()}

    def _train_on(self, everything: Everything) -> dict[str, float]:
        optimizer = self._optimizers["model"]
        now = Info(self.step, self.epoch, len(everything.batch))
        means = everything.descend(optimizer, now, self._advice)
        self.step += 1
        self.epoch += 1
        rate = optimizer.param_groups[0]["lr"]
        return {"epoch": self.epoch, "step": self.step, "learning_rate": rate, **means.read()}

    def _everything(self, data: Examples, run: Run) -> Everything:
        batch = everything_of(data, self._batches, self._seed)
        return Everything(self._gradients, batch, run.final, self._seed, run.memory)

    @property
    def _has_converged(self) -> bool:
        return self._full_batch and getattr(self._optimizers["model"], "converged", False)

    @property
    def _advice(self) -> str:
        rate = rate_at(self.learning_rate, self.step)
        return advice_at(None if self._full_batch else rate, self.clip_norm)
