"""The energy of an example, whatever its code is."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from latentia.conditional import ConditionalDistribution
from latentia.heads import as_count
from latentia.inference._energy_draws import log_weights_of_draws
from latentia.inference._energy_grid import check_grid, check_integral, energies_of, rule_of
from latentia.inference._integral import check_dimensions, integrate
from latentia.inference._search import Search
from latentia.models import LatentEnergy


class FreeEnergyEstimate(NamedTuple):
    """Free energies, and how far off they may be, in units of the energy.

    Parameters
    ----------
    values : Tensor, shape (n,)
    error : Tensor, shape (n,)
        0 where nothing is estimated. On a grid, how much the last refinement changed; it is a
        generous bound, as that made the error much smaller. Of draws, the standard error, which is
        too small where a few of them have all the weight.

    Examples
    --------
    >>> import torch
    >>> FreeEnergyEstimate(torch.tensor([1.0]), torch.tensor([0.0])).error
    tensor([0.])
    """

    values: Tensor
    error: Tensor


def free_energy(
    energy: LatentEnergy,
    y: Tensor,
    beta: float = 1.0,
    *conditions: Tensor,
    n_points: int | None = None,
    tolerance: float = 1e-4,
    search: Search | None = None,
    encoder: ConditionalDistribution | None = None,
    n_samples: int = 100,
) -> Tensor:
    r"""Return the free energy of each example at the temperature :math:`1/\beta`.

    .. math:: F_\beta(y) = -\frac{1}{\beta} \log \frac{1}{|Z|} \int_Z e^{-\beta E(y, z)}\, dz,
              \qquad F_\infty(y) = \min_z E(y, z)

    in units of the energy. In a discrete space the integral is a sum and exact; where :math:`|Z|`
    is infinite it is taken as 1. So with no ``cost`` and the negative log-density of a prior as the
    regularizer, :math:`F_1 = -\log p(y)` on all real numbers, and :math:`\log |Z|` more than
    that elsewhere.

    It is computed on a grid for each example, in cells that are halved where the integral is until
    it settles, and over real numbers as far out as anything is left of it: for codes of up to three
    numbers. Where an encoder q(z|y) is given it is computed by importance sampling from that: an
    upper bound in expectation, tighter with every draw, and exact for the encoder
    :math:`q \propto e^{-\beta E}`. Draws outside the space count as draws without weight. Gradients
    flow to parameters and to y.

    Parameters
    ----------
    energy : LatentEnergy
    y : Tensor, shape (n, \*event)
        Examples.
    beta : float, default=1.0
        Inverse temperature, positive; infinity is allowed.
    *conditions : Tensor, each of shape (n, ...)
        What decoder, prior and encoder are conditioned on.
    n_points : int or None, default=None
        Points of the grid along each dimension, before it is refined; None is 64 of one dimension,
        36 of two and 16 of three. More of them find peaks that are narrow and of no slope around.
    tolerance : float, default=1e-4
        How far off :math:`\beta F` may be on the grid, in nats, positive.
    search : Search or None, default=None
        How the minimum is looked for at an infinite ``beta``; None is ``Search(energy)``.
    encoder : ConditionalDistribution or None, default=None
        Where codes are drawn from, with a density.
    n_samples : int, default=100
        Draws from the encoder for each example.

    Returns
    -------
    Tensor, shape (n,)

    Raises
    ------
    ValueError
        For ``beta`` or ``tolerance`` of 0 or less, ``n_points`` or ``n_samples`` below 1, or
        examples of another shape or with a NaN.
    IncompatiblePartsError
        For an integral that diverges, as over an unbounded space without a regularizer; codes of
        more than three numbers without an encoder; and an encoder that is deterministic, or of
        codes elsewhere.

    Warns
    -----
    UnresolvedIntegralWarning
        If the grid was given up before it was fine enough.

    References
    ----------
    Y. LeCun, S. Chopra, R. Hadsell, M. Ranzato, F. J. Huang. A Tutorial on Energy-Based Learning.
    2006.

    Examples
    --------
    >>> import torch
    >>> from latentia import conditional, heads, models, spaces
    >>> likelihood = heads.DiagonalNormal(1, scale=1.0)
    >>> decoder = conditional.Amortized(torch.nn.Identity(), likelihood)
    >>> energy = models.LatentEnergy(decoder, spaces.Real(1), regularizer="normal")
    >>> free_energy(energy, torch.zeros(1, 1))  # log(4 pi) / 2, y being normal with variance 2
    tensor([1.2655])
    """
    return estimated_free_energy(
        energy,
        y,
        beta,
        *conditions,
        n_points=n_points,
        tolerance=tolerance,
        search=search,
        encoder=encoder,
        n_samples=n_samples,
    ).values


def estimated_free_energy(
    energy: LatentEnergy,
    y: Tensor,
    beta: float = 1.0,
    *conditions: Tensor,
    n_points: int | None = None,
    tolerance: float = 1e-4,
    search: Search | None = None,
    encoder: ConditionalDistribution | None = None,
    n_samples: int = 100,
) -> FreeEnergyEstimate:
    """Return :func:`free_energy` and its error.

    Parameters
    ----------
    energy, y, beta, conditions, n_points, tolerance, search, encoder, n_samples
        As in :func:`free_energy`.

    Returns
    -------
    FreeEnergyEstimate

    Raises
    ------
    ValueError, IncompatiblePartsError
        As :func:`free_energy`.

    Examples
    --------
    >>> import torch
    >>> from latentia import conditional, heads, models, spaces
    >>> likelihood = heads.DiagonalNormal(1, scale=0.01)
    >>> decoder = conditional.Amortized(torch.nn.Identity(), likelihood)
    >>> energy = models.LatentEnergy(decoder, spaces.Real(1), regularizer="normal")
    >>> bool(estimated_free_energy(energy, torch.ones(1, 1)).error < 1e-4)
    True
    """
    check_integral(energy, beta)
    check_grid(n_points, tolerance)
    as_count(n_samples, "n_samples")
    energy.check_examples(y)
    if math.isinf(beta):
        search = Search(energy) if search is None else search
        z = search.least(y, *conditions, energy=energy).z
        values = energy(y, z.unsqueeze(0), *conditions)[0]
        return FreeEnergyEstimate(values, torch.zeros_like(values))
    if encoder is not None:
        terms = log_weights_of_draws(energy, encoder, n_samples, y, beta, *conditions)
        sums, error = terms.logsumexp(0) - math.log(n_samples), _spread(terms)
    elif energy.space.discrete:
        points, _ = energy.space.grid(1, y)
        sums = -beta * energies_of(energy, y, points.unsqueeze(1), *conditions)
        sums, error = sums.logsumexp(0), torch.zeros_like(sums[0])
    else:
        check_dimensions(
            math.prod(energy.space.event_shape), "Draw codes from an encoder= that has a density."
        )
        rule = rule_of(energy, y, beta, *conditions)
        integral = integrate(rule, len(y), n_points, tolerance)
        sums, error = integral.differentiable(), integral.error
    log_volume = energy.space.log_volume if energy.space.bounded else 0.0
    return FreeEnergyEstimate(((log_volume - sums) / beta).to(y), (error / beta).to(y))


def _spread(terms: Tensor) -> Tensor:
    """Return the standard error of the log of a mean, by the delta method."""
    terms = terms.detach()
    k = len(terms)
    effective = (2 * terms.logsumexp(0) - (2 * terms).logsumexp(0)).exp()
    spread = (k / effective - 1).clamp(min=0) / max(k - 1, 1)
    return spread.sqrt() if k > 1 else spread * math.nan
