"""How training went, term by term."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from latentia.plotting._style import BLUE, ORANGE, grid, legend

_NO_TERMS = ("epoch", "step", "learning_rate")
_VALIDATION = "validation_"
# So few that every epoch is worth seeing.
_FEW = 10


def loss_curves(curves: Mapping[str, Sequence[float]], *, unit: str | None = None) -> Figure:
    """Draw every term of the loss over the epochs.

    Where the first epochs are far above the others, the others set the range.

    Parameters
    ----------
    curves : mapping of str to sequence of float
        Values after each epoch, as in ``History.curves()``; "validation_loss" goes with "loss",
        and so on. "epoch" counts the epochs, from 1 by default; "step", "learning_rate" and an
        "elbo" that is the loss with the other sign are left out.
    unit : str or None, default=None
        Of the loss and its terms, such as "nats", for the axis.

    Returns
    -------
    Figure
        A panel for each term, with training and validation together.

    Raises
    ------
    ValueError
        If there is no curve, or curves have different lengths.

    Examples
    --------
    >>> figure = loss_curves({"loss": [3.0, 2.0], "validation_loss": [3.5, 3.0], "kl": [0.1, 1.0]})
    >>> [ax.get_title() for ax in figure.axes]
    ['loss', 'kl']
    """
    lengths = {name: len(values) for name, values in curves.items()}
    terms = _terms(curves)
    if not terms or min(lengths.values()) == 0:
        raise ValueError(f"curves holds no curve of a loss after an epoch, only {lengths}.")
    if len(set(lengths.values())) > 1:
        raise ValueError(f"curves must all have the same length, but have {lengths}.")
    epochs = curves.get("epoch", range(1, max(lengths.values()) + 1))
    figure, panes = grid(len(terms), n_columns=3, size=3.0)
    for ax, term in zip(panes, terms, strict=True):
        _draw(ax, term, np.asarray(epochs), curves)
    panes[0].set_ylabel(unit or "")
    legend(figure, max(panes, key=lambda ax: len(ax.lines)))
    return figure


def _terms(curves: Mapping[str, Sequence[float]]) -> list[str]:
    terms = dict.fromkeys(name.removeprefix(_VALIDATION) for name in curves)
    return [term for term in terms if term not in _NO_TERMS and not _is_mirror(term, curves)]


def _is_mirror(term: str, curves: Mapping[str, Sequence[float]]) -> bool:
    if term != "elbo" or not {"loss", "elbo"} <= set(curves):
        return False
    loss, elbo = np.asarray(curves["loss"]), np.asarray(curves["elbo"])
    return loss.shape == elbo.shape and np.allclose(elbo, -loss, equal_nan=True)


def _draw(ax: Axes, term: str, epochs: np.ndarray, curves: Mapping[str, Sequence[float]]) -> None:
    lines = {"training": (term, BLUE), "validation": (_VALIDATION + term, ORANGE)}
    drawn = []
    for label, (name, color) in lines.items():
        if name in curves:
            values = np.asarray(curves[name], dtype=float)
            dot = "o" if len(values) == 1 else None
            ax.plot(epochs, values, color=color, label=label, linewidth=1.5, marker=dot)
            drawn.append(values)
    ax.set_title(term.replace("_", " "), fontsize="medium")
    ax.set_xlabel("epoch")
    ax.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    limits = _limits(np.stack(drawn))
    if limits is not None:
        ax.set_ylim(*limits)


def _limits(curves: np.ndarray) -> tuple[float, float] | None:
    """Return the range of all but the first epochs, if these are far outside it.

    Examples
    --------
    >>> _limits(np.array([[1000.0, *range(11, 0, -1)]]))
    (0.5, 11.5)
    >>> _limits(np.array([range(12, 0, -1)]))
    """
    n_epochs = curves.shape[1]
    if n_epochs < _FEW:
        return None
    later = curves[:, max(1, n_epochs // 10) :]
    later, whole = later[np.isfinite(later)], curves[np.isfinite(curves)]
    if len(later) == 0 or np.ptp(whole) <= 3 * np.ptp(later) or np.ptp(later) == 0:
        return None
    margin = 0.05 * np.ptp(later)
    return float(later.min() - margin), float(later.max() + margin)
