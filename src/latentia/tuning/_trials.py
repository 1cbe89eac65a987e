"""A study as plain numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from latentia.tuning._extra import require_optuna

if TYPE_CHECKING:
    from optuna import Study


def records(study: Study) -> list[dict[str, Any]]:
    """Return one row for each trial, in the order in which they began.

    Parameters
    ----------
    study : optuna.Study

    Returns
    -------
    list of dict
        ``trial`` (counted from 0), ``state`` ("complete", "pruned", "fail", "running"), ``value``
        (of one that is pruned, the last validation loss), ``epochs``, ``failed`` (why), and the
        parameters by their names.
    """
    names = sorted({name for trial in study.trials for name in trial.params})
    return [
        {
            "trial": trial.number,
            "state": trial.state.name.lower(),
            "value": trial.value,
            "epochs": trial.user_attrs.get("epochs", trial.last_step),
            "failed": trial.user_attrs.get("failed"),
            **{name: trial.params.get(name) for name in names},
        }
        for trial in study.trials
    ]


def importances(study: Study) -> dict[str, float]:
    """Return the share of each parameter in how well trials did, by Optuna's own evaluator.

    Parameters
    ----------
    study : optuna.Study

    Returns
    -------
    dict
        The most important first; they add up to 1. Empty where no two trials tell anything apart.
    """
    ended = [t for t in study.trials if t.state == require_optuna().trial.TrialState.COMPLETE]
    if len({t.value for t in ended}) < 2:
        return {}
    return dict(require_optuna().importance.get_param_importances(study))
