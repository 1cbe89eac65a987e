"""Cubes of coordinates, each of one example, and the rule that integrates over them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from latentia.spaces import Space

#: From codes, shape (k, m, *code), and the rows of their examples, shape (m,), to (k, m).
Integrand = Callable[[Tensor, Tensor], Tensor]

#: Nodes of the rule along each dimension of a cell, by the number of dimensions.
_NODES = {1: 8, 2: 6, 3: 4}
MOST_DIMENSIONS = len(_NODES)


@dataclass
class Cells:
    """Cubes, and what the integrand is in them.

    Parameters
    ----------
    rows : Tensor, shape (m,)
        The example of each.
    low : Tensor, shape (m, d)
        Their lowest corners.
    size : Tensor, shape (m,)
        Their sides.
    mass : Tensor, shape (m,)
        The log of the integral over each.
    most : Tensor, shape (m,)
        What that would be if the integrand were everywhere as large as its nodes let it be.
    """

    rows: Tensor
    low: Tensor
    size: Tensor
    mass: Tensor
    most: Tensor

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, which: Tensor) -> Cells:
        return Cells(*(getattr(self, name)[which] for name in self.__dataclass_fields__))

    def __add__(self, others: Cells) -> Cells:
        return Cells(
            *(
                torch.cat([getattr(self, name), getattr(others, name)])
                for name in self.__dataclass_fields__
            )
        )


class Rule:
    r"""Gauss-Legendre quadrature in cubes of the coordinates of a space.

    Parameters
    ----------
    integrand : callable
        The logarithm of what is integrated.
    space : Space
        Where the codes live, of at most three dimensions.
    like : Tensor
        The dtype and device of codes.
    numbers : int
        What an energy takes of memory.
    at_once : int
        Numbers in memory at once.
    """

    def __init__(
        self, integrand: Integrand, space: Space, like: Tensor, numbers: int, at_once: int
    ) -> None:
        self.space = space
        self.integrand = integrand
        self.like = like
        self.d = math.prod(space.event_shape)
        self.n_nodes = _NODES[self.d]
        x, w = np.polynomial.legendre.leggauss(self.n_nodes)
        self.nodes = self._products((1 + x) / 2)
        self.log_weights = self._products(np.log(w / 2)).sum(1)
        self.cells_at_once = max(1, at_once // (numbers * len(self.nodes)))

    def _products(self, values: np.ndarray) -> Tensor:
        # In double precision where a device has it: logarithms of sums need the digits.
        wide = torch.float32 if self.like.device.type == "mps" else torch.float64
        axis = torch.from_numpy(values).to(wide).to(self.like.device)
        return torch.cartesian_prod(*[axis] * self.d).reshape(-1, self.d)

    def first(self, n: int, n_points: int, reach: float) -> Cells:
        """Return cells of n examples, with about ``n_points`` nodes to the reach of the space."""
        # An even number has a corner at 0, where some prices have a kink.
        half = max(1, math.ceil(n_points / self.n_nodes / 2))
        half = math.ceil(half * reach / self.space.reach)
        axis = torch.arange(-half, half, dtype=self.nodes.dtype, device=self.nodes.device)
        size = reach / half
        low = (size * torch.cartesian_prod(*[axis] * self.d)).reshape(-1, self.d)
        rows = torch.arange(n, device=low.device).repeat_interleave(len(low))
        low = low.repeat(n, 1)
        return self.measured(rows, low, torch.full_like(low[:, 0], size))

    def halved(self, cells: Cells) -> Cells:
        """Return the parts of cells, those of one after those of the other."""
        corners = self._corners
        parts = len(corners)
        size = (cells.size / 2).repeat_interleave(parts)
        low = cells.low.repeat_interleave(parts, 0) + size[:, None] * corners.repeat(len(cells), 1)
        return self.measured(cells.rows.repeat_interleave(parts), low, size)

    @property
    def _corners(self) -> Tensor:
        both = torch.arange(2, device=self.nodes.device).to(self.nodes)
        return torch.cartesian_prod(*[both] * self.d).reshape(-1, self.d)

    @torch.no_grad()
    def measured(self, rows: Tensor, low: Tensor, size: Tensor) -> Cells:
        """Return cells with the integrals over them."""
        masses, mosts = [], []
        for part in self.pieces(len(rows)):
            terms = self.terms(rows[part], low[part], size[part])
            log_size = self.d * size[part].log()
            masses.append((terms + self.log_weights.unsqueeze(1)).logsumexp(0) + log_size)
            mosts.append((terms + self._rise(terms)).amax(0) + log_size)
        return Cells(rows, low, size, torch.cat(masses), torch.cat(mosts))

    def pieces(self, n: int) -> Iterator[slice]:
        """Yield the parts of n cells that memory holds."""
        for start in range(0, max(n, 1), self.cells_at_once):
            yield slice(start, start + self.cells_at_once)

    def terms(self, rows: Tensor, low: Tensor, size: Tensor) -> Tensor:
        """Return the logarithm of the integrand at all nodes of cells, shape (nodes, m)."""
        u = low + size.unsqueeze(1) * self.nodes.unsqueeze(1)
        z, log_slopes = self.space.chart(u.reshape(*u.shape[:2], *self.space.event_shape))
        values = self.integrand(z.to(self.like), rows).to(u)
        # Infinitely far from the data, an energy may be infinity less infinity.
        return torch.where(values.isnan(), -torch.inf, values) + log_slopes

    def _rise(self, terms: Tensor) -> Tensor:
        """Return how much more there may be half way to the next nodes, by the slopes there."""
        cube = terms.reshape(*[self.n_nodes] * self.d, -1)
        rise = torch.zeros_like(cube)
        for axis in range(self.d):
            steps = cube.diff(dim=axis).abs().nan_to_num(0.0, posinf=0.0)
            none = torch.zeros_like(steps.narrow(axis, 0, 1))
            rise += torch.maximum(torch.cat([none, steps], axis), torch.cat([steps, none], axis))
        return rise.reshape(terms.shape) / 2
