"""The importance-weighted bound, with gradients that fit its many draws."""

from __future__ import annotations

from torch import Tensor

from latentia._names import lookup
from latentia.distributions import is_pathwise
from latentia.heads import as_count
from latentia.models import Trace
from latentia.objectives._log_weights import log_joint, own_draws, power_mean
from latentia.objectives._loss import Loss
from latentia.objectives._objective import Info, Objective
from latentia.objectives._paths import gradients, hold, path
from latentia.objectives._posteriors import refuse_point_mass, require_exact_derivatives
from latentia.objectives._score_function import SCORE_FUNCTION, score_function, without_paths


class IWAE(Objective):
    r"""The negative importance-weighted bound, or the mean of several.

    .. math:: L(x) = -\frac{1}{M} \sum_{m=1}^M \log \frac{1}{K} \sum_{k=1}^K w_{mk}, \qquad
              w = \frac{p(x|z)\, p(z)}{q(z|x)}, \quad z_{mk} \sim q(z|x)

    in nats. K = 1 is the evidence lower bound; the more codes, the nearer to log p(x), and the
    weaker the signal for the encoder, which more bounds of fewer codes make up for. ``iwae`` is
    the bound, ``sampled_elbo`` the mean of the log weights, and ``ess`` the effective number of
    the K codes, 1 / sum of squared weights.

    Parameters
    ----------
    n_samples : int, default=5
        Codes K in each bound; a trace holds all M K, ``n_draws``.
    n_bounds : int, default=1
        Bounds M.
    gradient : str, default="reparameterized"
        "reparameterized" is the gradient of the bound itself along the draws; by the score function
        where their derivative is none, or passes straight through. "score-function", with
        leave-one-out baselines, never follows the draws. "doubly-reparameterized" is another
        unbiased one: near the exact posterior the ratio of its signal to its noise grows with K,
        where that of the first shrinks.
        "sticking-the-landing" leaves the score of the encoder out, which is unbiased for K = 1
        only. Decoder and prior have the ordinary gradient in each.

    Raises
    ------
    ValueError
        If a number is below 1, or for an unknown gradient.
    IncompatiblePartsError
        For a deterministic encoder; or for draws without an exact derivative with a gradient that
        needs one.

    References
    ----------
    Y. Burda, R. Grosse, R. Salakhutdinov. Importance Weighted Autoencoders. 2015.
    T. Rainforth et al. Tighter Variational Bounds Are Not Necessarily Better. 2018. With
    ``n_bounds``.
    G. Tucker, D. Lawson, S. Gu, C. J. Maddison. Doubly Reparameterized Gradient Estimators for
    Monte Carlo Objectives. 2019. With ``gradient="doubly-reparameterized"``.
    A. Mnih, D. J. Rezende. Variational Inference for Monte Carlo Objectives. 2016. With
    ``gradient="score-function"``.
    G. Roeder, Y. Wu, D. Duvenaud. Sticking the Landing: Simple, Lower-Variance Gradient Estimators
    for Variational Inference. 2017. With ``gradient="sticking-the-landing"``.

    Examples
    --------
    >>> IWAE(n_samples=8, n_bounds=4).n_draws
    32
    >>> from latentia.objectives import ELBO
    >>> combined = 0.5 * ELBO() + 0.5 * IWAE(8, gradient="doubly-reparameterized")
    >>> combined.n_samples
    8
    """

    def __init__(
        self, n_samples: int = 5, n_bounds: int = 1, gradient: str = "reparameterized"
    ) -> None:
        super().__init__()
        as_count(n_samples, "n_samples")
        as_count(n_bounds, "n_bounds")
        lookup(gradients, gradient, "gradient")
        self.n_samples = n_samples
        self.n_bounds = n_bounds
        self.gradient = gradient

    @property
    def n_draws(self) -> int:
        return self.n_samples * self.n_bounds

    def forward(self, trace: Trace, info: Info) -> Loss:
        refuse_point_mass(trace, "IWAE")
        estimator = gradients[self.gradient]
        follows = is_pathwise(trace.posterior) and self.gradient != SCORE_FUNCTION
        if estimator is not None:
            require_exact_derivatives(trace, f"gradient={self.gradient!r}")
            at = hold(trace)
        else:
            at = trace if follows else without_paths(trace)
        joint, log_posterior = log_joint(at), at.posterior.log_prob(at.z)
        log_weights = self._by_bound(joint - log_posterior)
        weights = log_weights.detach().softmax(0)
        bound = power_mean(log_weights).mean(0)
        terms = {
            "iwae" if self.n_bounds == 1 else "miwae": bound,
            "sampled_elbo": log_weights.mean((0, 1)),
            "ess": (1 / weights.square().sum(0)).mean(0),
        }
        if estimator is not None:
            through_codes = path(joint - log_posterior, at, trace)
            parts = weights, self._by_bound(joint), self._by_bound(through_codes)
            return Loss(-bound, terms, -estimator(*parts).sum(0).mean(0))
        if follows:
            return Loss(-bound, terms)
        score = score_function(power_mean, log_weights, self._by_bound(log_posterior))
        return Loss(-bound, terms, -bound - score.mean(0))

    def _by_bound(self, values: Tensor) -> Tensor:
        return own_draws(values, self.n_samples, self.n_bounds, "IWAE")
