"""The evidence lower bound and its weighted relatives."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from latentia._names import lookup
from latentia.distributions import divergence, has_exact_divergence, kl_per_dimension
from latentia.errors import IncompatiblePartsError
from latentia.heads import as_count
from latentia.models import Trace
from latentia.objectives._loss import Loss
from latentia.objectives._objective import Info, Objective
from latentia.objectives._paths import gradients, hold, path
from latentia.objectives._posteriors import (
    posterior_of,
    prior_of,
    refuse_point_mass,
    require_exact_derivatives,
)
from latentia.objectives._score_function import SCORE_FUNCTION, cost_score, without_paths
from latentia.objectives._weights import Weight, check_weight

_GRADIENTS = {
    name: gradients[name] for name in ("reparameterized", SCORE_FUNCTION, "sticking-the-landing")
}


class ELBO(Objective):
    r"""The negative evidence lower bound, with a weight on the divergence.

    .. math:: L(x) = -E_{z \sim q(z|x)} \log p(x|z) + \beta\, D_{KL}(q(z|x) \,\|\, p(z))
              \;\ge\; -\log p(x) \text{ for } \beta = 1

    in nats, summed over features and code dimensions. The divergence is exact where a closed
    form is known and an average of log-ratios elsewhere. ``elbo`` is reported with weight one
    whatever ``beta`` is.

    Parameters
    ----------
    beta : float or schedule, default=1.0
        Weight of the divergence; a schedule is a function of the step.
    free_bits : float, default=0.0
        Nats of divergence, for each code dimension and averaged over the batch, that cost
        nothing: below it a dimension is not pushed further to the prior.
    n_samples : int, default=1
        Codes drawn for each example.
    gradient : str, default="reparameterized"
        "reparameterized" follows the draws, or takes the score function where they have no
        derivative; it is as biased as the derivative is, for draws that pass gradients straight
        through. "score-function" (with leave-one-out baselines for several draws) never follows
        them, and is unbiased for any. "sticking-the-landing" leaves the score of the encoder out
        and samples the divergence: still unbiased, and without any noise once the posterior is
        exact.
    capacity : float, schedule or None, default=None
        Nats C that the divergence is held at: its price becomes :math:`|D_{KL} - C|`, with the mean
        divergence over the batch.

    Raises
    ------
    ValueError
        If a number is out of range, for an unknown gradient, or for two of ``free_bits``,
        ``capacity`` and "sticking-the-landing" together.
    IncompatiblePartsError
        For a deterministic encoder, whose divergence from any prior is infinite; for
        ``free_bits`` with a divergence that does not decompose over dimensions; or for draws
        without an exact derivative where one is needed.

    References
    ----------
    D. P. Kingma, M. Welling. Auto-Encoding Variational Bayes. 2013.
    I. Higgins et al. beta-VAE: Learning Basic Visual Concepts with a Constrained Variational
    Framework. 2017. With a number as ``beta``.
    S. R. Bowman et al. Generating Sentences from a Continuous Space. 2016. With a schedule as
    ``beta``.
    D. P. Kingma et al. Improved Variational Inference with Inverse Autoregressive Flow. 2016. With
    ``free_bits``.
    C. P. Burgess et al. Understanding Disentangling in beta-VAE. 2018. With ``capacity``.
    G. Roeder, Y. Wu, D. Duvenaud. Sticking the Landing: Simple, Lower-Variance Gradient Estimators
    for Variational Inference. 2017. With ``gradient="sticking-the-landing"``.
    A. Mnih, D. J. Rezende. Variational Inference for Monte Carlo Objectives. 2016. With
    ``n_samples``.
    R. J. Williams. Simple Statistical Gradient-Following Algorithms for Connectionist
    Reinforcement Learning. 1992. With ``gradient="score-function"``.

    Examples
    --------
    >>> ELBO(beta=4.0).beta
    4.0
    """

    gathers = True

    def __init__(
        self,
        beta: Weight = 1.0,
        free_bits: float = 0.0,
        n_samples: int = 1,
        gradient: str = "reparameterized",
        capacity: Weight | None = None,
    ) -> None:
        super().__init__()
        for name, weight in {"beta": beta, "capacity": capacity}.items():
            if weight is not None:
                check_weight(weight, name)
        if not free_bits >= 0:
            raise ValueError(f"free_bits={free_bits} must be at least 0 nats.")
        as_count(n_samples, "n_samples")
        self._estimator = lookup(_GRADIENTS, gradient, "gradient")
        given = {
            f"free_bits={free_bits}": free_bits > 0,
            f"capacity={capacity}": capacity is not None,
            f"gradient={gradient!r}": self._estimator is not None,
        }
        if sum(given.values()) > 1:
            both = " and ".join(name for name in given if given[name])
            raise ValueError(f"{both} change the divergence in different ways; set one of them.")
        self.beta = beta
        self.free_bits = free_bits
        self.n_samples = n_samples
        self.gradient = gradient
        self.capacity = capacity
        self.uses_batch_statistics = free_bits > 0 or capacity is not None

    @property
    def weights(self) -> Mapping[str, Weight | None]:
        return {"beta": self.beta, "capacity": self.capacity}

    def forward(self, trace: Trace, info: Info) -> Loss:
        refuse_point_mass(trace, "ELBO")
        beta = info.at(self, "beta")
        at = self._as_differentiated(trace)
        log_likelihood = at.likelihood.log_prob(at.batch.x)
        reconstruction = -log_likelihood.mean(0)
        kl = divergence(at.posterior, at.prior, at.z)
        values = reconstruction + beta * self._price(at, kl, info)
        terms = {"reconstruction": reconstruction, "kl": kl, "elbo": -(reconstruction + kl)}
        if self._estimator is not None:
            log_prior, log_posterior = at.prior.log_prob(at.z), at.posterior.log_prob(at.z)
            joint = log_likelihood + beta * log_prior
            through_codes = path(joint - beta * log_posterior, at, trace)
            equal = torch.full_like(joint, 1 / len(joint))
            return Loss(values, terms, -self._estimator(equal, joint, through_codes).sum(0))
        if self._follows(trace):
            return Loss(values, terms)
        return Loss(values, terms, values + cost_score(at, 1.0, beta))

    def _follows(self, trace: Trace) -> bool:
        """Whether the gradient is to follow the draws."""
        return trace.posterior.has_rsample and self.gradient != SCORE_FUNCTION

    def _as_differentiated(self, trace: Trace) -> Trace:
        if self._estimator is None:
            return trace if self._follows(trace) else without_paths(trace)
        require_exact_derivatives(trace, f"gradient={self.gradient!r}")
        return hold(trace)

    def _price(self, trace: Trace, kl: Tensor, info: Info) -> Tensor:
        if self.free_bits:
            return self._with_free_bits(trace, info)
        if self.capacity is None:
            return kl
        if not (self._follows(trace) or has_exact_divergence(trace.posterior, trace.prior)):
            raise IncompatiblePartsError(
                f"capacity={self.capacity} and the posterior {posterior_of(trace)} with the prior "
                f"{prior_of(trace)} do not fit: the absolute value of a sampled divergence has no "
                "score function. Use capacity=None, or a posterior whose draws have a derivative, "
                "such as heads.DiagonalNormal."
            )
        held_at = info.at(self, "capacity")
        return (info.share.mean(kl) - held_at).abs().expand_as(kl)

    def _with_free_bits(self, trace: Trace, info: Info) -> Tensor:
        kl = kl_per_dimension(trace.posterior, trace.prior)
        if kl is None:
            raise IncompatiblePartsError(
                f"free_bits and the posterior {posterior_of(trace)} with the prior "
                f"{prior_of(trace)} do not fit: their divergence has no closed form that is a sum "
                "over dimensions. Set free_bits=0, or use heads.DiagonalNormal with "
                "priors.StandardNormal."
            )
        mean = info.share.mean(kl).unsqueeze(0)
        return torch.where(mean > self.free_bits, kl, self.free_bits).flatten(1).sum(1)
