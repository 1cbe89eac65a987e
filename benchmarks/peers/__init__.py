"""One file for each contestant."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

import numpy as np
import torch

from benchmarks.contestants import Contestant
from benchmarks.works import Work
from latentia.training import precisions

#: Name -> module, class. A module is imported when it is asked for, since each loads a library.
peers: dict[str, tuple[str, str]] = {
    "latentia": ("ours", "Compiled"),
    "latentia, uncompiled": ("ours", "AsWritten"),
    "latentia, bfloat16": ("ours", "Bfloat16"),
    "floor": ("floor", "Products"),
    "pytorch": ("plain", "Example"),
    "by hand": ("plain", "ByHand"),
    "lightning": ("with_lightning", "Lightning"),
    "lightning, as it comes": ("with_lightning", "AsItComes"),
    "pythae": ("with_pythae", "Pythae"),
    "pyautoencoder": ("with_pyautoencoder", "PyAutoencoder"),
    "pyod": ("with_pyod", "PyOD"),
    "jax": ("with_jax", "Jax"),
    "scikit-learn": ("with_sklearn", "Regressor"),
}

#: Those that have no convolutions or no Bernoulli likelihood.
tables_only = ("pyod", "scikit-learn")


def contestants_of(work: Work) -> list[str]:
    """Return the names of those that can do a work here."""
    unable = set(tables_only) if work.binary else set()
    if not precisions["bfloat16"].is_of(torch.device("cpu")):
        unable.add("latentia, bfloat16")
    return [name for name in peers if name not in unable]


def contestant(name: str) -> Callable[[Work, np.ndarray], Contestant]:
    """Return what makes a contestant of a work and its examples."""
    module, kind = peers[name]
    return getattr(import_module(f"benchmarks.peers.{module}"), kind)
