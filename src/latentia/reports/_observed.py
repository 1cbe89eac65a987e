"""What a fitted estimator makes of some examples: seen once, measured and drawn many times."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from latentia.data import Dataset
from latentia.estimators import LatentEstimator, SemiSupervisedVAE

_MOST_EXAMPLES = 5_000
_MOST_VALUES = 20_000_000
_LEAST_EXAMPLES = 200


@dataclass(frozen=True, eq=False)
class Observed:
    """Some examples of a data set with their codes and reconstructions.

    Attributes
    ----------
    estimator : estimator
        Fitted.
    dataset : Dataset
        Where the examples come from, for names.
    X : ndarray of shape (n, *event)
        The examples, in the units of the data.
    y : ndarray of length n or None
        Their labels.
    codes : ndarray of shape (n, n_components)
    reconstructed : ndarray of shape (n, *event)
        In the units of the data.
    """

    estimator: LatentEstimator
    dataset: Dataset
    X: np.ndarray
    y: np.ndarray | None
    codes: np.ndarray
    reconstructed: np.ndarray

    @property
    def condition(self) -> np.ndarray | None:
        """What the model is given with each example, where it is conditional."""
        return None if self.estimator.conditions_ is None else self.y

    @property
    def unit(self) -> str:
        """What losses and energies are counted in."""
        norm = getattr(self.estimator, "norm", None)
        return "nats" if norm is None else f"{norm} of the scaled data"

    def visible(self, x: np.ndarray) -> np.ndarray:
        """Return images with values inside the range of the data, tables as they are."""
        return visible(x, self.dataset.schema.minimum, self.dataset.schema.maximum)

    def given(self) -> tuple[Tensor, ...]:
        """Return the conditions as the parts of the model see them."""
        conditions = self.estimator.conditions_
        if conditions is None:
            return ()
        scale = self.estimator.scaling_.scale
        return (torch.from_numpy(conditions.numbers(self.y, len(self.X))).to(scale),)

    def scaled(self, x: np.ndarray) -> Tensor:
        """Return examples as the encoder sees them."""
        scaling = self.estimator.scaling_
        with torch.no_grad():
            return scaling(torch.from_numpy(x.astype(np.float64)).to(scaling.scale.device)).cpu()


def observe(
    estimator: LatentEstimator, dataset: Dataset, rows: np.ndarray | None = None
) -> Observed:
    """Encode and reconstruct some examples: by default at most 5,000, fewer where one is large.

    The choice is drawn with a fixed seed and keeps the order of the data, so that the same model
    and data always give the same report.

    Parameters
    ----------
    estimator : estimator
        Fitted.
    dataset : Dataset
        Examples like those it was fitted on.
    rows : ndarray of int, optional
        Which examples, instead of that choice.

    Returns
    -------
    Observed

    Raises
    ------
    ValueError
        If the examples are not like those the estimator was fitted on.
    """
    if rows is None:
        rows = some_rows(len(dataset), _affordable(math.prod(dataset.schema.shape)))
    X = np.ascontiguousarray(dataset.X[rows])
    y = None if dataset.y is None else dataset.y[rows]
    if isinstance(estimator, SemiSupervisedVAE):
        y = estimator.fill_labels(X, y)
    codes, reconstructed = estimator.transform(X, y), estimator.reconstruct(X, y)
    return Observed(estimator, dataset, X, y, np.asarray(codes), np.asarray(reconstructed))


def visible(x: np.ndarray, minimum: float | None, maximum: float | None) -> np.ndarray:
    """Return images with values inside the range of the data, tables as they are.

    A normal decoder reaches a little below black, which would turn black into grey.

    Parameters
    ----------
    x : ndarray of shape (n, *event)
        Examples in the units of the data.
    minimum, maximum : float or None
        The range of the data; None leaves that side open.

    Examples
    --------
    >>> visible(np.array([[[-0.1, 0.5, 1.2]]]), 0.0, 1.0)
    array([[[0. , 0.5, 1. ]]])
    """
    return x if x.ndim < 3 or minimum is maximum is None else np.clip(x, minimum, maximum)


def some_rows(n: int, most: int) -> np.ndarray:
    """Return `most` of the first n row numbers in order, or all; the same in every call."""
    if n <= most:
        return np.arange(n)
    return np.sort(np.random.default_rng(0).choice(n, most, replace=False))


def _affordable(n_features: int) -> int:
    return min(_MOST_EXAMPLES, max(_LEAST_EXAMPLES, _MOST_VALUES // n_features))
