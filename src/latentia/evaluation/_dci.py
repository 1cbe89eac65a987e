"""Which dimensions of the code predict which factors, and how well."""

from __future__ import annotations

from typing import Any

import numpy as np

from latentia._arrays import as_array
from latentia.evaluation._factors import codes_and_levels, standardised

_MOST_ROWS = 5_000
_N_TREES = 20
# Finer trees split noise, and find it important.
_LEAF_SHARE = 0.01
_TEST_SHARE = 0.25


def dci(codes: Any, factors: Any, *, seed: int = 0) -> dict[str, float]:
    """Return disentanglement, completeness and informativeness.

    A random forest predicts the level of each factor from all dimensions of the code, on three
    quarters of at most 5,000 examples drawn at random; how much each dimension lowers its impurity
    is the importance that :func:`dci_from_importances` judges. A leaf of a tree holds one in a
    hundred of these examples at least, so that levels rarer than that are not told apart.

    Parameters
    ----------
    codes : array or tensor, shape (n, d)
        For example ``model.transform(x)``.
    factors : array or tensor, shape (n, k)
        Numbers; each distinct one is a level.
    seed : int, default=0
        Of the choice of examples and of the forests.

    Returns
    -------
    dict of str to float
        - "disentanglement": 1 where each dimension predicts one factor;
        - "completeness": 1 where each factor is predicted by one dimension;
        - "informativeness": the share of right predictions of the other quarter, mean over factors.

    Raises
    ------
    ValueError
        If codes are not finite, a factor is constant, lengths differ, or there are fewer than eight
        examples.

    References
    ----------
    C. Eastwood, C. K. I. Williams. A Framework for the Quantitative Evaluation of Disentangled
    Representations. 2018.

    Examples
    --------
    >>> factors = np.random.default_rng(0).integers(3, size=(500, 2))
    >>> dci(factors, factors)
    {'disentanglement': 1.0, 'completeness': 1.0, 'informativeness': 1.0}
    """
    codes, levels = codes_and_levels(codes, factors)
    return predicted(standardised(codes), levels, seed)


def dci_from_importances(importances: Any) -> dict[str, float]:
    r"""Return disentanglement and completeness of a table of importances.

    .. math:: D = \sum_j \rho_j (1 - H_K(P_{j \cdot})), \qquad
              C = \sum_k \kappa_k (1 - H_d(\tilde P_{\cdot k}))

    with rows :math:`P_{j \cdot}` and columns :math:`\tilde P_{\cdot k}` of the table divided by
    their sums, the shares :math:`\rho_j, \kappa_k` of these sums in the whole, and entropies H to
    the base of the number of factors K and of dimensions d.

    Parameters
    ----------
    importances : array or tensor, shape (d, k)
        How much factor k needs dimension j of the code, 0 at least.

    Returns
    -------
    dict of str to float
        "disentanglement" and "completeness", in [0, 1]; 0 where nothing is important.

    Raises
    ------
    ValueError
        If these are no table of finite numbers, or one is negative.

    References
    ----------
    C. Eastwood, C. K. I. Williams. A Framework for the Quantitative Evaluation of Disentangled
    Representations. 2018.

    Examples
    --------
    >>> importances = np.zeros((3, 10))
    >>> importances[0, :2] = 1.0  # one dimension for two of ten factors
    >>> scores = dci_from_importances(importances)
    >>> round(scores["disentanglement"], 5), scores["completeness"]
    (0.69897, 1.0)
    """
    table = as_array(importances)
    if table.ndim != 2 or table.size == 0 or table.dtype.kind not in "fiub":
        raise ValueError(
            "importances must be a table of numbers, dimensions by factors, but its shape is "
            f"{table.shape} and its type {table.dtype}."
        )
    wrong = table[~(np.isfinite(table) & (table >= 0))]
    if wrong.size:
        raise ValueError(f"importances must be finite and 0 or more, but one is {wrong[0]}.")
    table = table.astype(np.float64)
    return {"disentanglement": _concentration(table), "completeness": _concentration(table.T)}


def predicted(codes: np.ndarray, levels: np.ndarray, seed: int) -> dict[str, float]:
    """Return the three scores for checked levels and standardised codes."""
    # Here and not above: the import costs a second.
    from sklearn.ensemble import RandomForestClassifier

    if len(codes) < 8:
        raise ValueError(f"dci() needs at least eight examples, but codes has {len(codes)}.")
    rows = np.random.default_rng(seed).permutation(len(codes))[:_MOST_ROWS]
    test, train = np.split(rows, [round(_TEST_SHARE * len(rows))])
    importances, accuracies = [], []
    for level in levels.T:
        # All dimensions at each split: a choice among some would share importance out at random.
        forest = RandomForestClassifier(
            _N_TREES, max_features=None, min_samples_leaf=_LEAF_SHARE, random_state=seed
        )
        forest.fit(codes[train], level[train])
        importances.append(forest.feature_importances_)
        accuracies.append(forest.score(codes[test], level[test]))
    scores = dci_from_importances(np.stack(importances, axis=1))
    return {**scores, "informativeness": float(np.mean(accuracies))}


def _concentration(table: np.ndarray) -> float:
    """Return the mean over rows, weighted by their sums, of 1 less the entropy of a row."""
    sums = table.sum(axis=1)
    rows = table[sums > 0] / sums[sums > 0][:, None]
    if not len(rows):
        return 0.0
    logs = np.log(np.where(rows > 0, rows, 1.0))
    # A row of one entry has no entropy, whatever its base.
    entropy = -(rows * logs).sum(axis=1) / np.log(max(table.shape[1], 2))
    return float(np.average(1 - entropy, weights=sums[sums > 0]))
