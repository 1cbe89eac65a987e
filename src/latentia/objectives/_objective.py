"""The training protocol: a step is a sequence of (parameter group, loss)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from torch import nn

from latentia._share import WHOLE, Share
from latentia.models import Batch, LatentVariableModel, Trace
from latentia.objectives._companions import require_companion
from latentia.objectives._loss import Loss
from latentia.objectives._weights import Weight, weight_at

if TYPE_CHECKING:
    from latentia.objectives._sum import Sum


@dataclass(frozen=True)
class Info:
    """What a trace does not hold.

    Parameters
    ----------
    step : int
        Gradient steps done before this one.
    epoch : int
        Passes over the data done before this one.
    n_examples : int
        Size of the whole training set.
    share : Share
        What part of the batch this process has, and sums and means over the whole batch.
    """

    step: int = 0
    epoch: int = 0
    n_examples: int = 1
    share: Share = WHOLE

    def at(self, objective: Objective, name: str) -> float:
        """Return what :func:`weight_at` says of one of an objective's ``weights`` at this step.

        Examples
        --------
        >>> from latentia.objectives import ELBO
        >>> Info(step=50).at(ELBO(beta=lambda step: min(1.0, step / 100)), "beta")
        0.5
        """
        return weight_at(cast(Weight, objective.weights[name]), self.step, name)


class Objective(nn.Module, ABC):
    """What training makes small.

    Most objectives only write :meth:`forward`, a function of one trace. One that trains two
    players, or infers before it learns, overrides :meth:`groups` and :meth:`losses`: the trainer
    takes one (group, loss) after the other, and steps only that group's parameters. It is a
    module, so it may own a discriminator or a chain.

    Attributes
    ----------
    n_samples : int
        Codes drawn for each example.
    n_draws : int
        Codes that a trace of it holds for each example: ``n_samples``, or several times as many.
    uses_batch_statistics : bool
        Whether the value of one example depends on the others in its batch. Such a loss changes
        with the batch size, so it must not be split into micro-batches.
    gathers : bool
        Whether such a value, and what :meth:`after_step` changes, is that of the whole batch also
        where several processes divide it: by means and sums of ``info.share``.
    weights : mapping of str to float, schedule or None
        What ``info.at`` reads, by name, None where it is not used. A compiled loop looks schedules
        up before it takes its steps, and does not know of others.
    """

    n_samples: int = 1
    uses_batch_statistics: bool = False
    gathers: bool = False

    @property
    def n_draws(self) -> int:
        return self.n_samples

    @property
    def weights(self) -> Mapping[str, Weight | None]:
        return {}

    @abstractmethod
    def forward(self, trace: Trace, info: Info) -> Loss:
        """Return the loss of one forward pass."""

    def groups(self, model: LatentVariableModel) -> dict[str, list[nn.Parameter]]:
        """Return the parameters by player; by default one player that owns everything.

        Raises
        ------
        IncompatiblePartsError
            If the code has a part that learns by another objective, such as a codebook.
        """
        require_companion(model.encoder, self)
        own = list(model.parameters()) + list(self.parameters())
        return {"model": [p for p in own if p.requires_grad]}

    def losses(
        self, model: LatentVariableModel, batch: Batch, info: Info
    ) -> Iterator[tuple[str, Loss]]:
        """Yield (group, loss) phase by phase; by default one phase."""
        yield "model", self(model.trace(batch, self.n_draws), info)

    def after_step(self, model: LatentVariableModel, batch: Batch, info: Info) -> None:
        """Change state that gradients do not (moving averages); called once after each step."""

    def __add__(self, other: Objective) -> Sum:
        from latentia.objectives._sum import Sum

        return Sum((1.0, self), (1.0, other))

    def __rmul__(self, weight: Weight) -> Sum:
        from latentia.objectives._sum import Sum

        return Sum((weight, self))
