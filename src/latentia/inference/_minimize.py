"""Many small minimisation problems at once."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from latentia.errors import IncompatiblePartsError
from latentia.heads import as_count
from latentia.inference._quasi_newton import Curvature
from latentia.inference._slopes import check_start, value_and_slope
from latentia.spaces import Space

#: Least share of the decrease that the gradient promises (Armijo's condition).
_SUFFICIENT = 1e-4


@dataclass(frozen=True)
class Minimum:
    """Where n energies are least, as far as was found.

    Parameters
    ----------
    z : Tensor, shape (n, *event)
        The best of all restarts.
    energy : Tensor, shape (n,)
        Its energy.
    converged : Tensor of bool, shape (n,)
        Whether the search of the best restart ended by itself.
    n_steps : int
        How often the energies were computed.
    """

    z: Tensor
    energy: Tensor
    converged: Tensor
    n_steps: int


def minimize(
    energy: Callable[[Tensor], Tensor],
    start: Tensor,
    *,
    space: Space | None = None,
    n_steps: int = 200,
    tolerance: float = 1e-5,
) -> Minimum:
    r"""Descend from k starts for each of n energies, all at once, and keep the best.

    .. math:: z^* = \arg\min_z E(z)

    Every column is its own problem with its own step length: a quasi-Newton method of limited
    memory that only accepts steps which lower the energy, so that no restart ends above its start.
    It draws nothing at random, works inside ``torch.no_grad()``, and leaves the gradients of all
    parameters alone. The minimum is detached.

    A search has converged when no element of its gradient is larger than ``tolerance`` times
    max(1, \|E\|), or when no step is left that promises to lower the energy by a share of
    ``tolerance`` squared: in its last digits, or at a kink, where it may also be stuck.

    Parameters
    ----------
    energy : callable
        Maps z of shape (k, n, \*event) to energies of shape (k, n), each from its own z.
    start : Tensor, shape (k, n, \*event)
        Where the searches start.
    space : Space or None, default=None
        Where codes live, if they have bounds; None is all real numbers.
    n_steps : int, default=200
        The most often that the energies are computed.
    tolerance : float, default=1e-5
        At least 0.

    Returns
    -------
    Minimum

    Raises
    ------
    ValueError
        For ``n_steps`` below 1, a negative tolerance, starts or energies of another shape, and
        energies that do not depend on z or have no lower bound.
    IncompatiblePartsError
        For a discrete space, which has no gradients.

    References
    ----------
    D. C. Liu, J. Nocedal. On the Limited Memory BFGS Method for Large Scale Optimization. 1989.

    Examples
    --------
    >>> import torch
    >>> target = torch.tensor([[1.0], [2.0], [3.0]])
    >>> minimum = minimize(lambda z: (z - target).square().sum(2), torch.zeros(1, 3, 1))
    >>> minimum.z[:, 0], minimum.converged.all()
    (tensor([1., 2., 3.]), tensor(True))
    """
    as_count(n_steps, "n_steps")
    if not tolerance >= 0:
        raise ValueError(f"tolerance={tolerance} must be at least 0.")
    check_start(start)
    if space is not None and space.discrete:
        raise IncompatiblePartsError(
            f"minimize and {space!r} do not fit: a discrete space has no gradients. Use "
            "inference.most_likely_code, which compares all of its points."
        )
    bounds = (-math.inf, math.inf) if space is None else space.bounds
    search = _Search(energy, start, bounds, tolerance)
    for step in range(1, n_steps):
        # Looked at every few steps only, as it waits for the device.
        if step % 4 == 1 and bool(search.converged.all()):
            break
        search.advance()
    return search.best(space)


class _Search:
    """Where all searches stand: positions, energies, gradients, directions, lengths of steps."""

    def __init__(
        self,
        energy: Callable[[Tensor], Tensor],
        start: Tensor,
        bounds: tuple[float, float],
        tolerance: float,
    ) -> None:
        self.shape = start.shape
        self.energy = energy
        self.bounds = bounds
        self.tolerance = tolerance
        self.n_steps = 0
        # Flat codes: (k, n, size).
        self.z = start.detach().flatten(2).clamp(*bounds)
        self.value, self.gradient = self._evaluate(self.z)
        self.curvature = Curvature(self.z)
        self.converged = self._is_flat()
        self.direction, self.length = self._aim()

    def advance(self) -> None:
        """Compute one energy for each search; those that it lowers enough step there."""
        z = (self.z + self.length * self.direction).clamp(*self.bounds)
        moved = z - self.z
        value, gradient = self._evaluate(z)
        promised = (self.gradient * moved).sum(2)
        accepted = (value <= self.value + _SUFFICIENT * promised) & (promised < 0)
        accepted &= ~self.converged
        # At a kink steps get shorter and shorter: what they promise can no longer be told from
        # rounding, or is no more than a gradient within the tolerance leaves.
        share = max(torch.finfo(value.dtype).eps, self.tolerance**2)
        exhausted = ~accepted & (promised.abs() <= share * (1 + self.value.abs()))
        afresh = exhausted & self.curvature.known
        rise = (value - self.value - promised).nan_to_num(torch.inf, torch.inf)
        shorter = (-promised / (2 * rise)).clamp(0.1, 0.5).unsqueeze(2)

        difference = gradient - self.gradient
        self.curvature.update(moved, difference, accepted)
        self.curvature.forget(afresh)
        here = accepted.unsqueeze(2)
        self.z = torch.where(here, z, self.z)
        self.value = torch.where(accepted, value, self.value)
        self.gradient = torch.where(here, gradient, self.gradient)
        self.converged = self.converged | self._is_flat() | (exhausted & ~afresh)
        shortened = self.length * shorter
        self.direction, length = self._aim()
        self.length = torch.where(here | afresh.unsqueeze(2), length, shortened)

    def best(self, space: Space | None) -> Minimum:
        """Return the least energy of all restarts."""
        bottomless = self.value == -torch.inf
        if bool(bottomless.any()):
            raise ValueError(
                f"energy {int(bottomless.any(0).nonzero()[0])} has no lower bound: it came to "
                "minus infinity. Give codes a price, or a space with bounds."
            )
        k = self.value.nan_to_num(torch.inf).argmin(0)
        columns = torch.arange(self.shape[1], device=k.device)
        z = self.z[k, columns].reshape(self.shape[1:])
        return Minimum(
            z if space is None else space.project(z),
            self.value[k, columns],
            self.converged[k, columns],
            self.n_steps,
        )

    def _aim(self) -> tuple[Tensor, Tensor]:
        """Return directions and first lengths of steps, inside the bounds."""
        free = self._free()
        slope = torch.where(free, self.gradient, 0.0)
        direction = torch.where(free, self.curvature.direction(slope), 0.0)
        downhill = (direction * slope).sum(2, keepdim=True) < 0
        direction = torch.where(downhill, direction, -slope)
        # Before any curvature is known, a step has length 1 at most.
        norm = torch.linalg.vector_norm(direction, dim=2, keepdim=True)
        known = self.curvature.known.unsqueeze(2) & downhill
        return direction, torch.where(known, 1.0, 1 / norm.clamp(min=1.0))

    def _free(self) -> Tensor:
        """Tell which elements a bound does not hold back."""
        low, high = self.bounds
        held = ((self.z <= low) & (self.gradient > 0)) | ((self.z >= high) & (self.gradient < 0))
        return ~held

    def _is_flat(self) -> Tensor:
        slope = torch.where(self._free(), self.gradient.abs(), 0.0).amax(2)
        return slope <= self.tolerance * self.value.abs().clamp(min=1.0)

    def _evaluate(self, z: Tensor) -> tuple[Tensor, Tensor]:
        self.n_steps += 1
        value, gradient = value_and_slope(self.energy, z.reshape(self.shape))
        return value, gradient.flatten(2)
