"""How much of what varies in the data a code holds."""

from __future__ import annotations

from typing import Any

import numpy as np

from latentia._arrays import as_array, as_examples
from latentia.evaluation._codec import Codec, decoded, encoded
from latentia.evaluation._reconstruction import reconstruction
from latentia.evaluation._scaled import scaled


def explained_variance(x: Any, x_hat: Any) -> float:
    r"""Return the share of the variance of examples that their reconstructions hold.

    .. math:: 1 - \frac{\sum_i \lVert x_i - \hat x_i \rVert^2}
              {\sum_i \lVert x_i - \bar x \rVert^2}

    Parameters
    ----------
    x, x_hat : array or tensor, shape (n, *event)
        Examples and their reconstructions, in the same units.

    Returns
    -------
    float
        1 for exact reconstructions, 0 for the mean of x, below 0 for worse than that; NaN where x
        does not vary.

    Raises
    ------
    ValueError
        If the shapes differ, or there are no examples.

    Examples
    --------
    >>> explained_variance([[0.0], [2.0], [4.0]], [[0.0], [2.0], [2.0]])
    0.5
    """
    x = as_examples(x, "x")
    mean = np.broadcast_to(x.mean(axis=0, dtype=float), x.shape)
    left_over, total = (reconstruction(x, guess)["sse"] for guess in (x_hat, mean))
    return 1 - left_over / total if total > 0 else float("nan")


def explained_variance_by_codes(model: Codec, x: Any, *, scale: Any = 1.0) -> np.ndarray:
    r"""Return the share of variance explained by the first code, the first two, and so on.

    Entry j - 1 is the explained variance of decoding :math:`(z_1, \dots, z_j, \bar z_{j+1}, \dots,
    \bar z_k)`: the first j codes of an example, and the mean over examples in place of the others.
    For principal components it is the sum of the first j ratios of explained variance. It rises
    fast at first where codes are ordered; elsewhere the order is that of the model, which says
    nothing, and only the last entry does.

    Parameters
    ----------
    model : fitted estimator
        Anything with ``transform`` and ``inverse_transform``.
    x : array or tensor, shape (n, *event)
        All are decoded k times.
    scale : float, array or tensor, default=1.0
        What features are divided by before errors are summed, e.g. ``model.scaling_.scale``.

    Returns
    -------
    ndarray of shape (k,)

    Raises
    ------
    ValueError
        If the codes are no table, or x holds no finite examples.

    Examples
    --------
    >>> from sklearn.decomposition import PCA
    >>> x = np.random.default_rng(0).normal(size=(50, 3)) * [5.0, 2.0, 1.0]
    >>> pca = PCA(3).fit(x)
    >>> shares = explained_variance_by_codes(pca, x)
    >>> np.allclose(shares, np.cumsum(pca.explained_variance_ratio_))
    True
    """
    x = as_examples(x, "x")
    codes, target = encoded(model, x), scaled(x, scale)
    shown = np.broadcast_to(codes.mean(axis=0, dtype=float), codes.shape).astype(codes.dtype)
    shares = []
    for j in range(codes.shape[1]):
        shown[:, j] = codes[:, j]
        shares.append(explained_variance(target, scaled(decoded(model, shown), scale)))
    return np.array(shares)


def codes_needed(curve: Any, share: float) -> int | None:
    """Return the smallest number of codes that explains a share of the variance.

    Parameters
    ----------
    curve : array of shape (k,)
        Share explained by the first code, the first two, and so on.
    share : float
        In (0, 1].

    Returns
    -------
    int or None
        None where all k codes explain less.

    Raises
    ------
    ValueError
        If the share is outside its range, or the curve is no list of numbers.

    Examples
    --------
    >>> codes_needed([0.5, 0.8, 0.95], share=0.8)
    2
    """
    shares = as_array(curve)
    if shares.ndim != 1 or shares.size == 0 or shares.dtype.kind not in "fiu":
        raise ValueError(f"curve must hold one number for each code, but is {curve!r:.80}.")
    if not 0 < share <= 1:
        raise ValueError(f"share={share!r} must be in (0, 1].")
    # All components explain everything, up to rounding.
    enough = np.flatnonzero(shares >= share - 1e-9)
    return int(enough[0]) + 1 if len(enough) else None
