"""What four autoencoders hold for likely."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from sklearn.metrics import roc_auc_score

from latentia.corruptions import Gaussian
from latentia.data import Spiral
from latentia.demonstrations._demonstration import Demonstration, Number, Shown
from latentia.errors import OvercompleteWarning
from latentia.estimators import VAE, Autoencoder
from latentia.heads import DiagonalNormal
from latentia.plotting import energy_surface

# The box of the uniform noise: a little more than the range of the spiral.
_BOX = 1.25
_OVERCOMPLETE = 16

_MODELS: dict[str, Callable[..., Autoencoder | VAE]] = {
    "plain": partial(Autoencoder, _OVERCOMPLETE, likelihood="normal-unit"),
    "denoising": partial(
        Autoencoder, _OVERCOMPLETE, likelihood="normal-unit", corruption=Gaussian(0.1)
    ),
    "contractive": partial(
        Autoencoder,
        _OVERCOMPLETE,
        likelihood="normal-unit",
        penalty="contractive",
        penalty_weight=0.03,
    ),
    "variational": partial(VAE, 1, likelihood=partial(DiagonalNormal, scale=0.1)),
}
_TITLES = {
    "plain": f"plain, {_OVERCOMPLETE} codes",
    "denoising": f"denoising, {_OVERCOMPLETE} codes",
    "contractive": f"contractive, {_OVERCOMPLETE} codes",
    "variational": "variational, 1 code",
}


def show_energies(seed: int = 0, *, n: int = 2_000, epochs: int = 60) -> Shown:
    r"""Fit four autoencoders to a spiral, and compare where their energies are low.

    .. math:: E(x) = \lVert x - \mathrm{Dec}(\mathrm{Enc}(x)) \rVert^2

    Parameters
    ----------
    seed : int, default=0
        Of data, networks and noise.
    n : int, default=2000
        Examples, and points of noise.
    epochs : int, default=60
        Passes over the examples.

    Returns
    -------
    Shown
    """
    X = Spiral().load(n, seed=seed).X
    noise = np.random.default_rng(seed).uniform(-_BOX, _BOX, (n, 2)).astype(np.float32)
    energies = {name: _energy(_fit(make, X, seed, epochs)) for name, make in _MODELS.items()}
    numbers = [
        number for name, energy in energies.items() for number in _numbers(name, energy, X, noise)
    ]
    return Shown(tuple(numbers), {"energies": _picture(energies, X)})


def _fit(make: Callable[..., Any], X: np.ndarray, seed: int, epochs: int) -> Autoencoder | VAE:
    model = make(
        hidden_layer_sizes=(128, 128),
        scaling="none",
        max_iter=epochs,
        learning_rate=3e-3,
        learning_rate_schedule="cosine",
        random_state=seed,
        verbose=False,
    )
    with warnings.catch_warnings():
        # That the plain one copies its input is what is shown.
        warnings.simplefilter("ignore", OvercompleteWarning)
        return model.fit(X)


def _energy(model: Autoencoder | VAE) -> Callable[[np.ndarray], np.ndarray]:
    return lambda x: ((x - model.reconstruct(x)) ** 2).sum(1)


def _numbers(
    name: str, energy: Callable[[np.ndarray], np.ndarray], X: np.ndarray, noise: np.ndarray
) -> tuple[Number, ...]:
    low, high = energy(X), energy(noise)
    is_noise = np.repeat([0, 1], [len(low), len(high)])
    auroc = float(roc_auc_score(is_noise, np.concatenate([low, high])))
    return (
        Number(f"{name}_on_data", float(low.mean()), f"mean energy of the data, {name}"),
        Number(f"{name}_on_noise", float(high.mean()), "mean energy of uniform noise in the box"),
        Number(f"{name}_auroc", auroc, "chance that noise has the higher energy"),
    )


def _picture(energies: dict[str, Callable[[np.ndarray], np.ndarray]], X: np.ndarray) -> Figure:
    figure = Figure(figsize=(10, 6.8), layout="constrained")
    for ax, (name, energy) in zip(figure.subplots(2, 2).flat, energies.items(), strict=True):
        # The same colours for all, so that a flat energy looks flat.
        energy_surface(energy, X, ax=ax, limits=(1e-4, 1.0))
        ax.set_aspect("equal")
        ax.set_title(_TITLES[name], fontsize="medium")
    return figure


energies = Demonstration(
    "The squared error of reconstruction as an energy: an autoencoder of more codes than features "
    "copies everything, so it is low everywhere; noise, a penalty or a small code keep it low on "
    "the data only.",
    "G. Alain, Y. Bengio. What Regularized Auto-Encoders Learn from the Data Generating "
    "Distribution. 2014.",
    show_energies,
    minutes=0.7,
)
