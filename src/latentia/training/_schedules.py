"""Functions of the step, for learning rates and for weights of a loss."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real
from typing import Any

from latentia.heads import as_count


def _check(steps: dict[str, Any], values: dict[str, Any], rise: Any = 1.0) -> None:
    """Refuse numbers of steps, values, or a share of steps that are none."""
    for name, value in values.items():
        if not (isinstance(value, Real) and math.isfinite(value)):
            raise ValueError(f"{name}={value!r} must be a finite number.")
    for name, value in steps.items():
        as_count(value, name)
    if not (isinstance(rise, Real) and 0 < float(rise) <= 1):
        raise ValueError(f"rise={rise!r} must be a share of the steps, in (0, 1].")


@dataclass(frozen=True)
class Constant:
    """The same value at every step.

    Parameters
    ----------
    value : float
        This value.

    Raises
    ------
    ValueError
        For a value that is not finite.

    Examples
    --------
    >>> Constant(0.1)(1000)
    0.1
    """

    value: float

    def __post_init__(self) -> None:
        _check({}, {"value": self.value})

    def __call__(self, step: int) -> float:
        return self.value


@dataclass(frozen=True)
class Linear:
    """From ``start`` to ``stop`` in ``n_steps`` steps, then ``stop``.

    Parameters
    ----------
    start, stop : float
        First and last value.
    n_steps : int
        Steps between them.

    Raises
    ------
    ValueError
        For a value that is not finite, or fewer than 1 step.

    Examples
    --------
    >>> warm_up = Linear(0.0, 1.0, n_steps=100)
    >>> warm_up(0), warm_up(25), warm_up(1000)
    (0.0, 0.25, 1.0)
    """

    start: float
    stop: float
    n_steps: int

    def __post_init__(self) -> None:
        _check({"n_steps": self.n_steps}, {"start": self.start, "stop": self.stop})

    def __call__(self, step: int) -> float:
        progress = min(1.0, step / self.n_steps)
        return self.start + progress * (self.stop - self.start)


@dataclass(frozen=True)
class Cosine:
    """From ``start`` to ``stop`` along half a cosine in ``n_steps`` steps, then ``stop``.

    Parameters
    ----------
    start : float
        First value.
    n_steps : int
        Steps until ``stop``.
    stop : float, default=0.0
        Last value.

    Raises
    ------
    ValueError
        For a value that is not finite, or fewer than 1 step.

    References
    ----------
    I. Loshchilov, F. Hutter. SGDR: Stochastic Gradient Descent with Warm Restarts. 2016.

    Examples
    --------
    >>> Cosine(1.0, n_steps=100)(50)
    0.5
    """

    start: float
    n_steps: int
    stop: float = 0.0

    def __post_init__(self) -> None:
        _check({"n_steps": self.n_steps}, {"start": self.start, "stop": self.stop})

    def __call__(self, step: int) -> float:
        progress = min(1.0, step / self.n_steps)
        return self.stop + (self.start - self.stop) * (1 + math.cos(math.pi * progress)) / 2


@dataclass(frozen=True)
class OneCycle:
    """Up to ``peak`` in the first part of ``n_steps`` steps, then down to nearly nothing.

    Parameters
    ----------
    peak : float
        The highest value.
    n_steps : int
        Length of the cycle.
    rise : float, default=0.3
        Share of the steps that go up.
    start, stop : float, default=0.04, 1e-5
        First and last value as shares of ``peak``.

    Raises
    ------
    ValueError
        For a value that is not finite, fewer than 1 step, or a ``rise`` outside (0, 1].

    References
    ----------
    L. N. Smith, N. Topin. Super-Convergence: Very Fast Training of Neural Networks Using Large
    Learning Rates. 2017.

    Examples
    --------
    >>> OneCycle(1.0, n_steps=100)(30)
    1.0
    """

    peak: float
    n_steps: int
    rise: float = 0.3
    start: float = 0.04
    stop: float = 1e-5

    def __post_init__(self) -> None:
        values = {"peak": self.peak, "start": self.start, "stop": self.stop}
        _check({"n_steps": self.n_steps}, values, self.rise)

    def __call__(self, step: int) -> float:
        top = max(1, round(self.rise * self.n_steps))
        if step <= top:
            return Cosine(self.start * self.peak, top, self.peak)(step)
        down = max(1, self.n_steps - top)
        return Cosine(self.peak, down, self.stop * self.peak)(step - top)


@dataclass(frozen=True)
class Cyclical:
    """From 0 to ``peak`` in the first part of each period, then ``peak`` to its end.

    Parameters
    ----------
    peak : float
        The highest value.
    period : int
        Steps until it starts again.
    rise : float, default=0.5
        Share of the period that goes up.

    Raises
    ------
    ValueError
        For a ``peak`` that is not finite, a period below 1 step, or a ``rise`` outside (0, 1].

    References
    ----------
    H. Fu et al. Cyclical Annealing Schedule: A Simple Approach to Mitigating KL Vanishing. 2019.

    Examples
    --------
    >>> beta = Cyclical(1.0, period=100)
    >>> beta(25), beta(75), beta(100)
    (0.5, 1.0, 0.0)
    """

    peak: float
    period: int
    rise: float = 0.5

    def __post_init__(self) -> None:
        _check({"period": self.period}, {"peak": self.peak}, self.rise)

    def __call__(self, step: int) -> float:
        progress = (step % self.period) / self.period
        return self.peak * min(1.0, progress / self.rise)


#: Name -> schedule for a learning rate and a number of steps.
schedules: dict[str, Callable[[float, int], Callable[[int], float]]] = {
    "constant": lambda peak, n_steps: Constant(peak),
    "cosine": Cosine,
    "linear": lambda peak, n_steps: Linear(peak, 0.0, n_steps),
    "one-cycle": OneCycle,
}
