"""Several fitted estimators on the same examples, and how sure it is that they differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from latentia import evaluation, plotting
from latentia.data import Dataset
from latentia.estimators import LatentEstimator
from latentia.evaluation import PairedDifference
from latentia.reports._observed import some_rows

_MOST_EXAMPLES = 2_000
_ERROR = "reconstruction error, as a share of the variance"
_SCORES = {
    "log_likelihood_bound": "bound on the log-likelihood (nats)",
    "reconstruction_log_likelihood": "log-likelihood of the reconstruction (nats)",
    "minus_energy": "minus the energy",
    "minus_free_energy": "minus the free energy",
}


@dataclass(frozen=True)
class Compared:
    """One model in a comparison.

    Parameters
    ----------
    name : str
        Of the run.
    estimator : str
        Its type.
    n_components : int
        Dimensions of the code.
    error : float
        Squared error of reconstructions, a share of the variance of the data: 0 is perfect, and 1
        is the mean of the data.
    score : float
        Mean of ``score_samples``.
    score_kind : str
        What that is.
    error_difference, score_difference : PairedDifference or None
        From the first model, on the same examples; None for the first, and where the scores of the
        two are not of one kind.
    """

    name: str
    estimator: str
    n_components: int
    error: float
    score: float
    score_kind: str
    error_difference: PairedDifference | None
    score_difference: PairedDifference | None


def compare(
    estimators: Mapping[str, LatentEstimator], dataset: Dataset, confidence: float = 0.95
) -> list[Compared]:
    """Measure fitted estimators on the same examples, each beside the first.

    At most 2,000 examples are measured, drawn with a fixed seed.

    Parameters
    ----------
    estimators : mapping of str to estimator
        By name; the first is what the others are compared with.
    dataset : Dataset
        Examples like those they were fitted on.
    confidence : float, default=0.95
        Of the intervals.

    Returns
    -------
    list of Compared

    Raises
    ------
    ValueError
        If there are fewer than two, one of them is of examples of another shape, or there is one
        example.

    Examples
    --------
    >>> from latentia import Autoencoder, data
    >>> iris = data.load("iris")
    >>> models = {
    ...     f"{k} codes": Autoencoder(k, max_iter=20, random_state=0, verbose=False).fit(iris.X)
    ...     for k in (1, 3)
    ... }
    >>> first, second = compare(models, iris)
    >>> second.error_difference.high < 0
    True
    """
    if len(estimators) < 2:
        raise ValueError(f"estimators holds {len(estimators)} models; a comparison needs 2.")
    shape = tuple(dataset.schema.shape)
    for name, estimator in estimators.items():
        if tuple(estimator.event_shape_) != shape:
            raise ValueError(
                f"{name} is a model of examples of shape {tuple(estimator.event_shape_)}, but "
                f"those of {dataset.name} have shape {shape}; compare models of the same data."
            )
    rows = some_rows(len(dataset), _MOST_EXAMPLES)
    X = np.ascontiguousarray(dataset.X[rows])
    y = None if dataset.y is None else dataset.y[rows]
    measured = {name: _measured(estimator, X, y) for name, estimator in estimators.items()}
    base_errors, base_scores, base_kind = next(iter(measured.values()))
    results = []
    for i, (name, estimator) in enumerate(estimators.items()):
        errors, scores, kind = measured[name]
        comparable = i > 0 and _comparable(kind, base_kind)
        results.append(
            Compared(
                name,
                type(estimator).__name__,
                estimator.n_components_,
                float(errors.mean()),
                float(scores.mean()),
                kind[0],
                evaluation.paired_difference(errors, base_errors, confidence) if i else None,
                evaluation.paired_difference(scores, base_scores, confidence)
                if comparable
                else None,
            )
        )
    return results


def draw_comparison(results: list[Compared]) -> Figure:
    """Draw the differences from the first model, of errors and, where they compare, of scores.

    Parameters
    ----------
    results : list of Compared

    Returns
    -------
    Figure
    """
    first, *others = results
    quantities = {_ERROR: [(r.name, r.error_difference) for r in others]}
    if any(r.score_difference for r in others):
        title = _SCORES.get(first.score_kind, "score")
        quantities[title] = [(r.name, r.score_difference) for r in others]
    figure = Figure(
        figsize=(7.0, (0.4 * len(others) + 1.2) * len(quantities)), layout="constrained"
    )
    panes = figure.subplots(len(quantities), 1, squeeze=False)[:, 0]
    for ax, (label, pairs) in zip(panes, quantities.items(), strict=True):
        ax.spines[["top", "right"]].set_visible(False)
        known = [(name, found) for name, found in pairs if found is not None]
        plotting.differences(
            [found.mean for _, found in known],
            [(found.low, found.high) for _, found in known],
            [name for name, _ in known],
            ax,
            label=f"{label}: difference from {first.name}",
        )
    return figure


def _measured(
    estimator: LatentEstimator, X: np.ndarray, y: Any
) -> tuple[np.ndarray, np.ndarray, tuple[str, bool]]:
    """Return error and score of each example, and of which kind the scores are."""
    given = y if estimator.conditions_ is not None else None
    reconstructed = np.asarray(estimator.reconstruct(X, given), dtype=float)
    # Columns of a table have units of their own, pixels have one.
    variance = X.var(axis=0, dtype=float) if X.ndim == 2 else X.var(axis=0, dtype=float).mean()
    variance = np.where(variance > 0, variance, 1.0)
    squared = np.square(X - reconstructed) / variance
    errors = squared.reshape(len(X), -1).mean(axis=1)
    scores = np.asarray(estimator.score_samples(X, given), dtype=float)
    head: Any = getattr(estimator.model_.decoder, "head", None)
    return errors, scores, (estimator.score_kind_, bool(getattr(head, "discrete", False)))


def _comparable(kind: tuple[str, bool], other: tuple[str, bool]) -> bool:
    # A density and a probability are no more comparable than metres and seconds, and an energy has
    # a zero and a unit of its own.
    return kind == other and not kind[0].startswith("minus_")
