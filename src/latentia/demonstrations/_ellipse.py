"""An energy with a latent angle: inference by search, and what temperature does to it."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch
from matplotlib.figure import Figure

from latentia.data import Ellipse
from latentia.demonstrations._demonstration import Demonstration, Number, Shown
from latentia.demonstrations._ellipse_decoder import EllipseDecoder
from latentia.inference import Search, free_energy
from latentia.models import LatentEnergy, LatentVariableModel
from latentia.objectives import Reconstruction
from latentia.plotting import energy_surface
from latentia.spaces import Circle
from latentia.training import Trainer

_BETAS = (1.0, 10.0, 100.0, 1e4)
_DRAWN = (1.0, 10.0, 100.0, math.inf)
_NORM = "squared_error"


def show_ellipse(seed: int = 0, *, n: int = 1_000, epochs: int = 20, resolution: int = 60) -> Shown:
    r"""Learn the radii of an ellipse from noisy points, their angles unknown.

    .. math:: E(y, z) = \lVert y - (w_1 \cos z, w_2 \sin z) \rVert^2, \qquad
              F_\beta(y) = -\frac{1}{\beta} \log \frac{1}{2 \pi} \int_0^{2 \pi} e^{-\beta E}\, dz

    Trained is :math:`F_\infty(y) = \min_z E(y, z)`.

    Parameters
    ----------
    seed : int, default=0
        Of data and batches.
    n : int, default=1000
        Examples.
    epochs : int, default=20
        Passes over them.
    resolution : int, default=60
        Points of a surface in each direction.

    Returns
    -------
    Shown
    """
    ellipse = Ellipse()
    data = ellipse.load(n, seed=seed)
    y, angles = torch.from_numpy(data.X), torch.from_numpy(np.asarray(data.y))
    decoder = EllipseDecoder()
    energy = LatentEnergy(decoder, Circle(), cost=_NORM)
    model = LatentVariableModel(Search(energy, n_restarts=4, n_steps=30), decoder)
    Trainer(
        model, Reconstruction(_NORM), learning_rate=0.05, batch_size=100, device="cpu", seed=seed
    ).fit(y, epochs=epochs)
    with torch.no_grad():
        coldest = free_energy(energy, y, math.inf)
        gaps = {
            beta: float((free_energy(energy, y, beta) - coldest).abs().mean()) for beta in _BETAS
        }
        apart = _apart(model.encode(y)[:, 0], angles, decoder.radii)
    radii = decoder.radii.detach().abs().tolist()
    truth = (ellipse.radius_1, ellipse.radius_2)
    error = max(abs(radius / true - 1) for radius, true in zip(radii, truth, strict=True))
    numbers = (
        Number("radius_1", radii[0], f"first half axis; the data have {truth[0]:g}"),
        Number("radius_2", radii[1], f"second half axis; the data have {truth[1]:g}"),
        Number("radius_error", error, "the larger error of the two, a share"),
        Number("angle_error", apart, "mean distance of found and true angles, radians"),
        Number("free_energy_inf", float(coldest.mean()), "mean least energy of the data"),
        *(
            Number(f"gap_{beta:g}", gap, f"mean |F_beta - F_inf| at beta = {beta:g}")
            for beta, gap in gaps.items()
        ),
    )
    return Shown(numbers, {"ellipse": _picture(energy, data.X, resolution)})


def _apart(found: torch.Tensor, true: torch.Tensor, radii: torch.Tensor) -> float:
    # A radius below 0 mirrors the angle, and the curve is the same.
    signs = radii.sign()
    angle = torch.atan2(signs[1] * found.sin(), signs[0] * found.cos())
    difference = angle - true
    return float(torch.atan2(difference.sin(), difference.cos()).abs().mean())


def _picture(energy: LatentEnergy, X: np.ndarray, resolution: int) -> Figure:
    figure = Figure(figsize=(10, 7), layout="constrained")
    for ax, beta in zip(figure.subplots(2, 2).flat, _DRAWN, strict=True):
        energy_surface(_free_energy(energy, beta), X, resolution, ax)
        ax.set_aspect("equal")
        name = r"$F_\infty$" if math.isinf(beta) else rf"$F_\beta$, $\beta = {beta:g}$"
        ax.set_title(name, fontsize="medium")
    return figure


def _free_energy(energy: LatentEnergy, beta: float) -> Callable[[np.ndarray], torch.Tensor]:
    def surface(points: np.ndarray) -> torch.Tensor:
        with torch.no_grad():
            return free_energy(energy, torch.from_numpy(points), beta)

    return surface


ellipse = Demonstration(
    "An ellipse whose radii are learned with the angle of every point unknown: the angle is found "
    "by search, and the free energy of a point goes to its least energy as the temperature falls.",
    "Y. LeCun, S. Chopra, R. Hadsell, M. Ranzato, F. J. Huang. A Tutorial on Energy-Based "
    "Learning. 2006.",
    show_ellipse,
    minutes=0.5,
)
