"""Heads of directions: codes of length one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

import torch
from torch import Tensor
from torch.distributions import Distribution
from torch.nn.functional import normalize, softplus

from latentia import distributions
from latentia.heads._vectors import VectorHead

_MOST_CONCENTRATED = 1e4
_TINY = 1e-6


class Directional(VectorHead):
    """What :class:`VonMisesFisher` and :class:`PowerSpherical` share: an axis and how near to it.

    Parameters
    ----------
    event_shape : int or tuple of one int
        Shape (d,) of one code, d at least 2.
    """

    family: ClassVar[Callable[..., Distribution]]
    space = "sphere"
    least = 2
    nudge: Tensor

    def __init__(self, event_shape: int | Sequence[int]) -> None:
        super().__init__(event_shape)
        # A network that gives zeros points along the first axis, not nowhere.
        nudge = _TINY * torch.eye(self.event_shape[0])[0]
        self.register_buffer("nudge", nudge, persistent=False)

    @property
    def params_shape(self) -> tuple[int, ...]:
        return (self.event_shape[0] + 1,)

    def split(self, raw: Tensor) -> tuple[Tensor, ...]:
        """Return the axis before it is normalised, and the raw concentration."""
        return self.checked(raw).split((self.event_shape[0], 1), dim=-1)

    def forward(self, raw: Tensor) -> Distribution:
        axis, width = self.split(raw)
        most = _MOST_CONCENTRATED
        concentration = 1 + most * torch.tanh(softplus(width.squeeze(-1)) / most)
        return type(self).family(normalize(axis + self.nudge, dim=-1), concentration)


class VonMisesFisher(Directional):
    r"""Directions with a density exponential in the cosine of the angle to an axis.

    .. math:: p(z) \propto e^{\kappa \mu^\top z}, \quad |z| = 1, \quad
              \mu = \frac{r_{1:d}}{|r_{1:d}|}, \quad \kappa \approx 1 + \mathrm{softplus}(r_{d+1})

    Parameters
    ----------
    event_shape : int or tuple of one int
        Shape (d,) of one code, d at least 2. The concentration kappa is held inside [1, 1e4].

    Raises
    ------
    ValueError
        For the shape of an image, or d below 2.

    References
    ----------
    T. R. Davidson, L. Falorsi, N. De Cao, T. Kipf, J. M. Tomczak. Hyperspherical Variational
    Auto-Encoders. 2018.

    Examples
    --------
    >>> import torch
    >>> q = VonMisesFisher(2)(torch.tensor([[3.0, 4.0, 0.0]]))
    >>> q.loc, q.concentration
    (tensor([[0.6000, 0.8000]]), tensor([1.6931]))
    """

    family = distributions.VonMisesFisher


class PowerSpherical(Directional):
    r"""Directions with a density that is a power of one plus the cosine of the angle to an axis.

    .. math:: p(z) \propto (1 + \mu^\top z)^\kappa, \quad |z| = 1, \quad
              \mu = \frac{r_{1:d}}{|r_{1:d}|}, \quad \kappa \approx 1 + \mathrm{softplus}(r_{d+1})

    Parameters
    ----------
    event_shape : int or tuple of one int
        Shape (d,) of one code, d at least 2. The concentration kappa is held inside [1, 1e4].

    Raises
    ------
    ValueError
        For the shape of an image, or d below 2.

    References
    ----------
    N. De Cao, W. Aziz. The Power Spherical distribution. 2020.

    Examples
    --------
    >>> import torch
    >>> PowerSpherical(2)(torch.tensor([[0.0, -5.0, 1.0]])).loc.round(decimals=3)
    tensor([[ 0., -1.]])
    """

    family = distributions.PowerSpherical
