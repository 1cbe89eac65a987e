"""Labelled examples that can be both learned from and asked for."""

from __future__ import annotations

import numpy as np

from latentia._arrays import are_classes

MOST_ROWS = 5_000


def some_classes(labels: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Choose examples at random; return their rows, in order, and classes, numbered from 0.

    At most 5,000, and none that is alone in its class.
    """
    if not are_classes(labels):
        raise ValueError(
            f"y has {len(np.unique(labels))} distinct numbers of type {labels.dtype}, which are "
            "no classes; classes are integers or text."
        )
    rows = np.sort(np.random.default_rng(seed).permutation(len(labels))[:MOST_ROWS])
    _, classes, counts = np.unique(labels[rows], return_inverse=True, return_counts=True)
    rows, classes = rows[counts[classes] > 1], classes[counts[classes] > 1]
    if len(np.unique(classes)) < 2:
        raise ValueError(
            "y must have at least two classes with at least two examples each, but has "
            f"{len(np.unique(classes))}; there is nothing to tell apart."
        )
    return rows, np.unique(classes, return_inverse=True)[1]
