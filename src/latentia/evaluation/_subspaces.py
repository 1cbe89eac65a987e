"""The space that a linear decoder spans, and how far two such spaces lie apart."""

from __future__ import annotations

from typing import Any

import numpy as np

from latentia._arrays import as_array, as_examples, flat
from latentia.evaluation._codec import Codec, decoded

_PROBES = 64


def principal_angles(a: Any, b: Any) -> np.ndarray:
    r"""Return the angles between two subspaces, the largest first.

    .. math:: \cos \theta_i = \sigma_i(Q_a^\top Q_b)

    with orthonormal bases :math:`Q_a, Q_b` of the two spaces. All are 0 where one holds the
    other.

    Parameters
    ----------
    a, b : array or tensor, shape (d, k)
        Their columns span the spaces; they need not be independent, nor as many.

    Returns
    -------
    ndarray of shape (min of the dimensions of the spaces,)
        Radians, between 0 and pi / 2.

    Raises
    ------
    ValueError
        If these are no two matrices of d rows, or all columns of one are zero.

    Examples
    --------
    >>> np.rad2deg(principal_angles([[1.0], [0.0]], [[1.0], [1.0]])).round(6)
    array([45.])
    """
    # Here and not above: the import costs a moment.
    from scipy.linalg import subspace_angles

    a, b = (_spanning(matrix, name) for matrix, name in ((a, "a"), (b, "b")))
    if len(a) != len(b):
        raise ValueError(
            f"a and b must span spaces of the same number of features, but have {len(a)} and "
            f"{len(b)} rows."
        )
    return np.asarray(subspace_angles(a, b))


def decoded_directions(model: Codec) -> np.ndarray:
    r"""Return what one unit of each code adds to an example, for an affine decoder.

    .. math:: J = [D(e_1) - D(0), \dots, D(e_k) - D(0)], \qquad D(z) = D(0) + J z

    Its columns span what the model can reconstruct; :func:`principal_angles` compares them with
    principal components. Adding a code adds its column, wherever one stands: a decoder for which
    that does not hold at codes drawn at random is refused.

    Parameters
    ----------
    model : fitted estimator
        Anything with ``inverse_transform`` and ``get_feature_names_out``.

    Returns
    -------
    ndarray of shape (d, k)
        In units of the data; images are flat.

    Raises
    ------
    ValueError
        If the decoder is not affine.

    Examples
    --------
    >>> from sklearn.decomposition import PCA
    >>> pca = PCA(2).fit(np.random.default_rng(0).normal(size=(50, 5)))
    >>> np.allclose(decoded_directions(pca), pca.components_.T)
    True
    """
    k = len(model.get_feature_names_out())
    random = np.random.default_rng(0).normal(scale=3.0, size=(_PROBES, k))
    values = flat(decoded(model, np.concatenate([np.zeros((1, k)), np.eye(k), random])))
    origin, units, probed = np.split(values.astype(np.float64), [1, 1 + k])
    directions = units - origin
    predicted = origin + random @ directions
    # The rounding of single precision, in steps between examples and in the examples themselves.
    slack = 1e-3 * np.abs(predicted - origin).max() + 1e-5 * np.abs(origin).max()
    error = np.abs(probed - predicted).max()
    if not error <= slack:
        raise ValueError(
            f"The decoder of {type(model).__name__} is not affine: what codes add to an example "
            f"depends on where one stands, by up to {error:.3g}; directions exist for "
            "hidden_layer_sizes=() and a likelihood whose mean is linear, such as 'normal'."
        )
    return directions.T


def _spanning(matrix: Any, name: str) -> np.ndarray:
    array = as_examples(as_array(matrix), name).astype(np.float64)
    if array.ndim != 2 or not array.any():
        raise ValueError(
            f"{name} must be a matrix of shape (features, directions) that is not all zeros, but "
            f"its shape is {array.shape}."
        )
    return array
