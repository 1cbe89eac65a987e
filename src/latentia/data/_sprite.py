"""How sprites are drawn: a shape, turned, scaled, and moved by parts of a pixel."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

# Samples along each side of a pixel.
_FINENESS = 4

# Of 64: how far centres stay from the border, and the radius of the largest sprite.
_MARGIN, _RADIUS = 16.5, 16.0

#: Which points belong to a sprite of radius 1, for coordinates right and up.
_SHAPES: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "square": lambda x, y: np.maximum(abs(x), abs(y)) <= np.sqrt(0.5),
    "ellipse": lambda x, y: x**2 + (y / 0.6) ** 2 <= 1,
    "heart": lambda x, y: _heart(1.29 * x, 1.29 * y + 0.2),
}

#: What the levels of each factor stand for.
VALUES = {
    "shape": np.array(list(_SHAPES)),
    "scale": np.linspace(0.5, 1.0, 6),
    "rotation": np.arange(40) * (2 * np.pi / 40),
    "position_x": np.linspace(0.0, 1.0, 32),
    "position_y": np.linspace(0.0, 1.0, 32),
}


@lru_cache(maxsize=4096)
def patch(
    size: int, binary: bool, shape: int, scale: int, rotation: int, down: int, right: int
) -> np.ndarray:
    """Draw one sprite in the corner of a patch, moved by half pixels down and right."""
    unit = size / 64
    pixels = size // 2 + (size + 32) // 64
    along = (np.arange(pixels * _FINENESS) + 0.5) / _FINENESS - _MARGIN * unit
    radius = _RADIUS * unit * VALUES["scale"][scale]
    x, y = (along[None, :] - right / 2) / radius, -(along[:, None] - down / 2) / radius
    cos, sin = np.cos(VALUES["rotation"][rotation]), np.sin(VALUES["rotation"][rotation])
    inside = _SHAPES[str(VALUES["shape"][shape])](cos * x + sin * y, cos * y - sin * x)
    cover = inside.reshape(pixels, _FINENESS, pixels, _FINENESS).mean(axis=(1, 3))
    return ((cover >= 0.5) if binary else np.rint(255 * cover)).astype(np.uint8)


def drawn(size: int, binary: bool, levels: np.ndarray) -> np.ndarray:
    """Draw the images of checked levels (n, 5), each kind of sprite once."""
    # Positions are whole numbers of half pixels.
    corner, half = np.divmod(levels[:, :2:-1] * (size // 32), 2)
    kinds, kind = np.unique(np.hstack([levels[:, :3], half]), axis=0, return_inverse=True)
    patches = np.stack([patch(size, binary, *row) for row in kinds.tolist()] or [np.zeros((0, 0))])
    images = np.zeros((len(levels), size, size), np.uint8)
    reach = np.arange(patches.shape[-1])
    images[
        np.arange(len(levels))[:, None, None],
        (corner[:, :1] + reach)[:, :, None],
        (corner[:, 1:] + reach)[:, None, :],
    ] = patches[kind.reshape(-1)]
    return images


def _heart(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return (x**2 + y**2 - 1) ** 3 <= x**2 * y**3
