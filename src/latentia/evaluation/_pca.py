"""What the best linear code reaches: what an autoencoder has to beat."""

from __future__ import annotations

from typing import Any

import numpy as np

from latentia._arrays import as_examples, flat, same_shape
from latentia.evaluation._reconstruction import reconstruction


def pca_floor(
    x_train: Any, x_test: Any, k: int, max_examples: int | None = 20_000
) -> dict[str, float]:
    """Measure how well principal components reconstruct held-out examples.

    Codes of several hundred dimensions of inputs with more than a thousand features use a
    randomised decomposition, with a fixed seed.

    Parameters
    ----------
    x_train, x_test : array or tensor, shape (n, *event)
        Examples to fit the components on, and examples to reconstruct.
    k : int
        Size of the code; no more than the smaller of examples and features is used.
    max_examples : int or None, default=20_000
        Components are fitted on at most as many examples, evenly spaced; None is all.

    Returns
    -------
    dict of str to float
        "sse" and "mse" on ``x_test``, as in :func:`reconstruction`.

    Raises
    ------
    ValueError
        If k or ``max_examples`` is below 1, or examples to fit and to reconstruct have different
        shapes.

    Examples
    --------
    >>> line = np.outer(np.arange(5.0), [1.0, 2.0])
    >>> round(pca_floor(line, line + [2.0, -1.0], k=1)["sse"], 6)
    5.0
    """
    x_train, x_test = as_examples(x_train, "x_train"), as_examples(x_test, "x_test")
    same_shape(x_train.shape[1:], x_test.shape[1:], "Examples of x_train and x_test")
    if max_examples is not None and max_examples < 1:
        raise ValueError(f"max_examples={max_examples} must be at least 1, or None for all.")
    n_rows = len(x_train) if max_examples is None else min(len(x_train), max_examples)
    rows = np.linspace(0, len(x_train) - 1, n_rows).astype(int)
    pca, test = fitted_pca(x_train[rows], k), flat(x_test).astype(np.float64)
    return reconstruction(test, pca.inverse_transform(pca.transform(test)))


def pca_explained_variance(x: Any, k: int | None = None) -> np.ndarray:
    r"""Return the share of variance that the first principal components explain.

    .. math:: \sum_{i \le j} \lambda_i \, / \sum_i \lambda_i, \qquad j = 1, \dots, k

    with the eigenvalues :math:`\lambda_i` of the covariance, the largest first.

    Parameters
    ----------
    x : array or tensor, shape (n, *event)
    k : int or None, default=None
        How many components; None, and at most, the smaller of examples and features.

    Returns
    -------
    ndarray of shape (k,)
        Entry j - 1 is the share of j components; NaN where x does not vary.

    Raises
    ------
    ValueError
        If k is below 1, or x holds no finite examples.

    Examples
    --------
    >>> pca_explained_variance([[2.0, 0.0], [-2.0, 0.0], [0.0, 1.0], [0.0, -1.0]]).round(6)
    array([0.8, 1. ])
    """
    x = as_examples(x, "x")
    ratios = fitted_pca(x, k).explained_variance_ratio_
    return np.minimum(np.cumsum(ratios), 1.0)


def fitted_pca(x: np.ndarray, k: int | None) -> Any:
    """Return PCA with k components, or all, fitted on examples of any shape."""
    # Here and not above: the import costs a second.
    from sklearn.decomposition import PCA

    if k is not None and k < 1:
        raise ValueError(f"k={k} must be at least 1.")
    table = flat(x).astype(np.float64)
    n_components = min(table.shape) if k is None else min(k, *table.shape)
    with np.errstate(invalid="ignore"):  # shares of no variance at all
        return PCA(n_components, random_state=0).fit(table)
