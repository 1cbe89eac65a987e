"""The price of the code, without what it buys."""

from __future__ import annotations

from latentia.distributions import divergence, has_exact_divergence
from latentia.models import Trace
from latentia.objectives._loss import Loss
from latentia.objectives._objective import Info, Objective
from latentia.objectives._posteriors import refuse_point_mass
from latentia.objectives._score_function import score_function


class Divergence(Objective):
    r"""The divergence of the posterior from the prior, alone.

    .. math:: L(x) = D_{KL}(q(z|x) \,\|\, p(z))

    in nats, summed over code dimensions; exact where a closed form is known and an average of
    log-ratios elsewhere. Nothing is reconstructed and the decoder does not run: what is left of a
    variational autoencoder without its likelihood.

    Raises
    ------
    IncompatiblePartsError
        For a deterministic encoder, whose divergence from any prior is infinite.

    References
    ----------
    D. P. Kingma, M. Welling. Auto-Encoding Variational Bayes. 2013.

    Examples
    --------
    >>> from latentia.objectives import Reconstruction
    >>> weighted = Reconstruction() + 4.0 * Divergence()  # as ELBO(beta=4.0)
    """

    def forward(self, trace: Trace, info: Info) -> Loss:
        refuse_point_mass(trace, "Divergence")
        q, p, z = trace.posterior, trace.prior, trace.z
        values = divergence(q, p, z)
        if q.has_rsample or has_exact_divergence(q, p):
            return Loss(values, {"kl": values})
        log_posterior = q.log_prob(z)
        score = score_function(lambda s: s.mean(0), log_posterior - p.log_prob(z), log_posterior)
        return Loss(values, {"kl": values}, values + score)
