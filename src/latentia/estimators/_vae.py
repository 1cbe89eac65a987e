"""The variational autoencoder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass

import numpy as np
import torch
from torch import Tensor

from latentia._names import lookup
from latentia.conditional import ConditionalDistribution
from latentia.estimators._likelihood import check_head
from latentia.estimators._mirrored import MirroredEstimator
from latentia.estimators._parameters import documented
from latentia.heads import Head, posteriors
from latentia.inference import log_likelihood
from latentia.models import Batch, LatentVariableModel
from latentia.objectives import ELBO, Objective, Weight
from latentia.priors import priors
from latentia.training import seeded

_SCORE_SAMPLES = 100


@documented
@dataclass(eq=False, repr=False)
class VAE(MirroredEstimator):
    r"""A variational autoencoder: a code with a distribution, and a prior to sample from.

    .. math:: \max_{\theta, \phi} \tfrac{1}{n} \sum_i E_{z \sim q_\phi(z|x_i)}
              \log p_\theta(x_i|z) - \beta\, D_{KL}(q_\phi(z|x_i) \,\|\, p(z))

    in nats, summed over features and code dimensions. The default likelihood learns its own scale,
    which sets the balance of the two terms from the data.

    Parameters
    ----------
    posterior : str or callable, default="diagonal"
        q(z|x): a name in ``heads.posteriors``, or a function of the code's shape that returns a
        Head.
    prior : str or callable, default="standard"
        p(z): a name in ``priors.priors``, or a function of the code's shape.
    beta : float or schedule, default=1.0
        Weight of the divergence; 1 is the evidence lower bound.
    free_bits : float, default=0.0
        Nats for each code dimension that cost nothing.
    n_samples : int, default=1
        Codes drawn for each example in training.
    <network parameters>
    <model parameters>
    <training parameters>

    Attributes
    ----------
    <shared attributes>

    References
    ----------
    D. P. Kingma, M. Welling. Auto-Encoding Variational Bayes. 2013.
    D. J. Rezende, S. Mohamed, D. Wierstra. Stochastic Backpropagation and Approximate Inference in
    Deep Generative Models. 2014.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from latentia import VAE
    >>> X = load_digits().images
    >>> vae = VAE(n_components=2, max_iter=2, random_state=0, verbose=False).fit(X)
    >>> vae.transform(X).shape, vae.sample(5, random_state=0).shape
    ((1797, 2), (5, 8, 8))
    """

    _: KW_ONLY
    posterior: str | Callable[..., Head] = "diagonal"
    prior: str | Callable[..., ConditionalDistribution] = "standard"
    beta: Weight = 1.0
    free_bits: float = 0.0
    n_samples: int = 1

    def _model(self, event_shape: tuple[int, ...]) -> LatentVariableModel:
        make = lookup(priors, self.prior, "prior") if isinstance(self.prior, str) else self.prior
        prior = make(self.n_components)
        encoder = self._amortized_encoder(event_shape)
        return LatentVariableModel(encoder, self._amortized_decoder(event_shape), prior)

    def _code_head(self) -> Head:
        q = self.posterior
        make = lookup(posteriors, q, "posterior") if isinstance(q, str) else q
        return check_head(make(self.n_components), "posterior", q)

    def _objective(self) -> Objective:
        return ELBO(self.beta, self.free_bits, self.n_samples)

    def _cost(self) -> Objective:
        return ELBO(self.beta)

    def score_samples(self, X: object) -> object:
        """Return an estimate of log p(x) in nats for each example, in the units of the data.

        It is the importance-weighted bound with 100 draws from the posterior, below log p(x) in
        expectation. The draws are the same in every call and for every example, so that a score
        depends on nothing but the example.

        References
        ----------
        Y. Burda, R. Grosse, R. Salakhutdinov. Importance Weighted Autoencoders. 2015.
        """
        return super().score_samples(X)

    def _first_sampler(self, codes: Tensor) -> ConditionalDistribution:
        assert self.model_.prior is not None
        return self.model_.prior

    def _scores(self, array: np.ndarray) -> np.ndarray:
        def score(x: Tensor) -> Tensor:
            return torch.cat([self._score_one(row) for row in x.split(1)]) + self._log_jacobian()

        return self._map_array(array, score)

    def _score_one(self, row: Tensor) -> Tensor:
        with seeded(0, self._device):
            return log_likelihood(self.model_, Batch(row), _SCORE_SAMPLES, _SCORE_SAMPLES)
