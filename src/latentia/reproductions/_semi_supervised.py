"""Few labels: codes that were learned from every digit, and a model of codes and classes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from sklearn.semi_supervised import LabelSpreading
from sklearn.svm import SVC
from torch import Tensor

from latentia.estimators import VAE, SemiSupervisedVAE
from latentia.reproductions._data import Digits
from latentia.reproductions._target import Quantity, Target

_ACTIVE = 0.01
_ROWS = 5_000
_GRAPH = 20_000


def first_model(digits: Digits, *n_labels: int) -> tuple[float, ...]:
    """Return for each number of labels two errors on the test digits.

    One is of labels that spread among neighbouring codes, the other of support vectors, which see
    labelled codes only.
    """
    codes, _ = _encoded(digits)
    return tuple(error(codes, n) for n in n_labels for error in (_spread_error, _vector_error))


def both_models(digits: Digits, n: int) -> tuple[float, float]:
    """Return the test error of the two models, and its ratio to that of support vectors."""
    codes, spread = _encoded(digits)
    second = SemiSupervisedVAE(
        10,
        hidden_layer_sizes=(500,),
        activation="softplus",
        likelihood="normal-predicted",
        scaling="none",
        augmentation=_draws(spread),
        batch_size=200,
        max_iter=100,
        learning_rate=5e-3,
        learning_rate_schedule="one-cycle",
        random_state=0,
    ).fit(codes.train, _some_labels(codes, n))
    error = codes.test_error(second)
    return error, error / _vector_error(codes, n)


def _encoded(digits: Digits) -> tuple[Digits, Tensor]:
    """Return the active codes of all digits, and how widely the posteriors of each spread."""
    vae = VAE(
        50,
        hidden_layer_sizes=(500, 500),
        activation="softplus",
        likelihood="bernoulli",
        batch_size=200,
        max_iter=40,
        learning_rate=3e-3,
        learning_rate_schedule="one-cycle",
        random_state=0,
    ).fit(digits.train.reshape(len(digits.train), -1))
    train, test = (vae.transform(x.reshape(len(x), -1)) for x in (digits.train, digits.test))
    active = train.var(axis=0) > _ACTIVE
    x = torch.from_numpy(digits.train[:_ROWS].reshape(-1, digits.train[0].size))
    device = vae.scaling_.scale.device
    with torch.no_grad():
        spread = vae.model_.encoder(vae.scaling_(x.to(device))).stddev.mean(0)
    codes = replace(digits, train=train[:, active], test=test[:, active])
    return codes, spread[torch.from_numpy(active).to(device)]


def _draws(spread: Tensor) -> Callable[[Tensor], Tensor]:
    """Return what makes a draw from the posterior of its mean, all spreads being the average."""
    return lambda mean: mean + spread.to(mean) * torch.randn_like(mean)


def _some_labels(codes: Digits, n: int) -> np.ndarray:
    """Return labels to learn from, as many of each class, n in all, and -1 elsewhere."""
    rows = codes.balanced(n)
    some = np.full(len(codes.y_train), -1)
    some[rows] = codes.y_train[rows]
    return some


def _spread_error(codes: Digits, n: int) -> float:
    some = _some_labels(codes, n)
    rows = np.union1d(np.flatnonzero(some >= 0), np.arange(_GRAPH))
    spreading = LabelSpreading(kernel="knn", n_neighbors=10, alpha=0.9, max_iter=200)
    return codes.test_error(spreading.fit(codes.train[rows], some[rows]))


def _vector_error(codes: Digits, n: int) -> float:
    rows = codes.balanced(n)
    return codes.test_error(SVC(C=10).fit(codes.train[rows], codes.y_train[rows]))


def _quantities(n: int, published: float, most: float) -> tuple[Quantity, Quantity]:
    return (
        Quantity(f"test error, {n} labels, spread among codes, %", published, (0.0, most)),
        Quantity(f"test error, {n} labels, RBF support vectors, %", None),
    )


_PAPER = (
    "D. P. Kingma, D. J. Rezende, S. Mohamed, M. Welling. Semi-Supervised Learning with Deep "
    "Generative Models. 2014."
)
_FIRST = (
    "grey MNIST, a VAE 784-500-500-50, softplus, Bernoulli, 40 passes over all digits, batches of "
    "200, Adam to 3e-3 (one cycle); the means of active codes"
)

semi_supervised: dict[str, Target] = {
    "semi-supervised": Target(
        f"{_FIRST}, drawn anew in each pass with the spread of their posteriors; on them a "
        "semi-supervised VAE with 10 codes and layers of 500, 100 passes, Adam to 5e-3 "
        "(one cycle), 100 labels, 10 of each class",
        _PAPER,
        (
            Quantity("test error, 100 labels, %", 3.33, (0.0, 8.0)),
            Quantity("over that of RBF support vectors on the codes", None, (0.0, 1.0)),
        ),
        lambda digits: both_models(digits, 100),
        needs_mnist=True,
        minutes=15,
        last="5.25 and 0.26, by its parts, on two CPU cores, 2026-11-21",
    ),
    "semi-supervised-m1": Target(
        f"{_FIRST}; labels spread in a graph of 10 neighbours among 20,000 of them (published: a "
        "transductive support vector machine), as many of each class; beside it a support vector "
        "machine with C = 10",
        _PAPER,
        (
            *_quantities(100, 11.82, 14.82),
            *_quantities(600, 5.72, 7.22),
            *_quantities(1000, 4.24, 5.74),
            *_quantities(3000, 3.49, 4.99),
        ),
        lambda digits: first_model(digits, 100, 600, 1000, 3000),
        needs_mnist=True,
        minutes=5,
        last="8.30, 5.91, 5.34, 4.64; support vectors 18.63, 6.82, 5.33, 3.39; one CPU core, "
        "2026-11-21",
    ),
}
