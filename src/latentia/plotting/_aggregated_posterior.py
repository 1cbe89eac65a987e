"""All codes together, beside the prior."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from latentia._arrays import as_examples, flat
from latentia.plotting._style import BLUE, ORANGE, code_name, grid

_MOST_PANELS, _COLUMNS = 12, 4
_FEWEST_BINS, _MOST_BINS = 8, 40
# Of the draws on each side: one code far away would leave no room for the others.
_CUT = 0.002


def aggregated_posterior(codes: Any, prior_codes: Any) -> Figure:
    """Draw how codes of examples are spread in each dimension, and how the prior is.

    Parameters
    ----------
    codes : array or tensor, shape (n, d)
        Draws for examples, as in ``evaluation.aggregated_posterior(...).codes``.
    prior_codes : array or tensor, shape (m, d)
        Draws from the prior.

    Returns
    -------
    Figure
        One panel for each of at most 12 dimensions, those where the two differ most in mean and
        spread.

    Raises
    ------
    ValueError
        If codes are not numbers, or of another size than those of the prior.

    Examples
    --------
    >>> draws = np.random.default_rng(0).normal(size=(2, 500, 3))
    >>> len(aggregated_posterior(*draws).axes)
    3
    """
    q, p = flat(as_examples(codes, "codes")), flat(as_examples(prior_codes, "prior_codes"))
    if q.shape[1] != p.shape[1]:
        raise ValueError(
            f"codes have {q.shape[1]} dimensions, but prior_codes have {p.shape[1]}; give draws of "
            "the same model."
        )
    shown = np.sort(np.argsort(-_difference(q, p), kind="stable")[:_MOST_PANELS])
    n_bins = int(np.clip(np.sqrt(len(q)), _FEWEST_BINS, _MOST_BINS))
    figure, panels = grid(len(shown), _COLUMNS, 2.4)
    for ax, j in zip(panels, shown, strict=True):
        both = np.concatenate([q[:, j], p[:, j]])
        low, high = np.quantile(both, [_CUT, 1 - _CUT])
        edges = np.linspace(low, high if high > low else low + 1, n_bins + 1).tolist()
        ax.hist(q[:, j], edges, density=True, color=BLUE, alpha=0.6, label="codes")
        ax.hist(p[:, j], edges, density=True, color=ORANGE, histtype="step", label="prior")
        ax.set_xlabel(code_name(int(j)))
        ax.set_yticks([])
    panels[0].legend(frameon=False, fontsize="small")
    if len(shown) < q.shape[1]:
        figure.suptitle(
            f"{len(shown)} of {q.shape[1]} dimensions, the least like the prior", fontsize="medium"
        )
    return figure


def _difference(q: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Return for each dimension how far means and spreads are from each other."""
    spread, unit = (np.maximum(z.std(0), 1e-9) for z in (q, p))
    return np.abs(q.mean(0) - p.mean(0)) / unit + np.abs(np.log(spread / unit))
