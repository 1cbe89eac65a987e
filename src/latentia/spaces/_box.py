"""Numbers between two bounds."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from latentia.heads import as_count, as_shape
from latentia.spaces._space import Space, product, spread, typed

_PANEL = 16


class Box(Space):
    r"""Vectors or arrays whose elements lie in [low, high].

    A grid is Gauss-Legendre quadrature in panels, exact for polynomials of degree 31 in each panel
    of 16 points.

    Parameters
    ----------
    event_shape : int or tuple of int
        Shape of one code.
    low, high : float, default=-1.0, 1.0
        Bounds of every element.

    Raises
    ------
    ValueError
        If the bounds are not finite, or ``low`` is not below ``high``.

    Examples
    --------
    >>> z, log_weights = Box(1, 0.0, 2.0).grid(4)
    >>> (log_weights.exp() * z[:, 0] ** 3).sum()
    tensor(4.)
    """

    def __init__(
        self, event_shape: int | Sequence[int], low: float = -1.0, high: float = 1.0
    ) -> None:
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise ValueError(f"low={low} must be a number below high={high}, both finite.")
        self.event_shape = as_shape(event_shape, "event_shape")
        self.name = "unit" if (low, high) == (0, 1) else "box"
        self.bounds = (float(low), float(high))

    @property
    def log_volume(self) -> float:
        low, high = self.bounds
        return math.prod(self.event_shape) * math.log(high - low)

    @property
    def volume(self) -> float:  # type: ignore[override]
        low, high = self.bounds
        try:
            return (high - low) ** math.prod(self.event_shape)
        except OverflowError:
            return math.inf

    def starts(self, n: int, like: Tensor | None = None) -> Tensor:
        low, high = self.bounds
        return typed(low + (high - low) * spread(as_count(n, "n"), self.event_shape), like)

    def grid(self, n: int, like: Tensor | None = None) -> tuple[Tensor, Tensor]:
        low, high = self.bounds
        nodes, weights = _panels(as_count(n, "n"))
        points, log_weights = product(
            low + (high - low) * nodes, ((high - low) * weights).log(), self.event_shape
        )
        return typed(points, like), typed(log_weights, like)

    def chart(self, u: Tensor) -> tuple[Tensor, Tensor]:
        low, high = self.bounds
        half = (high - low) / 2
        size = len(self.event_shape)
        log_volume = math.prod(self.event_shape) * math.log(half)
        return low + half * (1 + u), u.new_full(u.shape[: u.dim() - size], log_volume)

    def project(self, z: Tensor) -> Tensor:
        return z.clamp(*self.bounds)

    def __repr__(self) -> str:
        low, high = self.bounds
        return f"Box(event_shape={self.event_shape}, low={low}, high={high})"


def _panels(n: int) -> tuple[Tensor, Tensor]:
    """Return n nodes in (0, 1) and their weights."""
    sizes = [len(part) for part in np.array_split(np.arange(n), max(1, n // _PANEL))]
    rules = [np.polynomial.legendre.leggauss(size) for size in sizes]
    nodes = [(i + (1 + x) / 2) / len(sizes) for i, (x, _) in enumerate(rules)]
    weights = [w / 2 / len(sizes) for _, w in rules]
    return torch.from_numpy(np.concatenate(nodes)), torch.from_numpy(np.concatenate(weights))
