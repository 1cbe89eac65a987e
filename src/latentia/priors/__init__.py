"""Distributions over codes, before any example is seen."""

from collections.abc import Callable

from latentia.conditional import ConditionalDistribution
from latentia.priors._flow import Flow
from latentia.priors._mixture import Mixture
from latentia.priors._normal import Normal
from latentia.priors._standard import StandardNormal

priors: dict[str, Callable[..., ConditionalDistribution]] = {
    "flow": Flow,
    "standard": StandardNormal,
}

__all__ = ["Flow", "Mixture", "Normal", "StandardNormal", "priors"]
