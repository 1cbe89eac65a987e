"""Examples in units in which their features compare."""

from __future__ import annotations

from typing import Any

import numpy as np

from latentia._arrays import as_array


def scaled(x: np.ndarray, scale: Any) -> np.ndarray:
    """Return examples divided by a scale that broadcasts to one of them."""
    scale = as_array(scale).astype(float)
    try:
        fits = np.broadcast_shapes(scale.shape, x.shape[1:]) == x.shape[1:]
    except ValueError:
        fits = False
    if not fits or not np.isfinite(scale).all() or (scale == 0).any():
        raise ValueError(
            f"scale must be a number, or one for each feature of shape {x.shape[1:]}, finite and "
            f"not 0, but is {scale!r:.80}."
        )
    return x / scale
