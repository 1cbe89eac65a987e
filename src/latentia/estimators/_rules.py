"""What a parameter may be, said once and checked in ``fit``."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
from torch import nn


class Rule(NamedTuple):
    """Whether a value will do, and in words what would."""

    fits: Callable[[Any], bool]
    what: str


def check(owner: object, rules: Mapping[str, Rule]) -> None:
    """Refuse the first attribute of ``owner`` that breaks its rule.

    Raises
    ------
    ValueError
    """
    for name, rule in rules.items():
        value = getattr(owner, name)
        if not rule.fits(value):
            raise ValueError(f"{name}={value!r} must be {rule.what}.")


def is_count(value: Any) -> bool:
    """Whether ``value`` is a positive integer of any type."""
    # True is an integer too, but no number of anything.
    return hasattr(value, "__index__") and not isinstance(value, bool) and bool(value >= 1)


def is_within(value: Any, low: float, high: float) -> bool:
    """Whether ``value`` is a number in [low, high)."""
    return (
        isinstance(value, Real) and not isinstance(value, bool) and bool(low <= float(value) < high)
    )


def are_counts(value: Any) -> bool:
    """Whether ``value`` is a sequence of positive integers, maybe empty."""
    listed = value.tolist() if isinstance(value, np.ndarray) else value
    return (
        isinstance(listed, Sequence) and not isinstance(listed, str) and all(map(is_count, listed))
    )


def is_schedule(value: Any) -> bool:
    """Whether ``value`` is a function of the step; a class of schedules is none yet."""
    return callable(value) and not isinstance(value, type)


def is_maker(value: Any) -> bool:
    """Whether ``value`` makes something when called; a module only computes when it is."""
    return callable(value) and not isinstance(value, nn.Module)


def is_named_or_maker(value: Any) -> bool:
    """Whether ``value`` is a name, or makes a part when called; a part itself is neither."""
    return isinstance(value, str) or is_maker(value)


SMALLEST = math.nextafter(0.0, 1.0)
COUNT = Rule(is_count, "an integer of at least 1")
MAYBE_COUNT = Rule(lambda v: v is None or is_count(v), "an integer of at least 1, or None")
SHARE = Rule(lambda v: is_within(v, 0.0, 1.0), "a number in [0, 1)")
NOT_NEGATIVE = Rule(lambda v: is_within(v, 0.0, math.inf), "a finite number of at least 0")
MAYBE_WEIGHT = Rule(
    lambda v: v is None or is_schedule(v) or is_within(v, 0.0, math.inf),
    "a finite number of at least 0, a schedule such as training.Linear(0.0, 1.0, 1000), or None",
)
MAYBE_NOT_NEGATIVE = Rule(
    lambda v: v is None or is_within(v, 0.0, math.inf),
    "a finite number of at least 0, or None",
)
PART = Rule(
    is_named_or_maker,
    "a name, a class, or a function that makes the part, such as functools.partial(TheClass, "
    "argument=value); an object is none of these",
)
SIZES = Rule(
    lambda v: v is None or are_counts(v),
    "a sequence of positive integers, e.g. (256, 64), or None",
)
