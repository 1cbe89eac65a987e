"""A belief network learns downwards from what it recognises, and upwards from what it dreams."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from latentia.errors import IncompatiblePartsError
from latentia.models import Batch, BeliefNetwork, LatentVariableModel, Trace
from latentia.objectives._contrastive_divergence import ContrastiveDivergence
from latentia.objectives._loss import Loss
from latentia.objectives._objective import Info, Objective


class UpDown(Objective):
    r"""Contrastive wake-sleep of a deep belief network, in two phases.

    .. math:: L_\theta(v) = -\log p(v \mid h_1) - \sum_{l=1}^{L-2} \log p(h_l \mid h_{l+1})
              + F(h_{L-1}) - F(\tilde h_{L-1}), \qquad
              L_\phi = -\sum_{l=1}^{L-1} \log q(\tilde h_l \mid \tilde h_{l-1})

    in nats, for :class:`~latentia.models.BeliefNetwork`. Layers h are drawn from their recognition
    upwards from v, and those with a tilde downwards from where Gibbs chains of the highest machine
    come to from :math:`h_{L-1}`. The generative weights and the machine learn from the first, the
    recognition from the second. The value is no bound, as it lacks the constant of the machine;
    ``reconstruction`` is its first term.

    Parameters
    ----------
    n_steps : int, default=1
        Gibbs steps of each chain in each step of training.

    Raises
    ------
    ValueError
        For chains of zero length.
    IncompatiblePartsError
        When it is used, for another model, or examples with a corruption.

    References
    ----------
    G. E. Hinton, S. Osindero, Y.-W. Teh. A Fast Learning Algorithm for Deep Belief Nets. 2006.

    Examples
    --------
    >>> from latentia.models import RBM
    >>> network, x = BeliefNetwork(RBM(4, 3), RBM(3, 2)), torch.eye(4)
    >>> phases = list(UpDown().losses(network, Batch(x), Info()))
    >>> [(player, loss.values.shape) for player, loss in phases]
    [('model', torch.Size([4])), ('sleep', torch.Size([4]))]
    """

    def __init__(self, n_steps: int = 1) -> None:
        super().__init__()
        self.top = ContrastiveDivergence(n_steps)

    def groups(self, model: LatentVariableModel) -> dict[str, list[nn.Parameter]]:
        parts = _network(model).recognition
        recognition = {id(p) for part in parts for p in part.parameters()}
        trainable = super().groups(model)["model"]
        return {
            "model": [p for p in trainable if id(p) not in recognition],
            "sleep": [p for p in trainable if id(p) in recognition],
        }

    def losses(
        self, model: LatentVariableModel, batch: Batch, info: Info
    ) -> Iterator[tuple[str, Loss]]:
        network = _checked(model, batch)
        states = network.up(batch.x)
        yield "model", self._wake(network, states, info)
        yield "sleep", self._sleep(network, states[-1])

    def forward(self, trace: Trace, info: Info) -> Loss:
        network = _checked(trace.model, trace.batch)
        return self._wake(network, network.up(trace.batch.x), info)

    def _wake(self, network: BeliefNetwork, states: list[Tensor], info: Info) -> Loss:
        pairs = zip(network.generation, states, states[1:], strict=False)
        first, *others = (-part(h).log_prob(below) for part, below, h in pairs)
        ((_, above),) = self.top.losses(network.top, Batch(states[-1]), info)
        values = first + sum(others, above.values)
        return Loss(values, {"reconstruction": first, **above.terms})

    def _sleep(self, network: BeliefNetwork, h: Tensor) -> Loss:
        machine = network.top.machine
        with torch.no_grad():
            dreamt = machine.walk(machine.hidden.draw(machine.up(h)), self.top.n_steps)
        states = network.down(dreamt)
        pairs = zip(network.recognition, states, states[1:], strict=False)
        return Loss(torch.stack([-part(below).log_prob(h) for part, below, h in pairs]).sum(0))


def _checked(model: LatentVariableModel, batch: Batch) -> BeliefNetwork:
    if batch.corrupted is not None:
        raise IncompatiblePartsError(
            "UpDown and a corruption do not fit: both directions learn from the same states. Use "
            "corruption=None."
        )
    return _network(model)


def _network(model: LatentVariableModel) -> BeliefNetwork:
    if not isinstance(model, BeliefNetwork):
        raise IncompatiblePartsError(
            f"UpDown and {type(model).__name__} do not fit: it draws layer by layer in both "
            "directions. Use models.BeliefNetwork, or objectives.WakeSleep for this model."
        )
    return model
