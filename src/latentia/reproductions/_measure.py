"""Run a target and say whether it passes."""

from __future__ import annotations

import time
from dataclasses import dataclass
from os import PathLike

from latentia._names import lookup
from latentia._version import __version__
from latentia.data import load
from latentia.reproductions._runs import Digits
from latentia.reproductions._targets import targets


@dataclass(frozen=True)
class Result:
    """A number beside the published one.

    Parameters
    ----------
    name, what : str
        Which target, and which quantity.
    measured, published : float
        The two numbers.
    gate : (float, float)
        Lowest and highest value that passes.
    passed : bool
        Whether ``measured`` lies in the gate.
    seconds : float
        How long it took.
    version : str
        Of latentia.
    """

    name: str
    what: str
    measured: float
    published: float
    gate: tuple[float, float]
    passed: bool
    seconds: float
    version: str = __version__


def reproduce(name: str, mnist: str | PathLike[str] | None = None) -> Result:
    """Measure a published number again, with a fixed seed.

    Parameters
    ----------
    name : str
        A name in ``reproductions.targets``.
    mnist : path or None, default=None
        A .npz file with ``x_train`` and ``x_test``, for the targets that need the MNIST digits.

    Raises
    ------
    ValueError
        For an unknown name, or if the target needs the digits and no file is given.

    Examples
    --------
    >>> reproduce("first-vae")
    Traceback (most recent call last):
        ...
    ValueError: 'first-vae' needs the MNIST digits; give mnist= a .npz file with x_train and x_test.
    """
    target = lookup(targets, name, "name")
    if target.needs_mnist and mnist is None:
        raise ValueError(
            f"{name!r} needs the MNIST digits; give mnist= a .npz file with x_train and x_test."
        )
    start = time.monotonic()
    if target.needs_mnist:
        digits = Digits(load(mnist, x="x_train").X, load(mnist, x="x_test").X)
        measured = target.run(digits)
    else:
        measured = target.run()
    low, high = target.gate
    seconds = round(time.monotonic() - start, 1)
    passed = low <= measured <= high
    return Result(name, target.what, measured, target.published, target.gate, passed, seconds)
