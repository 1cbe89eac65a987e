"""What training makes small: losses in nats, summed over features, averaged over examples."""

from collections.abc import Callable

from latentia.objectives._code_norm import CodeNorm
from latentia.objectives._contractive import Contractive
from latentia.objectives._decoder_gradient import DecoderGradient
from latentia.objectives._decorrelation import Decorrelation
from latentia.objectives._elbo import ELBO
from latentia.objectives._jacobian import jacobian_norm, sigmoid_jacobian_norm
from latentia.objectives._loss import Loss
from latentia.objectives._norms import norms
from latentia.objectives._objective import Info, Objective
from latentia.objectives._orthogonality import Orthogonality
from latentia.objectives._prediction import Prediction
from latentia.objectives._prior_likelihood import PriorLikelihood
from latentia.objectives._reconstruction import Reconstruction
from latentia.objectives._sparsity import KLSparsity, L1Activity
from latentia.objectives._spectral_norm import SpectralNorm
from latentia.objectives._sum import Sum
from latentia.objectives._weights import Weight, weight_at

#: What may be added to the loss of any estimator, by name.
penalties: dict[str, Callable[[], Objective]] = {
    "code-norm": CodeNorm,
    "contractive": Contractive,
    "decoder-gradient": DecoderGradient,
    "decorrelation": Decorrelation,
    "kl-sparsity": KLSparsity,
    "l1": L1Activity,
    "orthogonality": Orthogonality,
    "spectral-norm": SpectralNorm,
}

__all__ = [
    "ELBO",
    "CodeNorm",
    "Contractive",
    "DecoderGradient",
    "Decorrelation",
    "Info",
    "KLSparsity",
    "L1Activity",
    "Loss",
    "Objective",
    "Orthogonality",
    "Prediction",
    "PriorLikelihood",
    "Reconstruction",
    "SpectralNorm",
    "Sum",
    "Weight",
    "jacobian_norm",
    "norms",
    "penalties",
    "sigmoid_jacobian_norm",
    "weight_at",
]
