"""The parameters of models."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

from torch import Tensor

from latentia._names import lookup
from latentia.corruptions import apply, corruptions
from latentia.estimators._rules import (
    NOT_NEGATIVE,
    PART,
    SHARE,
    SIZES,
    SMALLEST,
    Rule,
    is_maker,
    is_schedule,
    is_within,
)
from latentia.heads import Head
from latentia.networks import Architecture, networks
from latentia.objectives import Objective, Weight, penalties

_NETWORK_RULES: dict[str, Rule] = {
    "hidden_layer_sizes": SIZES,
    "dropout": SHARE,
}


def _is_penalty(value: Any) -> bool:
    return value is None or isinstance(value, str) or is_maker(value)


def _is_weighted(item: tuple[Any, Any]) -> bool:
    name, weight = item
    return isinstance(name, str) and (is_schedule(weight) or NOT_NEGATIVE.fits(weight))


_MODEL_RULES: dict[str, Rule] = {
    "likelihood": PART,
    "penalty": Rule(
        lambda v: _is_penalty(v) or (isinstance(v, Mapping) and all(map(_is_weighted, v.items()))),
        "a name, a function that returns an Objective, names with their weights, or None",
    ),
    "penalty_weight": Rule(
        lambda v: is_schedule(v) or NOT_NEGATIVE.fits(v),
        "a finite number of at least 0, or a schedule",
    ),
    "contamination": Rule(
        lambda v: is_within(v, SMALLEST, math.nextafter(0.5, 1.0)),
        "a number in (0, 0.5]: the share of outliers",
    ),
}


@dataclass(eq=False, repr=False)
class NetworkParameters:
    """An encoder and a decoder that mirror each other."""

    _: KW_ONLY
    network: str | Architecture = "mlp"
    hidden_layer_sizes: Sequence[int] | None = None
    activation: str = "relu"
    layer_norm: bool = False
    dropout: float = 0.0

    _rules: ClassVar[dict[str, Rule]] = _NETWORK_RULES

    def _architecture(self) -> Architecture:
        if isinstance(self.network, Architecture):
            return self.network
        return lookup(networks, self.network, "network")

    def _layers(self) -> dict[str, Any]:
        names = ("activation", "layer_norm", "dropout")
        return {name: getattr(self, name) for name in names}


@dataclass(eq=False, repr=False)
class ModelParameters:
    """What is predicted, of which data, from what the encoder sees, and at what price."""

    _: KW_ONLY
    likelihood: str | Callable[..., Head] = "auto"
    scaling: str = "auto"
    corruption: str | Callable[[Tensor], Tensor] | None = None
    augmentation: str | Callable[[Tensor], Tensor] | None = None
    penalty: str | Callable[[], Objective] | Mapping[str, Weight] | None = None
    penalty_weight: Weight = 0.1
    contamination: float = 0.1

    _rules: ClassVar[dict[str, Rule]] = _MODEL_RULES

    def _augmented(self, x: Tensor) -> Tensor:
        augmentation = as_corruption(self.augmentation, "augmentation")
        return x if augmentation is None else apply(augmentation, x, "augmentation")

    def _penalties(self) -> list[tuple[Weight, Objective]]:
        if self.penalty is None:
            return []
        if isinstance(self.penalty, Mapping):
            return [(weight, _penalty(name)) for name, weight in self.penalty.items()]
        return [(self.penalty_weight, _penalty(self.penalty))]


def _penalty(given: str | Callable[[], Objective]) -> Objective:
    return (lookup(penalties, given, "penalty") if isinstance(given, str) else given)()


def as_corruption(
    given: str | Callable[[Tensor], Tensor] | None, argument: str
) -> Callable[[Tensor], Tensor] | None:
    """Return the corruption that a parameter names, or the object it is.

    Raises
    ------
    ValueError
        For an unknown name, or a class instead of an object.
    """
    if isinstance(given, type):
        raise ValueError(
            f"{argument}={given.__name__} is a class; give an object or one of "
            f"{', '.join(map(repr, corruptions))}."
        )
    if given is None or callable(given):
        return given
    return lookup(corruptions, given, argument)()
