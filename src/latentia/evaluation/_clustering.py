"""Whether the classes are what the codes cluster by."""

from __future__ import annotations

from typing import Any

from latentia._arrays import as_labels
from latentia.evaluation._classes import some_classes
from latentia.evaluation._tables import table

_STARTS = 10


def clustering(codes: Any, y: Any, seed: int = 0) -> dict[str, float]:
    r"""Cluster codes by k-means, and compare the clusters with the classes.

    There are as many clusters as classes, and the best of ten starts counts. With the clusters C
    and the classes Y

    .. math:: \mathrm{nmi} = \frac{2 I(C; Y)}{H(C) + H(Y)}, \qquad
              \mathrm{ari} = \frac{R - E[R]}{R_{max} - E[R]}

    where R counts the pairs of examples on which both agree, and E[R] what clusters of the same
    sizes would agree on by chance.

    Parameters
    ----------
    codes : array or tensor, shape (n, *code)
        In units in which they compare: k-means has no other. At most 5,000, drawn at random, and
        no classes of one example.
    y : array of length n
        Class labels, integers or text.
    seed : int, default=0
        Of the choice of examples and of the starts.

    Returns
    -------
    dict of str to float
        "nmi" between 0 and 1 and "ari" at most 1, about 0 by chance.

    Raises
    ------
    ValueError
        If the labels are not classes, their number is wrong, or fewer than two classes have two
        examples.

    References
    ----------
    L. Hubert, P. Arabie. Comparing Partitions. 1985.

    Examples
    --------
    >>> import numpy as np
    >>> y = np.repeat([0, 1, 2], 10)
    >>> {name: round(value, 6) for name, value in clustering(np.eye(3)[y], y).items()}
    {'nmi': 1.0, 'ari': 1.0}
    """
    # Here and not above: the import costs a second.
    from sklearn.cluster import KMeans
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    points = table(codes, "codes")
    rows, classes = some_classes(as_labels(y, len(points)), seed)
    k_means = KMeans(classes.max() + 1, n_init=_STARTS, random_state=seed)
    with threadpool_limits(limits=1):
        clusters = k_means.fit_predict(points[rows])
    return {
        "nmi": float(normalized_mutual_info_score(classes, clusters)),
        "ari": float(adjusted_rand_score(classes, clusters)),
    }
