"""What is searched: ranges in Optuna's words, or choices of anything that a parameter may be."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from latentia.estimators import VAE, LatentEstimator, SemiSupervisedVAE
from latentia.tuning._extra import require_optuna

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.trial import Trial

#: From parameters to ranges (Optuna's distributions) or sequences of choices.
Space = Mapping[str, Any]

_WIDTHS = ((64,), (256,), (256, 128), (512, 256))
_LAYERS = ((128, 16), (256, 32), (256, 64), (512, 256, 32))
_BATCHES = (32, 64, 128, 256)
_MOST_CODES = 64
#: What the search itself decides, so that trials compare.
_OWN = ("checkpoints", "early_stopping", "random_state", "validation_fraction", "verbose")


def default_space(estimator: LatentEstimator, X: Any) -> dict[str, Any]:
    """Return what is worth trying first: sizes of layers, learning rate, examples of a step.

    The size of the code is searched where a code has a price, as in a ``VAE``; elsewhere more codes
    always reconstruct better, and the search would return the upper end. What is set already,
    other than by default, stays.

    Parameters
    ----------
    estimator : estimator
        As the search starts from it.
    X : array, frame or tensor of shape (n, *event)
        The examples: no code is larger than one, and no step takes more than a quarter of them.

    Returns
    -------
    dict
        From parameters to ranges and choices.

    Examples
    --------
    >>> import numpy as np
    >>> from latentia import VAE
    >>> space = default_space(VAE(batch_size=64), np.zeros((500, 30)))
    >>> sorted(space)
    ['hidden_layer_sizes', 'learning_rate', 'n_components']
    """
    ranges = require_optuna().distributions
    n, *event = np.shape(X)
    most = min(_MOST_CODES, math.prod(event))
    space: dict[str, Any] = {
        "learning_rate": ranges.FloatDistribution(1e-4, 1e-2, log=True),
        "batch_size": [size for size in _BATCHES if 4 * size <= n],
        "layers": list(_LAYERS),
    }
    if getattr(estimator, "network", None) == "mlp":
        space["hidden_layer_sizes"] = list(_WIDTHS)
    if isinstance(estimator, VAE | SemiSupervisedVAE) and most > 2:
        space["n_components"] = ranges.IntDistribution(2, most, log=True)
    given, default = (e.get_params(deep=False) for e in (estimator, type(estimator)()))
    return {
        name: options
        for name, options in space.items()
        if options != [] and name in given and given[name] == default[name]
    }


def check_space(space: Space, estimator: LatentEstimator) -> None:
    """Refuse a space that is empty, or of parameters that the estimator does not have.

    Raises
    ------
    ValueError
    """
    if not space:
        raise ValueError("space is empty; name a parameter with its range or choices.")
    known = estimator.get_params(deep=True)
    for name, options in space.items():
        if name not in known:
            raise ValueError(
                f"space has {name!r}, which is no parameter of {type(estimator).__name__}; take "
                "one of its get_params()."
            )
        if name in _OWN:
            raise ValueError(f"space has {name!r}, which must be the same in all trials; drop it.")
        distribution(name, options)


def distribution(name: str, options: Any) -> BaseDistribution:
    """Return Optuna's distribution of a parameter: the one given, or one of choices.

    Raises
    ------
    ValueError
        For anything else.
    """
    ranges = require_optuna().distributions
    if isinstance(options, ranges.BaseDistribution):
        return options
    is_listed = isinstance(options, Sequence) and not isinstance(options, str)
    labels = [label(value) for value in options] if is_listed else []
    if not labels or len(set(map(repr, labels))) < len(labels):
        raise ValueError(
            f"space[{name!r}]={options!r:.80} must be one of Optuna's distributions, or a list of "
            "different values."
        )
    return ranges.CategoricalDistribution(labels)


def label(value: Any) -> Any:
    """Return how a choice is written down: plain values as they are, others as text.

    Examples
    --------
    >>> label(0.5), label((256, 128)), label(())
    (0.5, '256x128', 'none')
    """
    if isinstance(value, list | tuple):
        return "x".join(map(str, value)) or "none"
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return getattr(value, "__name__", None) or repr(value)


def suggest(trial: Trial, space: Space) -> dict[str, Any]:
    """Return the parameters of a trial."""
    # In one order, so that a seed means the same whatever order the space was written in.
    names = sorted(space)
    return values({n: _suggested(trial, n, distribution(n, space[n])) for n in names}, space)


def values(labels: Mapping[str, Any], space: Space) -> dict[str, Any]:
    """Return the values of parameters that a study has written down."""
    return {name: _value(written, space[name]) for name, written in labels.items()}


def _value(written: Any, options: Any) -> Any:
    if not isinstance(options, Sequence):
        return written
    return next(value for value in options if label(value) == written)


def _suggested(trial: Trial, name: str, among: Any) -> Any:
    ranges = require_optuna().distributions
    if isinstance(among, ranges.CategoricalDistribution):
        return trial.suggest_categorical(name, among.choices)
    how = trial.suggest_int if isinstance(among, ranges.IntDistribution) else trial.suggest_float
    return how(name, among.low, among.high, step=among.step, log=among.log)
