"""What torch.distributions lacks: a point mass, deterministic codes, divergences that say how."""

from latentia.distributions._delta import Delta
from latentia.distributions._divergence import divergence, has_exact_divergence
from latentia.distributions._elementwise import kl_per_dimension
from latentia.distributions._point import point

__all__ = ["Delta", "divergence", "has_exact_divergence", "kl_per_dimension", "point"]
