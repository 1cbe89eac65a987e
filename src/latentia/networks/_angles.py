"""Angles, made fit for a network."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Angles(nn.Module):
    r"""A network of period :math:`2 \pi`, which sees angles as points on the circle.

    .. math:: y = \mathrm{net}([\cos z, \sin z], c)

    Parameters
    ----------
    net : Module
        Of ([cos z, sin z], \*context), twice as wide as z.

    Examples
    --------
    >>> import torch
    >>> Angles(nn.Identity())(torch.zeros(1, 1))
    tensor([[1., 0.]])
    """

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    @property
    def in_shape(self) -> tuple[int, ...]:
        """Shape of one input z."""
        (width,) = self.net.in_shape  # type: ignore[misc]
        return (width // 2,)

    def forward(self, z: Tensor, *context: Tensor) -> Tensor:
        """Map angles in radians, and a context, to what the network makes of them."""
        return self.net(torch.cat([z.cos(), z.sin()], -1), *context)
