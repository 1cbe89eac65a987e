"""What was published, how it is measured here, and how near is near enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Quantity:
    """A number that a run measures.

    Parameters
    ----------
    what : str
        The quantity, with its unit.
    published : float or None
        The number; None where only an order was claimed, or nothing.
    gate : (float, float) or None, default=None
        Lowest and highest value that passes; None where the number is reported, and no more.

    Examples
    --------
    >>> Quantity("test error, %", 1.14, (0.0, 1.45)).published
    1.14
    """

    what: str
    published: float | None
    gate: tuple[float, float] | None = None


@dataclass(frozen=True)
class Target:
    """Published numbers and the run that measures them again.

    Parameters
    ----------
    settings : str
        Data, model and training in one line.
    reference : str
        Authors, title, year.
    quantities : tuple of Quantity
        What is measured.
    run : callable
        Measures it: a number for each quantity, in their order; takes the MNIST digits, or
        nothing.
    needs_mnist : bool, default=False
        Whether ``run`` takes the MNIST digits.
    minutes : float, default=1.0
        About how long it takes on two CPU cores.
    last : str, default="not measured yet"
        What was measured last, where and when.

    Examples
    --------
    >>> one = Quantity("one, a plain number", 1.0, (1.0, 1.0))
    >>> Target("no data", "Anonymous. 1900.", (one,), lambda: (1.0,)).run()
    (1.0,)
    """

    settings: str
    reference: str
    quantities: tuple[Quantity, ...]
    run: Callable[..., tuple[float, ...]]
    needs_mnist: bool = False
    minutes: float = 1.0
    last: str = "not measured yet"
