"""Gibbs sampling of a Boltzmann machine, at one temperature or at several beside each other."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from latentia.heads import as_count
from latentia.inference._tempering import as_temperatures, exchange
from latentia.models import RBM


@torch.no_grad()
def gibbs(
    rbm: RBM,
    n_chains: int = 100,
    n_steps: int = 1,
    *,
    start: Tensor | None = None,
    burn_in: int = 0,
    temperatures: Sequence[float] | None = None,
) -> Tensor:
    r"""Run Gibbs chains, and return every visible state that they come to.

    .. math:: h \sim p(h \mid v), \qquad v \sim p(v \mid h)

    Parameters
    ----------
    rbm : RBM
    n_chains : int, default=100
        Independent chains; not used with ``start``.
    n_steps : int, default=1
        States to return of each.
    start : Tensor of shape (n_chains, \*visible) or None, default=None
        Where chains begin; None draws from the visible biases.
    burn_in : int, default=0
        Steps before the first state that is returned.
    temperatures : sequence of float or None, default=None
        Inverse temperatures in (0, 1], rising to 1, at which each chain has companions that it
        exchanges states with after every step, so that it can cross over between modes far apart.

    Returns
    -------
    Tensor, shape (n_steps, n_chains, \*visible)

    Raises
    ------
    ValueError
        For chains of zero length, numbers out of range, or starts that no visible units have.

    References
    ----------
    P. Smolensky. Information Processing in Dynamical Systems: Foundations of Harmony Theory. 1986.
    G. Desjardins, A. Courville, Y. Bengio, P. Vincent, O. Delalleau. Tempered Markov Chain Monte
    Carlo for Training of Restricted Boltzmann Machines. 2010.

    Examples
    --------
    >>> gibbs(RBM(4, n_hidden=2), n_chains=3, n_steps=5).shape
    torch.Size([5, 3, 4])
    """
    machine = rbm.machine
    as_count(n_steps, "n_steps")
    if burn_in < 0:
        raise ValueError(f"burn_in={burn_in} must be at least 0.")
    if start is None:
        h = machine.starts(as_count(n_chains, "n_chains"))
    else:
        flat = machine.flat(start)
        machine.visible.check_states(flat)
        h = machine.hidden.draw(machine.up(flat))
    beta = None
    if temperatures is not None:
        levels = as_temperatures(temperatures)
        beta = h.new_tensor(levels).view(-1, 1, 1)
        h = h.expand(len(levels), *h.shape)
    states = []
    for step in range(burn_in + n_steps):
        v = machine.walk(h, 1, beta)
        inputs = machine.up(v)
        if beta is not None:
            v, inputs = exchange(machine, v, inputs, beta)
            inputs = beta * inputs
        h = machine.hidden.draw(inputs)
        if step >= burn_in:
            states.append(v if beta is None else v[-1])
    return torch.stack(states).unflatten(-1, machine.in_shape)
