"""The learning rate of steps."""

from __future__ import annotations

from latentia.objectives import Weight, weight_at


def rate_at(rate: Weight, step: int) -> float:
    """Return the learning rate of a step.

    Raises
    ------
    ValueError
        If a schedule says what is no rate.
    """
    return weight_at(rate, step, "learning_rate")


def rates_at(rate: Weight, steps: range) -> list[float]:
    """Return the learning rate of each step.

    Examples
    --------
    >>> rates_at(lambda step: 1 / step, range(1, 3)), rates_at(0.1, range(2))
    ([1.0, 0.5], [0.1, 0.1])
    """
    return [rate_at(rate, step) for step in steps] if callable(rate) else [rate] * len(steps)
