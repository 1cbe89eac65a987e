"""One trainer for every objective."""

from latentia.training._data.unread import Source, is_unread, source_of, unread
from latentia.training._deterministic import deterministic
from latentia.training._epochs import after_epoch
from latentia.training._history import History
from latentia.training._layerwise import Layer, fit_layerwise
from latentia.training._lbfgs import LBFGS
from latentia.training._optimizers import optimizers
from latentia.training._precision import precisions
from latentia.training._processes.ranks import Ranks
from latentia.training._processes.sharded import shard, whole
from latentia.training._progress import Progress
from latentia.training._randomness import seeded
from latentia.training._schedules import (
    Constant,
    Cosine,
    Cyclical,
    Linear,
    OneCycle,
    schedules,
)
from latentia.training._states.checkpoints import Checkpoint, Checkpoints
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
    "Progress",
    "Ranks",
    "Source",
    "Trainer",
    "after_epoch",
    "deterministic",
    "fit_layerwise",
    "is_unread",
    "optimizers",
    "precisions",
    "schedules",
    "seeded",
    "shard",
    "source_of",
    "unread",
    "whole",
]
