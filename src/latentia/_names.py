"""Look a name up in a dict of choices, and say which names there are."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")


def lookup(options: Mapping[str, T], name: str, argument: str) -> T:
    """Return ``options[name]``, or raise an error that suggests the nearest name.

    Parameters
    ----------
    options : mapping
        The choices by name.
    name : str
        What the user asked for.
    argument : str
        The user's word for the argument, for the message.

    Raises
    ------
    ValueError
        If there is no such name.

    Examples
    --------
    >>> lookup({"adam": 1, "sgd": 2}, "sgd", "optimizer")
    2
    >>> lookup({"adam": 1, "sgd": 2}, "adan", "optimizer")
    Traceback (most recent call last):
        ...
    ValueError: optimizer='adan' is unknown; did you mean 'adam'? Choices: 'adam', 'sgd'.
    """
    if isinstance(name, str) and name in options:
        return options[name]
    nearest = difflib.get_close_matches(str(name), list(options), n=1)
    hint = f"did you mean {nearest[0]!r}? " if nearest else ""
    choices = ", ".join(repr(option) for option in sorted(options))
    raise ValueError(f"{argument}={name!r} is unknown; {hint}Choices: {choices}.")
