"""Many images as one."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from latentia._arrays import as_array


def is_images(x: np.ndarray) -> bool:
    """Whether examples are images, (n, H, W) or (n, C, H, W), and not a table."""
    if x.ndim > 4:
        raise ValueError(
            f"Examples of shape {x.shape[1:]} cannot be drawn; images are (height, width) or "
            "(channels, height, width), and a table has one dimension."
        )
    return x.ndim > 2


def as_pixels(images: Any) -> np.ndarray:
    """Return grey values (n, H, W) as they are, or colours (n, H, W, 3) between 0 and 1.

    Three channels are colours, of 0 to 1 or of 0 to 255; any other number is averaged to grey.
    """
    images = as_array(images)
    if images.ndim not in (3, 4) or images.size == 0:
        raise ValueError(
            f"images must have shape (n, height, width) or (n, channels, height, width), but "
            f"have {images.shape}."
        )
    if images.ndim == 4 and images.shape[1] == 3:
        colours = np.moveaxis(images, 1, -1).astype(float)
        return np.clip(colours / (255 if colours.max() > 2 else 1), 0, 1)
    return images.astype(float) if images.ndim == 3 else images.mean(axis=1, dtype=float)


def mosaic(images: Any, n_columns: int) -> np.ndarray:
    """Lay images out row by row, one pixel apart.

    Parameters
    ----------
    images : array or tensor, shape (n, H, W) or (n, C, H, W)
        Three channels are colours, of 0 to 1 or of 0 to 255; others are averaged to grey.
    n_columns : int
        Images in a row.

    Returns
    -------
    ndarray, shape (H', W') or (H', W', 3)
        Grey values as they were, with NaN between images; or colours in [0, 1], with white
        between them. H' is the number of rows times (H + 1), less 1, and W' likewise.

    Raises
    ------
    ValueError
        If these are no images, or ``n_columns`` is below 1.

    Examples
    --------
    >>> mosaic(np.arange(3).reshape(3, 1, 1), n_columns=2)
    array([[ 0., nan,  1.],
           [nan, nan, nan],
           [ 2., nan, nan]])
    """
    pixels = as_pixels(images)
    if n_columns < 1:
        raise ValueError(f"n_columns={n_columns} must be at least 1.")
    n, height, width, *channels = pixels.shape
    n_rows = -(-n // n_columns)
    empty = 1.0 if channels else np.nan
    canvas = np.full((n_rows, height + 1, n_columns, width + 1, *channels), empty)
    for i, image in enumerate(pixels):
        row, column = divmod(i, n_columns)
        canvas[row, :height, column, :width] = image
    return canvas.reshape(n_rows * (height + 1), n_columns * (width + 1), *channels)[:-1, :-1]


def show(ax: Axes, images: Any, n_columns: int, like: Any = None) -> None:
    """Draw a mosaic, with the grey values that `like` (by default the images) spans."""
    low, high = grey_limits(as_pixels(images if like is None else like))
    ax.imshow(
        mosaic(images, n_columns), cmap="gray", vmin=low, vmax=high, interpolation="antialiased"
    )


def grey_limits(pixels: np.ndarray) -> tuple[float, float]:
    """Return what is black and what is white: 0 and 1, or the extremes of other values."""
    low, high = float(np.nanmin(pixels)), float(np.nanmax(pixels))
    return (0.0, 1.0) if low >= 0 and high <= 1 else (low, high)


def mosaic_inches(event_shape: tuple[int, ...], n_columns: int, n_rows: int) -> tuple[float, float]:
    """Return the size of a mosaic on paper: 0.8 inches an image, 9 inches at most."""
    height, width = event_shape[-2:]
    inches = np.array([n_columns * width, n_rows * height]) * 0.8 / max(height, width)
    inches *= min(1.0, 9.0 / inches.max())
    return float(inches[0]), float(inches[1])
