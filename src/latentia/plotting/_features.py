"""Tables of many features: one panel for each, and what it is called."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from latentia.plotting._style import grid

MOST_PANELS = 12
_MOST_LETTERS = 26


def feature_names(names: Sequence[str] | None, n_features: int) -> list[str]:
    """Return the given names, or "feature 1" and so on."""
    if names is None:
        return [f"feature {j + 1}" for j in range(n_features)]
    if len(names) != n_features:
        raise ValueError(f"names has {len(names)} entries for {n_features} features.")
    return [str(name) for name in names]


def panels(names: Sequence[str]) -> tuple[Figure, list[Axes]]:
    """Return a figure with a titled panel for each of the first twelve features."""
    figure, axes = grid(min(len(names), MOST_PANELS), n_columns=4)
    for ax, name in zip(axes, names, strict=False):
        short = name if len(name) <= _MOST_LETTERS else f"{name[: _MOST_LETTERS - 1]}…"
        ax.set_title(short, fontsize="small")
        ax.tick_params(labelsize="x-small")
    if len(names) > MOST_PANELS:
        figure.suptitle(f"the first {MOST_PANELS} of {len(names)} features", fontsize="medium")
    return figure, axes
