"""Every layer of a deep autoencoder learns from a target of its own, not from a chain of slopes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor, nn

from latentia._names import lookup
from latentia.conditional import Composed, ConditionalDistribution, Identity
from latentia.distributions import point
from latentia.errors import IncompatiblePartsError
from latentia.models import Batch, LatentVariableModel, Trace, check_norm, norms
from latentia.objectives._loss import Loss
from latentia.objectives._objective import Info, Objective
from latentia.objectives._weights import Weight, check_weight, weight_at


class DifferenceTargetPropagation(Objective):
    r"""Targets travel down a stack of layers through their inverses, and each layer meets its own.

    .. math:: h_l = f_l(h_{l-1}), \quad h_0 = x, \quad h_{2L} = \tilde x, \qquad
              t_{2L} = \tilde x + \eta (x - \tilde x), \quad
              t_{l-1} = h_{l-1} + g_l(t_l) - g_l(h_l)

    An autoencoder of L layers is a chain of 2L maps, encoders up and decoders down, in which the
    decoder of a layer is the inverse :math:`g` of its encoder, and the other way round. No gradient
    crosses a layer. The last, which predicts x, makes its reconstruction small; any other makes

    .. math:: \lVert f(h) - t \rVert^2
              + \lVert f(g(h' + \epsilon)) - (h' + \epsilon) \rVert^2, \qquad
              \epsilon \sim N(0, \sigma^2 I)

    small, in squared units of its output: its target, and its work as the inverse of its partner,
    near what the partner is given. The code of a layer is the point of its distribution. The target
    of :math:`\tilde x` is, for every likelihood, a natural-gradient step of its mean on the
    log-likelihood, with :math:`\eta = 1` x itself.

    The player "model" is the last layer, and its loss the reconstruction; the others are
    "encoder_1" to "decoder_2", with terms "target" and "inverse" each.

    Parameters
    ----------
    norm : str or None, default=None
        What the last layer makes small: ``None`` is the negative log-likelihood in nats, others as
        in :class:`Reconstruction`.
    step_size : float or schedule, default=0.5
        The share :math:`\eta` of the way to x at which the target of the reconstruction lies,
        above 0 and at most 1.
    noise : float or schedule, default=0.1
        Standard deviation :math:`\sigma`, in units of the values of a layer.

    Raises
    ------
    ValueError
        For an unknown norm, a ``step_size`` outside (0, 1], or a negative ``noise``.
    IncompatiblePartsError
        For an encoder or decoder that is no ``conditional.Composed``, stacks of unequal depth, a
        layer whose decoder is of other shapes than its encoder, or codes that are not real numbers.

    References
    ----------
    D.-H. Lee, S. Zhang, A. Fischer, Y. Bengio. Difference Target Propagation. 2015.

    Examples
    --------
    >>> from latentia import heads, networks
    >>> from latentia.conditional import Amortized
    >>> up = [Amortized(networks.MLP(a, b), heads.Delta(b)) for a, b in [(5, 3), (3, 2)]]
    >>> down = [Amortized(networks.MLP(a, b), heads.Delta(b)) for a, b in [(2, 3), (3, 5)]]
    >>> model = LatentVariableModel(Composed(*up), Composed(*down))
    >>> list(DifferenceTargetPropagation().groups(model))
    ['encoder_1', 'encoder_2', 'decoder_2', 'model']
    """

    def __init__(
        self, norm: str | None = None, step_size: Weight = 0.5, noise: Weight = 0.1
    ) -> None:
        super().__init__()
        if norm is not None:
            lookup(norms, norm, "norm")
        if not callable(step_size):
            _share_at(step_size, 0)
        check_weight(noise, "noise")
        self.norm = norm
        self.step_size = step_size
        self.noise = noise

    @property
    def weights(self) -> Mapping[str, Weight]:
        return {"noise": self.noise}

    def groups(self, model: LatentVariableModel) -> dict[str, list[nn.Parameter]]:
        layers = _layers(model).items()
        players = {k: [p for p in part.parameters() if p.requires_grad] for k, part in layers}
        # A frozen layer is no player.
        return {name: own for name, own in players.items() if own or name == "model"}

    def forward(self, trace: Trace, info: Info) -> Loss:
        return next(self.losses(trace.model, trace.batch, info))[1]

    def losses(
        self, model: LatentVariableModel, batch: Batch, info: Info
    ) -> Iterator[tuple[str, Loss]]:
        layers = _layers(model)
        names, parts = list(layers), list(layers.values())
        players = self.groups(model)
        share = _share_at(self.step_size, info.step)
        sigma = info.at(self, "noise")

        def run(part: ConditionalDistribution, h: Tensor) -> Tensor:
            return point(part(h, *batch.conditions))

        states = [batch.seen]
        with torch.no_grad():
            for part in parts:
                states.append(run(part, states[-1]))
        _check_shapes(states)

        yield "model", self._reconstruction(parts[-1], states[-2], batch)

        targets = {len(parts): states[-1] + share * (batch.x - states[-1])}
        with torch.no_grad():
            for i in range(len(parts) - 1, 0, -1):
                inverse = parts[-1 - i]
                change = run(inverse, targets[i + 1]) - run(inverse, states[i + 1])
                targets[i] = states[i] + change
        # All targets are of the same pass; a partner is taken as its own phase may have left it.
        for i, name in enumerate(names[:-1]):
            if name not in players:
                continue
            with torch.no_grad():
                near = states[-2 - i] + sigma * torch.randn_like(states[-2 - i])
                image = run(parts[-1 - i], near)
            missed = _squared_distance(run(parts[i], states[i]), targets[i + 1])
            inverted = _squared_distance(run(parts[i], image), near)
            yield name, Loss(missed + inverted, {"target": missed, "inverse": inverted})

    def _reconstruction(self, last: ConditionalDistribution, h: Tensor, batch: Batch) -> Loss:
        likelihood = last(h.unsqueeze(0), *batch.conditions)
        if self.norm is None:
            values = -likelihood.log_prob(batch.x).mean(0)
        else:
            check_norm(self.norm, last, f'DifferenceTargetPropagation("{self.norm}")')
            values = norms[self.norm](likelihood, batch.x).mean(0)
        return Loss(values, {"reconstruction": values})


def _layers(model: LatentVariableModel) -> dict[str, ConditionalDistribution]:
    """Return the layers by player, from x to its reconstruction."""
    up, down = _stack(model.encoder, "encoder"), _stack(model.decoder, "decoder")
    depth = len(up)
    if depth != len(down):
        raise IncompatiblePartsError(
            f"DifferenceTargetPropagation needs the inverse of every layer, but the encoder has "
            f"{depth} and the decoder {len(down)} layers; build both from the same layers, or use "
            "objectives.TargetPropagation, which needs no layers."
        )
    for layer in up:
        if layer.space not in ("real", "unit"):
            raise IncompatiblePartsError(
                f"DifferenceTargetPropagation and codes in {layer.space!r} do not fit: a target is "
                "a code plus a difference, which leaves that space. Use real codes, such as "
                "heads.Delta, or objectives.Reconstruction."
            )
    names = [f"encoder_{i}" for i in range(1, depth + 1)]
    names += [f"decoder_{i}" for i in range(depth, 1, -1)]
    return dict(zip([*names, "model"], [*up, *down], strict=True))


def _stack(part: ConditionalDistribution, name: str) -> list[ConditionalDistribution]:
    layers = part.parts if isinstance(part, Composed) else ()
    stack = [layer for layer in layers if not isinstance(layer, Identity)]
    if not stack:
        raise IncompatiblePartsError(
            f"DifferenceTargetPropagation gives every layer a target, but the {name} "
            f"({type(part).__name__}) has no layers to tell apart; build it as "
            "conditional.Composed(first, second, ...), or use objectives.TargetPropagation."
        )
    return stack  # type: ignore[return-value]


def _check_shapes(states: list[Tensor]) -> None:
    for up, down in zip(states, reversed(states), strict=True):
        if up.shape[1:] != down.shape[1:]:
            raise IncompatiblePartsError(
                "DifferenceTargetPropagation needs decoders that undo the encoders layer by layer, "
                f"but values of shape {tuple(up.shape[1:])} come back as "
                f"{tuple(down.shape[1:])}; build each layer's decoder for the shape that its "
                "encoder reads, or use objectives.TargetPropagation."
            )


def _share_at(step_size: Weight, step: int) -> float:
    share = weight_at(step_size, step, "step_size")
    if not 0 < share <= 1:
        raise ValueError(f"step_size is {share!r} at step {step}; it must be above 0, at most 1.")
    return share


def _squared_distance(a: Tensor, b: Tensor) -> Tensor:
    return (a - b).flatten(1).square().sum(1)
