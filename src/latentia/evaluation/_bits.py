"""How many bits a model needs to write down one feature of an example."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from latentia._arrays import as_array


def bits_per_dimension(model: Any, X: Any, y: Any = None) -> np.ndarray:
    r"""Return the bits that a model needs for each feature of each example, on average.

    .. math:: b(x) = -\frac{\log p(x)}{d \log 2}

    for the d features of one example, with the model's own bound in place of :math:`\log p(x)`,
    so that the true number is smaller. It compares models of one data set: 8-bit pixels of which
    nothing is known need 8 bits each.

    Parameters
    ----------
    model : fitted estimator
        With a prior and a likelihood of discrete values, such as ``VAE(likelihood=
        "discretized-logistic")``: they have probabilities; a density, which depends on the units
        of the data, does not count bits.
    X : array, frame or tensor, shape (n, *event)
    y : array-like of length n, default=None
        The condition of each example, for a conditional model.

    Returns
    -------
    ndarray of shape (n,)
        In bits.

    Raises
    ------
    ValueError
        For a likelihood of continuous values, values that it gives no probability, or a model
        without a bound on log p(x).

    Examples
    --------
    >>> from functools import partial
    >>> from sklearn.datasets import load_digits
    >>> from latentia import VAE
    >>> from latentia.heads import DiscretizedLogistic
    >>> images = load_digits().images[:200]
    >>> likelihood = partial(DiscretizedLogistic, n_levels=17)
    >>> model = VAE(likelihood=likelihood, max_iter=20, random_state=0, verbose=False).fit(images)
    >>> bool(bits_per_dimension(model, images).mean() < np.log2(17))
    True
    """
    _check_model(model)
    if model.model_.decoder.space in ("binary", "simplex"):
        _check_binary(model.scaling_, X)
    scores = model.score_samples(X) if y is None else model.score_samples(X, y)
    return -as_array(scores) / (math.prod(model.event_shape_) * math.log(2))


def _check_model(model: Any) -> None:
    name, parts = type(model).__name__, getattr(model, "model_", None)
    if parts is None:
        raise ValueError(f"model={name}(...) must be a fitted estimator, such as a VAE.")
    head = getattr(parts.encoder, "head", None)
    if parts.prior is None or (head is not None and head.deterministic):
        raise ValueError(
            f"bits_per_dimension() needs a bound on log p(x), and {name} has none, for its code is "
            "a point without a probability; fit a VAE instead."
        )
    space = parts.decoder.space
    if not parts.decoder.head.discrete:
        raise ValueError(
            f"bits_per_dimension() needs a likelihood of discrete values, and likelihood="
            f"{model.likelihood_!r:.80} is of {space!r} ones, whose density changes with their "
            "units; use score_samples, or fit with likelihood='discretized-logistic', "
            "'categorical', 'bernoulli' or one of counts."
        )


def _check_binary(scaling: Any, X: Any) -> None:
    values = (as_array(X) - as_array(scaling.shift)) / as_array(scaling.scale)
    between = values[(values > 1e-6) & (values < 1 - 1e-6)]
    if between.size:
        raise ValueError(
            f"bits_per_dimension() needs zeros and ones for such a likelihood, but scaled X holds "
            f"{between[0]:.4g}, to which its cross-entropy gives no probability; make X zeros and "
            "ones, or fit with likelihood='discretized-logistic'."
        )
