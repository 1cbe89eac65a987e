"""What the units of a first layer look for."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import nn

from latentia._arrays import as_array
from latentia.plotting._mosaic import mosaic, mosaic_inches
from latentia.plotting._style import axes, clear_of_axes

# A few single pixels would make all others pale.
_SHOWN = 0.99


def weights(model: Any, n: int = 64, ax: Axes | None = None) -> Figure:
    """Draw the filters of a first layer, the weights of each unit where its pixels are.

    Red is positive and blue negative, on one scale for all filters, which the largest hundredth of
    the weights exceeds; channels are averaged. A unit that learned a stroke, an edge or a spot
    shows it; one that learned nothing is noise.

    Parameters
    ----------
    model : estimator or array
        Fitted on images, with a fully connected first layer; or filters of shape (units, H, W) or
        (units, C, H, W).
    n : int, default=64
        How many filters, those of the largest norm, the largest first.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If the examples are no images, or the first layer is convolutional or unknown.

    Examples
    --------
    >>> weights(np.eye(9).reshape(9, 3, 3)).axes[0].get_title()
    '9 filters'
    """
    filters = _first_layer(model) if hasattr(model, "encoder_") else as_array(model)
    if filters.ndim not in (3, 4) or filters.size == 0 or not np.isfinite(filters).all():
        raise ValueError(
            "Filters must be finite numbers of shape (units, height, width) or (units, channels, "
            f"height, width), but their shape is {filters.shape}; weights are drawn of models of "
            "images."
        )
    if n < 1:
        raise ValueError(f"n={n} must be at least 1.")
    images = filters.astype(float) if filters.ndim == 3 else filters.mean(axis=1, dtype=float)
    norms = np.square(images).sum(axis=(1, 2))
    shown = images[np.argsort(-norms, kind="stable")[:n]]
    return _draw(shown, len(images), ax)


def _draw(images: np.ndarray, n_units: int, ax: Axes | None) -> Figure:
    n = len(images)
    n_columns = math.ceil(math.sqrt(n))
    width, height = mosaic_inches(images.shape[1:], n_columns, -(-n // n_columns))
    figure, ax = axes(ax, width + 1, height + 0.5)
    limit = float(np.quantile(np.abs(images), _SHOWN)) or float(np.abs(images).max()) or 1.0
    colors = colormaps["RdBu_r"].with_extremes(bad="white")
    drawn = ax.imshow(
        mosaic(images, n_columns), cmap=colors, vmin=-limit, vmax=limit, interpolation="nearest"
    )
    clear_of_axes(ax)
    figure.colorbar(drawn, ax=ax, shrink=0.6, aspect=25, extend="both", label="weight")
    what = f"{n} filters" if n == n_units else f"{n} of {n_units} filters"
    ax.set_title(what, fontsize="medium")
    return figure


def _first_layer(model: Any) -> np.ndarray:
    """Return the weights of a fitted estimator's first layer, one image for each unit."""
    shape = tuple(model.event_shape_)
    layers = (
        layer
        for layer in model.encoder_.modules()
        if isinstance(getattr(layer, "weight", None), nn.Parameter)
    )
    first = next(layers, None)
    # A Boltzmann machine is no nn.Linear, and its weights are filters all the same.
    if first is None or first.weight.dim() != 2 or first.weight.shape[1] != math.prod(shape):
        raise ValueError(
            f"The encoder of {type(model).__name__} starts with "
            f"{'no layer' if first is None else type(first).__name__}, whose weights are no "
            f"pictures of examples of shape {shape}; use network='mlp'."
        )
    return as_array(first.weight).reshape(-1, *shape)
