"""The one training loop."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.optim import Optimizer

from latentia._names import lookup
from latentia.errors import IncompatiblePartsError, TrainingDivergedError
from latentia.models import Batch, LatentVariableModel
from latentia.objectives import Info, Objective, Weight, weight_at
from latentia.training._batches import Batches
from latentia.training._devices import resolve_device
from latentia.training._full_batch import Everything
from latentia.training._gradients import Gradients, check_one_phase, check_pieces
from latentia.training._history import History
from latentia.training._meters import FiniteWatch, Means
from latentia.training._optimizers import optimizers
from latentia.training._precision import precisions
from latentia.training._progress import Progress
from latentia.training._randomness import RandomStream, seeded


def identity(x: Tensor) -> Tensor:
    """Return ``x``."""
    return x


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
    micro_batch_size : int or None, default=None
        Examples that go through the model at once: the gradients of these pieces add up to that
        of the step, in less memory. None takes the whole batch.
    clip_norm : float or None, default=None
        Largest Euclidean norm of the gradient of one player, all its parameters together.
    corruption : callable or None, default=None
        What the encoder is given in training, and for held-out examples, instead of x; the target
        stays x.
    prepare : callable, default=identity
        Applied to the raw x of every batch on the device, e.g. scaling.
    precision : {"float32", "bfloat16", "float64"}, default="float32"
        "bfloat16" computes products in bfloat16 and keeps the weights in float32.
    device : str, default="auto"
        "auto" is CUDA where there is one.
    seed : int, default=0
        Of the order of examples and of every draw in training.
    verbose : bool, default=False
        Show progress on standard error, from the third second.

    Raises
    ------
    ValueError
        For an unknown optimiser, precision or device, or a batch size below 1.
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
        micro_batch_size: int | None = None,
        clip_norm: float | None = None,
        corruption: Callable[[Tensor], Tensor] | None = None,
        prepare: Callable[[Tensor], Tensor] = identity,
        precision: str = "float32",
        device: str | torch.device = "auto",
        seed: int = 0,
        verbose: bool = False,
    ) -> None:
        if batch_size < 1:
            raise ValueError(f"batch_size={batch_size} must be at least 1.")
        if micro_batch_size is not None and micro_batch_size < 1:
            raise ValueError(
                f"micro_batch_size={micro_batch_size} must be at least 1, or None for none."
            )
        if clip_norm is not None and not clip_norm > 0:
            raise ValueError(f"clip_norm={clip_norm} must be positive, or None for no clipping.")
        self.precision = lookup(precisions, precision, "precision")
        self.device = resolve_device(device)
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
        make = (
            lookup(optimizers, optimizer, "optimizer") if isinstance(optimizer, str) else optimizer
        )
        lr = weight_at(learning_rate, 0, "learning_rate")
        self._optimizers = {
            name: make(parameters, lr=lr, weight_decay=weight_decay)
            for name, parameters in self._groups.items()
        }
        self._full_batch = any(getattr(o, "full_batch", False) for o in self._optimizers.values())
        self._batches = Batches(self.device, self.precision.weights, prepare, corruption)
        piece = self._piece_size(micro_batch_size)
        self._gradients = Gradients(objective, model, self._groups, piece, self.precision)
        if self._full_batch:
            self._check_full_batch(optimizer)
        self._seed = seed
        self._order = torch.Generator().manual_seed(seed)
        self._draws = RandomStream(seed, self.device)

    def fit(
        self,
        data: Tensor | Batch,
        validation: Tensor | Batch | None = None,
        *,
        epochs: int,
        patience: int | None = None,
    ) -> History:
        """Train for some epochs more; a second call goes on where the first ended.

        Training on all examples at once also ends when it has converged.

        Parameters
        ----------
        data : Tensor or Batch
            All examples, the first dimension counts them.
        validation : Tensor or Batch or None, default=None
            Held-out examples. They are always measured with the schedules at their final value
            and with the same draws, so that epochs compare.
        epochs : int
            Passes over the data.
        patience : int or None, default=None
            Stop after so many epochs without a better loss, and restore the best weights. The
            loss is the validation loss where there is one.

        Returns
        -------
        History
            Of all calls so far.

        Raises
        ------
        TrainingDivergedError
            When a loss is NaN or infinite. The model then has the weights of the last good epoch.
        """
        data = self._batches.place(data)
        validation = None if validation is None else self._batches.place(validation)
        steps_per_epoch = 1 if self._full_batch else math.ceil(len(data) / self.batch_size)
        final = Info(self.step + epochs * steps_per_epoch - 1, self.epoch + epochs, len(data))
        progress = Progress(epochs * steps_per_epoch, self.verbose)
        first_step = self.step
        best, best_loss, best_epoch = self._snapshot(), math.inf, self.epoch
        good = best
        self.history.stopped = "finished"
        try:
            with self._draws.drawing():
                everything = self._everything(data, final) if self._full_batch else None
                for _ in range(epochs):
                    self._set_training(True)
                    record = (
                        self._train_one_epoch(data, lambda s: progress.update(s - first_step))
                        if everything is None
                        else self._train_on(everything)
                    )
                    if validation is not None:
                        for name, value in self._measure(validation, final).items():
                            record[f"validation_{name}"] = value
                    self._check_last_update(data, record, final)
                    self.history.records.append(record)
                    progress.update(self.step - first_step, record)
                    good, self.history.kept = self._snapshot(), self.epoch
                    loss = record.get("validation_loss", record["loss"])
                    if patience is None:
                        pass
                    elif loss < best_loss:
                        best, best_loss, best_epoch = good, loss, self.epoch
                    elif self.epoch - best_epoch >= patience:
                        self.history.stopped = "early"
                        break
                    if self._has_converged:
                        self.history.stopped = "converged"
                        break
        except KeyboardInterrupt:
            self.history.stopped = "interrupted"
            if self.history.kept or self._full_batch:
                # Whole passes only, so that the history speaks of these very weights.
                self._restore(good)
        except TrainingDivergedError:
            self._restore(good)
            for optimizer in self._optimizers.values():
                optimizer.state.clear()  # its momenta are of the step that failed
            raise
        finally:
            progress.close()
            self._set_training(False)
        if patience is not None and best_loss < math.inf:
            self._restore(best)
            self.history.kept = best_epoch
        return self.history

    def go_on_from(self, history: History) -> None:
        """Count steps and epochs on from those of an earlier trainer of the same model."""
        self.history = history
        if history.records:
            last = history.records[-1]
            self.epoch, self.step = int(last["epoch"]), int(last["step"])

    def _check_last_update(self, data: Batch, record: dict[str, float], final: Info) -> None:
        """Refuse an epoch whose last update, which no loss has seen, broke the weights."""
        seen = record
        if "validation_loss" not in record and not self._full_batch:
            seen = self._measure(data.head(self.batch_size), final)
        for name, value in seen.items():
            if not math.isfinite(value):
                raise TrainingDivergedError(
                    f"After step {self.step - 1}, the last of epoch {self.epoch}, the term "
                    f"{name!r} is {value}. {self._advice} The weights are those of the last good "
                    "epoch."
                )

    def _train_one_epoch(self, data: Batch, tell: Callable[[int], None]) -> dict[str, float]:
        means = Means()
        watch = FiniteWatch(1 if self.device.type == "cpu" else 50, self._advice)
        order = torch.randperm(len(data), generator=self._order).to(self.device)
        for start in range(0, len(data), self.batch_size):
            index = order[start : start + self.batch_size]
            info = Info(self.step, self.epoch, len(data))
            rows = range(start, start + len(index))
            self._step(self._batches.gather(data, index), info, rows, means, watch)
            self.step += 1
            tell(self.step)
        watch.look()
        self.epoch += 1
        rate = weight_at(self.learning_rate, self.step - 1, "learning_rate")
        return {"epoch": self.epoch, "step": self.step, "learning_rate": rate, **means.read()}

    def _step(
        self, batch: Batch, info: Info, rows: range, means: Means, watch: FiniteWatch
    ) -> None:
        rate = weight_at(self.learning_rate, info.step, "learning_rate")
        for name, report in self._gradients.phases(batch, info):
            if name != "model":
                report = {f"{name}_{term}": values for term, values in report.items()}
            means.add(report, len(batch))
            watch.add(info, rows, report)
            parameters, optimizer = self._groups[name], self._optimizers[name]
            if self.clip_norm is not None:
                torch.nn.utils.clip_grad_norm_(parameters, self.clip_norm)
            for settings in optimizer.param_groups:
                settings["lr"] = rate
            optimizer.step()
        self.objective.after_step(self.model, batch, info)

    def _train_on(self, everything: Everything) -> dict[str, float]:
        batch, optimizer = everything.batch, self._optimizers["model"]
        everything()
        now = Info(self.step, self.epoch, len(batch))
        FiniteWatch(1, self._advice).add(now, range(len(batch)), everything.report)
        if not math.isfinite(optimizer.step(everything)):
            raise TrainingDivergedError(
                f"The gradient is not finite at step {self.step}. {self._advice} The weights are "
                "those of the last good epoch."
            )
        everything()
        means = Means()
        means.add(everything.report, len(batch))
        self.objective.after_step(self.model, batch, everything.info)
        self.step += 1
        self.epoch += 1
        rate = optimizer.param_groups[0]["lr"]
        return {"epoch": self.epoch, "step": self.step, "learning_rate": rate, **means.read()}

    def _everything(self, data: Batch, final: Info) -> Everything:
        with seeded(self._seed, self.device):
            batch = self._batches.gather(data, slice(None))
        return Everything(self._gradients, batch, final, self._seed)

    @torch.no_grad()
    def _measure(self, data: Batch, info: Info) -> dict[str, float]:
        self._set_training(False)
        means = Means()
        with seeded(self._seed, self.device):
            for start in range(0, len(data), self.batch_size):
                batch = self._batches.gather(data, slice(start, start + self.batch_size))
                with self.precision.autocast(self.device):
                    _, loss = next(self.objective.losses(self.model, batch, info))
                means.add(loss.report(), len(batch))
        return means.read()

    def _set_training(self, training: bool) -> None:
        self.model.train(training)
        self.objective.train(training)
        for module in self.model.modules():
            own = list(module.parameters(recurse=False))
            if own and not any(parameter.requires_grad for parameter in own):
                module.eval()  # a frozen layer keeps its running statistics too

    @property
    def _has_converged(self) -> bool:
        return self._full_batch and getattr(self._optimizers["model"], "converged", False)

    def _piece_size(self, micro_batch_size: int | None) -> int | None:
        if micro_batch_size is None:
            return None
        if not self._full_batch and self.batch_size <= micro_batch_size:
            return None
        check_pieces(self.objective, self.model, micro_batch_size)
        return micro_batch_size

    def _check_full_batch(self, optimizer: str | Callable[..., Optimizer]) -> None:
        check_one_phase(self.objective, f"optimizer={optimizer!r}")
        if self.clip_norm is not None:
            raise IncompatiblePartsError(
                f"optimizer={optimizer!r} searches for the length of its steps, so "
                f"clip_norm={self.clip_norm} has no meaning; use clip_norm=None."
            )

    @property
    def _advice(self) -> str:
        if self._full_batch:
            return "Scale the data, or start from smaller weights."
        rate = weight_at(self.learning_rate, self.step, "learning_rate")
        return (
            f"Lower learning_rate (now {rate:g}), set clip_norm (now {self.clip_norm}), or scale "
            "the data."
        )

    def _snapshot(self) -> dict[str, dict[str, Tensor]]:
        parts = {"model": self.model, "objective": self.objective}
        return {name: copy.deepcopy(part.state_dict()) for name, part in parts.items()}

    def _restore(self, snapshot: dict[str, dict[str, Tensor]]) -> None:
        self.model.load_state_dict(snapshot["model"])
        self.objective.load_state_dict(snapshot["objective"])
