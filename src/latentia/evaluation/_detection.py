"""How well scores tell what is unusual."""

from __future__ import annotations

from typing import Any

import numpy as np

from latentia._arrays import as_array, as_labels


def anomaly(scores: Any, y: Any) -> dict[str, float]:
    r"""Compare scores with what is known to be anomalous.

    "auroc" is the probability that an anomaly has a higher score than a usual example, ties
    counting half; "aupr", the average precision, is the mean over anomalies of the share of
    anomalies among all with scores as high.

    Parameters
    ----------
    scores : array of length n
        Higher for what is more unusual, e.g. ``model.energy(X)`` or ``-model.score_samples(X)``.
    y : array of length n
        1 or True for an anomaly, 0 or False else.

    Returns
    -------
    dict of str to float
        By chance "auroc" is 0.5, and "aupr" the share of anomalies.

    Raises
    ------
    ValueError
        If scores are no finite numbers, or y is not zeros and ones, with both among them.

    Examples
    --------
    >>> anomaly([0.1, 0.2, 0.9, 0.3], [0, 0, 1, 1])
    {'auroc': 1.0, 'aupr': 1.0}
    """
    # Here and not above: the import costs a second.
    from sklearn.metrics import average_precision_score, roc_auc_score

    values = as_array(scores)
    if values.ndim != 1 or values.dtype.kind not in "fiu" or not np.isfinite(values).all():
        raise ValueError(
            f"scores must be a finite number for each example, but are {values!r:.80}."
        )
    labels = as_labels(y, len(values))
    if not np.array_equal(np.unique(labels), [0, 1]):
        raise ValueError(
            "y must hold 1 for anomalies and 0 for other examples, some of both, but holds "
            f"{np.unique(labels)!s:.80}."
        )
    return {
        "auroc": float(roc_auc_score(labels, values)),
        "aupr": float(average_precision_score(labels, values)),
    }
