"""The numbers that a figure shows, for those who want to draw it again."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.quiver import Quiver

_DIGITS = 6


def figure_numbers(figure: Figure) -> list[dict[str, Any]]:
    """Read back what is plotted: points, lines, bars, arrows and images, in the units of the axes.

    Parameters
    ----------
    figure : Figure

    Returns
    -------
    list of dict
        For each axes: ``title``, ``x`` and ``y`` with a ``label`` and, where these are words, the
        ``ticks`` by their place, and ``lines``, ``points``, ``bars``, ``arrows`` and ``images``,
        all JSON-able, rounded to six digits; what is not there is left out, and gaps in an image
        are None.

    Examples
    --------
    >>> from latentia import plotting
    >>> (axes,) = figure_numbers(plotting.kl_per_dimension([0.5, 2.0]))
    >>> [bar["height"] for bar in axes["bars"]], axes["x"]["ticks"]
    ([2.0, 0.5], {'0.0': '$z_{2}$', '1.0': '$z_{1}$'})
    """
    return [_axes(ax) for ax in figure.axes]


def _axes(ax: Axes) -> dict[str, Any]:
    found = {
        "title": ax.get_title(),
        "x": _axis(ax.get_xlabel(), ax.get_xticks(), ax.get_xticklabels()),
        "y": _axis(ax.get_ylabel(), ax.get_yticks(), ax.get_yticklabels()),
        "lines": [
            {"label": _label(line), "x": _plain(line.get_xdata()), "y": _plain(line.get_ydata())}
            for line in ax.lines
        ],
        "points": [
            {"label": _label(c), "xy": _plain(c.get_offsets())}
            | ({} if c.get_array() is None else {"values": _plain(c.get_array())})
            for c in ax.collections
            if isinstance(c, PathCollection)
        ],
        "arrows": [
            {"xy": _plain(c.XY), "uv": _plain(np.stack([c.U, c.V], axis=1))}
            for c in ax.collections
            if isinstance(c, Quiver)
        ],
        "bars": [
            {"left": _plain(p.get_x()), "width": _plain(p.get_width()),
             "height": _plain(p.get_height())}
            for p in ax.patches
            if isinstance(p, Rectangle)
        ],
        "images": [_plain(image.get_array()) for image in ax.images],
    }  # fmt: skip
    return {name: value for name, value in found.items() if value not in ("", [], {})}


def _axis(label: str, places: Any, texts: Any) -> dict[str, Any]:
    words = {str(_plain(p)): t.get_text() for p, t in zip(places, texts, strict=False)}
    words = {place: word for place, word in words.items() if word and not _is_number(word)}
    return {name: value for name, value in (("label", label), ("ticks", words)) if value}


def _is_number(word: str) -> bool:
    try:
        float(word.replace("−", "-"))
    except ValueError:
        return False
    return True


def _label(artist: Any) -> str:
    # Names that begin with an underscore are matplotlib's own.
    label = str(artist.get_label())
    return "" if label.startswith("_") else label


def _plain(values: Any) -> Any:
    array: np.ndarray = np.ma.filled(np.ma.asarray(values, dtype=float), np.nan)
    if array.ndim:
        return [_plain(value) for value in array]
    return float(f"{array:.{_DIGITS}g}") if np.isfinite(array) else None
