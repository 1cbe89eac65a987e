"""Labels some of which are missing, as the numbers of their classes."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import column_or_1d

from latentia._arrays import as_array

# A list of text with -1 for what is missing becomes an array of text.
_MISSING = (-1, "-1")


def learn_classes(y: Any, among: Any = None) -> np.ndarray:
    """Return the labels of ``y`` that are there, sorted, with those of ``among``.

    Missing is -1, None or NaN.

    Raises
    ------
    ValueError
        For measurements, text mixed with numbers, or fewer than two classes.
    """
    given = _column(y).tolist() + ([] if among is None else _column(among).tolist())
    known = [label for label in given if not _is_missing(label)]
    if not known:
        raise ValueError(
            f"y holds no label: all {len(given)} are missing (-1, None or NaN). Give at least two "
            "classes some, or fit a VAE, which needs none."
        )
    if len({isinstance(label, str) for label in known}) > 1:
        raise ValueError("y holds text and numbers; the labels of classes must be of one kind.")
    labels = np.array(known)
    check_classification_targets(labels)
    classes = np.unique(labels)
    if len(classes) < 2:
        raise ValueError(
            f"y holds one class, {classes[0]!s}, beside labels that are missing; a classifier "
            "needs at least two."
        )
    return classes


def are_known(y: Any) -> np.ndarray:
    """Return which labels of ``y`` are there, shape (n,)."""
    return np.array([not _is_missing(label) for label in _column(y).tolist()])


def class_numbers(y: Any, classes: np.ndarray, n: int | None = None) -> np.ndarray:
    """Return where in ``classes`` each label is, shape (n,), and -1 for those missing.

    Raises
    ------
    ValueError
        For another number of labels than n, or one that is not in ``classes``.
    """
    labels = _column(y).tolist()
    if n is not None and len(labels) != n:
        raise ValueError(f"y has {len(labels)} labels, but X has {n} examples.")
    index = {label: i for i, label in enumerate(classes.tolist())}
    numbers = np.full(len(labels), -1)
    for row, label in enumerate(labels):
        if _is_missing(label):
            continue
        if label not in index:
            known = ", ".join(map(repr, index))
            raise ValueError(
                f"y is {label!r} in row {row}, a label that was not there in fit; the labels are "
                f"{known}, and -1 where one is missing."
            )
        numbers[row] = index[label]
    return numbers


def _column(y: Any) -> np.ndarray:
    return column_or_1d(as_array(y), warn=True)


def _is_missing(label: Any) -> bool:
    try:
        return label is None or label in _MISSING or bool(label != label)
    except TypeError:  # as of pandas.NA, which is neither equal to anything nor unequal
        return True
