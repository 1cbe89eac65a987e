"""The error of the best linear code: what an autoencoder has to beat."""

from __future__ import annotations

from typing import Any

import numpy as np

from latentia._arrays import as_examples, flat, same_shape
from latentia.evaluation._reconstruction import reconstruction

_MOST_ROWS = 20_000


def pca_floor(x_train: Any, x_test: Any, k: int) -> dict[str, float]:
    """Measure how well principal components reconstruct held-out examples.

    Components are fitted on at most 20,000 examples, evenly spaced. Codes of several hundred
    dimensions of inputs with more than a thousand features use a randomised decomposition, with
    a fixed seed.

    Parameters
    ----------
    x_train, x_test : array or tensor, shape (n, *event)
        Examples to fit the components on, and examples to reconstruct.
    k : int
        Size of the code; no more than the smaller of examples and features is used.

    Returns
    -------
    dict of str to float
        "sse" and "mse" on ``x_test``, as in :func:`reconstruction`.

    Raises
    ------
    ValueError
        If k is below 1, or examples to fit and to reconstruct have different shapes.

    Examples
    --------
    >>> line = np.outer(np.arange(5.0), [1.0, 2.0])
    >>> round(pca_floor(line, line + [2.0, -1.0], k=1)["sse"], 6)
    5.0
    """
    # Here and not above: the import costs a second.
    from sklearn.decomposition import PCA

    x_train, x_test = as_examples(x_train, "x_train"), as_examples(x_test, "x_test")
    same_shape(x_train.shape[1:], x_test.shape[1:], "Examples of x_train and x_test")
    if k < 1:
        raise ValueError(f"k={k} must be at least 1.")
    rows = np.linspace(0, len(x_train) - 1, min(len(x_train), _MOST_ROWS)).astype(int)
    train, test = flat(x_train[rows]).astype(np.float64), flat(x_test).astype(np.float64)
    with np.errstate(invalid="ignore"):  # shares of no variance at all
        pca = PCA(min(k, *train.shape), random_state=0).fit(train)
    return reconstruction(test, pca.inverse_transform(pca.transform(test)))
