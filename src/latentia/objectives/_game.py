"""Two players: a model, and a discriminator of its codes."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence

from torch import Tensor, nn
from torch.nn.functional import softplus

from latentia.errors import IncompatiblePartsError
from latentia.heads import as_shape
from latentia.models import Batch, LatentVariableModel, Trace
from latentia.networks import MLP
from latentia.objectives._loss import Loss
from latentia.objectives._objective import Info, Objective
from latentia.objectives._posteriors import require_derivatives
from latentia.objectives._sum import Sum
from latentia.objectives._weights import Weight, check_weight


class Game(Objective):
    """What :class:`Factor` and :class:`Adversarial` share: the players and the order of play.

    The discriminator is made when a trainer first asks for the players, since only the model knows
    the size of a code. It learns from codes without gradients, and the model from a discriminator
    that stands still.

    Parameters
    ----------
    weight : float or schedule
        Of what the discriminator says, in the loss of the model.
    base : Objective
        The rest of that loss, in one phase.
    hidden_layer_sizes : tuple of int
        Units of the discriminator.
    """

    discriminator: MLP | None
    gathers = True

    def __init__(self, weight: Weight, base: Objective, hidden_layer_sizes: Sequence[int]) -> None:
        super().__init__()
        check_weight(weight, "weight")
        self.weight = weight
        self.base = Sum((1.0, base))
        self.hidden_layer_sizes = as_shape(hidden_layer_sizes, "hidden_layer_sizes", scalar=True)
        self.n_samples = base.n_draws
        self.discriminator = None

    @abstractmethod
    def price(self, trace: Trace) -> tuple[str, Tensor]:
        """Return the name and, for each example, the value of what the model makes small."""

    @abstractmethod
    def sides(self, trace: Trace, info: Info) -> tuple[Tensor, Tensor]:
        """Return codes that the discriminator is to tell apart, high logits first."""

    @property
    def weights(self) -> Mapping[str, Weight]:
        return {"weight": self.weight}

    def groups(self, model: LatentVariableModel) -> dict[str, list[nn.Parameter]]:
        size = math.prod(model.encoder.event_shape)
        if self.discriminator is None or self.discriminator.in_shape != (size,):
            made = MLP(size, 1, self.hidden_layer_sizes, activation="leaky-relu")
            self.discriminator = made.to(next(model.parameters()))
        players = self.base.groups(model)
        return {**players, "discriminator": list(self.discriminator.parameters())}

    def forward(self, trace: Trace, info: Info) -> Loss:
        require_derivatives(trace, type(self).__name__)
        loss = self.base(trace, info)
        name, price = self.price(trace)
        weighted = info.at(self, "weight") * price
        surrogate = None if loss.surrogate is None else loss.surrogate + weighted
        return Loss(loss.values + weighted, {**loss.terms, name: price}, surrogate)

    def losses(
        self, model: LatentVariableModel, batch: Batch, info: Info
    ) -> Iterator[tuple[str, Loss]]:
        trace = model.trace(batch, self.n_samples)
        yield "model", self(trace, info)
        high, low = (self.logits(side.detach()) for side in self.sides(trace, info))
        values = 0.5 * (softplus(-high) + softplus(low)).mean(0)
        right = 0.5 * ((high > 0).to(values) + (low < 0).to(values)).mean(0)
        yield "discriminator", Loss(values, {"accuracy": right})

    def logits(self, codes: Tensor) -> Tensor:
        """Return what the discriminator says of codes (n_samples, n, *event)."""
        if self.discriminator is None:
            raise IncompatiblePartsError(
                f"{type(self).__name__} has no discriminator yet, as it does not know the model; "
                "call its groups(model) first, as the trainer does."
            )
        return self.discriminator(codes.flatten(2)).squeeze(-1)

    def after_step(self, model: LatentVariableModel, batch: Batch, info: Info) -> None:
        self.base.after_step(model, batch, info)
