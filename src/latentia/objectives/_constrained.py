"""One of distortion and rate as small as a limit on the other allows."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from latentia._names import lookup
from latentia.distributions import divergence
from latentia.heads import as_count
from latentia.models import Batch, LatentVariableModel, Trace
from latentia.objectives._loss import Loss
from latentia.objectives._objective import Info, Objective
from latentia.objectives._posteriors import refuse_point_mass
from latentia.objectives._score_function import cost_score

_LARGEST = 1e4
_PRICE = 10.0


class _Sides(NamedTuple):
    """Which term is limited, and which is made small."""

    limited: str
    small: str


_SIDES = {
    "distortion": _Sides("reconstruction", "kl"),
    "rate": _Sides("kl", "reconstruction"),
}


class Constrained(Objective):
    r"""The Lagrangian of a bound with a limit on one of its two terms.

    .. math:: L(x) = D(x) + \lambda\, (R(x) - t), \qquad R \le t \text{ on average}

    in nats, with the rate :math:`R = D_{KL}(q(z|x) \,\|\, p(z))` and the distortion
    :math:`D = -E_{z \sim q(z|x)} \log p(x|z)`, or the two exchanged. After each step the
    multiplier :math:`\lambda` grows while the limit is exceeded, and shrinks while it is not, so
    that no weight has to be found by trial. Terms are those of :class:`ELBO` and ``multiplier``.
    Held-out data are measured with a multiplier of 10 while the limit is exceeded on average, and 0
    below it, so that epochs compare.

    Parameters
    ----------
    tolerance : float, default=10.0
        The limit t in nats for each example, summed over code dimensions, or over features for the
        distortion. Which distortion can be reached depends on the data and the likelihood: for a
        unit-variance normal it is half the squared error plus :math:`\tfrac{d}{2} \log 2\pi`.
    on : str, default="rate"
        What is limited: "rate" or "distortion".
    speed : float, default=0.02
        Largest change of :math:`\log \lambda` in one step; it is proportional to the violation
        below one nat.
    decay : float, default=0.9
        Of the moving average of the violation over steps, in [0, 1).
    n_samples : int, default=1
        Codes drawn for each example.

    Attributes
    ----------
    multiplier : Tensor, shape ()
        The current :math:`\lambda`, from 1e-4 to 1e4; 1 at the start.
    violation : Tensor, shape ()
        The moving average of the limited term less the tolerance, in nats.

    Raises
    ------
    ValueError
        If a number is out of range, or for an unknown side.
    IncompatiblePartsError
        For a deterministic encoder, whose rate is infinite.

    References
    ----------
    D. J. Rezende, F. Viola. Taming VAEs. 2018.

    Examples
    --------
    >>> Constrained(tolerance=25.0, on="rate").multiplier
    tensor(1.)
    """

    multiplier: Tensor
    violation: Tensor
    gathers = True

    def __init__(
        self,
        tolerance: float = 10.0,
        on: str = "rate",
        speed: float = 0.02,
        decay: float = 0.9,
        n_samples: int = 1,
    ) -> None:
        super().__init__()
        self._sides = lookup(_SIDES, on, "on")
        if not math.isfinite(tolerance):
            raise ValueError(f"tolerance={tolerance} must be a finite number of nats.")
        if on == "rate" and tolerance <= 0:
            raise ValueError(f"tolerance={tolerance} of the rate must be positive, in nats.")
        if not 0 < speed < math.inf:
            raise ValueError(f"speed={speed} must be positive and finite.")
        if not 0 <= decay < 1:
            raise ValueError(f"decay={decay} must be in [0, 1).")
        as_count(n_samples, "n_samples")
        self.tolerance = tolerance
        self.on = on
        self.speed = speed
        self.decay = decay
        self.n_samples = n_samples
        self.register_buffer("multiplier", torch.ones(()))
        self.register_buffer("violation", torch.zeros(()))

    def forward(self, trace: Trace, info: Info) -> Loss:
        refuse_point_mass(trace, "Constrained")
        limited, small = self._sides
        terms = {name: term(trace) for name, term in _TERMS.items()}
        terms["elbo"] = -(terms["reconstruction"] + terms["kl"])
        # A copy: the multiplier itself changes before a caller may have looked at the terms.
        multiplier = self.multiplier.clone()
        values = terms[small] + multiplier * (terms[limited] - self.tolerance)
        if not self.training:
            values = terms[small] + self._price_of_a_violation(terms[limited], info)
        terms["multiplier"] = multiplier.expand_as(values)
        if trace.posterior.has_rsample:
            return Loss(values, terms)
        weights = {small: torch.ones_like(multiplier), limited: multiplier}
        score = cost_score(trace, weights["reconstruction"], weights["kl"])
        return Loss(values, terms, values + score)

    def _price_of_a_violation(self, limited: Tensor, info: Info) -> Tensor:
        # The multiplier moves, so that measurements with it would not compare.
        violation = info.share.mean(limited) - self.tolerance
        return (_PRICE * violation.clamp(min=0)).expand_as(limited)

    @torch.no_grad()
    def after_step(self, model: LatentVariableModel, batch: Batch, info: Info) -> None:
        # A pass of its own: what a forward pass leaves behind in the objective would be state.
        limited = _TERMS[self._sides.limited](model.trace(batch, self.n_samples))
        violation = info.share.mean(limited) - self.tolerance
        self.violation.lerp_(violation.to(self.violation.dtype), 1 - self.decay)
        growth = (self.speed * self.violation.clamp(-1, 1)).exp()
        self.multiplier.mul_(growth).clamp_(1 / _LARGEST, _LARGEST)


def _reconstruction(trace: Trace) -> Tensor:
    return -trace.likelihood.log_prob(trace.batch.x).mean(0)


def _rate(trace: Trace) -> Tensor:
    return divergence(trace.posterior, trace.prior, trace.z)


_TERMS = {"reconstruction": _reconstruction, "kl": _rate}
