"""Vital signs of a fitted estimator."""

from __future__ import annotations

from typing import Any

import numpy as np

from latentia.diagnosis._diagnosable import Diagnosable, head_of
from latentia.diagnosis._measure_code import code_vitals
from latentia.diagnosis._measure_fit import fit_vitals
from latentia.diagnosis._vitals import CodeVitals, Vitals


def measure(
    model: Diagnosable,
    X: Any,
    y: Any = None,
    *,
    held_out: Any = None,
    held_out_y: Any = None,
    max_examples: int = 2000,
) -> Vitals:
    """Measure what :func:`diagnose` looks at.

    Parameters
    ----------
    model : fitted estimator
    X : array, frame or tensor of shape (n, *event)
        Examples that the model was trained on, at least four, in the units of the data.
    y : array-like of length n, default=None
        The condition of each example, where the model has one.
    held_out, held_out_y : array-like, default=None
        Examples like them that the model was not trained on, and their conditions: with them,
        overfitting shows.
    max_examples : int, default=2000
        At most so many of each are measured, evenly spaced.

    Returns
    -------
    Vitals

    Raises
    ------
    ValueError
        If the model is no fitted estimator of latentia, there are fewer than four examples, or
        ``max_examples`` is below 4.

    Examples
    --------
    >>> from latentia import VAE, data
    >>> iris = data.load("iris")
    >>> model = VAE(max_iter=2, random_state=0, verbose=False).fit(iris.X)
    >>> vitals = measure(model, iris.X)
    >>> vitals.n_examples, vitals.n_components, vitals.fit.n_steps
    (150, 2, 4)
    """
    if not isinstance(model, Diagnosable):
        raise ValueError(
            f"model={model!r:.80} must be a fitted estimator of latentia, such as a VAE."
        )
    if max_examples < 4:
        raise ValueError(f"max_examples={max_examples} must be at least 4.")
    n_available = len(X)
    X, y = _some(X, y, max_examples)
    batch = model.as_batch(X, y)
    if len(batch) < 4:
        raise ValueError(f"X holds {len(batch)} example(s), but at least four are measured.")
    new = None if held_out is None else model.as_batch(*_some(held_out, held_out_y, max_examples))
    code = code_vitals(model, batch, n_available)
    options = _options(model, code)
    table = batch.x.double().flatten(1).cpu()
    return Vitals(
        n_examples=len(batch),
        n_features=table.shape[1],
        n_components=model.n_components_,
        options=frozenset(options),
        beta=_beta(model) if "beta" in options else 1.0,
        likelihood=str(model.likelihood_),
        priced=model.model_.prior is not None or _is_spoilt(model),
        feature_spread=table.std(0, correction=0).numpy() if _is_real(model) else None,
        feature_size=float(table.square().mean(0).max().sqrt()),
        code=code,
        fit=fit_vitals(model, X, batch, new, code),
    )


def _some(X: Any, y: Any, most: int) -> tuple[Any, Any]:
    if len(X) <= most:
        return X, y
    rows = np.linspace(0, len(X) - 1, most).astype(int)
    return _take(X, rows), None if y is None or np.ndim(y) == 0 else _take(y, rows)


def _take(table: Any, rows: np.ndarray) -> Any:
    if isinstance(table, list | tuple):
        table = np.asarray(table)
    return table.iloc[rows] if hasattr(table, "iloc") else table[rows]


def _is_real(model: Diagnosable) -> bool:
    head = head_of(model.model_.decoder)
    return head is not None and head.space == "real"


def _is_spoilt(model: Diagnosable) -> bool:
    names = ("penalty", "corruption", "code_corruption")
    return any(getattr(model, name, None) is not None for name in names)


def _options(model: Diagnosable, code: CodeVitals) -> set[str]:
    """Return the parameters, but for a ``beta`` that weighs no divergence."""
    names = set(model.get_params(deep=False))
    return names - {"beta"} if code.deterministic else names


def _beta(model: Diagnosable) -> float:
    beta = getattr(model, "beta", None)
    last = model.history_.records[-1] if model.history_.records else {}
    beta = beta(int(last.get("step", 0))) if callable(beta) else beta
    return 1.0 if beta is None else float(beta)
