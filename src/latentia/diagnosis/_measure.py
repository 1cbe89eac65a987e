"""Vital signs of a fitted estimator."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor
from torch.distributions import Distribution, Independent

from latentia import evaluation
from latentia._arrays import as_array
from latentia.data import Affine
from latentia.diagnosis._vitals import CodebookVitals, CodeVitals, FitVitals, Vitals
from latentia.distributions import Quantized, point
from latentia.heads import Head, Quantizer, TopK
from latentia.models import Batch, LatentVariableModel
from latentia.training import History

_ROWS = 1024
# Surer than 99.9%: of a hundred such predictions at least, or their share of errors is chance.
_CERTAIN, _ENOUGH = 0.999, 100


@runtime_checkable
class Diagnosable(Protocol):
    """A fitted estimator with a latent-variable model inside, as all of latentia's are."""

    model_: LatentVariableModel
    scaling_: Affine
    history_: History
    n_components_: int
    likelihood_: Any

    def as_batch(self, X: Any, y: Any = None) -> Batch:
        """Return examples as the parts of the model are given them."""

    def transform(self, X: Any) -> Any:
        """Return the code of each example."""

    def inverse_transform(self, Z: Any) -> Any:
        """Return the example for each code."""

    def get_feature_names_out(self) -> Any:
        """Return a name for each dimension of the code."""


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
    code = _code(model, batch, n_available)
    table = batch.x.double().flatten(1).cpu()
    return Vitals(
        n_examples=len(batch),
        n_features=table.shape[1],
        n_components=model.n_components_,
        beta=_beta(model),
        likelihood=str(model.likelihood_),
        priced=model.model_.prior is not None or _is_spoilt(model),
        feature_spread=table.std(0, correction=0).numpy() if _is_real(model) else None,
        feature_size=float(table.square().mean(0).max().sqrt()),
        code=code,
        fit=_fit(model, X, batch, new, code),
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


def _head(part: Any) -> Head | None:
    return getattr(part, "head", None)


def _is_real(model: Diagnosable) -> bool:
    head = _head(model.model_.decoder)
    return head is not None and head.space == "real"


def _is_spoilt(model: Diagnosable) -> bool:
    names = ("penalty", "corruption", "code_corruption")
    return any(getattr(model, name, None) is not None for name in names)


def _beta(model: Diagnosable) -> float:
    beta = getattr(model, "beta", None)
    last = model.history_.records[-1] if model.history_.records else {}
    beta = beta(int(last.get("step", 0))) if callable(beta) else beta
    return 1.0 if beta is None else float(beta)


@torch.no_grad()
def _code(model: Diagnosable, batch: Batch, n_available: int) -> CodeVitals:
    inner, x, c = model.model_, batch.x, batch.conditions
    head = _head(inner.encoder)
    report = evaluation.code(inner, x, c)
    information, ceiling = evaluation.code_information(inner, x, c)
    together = evaluation.aggregated_posterior(inner, x, c)
    deterministic = head is not None and head.deterministic
    shift = width = noise = None
    if together.prior_codes is not None:
        mean, unit = together.prior_codes.mean(0), together.prior_codes.std(0)
        unit = np.where(unit > 0, unit, 1.0)
        shift, width = (together.mean - mean) / unit, np.sqrt(together.variance) / unit
        noise = None if deterministic else np.sqrt(together.noise) / unit
    return CodeVitals(
        deterministic=deterministic,
        space=getattr(inner.encoder, "space", "real"),
        variance=report.variance,
        kl=report.kl_per_dimension,
        noise=noise,
        information=information,
        ceiling=ceiling,
        shift=shift,
        width=width,
        mmd=together.mmd,
        differs=together.differs,
        n_active=report.n_active,
        codebook=_codebook(inner, head, batch) if isinstance(head, Quantizer) else None,
    )


def _codebook(model: LatentVariableModel, head: Quantizer, batch: Batch) -> CodebookVitals:
    found = []
    for part in _parts(batch):
        posterior = model.encoder(part.x, *part.conditions)
        assert isinstance(posterior, Quantized)
        found.append(posterior.indices.flatten().cpu())
    counts = torch.cat(found).bincount(minlength=head.n_codes).double()
    shares = counts[counts > 0] / counts.sum()
    perplexity = math.exp(float(-(shares * shares.log()).sum()))
    return CodebookVitals(head.n_codes, len(shares), int(counts.sum()), perplexity)


@torch.no_grad()
def _fit(
    model: Diagnosable, X: Any, batch: Batch, new: Batch | None, code: CodeVitals
) -> FitVitals:
    inner, history = model.model_, model.history_
    x = batch.x.double().flatten(1).cpu()
    head, curves = _head(inner.decoder), history.curves()
    normed = getattr(model, "norm", None) is not None
    copies = _copies(model, X, batch, code)
    return FitVitals(
        error=_error(inner, batch),
        mean_error=float(x.var(0, correction=0).sum()),
        pca_error=_pca_error(model, x, code),
        held_out_error=None if new is None else _error(inner, new),
        n_steps=int(history.records[-1].get("step", 0)) if history.records else 0,
        loss=curves.get("loss", []),
        validation_loss=curves.get("validation_loss", []),
        kept=history.kept,
        density=not normed and head is not None and not head.discrete,
        likelihood_scale=None if normed else _scale(inner, batch),
        overconfident=_overconfident(inner, batch if new is None else new),
        noise_explained=copies.get("noise_explained"),
        data_explained=copies.get("data_explained"),
    )


def _parts(batch: Batch) -> Iterator[Batch]:
    for start in range(0, len(batch), _ROWS):
        yield batch.take(slice(start, start + _ROWS))


def _likelihoods(model: LatentVariableModel, batch: Batch) -> Iterator[tuple[Tensor, Distribution]]:
    for part in _parts(batch):
        z = model.encode(part.x, *part.conditions)
        yield part.x, model.decoder(z, *part.conditions)


def _error(model: LatentVariableModel, batch: Batch) -> float:
    pairs = _likelihoods(model, batch)
    total = sum(float((point(p).double() - x.double()).square().sum()) for x, p in pairs)
    return total / len(batch)


def _pca_error(model: Diagnosable, x: Tensor, code: CodeVitals) -> float | None:
    encoder = model.model_.encoder
    bounded = isinstance(_head(encoder), TopK | Quantizer) or code.space not in ("real", "unit")
    k = model.n_components_ if code.deterministic else code.n_active
    if bounded or not 0 < k < x.shape[1]:
        return None
    return evaluation.pca_floor(x, x, k)["sse"]


def _scale(model: LatentVariableModel, batch: Batch) -> float | None:
    head = _head(model.decoder)
    if not isinstance(getattr(head, "scale", None), str):
        return None
    varies = batch.x.flatten(1).var(0) > 0
    scales = [
        p.base_dist.scale.flatten(1)[:, varies]
        for _, p in _likelihoods(model, batch)
        if isinstance(p, Independent) and hasattr(p.base_dist, "scale")
    ]
    return float(torch.cat(scales).mean(0).min()) if scales and bool(varies.any()) else None


def _overconfident(model: LatentVariableModel, batch: Batch) -> float | None:
    head = _head(model.decoder)
    if head is None or head.space != "binary":
        return None
    n_sure = n_wrong = 0
    for x, likelihood in _likelihoods(model, batch):
        p = point(likelihood)
        sure = (p - 0.5).abs() > _CERTAIN - 0.5
        n_sure += int(sure.sum())
        n_wrong += int((sure & ((x - p).abs() > 0.5)).sum())
    return n_wrong / n_sure if n_sure >= _ENOUGH else None


def _copies(model: Diagnosable, X: Any, batch: Batch, code: CodeVitals) -> dict[str, float]:
    wide = model.n_components_ >= batch.x[0].numel()
    if not (code.deterministic and wide) or batch.conditions:
        return {}
    return evaluation.copying(model, as_array(X), scale=model.scaling_.scale)
