"""What a demonstration is, and what it shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from matplotlib.figure import Figure


@dataclass(frozen=True)
class Number:
    """A number that a demonstration measures.

    Parameters
    ----------
    name : str
        Its key, without spaces.
    value : float
        What was measured, or follows exactly.
    meaning : str
        What it says, with its unit.

    Examples
    --------
    >>> Number("mean_radius", 1.1253, "mean distance from the centre").value
    1.1253
    """

    name: str
    value: float
    meaning: str


@dataclass(frozen=True)
class Shown:
    """What a demonstration has found.

    Parameters
    ----------
    numbers : tuple of Number
        In the order to read them.
    figures : mapping of str to Figure
        By name.

    Examples
    --------
    >>> shown = Shown((Number("one", 1.0, "a plain number"),), {})
    >>> shown["one"]
    1.0
    """

    numbers: tuple[Number, ...]
    figures: Mapping[str, Figure]

    def __getitem__(self, name: str) -> float:
        """Return the value of a number."""
        return {number.name: number.value for number in self.numbers}[name]


@dataclass(frozen=True)
class Demonstration:
    """An idea shown on data in the plane.

    Parameters
    ----------
    what : str
        What is shown, in one sentence.
    reference : str
        Authors, title, year.
    run : callable
        Maps a seed to what is :class:`Shown`.
    minutes : float, default=1.0
        About how long it takes on two CPU cores.

    Examples
    --------
    >>> nothing = Demonstration("Nothing.", "Anonymous. 1900.", lambda seed: Shown((), {}))
    >>> nothing.run(0).numbers
    ()
    """

    what: str
    reference: str
    run: Callable[[int], Shown]
    minutes: float = 1.0
