"""Distributions over codes, before any example is seen."""

from collections.abc import Callable

from latentia.priors._normal import Normal
from latentia.priors._standard import StandardNormal

priors: dict[str, Callable[..., StandardNormal]] = {
    "standard": StandardNormal,
}

__all__ = ["Normal", "StandardNormal", "priors"]
