"""Classes of examples, from a classifier that stands beside the model."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import torch
from sklearn.base import ClassifierMixin

from latentia.conditional import ConditionalDistribution
from latentia.estimators._coding import check_fitted_input
from latentia.estimators._labels import are_known, class_numbers
from latentia.estimators._scoring import Scoring


class Classifying(ClassifierMixin, Scoring):
    """Predictions of a label, in place of whether an example is an outlier."""

    classes_: np.ndarray
    classifier_: ConditionalDistribution

    def predict_log_proba(self, X: Any) -> np.ndarray:
        """Return log q(y|x) in nats for each class, shape (n, n_classes), as in ``classes_``."""
        return self._log_probabilities(check_fitted_input(self, X))

    def predict_proba(self, X: Any) -> np.ndarray:
        """Return the probability of each class, shape (n, n_classes), as in ``classes_``."""
        return np.exp(self.predict_log_proba(X))

    def predict(self, X: Any, y: Any = None) -> np.ndarray:
        """Return the most probable class of each example, shape (n,); y is not used."""
        most = self.predict_log_proba(X).argmax(1)
        return self.classes_[most]

    def decision_function(self, X: Any, y: Any = None) -> np.ndarray:
        """Return log q(y|x) in nats, shape (n, n_classes); y is not used.

        Of two classes it is the log-odds of the second, shape (n,).
        """
        scores = self.predict_log_proba(X)
        return scores[:, 1] - scores[:, 0] if scores.shape[1] == 2 else scores

    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:
        """Return the share of labels that are predicted right; missing ones do not count."""
        known = are_known(y)
        right = (self.predict(X) == np.asarray(y))[known]
        weights = None if sample_weight is None else np.asarray(sample_weight)[known]
        return float(np.average(right, weights=weights))

    def fit_predict(self, X: Any, y: Any = None) -> np.ndarray:
        """Learn from X and y, and return the most probable class of each example."""
        return self.fit(X, y).predict(X)

    def fill_labels(self, X: Any, y: Any = None) -> np.ndarray:
        """Return y with what is missing predicted, shape (n,); None is all predicted."""
        predicted = self.predict(X)
        if y is None:
            return predicted
        numbers = class_numbers(y, self.classes_, len(predicted))
        return np.where(numbers < 0, predicted, self.classes_[numbers])

    def _log_probabilities(self, array: np.ndarray) -> np.ndarray:
        # In double precision, a prediction does not depend on the examples that share its batch.
        classifier = copy.deepcopy(self.classifier_).double()
        classes = torch.arange(len(self.classes_), device=self._device).unsqueeze(1)
        return self._map_array(array, lambda x: classifier(x.double()).log_prob(classes).T)
