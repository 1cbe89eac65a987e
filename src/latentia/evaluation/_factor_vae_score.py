"""Whether the dimension that varies least tells which factor was held."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from latentia.evaluation._fixed_factor import (
    Draw,
    Encode,
    check_votes,
    codes_of_all,
    codes_of_votes,
)


def factor_vae_score(
    draw: Draw,
    encode: Encode,
    sizes: Sequence[int],
    *,
    n_votes: int = 800,
    n_shared: int = 64,
    seed: int = 0,
) -> float:
    r"""Return how well the steadiest dimension of the code tells which factor was held.

    For each vote a factor k is drawn and held at one level while the others vary; the dimension

    .. math:: j = \arg\min_i \operatorname{Var}(z_i \mid v_k) / \operatorname{Var}(z_i)

    votes for it. Half of the votes say which factor each dimension stands for; the score is the
    share of the other half that agree.

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
        Examples behind each vote, at least 2.
    seed : int, default=0
        Of the draws.

    Returns
    -------
    float
        1 where each factor has a dimension of its own, about 1 / k for chance. Constant dimensions
        have no vote; where all are constant, it is 0.

    Raises
    ------
    ValueError
        If fewer than two factors vary, codes are no table of finite numbers, or numbers are too
        small.

    References
    ----------
    H. Kim, A. Mnih. Disentangling by Factorising. 2018.

    Examples
    --------
    >>> mixing = np.array([[1.0, 1.0], [1.0, -1.0]])
    >>> factor_vae_score(lambda v: v, lambda x: -x, (5, 5))
    1.0
    >>> factor_vae_score(lambda v: v, lambda x: x @ mixing, (5, 5)) < 0.7
    True
    """
    check_votes(sizes, n_votes, n_shared)
    rng = np.random.default_rng(seed)
    everything = codes_of_all(draw, encode, sizes, rng)
    variable = np.ptp(everything, axis=0) > 0
    if not variable.any():
        return 0.0
    spread = everything.std(axis=0)[variable]
    which = rng.integers(len(sizes), size=n_votes)
    votes = np.zeros((2, len(spread), len(sizes)), dtype=np.int64)
    for i, codes in enumerate(codes_of_votes(draw, encode, sizes, which, (1, n_shared), rng)):
        steadiest = np.argmin(codes[0][:, variable].std(axis=0) / spread)
        votes[i % 2, steadiest, which[i]] += 1
    learned, judged = votes
    # A dimension that nothing was learned of stands for no factor.
    known = learned.any(axis=1)
    right = judged[np.arange(len(spread)), learned.argmax(axis=1)][known]
    return float(right.sum() / judged.sum())
