"""All measures of disentanglement that need no more than codes and factors."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from latentia.evaluation._dci import predicted
from latentia.evaluation._factors import codes_and_levels, standardised
from latentia.evaluation._mig import gap
from latentia.evaluation._modularity import singleness
from latentia.evaluation._mutual_information import entropies, information
from latentia.evaluation._sap import predictability_gap


def disentanglement(
    codes: Any,
    factors: Any,
    *,
    nominal: Collection[int] = (),
    n_bins: int = 20,
    seed: int = 0,
) -> dict[str, float]:
    """Measure how far each dimension of a code stands for one known factor.

    Parameters
    ----------
    codes : array or tensor, shape (n, d)
        For example ``model.transform(x)``.
    factors : array or tensor, shape (n, k)
        Numbers; each distinct one is a level. At least two factors.
    nominal : collection of int, default=()
        Columns of factors whose levels are in no order, for :func:`sap`.
    n_bins : int, default=20
        Of each code, for :func:`mig` and :func:`modularity`.
    seed : int, default=0
        For :func:`dci`.

    Returns
    -------
    dict of str to float
        "mig", "sap", "modularity", and "disentanglement", "completeness" and "informativeness" of
        :func:`dci`.

    Raises
    ------
    ValueError
        As these functions do.

    References
    ----------
    F. Locatello, S. Bauer, M. Lucic, G. Rätsch, S. Gelly, B. Schölkopf, O. Bachem. Challenging
    Common Assumptions in the Unsupervised Learning of Disentangled Representations. 2019.

    Examples
    --------
    >>> import numpy as np
    >>> factors = np.indices((4, 5, 10)).reshape(3, -1).T
    >>> scores = disentanglement(factors, factors)
    >>> {name: round(score, 6) for name, score in scores.items()}
    {'mig': 1.0, 'sap': 1.0, 'modularity': 1.0, 'disentanglement': 1.0, 'completeness': 1.0, \
'informativeness': 1.0}
    """
    codes, levels = codes_and_levels(codes, factors)
    shared, units = information(codes, levels, n_bins), standardised(codes)
    return {
        "mig": gap(shared, entropies(levels)),
        "sap": predictability_gap(units, levels, nominal),
        "modularity": singleness(shared),
        **predicted(units, levels, seed),
    }
