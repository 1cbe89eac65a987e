"""Log-likelihoods of binary MNIST digits, by importance sampling."""

from __future__ import annotations

import numpy as np
import torch

from latentia.estimators import VAE
from latentia.inference import log_likelihood
from latentia.models import Batch
from latentia.reproductions._data import Digits
from latentia.training import seeded


def negative_log_likelihood(vae: VAE, X: np.ndarray, n_samples: int, rows: int = 100) -> float:
    """Return the mean of -log p(x) in nats over binary digits, with a fixed seed."""
    device = vae.scaling_.scale.device
    with seeded(0, device):
        parts = [
            log_likelihood(vae.model_, Batch(x.to(vae.scaling_.scale)), n_samples)
            for x in torch.from_numpy(X).split(rows)
        ]
    return -float(torch.cat(parts).double().mean())


def fixed_binarization(digits: Digits) -> float:
    """Return the negative test log-likelihood where each digit was made binary once."""
    train, test = (binary(images, seed) for seed, images in enumerate((digits.train, digits.test)))
    vae = VAE(
        40,
        hidden_layer_sizes=(400,),
        likelihood="bernoulli",
        scaling="none",
        max_iter=500,
        batch_size=100,
        learning_rate=_two_drops,
        early_stopping=True,
        validation_fraction=1 / 6,
        n_iter_no_change=500,
        random_state=0,
    ).fit(train)
    return negative_log_likelihood(vae, test, 200)


def binary(images: np.ndarray, seed: int) -> np.ndarray:
    """Return one Bernoulli draw of each pixel of 8-bit images."""
    rng = np.random.default_rng(seed)
    drawn = [rng.random(part.shape) < part / 255 for part in np.array_split(images, 60)]
    return np.concatenate(drawn).astype(np.float32)


def _two_drops(step: int) -> float:
    epoch = step // 500
    return 1e-4 * 10 ** (-0.2 * ((epoch >= 200) + (epoch >= 350)))
