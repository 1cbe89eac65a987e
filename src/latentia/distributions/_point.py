"""The deterministic code of a distribution: what ``transform`` returns."""

from __future__ import annotations

from functools import singledispatch

from torch import Tensor
from torch.distributions import (
    Bernoulli,
    Categorical,
    Distribution,
    Independent,
    TransformedDistribution,
)


@singledispatch
def point(distribution: Distribution) -> Tensor:
    """One number for each coordinate that stands for the whole distribution.

    The mean where there is one, probabilities for binary variables and categories, and the
    transformed point of the base for a distribution that is a transformation of another (a flow
    has no closed-form mean). It never samples, so a second call gives the same value.

    Parameters
    ----------
    distribution : Distribution
        Any distribution; register others with ``point.register``.

    Returns
    -------
    Tensor, shape (*batch, *event), for categories (*batch, *event, n_categories)

    Examples
    --------
    >>> import torch
    >>> point(torch.distributions.Normal(torch.tensor([1.0, 2.0]), 3.0))
    tensor([1., 2.])
    """
    return distribution.mean


@point.register
def _(distribution: Independent) -> Tensor:
    return point(distribution.base_dist)


@point.register
def _(distribution: Bernoulli | Categorical) -> Tensor:
    return distribution.probs


@point.register
def _(distribution: TransformedDistribution) -> Tensor:
    value = point(distribution.base_dist)
    for transform in distribution.transforms:
        value = transform(value)
    return value
