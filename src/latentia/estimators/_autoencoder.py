"""The deterministic autoencoder."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from latentia import heads, priors
from latentia.distributions import Delta
from latentia.estimators._latent import LatentEstimator
from latentia.estimators._parameters import documented
from latentia.models import LatentVariableModel
from latentia.objectives import Objective, Reconstruction


@documented
@dataclass(eq=False, repr=False)
class Autoencoder(LatentEstimator):
    r"""An autoencoder: a code from which the input can be predicted.

    .. math:: z = E(x), \quad \tilde x = D(z), \quad
              \min_{E, D} \tfrac{1}{n} \sum_i -\log p(x_i \mid D(E(x_i)))

    in nats, summed over features. With ``hidden_layer_sizes=()`` and a normal likelihood of one
    scale it spans the space of PCA. After ``fit``, ``sample`` draws codes from a normal
    distribution fitted to the codes of the data.

    Parameters
    ----------
    <shared parameters>

    Attributes
    ----------
    <shared attributes>

    References
    ----------
    G. E. Hinton, R. R. Salakhutdinov. Reducing the Dimensionality of Data with Neural Networks.
    2006.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from latentia import Autoencoder
    >>> X = load_iris().data
    >>> ae = Autoencoder(n_components=2, max_iter=5, random_state=0, verbose=False).fit(X)
    >>> ae.transform(X).shape, ae.reconstruct(X).shape
    ((150, 2), (150, 4))
    """

    def _model(self, event_shape: tuple[int, ...]) -> LatentVariableModel:
        d = self.n_components
        encoder = self._amortized_encoder(heads.Delta(d), event_shape)
        prior = priors.Normal(torch.zeros(d), torch.eye(d))
        return LatentVariableModel(encoder, self._amortized_decoder(event_shape), prior)

    def _objective(self) -> Objective:
        return Reconstruction()

    def _after_training(self, array: np.ndarray) -> None:
        codes = torch.from_numpy(self._map_array(array, self.model_.encode)).to(self._device)
        self.model_.prior = priors.Normal.fit(codes)

    def score_samples(self, X: object) -> object:
        """Return log p(x|E(x)) in nats for each example, how well it is reconstructed.

        It is not log p(x), since a deterministic code has no density; it ranks examples by their
        reconstruction, in the units of the data.
        """
        return super().score_samples(X)

    def _score_batch(self, x: Tensor) -> Tensor:
        posterior = self.model_.encoder(x)
        assert isinstance(posterior, Delta)
        return self.model_.decoder(posterior.value).log_prob(x)
