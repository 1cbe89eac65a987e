"""Network output to distribution: posterior families and likelihoods are the same parts."""

from collections.abc import Callable
from functools import partial

from latentia.heads._binary import Bernoulli, ContinuousBernoulli
from latentia.heads._categorical import Categorical
from latentia.heads._delta import Delta
from latentia.heads._head import Head, as_shape
from latentia.heads._location_scale import DiagonalNormal, Laplace, LocationScale
from latentia.heads._multinomial import Multinomial
from latentia.heads._top_k import TopK

codes: dict[str, Callable[..., Head]] = {
    "identity": Delta,
    "relu": partial(Delta, activation="relu"),
    "sigmoid": partial(Delta, activation="sigmoid"),
    "tanh": partial(Delta, activation="tanh"),
    "top-k": TopK,
}

posteriors: dict[str, Callable[..., Head]] = {
    "delta": Delta,
    "diagonal": DiagonalNormal,
}

likelihoods: dict[str, Callable[..., Head]] = {
    "bernoulli": Bernoulli,
    "continuous-bernoulli": ContinuousBernoulli,
    "laplace": partial(Laplace, scale="shared"),
    "multinomial": Multinomial,
    "normal": partial(DiagonalNormal, scale="shared"),
    "normal-feature": partial(DiagonalNormal, scale="feature"),
    "normal-predicted": partial(DiagonalNormal, scale="predicted"),
    "normal-unit": partial(DiagonalNormal, scale=1.0),
}

__all__ = [
    "Bernoulli",
    "Categorical",
    "ContinuousBernoulli",
    "Delta",
    "DiagonalNormal",
    "Head",
    "Laplace",
    "LocationScale",
    "Multinomial",
    "TopK",
    "as_shape",
    "codes",
    "likelihoods",
    "posteriors",
]
