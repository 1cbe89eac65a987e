"""A positive parameter of a head: a fixed number, a learned one, or a network output."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Real

import torch
from torch import Tensor, nn

from latentia._names import lookup

_LOG_BOUND = 7.0

#: Where a positive parameter may come from, if it is no fixed number.
SOURCES: dict[str, str] = {
    "predicted": "another network output for each element",
    "shared": "one learned number for all elements",
    "feature": "one learned number for each element",
}


def bounded_exp(raw: Tensor) -> Tensor:
    """Return exp(raw) with the exponent held smoothly inside (-7, 7).

    The value stays between 9e-4 and 1100, so that a variance can neither vanish to a density
    without bound nor overflow, and its gradient never dies at a clamp.
    """
    return (_LOG_BOUND * torch.tanh(raw / _LOG_BOUND)).exp()


def bounded_log(value: Tensor) -> Tensor:
    """Return the raw number of which :func:`bounded_exp` is ``value``, well inside its bounds."""
    return _LOG_BOUND * (value.log() / _LOG_BOUND).clamp(-0.9, 0.9).atanh()


def check_source(source: object, argument: str) -> None:
    """Refuse what is neither a positive number nor a name in ``SOURCES``."""
    if isinstance(source, str):
        lookup(SOURCES, source, argument)
    elif not (isinstance(source, Real) and 0 < float(source) < math.inf):
        raise ValueError(
            f"{argument}={source!r} must be a positive number or one of {sorted(SOURCES)}."
        )


def learned(source: str | float, event_shape: tuple[int, ...]) -> nn.Parameter | None:
    """Return the raw parameter of a learned source, which starts at a value of 1."""
    shapes = {"shared": (), "feature": event_shape}
    return nn.Parameter(torch.zeros(shapes[source])) if source in shapes else None


def positive(
    source: str | float, parameter: Tensor | None, predicted: Sequence[Tensor], like: Tensor
) -> Tensor:
    """Return the positive values of a source, of the shape of ``like``."""
    if not isinstance(source, str):
        return torch.full_like(like, source)
    raw = predicted[0] if parameter is None else parameter
    return bounded_exp(raw).expand_as(like)
