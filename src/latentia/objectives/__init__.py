"""What training makes small: losses in nats, summed over features, averaged over examples."""

from collections.abc import Callable
from functools import partial

from latentia.models import norms
from latentia.objectives._adversarial import Adversarial
from latentia.objectives._code_energy import CodeEnergy
from latentia.objectives._code_norm import CodeNorm
from latentia.objectives._companions import companion_of
from latentia.objectives._constrained import Constrained
from latentia.objectives._contractive import Contractive
from latentia.objectives._contrastive_divergence import ContrastiveDivergence
from latentia.objectives._contrastive_energy import ContrastiveEnergy
from latentia.objectives._decoder_gradient import DecoderGradient
from latentia.objectives._decorrelation import Decorrelation
from latentia.objectives._difference_target_propagation import DifferenceTargetPropagation
from latentia.objectives._dip import DIP
from latentia.objectives._divergence import Divergence
from latentia.objectives._elbo import ELBO
from latentia.objectives._factor import Factor
from latentia.objectives._free_energy import FreeEnergy
from latentia.objectives._iwae import IWAE
from latentia.objectives._jacobian import jacobian_norm, sigmoid_jacobian_norm
from latentia.objectives._loss import Loss
from latentia.objectives._mmd import MMD
from latentia.objectives._objective import Info, Objective
from latentia.objectives._orthogonality import Orthogonality
from latentia.objectives._piwae import PIWAE
from latentia.objectives._prediction import Prediction
from latentia.objectives._prior_likelihood import PriorLikelihood
from latentia.objectives._quantization import Quantization
from latentia.objectives._reconstruction import Reconstruction
from latentia.objectives._renyi import Renyi
from latentia.objectives._semi_supervised import SemiSupervised
from latentia.objectives._sparsity import KLSparsity, L1Activity
from latentia.objectives._spectral_norm import SpectralNorm
from latentia.objectives._sum import Sum
from latentia.objectives._target_propagation import TargetPropagation
from latentia.objectives._total_correlation import TotalCorrelation
from latentia.objectives._up_down import UpDown
from latentia.objectives._wake_sleep import WakeSleep
from latentia.objectives._weights import Weight, weight_at

#: What may be added to the loss of any estimator, by name.
penalties: dict[str, Callable[[], Objective]] = {
    "code-norm": CodeNorm,
    "contractive": Contractive,
    "decoder-gradient": DecoderGradient,
    "decorrelation": Decorrelation,
    "dip": DIP,
    "kl-sparsity": KLSparsity,
    "l1": L1Activity,
    "mmd": MMD,
    "orthogonality": Orthogonality,
    "quantization": Quantization,
    "spectral-norm": SpectralNorm,
    "total-correlation": TotalCorrelation,
}

#: What an estimator may be asked to make small, by name.
objectives: dict[str, Callable[..., Objective]] = {
    "adversarial": Adversarial,
    "ciwae": lambda n_samples=5: Sum((0.5, ELBO()), (0.5, IWAE(n_samples)), bound="ciwae"),
    "constrained": Constrained,
    "divergence": Divergence,
    "dreg": partial(IWAE, gradient="doubly-reparameterized"),
    "elbo": ELBO,
    "factor": Factor,
    "iwae": IWAE,
    "miwae": partial(IWAE, n_samples=8, n_bounds=8),
    "piwae": PIWAE,
    "reconstruction": Reconstruction,
    "renyi": Renyi,
    "wake-sleep": WakeSleep,
}

__all__ = [
    "DIP",
    "ELBO",
    "IWAE",
    "MMD",
    "PIWAE",
    "Adversarial",
    "CodeEnergy",
    "CodeNorm",
    "Constrained",
    "Contractive",
    "ContrastiveDivergence",
    "ContrastiveEnergy",
    "DecoderGradient",
    "Decorrelation",
    "DifferenceTargetPropagation",
    "Divergence",
    "Factor",
    "FreeEnergy",
    "Info",
    "KLSparsity",
    "L1Activity",
    "Loss",
    "Objective",
    "Orthogonality",
    "Prediction",
    "PriorLikelihood",
    "Quantization",
    "Reconstruction",
    "Renyi",
    "SemiSupervised",
    "SpectralNorm",
    "Sum",
    "TargetPropagation",
    "TotalCorrelation",
    "UpDown",
    "WakeSleep",
    "Weight",
    "companion_of",
    "jacobian_norm",
    "norms",
    "objectives",
    "penalties",
    "sigmoid_jacobian_norm",
    "weight_at",
]
