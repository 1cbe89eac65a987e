"""What the ablations of a variational autoencoder teach: a table, a sentence and a picture."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure

    from latentia.estimators import VAE
    from latentia.evaluation import Ablation


@dataclass(frozen=True, eq=False)
class Codes:
    """Means and standard deviations (n, 2) of posteriors, in two dimensions of the code."""

    loc: np.ndarray
    scale: np.ndarray
    dimensions: tuple[int, int]


def drawn() -> tuple[str, str, str]:
    """Return the runs whose posteriors are bubbles: a deterministic code has points."""
    from latentia import evaluation

    full, alone, _, prior = evaluation.ablations()
    return full, alone, prior


def codes_of(model: VAE, X: np.ndarray) -> Codes:
    """Return the posteriors in the two dimensions whose means vary most."""
    import torch

    with torch.no_grad():
        posterior = model.encoder_(model.as_batch(X).x)
    loc, scale = (t.cpu().double().numpy() for t in (posterior.mean, posterior.stddev))
    first, second = sorted((-loc.var(0)).argsort(kind="stable")[:2].tolist())
    shown = [first, second]
    return Codes(loc[:, shown], scale[:, shown], (first, second))


def table(results: Iterable[Ablation]) -> list[tuple[object, ...]]:
    """Return the numbers of every run as lines of a table, with its head."""
    head = ("", "KL", "active", "distortion", "variance", "farthest")
    return [head, *map(_row, results)]


def _row(r: Ablation) -> tuple[object, ...]:
    kl = "infinite" if r.kl is None else f"{r.kl:.3g}"
    measured = (f"{number:.3g}" for number in (r.reconstruction, r.variance, r.largest_mean))
    return r.run, kl, r.active, *measured


def swept(results: Iterable[Ablation], betas: Sequence[float]) -> list[Ablation]:
    """Return the runs of some weights, in their order."""
    by_beta = {r.beta: r for r in results}
    return [by_beta[beta] for beta in betas]


# Less than this share of a change is none.
_CLEAR = 0.1


def lesson(results: Sequence[Ablation], betas: Sequence[float]) -> str:
    """Say in a sentence for each part of the loss what the numbers teach, or do not."""
    runs = {r.run: r for r in results}
    full, alone, prior = (runs[name] for name in drawn())
    sweep = swept(results, betas)
    first, last = sweep[0], sweep[-1]
    return " ".join(
        (
            _said(
                "the divergence keeps codes wide and together",
                _falls(full.variance, alone.variance)
                and _falls(alone.largest_mean, full.largest_mean),
                f"without it their variance is {alone.variance:.2g} instead of "
                f"{full.variance:.2g}, and they lie up to {alone.largest_mean:.2g} instead of "
                f"{full.largest_mean:.2g} from the origin",
            ),
            _said(
                "the reconstruction makes codes say something",
                _falls(_rate(full), _rate(prior)),
                f"without it they carry {_rate(prior):.2g} nats instead of {_rate(full):.2g}",
            ),
            _said(
                "beta is the price of a nat",
                _falls(_rate(first), _rate(last)) and last.reconstruction > first.reconstruction,
                f"from {first.beta:g} to {last.beta:g} the rate goes from {_rate(first):.2g} to "
                f"{_rate(last):.2g} nats, and the distortion from {first.reconstruction:.3g} to "
                f"{last.reconstruction:.3g}",
            ),
        )
    )


def _said(claim: str, shows: bool, numbers: str) -> str:
    if shows:
        return f"{claim[0].upper()}{claim[1:]}: {numbers}."
    return f"That {claim} does not show here: {numbers}."


def _falls(before: float, after: float) -> bool:
    return after < before * (1 - _CLEAR)


def _rate(r: Ablation) -> float:
    return math.inf if r.kl is None else r.kl


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
