"""The marginal likelihood as the integral that it is, on a grid of up to three dimensions."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from latentia.errors import IncompatiblePartsError
from latentia.inference._cells import MOST_DIMENSIONS, Rule
from latentia.inference._draws import MAX_VALUES, blocks_of, numbers_of
from latentia.inference._energy_grid import check_grid
from latentia.inference._integral import integrate
from latentia.inference._requirements import prior_of
from latentia.models import Batch, LatentVariableModel
from latentia.spaces import Real

#: Examples whose grids are refined beside each other.
_ROWS = 256


class Quadrature(NamedTuple):
    """log p(x) of each example by quadrature, in nats.

    Parameters
    ----------
    log_likelihood : Tensor, shape (n,)
    error : Tensor, shape (n,)
        How much the last refinement of the grid changed; a generous bound, as that made the error
        much smaller.

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
    n_points: int | None = None,
    *,
    tolerance: float = 1e-4,
    max_values: int = MAX_VALUES,
) -> Quadrature:
    r"""Integrate over all codes of up to three numbers.

    .. math:: \log p(x) = \log \int p(x|z)\, p(z)\, dz

    For each example, the cells of a grid are halved where p(x, z) is until the integral settles, as
    in :func:`free_energy`. Neither the encoder nor any draw has a part in it, so it judges
    estimates that do.

    Parameters
    ----------
    model : LatentVariableModel
        With a prior over codes of at most three real numbers.
    batch : Batch
        n examples.
    n_points : int or None, default=None
        Points of the grid in each dimension, before it is refined; None is 64 of one dimension, 36
        of two and 16 of three.
    tolerance : float, default=1e-4
        How far off log p(x) may be, in nats, positive.
    max_values : int, default=4194304
        Numbers in memory at once, as in :func:`importance_sampling`.

    Returns
    -------
    Quadrature

    Raises
    ------
    IncompatiblePartsError
        For a model without a prior, or codes that are not up to three real numbers.
    ValueError
        If a number is out of range, or there is no example.

    Warns
    -----
    UnresolvedIntegralWarning
        If the grid was given up before it was fine enough.

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
    check_grid(n_points, tolerance)
    space = _space(model)
    numbers = numbers_of(model, batch, max_values)
    prior_of(model, batch, "quadrature")
    like = batch.x if batch.x.is_floating_point() else next(model.parameters())
    parts = []
    for block in blocks_of(batch, _ROWS):
        rule = Rule(_Joint(model, block), space, like, numbers, max_values)
        found = integrate(rule, len(block), n_points, tolerance)
        parts.append((found.value.to(like), found.error.to(like)))
    return Quadrature(*(torch.cat(part) for part in zip(*parts, strict=True)))


class _Joint:
    """log p(x, z) of examples of a batch, by their rows."""

    def __init__(self, model: LatentVariableModel, batch: Batch) -> None:
        self.model = model
        self.batch = batch

    def __call__(self, z: Tensor, rows: Tensor) -> Tensor:
        batch = self.batch.take(rows)
        prior = prior_of(self.model, batch, "quadrature")
        return self.model.decoder(z, *batch.conditions).log_prob(batch.x) + prior.log_prob(z)


def _space(model: LatentVariableModel) -> Real:
    parts = [part for part in (model.prior, model.encoder) if part is not None]
    shape = next((part.event_shape for part in parts if hasattr(part, "event_shape")), ())
    spaces = {getattr(part, "space", "real") for part in parts}
    if spaces != {"real"} or len(shape) != 1 or shape[0] > MOST_DIMENSIONS:
        raise IncompatiblePartsError(
            f"quadrature and codes of shape {shape} in {', '.join(sorted(spaces))!r} do not fit: a "
            f"grid needs real codes of at most {MOST_DIMENSIONS} numbers, as its size grows with "
            "every dimension. Use importance_sampling."
        )
    return Real(shape)
