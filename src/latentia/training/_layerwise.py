"""One layer after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar


class Layer(Protocol):
    """Anything that learns from X and makes codes of it, such as a scikit-learn transformer."""

    def fit(self, X: Any) -> Any: ...

    def transform(self, X: Any) -> Any: ...


L = TypeVar("L", bound=Layer)


def fit_layerwise(
    layers: Iterable[L], X: Any, report: Callable[[int, L], None] | None = None
) -> Any:
    r"""Fit each layer on the codes that the layers below make of X.

    .. math:: h_0 = X, \qquad h_l = \mathrm{transform}_l(h_{l-1}), \qquad
        \mathrm{layer}_l \text{ learns from } h_{l-1}

    The greedy schedule: no labels are used, and the layers below are only read.

    Parameters
    ----------
    layers : iterable of Layer
        From the bottom to the top, each with ``fit(X)`` and ``transform(X)``; fitted in place.
    X : array, frame or tensor of shape (n, ...)
        What the first layer learns from.
    report : callable or None, default=None
        Called as ``report(index, layer)`` when a layer has been fitted.

    Returns
    -------
    codes
        What the last layer makes of X.

    Raises
    ------
    ValueError
        Without a layer, or where one stands twice and would be fitted again.
    TypeError
        For a layer without ``fit`` or ``transform``.

    References
    ----------
    G. E. Hinton, S. Osindero, Y.-W. Teh. A Fast Learning Algorithm for Deep Belief Nets. 2006.

    Y. Bengio, P. Lamblin, D. Popovici, H. Larochelle. Greedy Layer-Wise Training of Deep Networks.
    2007.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.decomposition import PCA
    >>> X = np.random.default_rng(0).normal(size=(20, 8))
    >>> fit_layerwise([PCA(4), PCA(2)], X).shape
    (20, 2)
    """
    stack = list(layers)
    _check(stack)
    codes = X
    for index, layer in enumerate(stack):
        layer.fit(codes)
        codes = layer.transform(codes)
        if report is not None:
            report(index, layer)
    return codes


def _check(stack: list[L]) -> None:
    if not stack:
        raise ValueError("layers is empty; give at least one layer to fit.")
    for index, layer in enumerate(stack):
        for method in ("fit", "transform"):
            if isinstance(layer, type) or not callable(getattr(layer, method, None)):
                raise TypeError(
                    f"layers[{index}]={layer!r:.80} must be an object with fit(X) and "
                    "transform(X), such as an estimator."
                )
        if any(layer is below for below in stack[:index]):
            raise ValueError(
                f"layers[{index}] is the same object as a layer below, which would be fitted "
                "again; give every layer an object of its own."
            )
