"""What to change, in parameters that the estimator has."""

from __future__ import annotations

from string import Formatter

from latentia.diagnosis._vitals import Vitals


def advise(vitals: Vitals, *ways: str) -> tuple[str, tuple[str, ...]]:
    """Join the ways that are open to the estimator, and return the parameters that they name.

    Parameters
    ----------
    vitals : Vitals
        Of which ``options`` are the parameters that there are.
    *ways : str
        Each a thing to do, with its parameters in braces; one at least without any, or with some
        that every estimator has.

    Returns
    -------
    advice : str
        One sentence.
    options : tuple of str
        The parameters in it, in their order.
    """
    named = [(way, _parameters(way)) for way in ways]
    kept = [(way, names) for way, names in named if vitals.options.issuperset(names)]
    words = [way.format(**{name: name for name in names}) for way, names in kept]
    *first, last = words
    comma = "," if len(first) > 1 else ""
    sentence = f"{', '.join(first)}{comma} or {last}" if first else last
    names = tuple(dict.fromkeys(name for _, found in kept for name in found))
    return f"{sentence[0].upper()}{sentence[1:]}.", names


def _parameters(way: str) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(way) if name]
