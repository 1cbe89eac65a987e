"""Densities of codes, by name: what ``fit_sampler`` can fit."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from latentia.conditional import ConditionalDistribution, Identity
from latentia.heads import Quantizer
from latentia.models import LatentVariableModel
from latentia.objectives import PriorLikelihood
from latentia.priors import Autoregressive, Coded, Flow, Frequencies, Mixture, Normal
from latentia.training import Cosine, Trainer, seeded

#: From codes, shape (n, d), a number of components, a seed and whether to show progress.
Density = Callable[[Tensor, int | None, int, bool], ConditionalDistribution]

#: The same with the head of the codes first, for what it makes of them is a sequence of indices.
DiscreteDensity = Callable[[Quantizer, Tensor, int | None, int, bool], ConditionalDistribution]

_COMPONENTS = 10
_STEPS = 1_500
_BATCH = 256
_LEARNING_RATE = 3e-3


def _train(
    prior: ConditionalDistribution, codes: Tensor, dtype: torch.dtype, seed: int, verbose: bool
) -> None:
    epochs = math.ceil(_STEPS / math.ceil(len(codes) / _BATCH))
    known = Identity(prior.event_shape, prior.space)
    trainer = Trainer(
        LatentVariableModel(known, known, prior),
        PriorLikelihood(),
        learning_rate=Cosine(_LEARNING_RATE, _STEPS),
        batch_size=_BATCH,
        clip_norm=10.0,
        precision="float64" if dtype == torch.float64 else "float32",
        device=codes.device,
        seed=seed,
        verbose=verbose,
    )
    trainer.fit(codes, epochs=epochs)


def _mixture(codes: Tensor, n_components: int | None, seed: int, verbose: bool) -> Mixture:
    return Mixture.fit(codes, n_components or _COMPONENTS, seed)


def _flow(codes: Tensor, n_components: int | None, seed: int, verbose: bool) -> Flow:
    with seeded(seed):
        flow = Flow(codes.shape[1])
    flow.start_from(codes)
    _train(flow, codes, codes.dtype, seed, verbose)
    return flow


def _autoregressive(
    head: Quantizer, codes: Tensor, n_components: int | None, seed: int, verbose: bool
) -> Coded:
    with seeded(seed):
        prior = Autoregressive(head.n_vectors, head.n_codes)
    _train(prior, head.indices(codes), codes.dtype, seed, verbose)
    return Coded(prior, head.codebook)


def _independent(
    head: Quantizer, codes: Tensor, n_components: int | None, seed: int, verbose: bool
) -> Coded:
    prior = Frequencies.fit(head.indices(codes), head.n_codes)
    return Coded(prior.to(codes.dtype), head.codebook)


densities: dict[str, Density] = {
    "flow": _flow,
    "gmm": _mixture,
    "normal": lambda codes, n_components, seed, verbose: Normal.fit(codes),
}

#: Those that have components.
mixtures = frozenset({"gmm"})

#: For codes that are quantised.
discrete_densities: dict[str, DiscreteDensity] = {
    "autoregressive": _autoregressive,
    "independent": _independent,
}
