"""A predictor of labels beside simpler ones, on examples that none of them has seen."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from latentia._text import counted
from latentia.cli._show import show

if TYPE_CHECKING:
    import numpy as np

    from latentia.estimators import LatentEstimator, Transferred

#: By predictor, then by measure.
Results = dict[str, dict[str, float]]


@dataclass(frozen=True, eq=False)
class Parts:
    """Examples and labels to learn from, and those to test on."""

    X: np.ndarray
    X_test: np.ndarray
    y: np.ndarray
    y_test: np.ndarray


def kind_of(y: np.ndarray, head: str) -> str:
    """Return "classifier" or "regressor": what was asked for, or what fits the labels.

    Raises
    ------
    ValueError
        If the labels are not what was asked for.
    """
    from latentia._arrays import are_classes

    if y.ndim != 1:
        raise ValueError(f"the labels have shape {y.shape}; give one for each example.")
    if head == "regressor" and y.dtype.kind not in "iufb":
        raise ValueError("--head regressor needs numbers, but the labels are text; drop it.")
    if head == "classifier" and not are_classes(y, most=len(y)):
        raise ValueError(
            "--head classifier needs classes, but the labels are measurements; drop it."
        )
    auto = "classifier" if are_classes(y) else "regressor"
    return auto if head == "auto" else head


def split(X: np.ndarray, y: np.ndarray, kind: str, share: float, seed: int) -> Parts:
    """Hold out a share of the examples, of every class alike.

    Raises
    ------
    ValueError
        If a part gets too few examples, or a class has too few for both.
    """
    import numpy as np
    from sklearn.model_selection import train_test_split

    classes, counts = np.unique(y, return_counts=True)
    least = max(2, len(classes)) if kind == "classifier" else 2
    if kind == "classifier" and counts.min() < 2:
        raise ValueError(
            f"class {classes[counts.argmin()].item()!r} has one example, but needs one to learn "
            "from and one to test on; leave it out, or use --head regressor for measurements."
        )
    n_test = round(share * len(y))
    if min(n_test, len(y) - n_test) < least:
        raise ValueError(
            f"--test-share {share:g} leaves {n_test} of {counted(len(y), 'example')} to test on "
            f"and {len(y) - n_test} to learn from, but both need {least} at least; change it, or "
            "give more examples."
        )
    stratify = y if kind == "classifier" else None
    return Parts(*train_test_split(X, y, test_size=n_test, random_state=seed, stratify=stratify))


def compare(predictor: Transferred, model: LatentEstimator, parts: Parts, kind: str) -> Results:
    """Measure a predictor, and linear ones of the same task, on the examples held out."""
    import torch
    from sklearn.decomposition import PCA
    from sklearn.dummy import DummyClassifier, DummyRegressor
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    def table(X: np.ndarray) -> np.ndarray:
        return model.scaling_(torch.tensor(X)).flatten(1).double().numpy()

    data = table(parts.X), table(parts.X_test)
    codes = model.transform(parts.X), model.transform(parts.X_test)
    k = min(model.n_components_, *data[0].shape)
    classes = kind == "classifier"
    linear = LogisticRegression(tol=1e-3, max_iter=200) if classes else Ridge()
    guess = DummyClassifier() if classes else DummyRegressor()
    scaled = make_pipeline(StandardScaler(), linear)
    others = {
        "linear, on these codes": (scaled, codes),
        "linear, on the data": (scaled, data),
        f"linear, on {k} PCA codes": (make_pipeline(PCA(k, random_state=0), scaled), data),
        "most frequent class" if classes else "mean of the labels": (guess, data),
    }
    results = {"this model": _measures(parts.y_test, predictor.predict(parts.X_test), kind)}
    # Problems this small are faster on one thread; so many steps measure well enough.
    with warnings.catch_warnings(), threadpool_limits(limits=1):
        warnings.simplefilter("ignore")
        for name, (other, (x, x_test)) in others.items():
            results[name] = _measures(parts.y_test, other.fit(x, parts.y).predict(x_test), kind)
    return results


def _measures(y: np.ndarray, predicted: np.ndarray, kind: str) -> dict[str, float]:
    from sklearn.metrics import accuracy_score, mean_absolute_error, r2_score

    if kind == "classifier":
        return {"accuracy": float(accuracy_score(y, predicted))}
    return {
        "R²": float(r2_score(y, predicted)),
        "mean absolute error": float(mean_absolute_error(y, predicted)),
    }


def show_results(results: Mapping[str, Mapping[str, Any]]) -> None:
    """Print a table of the predictors and their measures."""
    measures = list(next(iter(results.values()), {}))
    show(
        [
            ("on examples held out", *measures),
            *((name, *(f"{row[m]:.4g}" for m in measures)) for name, row in results.items()),
        ]
    )
