"""The evidence lower bound and its weighted relatives."""

from __future__ import annotations

import torch
from torch import Tensor

from latentia.distributions import Delta, divergence, kl_per_dimension
from latentia.errors import IncompatiblePartsError
from latentia.models import Trace
from latentia.objectives._loss import Loss
from latentia.objectives._objective import Info, Objective
from latentia.objectives._weights import Weight, weight_at


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

    Raises
    ------
    IncompatiblePartsError
        For a deterministic encoder, whose divergence from any prior is infinite; or for
        ``free_bits`` with a divergence that does not decompose over dimensions.

    References
    ----------
    D. P. Kingma, M. Welling. Auto-Encoding Variational Bayes. 2013.
    I. Higgins et al. beta-VAE: Learning Basic Visual Concepts with a Constrained Variational
    Framework. 2017.
    D. P. Kingma et al. Improved Variational Inference with Inverse Autoregressive Flow. 2016.

    Examples
    --------
    >>> ELBO(beta=4.0).beta
    4.0
    """

    def __init__(self, beta: Weight = 1.0, free_bits: float = 0.0, n_samples: int = 1) -> None:
        super().__init__()
        if not callable(beta):
            weight_at(beta, 0, "beta")
        if not free_bits >= 0:
            raise ValueError(f"free_bits={free_bits} must be at least 0 nats.")
        if n_samples < 1:
            raise ValueError(f"n_samples={n_samples} must be at least 1.")
        self.beta = beta
        self.free_bits = free_bits
        self.n_samples = n_samples
        self.uses_batch_statistics = free_bits > 0

    def forward(self, trace: Trace, info: Info) -> Loss:
        if isinstance(trace.posterior, Delta):
            raise IncompatiblePartsError(
                "ELBO and a deterministic encoder (Delta posterior) do not fit: a point mass has "
                "an infinite divergence from any prior. Use objectives.Reconstruction, or a "
                "posterior with a density such as heads.DiagonalNormal."
            )
        reconstruction = -trace.likelihood.log_prob(trace.batch.x).mean(0)
        kl = divergence(trace.posterior, trace.prior, trace.z)
        price = self._with_free_bits(trace) if self.free_bits else kl
        values = reconstruction + weight_at(self.beta, info.step, "beta") * price
        terms = {"reconstruction": reconstruction, "kl": kl, "elbo": -(reconstruction + kl)}
        return Loss(values, terms)

    def _with_free_bits(self, trace: Trace) -> Tensor:
        kl = kl_per_dimension(trace.posterior, trace.prior)
        if kl is None:
            raise IncompatiblePartsError(
                f"free_bits and the posterior {type(trace.posterior).__name__} do not fit: its "
                "divergence is not a sum over dimensions. Set free_bits=0, or use a diagonal "
                "posterior with a factorised prior."
            )
        mean = kl.mean(0, keepdim=True)
        return torch.where(mean > self.free_bits, kl, self.free_bits).flatten(1).sum(1)
