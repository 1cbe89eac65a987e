"""How much of the labels simple classifiers read from the code."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from latentia._arrays import as_examples, as_labels, flat
from latentia.evaluation._classes import some_classes

_FOLDS = 5


def probe(
    codes: Any, y: Any, x: Any = None, seed: int = 0, *, n_neighbors: int = 5
) -> dict[str, float]:
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
    n_neighbors : int, default=5
        How many neighbours vote; all, where there are fewer.

    Returns
    -------
    dict of str to float
        Shares of right predictions, "knn" and "logistic"; with ``x`` also "knn_raw" and
        "logistic_raw".

    Raises
    ------
    ValueError
        If the labels are not classes, their number is wrong, fewer than two classes have two
        examples, or ``n_neighbors`` is below 1.

    Examples
    --------
    >>> y = np.repeat([0, 1, 2], 10)
    >>> probe(np.eye(3)[y], y)
    {'knn': 1.0, 'logistic': 1.0}
    """
    if n_neighbors < 1:
        raise ValueError(f"n_neighbors={n_neighbors} must be at least 1.")
    codes = as_examples(codes, "codes")
    rows, classes = some_classes(as_labels(y, len(codes)), seed)
    tables = {"": codes}
    if x is not None:
        tables["_raw"] = as_examples(x, "x")
        if len(tables["_raw"]) != len(codes):
            raise ValueError(f"x has {len(tables['_raw'])} examples, but codes has {len(codes)}.")
    return {
        name + ending: accuracy
        for ending, table in tables.items()
        for name, accuracy in _accuracies(_centred(table[rows]), classes, seed, n_neighbors).items()
    }


def _centred(x: np.ndarray) -> np.ndarray:
    """Return a table about zero, where float32, which is twice as fast, loses nothing."""
    table = flat(x).astype(np.float64)
    return (table - table.mean(axis=0)).astype(np.float32)


def _accuracies(
    table: np.ndarray, classes: np.ndarray, seed: int, n_neighbors: int
) -> dict[str, float]:
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
        "knn": KNeighborsClassifier(min(n_neighbors, n_train)),
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
