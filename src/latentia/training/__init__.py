"""One trainer for every objective."""

from latentia.training._history import History
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
    "Constant",
    "Cosine",
    "Cyclical",
    "History",
    "Linear",
    "OneCycle",
    "Trainer",
    "optimizers",
    "precisions",
    "schedules",
    "seeded",
]
