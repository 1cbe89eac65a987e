"""Whether one dimension of the code alone predicts a factor."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from latentia.evaluation._factors import codes_and_levels, standardised, two_largest


def sap(codes: Any, factors: Any, *, nominal: Collection[int] = ()) -> float:
    r"""Return the separated attribute predictability.

    .. math:: \frac{1}{K} \sum_k (S_{(1) k} - S_{(2) k})

    with the scores of the two dimensions that predict factor k best. For a factor whose levels are
    in order, :math:`S_{jk}` is the squared correlation of the code and the number of the level; for
    a nominal one, it is the balanced accuracy of thresholds on the code, one fewer than there are
    levels.

    Parameters
    ----------
    codes : array or tensor, shape (n, d)
        For example ``model.transform(x)``.
    factors : array or tensor, shape (n, k)
        Numbers; each distinct one is a level.
    nominal : collection of int, default=()
        Columns of factors whose levels are in no order, such as the shape of a sprite.

    Returns
    -------
    float
        0 where the two best predict every factor alike; 1 where each factor is a linear function of
        one dimension and others predict nothing of it. A nominal factor of L levels gives at most
        1 - 1 / L, for chance is right that often.

    Raises
    ------
    ValueError
        If codes are not finite, a factor is constant, lengths differ, or there is no such column.

    References
    ----------
    A. Kumar, P. Sattigeri, A. Balakrishnan. Variational Inference of Disentangled Latent Concepts
    from Unlabeled Observations. 2018.

    Examples
    --------
    >>> factors = np.indices((5, 5)).reshape(2, -1).T
    >>> round(sap(factors, factors), 6), round(sap(factors, factors, nominal=[0, 1]), 6)
    (1.0, 0.8)
    """
    codes, levels = codes_and_levels(codes, factors)
    return predictability_gap(standardised(codes), levels, nominal)


def predictability_gap(codes: np.ndarray, levels: np.ndarray, nominal: Collection[int]) -> float:
    """Return the mean gap for checked levels and standardised codes."""
    unknown = set(nominal) - set(range(levels.shape[1]))
    if unknown:
        raise ValueError(
            f"nominal={sorted(nominal)} must hold columns of factors, from 0 to "
            f"{levels.shape[1] - 1}."
        )
    scores = (codes.T @ standardised(levels.astype(float)) / len(codes)) ** 2
    for column in nominal:
        scores[:, column] = [_balanced_accuracy(code, levels[:, column]) for code in codes.T]
    most, next_most = two_largest(scores)
    return float((most - next_most).mean())


def _balanced_accuracy(code: np.ndarray, levels: np.ndarray) -> float:
    # Here and not above: the import costs a second.
    from sklearn.metrics import balanced_accuracy_score
    from sklearn.tree import DecisionTreeClassifier

    tree = DecisionTreeClassifier(
        max_leaf_nodes=int(levels.max()) + 1, class_weight="balanced", random_state=0
    )
    return float(
        balanced_accuracy_score(levels, tree.fit(code[:, None], levels).predict(code[:, None]))
    )
