"""What training makes small: losses in nats, summed over features, averaged over examples."""

from latentia.objectives._elbo import ELBO
from latentia.objectives._loss import Loss
from latentia.objectives._objective import Info, Objective
from latentia.objectives._reconstruction import Reconstruction
from latentia.objectives._sum import Sum
from latentia.objectives._weights import Weight, weight_at

__all__ = [
    "ELBO",
    "Info",
    "Loss",
    "Objective",
    "Reconstruction",
    "Sum",
    "Weight",
    "weight_at",
]
