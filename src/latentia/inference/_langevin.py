"""Draws of codes by their energy."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from latentia.errors import IncompatiblePartsError
from latentia.heads import as_count
from latentia.inference._slopes import check_start, value_and_slope
from latentia.spaces import Space


def langevin(
    energy: Callable[[Tensor], Tensor],
    start: Tensor,
    *,
    n_steps: int,
    step_size: float,
    temperature: float = 1.0,
    adjusted: bool = True,
    space: Space | None = None,
) -> Tensor:
    r"""Return chains that follow the energy downhill, with noise.

    .. math:: z' = z - \epsilon \nabla E(z) / T + \sqrt{2 \epsilon}\, \xi, \quad
              \xi \sim N(0, I), \qquad p(z) \propto e^{-E(z)/T}

    Adjusted, a step is accepted with the probability of Metropolis and Hastings, and p is what the
    chains converge to; without that it is so for small steps only. An infinite energy is a wall.
    So are the bounds of a space: no step across them is accepted, or, unadjusted, they throw it
    back. On a circle chains go round.
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
    space : Space or None, default=None
        Where codes live, such as the ``space`` of a ``LatentEnergy``; None is all real numbers.

    Returns
    -------
    Tensor, shape (n_steps, k, n, \*event)
        The state after every step.

    Raises
    ------
    ValueError
        For a chain of zero length, a step size or temperature that is not positive, starts of
        another shape or outside the space, and energies of another shape or that do not depend on
        z.
    IncompatiblePartsError
        For a discrete space.

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
    check_start(start)
    if space is not None:
        _check_inside(start, space)

    def evaluate(z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return where a step ends, and energies and slopes there, in units of T."""
        there = z if space is None else (_placed if adjusted else _reflected)(z, space)
        value, slope = value_and_slope(energy, there)
        if adjusted and space is not None and not space.periodic:
            # What is not in the space has no density.
            value = value.masked_fill((there != z).flatten(2).any(2), math.inf)
        return there, value / temperature, slope / temperature

    def log_proposal(step: Tensor, slope: Tensor) -> Tensor:
        return -(step + step_size * slope).square().flatten(2).sum(2) / (4 * step_size)

    z, value, slope = evaluate(start.detach())
    states = []
    for _ in range(n_steps):
        step = math.sqrt(2 * step_size) * torch.randn_like(z) - step_size * slope
        moved, new_value, new_slope = evaluate(z + step)
        accepted = torch.ones_like(value, dtype=torch.bool)
        if adjusted:
            # Of steps, and not of places, as there is more than one way round a circle.
            back, forth = log_proposal(-step, new_slope), log_proposal(step, slope)
            accepted = torch.rand_like(value).log() < value - new_value + back - forth
        value = torch.where(accepted, new_value, value)
        here = accepted.reshape(accepted.shape + (1,) * (z.dim() - 2))
        z, slope = torch.where(here, moved, z), torch.where(here, new_slope, slope)
        states.append(z)
    return torch.stack(states)


def _check_inside(start: Tensor, space: Space) -> None:
    """Refuse codes of another space, and a space that has no slopes."""
    if space.discrete:
        raise IncompatiblePartsError(
            f"langevin and {space!r} do not fit: a discrete space has no slopes to follow. Use "
            "inference.posterior, which is exact there."
        )
    if start.shape[2:] != space.event_shape:
        raise ValueError(
            f"start has shape {tuple(start.shape)}, but codes of {space!r} must have shape "
            f"(k, n, {', '.join(map(str, space.event_shape))})."
        )
    if not space.periodic and bool((space.project(start) != start).any()):
        raise ValueError(
            f"start has values outside {space!r}, where chains would never move; take "
            "space.starts(...), or space.project(start)."
        )


def _placed(z: Tensor, space: Space) -> Tensor:
    return space.project(z)


def _reflected(z: Tensor, space: Space) -> Tensor:
    """Return where steps end that the bounds throw back."""
    low, high = space.bounds
    if not (math.isfinite(low) and math.isfinite(high)):
        return space.project(z)
    span = high - low
    beyond = (z - low).remainder(2 * span)
    return low + torch.minimum(beyond, 2 * span - beyond)
