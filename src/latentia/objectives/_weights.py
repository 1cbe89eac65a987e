"""A weight is a number, or a schedule: a function of the step."""

from __future__ import annotations

import math
from collections.abc import Callable
from numbers import Real

Weight = float | Callable[[int], float]


def weight_at(weight: Weight, step: int, name: str) -> float:
    """Return the value of ``weight`` at ``step``.

    Raises
    ------
    ValueError
        If the value is negative or not finite.

    Examples
    --------
    >>> weight_at(lambda step: min(1.0, step / 100), 50, "beta")
    0.5
    """
    value = weight(step) if callable(weight) else weight
    if not (isinstance(value, Real) and 0 <= value < math.inf):
        raise ValueError(
            f"{name} is {value!r} at step {step}; a weight must be finite and at least 0."
        )
    return value
