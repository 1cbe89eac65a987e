"""Whether all codes mean something: what draws decode to, and where no codes are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from latentia._arrays import as_examples
from latentia.evaluation._neighbors import check_neighbors, nearest, spacing
from latentia.evaluation._tables import two_tables


def completeness(draws: Any, x: Any, *, n_neighbors: int = 5, share: float = 0.95) -> float:
    r"""Return the share of decoded draws that lie as near to the data as data do.

    .. math:: \operatorname{mean}_g \, [d_k(g) \le Q], \qquad Q \text{ the quantile of } d_k(x_i)

    with :math:`d_k` the distance to the k-th nearest example, other than itself. New examples
    have about ``share``, and so has a model whose every draw decodes to something like the data.
    Draws that are blurred towards the middle of many examples lie near to them and pass: see
    :func:`precision_recall` and :func:`density_coverage` for what they lack.

    Parameters
    ----------
    draws : array or tensor, shape (m, *event)
        Decoded draws of the prior or of another sampler.
    x : array or tensor, shape (n, *event)
        Examples; all pairs of them are compared.
    n_neighbors : int, default=5
        The k.
    share : float, default=0.95
        Of which quantile; in (0, 1].

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If there are no more than k examples, the numbers of features differ, or ``share`` is
        outside its range.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(200, 2))
    >>> completeness(x, x, share=1.0), completeness(x + 100, x)
    (1.0, 0.0)
    """
    return float(_near(draws, x, ("draws", "x"), n_neighbors, share).mean())


def recognizable(draws: Any, classify: Callable[[Any], Any], *, confidence: float = 0.9) -> float:
    """Return the share of decoded draws that a classifier is sure about.

    Parameters
    ----------
    draws : array or tensor, shape (m, *event)
        Decoded draws of the prior or of another sampler.
    classify : callable
        From draws to probabilities of shape (m, classes), e.g. ``classifier.predict_proba`` of a
        classifier that learned from examples. It may be sure of what it never saw: compare
        models, and with examples.
    confidence : float, default=0.9
        What the largest probability has to reach; in (0, 1].

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If there are no draws, ``classify`` returns no probabilities, or ``confidence`` is outside
        its range.

    Examples
    --------
    >>> recognizable(np.eye(2), lambda x: [[0.95, 0.05], [0.6, 0.4]])
    0.5
    """
    if not 0 < confidence <= 1:
        raise ValueError(f"confidence={confidence} must be in (0, 1].")
    n = len(as_examples(draws, "draws"))
    chances = as_examples(classify(draws), "classify(draws)")
    if chances.ndim != 2 or len(chances) != n or chances.min() < 0 or chances.max() > 1 + 1e-6:
        raise ValueError(
            f"classify must return probabilities of shape ({n}, classes), but returned numbers "
            f"from {chances.min():.3g} to {chances.max():.3g} of shape {chances.shape}."
        )
    return float((chances.max(axis=1) >= confidence).mean())


def blanks(codes: Any, draws: Any, *, n_neighbors: int = 5, share: float = 0.95) -> float:
    r"""Return the share of draws of the prior that fall where no codes are.

    .. math:: \operatorname{mean}_p \, [d_k(p) > Q], \qquad Q \text{ the quantile of } d_k(z_i)

    with :math:`d_k` the distance to the k-th nearest code, other than itself: blank is what is
    farther from codes than codes are from each other. Codes that are spread like the prior have
    about 1 - ``share``.

    Parameters
    ----------
    codes : array or tensor, shape (n, k)
        Codes of examples: draws of the posterior, or its means, which are closer together.
    draws : array or tensor, shape (m, k)
        Draws of the prior, of another sampler, or the points of a grid.
    n_neighbors : int, default=5
        The k.
    share : float, default=0.95
        Of which quantile; in (0, 1].

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If there are no more than k codes, codes and draws differ in size, or ``share`` is outside
        its range.

    Examples
    --------
    >>> codes = np.random.default_rng(0).normal(size=(500, 2))
    >>> cells = np.stack(np.meshgrid([-50.0, 0.0], [0.0]), axis=-1).reshape(-1, 2)
    >>> blanks(codes, cells)
    0.5
    """
    return float((~_near(draws, codes, ("draws", "codes"), n_neighbors, share)).mean())


def _near(
    draws: Any, points: Any, names: tuple[str, str], n_neighbors: int, share: float
) -> np.ndarray:
    """Return for each draw whether points are as near to it as they are to each other."""
    if not 0 < share <= 1:
        raise ValueError(f"share={share} must be in (0, 1].")
    draws, points = two_tables(draws, points, names)
    check_neighbors(n_neighbors, points, names[1])
    limit = np.quantile(spacing(points, n_neighbors), share)
    distances, _ = nearest(points, draws, n_neighbors)
    return np.asarray(distances[:, -1] <= limit)
