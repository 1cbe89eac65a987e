"""A map that pushes a normal onto a ring, and a decoder that learns one."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from latentia.data import Ring
from latentia.demonstrations._demonstration import Demonstration, Number, Shown
from latentia.estimators import VAE
from latentia.heads import DiagonalNormal

_SAMPLES = 20_000
_DRAWN = 2_000
# About the width of the ring: more would blur it, less makes it hard to find.
_NOISE = 0.1
# Nearer to the centre than any example, in radii of the ring.
_INSIDE = 0.8
# It ends where it starts, in colours that the colour-blind tell apart.
_ANGLES = LinearSegmentedColormap.from_list(
    "angles", ["#0072B2", "#009E73", "#E69F00", "#CC79A7", "#0072B2"]
)


def ring_moments(ring: Ring) -> tuple[float, float]:
    r"""Return the exact mean and standard deviation of the radius.

    .. math:: R + w \sqrt{\pi / 2}, \qquad w \sqrt{2 - \pi / 2}

    since the norm of a standard normal in the plane is of the Rayleigh(1) distribution.

    Parameters
    ----------
    ring : data.Ring

    Returns
    -------
    mean, std : float

    Examples
    --------
    >>> [round(moment, 5) for moment in ring_moments(Ring())]
    [1.12533, 0.06551]
    """
    mean = ring.radius + ring.width * math.sqrt(math.pi / 2)
    return mean, ring.width * math.sqrt(2 - math.pi / 2)


def show_ring(seed: int = 0, *, n: int = 4_000, epochs: int = 40, starts: int = 3) -> Shown:
    """Fit a variational autoencoder of two codes to a ring, and compare what both generate.

    Parameters
    ----------
    seed : int, default=0
        Of data, networks and codes.
    n : int, default=4000
        Examples.
    epochs : int, default=40
        Passes over them, of each start.
    starts : int, default=3
        Networks to train; that of the best bound is kept.

    Returns
    -------
    Shown
    """
    ring = Ring()
    X = ring.load(n, seed=seed).X
    # A start may fold the ring; the bound tells, and of three hardly all do.
    models = [_fit(X, starts * seed + i, epochs) for i in range(starts)]
    model = min(models, key=lambda model: model.history_.records[-1]["loss"])
    z = np.random.default_rng(seed).standard_normal((_SAMPLES, 2)).astype(np.float32)
    made = model.inverse_transform(z)
    mean, std = ring_moments(ring)
    radii = np.linalg.norm(X, axis=1)
    generated = np.linalg.norm(made, axis=1)
    numbers = (
        Number("exact_mean", mean, "mean radius of f(z), exactly"),
        Number("exact_std", std, "its standard deviation, exactly"),
        Number("data_mean", float(radii.mean()), f"mean radius of {n:,} examples"),
        Number("data_std", float(radii.std()), "its standard deviation"),
        Number("vae_mean", float(generated.mean()), f"mean radius of {_SAMPLES:,} decoded codes"),
        Number("vae_std", float(generated.std()), "its standard deviation"),
        Number("vae_error", abs(float(generated.mean()) / mean - 1), "error of that mean, a share"),
        Number(
            "vae_inside",
            float((generated < _INSIDE * ring.radius).mean()),
            "share of decoded codes inside the ring, where no example is: a decoder cannot jump",
        ),
    )
    return Shown(numbers, {"ring": _picture(z, ring, made)})


def _fit(X: np.ndarray, seed: int, epochs: int) -> VAE:
    return VAE(
        2,
        hidden_layer_sizes=(128, 128),
        likelihood=partial(DiagonalNormal, scale=_NOISE),
        scaling="none",
        objective="iwae",
        n_samples=10,
        max_iter=epochs,
        learning_rate=3e-3,
        learning_rate_schedule="cosine",
        random_state=seed,
        verbose=False,
    ).fit(X)


def _picture(z: np.ndarray, ring: Ring, made: np.ndarray) -> Figure:
    z, made = z[:_DRAWN], made[:_DRAWN]
    pushed = ring.width * z + ring.radius * z / np.linalg.norm(z, axis=1, keepdims=True)
    angle = np.arctan2(z[:, 1], z[:, 0])
    figure = Figure(figsize=(10.5, 3.8), layout="constrained")
    parts = {
        "codes z, a standard normal": z,
        "f(z), which keeps the angle": pushed,
        "what the fitted decoder makes of z": made,
    }
    for ax, (title, points) in zip(figure.subplots(1, 3), parts.items(), strict=True):
        _dots(ax, points, angle)
        ax.set_title(title, fontsize="medium")
    return figure


def _dots(ax: Axes, points: np.ndarray, angle: np.ndarray) -> None:
    x, y = points.T
    ax.scatter(x, y, s=6, c=angle, cmap=_ANGLES, vmin=-np.pi, vmax=np.pi, linewidths=0)
    ax.set_aspect("equal")
    ax.spines[["top", "right"]].set_visible(False)


ring = Demonstration(
    "A map pushes a normal onto a ring; a variational autoencoder learns such a map from examples. "
    "Colour is the angle of the code.",
    "C. Doersch. Tutorial on Variational Autoencoders. 2016.",
    show_ring,
    minutes=0.5,
)
