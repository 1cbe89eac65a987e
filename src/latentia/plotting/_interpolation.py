"""What lies between two examples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from latentia._arrays import as_array, as_examples, same_shape
from latentia._names import lookup
from latentia.plotting._features import MOST_PANELS, feature_names, panels
from latentia.plotting._mosaic import is_images, mosaic_inches, show
from latentia.plotting._paths import as_code, paths
from latentia.plotting._style import BLUE, axes, categorical, clear_of_axes, legend


def interpolation(
    decode: Callable[[np.ndarray], Any],
    start: Any,
    end: Any,
    n: int = 9,
    *,
    path: str | Sequence[str] = "linear",
    loc: Any = 0.0,
    scale: Any = 1.0,
    examples: Any = None,
    names: Sequence[str] | None = None,
) -> Figure:
    """Decode the codes on a path from one code to another.

    Images: a row for each path. Tables: a panel for each of the first twelve features, and in it a
    line for each path.

    Parameters
    ----------
    decode : callable
        Maps codes (m, d), float32, to examples (m, *event), such as
        ``estimator.inverse_transform``.
    start, end : array or tensor, shape (d,)
        Two codes.
    n : int, default=9
        Codes on each path, both ends among them.
    path : str or sequence of str, default="linear"
        One or several of ``plotting.paths``: "linear", "spherical" about the mean of the prior, or
        "prior", along its quantiles.
    loc, scale : float or array of shape (d,), default=0.0, 1.0
        Mean and standard deviation of the prior in each dimension.
    examples : array or tensor, shape (2, *event), optional
        What the two codes are of, drawn at the ends.
    names : sequence of str, optional
        Of the features of a table.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If a path is unknown, sizes do not fit, or n is below 2.

    Examples
    --------
    >>> figure = interpolation(lambda z: z, [0.0, 1.0], [1.0, 0.0], n=5, names=["a", "b"])
    >>> figure.axes[0].lines[0].get_ydata().tolist()
    [0.0, 0.25, 0.5, 0.75, 1.0]
    """
    codes = walks(start, end, n, path=path, loc=loc, scale=scale)
    decoded = {name: as_array(decode(z.astype(np.float32))) for name, z in codes.items()}
    first = next(iter(decoded.values()))
    if len(first) != n or first.ndim < 2:
        raise ValueError(
            f"decode must return one example for each of {n} codes, but returned shape "
            f"{first.shape}."
        )
    ends = None if examples is None else as_examples(examples, "examples")
    if ends is not None:
        same_shape((2, *first.shape[1:]), ends.shape, "Two decoded codes and examples")
    if is_images(first):
        return _images(decoded, ends)
    return _lines(decoded, ends, feature_names(names, first.shape[1]))


def walks(
    start: Any,
    end: Any,
    n: int,
    *,
    path: str | Sequence[str] = "linear",
    loc: Any = 0.0,
    scale: Any = 1.0,
) -> dict[str, np.ndarray]:
    """Return the codes (n, d) on each path, which is walked in units of the prior.

    Parameters
    ----------
    start, end, n, path, loc, scale
        As in ``plotting.interpolation``.

    Examples
    --------
    >>> walks([0.0], [3.0], 4)["linear"].ravel().tolist()
    [0.0, 1.0, 2.0, 3.0]
    """
    names = [path] if isinstance(path, str) else list(path)
    if not names:
        raise ValueError("path=() must name at least one path, such as 'linear'.")
    a, b = as_code(start, "start"), as_code(end, "end")
    mean, spread = (np.asarray(as_array(value), dtype=float) for value in (loc, scale))
    for values, argument in ((mean, "loc"), (spread, "scale")):
        if values.shape not in ((), a.shape) or not np.isfinite(values).all():
            raise ValueError(
                f"{argument} must be one finite number or one for each of {len(a)} dimensions, but "
                f"has shape {values.shape}."
            )
    # A dimension without spread has no unit.
    spread = np.where(spread > 0, spread, 1.0)
    found = {}
    for name in names:
        walked = lookup(paths, name, "path")((a - mean) / spread, (b - mean) / spread, n)
        codes = mean + spread * walked
        codes[0], codes[-1] = a, b
        found[name] = codes
    return found


def _images(decoded: dict[str, np.ndarray], ends: np.ndarray | None) -> Figure:
    rows = []
    for images in decoded.values():
        parts = [images] if ends is None else [ends[:1], images, ends[1:]]
        rows.append(np.concatenate([part.astype(float) for part in parts]))
    n, (height, width) = len(rows[0]), rows[0].shape[-2:]
    inches = mosaic_inches(rows[0].shape[1:], n, len(rows))
    figure, ax = axes(None, inches[0] + 0.9, inches[1] + 0.4)
    show(clear_of_axes(ax), np.concatenate(rows), n, like=ends)
    ax.tick_params(length=0, top=False, labeltop=True, labelbottom=False)
    ax.set_yticks(np.arange(len(rows)) * (height + 1) + (height - 1) / 2, list(decoded))
    middles = np.arange(n) * (width + 1) + (width - 1) / 2
    if ends is None:
        ax.set_xticks(middles[[0, -1]], ["start", "end"])
        return figure
    # In the gaps between the examples and what was decoded.
    for edge in (width, (n - 1) * (width + 1) - 1):
        ax.axvline(edge, color=BLUE, linewidth=1.5)
    ax.set_xticks(middles[[0, -1]], ["from", "to"])
    return figure


def _lines(decoded: dict[str, np.ndarray], ends: np.ndarray | None, names: Sequence[str]) -> Figure:
    figure, panes = panels(names)
    for j, ax in enumerate(panes[:MOST_PANELS]):
        for color, (label, table) in zip(categorical(len(decoded)), decoded.items(), strict=True):
            share = np.linspace(0.0, 1.0, len(table))
            ax.plot(share, table[:, j], color=color, label=label, linewidth=1.5)
        if ends is not None:
            ax.plot(
                [0, 1], ends[:, j], linestyle="", marker="o", markersize=4, color="#222222",
                label="examples", clip_on=False, zorder=3,
            )  # fmt: skip
        ax.set_xticks([0, 1], ["from", "to"])
        ax.yaxis.set_major_locator(MaxNLocator(3))
    legend(figure, panes[0])
    return figure
