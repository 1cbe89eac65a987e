"""Parts made of what a parameter says, with a sentence where that cannot be done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import Parameter, signature
from typing import Any


def unknown_to(make: Callable[..., Any], given: Mapping[str, Any]) -> list[str]:
    """Return which arguments a function does not take by their name.

    Examples
    --------
    >>> unknown_to(lambda n_samples=5: n_samples, {"beta": 2.0, "n_samples": 3})
    ['beta']
    """
    try:
        known = signature(make).parameters
    except ValueError:  # of a builtin
        return []
    if any(p.kind is Parameter.VAR_KEYWORD for p in known.values()):
        return []
    return [name for name in given if name not in known]


def made_from(make: Callable[..., Any], given: object, argument: str, source: Any, way: str) -> Any:
    """Return ``make(source)``, or say that ``argument`` is no function of that.

    Parameters
    ----------
    make : callable
        Of one argument.
    given : object
        What the user gave, for the message.
    argument : str
        The parameter.
    source : object
        What the part is made from.
    way : str
        What to give instead.

    Raises
    ------
    ValueError
    """
    try:
        return make(source)
    except (AttributeError, TypeError) as error:
        name = getattr(given, "__name__", f"{given!r:.80}")
        raise ValueError(
            f"{argument}={name} cannot be made from the {type(source).__name__} encoder alone "
            f"({error}); {way}."
        ) from error
