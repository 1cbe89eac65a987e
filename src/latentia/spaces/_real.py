"""All real numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from latentia.heads import as_count, as_shape
from latentia.spaces._space import Space, product, spread, typed

_REACH = math.asinh(20.0)


class Real(Space):
    r"""Vectors or arrays of real numbers, without bounds.

    Starts follow a normal distribution of standard deviation ``scale``. A grid is the trapezoidal
    rule in t for :math:`z = s \sinh t`: dense around zero, and out to 20 scales s. Functions that
    reach further are cut off there; ``inference.free_energy`` follows them as far as they go.

    Parameters
    ----------
    event_shape : int or tuple of int
        Shape of one code.
    scale : float, default=1.0
        The typical length s of an element of a code.

    Raises
    ------
    ValueError
        If ``scale`` is not positive.

    Examples
    --------
    >>> z, log_weights = Real(1).grid(99)
    >>> (log_weights.exp() * (-z[:, 0].square() / 2).exp()).sum()  # sqrt(2 pi)
    tensor(2.5066)
    """

    name = "real"
    volume = math.inf

    def __init__(self, event_shape: int | Sequence[int], scale: float = 1.0) -> None:
        if not (scale > 0 and math.isfinite(scale)):
            raise ValueError(f"scale={scale} must be a positive number.")
        self.event_shape = as_shape(event_shape, "event_shape")
        self.scale = scale

    def starts(self, n: int, like: Tensor | None = None) -> Tensor:
        u = spread(as_count(n, "n"), self.event_shape)
        return typed(self.scale * torch.special.ndtri(u), like)

    def grid(self, n: int, like: Tensor | None = None) -> tuple[Tensor, Tensor]:
        n = as_count(n, "n")
        t = torch.linspace(-_REACH, _REACH, n, dtype=torch.float64)
        step = 2 * _REACH / max(n - 1, 1)
        log_weights = (self.scale * step * t.cosh()).log()
        points, weights = product(self.scale * t.sinh(), log_weights, self.event_shape)
        return typed(points, like), typed(weights, like)

    @property
    def reach(self) -> float:
        return _REACH

    def chart(self, u: Tensor) -> tuple[Tensor, Tensor]:
        log_slopes = (self.scale * u.cosh()).log()
        return self.scale * u.sinh(), log_slopes.flatten(-len(self.event_shape)).sum(-1)

    def project(self, z: Tensor) -> Tensor:
        return z
