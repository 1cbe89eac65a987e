"""Energies whose minima and integrals are known."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.distributions import Independent, Normal

from latentia import conditional


class Ellipse(conditional.ConditionalDistribution):
    """(w1 cos z, w2 sin z) for an angle z."""

    event_shape = (2,)

    def __init__(self, radii=(2.0, 1.5), scale=0.05):
        super().__init__()
        self.radii = nn.Parameter(torch.tensor(radii, dtype=torch.float64))
        self.scale = scale

    def forward(self, z):
        at = torch.cat([z.cos(), z.sin()], -1) * self.radii
        return Independent(Normal(at, self.scale, validate_args=False), 1)


@pytest.fixture
def ellipse():
    return Ellipse()


@pytest.fixture
def points():
    """Points all over the plane, some on the ellipse."""
    generator = torch.Generator().manual_seed(0)
    y = 1.5 * torch.randn(40, 2, generator=generator, dtype=torch.float64)
    angles = torch.linspace(0.1, 6, 10, dtype=torch.float64)
    on = torch.stack([2 * angles.cos(), 1.5 * angles.sin()], 1)
    return torch.cat([y, on])
