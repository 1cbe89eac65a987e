"""How an energy rises around the data, over the plane."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from latentia._arrays import as_array, as_examples, same_shape
from latentia.plotting._style import axes, dots, thinned

_MOST_POINTS = 1_000
# Of the range of the data, on each side: the surface outside shows whether the energy rises there.
_MARGIN = 0.25
_LEVELS = 24
# Between the 5 % that are lowest and the 99 % that are, a wider range hides the valley.
_LOW, _HIGH = 5, 99
_WIDE = 20.0


def energy_surface(
    energy: Callable[[np.ndarray], Any],
    data: Any,
    n: int = 100,
    ax: Axes | None = None,
    *,
    limits: tuple[float, float] | None = None,
    unit: str = "",
) -> Figure:
    """Draw an energy over the plane as filled contours, dark where it is low, with the data.

    Where it is positive and spans more than a factor of 20, the colours follow its logarithm; the
    bar says so.

    Parameters
    ----------
    energy : callable
        Maps points (m, 2) to energies (m,), such as ``estimator.energy``.
    data : array or tensor, shape (n, 2)
        Drawn as dots, at most 1,000 of them; their range and a quarter more is the picture's.
    n : int, default=100
        Points in each direction.
    ax : Axes, optional
        Where to draw.
    limits : (float, float), optional
        Energies of the darkest and the brightest colour, so that several pictures have the same;
        by default about the least and the largest in the picture. What is beyond gets the colour of
        the end.
    unit : str, default=""
        Of the energy, for the colour bar.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If the data have not two features, n is below 2, the limits are no range, or the energies
        have another shape or are not finite.

    Examples
    --------
    >>> figure = energy_surface(lambda x: (x**2).sum(1), [[-1.0, 0.0], [1.0, 2.0]], n=10)
    >>> figure.axes[1].get_ylabel()
    'energy, colours by its logarithm'
    """
    points = as_examples(data, "data")
    if points.shape[1:] != (2,):
        raise ValueError(
            f"data must have two features, shape (n, 2), but its shape is {points.shape}; an "
            "energy surface is a picture of the plane."
        )
    if n < 2:
        raise ValueError(f"n={n} must be at least 2.")
    low, high = points.min(0), points.max(0)
    # A feature that never changes still gets a range, so that the picture has an area.
    margin = _MARGIN * np.where(high > low, high - low, 1.0)
    ticks = np.linspace(low - margin, high + margin, n)
    grid = np.stack(np.meshgrid(ticks[:, 0], ticks[:, 1]), axis=-1).reshape(-1, 2)
    values = as_array(energy(grid.astype(np.float32))).astype(float)
    same_shape(grid.shape[:1], values.shape, "The points of the grid and what energy returns")
    if not np.isfinite(values).all():
        raise ValueError("energy returned NaN or infinite values; has the model diverged?")
    levels, logarithmic = _levels(values, limits)
    # The ends hold what is beyond them, and contours have no colour for a value on the edge.
    shown = np.clip(values, levels[0], levels[-1]).reshape(n, n)
    scaled = np.log10(shown) if logarithmic else shown
    steps = np.log10(levels) if logarithmic else levels
    figure, ax = axes(ax)
    filled = ax.contourf(*ticks.T, scaled, steps, cmap="cividis", extend="both", zorder=1)
    dots(ax, points[thinned(len(points), _MOST_POINTS)], "white", scale=0.5)
    bar = figure.colorbar(filled, ax=ax)
    _label(bar, levels, logarithmic, unit)
    ax.set(xlim=ticks[[0, -1], 0], ylim=ticks[[0, -1], 1])
    ax.set(xlabel="feature 1", ylabel="feature 2")
    return figure


def _levels(values: np.ndarray, limits: tuple[float, float] | None) -> tuple[np.ndarray, bool]:
    """Return the edges of the colours, and whether they are even in the logarithm."""
    if limits is None:
        low, high = (float(np.percentile(values, share)) for share in (_LOW, _HIGH))
        low = low if low > 0 and high > _WIDE * low else float(values.min())
        # A flat energy still has colours.
        high = high if high > low else low + max(1.0, abs(low))
    else:
        low, high = limits
        if not (np.isfinite(low) and np.isfinite(high) and low < high):
            raise ValueError(f"limits={limits} must be a finite lower and a finite higher energy.")
    logarithmic = bool(low > 0 and high > _WIDE * low)
    if logarithmic:
        return np.geomspace(low, high, _LEVELS + 1), True
    return np.linspace(low, high, _LEVELS + 1), False


def _label(bar: Any, levels: np.ndarray, logarithmic: bool, unit: str) -> None:
    name = f"energy ({unit})" if unit else "energy"
    if not logarithmic:
        bar.set_label(name)
        bar.locator = MaxNLocator(6)
        bar.update_ticks()
        return
    bar.set_label(f"{name}, colours by its logarithm")
    exponents = np.log10(levels[[0, -1]])
    whole = np.arange(np.ceil(exponents[0]), np.floor(exponents[1]) + 1)
    ticks = whole if len(whole) >= 2 else np.linspace(exponents[0], exponents[1], 3)
    bar.set_ticks(ticks, labels=[f"{10**tick:.3g}" for tick in ticks])
