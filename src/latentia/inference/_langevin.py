"""Draws of codes by their energy."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from latentia.heads import as_count


def langevin(
    energy: Callable[[Tensor], Tensor],
    start: Tensor,
    *,
    n_steps: int,
    step_size: float,
    temperature: float = 1.0,
    adjusted: bool = True,
) -> Tensor:
    r"""Return chains that follow the energy downhill, with noise.

    .. math:: z' = z - \epsilon \nabla E(z) / T + \sqrt{2 \epsilon}\, \xi, \quad
              \xi \sim N(0, I), \qquad p(z) \propto e^{-E(z)/T}

    Adjusted, a step is accepted with the probability of Metropolis and Hastings, and p is what the
    chains converge to; without that it is so for small steps only. An infinite energy is a wall.
    Draws follow torch's global random state, and no gradient reaches a parameter.

    Parameters
    ----------
    energy : callable
        Maps z of shape (k, n, \*event) to energies of shape (k, n), each from its own z.
    start : Tensor, shape (k, n, \*event)
        Where the k n chains start.
    n_steps : int
        Steps of each chain.
    step_size : float
        :math:`\epsilon`, positive, in squared units of z.
    temperature : float, default=1.0
        T, positive, in units of the energy.
    adjusted : bool, default=True
        Whether steps may be refused.

    Returns
    -------
    Tensor, shape (n_steps, k, n, \*event)
        The state after every step.

    Raises
    ------
    ValueError
        For a chain of zero length, or a step size or temperature that is not positive.

    References
    ----------
    G. O. Roberts, R. L. Tweedie. Exponential Convergence of Langevin Distributions and Their
    Discrete Approximations. 1996.

    Examples
    --------
    >>> import torch
    >>> chain = langevin(
    ...     lambda z: z.square().sum(2) / 2, torch.zeros(1, 4, 2), n_steps=10, step_size=0.5
    ... )
    >>> chain.shape
    torch.Size([10, 1, 4, 2])
    """
    as_count(n_steps, "n_steps")
    for name, number in {"step_size": step_size, "temperature": temperature}.items():
        if not (number > 0 and math.isfinite(number)):
            raise ValueError(f"{name}={number} must be a positive number.")

    def evaluate(z: Tensor) -> tuple[Tensor, Tensor]:
        with torch.enable_grad():
            z = z.detach().requires_grad_()
            value = energy(z) / temperature
            (slope,) = torch.autograd.grad(value.sum(), z)
        return value.detach(), slope

    def log_proposal(to: Tensor, z: Tensor, slope: Tensor) -> Tensor:
        squares = (to - z + step_size * slope).square()
        return -squares.flatten(2).sum(2) / (4 * step_size)

    z = start.detach()
    value, slope = evaluate(z)
    states = []
    for _ in range(n_steps):
        moved = z - step_size * slope + math.sqrt(2 * step_size) * torch.randn_like(z)
        new_value, new_slope = evaluate(moved)
        accepted = torch.ones_like(value, dtype=torch.bool)
        if adjusted:
            back, forth = log_proposal(z, moved, new_slope), log_proposal(moved, z, slope)
            accepted = torch.rand_like(value).log() < value - new_value + back - forth
        value = torch.where(accepted, new_value, value)
        here = accepted.reshape(accepted.shape + (1,) * (z.dim() - 2))
        z, slope = torch.where(here, moved, z), torch.where(here, new_slope, slope)
        states.append(z)
    return torch.stack(states)
