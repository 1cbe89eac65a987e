"""The energy of an example, whatever its code is."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from latentia.conditional import ConditionalDistribution
from latentia.distributions import Delta
from latentia.errors import IncompatiblePartsError
from latentia.heads import as_count
from latentia.inference._most_likely import most_likely_code
from latentia.models import LatentEnergy

#: Energies computed at once.
_CHUNK = 2**21


def free_energy(
    energy: LatentEnergy,
    y: Tensor,
    beta: float = 1.0,
    *conditions: Tensor,
    n_points: int = 200,
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

    It is computed on the grid of the space, or, where an encoder q(z|y) is given, by importance
    sampling from it. That is an upper bound in expectation, tighter with every draw, and exact for
    the encoder :math:`q \propto e^{-\beta E}`. Gradients flow to parameters and to y.

    Parameters
    ----------
    energy : LatentEnergy
    y : Tensor, shape (n, \*event)
        Examples.
    beta : float, default=1.0
        Inverse temperature, positive; infinity is allowed.
    *conditions : Tensor, each of shape (n, ...)
        What decoder, prior and encoder are conditioned on.
    n_points : int, default=200
        Points of the grid along each dimension; more for larger ``beta``, as what is integrated is
        :math:`\beta^{-1/2}` wide.
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
        For ``beta`` of 0 or less, ``n_points`` or ``n_samples`` below 1, or a grid of too many
        points.
    IncompatiblePartsError
        For an unbounded space without a regularizer, where the integral diverges, or a
        deterministic encoder.

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
    check_integral(energy, beta)
    as_count(n_points, "n_points")
    as_count(n_samples, "n_samples")
    if math.isinf(beta):
        z = most_likely_code(energy, y, *conditions).z
        return energy(y, z.unsqueeze(0), *conditions)[0]
    log_volume = math.log(energy.space.volume) if energy.space.bounded else 0.0
    if encoder is None:
        points, log_weights = energy.space.grid(n_points, y)
        exponents = log_weights.unsqueeze(1) - beta * _energies(energy, y, points, *conditions)
    else:
        z, log_density = _draws(encoder, n_samples, y, *conditions)
        exponents = -beta * energy(y, z, *conditions) - log_density - math.log(n_samples)
    return (log_volume - exponents.logsumexp(0)) / beta


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
    if math.isinf(beta):
        raise ValueError(
            f"beta={beta} leaves a point mass; use inference.most_likely_code for where it is."
        )
    points, log_weights = energy.space.grid(n_points, y)
    exponents = log_weights.unsqueeze(1) - beta * _energies(energy, y, points, *conditions)
    return points, exponents.softmax(0).T


def check_integral(energy: LatentEnergy, beta: float) -> None:
    """Refuse a temperature that is none, and an integral that diverges."""
    if not beta > 0:
        raise ValueError(f"beta={beta} must be positive; it is an inverse temperature.")
    if not (energy.space.bounded or energy.regularized or math.isinf(beta)):
        raise IncompatiblePartsError(
            f"A free energy at beta={beta} and {energy.space!r} without a regularizer do not fit: "
            "codes far away cost nothing, so the integral over them diverges. Use a bounded space "
            'such as spaces.Box, or regularizer="normal".'
        )


def _energies(energy: LatentEnergy, y: Tensor, points: Tensor, *conditions: Tensor) -> Tensor:
    """Return the energies of all points, shape (m, n), a part of them at a time."""
    size = max(1, _CHUNK // max(len(y), 1))
    parts = [energy(y, part, *conditions) for part in points.unsqueeze(1).split(size)]
    return torch.cat(parts)


def _draws(
    encoder: ConditionalDistribution, n_samples: int, *conditions: Tensor
) -> tuple[Tensor, Tensor]:
    q = encoder(*conditions)
    if isinstance(q, Delta):
        raise IncompatiblePartsError(
            "A free energy by importance sampling and a deterministic encoder do not fit: a point "
            "mass has no density. Use a posterior such as heads.DiagonalNormal, or leave encoder="
            "None for the grid."
        )
    shape = torch.Size((n_samples,))
    if q.has_rsample:
        z = q.rsample(shape)
        return z, q.log_prob(z)
    # Draws without a derivative: half of a gradient would be worse than none.
    z = q.sample(shape)
    return z, q.log_prob(z).detach()
