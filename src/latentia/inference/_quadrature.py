"""The marginal likelihood as the integral that it is, on a grid of one or two dimensions."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from latentia.errors import IncompatiblePartsError
from latentia.heads import as_count
from latentia.inference._draws import MAX_VALUES, blocks_of, fitting
from latentia.inference._requirements import prior_of
from latentia.models import Batch, LatentVariableModel

# Codes less likely than the best by this many nats add nothing that double precision sees.
_NEGLIGIBLE = 50.0
# Cells kept around those that count, in case the best code lies between points of the grid.
_MARGIN = 4
_MOST_ZOOMS = 8
# A grid whose box shrinks by less is as fine as it gets.
_ZOOMED = 0.8


class Quadrature(NamedTuple):
    """log p(x) of each example by quadrature, in nats.

    Parameters
    ----------
    log_likelihood : Tensor, shape (n,)
    error : Tensor, shape (n,)
        How far off half the points in each dimension would be; the error of all of them is far
        smaller, so that a number near 0 says that the grid is fine enough.

    Examples
    --------
    >>> import torch
    >>> Quadrature(torch.tensor([-1.0]), torch.tensor([0.0])).error
    tensor([0.])
    """

    log_likelihood: Tensor
    error: Tensor


@torch.no_grad()
def quadrature(
    model: LatentVariableModel,
    batch: Batch,
    n_points: int = 129,
    *,
    limits: tuple[float, float] = (-10.0, 10.0),
    max_values: int = MAX_VALUES,
) -> Quadrature:
    r"""Integrate over all codes of one or two numbers.

    .. math:: \log p(x) = \log \int p(x|z)\, p(z)\, dz
              \approx \log \sum_g p(x|z_g)\, p(z_g)\, \Delta^d

    The grid zooms in, for each example, to where p(x, z) is within 50 nats of its largest value.
    Neither the encoder nor any draw has a part in it, so it judges estimates that do.

    Parameters
    ----------
    model : LatentVariableModel
        With a prior over codes of one or two real numbers.
    batch : Batch
        n examples.
    n_points : int, default=129
        Points of the grid in each dimension, at least 17.
    limits : tuple of float, default=(-10.0, 10.0)
        Where the first grid begins and ends in each dimension; it must hold nearly all that the
        prior does.
    max_values : int, default=4194304
        Numbers in memory at once, as in :func:`importance_sampling`.

    Returns
    -------
    Quadrature

    Raises
    ------
    IncompatiblePartsError
        For a model without a prior, or codes that are not one or two real numbers.
    ValueError
        If a number is out of range, or there is no example.

    References
    ----------
    C. Doersch. Tutorial on Variational Autoencoders. 2016.

    Examples
    --------
    >>> from latentia import conditional, heads, models, networks, priors
    >>> q, p = heads.DiagonalNormal(2), heads.Bernoulli(3)
    >>> encoder = conditional.Amortized(networks.MLP(3, q.n_params), q)
    >>> decoder = conditional.Amortized(networks.MLP(2, p.n_params), p)
    >>> for parameter in decoder.parameters():
    ...     _ = torch.nn.init.zeros_(parameter)
    >>> model = models.LatentVariableModel(encoder, decoder, priors.StandardNormal(2))
    >>> quadrature(model, models.Batch(torch.zeros(1, 3))).log_likelihood  # three fair coins
    tensor([-2.0794])
    """
    if as_count(n_points, "n_points") < 17:
        raise ValueError(f"n_points={n_points} must be at least 17.")
    low, high = limits
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(f"limits={limits} must be two finite numbers, the smaller first.")
    d = _dimensions(model)
    fit = fitting(model, batch, max_values)
    # An odd number of points, of which every second one is a grid with the same ends.
    n_points += 1 - n_points % 2
    grid = _unit_grid(n_points, d, next(model.parameters(), batch.x))
    parts = [
        _integrated(model, block, grid, limits, fit)
        for block in blocks_of(batch, max(1, fit // n_points**d))
    ]
    return Quadrature(*(torch.cat(part) for part in zip(*parts, strict=True)))


def _dimensions(model: LatentVariableModel) -> int:
    parts = [part for part in (model.prior, model.encoder) if part is not None]
    shape = next((part.event_shape for part in parts if hasattr(part, "event_shape")), None)
    spaces = {getattr(part, "space", "real") for part in parts}
    if spaces != {"real"} or shape not in ((1,), (2,)):
        raise IncompatiblePartsError(
            f"quadrature and codes of shape {shape} in {', '.join(sorted(spaces))!r} do not fit: a "
            "grid needs real codes of one or two numbers, as its size grows with every dimension. "
            "Use importance_sampling."
        )
    return shape[0]


def _unit_grid(n_points: int, d: int, like: Tensor) -> Tensor:
    """Return points of the unit cube, shape (n_points ** d, 1, d)."""
    axis = torch.linspace(0, 1, n_points, dtype=torch.float64).to(like)
    return torch.stack(torch.meshgrid(*[axis] * d, indexing="ij"), -1).reshape(-1, 1, d)


def _integrated(
    model: LatentVariableModel,
    block: Batch,
    grid: Tensor,
    limits: tuple[float, float],
    fit: int,
) -> Quadrature:
    n, d = len(block), grid.shape[-1]
    n_points = round(len(grid) ** (1 / d))
    prior = prior_of(model, block, "quadrature")
    low, high = (grid.new_full((n, d), limit) for limit in limits)
    for _ in range(_MOST_ZOOMS):
        joint = torch.cat(
            [
                model.decoder(z, *block.conditions).log_prob(block.x) + prior.log_prob(z)
                for z in (low + (high - low) * u for u in grid.split(max(1, fit // n)))
            ]
        )
        found = _sums(joint, (high - low) / (n_points - 1), n_points, d)
        near = (joint > joint.amax(0) - _NEGLIGIBLE).unsqueeze(-1)
        margin = _MARGIN / (n_points - 1)
        first = (torch.where(near, grid, math.inf).amin(0) - margin).clamp(min=0)
        last = (torch.where(near, grid, -math.inf).amax(0) + margin).clamp(max=1)
        if bool(((last - first) > _ZOOMED).all()):
            break
        low, high = low + (high - low) * first, low + (high - low) * last
    return found


def _sums(joint: Tensor, cell: Tensor, n_points: int, d: int) -> Quadrature:
    """Return the integrals of a grid, and of every second point of it."""
    cube = joint.reshape(*[n_points] * d, -1)
    half = cube[(slice(None, None, 2),) * d].flatten(0, d - 1)
    fine = joint.logsumexp(0) + cell.log().sum(-1)
    coarse = half.logsumexp(0) + (2 * cell).log().sum(-1)
    return Quadrature(fine, (fine - coarse).abs())
