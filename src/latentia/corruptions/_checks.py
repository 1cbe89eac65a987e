"""What the numbers of a corruption may be."""

from __future__ import annotations

import math
from numbers import Real
from typing import Any


def check_numbers(**numbers: Any) -> None:
    """Raise a sentence that names the first argument that is not a finite number."""
    for name, number in numbers.items():
        if not isinstance(number, Real) or not math.isfinite(number):
            raise ValueError(f"{name}={number!r} must be a finite number.")


def check_share(probability: Any, *, below_one: bool = False) -> None:
    """Raise a sentence unless ``probability`` is in [0, 1], or in [0, 1) if ``below_one``."""
    inside = isinstance(probability, Real) and 0 <= float(probability) <= 1
    if not inside or (below_one and probability == 1):
        end = ")" if below_one else "]"
        raise ValueError(f"probability={probability!r} must be a number in [0, 1{end}.")


def check_range(**ranges: Any) -> None:
    """Raise a sentence that names the first argument that is not two numbers, low < high."""
    for name, pair in ranges.items():
        two = isinstance(pair, tuple | list) and len(pair) == 2
        if not two or not all(isinstance(end, Real) for end in pair) or not pair[0] < pair[1]:
            raise ValueError(f"{name}={pair!r} must be two increasing numbers, (low, high).")
