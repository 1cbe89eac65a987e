"""Whether a code that is made independent lets its dimensions stand for what varies."""

from __future__ import annotations

from typing import Any

import numpy as np

from latentia.data import Sprites
from latentia.estimators import VAE
from latentia.evaluation import mig
from latentia.reproductions._target import Quantity, Target

_SEEDS = (0, 1, 2)


def ellipses() -> tuple[np.ndarray, np.ndarray]:
    """Return images of an ellipse in 6 sizes and 16 x 16 places, and these three factors."""
    levels = np.stack(np.meshgrid(range(6), *2 * [range(0, 32, 2)], indexing="ij"), axis=-1)
    factors = levels.reshape(-1, 3)
    ellipse, upright = np.ones((len(factors), 1), int), np.zeros((len(factors), 1), int)
    shown = np.hstack([ellipse, factors[:, :1], upright, factors[:, 1:]])
    return Sprites(size=32).images(shown), factors


def total_correlation() -> tuple[float, ...]:
    """Return the gaps of both models for each seed, and what the price on dependence gains."""
    images, factors = ellipses()
    priced = {"penalty": "total-correlation", "penalty_weight": 10.0}
    gaps = [
        [mig(_fitted(images, seed, **extra).transform(images), factors) for extra in ({}, priced)]
        for seed in _SEEDS
    ]
    return tuple(number for plain, free in gaps for number in (plain, free, free - plain))


def _fitted(images: np.ndarray, seed: int, **extra: Any) -> VAE:
    return VAE(
        5,
        hidden_layer_sizes=(256, 256),
        likelihood="bernoulli",
        batch_size=64,
        max_iter=150,
        random_state=seed,
        **extra,
    ).fit(images)


disentangled: dict[str, Target] = {
    "total-correlation": Target(
        "1,536 sprites of 32 x 32 pixels: ellipses in 6 sizes and 16 x 16 places; 1024-256-256-5, "
        "ReLU, Bernoulli, batches of 64, Adam 1e-3, 150 passes; weight 11 on the total correlation "
        "against 1; factors are size and place",
        "R. T. Q. Chen, X. Li, R. Grosse, D. Duvenaud. Isolating Sources of Disentanglement in "
        "Variational Autoencoders. 2018.",
        tuple(
            Quantity(f"{of}, seed {seed}", None, gate)
            for seed in _SEEDS
            for of, gate in (
                ("mutual information gap of a VAE", None),
                ("mutual information gap with independent codes", None),
                ("the second less the first", (0.02, 1.0)),
            )
        ),
        total_correlation,
        minutes=4,
        last="0.131 to 0.638, 0.112 to 0.187 and 0.193 to 0.457 for the three seeds, one CPU core, "
        "2026-11-21",
    ),
}
