"""The deterministic code of a distribution: what ``transform`` returns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor
from torch.distributions import (
    Bernoulli,
    Categorical,
    Distribution,
    Independent,
    TransformedDistribution,
)

# A plain dict, since ``functools.singledispatch`` cannot be compiled.
_RULES: dict[type, Callable[[Any], Tensor]] = {}


def point(distribution: Distribution) -> Tensor:
    """One number for each coordinate that stands for the whole distribution.

    The mean where there is one, probabilities for binary variables and categories, and the
    transformed point of the base for a distribution that is a transformation of another (a flow
    has no closed-form mean). It never samples, so a second call gives the same value.

    Parameters
    ----------
    distribution : Distribution
        Any distribution; give others a rule of their own with :func:`register_point`.

    Returns
    -------
    Tensor, shape (*batch, *event), for categories (*batch, *event, n_categories)

    Examples
    --------
    >>> import torch
    >>> point(torch.distributions.Normal(torch.tensor([1.0, 2.0]), 3.0))
    tensor([1., 2.])
    """
    for kind in type(distribution).__mro__:
        if kind in _RULES:
            return _RULES[kind](distribution)
    return distribution.mean


def register_point(*kinds: type[Distribution]) -> Callable[[Callable], Callable]:
    """Decorate what :func:`point` returns for distributions of some types, and of their subtypes.

    Parameters
    ----------
    *kinds : type
        Subclasses of Distribution.

    Examples
    --------
    >>> class Coin(Bernoulli):
    ...     pass
    >>> @register_point(Coin)
    ... def heads_or_tails(coin):
    ...     return coin.probs.round()
    >>> import torch
    >>> point(Coin(torch.tensor([0.9])))
    tensor([1.])
    """

    def register(rule: Callable[[Any], Tensor]) -> Callable[[Any], Tensor]:
        _RULES.update(dict.fromkeys(kinds, rule))
        return rule

    return register


@register_point(Independent)
def _point_of_base(distribution: Independent) -> Tensor:
    return point(distribution.base_dist)


@register_point(Bernoulli, Categorical)
def _probabilities(distribution: Bernoulli | Categorical) -> Tensor:
    return distribution.probs


@register_point(TransformedDistribution)
def _transformed(distribution: TransformedDistribution) -> Tensor:
    value = point(distribution.base_dist)
    for transform in distribution.transforms:
        value = transform(value)
    return value
