"""A model trained again, and its codes after one epoch after another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from latentia.cli._given import labels_for
from latentia.cli._show import remark

if TYPE_CHECKING:
    import numpy as np

    from latentia.data import Dataset
    from latentia.estimators import LatentEstimator

_MOST_EPOCHS, _MOST_FRAMES, _MOST_EXAMPLES = 100, 40, 1_000


def codes_by_epoch(
    model: LatentEstimator, dataset: Dataset, epochs: int | None, quiet: bool
) -> tuple[dict[int, np.ndarray], Any]:
    """Train with the settings of a fitted model again, by ``partial_fit``.

    Parameters
    ----------
    model : estimator
        Fitted; it stays as it is.
    dataset : Dataset
        What to train on; the codes are those of at most 1,000 examples.
    epochs : int or None
        How many; None is as many as the model was trained for, at most 100.
    quiet : bool
        Show no progress.

    Returns
    -------
    dict of int to ndarray of shape (n, d), and ndarray of n labels or None
        After at most 40 epochs, the first ones closer to each other, for most happens there.

    Raises
    ------
    ValueError
        If a code has one dimension, or the model was never trained.
    """
    import numpy as np
    from sklearn.base import clone

    if model.n_components_ < 2:
        raise ValueError("a time-lapse is a picture of the plane, but this code has 1 dimension.")
    n = epochs or min(model.n_iter_, _MOST_EPOCHS)
    if n < 1:
        raise ValueError("this model has no epochs of training; say how many by --epochs.")
    y = labels_for(model, dataset)
    some = np.random.default_rng(0).permutation(len(dataset))[:_MOST_EXAMPLES]
    shown, given = dataset.X[some], None if y is None else y[some]
    frames = set(np.geomspace(1, n, _MOST_FRAMES).round().astype(int).tolist())
    student = clone(model).set_params(verbose=False)
    found = {}
    for epoch in range(1, n + 1):
        student.partial_fit(dataset.X, y)
        if epoch in frames:
            found[epoch] = np.asarray(student.transform(shown, given))
            if not quiet:
                remark(f"epoch {epoch} of {n}")
    return found, given if given is None or given.ndim == 1 else None
