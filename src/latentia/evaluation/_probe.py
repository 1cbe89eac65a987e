"""How much of the labels simple classifiers read from the code."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from latentia._arrays import are_classes, as_examples, as_labels, flat

_MOST_ROWS = 5_000
_FOLDS = 5
_NEIGHBORS = 5


def probe(codes: Any, y: Any, x: Any = None, seed: int = 0) -> dict[str, float]:
    """Predict labels from codes by nearest neighbours and by logistic regression.

    Accuracies are means over up to five stratified folds of at most 5,000 examples drawn at
    random. Classes of one example are left out, for they cannot be both learned and asked for.
    Neighbours are nearest in the units given; the logistic regression standardises features.

    Parameters
    ----------
    codes : array or tensor, shape (n, *code)
    y : array of length n
        Class labels, integers or text.
    x : array or tensor, shape (n, *event), optional
        The examples themselves, for comparison.
    seed : int, default=0
        Of the choice of examples and of the folds.

    Returns
    -------
    dict of str to float
        Shares of right predictions, "knn" and "logistic"; with ``x`` also "knn_raw" and
        "logistic_raw".

    Raises
    ------
    ValueError
        If the labels are not classes, their number is wrong, or fewer than two classes have two
        examples.

    Examples
    --------
    >>> y = np.repeat([0, 1, 2], 10)
    >>> probe(np.eye(3)[y], y)
    {'knn': 1.0, 'logistic': 1.0}
    """
    codes = as_examples(codes, "codes")
    rows, classes = _classes(as_labels(y, len(codes)), seed)
    tables = {"": codes}
    if x is not None:
        tables["_raw"] = as_examples(x, "x")
        if len(tables["_raw"]) != len(codes):
            raise ValueError(f"x has {len(tables['_raw'])} examples, but codes has {len(codes)}.")
    return {
        name + ending: accuracy
        for ending, table in tables.items()
        for name, accuracy in _accuracies(_centred(table[rows]), classes, seed).items()
    }


def _centred(x: np.ndarray) -> np.ndarray:
    """Return a table about zero, where float32, which is twice as fast, loses nothing."""
    table = flat(x).astype(np.float64)
    return (table - table.mean(axis=0)).astype(np.float32)


def _classes(labels: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Choose examples; return their rows and their classes, numbered from 0."""
    if not are_classes(labels):
        raise ValueError(
            f"y has {len(np.unique(labels))} distinct numbers of type {labels.dtype}, which are "
            "no classes; a probe needs integers or text."
        )
    rows = np.sort(np.random.default_rng(seed).permutation(len(labels))[:_MOST_ROWS])
    _, classes, counts = np.unique(labels[rows], return_inverse=True, return_counts=True)
    rows, classes = rows[counts[classes] > 1], classes[counts[classes] > 1]
    if len(np.unique(classes)) < 2:
        raise ValueError(
            "y must have at least two classes with at least two examples each, but has "
            f"{len(np.unique(classes))}; a probe has nothing to tell apart."
        )
    return rows, classes


def _accuracies(table: np.ndarray, classes: np.ndarray, seed: int) -> dict[str, float]:
    # Here and not above: the import costs a second.
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    n_folds = min(_FOLDS, np.unique(classes, return_counts=True)[1].min())
    folds = StratifiedKFold(n_folds, shuffle=True, random_state=seed)
    n_train = len(classes) - math.ceil(len(classes) / n_folds)
    models = {
        "knn": KNeighborsClassifier(min(_NEIGHBORS, n_train)),
        "logistic": make_pipeline(StandardScaler(), LogisticRegression(tol=1e-3, max_iter=100)),
    }
    # Problems this small are faster on one thread, many times so where cores are shared.
    with warnings.catch_warnings(), threadpool_limits(limits=1):
        # A hundred steps measure what is readable well enough.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return {
            name: float(cross_val_score(model, table, classes, cv=folds).mean())
            for name, model in models.items()
        }
