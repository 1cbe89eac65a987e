"""Pure functions over codes: what a fitted model says about given examples."""

from latentia.inference._annealed_codes import annealed_importance_sampling
from latentia.inference._annealing import Annealed, anneal
from latentia.inference._energy_gap import energy_gap
from latentia.inference._free_energy import (
    FreeEnergyEstimate,
    estimated_free_energy,
    free_energy,
)
from latentia.inference._frozen import frozen_log_prob
from latentia.inference._gap import InferenceGaps, inference_gaps
from latentia.inference._gibbs import gibbs
from latentia.inference._importance_sampling import (
    importance_sampling,
    log_importance_weights,
    log_likelihood,
)
from latentia.inference._langevin import langevin
from latentia.inference._linear_gaussian import exact_log_likelihood
from latentia.inference._log_mean import Likelihood
from latentia.inference._minimize import Minimum, minimize
from latentia.inference._most_likely import most_likely_code
from latentia.inference._partition import anneal_partition, log_partition
from latentia.inference._posterior import posterior
from latentia.inference._prior_sampling import prior_sampling
from latentia.inference._quadrature import Quadrature, quadrature
from latentia.inference._search import Search
from latentia.inference._tempering import as_temperatures, exchange

__all__ = [
    "Annealed",
    "FreeEnergyEstimate",
    "InferenceGaps",
    "Likelihood",
    "Minimum",
    "Quadrature",
    "Search",
    "anneal",
    "anneal_partition",
    "annealed_importance_sampling",
    "as_temperatures",
    "energy_gap",
    "estimated_free_energy",
    "exact_log_likelihood",
    "exchange",
    "free_energy",
    "frozen_log_prob",
    "gibbs",
    "importance_sampling",
    "inference_gaps",
    "langevin",
    "log_importance_weights",
    "log_likelihood",
    "log_partition",
    "minimize",
    "most_likely_code",
    "posterior",
    "prior_sampling",
    "quadrature",
]
