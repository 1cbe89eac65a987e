"""Free energies by draws from an encoder, wherever it puts them."""

from __future__ import annotations

import torch
from torch import Tensor

from latentia.conditional import ConditionalDistribution
from latentia.distributions import Delta, is_pathwise
from latentia.errors import IncompatiblePartsError
from latentia.models import LatentEnergy
from latentia.spaces import Space


def log_weights_of_draws(
    energy: LatentEnergy,
    encoder: ConditionalDistribution,
    n_samples: int,
    y: Tensor,
    beta: float,
    *conditions: Tensor,
) -> Tensor:
    r"""Return :math:`-\beta E(y, z) - \log q(z|y)` of draws, shape (n_samples, n), float64.

    A draw outside the space has no weight: its logarithm is minus infinity.
    """
    _check_space(encoder, energy.space)
    z, log_density = _draws(encoder, n_samples, y, *conditions)
    if z.shape[2:] != energy.space.event_shape:
        raise IncompatiblePartsError(
            f"{energy.space!r} and an encoder of codes of shape {tuple(z.shape[2:])} do not fit: "
            f"codes have shape {energy.space.event_shape}. Give the encoder a head of that shape."
        )
    inside = energy.space.project(z)
    outside = (inside != z).flatten(2).any(2)
    if energy.space.discrete:
        # Draws that are points of the space, and carry the derivative of their encoder.
        inside = z
    terms = -beta * energy(y, inside, *conditions).double() - log_density.double()
    return terms.masked_fill(outside, -torch.inf)


def _check_space(encoder: ConditionalDistribution, space: Space) -> None:
    """Refuse an encoder that cannot reach all codes, or reaches none."""
    there = getattr(encoder, "space", space.name)
    reaches = there == space.name or (there == "real" and not space.discrete)
    if not reaches:
        raise IncompatiblePartsError(
            f"A free energy over {space!r} and the encoder {type(encoder).__name__} with codes in "
            f"{there!r} do not fit: its draws must be able to lie anywhere in {space.name!r}, and "
            "have a density there. Take a head of that space, or leave encoder=None."
        )


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
    if is_pathwise(q):
        z = q.rsample(shape)
        return z, q.log_prob(z)
    # Draws without a derivative: half of a gradient would be worse than none.
    z = q.sample(shape)
    return z, q.log_prob(z).detach()
