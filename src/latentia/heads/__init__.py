"""Network output to distribution: posterior families and likelihoods are the same parts."""

from collections.abc import Callable
from functools import partial

from latentia.heads._beta import Beta
from latentia.heads._binary import Bernoulli, ContinuousBernoulli
from latentia.heads._categorical import Categorical
from latentia.heads._counts import (
    NegativeBinomial,
    Poisson,
    ZeroInflatedNegativeBinomial,
    ZeroInflatedPoisson,
)
from latentia.heads._delta import Delta
from latentia.heads._finite_scalar import FiniteScalar
from latentia.heads._flow import ConditionalFlow, Flow, InverseAutoregressive
from latentia.heads._full_normal import FullNormal
from latentia.heads._gumbel_softmax import GumbelSoftmax
from latentia.heads._head import Head, as_count, as_shape
from latentia.heads._levels import DiscretizedLogistic, Levels
from latentia.heads._location_scale import DiagonalNormal, Laplace, LocationScale
from latentia.heads._low_rank_normal import LowRankNormal
from latentia.heads._multinomial import Multinomial
from latentia.heads._normal_mixture import NormalMixture
from latentia.heads._one_hot import OneHot
from latentia.heads._quantizer import Quantizer
from latentia.heads._sphere import PowerSpherical, VonMisesFisher
from latentia.heads._student_t import StudentT
from latentia.heads._top_k import TopK
from latentia.heads._vector_quantized import VectorQuantized

codes: dict[str, Callable[..., Head]] = {
    "finite-scalar": FiniteScalar,
    "identity": Delta,
    "relu": partial(Delta, activation="relu"),
    "sigmoid": partial(Delta, activation="sigmoid"),
    "tanh": partial(Delta, activation="tanh"),
    "top-k": TopK,
    "vector-quantized": VectorQuantized,
}

posteriors: dict[str, Callable[..., Head]] = {
    "categorical": OneHot,
    "delta": Delta,
    "diagonal": DiagonalNormal,
    "flow": Flow,
    "full": FullNormal,
    "gumbel-softmax": GumbelSoftmax,
    "inverse-autoregressive": InverseAutoregressive,
    "laplace": Laplace,
    "low-rank": LowRankNormal,
    "power-spherical": PowerSpherical,
    "student-t": StudentT,
    "von-mises-fisher": VonMisesFisher,
}

likelihoods: dict[str, Callable[..., Head]] = {
    "bernoulli": Bernoulli,
    "beta": Beta,
    "categorical": Levels,
    "continuous-bernoulli": ContinuousBernoulli,
    "discretized-logistic": DiscretizedLogistic,
    "laplace": partial(Laplace, scale="shared"),
    "logistic-mixture": partial(DiscretizedLogistic, n_components=5),
    "multinomial": Multinomial,
    "negative-binomial": NegativeBinomial,
    "normal": partial(DiagonalNormal, scale="shared"),
    "normal-feature": partial(DiagonalNormal, scale="feature"),
    "normal-predicted": partial(DiagonalNormal, scale="predicted"),
    "normal-unit": partial(DiagonalNormal, scale=1.0),
    "poisson": Poisson,
    "student-t": partial(StudentT, scale="shared"),
    "zero-inflated-negative-binomial": ZeroInflatedNegativeBinomial,
    "zero-inflated-poisson": ZeroInflatedPoisson,
}

__all__ = [
    "Bernoulli",
    "Beta",
    "Categorical",
    "ConditionalFlow",
    "ContinuousBernoulli",
    "Delta",
    "DiagonalNormal",
    "DiscretizedLogistic",
    "FiniteScalar",
    "Flow",
    "FullNormal",
    "GumbelSoftmax",
    "Head",
    "InverseAutoregressive",
    "Laplace",
    "Levels",
    "LocationScale",
    "LowRankNormal",
    "Multinomial",
    "NegativeBinomial",
    "NormalMixture",
    "OneHot",
    "Poisson",
    "PowerSpherical",
    "Quantizer",
    "StudentT",
    "TopK",
    "VectorQuantized",
    "VonMisesFisher",
    "ZeroInflatedNegativeBinomial",
    "ZeroInflatedPoisson",
    "as_count",
    "as_shape",
    "codes",
    "likelihoods",
    "posteriors",
]
