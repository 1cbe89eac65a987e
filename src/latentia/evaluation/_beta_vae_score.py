"""Whether the differences of codes tell which factor was shared."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from latentia.evaluation._factors import standardised
from latentia.evaluation._fixed_factor import Draw, Encode, check_votes, codes_of_votes


def beta_vae_score(
    draw: Draw,
    encode: Encode,
    sizes: Sequence[int],
    *,
    n_votes: int = 800,
    n_shared: int = 64,
    seed: int = 0,
) -> float:
    r"""Return how well a linear classifier tells which factor pairs of examples share.

    For each vote a factor k is drawn, and L pairs of examples, each sharing a level of k and
    nothing else; from

    .. math:: \frac{1}{L} \sum_l \lvert z_l - z'_l \rvert

    in units of its standard deviation, a logistic regression predicts k. It learns from half of the
    votes; the score is its accuracy on the other half. It asks that factors leave different traces
    in the code, not that each have a dimension of its own.

    Parameters
    ----------
    draw : callable
        From levels, integers of shape (m, k) counted from 0, to m examples, such as
        ``Sprites().images``.
    encode : callable
        From examples to codes of shape (m, d), such as ``model.transform``.
    sizes : sequence of int
        Number of levels of each factor, such as ``Sprites().factor_sizes``.
    n_votes : int, default=800
        At least four for each factor.
    n_shared : int, default=64
        Pairs behind each vote, at least 2.
    seed : int, default=0
        Of the draws.

    Returns
    -------
    float
        Between 0 and 1, about 1 / k for chance.

    Raises
    ------
    ValueError
        If fewer than two factors vary, codes are no table of finite numbers, or numbers are too
        small.

    References
    ----------
    I. Higgins et al. beta-VAE: Learning Basic Visual Concepts with a Constrained Variational
    Framework. 2017.

    Examples
    --------
    >>> beta_vae_score(lambda v: v, lambda x: 1 - x, (5, 5, 5))
    1.0
    """
    # Here and not above: the import costs a second.
    from sklearn.linear_model import LogisticRegression

    check_votes(sizes, n_votes, n_shared)
    rng = np.random.default_rng(seed)
    # In turns, so that each half of the votes knows every factor.
    which = np.arange(n_votes) // 2 % len(sizes)
    differences = [
        np.abs(codes[:, 0] - codes[:, 1]).mean(axis=0)
        for codes in codes_of_votes(draw, encode, sizes, which, (n_shared, 2), rng)
    ]
    features = standardised(np.stack(differences))
    classifier = LogisticRegression(max_iter=1000).fit(features[::2], which[::2])
    return float(classifier.score(features[1::2], which[1::2]))
