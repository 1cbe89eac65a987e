"""How likely the codes of an example are."""

from __future__ import annotations

import math
import warnings

import torch
from torch import Tensor

from latentia.errors import UnresolvedIntegralWarning
from latentia.heads import as_count
from latentia.inference._cells import MOST_DIMENSIONS
from latentia.inference._energy_grid import check_integral, energies_of, rule_of
from latentia.inference._integral import integrate
from latentia.models import LatentEnergy

_TOLERANCE = 0.05


def posterior(
    energy: LatentEnergy, y: Tensor, beta: float = 1.0, *conditions: Tensor, n_points: int = 200
) -> tuple[Tensor, Tensor]:
    r"""Return points of the space, and the probability of each given each example.

    .. math:: p_\beta(z_j \mid y) = \frac{w_j\, e^{-\beta E(y, z_j)}}
              {\sum_i w_i\, e^{-\beta E(y, z_i)}}

    with the weights w of the grid: divide by them for a density.

    Parameters
    ----------
    energy : LatentEnergy
    y : Tensor, shape (n, \*event)
        Examples.
    beta : float, default=1.0
        Inverse temperature, positive and finite.
    *conditions : Tensor, each of shape (n, ...)
        What the decoder is conditioned on.
    n_points : int, default=200
        Points of the grid along each dimension.

    Returns
    -------
    points : Tensor, shape (m, \*code)
    probabilities : Tensor, shape (n, m)

    Raises
    ------
    ValueError
        For ``beta`` out of range, ``n_points`` below 1, or a grid of too many points.
    IncompatiblePartsError
        For an unbounded space without a regularizer, where the integral diverges.

    Warns
    -----
    UnresolvedIntegralWarning
        If the grid misses more than 0.05 nats of the integral, or counts as much too often.

    Examples
    --------
    >>> import torch
    >>> from latentia import conditional, heads, models, spaces
    >>> likelihood = heads.DiagonalNormal(2, scale=1.0)
    >>> decoder = conditional.Amortized(torch.nn.Identity(), likelihood)
    >>> energy = models.LatentEnergy(decoder, spaces.Categories(2), cost="squared_error")
    >>> posterior(energy, torch.tensor([[1.0, 0.0]]))[1]  # energies 0 and 2
    tensor([[0.8808, 0.1192]])
    """
    check_integral(energy, beta)
    as_count(n_points, "n_points")
    energy.check_examples(y)
    if math.isinf(beta):
        raise ValueError(
            f"beta={beta} leaves a point mass; use inference.most_likely_code for where it is."
        )
    points, log_weights = energy.space.grid(n_points, y)
    energies = energies_of(energy, y, points.unsqueeze(1), *conditions)
    exponents = log_weights.unsqueeze(1) - beta * energies
    if not energy.space.discrete and math.prod(energy.space.event_shape) <= MOST_DIMENSIONS:
        _compare(exponents, energy, y, beta, *conditions)
    return points, exponents.softmax(0).T


@torch.no_grad()
def _compare(
    exponents: Tensor, energy: LatentEnergy, y: Tensor, beta: float, *conditions: Tensor
) -> None:
    """Warn where a grid of a finer sort finds more, or less, than that of the space."""
    found = integrate(rule_of(energy, y, beta, *conditions), len(y), None, _TOLERANCE).value
    off = (exponents.logsumexp(0) - found).abs()
    worst = float(off.max()) if len(off) else 0.0
    if not worst <= _TOLERANCE:
        warnings.warn(
            f"A grid of {len(exponents)} points misses the posterior of example "
            f"{int(off.argmax())} by {worst:.2g} nats, as parts of it are narrower than the grid "
            "or lie beyond; take more n_points, or a smaller beta.",
            UnresolvedIntegralWarning,
            stacklevel=3,
        )
