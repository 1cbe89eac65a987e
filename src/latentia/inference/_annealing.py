"""Annealed importance sampling: from a density that is known to one that is not."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor


@dataclass(frozen=True)
class Annealed:
    r"""Weighted draws, and the ratio of normalising constants that their weights estimate.

    .. math:: \hat Z_1 / \hat Z_0 = \frac{1}{K} \sum_{k=1}^K w_k

    unbiased, so its logarithm is too low on average.

    Parameters
    ----------
    z : Tensor, shape (K, \*batch, \*event)
        Where the chains ended.
    log_weights : Tensor, shape (K, \*batch)
        In nats, with the logarithm of :math:`Z_0` counted in where it is known.

    References
    ----------
    R. M. Neal. Annealed Importance Sampling. 2001.

    Examples
    --------
    >>> equal = Annealed(torch.zeros(10, 2), torch.full((10,), 3.0))
    >>> equal.log_mean, equal.effective_sample_size
    (tensor(3.), tensor(10.0000))
    """

    z: Tensor
    log_weights: Tensor

    @property
    def log_mean(self) -> Tensor:
        """The logarithm of the mean weight in nats, shape (*batch)."""
        return self.log_weights.logsumexp(0) - math.log(len(self.log_weights))

    @property
    def standard_error(self) -> Tensor:
        """The standard error of :attr:`log_mean` in nats, by the spread; NaN of a single chain."""
        shares = (self.log_weights - self.log_mean).exp()
        if len(shares) < 2:
            return shares[0] * math.nan
        return shares.std(0) / math.sqrt(len(shares))

    @property
    def effective_sample_size(self) -> Tensor:
        """How many draws of equal weight are worth as much, between 1 and K."""
        return (2 * self.log_weights.logsumexp(0) - (2 * self.log_weights).logsumexp(0)).exp()


@torch.no_grad()
def anneal(
    start: Tensor,
    log_density: Callable[[Tensor, float], Tensor],
    transition: Callable[[Tensor, float], Tensor],
    temperatures: Sequence[float],
) -> Annealed:
    r"""Carry draws of a known density along a path of densities, and weigh them.

    .. math:: \log w = \sum_{t=1}^T \log f_{\beta_t}(z_{t-1}) - \log f_{\beta_{t-1}}(z_{t-1}),
              \qquad z_t \sim T_{\beta_t}(z_t \mid z_{t-1})

    Parameters
    ----------
    start : Tensor, shape (K, \*batch, \*event)
        Independent draws from the density at the first temperature.
    log_density : function of (z, beta)
        :math:`\log f_\beta(z)` in nats, of any constant, shape (K, \*batch).
    transition : function of (z, beta)
        A step of a Markov chain that leaves :math:`f_\beta` as it is, such as a Gibbs step.
    temperatures : sequence of float
        The path, from 0 to 1, rising.

    Returns
    -------
    Annealed

    Raises
    ------
    ValueError
        If the path does not rise from 0 to 1.

    References
    ----------
    R. M. Neal. Annealed Importance Sampling. 2001.

    Examples
    --------
    From a standard normal density to one of scale 1/2, whose integral is half as large:

    >>> z = torch.randn(1000, generator=torch.Generator().manual_seed(0))
    >>> result = anneal(z, lambda z, b: -(1 + 3 * b) * z**2 / 2, lambda z, b: z, [0.0, 1.0])
    >>> bool((result.log_mean + math.log(2)).abs() < 4 * result.standard_error)
    True
    """
    path = [float(t) for t in temperatures]
    rising = all(a < b for a, b in pairwise(path))
    if len(path) < 2 or not rising or path[0] != 0 or path[-1] != 1:
        raise ValueError(
            f"temperatures of {len(path)} values must rise from 0 to 1, such as "
            "torch.linspace(0, 1, 1000).tolist()."
        )
    z = start
    log_weights = log_density(z, path[1]) - log_density(z, path[0])
    for before, beta in pairwise(path[1:]):
        z = transition(z, before)
        log_weights = log_weights + log_density(z, beta) - log_density(z, before)
    return Annealed(z, log_weights)
