"""One trainer for every objective."""

from latentia.training._checkpoints import Checkpoint, Checkpoints
from latentia.training._history import History
from latentia.training._layerwise import Layer, fit_layerwise
from latentia.training._lbfgs import LBFGS
from latentia.training._optimizers import optimizers
from latentia.training._precision import precisions
from latentia.training._randomness import seeded
from latentia.training._schedules import (
    Constant,
    Cosine,
    Cyclical,
    Linear,
    OneCycle,
    schedules,
)
from latentia.training._trainer import Trainer

__all__ = [
    "LBFGS",
    "Checkpoint",
    "Checkpoints",
    "Constant",
    "Cosine",
    "Cyclical",
    "History",
    "Layer",
    "Linear",
    "OneCycle",
    "Trainer",
    "fit_layerwise",
    "optimizers",
    "precisions",
    "schedules",
    "seeded",
]
