"""What every prior that is fitted to codes asks of them."""

from __future__ import annotations

import torch
from torch import Tensor


def check_codes(codes: Tensor) -> Tensor:
    """Return ``codes``, or refuse another shape than (n, d), too few, and NaN.

    Raises
    ------
    ValueError
    """
    if codes.dim() != 2 or len(codes) < 2:
        raise ValueError(
            f"codes must have shape (n, d) with n of at least 2, but the shape is "
            f"{tuple(codes.shape)}."
        )
    finite = codes.isfinite().all(-1)
    if not finite.all():
        row = int((~finite).nonzero()[0])
        raise ValueError(f"codes must be finite, but row {row} is {codes[row].tolist()}.")
    return codes


def least_variance(codes: Tensor) -> Tensor:
    """Return a millionth of the mean variance of ``codes``, which keeps a constant code usable."""
    return 1e-6 * torch.var(codes.double(), 0, correction=0).mean().clamp(min=1e-6)
