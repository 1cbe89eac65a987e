"""Pure functions over codes: what a fitted model says about given examples."""

from latentia.inference._frozen import frozen_log_prob
from latentia.inference._importance_sampling import log_importance_weights, log_likelihood

__all__ = ["frozen_log_prob", "log_importance_weights", "log_likelihood"]
