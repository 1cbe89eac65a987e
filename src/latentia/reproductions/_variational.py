"""The first variational autoencoder, and the linear one that has a closed form."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import torch
from scipy.stats import spearmanr
from sklearn.neighbors import KNeighborsClassifier

from latentia.estimators import VAE
from latentia.heads import DiagonalNormal
from latentia.models import Batch
from latentia.objectives import ELBO, Info
from latentia.reproductions._data import Digits, sklearn_cancer, sklearn_digits
from latentia.reproductions._target import Quantity, Target
from latentia.training import seeded


def first_vae(digits: Digits) -> tuple[float, ...]:
    """Return the negative test ELBO, one draw for each example."""
    vae = VAE(
        20, hidden_layer_sizes=(400,), likelihood="bernoulli", max_iter=10, random_state=0
    ).fit(digits.train)
    return (-_elbo(vae, digits.test, n_samples=1),)


def two_codes(digits: Digits) -> tuple[float, ...]:
    """Return the test loss, and what the map of two codes shows: classes, and how digits lean."""
    vae = VAE(
        2,
        hidden_layer_sizes=(512,),
        likelihood=partial(DiagonalNormal, scale=math.sqrt(0.5)),
        max_iter=24,
        random_state=0,
    ).fit(digits.train)
    # With variance 1/2 the log-likelihood is minus the squared error and a constant.
    loss = -_elbo(vae, digits.test, n_samples=1) - digits.test[0].size / 2 * math.log(math.pi)
    codes, test = vae.transform(digits.train), vae.transform(digits.test)
    accuracy = KNeighborsClassifier(5).fit(codes, digits.y_train).score(test, digits.y_test)
    slant, classes = _slant(digits.test), (digits.y_test == k for k in range(10))
    leaning = [_correlation(slant[rows], test[rows]) for rows in classes]
    moved = _order_along(vae, test[:1000])
    return loss, accuracy, _correlation(slant, test), float(np.median(leaning)), moved


def _order_along(vae: VAE, codes: np.ndarray) -> float:
    """Return how strictly a code orders slants of decoded digits, the other codes held.

    It goes half its deviation to each side of where it is. The median over digits of the absolute
    rank correlation, for the code where that is largest.
    """
    steps = np.linspace(-0.5, 0.5, 11)
    found = []
    for i in range(codes.shape[1]):
        paths = np.repeat(codes[:, None], len(steps), axis=1)
        paths[:, :, i] += steps * codes[:, i].std()
        images = vae.inverse_transform(paths.reshape(-1, codes.shape[1]))
        slants = _slant(images).reshape(paths.shape[:2])
        ranks = [abs(spearmanr(steps, slant).statistic) for slant in slants]
        found.append(float(np.nanmedian(ranks)))
    return max(found)


def _correlation(values: np.ndarray, codes: np.ndarray) -> float:
    """Return the largest absolute correlation of values with a code dimension."""
    return max(abs(float(np.corrcoef(values, code)[0, 1])) for code in codes.T)


def _slant(images: np.ndarray) -> np.ndarray:
    """Return by how many columns each image moves from one row to the next, by its moments."""
    weights = images / images.sum((1, 2), keepdims=True, dtype=float)
    grid = np.indices(images.shape[1:])
    row, column = grid[0], grid[1]

    def mean(values: np.ndarray) -> np.ndarray:
        return (weights * values).sum((1, 2))

    covariance = mean(row * column) - mean(row) * mean(column)
    return covariance / (mean(row * row) - mean(row) ** 2)


def linear_vae(X: np.ndarray, k: int) -> tuple[float, ...]:
    """Return the training ELBO, averaged over 200 draws for each example."""
    return (_elbo(_linear_vae(X, k), X, n_samples=200),)


def linear_vae_score(X: np.ndarray, k: int) -> tuple[float, ...]:
    """Return the training score."""
    return (_linear_vae(X, k).score(X),)


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


_PPCA = "M. E. Tipping, C. M. Bishop. Probabilistic Principal Component Analysis. 1999."
_LINEAR = "a linear VAE with one learned scale, float64, 4,000 passes, cosine rate from 0.02"
_BOUND = "ELBO of the training data, nats"

variational: dict[str, Target] = {
    "first-vae": Target(
        "grey MNIST, 784-400-20, ReLU, Bernoulli, Adam 1e-3, batches of 128, 10 passes",
        "The VAE example of PyTorch, after D. P. Kingma, M. Welling. Auto-Encoding Variational "
        "Bayes. 2013.",
        (Quantity("negative ELBO of the test digits, nats", 105.59, (104.89, 106.29)),),
        first_vae,
        needs_mnist=True,
        last="106.027, two CPU cores, 2026-11-21",
    ),
    "linear-vae-cancer": Target(
        f"breast cancer, standardised, 5 codes, {_LINEAR}",
        _PPCA,
        (Quantity(_BOUND, -24.6251, (-24.6451, -24.6051)),),
        lambda: linear_vae(sklearn_cancer(), 5),
        minutes=0.3,
    ),
    "linear-vae-digits": Target(
        f"8 x 8 digits / 16, 10 codes, {_LINEAR}",
        _PPCA,
        (Quantity(_BOUND, 17.4519, (17.4319, 17.4719)),),
        lambda: linear_vae(sklearn_digits(), 10),
    ),
    "linear-vae-score": Target(
        f"8 x 8 digits / 16, 10 codes, {_LINEAR}; 100 draws, 1,797 examples",
        _PPCA,
        (
            Quantity(
                "log p(x) of the training data by importance sampling, nats",
                17.4519,
                (17.4419, 17.4619),
            ),
        ),
        lambda: linear_vae_score(sklearn_digits(), 10),
    ),
    "two-codes": Target(
        "grey MNIST, 784-512-2, ReLU, squared error of 784 pixels, Adam 1e-3, batches of 128, 24 "
        "passes",
        "The VAE example of Keras, after D. P. Kingma, M. Welling. Auto-Encoding Variational "
        "Bayes. 2013.",
        (
            Quantity("test loss: squared error and divergence", 37.94, (36.94, 38.94)),
            Quantity("share of test digits that 5 neighbours on the map tell", None, (0.7, 1.0)),
            Quantity("correlation of a code with the slant of all digits", None),
            Quantity("the same for digits of a class, median of ten", None, (0.5, 1.0)),
            Quantity(
                "rank correlation of a code with the slant of what it is decoded to, as it alone "
                "moves, median of 1,000 digits",
                None,
                (0.5, 1.0),
            ),
        ),
        two_codes,
        needs_mnist=True,
        minutes=3,
        last="37.045, 0.733, 0.296, 0.755 and 1.0; at most 0.35 over all digits in "
        "five fits; two CPU cores, 2026-11-21",
    ),
}
