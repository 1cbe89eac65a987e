"""Where a model needs a label and there is none, the predicted one stands for it."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from scipy.special import logsumexp
from sklearn.utils.validation import check_is_fitted
from torch import Tensor

from latentia.estimators._classifying import Classifying
from latentia.estimators._rules import is_count
from latentia.estimators._sampling import Sampling
from latentia.estimators._training import fresh_seed
from latentia.models import Batch


class Guessing(Classifying, Sampling):
    """A model of x given its class whose methods find the class by themselves."""

    class_prior_: np.ndarray

    def fit_transform(self, X: Any, y: Any = None, **fit_params: Any) -> Any:
        """Learn from X and y, and return the codes given the predicted classes."""
        return self.fit(X, y, **fit_params).transform(X)

    def transform(self, X: Any, y: Any = None) -> Any:
        """Return the code of each example given its class, shape (n, n_components)."""
        return super().transform(X, self.fill_labels(X, y))

    def as_batch(self, X: Any, y: Any = None) -> Batch:
        return super().as_batch(X, self.fill_labels(X, y))

    def reconstruct(self, X: Any, y: Any = None, as_y: Any = None) -> Any:
        return super().reconstruct(X, self.fill_labels(X, y), as_y)

    def inverse_transform(self, Z: Any, y: Any = None) -> Any:
        check_is_fitted(self)
        if y is None:
            raise ValueError("y=None, but a code does not tell its class; give y, one or for each.")
        return super().inverse_transform(Z, y)

    def sample(
        self,
        n: int | None = None,
        random_state: Any = None,
        mean: bool = True,
        *,
        y: Any = None,
    ) -> np.ndarray:
        check_is_fitted(self)
        if y is None and (n is None or is_count(n)):
            random = np.random.default_rng(fresh_seed(random_state))
            y = random.choice(self.classes_, n or 1, p=self.class_prior_)
        return super().sample(n, random_state, mean, y=y)

    def energy(self, X: Any, y: Any = None) -> Any:
        return super().energy(X, self.fill_labels(X, y))

    def score_samples(self, X: Any, y: Any = None) -> Any:
        r"""Return an estimate of log p(x) in nats for each example, or of log p(x|y) given y.

        .. math:: \log \sum_y p(y)\, \hat p(x|y)

        where each term is estimated as in :meth:`VAE.score_samples`.
        """
        if y is not None:
            return super().score_samples(X, y)
        check_is_fitted(self)
        score = super().score_samples
        given = [np.asarray(score(X, [label])) for label in self.classes_]
        scores = logsumexp(np.stack(given, axis=1), axis=1, b=self.class_prior_)
        return torch.from_numpy(scores) if isinstance(X, Tensor) else scores

    def _codes_of(self, X: Any, y: Any) -> Tensor:
        return super()._codes_of(X, y if X is None else self.fill_labels(X, y))
