"""A list of codes."""

from __future__ import annotations

import torch
from torch import Tensor

from latentia.heads import as_count
from latentia.spaces._space import Space, typed


class Points(Space):
    """One of the codes that are given, such as the words of a codebook.

    A grid holds all of them, so that minima, free energies and posteriors are exact.

    Parameters
    ----------
    points : Tensor, shape (m, \\*event)
        The codes.
    name : str, default="real"
        The word for where they lie, as heads and priors use it.

    Raises
    ------
    ValueError
        For no codes, or numbers that are no codes.

    Examples
    --------
    >>> words = Points(torch.tensor([[0.0, 0.0], [3.0, 4.0]]))
    >>> words.project(torch.tensor([[2.0, 2.0]]))
    tensor([[3., 4.]])
    """

    discrete = True

    def __init__(self, points: Tensor, name: str = "real") -> None:
        if points.dim() < 2 or len(points) == 0:
            raise ValueError(
                f"points has shape {tuple(points.shape)}, but must be (m, *event), a code or more."
            )
        self.points = points.detach()
        self.event_shape = tuple(points.shape[1:])
        self.volume = float(len(points))
        self.name = name

    def starts(self, n: int, like: Tensor | None = None) -> Tensor:
        return typed(self.points[torch.arange(as_count(n, "n")) % len(self.points)], like)

    def grid(self, n: int, like: Tensor | None = None) -> tuple[Tensor, Tensor]:
        points = typed(self.points, like)
        return points, points.new_zeros(len(points))

    def project(self, z: Tensor) -> Tensor:
        size = len(self.event_shape)
        flat = z.flatten(-size).flatten(0, -2)
        nearest = torch.cdist(flat, self.points.to(z).flatten(1)).argmin(1)
        return self.points.to(z)[nearest].reshape(z.shape)

    def __repr__(self) -> str:
        return f"Points({len(self.points)} codes of shape {self.event_shape})"
