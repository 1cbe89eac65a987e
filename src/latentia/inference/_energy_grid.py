"""Energies of many codes at once, and what integrals over codes ask for."""

from __future__ import annotations

import math
from numbers import Real

import torch
from torch import Tensor

from latentia._blocks import BLOCK_VALUES
from latentia.errors import IncompatiblePartsError
from latentia.heads import as_count
from latentia.inference._cells import Rule
from latentia.models import LatentEnergy

#: Numbers in memory at once; networks need a multiple of it for what is between.
_AT_ONCE = BLOCK_VALUES // 4


def check_integral(energy: LatentEnergy, beta: float) -> None:
    """Refuse a temperature that is none, and an integral that diverges for want of a price."""
    if isinstance(beta, bool) or not isinstance(beta, Real) or not beta > 0:
        raise ValueError(f"beta={beta!r} must be a positive number; it is an inverse temperature.")
    if not (energy.space.bounded or energy.regularized or math.isinf(beta)):
        raise IncompatiblePartsError(
            f"A free energy at beta={beta} and {energy.space!r} without a regularizer do not fit: "
            "codes far away cost nothing, so the integral over them diverges. Use a bounded space "
            'such as spaces.Box, or regularizer="normal".'
        )


def check_grid(n_points: int | None, tolerance: float) -> None:
    """Refuse a grid without points, and an error that none can have."""
    if n_points is not None:
        as_count(n_points, "n_points")
    if not (tolerance > 0 and math.isfinite(tolerance)):
        raise ValueError(f"tolerance={tolerance} must be a positive number.")


def energies_of(energy: LatentEnergy, y: Tensor, points: Tensor, *conditions: Tensor) -> Tensor:
    """Return the energies of all points (m, 1, *code), shape (m, n), a part of them at a time."""
    size = max(1, _AT_ONCE // (_numbers(energy, y) * max(len(y), 1)))
    return torch.cat([energy(y, part, *conditions) for part in points.split(size)])


def rule_of(energy: LatentEnergy, y: Tensor, beta: float, *conditions: Tensor) -> Rule:
    """Return a rule that integrates exp(-beta E) for each example."""

    def integrand(z: Tensor, rows: Tensor) -> Tensor:
        values = energy(y[rows], z, *(c[rows] for c in conditions))
        # Where beta is tiny, single precision would leave its rounding alone.
        return -beta * (values if values.device.type == "mps" else values.double())

    return Rule(integrand, energy.space, y, _numbers(energy, y), _AT_ONCE)


def _numbers(energy: LatentEnergy, y: Tensor) -> int:
    """Return what an example, its parameters and a code take of memory."""
    head = getattr(energy.decoder, "head", None)
    params = 0 if head is None else head.n_params
    return math.prod(y.shape[1:]) + params + math.prod(energy.space.event_shape)
