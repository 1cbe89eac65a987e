"""What the library says of parameters, in the words of the command line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


@contextmanager
def in_options(options: Mapping[str, str]) -> Iterator[None]:
    """Say ``--option=`` instead of ``parameter=`` in the messages of errors.

    Parameters
    ----------
    options : mapping of str to str
        From parameters to the options that set them.

    Raises
    ------
    ValueError
        In place of one whose message names a parameter.

    Examples
    --------
    >>> with in_options({"max_iter": "--epochs"}):
    ...     raise ValueError("max_iter=0 must be an integer of at least 1.")
    Traceback (most recent call last):
        ...
    ValueError: --epochs=0 must be an integer of at least 1.
    """
    try:
        yield
    except ValueError as error:
        named = re.compile(rf"(?<![\w-])({'|'.join(options)})=")
        message = named.sub(lambda match: f"{options[match[1]]}=", str(error))
        if message == str(error):
            raise
        raise ValueError(message) from error
