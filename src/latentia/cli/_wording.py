"""What the library says of parameters, in the words of the command line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

#: From parameters to the options that set them.
OPTIONS = {
    "batch_size": "--batch-size",
    "beta": "--beta",
    "code": "--code",
    "code_corruption": "--code-corruption",
    "corruption": "--corruption",
    "device": "--device",
    "freeze": "--freeze",
    "head": "--head",
    "hidden_layer_sizes": "--hidden",
    "layers": "--layers",
    "learning_rate": "--learning-rate",
    "learning_rate_schedule": "--schedule",
    "likelihood": "--likelihood",
    "max_iter": "--epochs",
    "model": "--model",
    "n_components": "--latent",
    "n_iter_no_change": "--patience",
    "network": "--network",
    "norm": "--norm",
    "optimizer": "--optimizer",
    "penalty": "--penalty",
    "penalty_weight": "--penalty-weight",
    "sampler": "--sampler",
    "scaling": "--scaling",
    "tied": "--tied",
}


@contextmanager
def in_options(options: Mapping[str, str] = OPTIONS) -> Iterator[None]:
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
    >>> with in_options():
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
