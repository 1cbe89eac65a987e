"""Search for the parameters of an estimator, on Optuna and judged by held-out examples."""

from latentia.tuning._extra import require_optuna
from latentia.tuning._objectives import choose_objective, objectives
from latentia.tuning._space import Space, default_space
from latentia.tuning._trials import importances, records
from latentia.tuning._tune import Tuned, tune

__all__ = [
    "Space",
    "Tuned",
    "choose_objective",
    "default_space",
    "importances",
    "objectives",
    "records",
    "require_optuna",
    "tune",
]
