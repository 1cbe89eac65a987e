"""Chains at several temperatures, which exchange their states."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor

from latentia.models import Bipartite


def as_temperatures(temperatures: Sequence[float]) -> tuple[float, ...]:
    """Return inverse temperatures that rise to 1, or refuse others.

    Parameters
    ----------
    temperatures : sequence of float
        At least two, in (0, 1], the last 1.

    Returns
    -------
    tuple of float

    Raises
    ------
    ValueError

    Examples
    --------
    >>> as_temperatures([0.5, 1])
    (0.5, 1.0)
    """
    values = tuple(float(t) for t in temperatures)
    rising = all(a < b for a, b in pairwise(values))
    if len(values) < 2 or not rising or values[0] <= 0 or values[-1] != 1:
        raise ValueError(
            f"temperatures={values} must be at least two inverse temperatures in (0, 1] that rise "
            "to 1, such as (0.25, 0.5, 0.75, 1.0)."
        )
    return values


@torch.no_grad()
def exchange(machine: Bipartite, v: Tensor, inputs: Tensor, beta: Tensor) -> tuple[Tensor, Tensor]:
    r"""Let chains at neighbouring temperatures exchange their visible states.

    .. math:: P(\text{exchange}) = \min\left(1, e^{F_i(v_i) + F_j(v_j) - F_i(v_j) - F_j(v_i)}\right)

    with the free energy :math:`F_i` of the machine at inverse temperature i, which leaves the
    distribution at every temperature as it is.

    Parameters
    ----------
    machine : Bipartite
        Of an RBM.
    v : Tensor, shape (n_temperatures, n_chains, n_visible)
        Flat visible states.
    inputs : Tensor, shape (n_temperatures, n_chains, n_hidden)
        What they give the hidden units at an inverse temperature of 1.
    beta : Tensor, shape (n_temperatures, 1, 1)

    Returns
    -------
    v, inputs : Tensor
        The same states, some in other places.

    References
    ----------
    G. Desjardins, A. Courville, Y. Bengio, P. Vincent, O. Delalleau. Tempered Markov Chain Monte
    Carlo for Training of Restricted Boltzmann Machines. 2010.

    Examples
    --------
    >>> from latentia.models import RBM
    >>> machine = RBM(3, n_hidden=2).machine
    >>> v, beta = torch.ones(2, 5, 3), torch.tensor([0.5, 1.0]).view(2, 1, 1)
    >>> exchange(machine, v, machine.up(v), beta)[0].shape
    torch.Size([2, 5, 3])
    """
    # Both kinds of pairs in turn, so that a state can pass through all temperatures.
    for first in (0, 1):
        n = (len(beta) - first) // 2
        if not n:
            continue
        pairs = slice(first, first + 2 * n)
        b, v_of, r_of = (t[pairs].unflatten(0, (n, 2)) for t in (beta, v, inputs))
        here, there = (machine.free_energy(v_of, r_of, at) for at in (b, b.flip(1)))
        gain = (here - there).sum(1)
        swap = (torch.rand_like(gain).log() < gain)[:, None, :, None]
        v, inputs = v.clone(), inputs.clone()
        v[pairs] = torch.where(swap, v_of.flip(1), v_of).flatten(0, 1)
        inputs[pairs] = torch.where(swap, r_of.flip(1), r_of).flatten(0, 1)
    return v, inputs
