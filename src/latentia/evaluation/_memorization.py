"""Whether samples repeat the examples that were trained on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from latentia.evaluation._neighbors import nearest
from latentia.evaluation._tables import two_tables


@dataclass(frozen=True, eq=False)
class Memorization:
    """Samples beside the training examples nearest to them.

    Parameters
    ----------
    neighbors : ndarray of shape (m,)
        The row in ``x_train`` of the example nearest to each sample, to look at.
    distances : ndarray of shape (m,)
        How far it is.
    held_out_distances : ndarray of shape (n_held_out,)
        How far held-out examples are from the training examples nearest to them.
    closer : float
        The probability that a sample is closer to the training examples than a held-out example
        is, ties counting half: 0.5 for samples as good as new examples, 1 for copies; blurred
        samples, which are in the middle of many, are closer too.
    from_training : float
        The share of samples whose nearest example, among training and held-out ones, is one that
        was trained on. Whatever samples look like, that is ``expected`` if the model does not
        prefer what it was trained on; 1 for copies. Samples that crowd share a nearest example, and
        their share varies as if they were few.
    expected : float
        The share of training examples among both.
    """

    neighbors: np.ndarray
    distances: np.ndarray
    held_out_distances: np.ndarray
    closer: float
    from_training: float
    expected: float


def memorization(samples: Any, x_train: Any, x_held_out: Any) -> Memorization:
    """Compare samples with the examples that were trained on, and with some that were not.

    Parameters
    ----------
    samples : array or tensor, shape (m, *event)
        Generated examples.
    x_train, x_held_out : array or tensor, shape (n, *event)
        Examples of one distribution: those the model was trained on, and others. Features of all
        three, in which distances mean more, do as well.

    Returns
    -------
    Memorization

    Raises
    ------
    ValueError
        If the numbers of features differ, or there are no examples.

    References
    ----------
    C. Meehan, K. Chaudhuri, S. Dasgupta. A Non-Parametric Test to Detect Data-Copying in
    Generative Models. 2020.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(300, 2))
    >>> copies = memorization(x[:50], x[:200], x[200:])
    >>> copies.neighbors[:3], copies.closer, copies.from_training, round(copies.expected, 3)
    (array([0, 1, 2]), 1.0, 1.0, 0.667)
    """
    samples, train = two_tables(samples, x_train, ("samples", "x_train"))
    held_out, _ = two_tables(x_held_out, train, ("x_held_out", "x_train"))
    distances, rows = (part[:, 0] for part in nearest(train, samples, 1))
    new_distances = nearest(train, held_out, 1)[0][:, 0]
    to_held_out = nearest(held_out, samples, 1)[0][:, 0]
    return Memorization(
        rows,
        distances,
        new_distances,
        closer=_chance_of_less(distances, new_distances),
        from_training=float(np.mean(_half_for_ties(distances, to_held_out))),
        expected=len(train) / (len(train) + len(held_out)),
    )


def _chance_of_less(a: np.ndarray, b: np.ndarray) -> float:
    """Return the probability that one of a is less than one of b, ties counting half."""
    b = np.sort(b)
    more = len(b) - np.searchsorted(b, a, side="right")
    more_or_same = len(b) - np.searchsorted(b, a, side="left")
    return float((more + more_or_same).mean() / (2 * len(b)))


def _half_for_ties(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (a < b) + 0.5 * (a == b)
