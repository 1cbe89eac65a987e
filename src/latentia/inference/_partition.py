"""The normalising constant of a Boltzmann machine: counted, or estimated."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import torch
from torch import Tensor

from latentia.heads import as_count
from latentia.inference._annealing import Annealed, anneal
from latentia.models import RBM, Bipartite

_MOST = 22
_AT_ONCE = 2**12


@torch.no_grad()
def log_partition(rbm: RBM) -> Tensor:
    r"""Return log Z in nats exactly, by counting all states of the smaller side.

    .. math:: Z = \sum_h \int e^{-E(v, h)}\, dv = \sum_v \int e^{-E(v, h)}\, dh

    The other side is summed, or integrated, in closed form, all in double precision.

    Parameters
    ----------
    rbm : RBM
        With at most 22 Bernoulli units on one side.

    Returns
    -------
    Tensor, shape ()

    Raises
    ------
    ValueError
        For more units.

    Examples
    --------
    >>> rbm = RBM(3, n_hidden=2)
    >>> _ = rbm.weight.data.zero_()
    >>> log_partition(rbm)  # 5 log 2
    tensor(3.4657, dtype=torch.float64)
    """
    machine = copy.deepcopy(rbm).double().machine
    sides = {"visible": machine.visible, "hidden": machine.hidden}
    counts = {name: len(side.bias) for name, side in sides.items() if side.countable}
    side = min(counts, key=lambda name: counts[name])
    if counts[side] > _MOST:
        raise ValueError(
            f"The smaller side has {counts[side]} {side} units and 2**{counts[side]} states, too "
            f"many to count (at most {_MOST} units); use inference.anneal_partition(rbm)."
        )
    total = torch.tensor(-torch.inf, dtype=torch.float64, device=rbm.weight.device)
    for states in _all_states(counts[side], machine.weight):
        total = torch.logaddexp(total, _log_marginal(machine, side, states).logsumexp(0))
    return total


@torch.no_grad()
def anneal_partition(
    rbm: RBM, n_chains: int = 100, n_temperatures: int = 1000, *, x: Tensor | None = None
) -> Annealed:
    r"""Estimate log Z in nats by annealed importance sampling.

    The path begins at a machine without weights and hidden biases, whose constant is known, and
    multiplies them by inverse temperatures that rise evenly to 1.

    Parameters
    ----------
    rbm : RBM
    n_chains : int, default=100
        Independent draws, whose spread gives the error.
    n_temperatures : int, default=1000
        Steps of the path.
    x : Tensor of shape (n, \*visible) or None, default=None
        Examples whose mean gives the visible biases at the start, which is nearer to a trained
        machine; None starts at the biases of the machine itself.

    Returns
    -------
    Annealed
        ``log_mean`` is the estimate, with ``standard_error`` and ``effective_sample_size``; ``z``
        are the visible states at the end.

    Raises
    ------
    ValueError
        For a number below 1, or examples that the visible units cannot have.

    References
    ----------
    R. Salakhutdinov, I. Murray. On the Quantitative Analysis of Deep Belief Networks. 2008.

    Examples
    --------
    >>> rbm = RBM(3, n_hidden=2)
    >>> estimate = anneal_partition(rbm, n_chains=50, n_temperatures=100)
    >>> bool((estimate.log_mean - log_partition(rbm)).abs() < 0.1)
    True
    """
    as_count(n_chains, "n_chains")
    as_count(n_temperatures, "n_temperatures")
    machine = rbm.machine
    base = machine.visible.bias if x is None else _base(rbm, x)

    def log_density(v: Tensor, beta: float) -> Tensor:
        return -machine.free_energy(v, machine.up(v), beta, base)

    def transition(v: Tensor, beta: float) -> Tensor:
        h = machine.hidden.draw(beta * machine.up(v))
        return machine.walk(h, 1, beta, base)

    start = machine.visible.draw(base.expand(n_chains, -1))
    path = torch.linspace(0, 1, n_temperatures + 1, dtype=torch.float64).tolist()
    annealed = anneal(start, log_density, transition, path)
    none = torch.zeros_like(machine.hidden.bias)
    known = machine.visible.log_partition(base, base) + machine.hidden.log_partition(none, none)
    return Annealed(annealed.z.unflatten(-1, machine.in_shape), annealed.log_weights + known)


def _log_marginal(machine: Bipartite, side: str, states: Tensor) -> Tensor:
    """Return the logarithm of the sum of exp(-E) over the other side, shape (n,)."""
    if side == "visible":
        return -machine.free_energy(states, machine.up(states))
    other = machine.visible.log_partition(machine.down(states), machine.visible.bias)
    return other - machine.hidden.energy(states, machine.hidden.bias)


def _all_states(n_units: int, like: Tensor) -> Iterator[Tensor]:
    """Yield all rows of zeros and ones, some at a time."""
    bits = torch.arange(n_units, device=like.device)
    for first in range(0, 2**n_units, _AT_ONCE):
        last = min(first + _AT_ONCE, 2**n_units)
        numbers = torch.arange(first, last, device=like.device)
        yield (numbers.unsqueeze(1) >> bits & 1).to(like)


def _base(rbm: RBM, x: Tensor) -> Tensor:
    """Return the visible biases of a machine without weights that has learned from x."""
    copied = copy.deepcopy(rbm)
    copied.start_from(x)
    return copied.visible.bias
