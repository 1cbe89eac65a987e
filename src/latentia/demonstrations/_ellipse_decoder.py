"""A decoder with two weights."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.distributions import Distribution

from latentia.conditional import ConditionalDistribution
from latentia.heads import DiagonalNormal


class EllipseDecoder(ConditionalDistribution):
    r"""A normal around an ellipse whose radii are learned.

    .. math:: p(y \mid z) = N(g(z), \sigma^2 I), \qquad g(z) = (w_1 \cos z, w_2 \sin z)

    Its codes are angles, shape (..., 1), as those of ``spaces.Circle``.

    Parameters
    ----------
    radius_1, radius_2 : float, default=1.0
        Where the half axes w start, in units of the data.
    scale : float, default=1.0
        The standard deviation, fixed.

    Raises
    ------
    ValueError
        If ``scale`` is not positive.

    References
    ----------
    Y. LeCun, S. Chopra, R. Hadsell, M. Ranzato, F. J. Huang. A Tutorial on Energy-Based Learning.
    2006.

    Examples
    --------
    >>> import torch
    >>> decoder = EllipseDecoder(2.0, 1.5)
    >>> decoder(torch.zeros(1, 1)).mean.detach()
    tensor([[2., 0.]])
    """

    def __init__(self, radius_1: float = 1.0, radius_2: float = 1.0, scale: float = 1.0) -> None:
        super().__init__()
        self.radii = nn.Parameter(torch.tensor([float(radius_1), float(radius_2)]))
        self.head = DiagonalNormal(2, scale=scale)
        self.event_shape = self.head.event_shape

    def forward(self, *conditions: Tensor) -> Distribution:
        z = conditions[0]
        return self.head(self.radii * torch.cat([z.cos(), z.sin()], dim=-1))
