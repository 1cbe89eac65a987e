"""A better code is searched for, the decoder learns from it, and the encoder learns to guess it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.dropout import _DropoutNd

from latentia._names import lookup
from latentia.distributions import Delta, point
from latentia.errors import IncompatiblePartsError
from latentia.heads import as_count
from latentia.inference import minimize
from latentia.models import Batch, LatentEnergy, LatentVariableModel, Trace, norms
from latentia.objectives._loss import Loss
from latentia.objectives._objective import Info, Objective
from latentia.objectives._weights import Weight, check_weight
from latentia.spaces import Real

#: Distances between codes, which are not probabilities.
_DISTANCES = {name: norms[name] for name in ("absolute_error", "huber", "l2", "squared_error")}


class TargetPropagation(Objective):
    r"""Two phases: the decoder learns from the best code near the encoder's, the encoder from it.

    .. math:: \tilde z = \mathrm{Enc}(x), \qquad
              \hat z = \arg\min_z \left[ C(x, \mathrm{Dec}(z)) + v R(z) + w D(z, \tilde z) \right]

    The search starts at :math:`\tilde z` and never ends above it. The loss is the minimum itself,
    which the decoder, and a prior in R, follow; the encoder makes :math:`D(\hat z, \tilde z)`
    small, which is ``encoder_loss``. No gradient passes from one to the other. A large w keeps
    :math:`\hat z` at :math:`\tilde z`, the code of a plain autoencoder, and so the gradient of its
    decoder; with a small one the encoder is free to fall behind.

    Terms are "cost", "regularizer" where there is one, and "distance". The code of a stochastic
    encoder is the point of its posterior; its scale does not learn.

    Parameters
    ----------
    cost : str, callable or None, default=None
        C, as in :class:`~latentia.models.LatentEnergy`: None is the negative log-likelihood.
    regularizer : str, callable, ConditionalDistribution or None, default=None
        R, as there. A prior stands for that of the model, where the model has one.
    regularizer_weight : float, default=1.0
        v, at least 0.
    distance : {"squared_error", "absolute_error", "huber", "l2"}, default="squared_error"
        D, summed over the elements of a code.
    weight : float or schedule, default=1.0
        w, at least 0.
    n_steps : int, default=10
        The most often that the search computes the energies.

    Raises
    ------
    ValueError
        For an unknown distance, a negative weight, or ``n_steps`` below 1.
    IncompatiblePartsError
        For codes that are not real numbers, or a decoder with dropout or batch normalisation.

    References
    ----------
    Y. LeCun. Learning Process in an Asymmetric Threshold Network. 1986.
    Y. Bengio. How Auto-Encoders Could Provide Credit Assignment in Deep Networks via Target
    Propagation. 2014.

    Examples
    --------
    >>> import torch
    >>> from latentia import conditional
    >>> model = LatentVariableModel(conditional.Identity(2), conditional.Identity(2))
    >>> halfway = TargetPropagation("squared_error", "l2", regularizer_weight=0.5, weight=0.5)
    >>> loss = halfway(model.trace(Batch(torch.tensor([[4.0, 0.0]]))), Info())
    >>> loss.terms["distance"]  # at (3, 0)
    tensor([1.])
    """

    def __init__(
        self,
        cost: str | Callable[..., Tensor] | None = None,
        regularizer: str | Callable[..., Tensor] | None = None,
        *,
        regularizer_weight: float = 1.0,
        distance: str = "squared_error",
        weight: Weight = 1.0,
        n_steps: int = 10,
    ) -> None:
        super().__init__()
        check_weight(weight, "weight")
        check_weight(regularizer_weight, "regularizer_weight")
        self.cost = cost
        self.regularizer = regularizer
        self.regularizer_weight = regularizer_weight
        self._distance = lookup(_DISTANCES, distance, "distance")
        self.distance = distance
        self.weight = weight
        self.n_steps = as_count(n_steps, "n_steps")

    @property
    def weights(self) -> Mapping[str, Weight]:
        return {"weight": self.weight}

    def groups(self, model: LatentVariableModel) -> dict[str, list[nn.Parameter]]:
        _check(model)
        trainable = {id(p): p for p in super().groups(model)["model"]}
        encoder = {id(p) for p in model.encoder.parameters()}
        players = {
            "model": [p for key, p in trainable.items() if key not in encoder],
            "encoder": [p for key, p in trainable.items() if key in encoder],
        }
        # An encoder that was frozen is no player.
        return {name: own for name, own in players.items() if own or name == "model"}

    def losses(
        self, model: LatentVariableModel, batch: Batch, info: Info
    ) -> Iterator[tuple[str, Loss]]:
        trace = model.trace(batch)
        code = point(trace.posterior)
        z = self._search(trace, code, info)
        yield "model", self._minimum(trace, z, code, info)
        if any(p.requires_grad for p in model.encoder.parameters()):
            yield "encoder", Loss(self._between(z, code)[0])

    def forward(self, trace: Trace, info: Info) -> Loss:
        code = point(trace.posterior)
        return self._minimum(trace, self._search(trace, code, info), code, info)

    def _search(self, trace: Trace, code: Tensor, info: Info) -> Tensor:
        _check(trace.model)
        energy, weight, here = self._energy(trace.model), info.at(self, "weight"), code.detach()

        def pulled(z: Tensor) -> Tensor:
            cost = energy(trace.batch.x, z, *trace.batch.conditions)
            return cost + weight * self._between(z, here)

        return minimize(pulled, here.unsqueeze(0), n_steps=self.n_steps).z.unsqueeze(0)

    def _minimum(self, trace: Trace, z: Tensor, code: Tensor, info: Info) -> Loss:
        energy, conditions = self._energy(trace.model), trace.batch.conditions
        cost = energy.cost_of(trace.batch.x, z, *conditions)[0]
        distance = self._between(z, code.detach())[0]
        values, terms = cost + info.at(self, "weight") * distance, {"cost": cost}
        if energy.regularized:
            terms["regularizer"] = price = energy.price_of(z, *conditions)[0]
            values = values + energy.weight * price
        return Loss(values, {**terms, "distance": distance})

    def _energy(self, model: LatentVariableModel) -> LatentEnergy:
        return LatentEnergy(
            model.decoder,
            Real(model.encoder.event_shape),
            cost=self.cost,
            regularizer=self.regularizer,
            weight=self.regularizer_weight,
        ).of(model)

    def _between(self, z: Tensor, code: Tensor) -> Tensor:
        return self._distance(Delta(code, code.dim() - 1), z)


def _check(model: LatentVariableModel) -> None:
    space = getattr(model.encoder, "space", "real")
    if space != "real":
        raise IncompatiblePartsError(
            f"TargetPropagation and codes in {space!r} do not fit: it walks from code to code "
            "through all real numbers. Use real codes, such as heads.Delta, or "
            "objectives.FreeEnergy, which knows other spaces."
        )
    for layer in model.decoder.modules():
        if isinstance(layer, _BatchNorm) or (isinstance(layer, _DropoutNd) and layer.p > 0):
            raise IncompatiblePartsError(
                f"TargetPropagation and a decoder with {type(layer).__name__} do not fit: the "
                "energy of a code would change from look to look, or with the other examples. Use "
                "a decoder without it; nn.LayerNorm is fine."
            )
