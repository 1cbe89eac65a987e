"""A weight is a number, or a schedule: a function of the step."""

from __future__ import annotations

import math
from collections.abc import Callable
from numbers import Real

Weight = float | Callable[[int], float]


def check_weight(weight: Weight, name: str) -> None:
    """Refuse a weight that is neither a number nor a schedule; what a schedule says comes later.

    Raises
    ------
    ValueError
        If it is negative, not finite, or a class.
    """
    if isinstance(weight, type):
        raise ValueError(
            f"{name}={weight.__name__} is a class; give a schedule made of it, such as "
            "training.Linear(0.0, 1.0, n_steps=1000), or a number."
        )
    if not callable(weight):
        _checked(weight, name)


def weight_at(weight: Weight, step: int, name: str) -> float:
    """Return the value of ``weight`` at ``step``.

    Raises
    ------
    ValueError
        If the value is negative, not finite, or no number.

    Examples
    --------
    >>> weight_at(lambda step: min(1.0, step / 100), 50, "beta")
    0.5
    """
    check_weight(weight, name)
    if not callable(weight):
        return weight
    return _checked(weight(step), name, step)


def _checked(value: float, name: str, step: int | None = None) -> float:
    # Nothing is put into words unless it is refused: a compiler knows no words for a step.
    if not isinstance(value, Real):
        raise ValueError(
            f"{_said(value, name, step)}, which is of type {type(value).__name__}; a weight, or "
            "what a schedule returns, must be a Python number."
        )
    if not 0 <= value < math.inf:
        raise ValueError(f"{_said(value, name, step)}; a weight must be finite and at least 0.")
    return value


def _said(value: object, name: str, step: int | None) -> str:
    return f"{name} is {value!r}" + ("" if step is None else f" at step {step}")
