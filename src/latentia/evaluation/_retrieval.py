"""Whether what is nearest in the code is of the same class."""

from __future__ import annotations

from typing import Any

import numpy as np

from latentia._arrays import as_labels
from latentia.evaluation._classes import some_classes
from latentia.evaluation._neighbors import check_neighbors
from latentia.evaluation._tables import table

_MOST_QUERIES = 1_000


def retrieval(codes: Any, y: Any, n_neighbors: int = 10, seed: int = 0) -> dict[str, float]:
    r"""Search with the code of each example among the others, and count those of its class.

    With :math:`r_i \in \{0, 1\}` whether the i-th nearest code is of the class asked for,

    .. math:: \mathrm{precision} = \frac{1}{k} \sum_{i \le k} r_i, \qquad
              \mathrm{map} = \frac{1}{\sum_i r_i} \sum_i r_i \frac{1}{i} \sum_{j \le i} r_j

    both means over queries. Codes at equal distance come in random order.

    Parameters
    ----------
    codes : array or tensor, shape (n, *code)
        At most 5,000, drawn at random, and no classes of one example; 1,000 of them are queries.
    y : array of length n
        Class labels, integers or text.
    n_neighbors : int, default=10
        The k.
    seed : int, default=0
        Of the choice and the order of examples.

    Returns
    -------
    dict of str to float
        "precision" of the first k and "map", the mean average precision over all. For codes that
        know nothing both are about the share of the class.

    Raises
    ------
    ValueError
        If the labels are not classes, their number is wrong, fewer than two classes have two
        examples, or there are no more than k examples.

    Examples
    --------
    >>> y = np.repeat([0, 1], 10)
    >>> retrieval(np.eye(2)[y], y, n_neighbors=9)
    {'precision': 1.0, 'map': 1.0}
    """
    # Here and not above: the import costs a second.
    from sklearn.metrics import pairwise_distances_chunked

    points = table(codes, "codes")
    rows, classes = some_classes(as_labels(y, len(points)), seed)
    order = np.random.default_rng(seed).permutation(len(rows))
    points, classes = points[rows[order]], classes[order]
    check_neighbors(n_neighbors, points, "codes")
    queries = points[:_MOST_QUERIES]
    ranks = np.arange(1, len(points))
    scores, start = [], 0
    for distances in pairwise_distances_chunked(queries - points.mean(0), points - points.mean(0)):
        asked = np.arange(start, start + len(distances))
        start += len(distances)
        distances[asked - asked[0], asked] = -1  # itself comes first, and is left out
        others = np.argsort(distances, axis=1, kind="stable")[:, 1:]
        right = classes[others] == classes[asked, None]
        precisions = np.cumsum(right, axis=1) / ranks
        average = (precisions * right).sum(axis=1) / right.sum(axis=1)
        scores.append(np.stack([precisions[:, n_neighbors - 1], average]))
    precision, average = np.concatenate(scores, axis=1).mean(axis=1)
    return {"precision": float(precision), "map": float(average)}
