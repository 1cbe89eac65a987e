"""What the ablations of a variational autoencoder teach: a table, a sentence and a picture."""

from __future__ import annotations

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


def lesson(results: Sequence[Ablation], betas: Sequence[float]) -> str:
    """Say in one sentence what the numbers teach."""
    runs = {r.run: r for r in results}
    full, alone, prior = (runs[name] for name in drawn())
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
