"""What the library says of parameters, in the words of the command line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

#: From parameters of estimators to the options that set them.
OPTIONS = {
    "batch_size": "--batch-size",
    "beta": "--beta",
    "code": "--code",
    "code_corruption": "--code-corruption",
    "compile": "--compile",
    "condition": "--conditional",
    "conditioned": "--conditioned",
    "corruption": "--corruption",
    "deterministic": "--deterministic",
    "device": "--device",
    "freeze": "--freeze",
    "head": "--head",
    "hidden_layer_sizes": "--hidden",
    "layers": "--layers",
    "learning_rate": "--learning-rate",
    "learning_rate_schedule": "--schedule",
    "likelihood": "--likelihood",
    "max_iter": "--epochs",
    "micro_batch_size": "--micro-batch-size",
    "model": "--model",
    "n_components": "--latent",
    "n_iter_no_change": "--patience",
    "network": "--network",
    "n_samples": "--samples",
    "norm": "--norm",
    "objective": "--objective",
    "optimizer": "--optimizer",
    "penalty": "--penalty",
    "penalty_weight": "--penalty-weight",
    "posterior": "--posterior",
    "precision": "--precision",
    "prior": "--prior",
    "sampler": "--sampler",
    "regularizer": "--regularizer",
    "scaling": "--scaling",
    "space": "--space",
    "tied": "--tied",
}
#: The same for what data are loaded by.
OF_DATA = {"data": "DATA", "n": "--rows", "x": "--x", "y": "--label"}

#: What a message says of parts in Python, and how they are asked for here.
_PARTS = {
    'heads.Delta(..., activation="sigmoid")': "--code sigmoid",
    "ELBO or IWAE with gradient='score-function'": "--objective iwae",
    "heads.DiagonalNormal": "--posterior diagonal",
    "heads.GumbelSoftmax": "--posterior gumbel-softmax",
    "objectives.L1Activity": "--penalty l1",
    "objectives.Reconstruction": "--objective reconstruction",
    "KLSparsity": "--penalty kl-sparsity",
    "priors.LearnedMixture": "--prior mixture",
    "priors.StandardNormal": "--prior standard",
    "Use compile='auto' or compile=False": "Drop --compile, or use --no-compile",
    "must be True, False, or a number of layers": "must be all, none, or a number of layers",
}


@contextmanager
def in_options(options: Mapping[str, str] = OPTIONS) -> Iterator[None]:
    """Say ``--option value`` instead of ``parameter='value'`` in the messages of errors.

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
    ...     raise ValueError("max_iter=0 must be 1 at least; network='mlp' or tied=False help.")
    Traceback (most recent call last):
        ...
    ValueError: --epochs 0 must be 1 at least; --network mlp or no --tied help.
    """
    try:
        yield
    except ValueError as error:
        message = worded(str(error), options)
        if message == str(error):
            raise
        raise ValueError(message) from error


def worded(message: str, options: Mapping[str, str] = OPTIONS) -> str:
    """Return a message with ``--option value`` instead of ``parameter='value'``.

    Examples
    --------
    >>> worded("Take n_components=2, or raise max_iter=5.")
    'Take --latent 2, or raise --epochs 5.'
    """

    def said(match: re.Match[str]) -> str:
        option, value = options[match["name"]], match["value"]
        off, bare = f"no {option}", value.strip("'")
        switches = {"True": option, "False": off, "None": off}
        # Text that a shell would take apart, or lose, keeps its quotes.
        shown = bare if re.fullmatch(_WORD, bare) else value.strip(" ")
        return switches.get(value, f"{option} {shown}")

    for part, option in _PARTS.items():
        message = message.replace(part, option)
    names = "|".join(options)
    return re.sub(rf"(?<![\w-])(?P<name>{names})=(?P<value>'[^']*'|{_WORD}| ?)", said, message)


_WORD = r"-?\w+(?:[.-]\w+)*"
