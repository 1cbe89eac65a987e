"""What many searches remember of the curvature on their way."""

from __future__ import annotations

import torch
from torch import Tensor

_MEMORY = 8


class Curvature:
    r"""The last steps s and changes y of the gradient, of each search by itself.

    .. math:: H_0 = \frac{s^\top y}{y^\top y} I, \qquad \rho = 1 / s^\top y

    A pair that is not remembered has :math:`\rho = 0`, which drops out of the recursion.

    Parameters
    ----------
    like : Tensor, shape (k, n, size)
        Codes; their shape, dtype and device.
    """

    def __init__(self, like: Tensor) -> None:
        self.steps = like.new_zeros(_MEMORY, *like.shape)
        self.changes = torch.zeros_like(self.steps)
        self.rho = like.new_zeros(_MEMORY, *like.shape[:2], 1)
        self.scale = torch.ones_like(self.rho[0])

    @property
    def known(self) -> Tensor:
        """Tell which searches remember a pair, shape (k, n)."""
        return self.rho[-1, ..., 0] > 0

    def update(self, step: Tensor, change: Tensor, where: Tensor) -> None:
        """Remember a pair of those searches whose curvature along the step was positive."""
        product = (step * change).sum(2, keepdim=True)
        squares = change.square().sum(2, keepdim=True)
        lengths = step.square().sum(2, keepdim=True)
        least = torch.finfo(step.dtype).eps * (squares * lengths).sqrt()
        keep = where.unsqueeze(2) & (product > least)
        safe = torch.where(keep, product, 1.0)
        self.steps = torch.where(keep, torch.cat([self.steps[1:], step[None]]), self.steps)
        self.changes = torch.where(keep, torch.cat([self.changes[1:], change[None]]), self.changes)
        self.rho = torch.where(keep, torch.cat([self.rho[1:], 1 / safe[None]]), self.rho)
        self.scale = torch.where(keep, product / torch.where(keep, squares, 1.0), self.scale)

    def forget(self, where: Tensor) -> None:
        """Start afresh, as steepest descent."""
        self.rho = torch.where(where.unsqueeze(2), 0.0, self.rho)
        self.scale = torch.where(where.unsqueeze(2), 1.0, self.scale)

    def direction(self, gradient: Tensor) -> Tensor:
        """Return -H g by the two-loop recursion."""
        q, shares = gradient, []
        for s, y, rho in reversed(list(zip(self.steps, self.changes, self.rho, strict=True))):
            share = rho * (s * q).sum(2, keepdim=True)
            q = q - share * y
            shares.append(share)
        q = self.scale * q
        for s, y, rho in zip(self.steps, self.changes, self.rho, strict=True):
            q = q + s * (shares.pop() - rho * (y * q).sum(2, keepdim=True))
        return -q
