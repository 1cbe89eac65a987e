"""The numbers about a fitted estimator, as one JSON-able dict."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from latentia import evaluation
from latentia.data import Dataset
from latentia.estimators import LatentEstimator
from latentia.reports._doctor import doctor
from latentia.reports._observed import Observed, observe, some_rows

_MOST_SCORED = 2_000
_LEAST_SCORED = 100
# A score decodes each example many times, so large examples are scored less often.
_MOST_SCORED_VALUES = 1_600_000
_MOST_PROBED = 2_000
_MOST_CLASSES = 50
_MOST_SHUFFLED = 2_000


def metrics(estimator: LatentEstimator, dataset: Dataset) -> dict[str, Any]:
    """Measure a fitted estimator on a data set.

    At most 5,000 examples are measured, and at most 2,000 of them scored and probed, drawn with a
    fixed seed; the result says how many.

    Parameters
    ----------
    estimator : estimator
        Fitted.
    dataset : Dataset
        Examples like those it was fitted on.

    Returns
    -------
    dict
        Plain numbers, text, lists and dicts:

        - ``data``: name, description, columns, ``n_available`` and ``n_examples`` measured;
        - ``model``: estimator, code size, likelihood, the ``norm`` in its place or None, scaling;
        - ``training``: ``epochs``, how they ``stopped``, whether they were ``interrupted``, the
          ``kept_epoch`` whose weights the model has, and its losses;
        - ``reconstruction``: ``sse`` (summed over features) and ``mse`` (for each feature), both in
          squared units of the data; of the data as the model sees them ``mse_scaled`` and
          ``explained_variance``, a share; and ``shuffled``, the scaled errors on data and noise of
          ``evaluation.copying`` on at most 2,000 examples, None for a ``VAE`` and for a model with
          a condition;
        - ``pca``: the errors of the best linear code of the same size on the same examples;
        - ``score``: a mean, ``what`` it is, and the number of examples: a
          "log_likelihood_bound" or "reconstruction_log_likelihood" in nats, or "minus_energy" where
          a norm or a penalty has part in it;
        - ``code``: ``n_active`` dimensions, ``kl_per_dimension`` in nats, None without one, and
          whether the code is ``complete``: ``n_components``, ``n_features`` and their ``kind``,
          "under-complete", "complete" or "over-complete";
        - ``probe``: accuracies of predicting the labels from codes and from raw features, None
          where labels are not classes;
        - ``doctor``: ``vitals``, lines of name, number and meaning, and ``findings``, what
          ``diagnosis.diagnose`` says of them; None for fewer than four examples.

    Raises
    ------
    ValueError
        If the examples are not like those the estimator was fitted on.

    Examples
    --------
    >>> from latentia import Autoencoder, data
    >>> iris = data.load("iris")
    >>> model = Autoencoder(max_iter=2, random_state=0, verbose=False).fit(iris.X)
    >>> numbers = metrics(model, iris)
    >>> numbers["data"]["n_examples"], numbers["score"]["what"]
    (150, 'reconstruction_log_likelihood')
    """
    seen = observe(estimator, dataset)
    numbers = {
        "data": _data(seen),
        "model": _model(estimator),
        "training": _training(estimator),
        "reconstruction": _reconstruction(seen),
        "pca": _pca(seen),
        "score": _score(seen),
        "code": _code(seen),
        "probe": _probe(seen),
        "doctor": doctor(seen),
    }
    return _plain(numbers)


def _data(seen: Observed) -> dict[str, Any]:
    schema = seen.dataset.schema
    return {
        "name": seen.dataset.name,
        "what": schema.describe().splitlines()[0],
        "columns": schema.names,
        "range": [schema.minimum, schema.maximum],
        "n_available": len(seen.dataset),
        "n_examples": len(seen.X),
    }


def _model(estimator: LatentEstimator) -> dict[str, Any]:
    return {
        "estimator": type(estimator).__name__,
        "n_components": estimator.n_components_,
        "likelihood": estimator.likelihood_,
        "norm": getattr(estimator, "norm", None),
        "scaling": estimator.scaling_.rule,
        "n_parameters": sum(p.numel() for p in estimator.model_.parameters()),
    }


def _training(estimator: LatentEstimator) -> dict[str, Any]:
    history = estimator.history_
    counts = ("epoch", "step", "learning_rate")
    losses = {name: value for name, value in history.kept_record.items() if name not in counts}
    return {
        "epochs": len(history),
        "stopped": history.stopped,
        "interrupted": history.stopped == "interrupted",
        "kept_epoch": history.kept or None,
        "losses": losses,
    }


def _reconstruction(seen: Observed) -> dict[str, Any]:
    x, x_hat = seen.scaled(seen.X), seen.scaled(seen.reconstructed)
    return {
        **evaluation.reconstruction(seen.X, seen.reconstructed),
        "mse_scaled": evaluation.reconstruction(x, x_hat)["mse"],
        "explained_variance": evaluation.explained_variance(x, x_hat),
        "shuffled": _shuffled(seen),
    }


def _shuffled(seen: Observed) -> dict[str, float] | None:
    # Its code has a price: copying costs more than it gains.
    if seen.estimator.score_kind_ == "log_likelihood_bound" or seen.condition is not None:
        return None
    rows = some_rows(len(seen.X), _MOST_SHUFFLED)
    scale = seen.estimator.scaling_.scale
    return evaluation.copying(seen.estimator, seen.X[rows], scale=scale)


def _pca(seen: Observed) -> dict[str, float]:
    k = seen.estimator.n_components_
    x = seen.scaled(seen.X)
    floor = evaluation.pca_floor(x, x, k)
    variance = float(x.double().var(dim=0, correction=0).mean())
    return {
        "n_components": min(k, x[0].numel(), len(x)),
        **_in_units(seen, floor),
        "mse_scaled": floor["mse"],
        "explained_variance": 1 - floor["mse"] / variance if variance > 0 else math.nan,
    }


def _in_units(seen: Observed, floor: dict[str, float]) -> dict[str, float]:
    """Return the errors of PCA in squared units of the data."""
    scales = seen.estimator.scaling_.scale.double().unique()
    if len(scales) > 1:  # other directions vary most
        return evaluation.pca_floor(seen.X, seen.X, seen.estimator.n_components_)
    return {name: error * float(scales) ** 2 for name, error in floor.items()}


def _score(seen: Observed) -> dict[str, Any]:
    affordable = max(_LEAST_SCORED, _MOST_SCORED_VALUES // seen.X[0].size)
    rows = some_rows(len(seen.X), min(_MOST_SCORED, affordable))
    y = None if seen.y is None else seen.y[rows]
    return {
        "what": seen.estimator.score_kind_,
        "value": float(np.mean(seen.estimator.score_samples(seen.X[rows], y))),
        "n_examples": len(rows),
    }


def _code(seen: Observed) -> dict[str, Any]:
    report = evaluation.code(seen.estimator.model_, seen.scaled(seen.X), seen.given())
    return {
        "n_active": report.n_active,
        "kl_per_dimension": report.kl_per_dimension,
        "mean": report.mean,
        "variance": report.variance,
        "complete": _complete(seen),
    }


def _complete(seen: Observed) -> dict[str, Any]:
    k, d = seen.codes[0].size, seen.X[0].size
    kind = "under-complete" if k < d else "complete" if k == d else "over-complete"
    return {"n_components": k, "n_features": d, "kind": kind}


def _probe(seen: Observed) -> dict[str, float] | None:
    if seen.y is None or seen.y.ndim != 1 or len(np.unique(seen.y)) > _MOST_CLASSES:
        return None
    rows = some_rows(len(seen.X), _MOST_PROBED)
    try:
        return evaluation.probe(seen.codes[rows], seen.y[rows], seen.X[rows])
    except ValueError:
        return None  # measurements, or a single class: labels that no classifier is for


def _plain(value: Any) -> Any:
    """Return ``value`` as JSON has it: strict JSON knows neither NaN nor infinity."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, str | int) else repr(value)
