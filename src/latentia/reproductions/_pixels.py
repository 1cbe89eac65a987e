"""How far reconstructed bytes are from images, with pixels in [0, 1]."""

from __future__ import annotations

import numpy as np

from latentia.evaluation import reconstruction
from latentia.reproductions._target import Quantity


def pixel_errors(images: np.ndarray, reconstructed: np.ndarray) -> dict[str, float]:
    """Return "sse", summed over the pixels of an image, and "mse", of one pixel."""
    return reconstruction(images / 255, reconstructed / 255)


def sse(published: float, low: float, high: float) -> Quantity:
    """Return the quantity that is a sum over pixels."""
    return Quantity("squared error of a test image, pixels in [0, 1]", published, (low, high))


def mse(published: float, low: float, high: float, of: str = "a test pixel") -> Quantity:
    """Return the quantity that is a mean over pixels."""
    return Quantity(f"mean squared error of {of} in [0, 1]", published, (low, high))
