"""Densities of codes, by name: what ``fit_sampler`` can fit."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from latentia.conditional import ConditionalDistribution, Identity
from latentia.models import LatentVariableModel
from latentia.objectives import PriorLikelihood
from latentia.priors import Flow, Mixture, Normal
from latentia.training import Cosine, Trainer, seeded

#: From codes, shape (n, d), a number of components, a seed and whether to show progress.
Density = Callable[[Tensor, int, int, bool], ConditionalDistribution]

_STEPS = 1_500
_BATCH = 256
_LEARNING_RATE = 3e-3


def _flow(codes: Tensor, n_components: int, seed: int, verbose: bool) -> Flow:
    d = codes.shape[1]
    with seeded(seed):
        flow = Flow(d)
    flow.start_from(codes)
    epochs = math.ceil(_STEPS / math.ceil(len(codes) / _BATCH))
    trainer = Trainer(
        LatentVariableModel(Identity(d), Identity(d), flow),
        PriorLikelihood(),
        learning_rate=Cosine(_LEARNING_RATE, _STEPS),
        batch_size=_BATCH,
        clip_norm=10.0,
        precision="float64" if codes.dtype == torch.float64 else "float32",
        device=codes.device,
        seed=seed,
        verbose=verbose,
    )
    trainer.fit(codes, epochs=epochs)
    return flow


densities: dict[str, Density] = {
    "flow": _flow,
    "gmm": lambda codes, n_components, seed, verbose: Mixture.fit(codes, n_components, seed),
    "normal": lambda codes, n_components, seed, verbose: Normal.fit(codes),
}
