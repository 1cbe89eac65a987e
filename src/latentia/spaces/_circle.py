"""Angles."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from latentia.heads import as_count
from latentia.spaces._space import Space, typed


class Circle(Space):
    r"""One angle in [0, 2 pi), in radians, shape (1,).

    Angles that differ by :math:`2\pi` are the same point, so a decoder must have that period.
    Starts and grids are even; as quadrature this is exact for trigonometric polynomials of degree
    n - 1.

    Examples
    --------
    >>> z, log_weights = Circle().grid(8)
    >>> (log_weights.exp() * z[:, 0].cos() ** 2).sum()  # pi
    tensor(3.1416)
    """

    name = "circle"
    event_shape = (1,)
    volume = 2 * math.pi
    periodic = True

    def starts(self, n: int, like: Tensor | None = None) -> Tensor:
        step = self.volume / as_count(n, "n")
        return typed(step * torch.arange(n, dtype=torch.float64).unsqueeze(1), like)

    def grid(self, n: int, like: Tensor | None = None) -> tuple[Tensor, Tensor]:
        z = self.starts(n, like)
        return z, z.new_full((n,), math.log(self.volume / n))

    def chart(self, u: Tensor) -> tuple[Tensor, Tensor]:
        return math.pi * (1 + u), u.new_full(u.shape[:-1], math.log(math.pi))

    def project(self, z: Tensor) -> Tensor:
        return z.remainder(self.volume)

    def __repr__(self) -> str:
        return "Circle()"
