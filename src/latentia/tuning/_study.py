"""A study of one question, new or shared."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from latentia.tuning._extra import require_optuna

if TYPE_CHECKING:
    from optuna import Study
    from optuna.pruners import BasePruner
    from optuna.samplers import BaseSampler
    from optuna.storages import BaseStorage

# A median of fewer trials says little, and so does a loss of the first epochs.
_TRIALS_BEFORE_PRUNING = 5
_EPOCHS_BEFORE_PRUNING = 5
_ATTEMPTS, _SECONDS = 5, 0.4


def open_study(
    question: Mapping[str, Any],
    direction: str,
    storage: str | BaseStorage | None,
    study_name: str | None,
    sampler: BaseSampler | None,
    pruner: BasePruner | None,
    seed: int,
) -> Study:
    """Make a study, or join the one of that name.

    Raises
    ------
    ValueError
        If that one asks another question, or the storage cannot be used.
    """
    optuna = require_optuna()
    parts = {
        "storage": _storage(storage),
        "study_name": study_name,
        "sampler": sampler or optuna.samplers.TPESampler(seed=seed),
        "pruner": pruner
        or optuna.pruners.MedianPruner(_TRIALS_BEFORE_PRUNING, _EPOCHS_BEFORE_PRUNING),
    }
    try:
        with silent():
            study = optuna.create_study(direction=direction, **parts)
    except optuna.exceptions.DuplicatedStudyError:
        return _joined(question, parts, sampler is None)
    for key, value in question.items():
        study.set_user_attr(key, value)
    return study


@contextmanager
def silent() -> Iterator[None]:
    """Let Optuna log errors only."""
    logging = require_optuna().logging
    before = logging.get_verbosity()
    logging.set_verbosity(logging.ERROR)
    try:
        yield
    finally:
        logging.set_verbosity(before)


def _storage(storage: str | BaseStorage | None) -> Any:
    if not isinstance(storage, str):
        return storage
    try:
        with silent():
            return _reached(storage, _ATTEMPTS)
    except Exception as error:  # of Optuna, of the database, or of its driver
        reason = str(error).partition("\n")[0].rstrip(".")
        raise ValueError(
            f"storage={storage!r} cannot be used ({reason}); give a database that can be reached, "
            "such as 'sqlite:///study.db'."
        ) from error


def _reached(storage: str, attempts: int) -> BaseStorage:
    # Two processes that make the same tables at once get into each other's way.
    from sqlalchemy.exc import DBAPIError

    try:
        return require_optuna().storages.get_storage(storage)
    except (DBAPIError, RuntimeError):
        if attempts == 1:
            raise
        time.sleep(_SECONDS)
        return _reached(storage, attempts - 1)


def _joined(question: Mapping[str, Any], parts: dict[str, Any], reseed: bool) -> Study:
    if reseed:
        # Whoever joins must not draw what the first one has drawn.
        parts["sampler"].reseed_rng()
    study = require_optuna().load_study(**parts)
    for key, value in question.items():
        # The one who made it may not have said yet.
        was = study.user_attrs.get(key, value)
        if was != value:
            raise ValueError(
                f"study_name={parts['study_name']!r} is a search with {key}={was!r}, not "
                f"{value!r}; give another name to start a new one."
            )
    return study
