"""Distributions on the sphere that fall off from an axis: the integrals that they share."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.distributions import Distribution, constraints, register_kl

from latentia.distributions._point import register_point
from latentia.distributions._uniform_sphere import UniformSphere, log_area

_LEAST = 1e-15


class Axial(Distribution, ABC):
    r"""A density on the unit sphere that depends on the angle to an axis only.

    .. math:: p(z) = \frac{e^{\kappa T(w)}}{A\, M(\kappa)}, \quad w = \mu^\top z, \quad
              M(\kappa) = E_{\mathrm{uniform}}\, e^{\kappa T(w)}

    with T increasing and 0 at w = 1. In u = artanh w the integrands over w are smooth and fall off
    exponentially on both sides, so that a plain sum over some nodes around the peak is exact to
    rounding. Half of 1 - w, ``near``, and half of 1 + w, ``far``, are both kept, since 1 - w has no
    digits left in float32 where the distribution is narrow.

    Parameters
    ----------
    loc : Tensor, shape (*batch, d)
        The axis, of length 1; d is at least 2.
    concentration : Tensor, shape (*batch,)
        Kappa, positive.
    """

    arg_constraints = {}  # noqa: RUF012 (the type of the base class)
    support = constraints.real_vector  # an upper set of the sphere, for which torch has no word
    has_rsample = True

    def __init__(self, loc: Tensor, concentration: Tensor) -> None:
        if loc.dim() < 1 or loc.shape[-1] < 2:
            raise ValueError(
                f"loc has shape {tuple(loc.shape)}, but a direction needs at least 2 numbers along "
                "the last dimension."
            )
        batch = torch.broadcast_shapes(loc.shape[:-1], concentration.shape)
        self.loc = loc.expand(*batch, -1)
        self.concentration = concentration.expand(batch)
        super().__init__(batch, loc.shape[-1:], validate_args=False)

    @staticmethod
    @abstractmethod
    def _statistic(near: Tensor, far: Tensor) -> Tensor:
        """Return T, with digits at both ends."""

    @abstractmethod
    def _peak(self) -> tuple[Tensor, Tensor]:
        """Return the u at which the density of u is largest, and its width there."""

    @abstractmethod
    def _draw(self, shape: torch.Size) -> Tensor:
        """Return draws of u, without gradients."""

    @property
    def _power(self) -> int:
        return self.event_shape[0] - 1

    def _statistic_at(self, u: Tensor) -> Tensor:
        return self._statistic(torch.sigmoid(-2 * u), torch.sigmoid(2 * u))

    def _log_density(self, u: Tensor, concentration: Tensor) -> Tensor:
        """Return the logarithm of the unnormalised density of u."""
        log_sech = math.log(2) - u.abs() - torch.log1p(torch.exp(-2 * u.abs()))
        return concentration * self._statistic_at(u) + self._power * log_sech

    def _nodes(self) -> tuple[Tensor, Tensor]:
        """Return nodes u, and the logarithm of the mass of each as a share of the uniform."""
        with torch.no_grad():
            peak, width = (v.unsqueeze(-1) for v in self._peak())
            u = peak + width * torch.linspace(-20, 27, 128).to(peak)
            log_step = (width * 47 / 127).log()
        log_beta = math.lgamma(self._power / 2) - math.lgamma((self._power + 1) / 2)
        log_mass = self._log_density(u, self.concentration.unsqueeze(-1)) + log_step
        return u, log_mass - log_beta - 0.5 * math.log(math.pi)

    @property
    def _log_normalizer(self) -> Tensor:
        return self._nodes()[1].logsumexp(-1)

    def _mean_statistic(self) -> Tensor:
        u, log_mass = self._nodes()
        return (log_mass.softmax(-1) * self._statistic_at(u)).sum(-1)

    @property
    def mean_resultant_length(self) -> Tensor:
        """E[w], the length of the mean, between 0 and 1."""
        u, log_mass = self._nodes()
        return 1 - 2 * (log_mass.softmax(-1) * torch.sigmoid(-2 * u)).sum(-1)

    @property
    def mean(self) -> Tensor:
        return self.loc * self.mean_resultant_length.unsqueeze(-1)

    @property
    def mode(self) -> Tensor:
        return self.loc

    def log_prob(self, value: Tensor) -> Tensor:
        near, far = (
            ((value - sign * self.loc).square().sum(-1) / 4).clamp(_LEAST, 1) for sign in (1, -1)
        )
        t = self._statistic(near, far)
        return self.concentration * t - self._log_normalizer - log_area(self.event_shape[0])

    def divergence_from_uniform(self) -> Tensor:
        """KL to the uniform distribution on the sphere, in nats: kappa E[T] - log M(kappa)."""
        return self.concentration * self._mean_statistic() - self._log_normalizer

    def entropy(self) -> Tensor:
        return log_area(self.event_shape[0]) - self.divergence_from_uniform()

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        shape = torch.Size(sample_shape) + self.batch_shape
        with torch.no_grad():
            u = self._draw(shape)
            across = torch.randn(*shape, self._power, dtype=u.dtype, device=u.device)
            across = across / across.norm(dim=-1, keepdim=True).clamp(min=_LEAST)
        if torch.is_grad_enabled() and self.concentration.requires_grad:
            # The value is u and its derivative the one of the quantile of u.
            moving = self.concentration - self.concentration.detach()
            # Not a decorator of the method: those cannot be compiled.
            with torch.no_grad():
                derivative = self._derivative_of_quantile(u)
            u = u + moving * derivative
        u = u.unsqueeze(-1)
        return self._around_loc(torch.cat([u.tanh(), across / u.cosh()], dim=-1))

    def _derivative_of_quantile(self, u: Tensor) -> Tensor:
        r"""Return du/dkappa at constant F(u; kappa), which is -dF/dkappa / p(u).

        It is :math:`\int |T(v) - E[T]|\, p(v) / p(u)\, dv` over all v beyond u as seen from the
        mean, where nothing cancels.
        """
        x = torch.linspace(-4.0, 4.5, 64).to(u)
        # Double exponential quadrature of the half line, for any steepness of p.
        steps = torch.exp(x - torch.exp(-x))
        weights = steps * (1 + torch.exp(-x)) * (8.5 / 63)
        concentration, u = self.concentration.unsqueeze(-1), u.unsqueeze(-1)
        mean = self._mean_statistic().unsqueeze(-1)
        side = torch.where(self._statistic_at(u) > mean, 1.0, -1.0)
        beyond = u + side * steps
        log_ratio = self._log_density(beyond, concentration) - self._log_density(u, concentration)
        distance = (self._statistic_at(beyond) - mean).abs()
        return (weights * log_ratio.exp() * distance).sum(-1)

    def _around_loc(self, z: Tensor) -> Tensor:
        """Reflect the first axis to loc or, where that is the better conditioned, to -loc."""
        first = torch.zeros_like(self.loc)
        first[..., 0] = 1
        sign = torch.where(self.loc[..., :1] < 0, -1.0, 1.0)
        normal = first + sign * self.loc
        length = 1 + self.loc[..., :1].abs()
        return -sign * (z - normal * (normal * z).sum(-1, keepdim=True) / length)

    def expand(self, batch_shape: Sequence[int], _instance: object = None) -> Axial:
        concentration = self.concentration.expand(torch.Size(batch_shape))
        return type(self)(self.loc, concentration)


@register_point(Axial)
def _(distribution: Axial) -> Tensor:
    return distribution.loc


@register_kl(Axial, UniformSphere)
def _kl_axial_uniform(q: Axial, p: UniformSphere) -> Tensor:
    return q.divergence_from_uniform()
