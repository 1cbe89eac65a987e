"""The search itself."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from sklearn.base import clone
from sklearn.utils import check_random_state

from latentia.data import Stream
from latentia.estimators import LatentEstimator
from latentia.tuning._extra import require_optuna
from latentia.tuning._objectives import Scorer, choose_objective
from latentia.tuning._space import Space, check_space, default_space, values
from latentia.tuning._study import open_study, silent
from latentia.tuning._trial import FAILURES, Judge

if TYPE_CHECKING:
    from optuna import Study
    from optuna.pruners import BasePruner
    from optuna.samplers import BaseSampler
    from optuna.storages import BaseStorage
    from optuna.trial import FrozenTrial


class Tuned(NamedTuple):
    """What a search has found.

    Parameters
    ----------
    study : optuna.Study
        All trials, with all that Optuna does with them.
    best_estimator : estimator
        With the parameters of the best trial; fitted to all examples, unless ``refit=False``.
    """

    study: Study
    best_estimator: LatentEstimator


def tune(
    estimator: LatentEstimator,
    X: Any,
    y: Any = None,
    *,
    space: Space | None = None,
    n_trials: int | None = 20,
    timeout: float | None = None,
    objective: str | Scorer = "auto",
    refit: bool = True,
    sampler: BaseSampler | None = None,
    pruner: BasePruner | None = None,
    storage: str | BaseStorage | None = None,
    study_name: str | None = None,
) -> Tuned:
    """Search for parameters that do best on held-out examples.

    Every trial has the seed, and so the held-out examples, of the estimator; early stopping ends
    it. Where trials are judged by their validation loss, one that is worse than the median of the
    others after as many epochs is pruned. With an integer ``random_state`` the same search finds
    the same. A trial that diverges, or whose parts do not fit, is a failed one, and the search goes
    on. Ctrl-C ends it, and what was found so far is kept.

    Several processes share a search by the same ``storage`` and ``study_name``; which trials they
    try then depends on who is first.

    Parameters
    ----------
    estimator : estimator
        What the search starts from; it is not changed.
    X : array, frame or tensor of shape (n, *event)
    y : array-like of length n, default=None
        Conditions or labels, as ``estimator.fit`` takes them.
    space : mapping of str to distribution or sequence, default=None
        From parameters (of a part, as in ``of__learning_rate``) to Optuna's distributions, or to
        choices; None is :func:`default_space`.
    n_trials : int or None, default=20
        Trials of this call; None is until ``timeout``.
    timeout : float or None, default=None
        Seconds after which no trial begins.
    objective : str or callable, default="auto"
        A name in :data:`objectives`, or a function of (fitted estimator, X, y), the larger the
        better; :func:`choose_objective` says what "auto" is. A tenth of the examples
        (``validation_fraction``) is held out for it.
    refit : bool, default=True
        Fit the best estimator to all examples.
    sampler : optuna sampler or None, default=None
        None is ``optuna.samplers.TPESampler`` with the seed.
    pruner : optuna pruner or None, default=None
        None is ``optuna.pruners.MedianPruner``.
    storage : str, optuna storage or None, default=None
        Where Optuna keeps the study, such as "sqlite:///study.db"; None is in memory.
    study_name : str or None, default=None
        One that is in the storage already is gone on with.

    Returns
    -------
    Tuned
        The study and the best estimator.

    Raises
    ------
    ImportError
        Without Optuna; the extra ``latentia[tune]`` brings it.
    ValueError
        For a space or an objective that cannot be searched, a study of another search, or when no
        trial came to an end.

    References
    ----------
    T. Akiba, S. Sano, T. Yanase, T. Ohta, M. Koyama. Optuna: A Next-generation Hyperparameter
    Optimization Framework. 2019.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from latentia import VAE
    >>> vae = VAE(max_iter=2, random_state=0, verbose=False)
    >>> found = tune(vae, load_iris().data, space={"n_components": [1, 2]}, n_trials=2)
    >>> len(found.study.trials), found.best_estimator.n_components in (1, 2)
    (2, True)
    """
    space = default_space(estimator, X) if space is None else space
    check_space(space, estimator)
    if n_trials is None and timeout is None:
        raise ValueError("n_trials=None needs a timeout, or the search never ends.")
    name, scorer = choose_objective(objective, estimator, space)
    if scorer is not None and isinstance(X, Stream):
        raise ValueError(
            f"objective={name!r} holds examples out itself, but {X.name} is a stream; take "
            "objective='validation_loss', or give some of them as an array, such as X[:100_000]."
        )
    seed = _seed(estimator.random_state)
    base = clone(estimator).set_params(random_state=seed, early_stopping=True)
    quiet = clone(base).set_params(verbose=False, checkpoints=None)
    judge = Judge(quiet, space, scorer, X, y)
    question = {"estimator": type(estimator).__name__, "objective": name, "examples": len(X)}
    study = open_study(
        question,
        "minimize" if scorer is None else "maximize",
        storage,
        study_name,
        sampler,
        pruner,
        seed,
    )
    shown = [_show] if estimator.verbose else []
    with silent(), _stopping(study):
        study.optimize(
            judge,
            n_trials,
            timeout,
            catch=FAILURES,
            callbacks=shown,
        )
    best = base.set_params(**values(_best(study).params, space))
    return Tuned(study, best.fit(X, y) if refit else best)


def _seed(random_state: Any) -> int:
    if isinstance(random_state, int | np.integer):
        return int(random_state)
    given = np.random.RandomState() if random_state is None else check_random_state(random_state)
    return int(given.randint(np.iinfo(np.int32).max))


@contextmanager
def _stopping(study: Study) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        if not _complete(study):
            raise


def _best(study: Study) -> FrozenTrial:
    if _complete(study):
        return study.best_trial
    reasons = [t.user_attrs["failed"] for t in study.trials if "failed" in t.user_attrs]
    last = f" The last one failed: {reasons[-1]}" if reasons else ""
    raise ValueError(f"None of {len(study.trials)} trials came to its end.{last}")


def _complete(study: Study) -> list[FrozenTrial]:
    done = (require_optuna().trial.TrialState.COMPLETE,)
    return study.get_trials(deepcopy=False, states=done)


def _show(study: Study, trial: FrozenTrial) -> None:
    state = trial.state.name.lower()
    value = "" if trial.value is None else f" {trial.value:.5g}"
    best = f", best {study.best_value:.5g} of trial {study.best_trial.number}"
    text = best if _complete(study) else ""
    print(f"trial {trial.number}: {state}{value}{text}", file=sys.stderr)
