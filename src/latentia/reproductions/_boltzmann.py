"""Boltzmann machines of MNIST, and the deep autoencoder that they pre-train."""

from __future__ import annotations

import numpy as np

from latentia.estimators import RestrictedBoltzmannMachine, StackedAutoencoder
from latentia.reproductions._data import Digits
from latentia.reproductions._pixels import pixel_errors, sse
from latentia.reproductions._target import Quantity, Target


def persistent_contrastive_divergence(digits: Digits, max_iter: int = 15) -> tuple[float, ...]:
    """Return the pseudo-log-likelihood of the digits that it learned from."""
    model = RestrictedBoltzmannMachine(
        500,
        likelihood="bernoulli",
        n_gibbs_steps=15,
        optimizer="sgd",
        learning_rate=0.1,
        learning_rate_schedule="constant",
        batch_size=20,
        max_iter=max_iter,
        random_state=0,
    ).fit(digits.train)
    rounded = np.where(digits.train > 127, 255, 0).astype(np.uint8)
    return (float(model.pseudo_log_likelihood(rounded).mean()),)


def pretrained_autoencoder(
    digits: Digits, max_iter: int = 40, pretrain: int = 10
) -> tuple[float, ...]:
    """Return the test error of an image."""
    layer = RestrictedBoltzmannMachine(
        persistent=False,
        optimizer="sgd-momentum",
        learning_rate=0.01,
        batch_size=100,
        max_iter=pretrain,
    )
    linear = RestrictedBoltzmannMachine(
        persistent=False,
        hidden="normal",
        learning_rate=1e-3,
        batch_size=100,
        max_iter=pretrain,
    )
    model = StackedAutoencoder(
        (1000, 500, 250, 30),
        of=[layer, layer, layer, linear],
        likelihood="bernoulli",
        batch_size=200,
        max_iter=max_iter,
        learning_rate=1.5e-3,
        learning_rate_schedule="one-cycle",
        random_state=0,
    ).fit(digits.train)
    return (pixel_errors(digits.test, model.reconstruct(digits.test))["sse"],)


boltzmann: dict[str, Target] = {
    "persistent-contrastive-divergence": Target(
        "MNIST, 500 hidden units, 15 Gibbs steps of 20 persistent chains, SGD 0.1, batches of 20, "
        "15 passes; one unit of each learned digit, rounded, is predicted from the others",
        "T. Tieleman. Training Restricted Boltzmann Machines Using Approximations to the "
        "Likelihood Gradient. 2008.",
        (Quantity("pseudo-log-likelihood of a digit, nats", -62.76, (-65.0, 0.0)),),
        persistent_contrastive_divergence,
        needs_mnist=True,
        minutes=20,
        last="-59.76, two CPU cores, 2026-11-21",
    ),
    "deep-autoencoder-rbm": Target(
        "MNIST, 784-1000-500-250-30, mirrored, logistic units and a linear code; Boltzmann "
        "machines by CD-1, 10 passes each, then as a whole: Bernoulli, batches of 200, Adam to "
        "1.5e-3 (one cycle), 40 passes",
        "G. E. Hinton, R. R. Salakhutdinov. Reducing the Dimensionality of Data with Neural "
        "Networks. 2006.",
        (sse(3.00, 2.0, 3.4),),
        pretrained_autoencoder,
        needs_mnist=True,
        minutes=30,
        last="3.113, one CPU core, 2026-11-21",
    ),
}
