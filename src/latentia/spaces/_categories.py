"""A choice among categories."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from latentia.heads import as_count
from latentia.spaces._space import Space, typed


class Categories(Space):
    """One of n categories, as a vector of one 1 and else 0.

    A grid holds all of them, so that minima, free energies and posteriors are exact.

    Parameters
    ----------
    n : int
        Number of categories.

    Examples
    --------
    >>> Categories(3).grid(100)[0]
    tensor([[1., 0., 0.],
            [0., 1., 0.],
            [0., 0., 1.]])
    """

    name = "one-hot"
    discrete = True
    bounds = (0.0, 1.0)

    def __init__(self, n: int) -> None:
        self.event_shape = (as_count(n, "n"),)
        self.volume = float(n)

    def starts(self, n: int, like: Tensor | None = None) -> Tensor:
        (size,) = self.event_shape
        return typed(torch.eye(size)[torch.arange(as_count(n, "n")) % size], like)

    def grid(self, n: int, like: Tensor | None = None) -> tuple[Tensor, Tensor]:
        (size,) = self.event_shape
        points = self.starts(size, like)
        return points, points.new_zeros(size)

    def project(self, z: Tensor) -> Tensor:
        return functional.one_hot(z.argmax(-1), self.event_shape[0]).to(z)

    def __repr__(self) -> str:
        return f"Categories({self.event_shape[0]})"
