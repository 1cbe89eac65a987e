"""Deep belief networks: a Boltzmann machine on top of directed layers."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable
from itertools import pairwise
from typing import cast

import torch
from torch import Tensor, nn

from latentia.conditional import Amortized, Composed, ConditionalDistribution
from latentia.errors import IncompatiblePartsError
from latentia.models._equilibrium import Equilibrium
from latentia.models._latent_variable import LatentVariableModel
from latentia.models._rbm import RBM
from latentia.networks import MLP


class BeliefNetwork(LatentVariableModel):
    r"""Layers of units, the highest two a Boltzmann machine, the others directed downwards.

    .. math:: p(v, h) = p(v \mid h_1) \cdots p(h_{L-2} \mid h_{L-1})\, p(h_{L-1}, h_L), \qquad
              q(h \mid v) = q(h_1 \mid v) \cdots q(h_{L-1} \mid h_{L-2})\, p(h_L \mid h_{L-1})

    The code is the highest layer. ``encoder`` and ``decoder`` pass means from layer to layer;
    draws are made by :meth:`sample`, :meth:`up` and :meth:`down`. The machines that it is made of
    give the weights to start from; the lower ones are copied, once for each direction.

    Parameters
    ----------
    *machines : RBM
        From the lowest to the highest, at least two, each of the units above those of the last.

    Raises
    ------
    ValueError
        For fewer than two.
    IncompatiblePartsError
        If the hidden units of one are not the visible ones of the next.

    References
    ----------
    G. E. Hinton, S. Osindero, Y.-W. Teh. A Fast Learning Algorithm for Deep Belief Nets. 2006.

    Examples
    --------
    >>> network = BeliefNetwork(RBM((4, 4), 8), RBM(8, 3))
    >>> v = torch.ones(5, 4, 4)
    >>> network.encode(v).shape, network.sample(2).shape, network.free_energy(v).shape
    (torch.Size([5, 3]), torch.Size([2, 4, 4]), torch.Size([5]))
    """

    prior: Equilibrium

    def __init__(self, *machines: RBM) -> None:
        _check(machines)
        *below, top = machines
        pairs = [untied(machine) for machine in below]
        super().__init__(
            Composed(*(up for up, _ in pairs), top.encoder),
            Composed(top.decoder, *(down for _, down in reversed(pairs))),
            top.prior,
        )
        # Its parts are registered above; inside a tuple it is no submodule, so none stands twice.
        self._top = (top,)

    @property
    def top(self) -> RBM:
        """The machine of the highest two layers."""
        return self._top[0]

    @property
    def recognition(self) -> list[ConditionalDistribution]:
        """The maps q(h_l|h_{l-1}) below the machine, the lowest first."""
        return list(self.encoder.parts)[:-1]  # type: ignore[arg-type]

    @property
    def generation(self) -> list[ConditionalDistribution]:
        """The maps p(h_{l-1}|h_l) below the machine, the lowest first."""
        return list(self.decoder.parts)[:0:-1]  # type: ignore[arg-type]

    @torch.no_grad()
    def up(self, v: Tensor) -> list[Tensor]:
        """Draw the layers above v from their recognition, and return all from v to h_{L-1}."""
        states = [v]
        for part in self.recognition:
            states.append(part(states[-1]).sample())
        return states

    @torch.no_grad()
    def down(self, h: Tensor) -> list[Tensor]:
        """Draw the layers below h_{L-1} as they are generated; return all from v to h_{L-1}."""
        states = [h]
        for part in reversed(self.generation):
            states.append(part(states[-1]).sample())
        return states[::-1]

    def sample(
        self,
        n: int,
        *conditions: Tensor,
        mean: bool = True,
        sampler: ConditionalDistribution | None = None,
    ) -> Tensor:
        """Draw h_L from the machine or ``sampler``, and all layers below from one another.

        Only the last step, from h_1 to v, gives the mean or a draw, as ``mean`` says.
        """
        sampler = self.prior if sampler is None else sampler
        h = self.top.decoder(sampler().sample(torch.Size((n,)))).sample()
        lowest, *above = self.generation
        for part in reversed(above):
            h = part(h).sample()
        likelihood = lowest(h)
        return likelihood.mean if mean else likelihood.sample()

    def free_energy(self, v: Tensor, n_samples: int | None = None) -> Tensor:
        r"""Return the variational free energy in nats, shape (n,).

        .. math:: F(v) = E_{q} \left[ F(h_{L-1}) - \log p(v \mid h_1) - \sum_{l=1}^{L-2}
                  \log p(h_l \mid h_{l+1}) + \sum_{l=1}^{L-1} \log q(h_l \mid h_{l-1}) \right]
                  \ge -\log p(v) - \log Z

        with the free energy and the constant Z of the machine on top.

        Parameters
        ----------
        v : Tensor, shape (n, \*visible)
        n_samples : int or None, default=None
            Draws to average over. None puts the means of the layers in the place of draws, which
            is deterministic, but no bound.

        Examples
        --------
        >>> network = BeliefNetwork(RBM(4, 3), RBM(3, 2))
        >>> for parameter in network.parameters():
        ...     _ = parameter.data.zero_()
        >>> network.free_energy(torch.zeros(1, 4), n_samples=2).detach()  # 4 log 2 - 5 log 2
        tensor([-0.6931])
        """
        if n_samples is not None:
            repeated = v.repeat_interleave(n_samples, dim=0)
            return self._free_energy(repeated, drawn=True).unflatten(0, (len(v), -1)).mean(1)
        return self._free_energy(v, drawn=False)

    def _free_energy(self, v: Tensor, drawn: bool) -> Tensor:
        total, below = v.new_zeros(len(v)), v
        for up, down in zip(self.recognition, self.generation, strict=True):
            q = up(below)
            h = q.sample() if drawn else q.mean
            total = total + q.log_prob(h) - down(h).log_prob(below)
            below = h
        return total + self.top.free_energy(below)


def untied(rbm: RBM) -> tuple[Amortized, Amortized]:
    """Return p(h|v) and p(v|h) of a machine as two affine maps that share nothing.

    Parameters
    ----------
    rbm : RBM
        Copied.

    Returns
    -------
    encoder, decoder : Amortized

    Examples
    --------
    >>> rbm = RBM((2, 2), n_hidden=3)
    >>> encoder, decoder = untied(rbm)
    >>> bool(torch.allclose(encoder(torch.ones(1, 2, 2)).mean, rbm.encode(torch.ones(1, 2, 2))))
    True
    """
    machine = rbm.machine
    seen = machine.visible.seen(torch.ones_like(machine.visible.bias))
    hidden = machine.hidden.seen(torch.ones_like(machine.hidden.bias))
    up = _affine(machine.in_shape, machine.weight * seen, machine.hidden.bias)
    down = _affine(rbm.encoder.event_shape, machine.weight.T * hidden, machine.visible.bias)
    hidden_head, visible_head = copy.deepcopy((machine.hidden.head, machine.visible.head))
    return Amortized(up, hidden_head), Amortized(down, visible_head)


@torch.no_grad()
def _affine(in_shape: tuple[int, ...], weight: Tensor, bias: Tensor) -> MLP:
    net = MLP(in_shape, len(bias)).to(weight)
    (layer,) = cast(Iterable[nn.Linear], net.layers)
    layer.weight.copy_(weight)
    layer.bias.copy_(bias)
    return net


def _check(machines: tuple[RBM, ...]) -> None:
    if len(machines) < 2:
        raise ValueError(
            f"BeliefNetwork needs at least two machines, but has {len(machines)}; a network of one "
            "is the models.RBM itself."
        )
    for index, (below, above) in enumerate(pairwise(machines)):
        n, n_above = len(below.hidden.bias), math.prod(above.machine.in_shape)
        if n != n_above:
            raise IncompatiblePartsError(
                f"Machine {index} has {n} hidden units, but machine {index + 1} above it has "
                f"{n_above} visible ones; they are the same layer, so give both the same number."
            )
        if below.kinds[1] != above.kinds[0]:
            raise IncompatiblePartsError(
                f"Machine {index} has {below.kinds[1]} hidden units, but machine {index + 1} above "
                f"it has {above.kinds[0]} visible ones; they are the same layer, so use "
                f"visible={below.kinds[1]!r} above."
            )
