"""Distributions over codes, before any example is seen."""

from collections.abc import Callable

from latentia.conditional import ConditionalDistribution
from latentia.priors._autoregressive import Autoregressive
from latentia.priors._autoregressive_rows import AutoregressiveRows
from latentia.priors._categorical import Categorical
from latentia.priors._coded import Coded
from latentia.priors._flow import Flow
from latentia.priors._frequencies import Frequencies
from latentia.priors._gumbel_softmax import GumbelSoftmax
from latentia.priors._learned import LearnedMixture, LearnedNormal
from latentia.priors._mixture import Mixture
from latentia.priors._natural import natural_prior
from latentia.priors._normal import Normal
from latentia.priors._standard import StandardNormal
from latentia.priors._uniform import Uniform
from latentia.priors._uniform_sphere import UniformSphere
from latentia.priors._vamp import Vamp

priors: dict[str, Callable[..., ConditionalDistribution]] = {
    "autoregressive": AutoregressiveRows,
    "categorical": Categorical,
    "flow": Flow,
    "gumbel-softmax": GumbelSoftmax,
    "learned": LearnedNormal,
    "mixture": LearnedMixture,
    "standard": StandardNormal,
    "uniform-sphere": UniformSphere,
    "vamp": Vamp,
}

__all__ = [
    "Autoregressive",
    "AutoregressiveRows",
    "Categorical",
    "Coded",
    "Flow",
    "Frequencies",
    "GumbelSoftmax",
    "LearnedMixture",
    "LearnedNormal",
    "Mixture",
    "Normal",
    "StandardNormal",
    "Uniform",
    "UniformSphere",
    "Vamp",
    "natural_prior",
    "priors",
]
