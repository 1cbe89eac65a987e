"""One trial: fit with its parameters, and judge."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sklearn.base import clone
from sklearn.model_selection import train_test_split

from latentia.errors import IncompatiblePartsError, OutOfMemoryError, TrainingDivergedError
from latentia.estimators import LatentEstimator
from latentia.training import after_epoch
from latentia.tuning._extra import require_optuna
from latentia.tuning._objectives import Scorer, check_kind, kind_of_score, score
from latentia.tuning._space import Space, suggest

if TYPE_CHECKING:
    from optuna import Trial

# A study that several processes share is a file or a server, so not every epoch is written down.
_EVERY = 10

#: What ends a trial and not the search.
FAILURES = (IncompatiblePartsError, OutOfMemoryError, TrainingDivergedError)


@dataclass(frozen=True)
class Judge:
    """What Optuna calls with a trial.

    Parameters
    ----------
    estimator : estimator
        With the parameters that are not searched.
    space : mapping
        Those that are.
    scorer : callable or None
        None is the validation loss.
    X, y : array-like
        All examples.
    """

    estimator: LatentEstimator
    space: Space
    scorer: Scorer | None
    X: Any
    y: Any

    def __call__(self, trial: Trial) -> float:
        """Return how well a trial does."""
        model = clone(self.estimator)
        try:
            model.set_params(**suggest(trial, self.space))
            if self.scorer is None:
                return self._loss(trial, model)
            return self._score(trial, model, self.scorer)
        except FAILURES as error:
            trial.set_user_attr("failed", str(error))
            raise

    def _loss(self, trial: Trial, model: LatentEstimator) -> float:
        # Layers of a stack are trained one by one before it, each with a loss of its own.
        stacked = "of" in model.get_params(deep=False)
        with nullcontext() if stacked else after_epoch(_Pruner(trial)):
            model.fit(self.X, self.y)
        _note(trial, model)
        return model.history_.kept_record["validation_loss"]

    def _score(self, trial: Trial, model: LatentEstimator, scorer: Scorer) -> float:
        share, seed = model.validation_fraction, model.random_state
        if self.y is None:
            x, x_out = train_test_split(self.X, test_size=share, random_state=seed)
            y = y_out = None
        else:
            parts = train_test_split(self.X, self.y, test_size=share, random_state=seed)
            x, x_out, y, y_out = parts
        model.fit(x, y)
        _note(trial, model)
        if scorer is score:
            self._check_kind(trial, model)
        return scorer(model, x_out, y_out)

    def _check_kind(self, trial: Trial, model: LatentEstimator) -> None:
        kind = kind_of_score(model)
        check_kind(kind, trial.study.user_attrs.get("kind"), self.space)
        trial.study.set_user_attr("kind", kind)


@dataclass(frozen=True)
class _Pruner:
    """Reports the loss of epochs, rarer and rarer as they grow many, and ends a bad trial."""

    trial: Trial

    def __call__(self, record: Mapping[str, float]) -> None:
        epoch = int(record["epoch"])
        if epoch > _EVERY and epoch % _EVERY:
            return
        self.trial.report(record["validation_loss"], epoch)
        if self.trial.should_prune():
            self.trial.set_user_attr("epochs", epoch)
            raise require_optuna().TrialPruned


def _note(trial: Trial, model: LatentEstimator) -> None:
    if model.history_.stopped == "interrupted":
        raise KeyboardInterrupt  # an unfinished fit compares to nothing
    trial.set_user_attr("epochs", model.n_iter_)
