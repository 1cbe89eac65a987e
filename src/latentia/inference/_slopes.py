"""Energies of codes, and the way downhill."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def check_start(start: Tensor) -> None:
    """Refuse starts that are no codes to walk from."""
    if start.dim() < 3 or len(start) == 0:
        raise ValueError(
            f"start has shape {tuple(start.shape)}, but must be (k, n, *event), with at least one "
            "start for each of n energies; write numbers as events of shape (1,)."
        )
    if not start.is_floating_point():
        raise ValueError(f"start has dtype {start.dtype}, but codes move; give a floating dtype.")


def value_and_slope(energy: Callable[[Tensor], Tensor], z: Tensor) -> tuple[Tensor, Tensor]:
    """Return energies of codes (k, n, *event), shape (k, n), and their gradients.

    Raises
    ------
    ValueError
        For energies of another shape, or that do not depend on the codes.
    """
    with torch.enable_grad():
        z = z.detach().requires_grad_()
        value = energy(z)
        if value.shape != z.shape[:2]:
            raise ValueError(
                f"energy gave shape {tuple(value.shape)} for codes of shape {tuple(z.shape)}; it "
                f"must give {tuple(z.shape[:2])}, a number for each code."
            )
        slope = None
        if value.requires_grad:
            (slope,) = torch.autograd.grad(value.sum(), z, allow_unused=True)
    if slope is None:
        raise ValueError(
            "energy does not depend on z, or not through torch, so there is no way downhill; it "
            "must be a differentiable function of the codes that it is given."
        )
    return value.detach(), slope
