"""The runs themselves, through the public interface."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.preprocessing import StandardScaler

from latentia.estimators import VAE, Autoencoder
from latentia.models import Batch
from latentia.objectives import ELBO, Info
from latentia.training import seeded


@dataclass(frozen=True, eq=False)
class Digits:
    """The MNIST digits as bytes: 60,000 to learn from and 10,000 to test."""

    train: np.ndarray
    test: np.ndarray


def linear_autoencoder(digits: Digits) -> float:
    """Return the test error of a pixel."""
    model = Autoencoder(
        32,
        hidden_layer_sizes=(),
        likelihood="normal-unit",
        batch_size=256,
        max_iter=20,
        learning_rate_schedule="cosine",
        random_state=0,
    ).fit(digits.train)
    return float(np.square((model.reconstruct(digits.test) - digits.test) / 255).mean())


def first_vae(digits: Digits) -> float:
    """Return the negative test ELBO, one draw for each example."""
    vae = VAE(
        20, hidden_layer_sizes=(400,), likelihood="bernoulli", max_iter=10, random_state=0
    ).fit(digits.train)
    return -_elbo(vae, digits.test, n_samples=1)


def linear_vae(X: np.ndarray, k: int) -> float:
    """Return the training ELBO, averaged over 200 draws for each example."""
    return _elbo(_linear_vae(X, k), X, n_samples=200)


def linear_vae_score(X: np.ndarray, k: int) -> float:
    """Return the training score."""
    return _linear_vae(X, k).score(X)


def sklearn_digits() -> np.ndarray:
    """Return the 8 x 8 digits in [0, 1]."""
    return load_digits().data / 16


def sklearn_cancer() -> np.ndarray:
    """Return the standardised breast cancer table."""
    return StandardScaler().fit_transform(load_breast_cancer().data)


def _linear_vae(X: np.ndarray, k: int) -> VAE:
    return VAE(
        k,
        hidden_layer_sizes=(),
        likelihood="normal",
        scaling="none",
        precision="float64",
        batch_size=512,
        max_iter=4000,
        learning_rate=0.02,
        learning_rate_schedule="cosine",
        random_state=0,
    ).fit(X)


def _elbo(vae: VAE, X: np.ndarray, n_samples: int) -> float:
    scale = vae.scaling_.scale
    x = vae.scaling_(torch.from_numpy(X).to(scale.device))
    with torch.no_grad(), seeded(0, scale.device):
        trace = vae.model_.trace(Batch(x), n_samples)
        return float(ELBO()(trace, Info()).terms["elbo"].mean())
