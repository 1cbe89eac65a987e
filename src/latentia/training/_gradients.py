"""The gradients of a step, player by player or piece by piece."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from latentia.errors import IncompatiblePartsError
from latentia.models import Batch, LatentVariableModel
from latentia.objectives import Info, Objective
from latentia.training._data.batches import pieces
from latentia.training._precision import Precision
from latentia.training._processes.ranks import Ranks
from latentia.training._processes.sharded import backward


@dataclass(frozen=True)
class Gradients:
    """What sets the gradients of a batch.

    Parameters
    ----------
    objective : Objective
        Whose losses are differentiated.
    model : LatentVariableModel
        What they are of.
    groups : mapping of str to list of Parameter
        By player.
    precision : Precision
        Of a forward pass.
    ranks : Ranks
        Among whom a batch is divided; gradients and reports are of the whole one.
    piece : int or None, default=None
        Examples that go through the model at once; None takes all.
    """

    objective: Objective
    model: LatentVariableModel
    groups: Mapping[str, list[nn.Parameter]]
    precision: Precision
    ranks: Ranks = field(default_factory=Ranks)
    piece: int | None = None

    def phases(self, batch: Batch, info: Info) -> Iterator[tuple[str, dict[str, Tensor]]]:
        """Yield every player when its gradient is in place, and the terms to report."""
        if self.piece is not None:
            yield "model", self.added_up(batch, info)
            return
        phases = self.objective.losses(self.model, batch, info)
        while True:
            with self.precision.autocast(batch.x.device):
                name, loss = next(phases, (None, None))
            if name is None or loss is None:
                return
            self._forget(name)
            # Before it goes back, since some of it goes to examples of other processes.
            self._backward(loss.total * info.share.weight, name)
            yield name, self._of_all(name, loss.report(), info)

    def added_up(self, batch: Batch, info: Info) -> dict[str, Tensor]:
        """Set the gradient of the only loss, piece by piece, and return the terms to report."""
        self._forget("model")
        reports = []
        for part in pieces(batch, self.piece):
            with self.precision.autocast(batch.x.device):
                _, loss = next(self.objective.losses(self.model, part, info))
            share = loss.total * (info.share.weight * len(part) / len(batch))
            self._backward(share, "model")
            reports.append(loss.report())
        whole = {name: torch.cat([report[name] for report in reports]) for name in reports[0]}
        return self._of_all("model", whole, info)

    def _backward(self, total: Tensor, name: str) -> None:
        others = (p for group in self.groups.values() for p in group)
        backward(total, self.groups[name], others)

    def _of_all(self, name: str, report: dict[str, Tensor], info: Info) -> dict[str, Tensor]:
        return self.ranks.add_up(self.groups[name], report, info.share)

    def _forget(self, name: str) -> None:
        for parameter in self.groups[name]:
            parameter.grad = None


def piece_size(
    objective: Objective, model: LatentVariableModel, size: int | str | None, batch_size: float
) -> int | None:
    """Return how many examples go through the model at once; None takes all of a batch."""
    if size is None or isinstance(size, str) or batch_size <= size:
        return None  # what "auto" is will be seen
    check_pieces(objective, model, size)
    return size


def check_one_phase(objective: Objective, option: str) -> None:
    """Refuse an objective of several losses a step where ``option`` needs one."""
    if type(objective).losses is not Objective.losses:
        raise IncompatiblePartsError(
            f"{type(objective).__name__} takes several losses a step and {option} needs a single "
            "one; use another optimizer and leave micro_batch_size=None."
        )


def check_full_batch(objective: Objective, option: str, clip_norm: float | None) -> None:
    """Refuse what has no meaning for ``option``, an optimiser of all examples at once."""
    check_one_phase(objective, option)
    if clip_norm is not None:
        raise IncompatiblePartsError(
            f"{option} searches for the length of its steps, so clip_norm={clip_norm} has no "
            "meaning; use clip_norm=None."
        )


def check_pieces(objective: Objective, model: LatentVariableModel, size: int) -> None:
    """Refuse an objective whose loss is not a mean over examples."""
    check_one_phase(objective, f"micro_batch_size={size}")
    if any(isinstance(module, _BatchNorm) for module in model.modules()):
        raise IncompatiblePartsError(
            f"micro_batch_size={size} and batch normalisation do not fit: its statistics would be "
            "of a piece; use nn.LayerNorm or nn.GroupNorm, or leave micro_batch_size=None."
        )
    mixing = [
        type(part).__name__
        for part in objective.modules()
        if isinstance(part, Objective) and part.uses_batch_statistics
    ]
    if mixing:
        raise IncompatiblePartsError(
            f"{mixing[-1]} has a statistic of the whole batch in its loss, which pieces of "
            f"micro_batch_size={size} would change; leave micro_batch_size=None, with a smaller "
            "batch_size if memory is short."
        )
