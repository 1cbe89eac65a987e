"""Classes in a picture: their colours, their names where they lie, and their legend."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke

from latentia.plotting._style import GREY, MOST_CLASSES, categorical

# More names would hide the points, and each other.
_MOST_WRITTEN = 10


@dataclass(frozen=True, eq=False)
class Classes:
    """The class of every example.

    Parameters
    ----------
    names : list of str
        Of the classes, in order.
    index : ndarray of length n
        The class of each example, counted from 0.
    colors : list of str
        Of the classes.
    """

    names: list[str]
    index: np.ndarray
    colors: list[str]

    @classmethod
    def of(cls, labels: np.ndarray) -> Classes:
        """Number the classes; beyond twenty, the rarest become "other"."""
        values, index, counts = np.unique(labels, return_inverse=True, return_counts=True)
        names = [f"{value:g}" if values.dtype.kind == "f" else str(value) for value in values]
        if len(names) <= MOST_CLASSES:
            return cls(names, index, categorical(len(names)))
        kept = np.sort(np.argsort(-counts, kind="stable")[: MOST_CLASSES - 1])
        place = np.full(len(names), len(kept))
        place[kept] = np.arange(len(kept))
        return cls(
            [*(names[i] for i in kept), "other"], place[index], [*categorical(len(kept)), GREY]
        )

    @property
    def colors_of_examples(self) -> list[str]:
        """The colour of each example."""
        return [self.colors[i] for i in self.index]

    def write_names(self, ax: Axes, points: np.ndarray) -> None:
        """Write each name at the median of its class, up to ten names."""
        if len(self.names) > _MOST_WRITTEN:
            return
        for i, name in enumerate(self.names):
            x, y = np.median(points[self.index == i], axis=0)
            outline = [withStroke(linewidth=3, foreground="white")]
            ax.text(
                x, y, name, color="#222222", weight="bold", ha="center", va="center",
                path_effects=outline,
            )  # fmt: skip

    def add_legend(self, ax: Axes, title: str) -> None:
        """Name the colours to the right of the axes."""
        dots = [
            Line2D([], [], linestyle="", marker="o", color=color, label=name)
            for name, color in zip(self.names, self.colors, strict=True)
        ]
        ax.legend(
            handles=dots, title=title or None, frameon=False, fontsize="small",
            loc="upper left", bbox_to_anchor=(1, 1),
        )  # fmt: skip
