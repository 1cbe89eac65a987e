"""What torch.distributions lacks: a point mass, deterministic codes, divergences that say how."""

from latentia.distributions._delta import Delta
from latentia.distributions._discretized_logistic import DiscretizedLogistic
from latentia.distributions._divergence import divergence, has_exact_divergence
from latentia.distributions._elementwise import kl_per_dimension
from latentia.distributions._flattened import Flattened
from latentia.distributions._gumbel_softmax import GumbelSoftmax
from latentia.distributions._joint import Joint
from latentia.distributions._levels import Levels
from latentia.distributions._mixture import Mixture
from latentia.distributions._pathwise import is_pathwise
from latentia.distributions._point import point, register_point
from latentia.distributions._power_spherical import PowerSpherical
from latentia.distributions._quantized import Quantized, nearest
from latentia.distributions._student_t import StudentT
from latentia.distributions._uniform_sphere import UniformSphere
from latentia.distributions._von_mises_fisher import VonMisesFisher
from latentia.distributions._zero_inflated import ZeroInflated

__all__ = [
    "Delta",
    "DiscretizedLogistic",
    "Flattened",
    "GumbelSoftmax",
    "Joint",
    "Levels",
    "Mixture",
    "PowerSpherical",
    "Quantized",
    "StudentT",
    "UniformSphere",
    "VonMisesFisher",
    "ZeroInflated",
    "divergence",
    "has_exact_divergence",
    "is_pathwise",
    "kl_per_dimension",
    "nearest",
    "point",
    "register_point",
]
