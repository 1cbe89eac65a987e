"""What layers learn without labels, judged by the labels that a network then learns on top."""

from __future__ import annotations

import warnings
from typing import Any

import torch

from latentia.corruptions import Gaussian, Masking
from latentia.errors import OvercompleteWarning
from latentia.estimators import Autoencoder, StackedAutoencoder
from latentia.models import Batch
from latentia.objectives import Contractive, Info
from latentia.reproductions._data import Digits
from latentia.reproductions._target import Quantity, Target

_PRETRAINING = 20
_FINE_TUNING = 12
_N_LEARNED = 50_000


def contractive_features(digits: Digits) -> tuple[float, ...]:
    """Return the test errors of the three layers, one ratio of them, and two of stiffness."""
    layers = {
        "plain": _layer(),
        "denoising": _layer(corruption=Gaussian(0.5)),
        "contractive": _layer(penalty="contractive", penalty_weight=1.0),
    }
    with warnings.catch_warnings():
        # 1,000 codes of 784 pixels can copy, which is what the plain layer is there to show.
        warnings.simplefilter("ignore", OvercompleteWarning)
        for layer in layers.values():
            layer.fit(digits.train[:_N_LEARNED])
    error = {name: _fine_tuned_error(layer, digits) for name, layer in layers.items()}
    norm = {name: _jacobian_norm(layer, digits) for name, layer in layers.items()}
    return (
        error["contractive"],
        error["denoising"],
        error["plain"],
        error["contractive"] / error["plain"],
        norm["contractive"] / norm["denoising"],
        norm["denoising"] / norm["plain"],
    )


def stacked_denoising(digits: Digits) -> tuple[float, ...]:
    """Return the test error of three layers, each trained to undo more masking."""
    model = StackedAutoencoder(
        [1000, 1000, 1000],
        of=[_layer(corruption=Masking(share)) for share in (0.1, 0.2, 0.3)],
        likelihood="bernoulli",
        fine_tune=False,
        random_state=0,
    ).fit(digits.train[:_N_LEARNED])
    return (_fine_tuned_error(model, digits),)


def _layer(**parameters: Any) -> Autoencoder:
    return Autoencoder(
        1000,
        hidden_layer_sizes=(),
        code="sigmoid",
        tied=True,
        likelihood="bernoulli",
        max_iter=_PRETRAINING,
        learning_rate=2e-3,
        learning_rate_schedule="one-cycle",
        random_state=0,
    ).set_params(**parameters)


def _fine_tuned_error(model: Autoencoder | StackedAutoencoder, digits: Digits) -> float:
    classifier = model.transfer(
        freeze=False,
        max_iter=_FINE_TUNING,
        batch_size=64,
        learning_rate=3e-3,
        learning_rate_schedule="cosine",
        random_state=0,
    )
    classifier.fit(digits.train[:_N_LEARNED], digits.y_train[:_N_LEARNED])
    return digits.test_error(classifier)


def _jacobian_norm(model: Autoencoder, digits: Digits) -> float:
    """Return the mean over test digits of the squared norm of dh/dx, pixels in [0, 1]."""
    x = model.scaling_(torch.from_numpy(digits.test).to(model.scaling_.scale.device))
    with torch.no_grad():
        return float(Contractive()(model.model_.trace(Batch(x)), Info()).values.mean())


_TRAINING = (
    f"tied sigmoid units, {_PRETRAINING} passes over 50,000 digits, Adam to 2e-3 (one cycle); then "
    f"all weights with their labels, Adam from 3e-3 (cosine), batches of 64, {_FINE_TUNING} passes"
)

features: dict[str, Target] = {
    "contractive-features": Target(
        f"MNIST, one layer of 1,000 {_TRAINING}; plain, noise of 0.5, contraction of 1",
        "S. Rifai, P. Vincent, X. Muller, X. Glorot, Y. Bengio. Contractive Auto-Encoders: "
        "Explicit Invariance During Feature Extraction. 2011.",
        (
            Quantity("test error after contraction, %", 1.14, (0.0, 1.45)),
            Quantity("test error after denoising, %", 1.18, (0.0, 1.45)),
            Quantity("test error after a plain autoencoder, %", 1.78, (0.0, 3.0)),
            Quantity("error, contractive over plain", None, (0.0, 1.0)),
            Quantity("squared Jacobian norm, contractive over denoising", None, (0.0, 1.0)),
            Quantity("squared Jacobian norm, denoising over plain", None, (0.0, 1.0)),
        ),
        contractive_features,
        needs_mnist=True,
        minutes=20,
        last="1.37, 1.39 and 1.66, two CPU cores, 2026-11-21",
    ),
    "stacked-denoising": Target(
        f"MNIST, three layers of 1,000 {_TRAINING}; shares of 0.1, 0.2 and 0.3 masked",
        "The stacked denoising autoencoder of the Theano tutorials, after P. Vincent, H. "
        "Larochelle, Y. Bengio, P.-A. Manzagol. Extracting and Composing Robust Features with "
        "Denoising Autoencoders. 2008.",
        (Quantity("test error, %", 1.30, (0.0, 1.5)),),
        stacked_denoising,
        needs_mnist=True,
        minutes=40,
        last="1.40, two CPU cores, 2026-11-21",
    ),
}
