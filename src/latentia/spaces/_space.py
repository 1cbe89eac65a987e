"""What every space of codes can do."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod

import torch
from torch import Tensor

from latentia.errors import IncompatiblePartsError

#: Points of a grid that are still worth enumerating.
_MOST = 2**20


class Space(ABC):
    """Where a code lives.

    Attributes
    ----------
    name : str
        The word for it, as heads and priors use it, such as "real", "unit" or "one-hot".
    event_shape : tuple of int
        Shape of one code.
    volume : float
        :math:`|Z|`: infinite where unbounded, the number of points where discrete.
    discrete : bool
        Whether its points can be counted; then every grid holds each of them once.
    bounds : tuple of float
        The least and the largest value of every element, or infinities.
    periodic : bool
        Whether codes that leave it on one side come in on the other.
    """

    name: str
    event_shape: tuple[int, ...]
    volume: float
    discrete: bool = False
    periodic: bool = False
    bounds: tuple[float, float] = (-math.inf, math.inf)

    @abstractmethod
    def starts(self, n: int, like: Tensor | None = None) -> Tensor:
        """Return n codes, spread out and always the same, shape (n, \\*event).

        They have the dtype and the device of ``like``; without it torch's defaults.
        """

    @abstractmethod
    def grid(self, n: int, like: Tensor | None = None) -> tuple[Tensor, Tensor]:
        r"""Return points, shape (m, \*event), and their log-weights, shape (m,).

        .. math:: \textstyle\sum_j w_j f(z_j) \approx \int f(z)\, dz

        with n points along each dimension; a sum where the space is discrete.
        """

    @abstractmethod
    def project(self, z: Tensor) -> Tensor:
        """Return the nearest point of the space, or the same one by its usual name."""

    @property
    def reach(self) -> float:
        """How far coordinates go from 0 in both directions; a first guess where unbounded."""
        return 1.0

    def chart(self, u: Tensor) -> tuple[Tensor, Tensor]:
        r"""Return the codes at coordinates u, shape (..., \*event), and :math:`\log |dz / du|`.

        Raises
        ------
        IncompatiblePartsError
            For a discrete space, which has none.
        """
        raise IncompatiblePartsError(
            f"{self!r} and coordinates do not fit: a discrete space is a list of points. Use its "
            "grid, which holds each of them once."
        )

    @property
    def log_volume(self) -> float:
        """The logarithm of the volume, a number even where the volume has too many digits."""
        return math.log(self.volume)

    @property
    def bounded(self) -> bool:
        """Whether its volume is finite."""
        return math.isfinite(self.log_volume)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(event_shape={self.event_shape})"


def typed(values: Tensor, like: Tensor | None) -> Tensor:
    """Return ``values`` with the dtype and the device of ``like``."""
    return values.to(torch.get_default_dtype()) if like is None else values.to(like)


def product(
    nodes: Tensor, log_weights: Tensor, event_shape: tuple[int, ...]
) -> tuple[Tensor, Tensor]:
    """Return the grid of all combinations of ``nodes``, one for each element of a code.

    Raises
    ------
    ValueError
        For more points than can be enumerated.
    """
    n, size = len(nodes), math.prod(event_shape)
    if n**size > _MOST:
        raise ValueError(
            f"A grid of {n} points along each of {size} dimensions has {n**size:.4g} points, more "
            f"than {_MOST:,}; take fewer points, or draw codes from an encoder instead (encoder= "
            "of inference.free_energy)."
        )
    points = torch.cartesian_prod(*[nodes] * size).reshape(-1, *event_shape)
    weights = torch.cartesian_prod(*[log_weights] * size).reshape(-1, size).sum(1)
    return points, weights


def spread(n: int, event_shape: tuple[int, ...]) -> Tensor:
    """Return n points of the open unit cube, shape (n, *event), float64, always the same."""
    engine = torch.quasirandom.SobolEngine(math.prod(event_shape), scramble=True, seed=0)
    u = engine.draw(n, dtype=torch.float64)
    return u.clamp(1e-6, 1 - 1e-6).reshape(n, *event_shape)
