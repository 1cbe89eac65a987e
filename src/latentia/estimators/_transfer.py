"""Labels and measurements from the code of a fitted model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_array, column_or_1d
from torch import Tensor

from latentia.estimators._paragraphs import documented
from latentia.estimators._transferred import Transferred
from latentia.heads import Categorical, DiagonalNormal, Head


@documented
@dataclass(eq=False, repr=False)
class TransferClassifier(ClassifierMixin, Transferred):
    r"""A classifier on the code of a fitted model.

    .. math:: \min \tfrac{1}{n} \sum_i -\log p(y_i \mid E(x_i))

    in nats. :meth:`LatentEstimator.transfer` makes one from a fitted model, which stays as it is:
    the classifier trains a copy of its encoder.

    Parameters
    ----------
    <head parameters>
    <training parameters of a head>

    Attributes
    ----------
    classes_ : ndarray
        The labels, sorted.
    encoder_, predictor_ : Module
        The trained copy of the encoder, and the head.
    <history attributes>

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from latentia import Autoencoder
    >>> X, y = load_iris(return_X_y=True)
    >>> ae = Autoencoder(max_iter=20, random_state=0, verbose=False).fit(X)
    >>> classifier = ae.transfer("classifier", max_iter=20, random_state=0, verbose=False)
    >>> classifier.fit(X, y).predict_proba(X).shape
    (150, 3)
    """

    def _as_targets(self, y: Any) -> Tensor:
        y = column_or_1d(y)
        check_classification_targets(y)
        classes, targets = np.unique(y, return_inverse=True)
        if len(classes) < 2:
            raise ValueError(f"y holds one class, {y[0]!s}; a classifier needs at least two.")
        self.classes_ = classes
        return torch.from_numpy(targets)

    def _learned_head(self) -> Head:
        return Categorical((), len(self.classes_))

    def predict_proba(self, X: Any) -> np.ndarray:
        """Return the probability of each class, shape (n, n_classes), as in ``classes_``."""
        return self._predicted(X)

    def predict(self, X: Any) -> np.ndarray:
        """Return the most probable class of each example, shape (n,)."""
        return self.classes_[self.predict_proba(X).argmax(1)]


@documented
@dataclass(eq=False, repr=False)
class TransferRegressor(RegressorMixin, Transferred):
    r"""A regression on the code of a fitted model.

    .. math:: \min \tfrac{1}{n} \sum_i -\log N(y_i \mid f(E(x_i)), \sigma^2)

    in nats of the standardised target, with one learned :math:`\sigma`.

    Parameters
    ----------
    <head parameters>
    <training parameters of a head>

    Attributes
    ----------
    encoder_, predictor_ : Module
        The trained copy of the encoder, and the head.
    target_mean_, target_scale_ : ndarray
        Of each target in the training data.
    <history attributes>

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from latentia import Autoencoder
    >>> X = load_iris().data
    >>> ae = Autoencoder(max_iter=20, random_state=0, verbose=False).fit(X[:, :3])
    >>> regressor = ae.transfer("regressor", max_iter=20, random_state=0, verbose=False)
    >>> regressor.fit(X[:, :3], X[:, 3]).predict(X[:, :3]).shape
    (150,)
    """

    def _as_targets(self, y: Any) -> Tensor:
        table = check_array(y, ensure_2d=False, dtype="numeric", input_name="y").astype(float)
        self._single = table.ndim == 1
        table = table.reshape(len(table), -1)
        self.target_mean_, spread = table.mean(0), table.std(0)
        self.target_scale_ = np.where(spread > 0, spread, 1.0)
        return torch.from_numpy((table - self.target_mean_) / self.target_scale_)

    def _learned_head(self) -> Head:
        return DiagonalNormal(len(self.target_mean_), scale="shared")

    def predict(self, X: Any) -> np.ndarray:
        """Return the expected target of each example, in its units and shape."""
        values = self._predicted(X) * self.target_scale_ + self.target_mean_
        return values[:, 0] if self._single else values
