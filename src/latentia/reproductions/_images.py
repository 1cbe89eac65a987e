"""Deterministic autoencoders of MNIST: deep, first of all, and denoising."""

from __future__ import annotations

import numpy as np

from latentia.corruptions import Gaussian
from latentia.estimators import Autoencoder
from latentia.reproductions._data import Digits
from latentia.reproductions._pixels import mse, pixel_errors, sse
from latentia.reproductions._refined import refined
from latentia.reproductions._target import Target


def deep_autoencoder(digits: Digits) -> tuple[float, ...]:
    """Return the test error of an image."""
    model = Autoencoder(
        30,
        hidden_layer_sizes=(1000, 500, 250),
        likelihood="bernoulli",
        batch_size=200,
        max_iter=40,
        learning_rate=1.5e-3,
        learning_rate_schedule="one-cycle",
        random_state=0,
    ).fit(digits.train)
    return (pixel_errors(digits.test, model.reconstruct(digits.test))["sse"],)


def first_autoencoder(digits: Digits) -> tuple[float, ...]:
    """Return the test error of a pixel."""
    model = Autoencoder(
        32,
        hidden_layer_sizes=(),
        code="relu",
        likelihood="bernoulli",
        norm="squared_error",
        batch_size=256,
        max_iter=22,
        optimizer="rmsprop",
        learning_rate=2.5e-4,
        random_state=0,
    ).fit(digits.train)
    return (pixel_errors(digits.test, model.reconstruct(digits.test))["mse"],)


def convolutional_denoising(digits: Digits) -> tuple[float, ...]:
    """Return the error of a pixel of the noisy test digits, after denoising."""
    model = Autoencoder(
        16,
        network=refined,
        likelihood="bernoulli",
        norm="squared_error",
        corruption=Gaussian(0.5, mean=0.5, clip=(0.0, 1.0)),
        batch_size=128,
        max_iter=8,
        random_state=0,
    ).fit(digits.train)
    noise = np.random.default_rng(0).normal(0.5, 0.5, digits.test.shape)
    noisy = 255 * np.clip(digits.test / 255 + noise, 0, 1)
    return (pixel_errors(digits.test, model.reconstruct(noisy))["mse"],)


images: dict[str, Target] = {
    "first-autoencoder": Target(
        "MNIST, 784-32-784, ReLU code, sigmoid output, squared error, RMSprop 2.5e-4, batches of "
        "256, 22 passes",
        "F. Chollet. Building Autoencoders in Keras. 2016.",
        (mse(0.0118, 0.95 * 0.0118, 1.05 * 0.0118),),
        first_autoencoder,
        needs_mnist=True,
        minutes=0.5,
        last="0.0120, two CPU cores, 2026-11-21",
    ),
    "deep-autoencoder": Target(
        "MNIST, 784-1000-500-250-30, mirrored, ReLU, Bernoulli, batches of 200, Adam to 1.5e-3 "
        "(one cycle), 40 passes, no pre-training",
        "G. E. Hinton, R. R. Salakhutdinov. Reducing the Dimensionality of Data with Neural "
        "Networks. 2006.",
        (sse(3.00, 2.0, 3.4),),
        deep_autoencoder,
        needs_mnist=True,
        minutes=12,
        last="3.370, two CPU cores, 2026-11-21",
    ),
    "convolutional-denoising": Target(
        "MNIST plus noise N(0.5, 0.5^2), cut to [0, 1]; 32 and 64 channels, stride 2, 16 codes, "
        "mirrored, and a last convolution; squared error, Adam 1e-3, batches of 128, 8 passes",
        "R. Atienza. Advanced Deep Learning with Keras. 2018.",
        (mse(0.0168, 0.97 * 0.0168, 1.03 * 0.0168, of="a denoised test pixel"),),
        convolutional_denoising,
        needs_mnist=True,
        minutes=5,
        last="0.0165, two CPU cores, 2026-11-21",
    ),
}
