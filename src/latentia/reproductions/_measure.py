"""Run a target and say whether it passes."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from os import PathLike

from latentia._names import lookup
from latentia._version import __version__
from latentia.reproductions._data import Digits
from latentia.reproductions._target import Quantity
from latentia.reproductions._targets import targets


@dataclass(frozen=True)
class Row:
    """A measured number beside the published one.

    Parameters
    ----------
    what, published, gate
        As in :class:`Quantity`.
    measured : float
        The number that was found.
    passed : bool
        Whether ``measured`` lies in the gate, if there is one.
    """

    what: str
    published: float | None
    gate: tuple[float, float] | None
    measured: float
    passed: bool


@dataclass(frozen=True)
class Result:
    """What a run has measured.

    Parameters
    ----------
    name : str
        Which target.
    rows : tuple of Row
        One for each quantity.
    passed : bool
        Whether all that have a gate lie in it.
    seconds : float
        How long it took.
    version : str
        Of latentia.
    """

    name: str
    rows: tuple[Row, ...]
    passed: bool
    seconds: float
    version: str = __version__


def reproduce(name: str, mnist: str | PathLike[str] | None = None) -> Result:
    """Measure published numbers again, with a fixed seed.

    Parameters
    ----------
    name : str
        A name in ``reproductions.targets``.
    mnist : path or None, default=None
        A .npz file with ``x_train``, ``y_train``, ``x_test`` and ``y_test``, for the targets that
        need the MNIST digits.

    Returns
    -------
    Result

    Raises
    ------
    ValueError
        For an unknown name, or if the target needs the digits and no file is given.

    Examples
    --------
    >>> reproduce("first-vae")
    Traceback (most recent call last):
        ...
    ValueError: 'first-vae' needs the MNIST digits; give mnist= a .npz file with x_train, y_train, \
x_test and y_test.
    """
    target = lookup(targets, name, "name")
    if target.needs_mnist and mnist is None:
        raise ValueError(
            f"{name!r} needs the MNIST digits; give mnist= a .npz file with x_train, y_train, "
            "x_test and y_test."
        )
    given = () if mnist is None or not target.needs_mnist else (Digits.load(mnist),)
    start = time.monotonic()
    measured = target.run(*given)
    seconds = round(time.monotonic() - start, 1)
    rows = tuple(_row(*pair) for pair in zip(target.quantities, measured, strict=True))
    return Result(name, rows, all(row.passed for row in rows), seconds)


def _row(quantity: Quantity, measured: float) -> Row:
    low, high = quantity.gate or (-math.inf, math.inf)
    passed = bool(low <= measured <= high)
    return Row(quantity.what, quantity.published, quantity.gate, float(measured), passed)
