"""Features that the data at hand teach, in which to compare what is generated with what is real."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from latentia._arrays import as_examples, as_labels, flat, same_shape
from latentia.evaluation._classes import MOST_ROWS, some_classes
from latentia.evaluation._scaled import scaled

_N_HIDDEN = 128
_N_LAYERS = 2
_PASSES = 50


def features_of(
    x: Any, y: Any = None, n_features: int = 32, seed: int = 0, *, scale: Any = 1.0
) -> Callable[[Any], np.ndarray]:
    """Learn features in which examples compare: what a small network looks at.

    With labels the network is a classifier, and features are what it classifies by; without, it is
    an autoencoder, and they are its codes. Both have a layer of 128 hidden units before the
    features, and activations tanh. At most 5,000 examples, drawn at random, are learned from.
    Distances between features compare models of the same data, if all are measured by the same
    features; they say nothing beside numbers of other features.

    Parameters
    ----------
    x : array or tensor, shape (n, *event)
        Real examples.
    y : array of length n, default=None
        Class labels, integers or text.
    n_features : int, default=32
        How many.
    seed : int, default=0
        Of the choice of examples and of the network.
    scale : float, array or tensor, default=1.0
        What columns of different units are divided by, e.g. ``model.scaling_.scale``.

    Returns
    -------
    callable
        From examples of shape (m, *event) to features of shape (m, n_features), between -1 and 1.

    Raises
    ------
    ValueError
        If x holds no finite examples, ``n_features`` is below 1, or the labels are not classes or
        not as many.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> x, y = load_iris(return_X_y=True)
    >>> features = features_of(x, y, n_features=8)
    >>> features(x[:5]).shape
    (5, 8)
    """
    # Here and not above: the import costs a second.
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    if n_features < 1:
        raise ValueError(f"n_features={n_features} must be at least 1.")
    examples = scaled(as_examples(x, "x"), scale)
    settings = {"activation": "tanh", "max_iter": _PASSES, "random_state": seed}
    if y is None:
        rows = np.random.default_rng(seed).permutation(len(examples))[:MOST_ROWS]
        network = MLPRegressor(hidden_layer_sizes=(_N_HIDDEN, n_features, _N_HIDDEN), **settings)
    else:
        rows, classes = some_classes(as_labels(y, len(examples)), seed)
        network = MLPClassifier(hidden_layer_sizes=(_N_HIDDEN, n_features), **settings)
    middle = examples[rows].mean(axis=0)
    unit = float(examples[rows].std()) or 1.0
    inputs = flat(examples[rows] - middle) / unit
    with warnings.catch_warnings(), threadpool_limits(limits=1):
        # So many passes measure what is there well enough.
        warnings.simplefilter("ignore", ConvergenceWarning)
        network.fit(inputs, inputs if y is None else classes)
    layers = list(zip(network.coefs_, network.intercepts_, strict=True))[:_N_LAYERS]
    return _Features(scale, middle, unit, layers)


@dataclass(frozen=True, eq=False)
class _Features:
    """The first layers of a network, behind what makes examples of order one."""

    scale: Any
    middle: np.ndarray
    unit: float
    layers: list[tuple[np.ndarray, np.ndarray]]

    def __call__(self, x: Any) -> np.ndarray:
        """Return the features of examples like those learned from, one row each."""
        examples = as_examples(x, "x")
        same_shape(examples.shape[1:], self.middle.shape, "Examples, and those learned from,")
        values = flat(scaled(examples, self.scale) - self.middle) / self.unit
        for weight, bias in self.layers:
            values = np.tanh(values @ weight + bias)
        return values
