"""A variational autoencoder with and without each part of its loss, measured and drawn."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure

    from latentia.estimators import VAE

FULL, WITHOUT_DIVERGENCE = "full bound", "without the divergence"
DETERMINISTIC, WITHOUT_RECONSTRUCTION = "deterministic", "without the reconstruction"
DRAWN = (FULL, WITHOUT_DIVERGENCE, WITHOUT_RECONSTRUCTION)

# The variance of the decoder is this share of the data's at least, where a linear code is exact.
_LEAST_NOISE = 0.01


@dataclass(frozen=True)
class Numbers:
    """One trained model in numbers, over the examples that it was trained on.

    Attributes
    ----------
    run : str
        What was left out, or the weight of the divergence.
    beta : float or None
        The weight of the divergence; None where the loss has none.
    kl : float or None
        The rate in nats, mean over examples; None is infinite.
    active : int
        Dimensions of the code whose mean varies by more than 0.01.
    reconstruction : float
        The distortion in nats, mean over examples.
    variance : float
        Of the posteriors, mean over examples and dimensions.
    largest_mean : float
        How far from the origin a code lies in any dimension.
    """

    run: str
    beta: float | None
    kl: float | None
    active: int
    reconstruction: float
    variance: float
    largest_mean: float


@dataclass(frozen=True, eq=False)
class Codes:
    """Means and standard deviations (n, 2) of posteriors, in two dimensions of the code."""

    loc: np.ndarray
    scale: np.ndarray
    dimensions: tuple[int, int]


def ablations(betas: Iterable[float]) -> dict[str, dict[str, Any]]:
    """Return the parameters of every run by its name; weights of 0 and 1 have one already.

    Examples
    --------
    >>> list(ablations([0.5, 1.0]))[2:]
    ['deterministic', 'without the reconstruction', 'beta 0.5']
    """
    return {
        FULL: {"beta": 1.0},
        WITHOUT_DIVERGENCE: {"beta": 0.0},
        DETERMINISTIC: {"posterior": "delta", "objective": "reconstruction"},
        WITHOUT_RECONSTRUCTION: {"objective": "divergence"},
        **{f"beta {beta:g}": {"beta": beta} for beta in betas if beta not in (0, 1)},
    }


def fixed_likelihood(X: np.ndarray, n_components: int) -> Any:
    """Return a likelihood without a scale to learn, which would take back what beta changes.

    Data of zeros and ones are Bernoulli. Others are normal; the variance of a feature is what the
    best linear code of the same size leaves of it. With that, a linear model with beta 1 uses every
    dimension: the data vary more along each than the noise does.

    References
    ----------
    M. E. Tipping, C. M. Bishop. Probabilistic Principal Component Analysis. 1999.
    """
    import numpy as np
    import torch

    from latentia import data, evaluation, heads

    x = data.scalings["auto"](X)(torch.tensor(X)).double().flatten(1).numpy()
    if np.isin(x, (0.0, 1.0)).all():
        return "bernoulli"
    left = evaluation.pca_floor(x, x, n_components)["mse"]
    variance = max(left, _LEAST_NOISE * float(x.var(0).mean()))
    return partial(heads.DiagonalNormal, scale=math.sqrt(variance))


def measure(run: str, model: VAE, X: np.ndarray) -> tuple[Numbers, Codes]:
    """Return the numbers of a fitted model, and its codes in the two dimensions that vary most."""
    import torch

    from latentia import evaluation

    with torch.no_grad():
        x = model.scaling_(torch.tensor(X).to(model.scaling_.scale.device))
        posterior = model.encoder_(x)
    loc, variance = (t.cpu().double().numpy() for t in (posterior.mean, posterior.variance))
    code = evaluation.code(model.model_, x)
    rate, distortion = evaluation.rate_distortion(model.model_, x)
    numbers = Numbers(
        run=run,
        beta=None if model.beta is None else float(model.beta),  # type: ignore[arg-type]
        kl=rate if math.isfinite(rate) else None,
        active=code.n_active,
        reconstruction=distortion,
        variance=float(variance.mean()),
        largest_mean=float(abs(loc).max()),
    )
    first, second = sorted((-code.variance).argsort(kind="stable")[:2].tolist())
    shown = [first, second]
    return numbers, Codes(loc[:, shown], variance[:, shown] ** 0.5, (first, second))


def table(results: Iterable[Numbers]) -> list[tuple[object, ...]]:
    """Return the numbers of every run as lines of a table, with its head."""
    head = ("", "KL", "active", "distortion", "variance", "farthest")
    return [head, *map(_row, results)]


def _row(r: Numbers) -> tuple[object, ...]:
    kl = "infinite" if r.kl is None else f"{r.kl:.3g}"
    measured = (f"{number:.3g}" for number in (r.reconstruction, r.variance, r.largest_mean))
    return r.run, kl, r.active, *measured


def swept(results: Iterable[Numbers], betas: Sequence[float]) -> list[Numbers]:
    """Return the runs of some weights, in their order."""
    by_beta = {r.beta: r for r in results}
    return [by_beta[beta] for beta in betas]


def lesson(results: Sequence[Numbers], betas: Sequence[float]) -> str:
    """Say in one sentence what the numbers teach."""
    runs = {r.run: r for r in results}
    full, alone, prior = (runs[name] for name in DRAWN)
    sweep = swept(results, betas)
    first, last = sweep[0], sweep[-1]
    return (
        "The divergence keeps codes wide and together: without it their variance is "
        f"{alone.variance:.2g} instead of {full.variance:.2g}, and they lie up to "
        f"{alone.largest_mean:.2g} instead of {full.largest_mean:.2g} from the origin; the "
        "reconstruction makes them say something: without it they carry "
        f"{prior.kl:.2g} nats instead of {full.kl:.2g}; and beta is the price of a nat: from "
        f"{first.beta:g} to {last.beta:g} the rate goes from {first.kl:.2g} to {last.kl:.2g} nats, "
        f"and the distortion from {first.reconstruction:.3g} to {last.reconstruction:.3g}."
    )


def panels(codes: Mapping[str, Codes], y: np.ndarray | None) -> Figure:
    """Draw the codes of each run side by side, each in a range of its own."""
    from matplotlib.figure import Figure

    from latentia import plotting

    figure = Figure(figsize=(4.2 * len(codes), 4.2), layout="constrained")
    axes = figure.subplots(1, len(codes), squeeze=False)[0]
    for ax, (run, code) in zip(axes, codes.items(), strict=True):
        plotting.bubbles(code.loc, code.scale, y, ax)
        names = [f"$z_{{{j + 1}}}$" for j in code.dimensions]
        ax.set(title=run, xlabel=names[0], ylabel=names[1])
        ax.spines[["top", "right"]].set_visible(False)
        legend = ax.get_legend()
        if legend is not None and ax is not axes[-1]:
            legend.remove()  # the last one is for all
    return figure
