"""What each dimension of the code does to an example."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import NormalDist
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure

from latentia._arrays import as_array, same_shape
from latentia.plotting._features import feature_names
from latentia.plotting._mosaic import is_images, mosaic_inches, show
from latentia.plotting._paths import along_dimensions, as_code
from latentia.plotting._style import axes, clear_of_axes, code_name

_MOST_IMAGES, _MOST_PANELS, _MOST_FEATURES = 10, 6, 30
_LETTERS = 22


def traversals(
    decode: Callable[[np.ndarray], Any],
    center: Any,
    n: int = 9,
    *,
    loc: Any = 0.0,
    scale: Any = 1.0,
    importance: Any = None,
    unit: str = "nats",
    spread: Any = None,
    names: Sequence[str] | None = None,
    quantiles: tuple[float, float] = (0.02, 0.98),
) -> Figure:
    """Decode a code while one of its dimensions runs through the prior, for each dimension.

    Images: a row for each of at most ten dimensions. Tables: for each of at most six dimensions how
    far at most thirty features move from their middle, red up and blue down.

    Parameters
    ----------
    decode : callable
        Maps codes (m, d), float32, to examples (m, *event), such as
        ``estimator.inverse_transform``.
    center : array or tensor, shape (d,)
        The code: of an example, or the mean of the prior.
    n : int, default=9
        Values for each dimension, evenly spaced in probability.
    loc, scale : float or array of shape (d,), default=0.0, 1.0
        Mean and standard deviation of the prior in each dimension.
    importance : array of shape (d,), optional
        What dimensions are ordered by, the largest first, such as
        ``evaluation.code(...).kl_per_dimension``; without it they keep their order.
    unit : str, default="nats"
        Of the importance, which is written beside each dimension.
    spread : array of shape (n_features,), optional
        Standard deviations of the features of a table, in which their changes are drawn; without it
        they are drawn in the units of the data.
    names : sequence of str, optional
        Of the features of a table.
    quantiles : (float, float), default=(0.02, 0.98)
        Of the prior, where each dimension starts and ends.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If sizes do not fit, n is below 2, or quantiles are no range.

    References
    ----------
    I. Higgins et al. beta-VAE: Learning Basic Visual Concepts with a Constrained Variational
    Framework. 2017.

    Examples
    --------
    >>> figure = traversals(lambda z: z[:, :1, None] * np.ones((4, 4)), [0.0, 0.0], n=5)
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['$z_{1}$', '$z_{2}$']
    """
    code = as_code(center, "center")
    shares, steps = _steps(n, quantiles)
    loc, scale = (
        _for_each(value, len(code), name) for value, name in ((loc, "loc"), (scale, "scale"))
    )
    weights = None if importance is None else _for_each(importance, len(code), "importance")
    order = np.arange(len(code)) if weights is None else np.argsort(-weights, kind="stable")
    ranges = loc[:, None] + scale[:, None] * steps
    some = order[:_MOST_IMAGES]
    codes = along_dimensions(code, some.tolist(), ranges[some]).reshape(-1, len(code))
    decoded = as_array(decode(codes.astype(np.float32)))
    if len(decoded) != len(codes) or decoded.ndim < 2:
        raise ValueError(
            f"decode must return one example for each of {len(codes)} codes, but returned shape "
            f"{decoded.shape}."
        )
    titles = [
        code_name(j) if weights is None else f"{code_name(j)}  {weights[j]:.2f} {unit}"
        for j in some
    ]
    if is_images(decoded):
        return _images(decoded, titles, shares)
    table = decoded.reshape(len(some), n, -1)[:_MOST_PANELS]
    return _tables(table, titles, shares, feature_names(names, table.shape[2]), spread)


def _images(decoded: np.ndarray, titles: Sequence[str], shares: np.ndarray) -> Figure:
    n, (height, width) = len(shares), decoded.shape[-2:]
    inches = mosaic_inches(decoded.shape[1:], n, len(titles))
    figure, ax = axes(None, inches[0] + 1.2, inches[1] + 0.6)
    show(clear_of_axes(ax), decoded, n)
    ax.tick_params(length=0)
    ax.set_yticks(np.arange(len(titles)) * (height + 1) + (height - 1) / 2, titles)
    ticks = _ticks(n)
    ax.set_xticks(ticks * (width + 1) + (width - 1) / 2, [f"{shares[i]:.0%}" for i in ticks])
    ax.set_xlabel("quantile of the prior")
    return figure


def _tables(
    decoded: np.ndarray, titles: Sequence[str], shares: np.ndarray, names: list[str], spread: Any
) -> Figure:
    n_rows = min(len(names), _MOST_FEATURES)
    units = np.ones(len(names)) if spread is None else as_array(spread).astype(float)
    same_shape((len(names),), units.shape, "Features and spread")
    middle = decoded[:, len(shares) // 2 : len(shares) // 2 + 1]
    moved = ((decoded - middle) / np.where(units > 0, units, 1.0))[..., :n_rows]
    limit = float(np.abs(moved).max()) or 1.0
    width = 1.9 * len(titles) + 2.6
    figure = Figure(figsize=(width, max(3.0, 0.26 * n_rows + 1.5)), layout="constrained")
    panes = figure.subplots(1, len(titles), sharey=True, squeeze=False)[0]
    ticks = _ticks(len(shares))
    for ax, title, change in zip(panes, titles, moved, strict=True):
        drawn = ax.imshow(
            change.T, aspect="auto", cmap=colormaps["RdBu_r"], vmin=-limit, vmax=limit,
            interpolation="nearest",
        )  # fmt: skip
        ax.set_title(title, fontsize="small")
        ax.set_xticks(ticks, [f"{shares[i]:.0%}" for i in ticks])
        ax.tick_params(length=0, labelsize="small")
        # Inside the panel, away from those of its neighbours.
        for label, side in zip(
            ax.get_xticklabels()[:: len(ticks) - 1], ("left", "right"), strict=True
        ):
            label.set_horizontalalignment(side)
        ax.spines[:].set_visible(False)
    panes[0].set_yticks(range(n_rows), [_short(name) for name in names[:n_rows]])
    figure.supxlabel("quantile of the prior", fontsize="medium")
    figure.colorbar(
        drawn,
        ax=panes,
        label="change" if spread is None else "change (standard deviations)",
        aspect=15,
    ).outline.set_visible(False)
    if len(names) > n_rows:
        figure.suptitle(f"the first {n_rows} of {len(names)} features", fontsize="medium")
    return figure


def _steps(n: int, quantiles: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Return shares of probability, evenly spaced, and the standard normal values there."""
    low, high = quantiles
    if n < 2:
        raise ValueError(f"n={n} must be at least 2.")
    if not 0 < low < high < 1:
        raise ValueError(f"quantiles={quantiles} must be two increasing numbers between 0 and 1.")
    shares = np.linspace(low, high, n)
    return shares, np.array([NormalDist().inv_cdf(share) for share in shares])


def _for_each(values: Any, d: int, argument: str) -> np.ndarray:
    array = np.asarray(as_array(values), dtype=float)
    if array.shape not in ((), (d,)) or not np.isfinite(array).all():
        raise ValueError(
            f"{argument} must be one finite number or {d}, one for each dimension of the code, but "
            f"is {values!r:.80}."
        )
    return np.broadcast_to(array, (d,))


def _ticks(n: int) -> np.ndarray:
    """Return the columns that are named: the ends, and the middle where there is one."""
    return np.unique([0, *([n // 2] if n % 2 else []), n - 1])


def _short(name: str) -> str:
    return name if len(name) <= _LETTERS else f"{name[: _LETTERS - 1]}…"
