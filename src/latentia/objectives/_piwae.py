"""A tight bound for the model, and one with a clear signal for the encoder."""

from __future__ import annotations

from latentia.heads import as_count
from latentia.models import Trace
from latentia.objectives._log_weights import log_joint, own_draws, power_mean
from latentia.objectives._loss import Loss
from latentia.objectives._objective import Info, Objective
from latentia.objectives._paths import hold, path
from latentia.objectives._posteriors import refuse_point_mass, require_exact_derivatives


class PIWAE(Objective):
    r"""The importance-weighted bound of all draws, where the encoder follows many small bounds.

    .. math:: L_\theta(x) = -\log \frac{1}{MK} \sum_{m,k} w_{mk}, \qquad
              L_\phi(x) = -\frac{1}{M} \sum_m \log \frac{1}{K} \sum_k w_{mk}

    in nats, with weights w as in :class:`IWAE`. Decoder and prior have the gradient of the first,
    the encoder that of the second. The value and ``piwae`` are of the first; ``piwae_encoder`` is
    the second bound.

    Parameters
    ----------
    n_samples : int, default=8
        Codes K in each bound of the encoder; a trace holds all M K, ``n_draws``.
    n_bounds : int, default=8
        Bounds M of the encoder.

    Raises
    ------
    ValueError
        If a number is below 1.
    IncompatiblePartsError
        For a deterministic encoder, or one whose draws have no exact derivative.

    References
    ----------
    T. Rainforth et al. Tighter Variational Bounds Are Not Necessarily Better. 2018.

    Examples
    --------
    >>> PIWAE(n_samples=4, n_bounds=3).n_draws
    12
    """

    def __init__(self, n_samples: int = 8, n_bounds: int = 8) -> None:
        super().__init__()
        as_count(n_samples, "n_samples")
        as_count(n_bounds, "n_bounds")
        self.n_samples = n_samples
        self.n_bounds = n_bounds

    @property
    def n_draws(self) -> int:
        return self.n_samples * self.n_bounds

    def forward(self, trace: Trace, info: Info) -> Loss:
        refuse_point_mass(trace, "PIWAE")
        require_exact_derivatives(trace, "PIWAE")
        at = hold(trace)
        joint, log_posterior = log_joint(at), at.posterior.log_prob(at.z)
        encoder = path(joint - log_posterior, at, trace) - log_posterior
        k, m = self.n_samples, self.n_bounds
        joint, log_posterior, encoder = (
            own_draws(values, k, m, "PIWAE") for values in (joint, log_posterior, encoder)
        )
        log_weights = joint - log_posterior
        of_all = log_weights.detach().flatten(0, 1).softmax(0).view_as(log_weights)
        of_each = log_weights.detach().softmax(0) / m
        surrogate = (of_all * joint + of_each * encoder).sum((0, 1))
        bound = power_mean(log_weights.flatten(0, 1))
        terms = {"piwae": bound, "piwae_encoder": power_mean(log_weights).mean(0)}
        return Loss(-bound, terms, -surrogate)
