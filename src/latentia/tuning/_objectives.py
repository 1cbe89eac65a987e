"""What a trial is judged by, always on examples that it was not fitted on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from latentia._names import lookup
from latentia.estimators import DeepBeliefNetwork, LatentEstimator, RestrictedBoltzmannMachine
from latentia.tuning._space import Space

#: From a fitted estimator and held-out (X, y) to a number, the larger the better.
Scorer = Callable[[LatentEstimator, Any, Any], float]

#: Parameters that leave the unit and the zero of the loss as they are.
_SAME_LOSS = frozenset(
    {
        "activation",
        "batch_size",
        "clip_norm",
        "device",
        "dropout",
        "hidden_layer_sizes",
        "ladder",
        "layer_norm",
        "layers",
        "learning_rate",
        "learning_rate_schedule",
        "max_iter",
        "micro_batch_size",
        "n_components",
        "n_iter_no_change",
        "network",
        "optimizer",
        "precision",
        "prior",
        "tied",
        "weight_decay",
    }
)


def score(estimator: LatentEstimator, X: Any, y: Any) -> float:
    """Return the mean of ``score_samples``."""
    return float(np.mean(np.asarray(estimator.score_samples(X, _given(estimator, y)))))


def reconstruction(estimator: LatentEstimator, X: Any, y: Any) -> float:
    """Return minus the mean squared error, in variances of the examples.

    Columns of a table have a variance each, pixels have one.
    """
    x = np.asarray(X, dtype=float)
    errors = np.square(x - np.asarray(estimator.reconstruct(X, _given(estimator, y)), dtype=float))
    variance = x.var(axis=0) if x.ndim == 2 else np.asarray(x.var())
    return -float((errors / np.where(variance > 0, variance, 1.0)).mean())


#: Name -> how a fitted estimator is judged; None is by the loss that stopped it.
objectives: dict[str, Scorer | None] = {
    "reconstruction": reconstruction,
    "score": score,
    "validation_loss": None,
}


def choose_objective(
    objective: str | Scorer, estimator: LatentEstimator, space: Space
) -> tuple[str, Scorer | None]:
    """Return what trials of a space are judged by, with its name.

    Parameters
    ----------
    objective : str or callable
        A name in :data:`objectives`, a function of (estimator, X, y), or "auto": the validation
        loss where all trials have the same one, else the score; and the reconstruction of machines,
        whose scores lack a constant of their own.
    estimator : estimator
        As the search starts from it.
    space : mapping
        What is searched.

    Returns
    -------
    name : str
    scorer : callable or None
        None is the validation loss, the smaller the better.

    Raises
    ------
    ValueError
        For an unknown name, or a loss that means another thing in each trial.

    Examples
    --------
    >>> from latentia import VAE
    >>> choose_objective("auto", VAE(), {"n_components": [2, 8]})[0]
    'validation_loss'
    >>> choose_objective("auto", VAE(), {"beta": [0.5, 1.0]})[0]
    'score'
    """
    if callable(objective):
        return getattr(objective, "__name__", "score"), objective
    is_machine = isinstance(estimator, DeepBeliefNetwork | RestrictedBoltzmannMachine)
    changed = _changed(space)
    if objective == "auto":
        objective = "score" if changed else "validation_loss"
        objective = "reconstruction" if is_machine else objective
    scorer = lookup(objectives, objective, "objective")
    if objective != "reconstruction" and is_machine:
        raise ValueError(
            f"objective={objective!r} of a {type(estimator).__name__} has another constant in "
            "each trial; take objective='reconstruction', or a function of (estimator, X, y)."
        )
    if scorer is None and changed:
        raise ValueError(
            f"objective='validation_loss' does not compare trials of different "
            f"{', '.join(changed)}: it is another loss in each; take objective='score'."
        )
    return objective, scorer


def kind_of_score(estimator: LatentEstimator) -> tuple[str, bool]:
    """Return what a score is of, which must be the same in all trials."""
    head: Any = getattr(estimator.decoder_, "head", None)
    return estimator.score_kind_, bool(getattr(head, "discrete", False))


def check_kind(kind: tuple[str, bool], earlier: Any, space: Space) -> None:
    """Refuse to compare scores of different kinds, or energies of different losses.

    Raises
    ------
    ValueError
    """
    changed = _changed(space)
    if kind[0].startswith("minus_") and changed:
        raise ValueError(
            f"objective='score' does not compare trials of different {', '.join(changed)}: an "
            "energy has a unit and a zero of its own in each; take objective='reconstruction'."
        )
    if earlier is not None and tuple(earlier) != kind:
        raise ValueError(
            f"objective='score' does not compare trials: one has a {_words(earlier)}, another a "
            f"{_words(kind)}; take objective='reconstruction', or search for less."
        )


def _changed(space: Space) -> list[str]:
    """Return what is searched that makes the loss another one."""
    return sorted(name for name in space if name.rpartition("__")[2] not in _SAME_LOSS)


def _words(kind: Any) -> str:
    name, is_discrete = kind
    return f"{name} of {'probabilities' if is_discrete else 'densities'}"


def _given(estimator: LatentEstimator, y: Any) -> Any:
    return y if estimator.conditions_ is not None else None
