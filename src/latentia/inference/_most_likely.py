"""The code that explains an example best."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from latentia.heads import as_count
from latentia.inference._minimize import Minimum, minimize
from latentia.models import LatentEnergy

#: Points along each dimension of a small bounded space that are looked at first.
_SCAN = {1: 256, 2: 32}


def most_likely_code(
    energy: LatentEnergy,
    y: Tensor,
    *conditions: Tensor,
    start: Tensor | None = None,
    n_restarts: int = 8,
    n_steps: int = 200,
    tolerance: float = 1e-5,
) -> Minimum:
    r"""Return the code of least energy of each example.

    .. math:: \check z = \arg\min_z E(y, z)

    In a discrete space all codes are compared, which is exact. On the circle, and in a box of one
    or two dimensions, a grid is scanned, and :func:`minimize` descends from its best points, one
    of each stripe of the grid. Elsewhere it descends from starts that are spread out. The result
    is never worse than any start.

    Parameters
    ----------
    energy : LatentEnergy
        Of any decoder, fitted or given.
    y : Tensor, shape (n, \*event)
        Examples.
    *conditions : Tensor, each of shape (n, ...)
        What the decoder is conditioned on.
    start : Tensor or None, shape (n, \*code) or (k, n, \*code), default=None
        Codes to descend from first, for instance those of an encoder.
    n_restarts : int, default=8
        Searches for each example, those from ``start`` among them, of which at least all are made.
    n_steps, tolerance : int and float, default=200 and 1e-5
        As in :func:`minimize`.

    Returns
    -------
    Minimum
        With ``converged`` of shape (n,) as the report.

    Raises
    ------
    ValueError
        For ``n_restarts`` or ``n_steps`` below 1, starts of another shape than codes, or examples
        of another shape or with a NaN.

    Examples
    --------
    >>> import torch
    >>> from latentia import conditional, heads, models, spaces
    >>> likelihood = heads.DiagonalNormal(2, scale=1.0)
    >>> decoder = conditional.Amortized(torch.nn.Identity(), likelihood)
    >>> energy = models.LatentEnergy(decoder, spaces.Real(2), regularizer="normal")
    >>> most_likely_code(energy, torch.tensor([[1.0, 3.0]])).z.round(decimals=3)  # half of y
    tensor([[0.5000, 1.5000]])
    """
    space, n = energy.space, len(y)
    as_count(n_restarts, "n_restarts")
    as_count(n_steps, "n_steps")
    energy.check_examples(y)
    given = [] if start is None else [_starts(start, n, energy)]
    if space.discrete:
        return _compare(energy, y, *conditions)
    n_more = n_restarts - sum(len(codes) for codes in given)
    if n_more > 0:
        given.append(_spread(energy, y, n_more, *conditions))
    return minimize(
        lambda z: energy(y, z, *conditions),
        torch.cat(given),
        space=space,
        n_steps=n_steps,
        tolerance=tolerance,
    )


@torch.no_grad()
def _compare(energy: LatentEnergy, y: Tensor, *conditions: Tensor) -> Minimum:
    points, _ = energy.space.grid(1, y)
    value, best = energy(y, points.unsqueeze(1), *conditions).min(0)
    return Minimum(points[best], value, torch.ones_like(best, dtype=torch.bool), 1)


@torch.no_grad()
def _spread(energy: LatentEnergy, y: Tensor, k: int, *conditions: Tensor) -> Tensor:
    """Return k starts for each example, shape (k, n, *code)."""
    space, n = energy.space, len(y)
    size = math.prod(space.event_shape)
    if not space.bounded or size not in _SCAN:
        return space.starts(k, y).unsqueeze(1).expand(k, n, *space.event_shape)
    points, _ = space.grid(max(_SCAN[size], k), y)
    values = energy(y, points.unsqueeze(1), *conditions)
    offsets, starts = 0, []
    for stripe in values.tensor_split(k):
        starts.append(points[offsets + stripe.argmin(0)])
        offsets += len(stripe)
    return torch.stack(starts)


def _starts(start: Tensor, n: int, energy: LatentEnergy) -> Tensor:
    shape = energy.space.event_shape
    codes = start.unsqueeze(0) if start.dim() == 1 + len(shape) else start
    if codes.shape[1:] != (n, *shape):
        raise ValueError(
            f"start has shape {tuple(start.shape)}, but codes of {n} examples in {energy.space!r} "
            f"must have shape {(n, *shape)}, or that with the number of starts before it."
        )
    return codes.detach()
