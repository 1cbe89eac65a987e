"""Classes in a picture: their colours, their names where they lie, and their legend."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke

from latentia._arrays import are_classes
from latentia.plotting._style import GREY, MOST_CLASSES, categorical

# More names would hide the points, and each other.
_MOST_WRITTEN = 10
# The size of a short name, as shares of the picture.
_NAME = (0.08, 0.05)


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
        """Write each name at the median of its class, or above a name there; up to ten names."""
        if len(self.names) > _MOST_WRITTEN:
            return
        medians = [np.median(points[self.index == i], axis=0) for i in range(len(self.names))]
        places = _apart(np.array(medians), np.ptp(points, axis=0) * _NAME)
        for name, (x, y) in zip(self.names, places, strict=True):
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


def is_discrete(labels: np.ndarray) -> bool:
    """Whether labels are classes with a colour each, and not places on a scale."""
    is_text = labels.dtype.kind not in "fiub"
    return is_text or (are_classes(labels) and len(np.unique(labels)) <= MOST_CLASSES)


def _apart(places: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Move places (n, 2) up, from the lowest on, until boxes of that size do not overlap."""
    moved: list[np.ndarray] = []
    order = np.argsort(places[:, 1], kind="stable")
    for place in places[order]:
        for below in moved:
            if (np.abs(place - below) < size).all():
                place = np.array([place[0], below[1] + size[1]])
        moved.append(place)
    return np.array(moved)[np.argsort(order)]
