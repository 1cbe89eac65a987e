"""Vital signs of reconstructions and of training."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.distributions import Distribution, Independent

from latentia import evaluation
from latentia._arrays import as_array
from latentia.diagnosis._diagnosable import Diagnosable, head_of, parts_of
from latentia.diagnosis._vitals import CodeVitals, FitVitals
from latentia.distributions import point
from latentia.heads import Quantizer, TopK
from latentia.models import Batch, LatentVariableModel

# Surer than 99.9%: of a hundred such predictions at least, or their share of errors is chance.
_CERTAIN, _ENOUGH = 0.999, 100


@torch.no_grad()
def fit_vitals(
    model: Diagnosable, X: Any, batch: Batch, new: Batch | None, code: CodeVitals
) -> FitVitals:
    inner, history = model.model_, model.history_
    x = batch.x.double().flatten(1).cpu()
    head, curves = head_of(inner.decoder), history.curves()
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


def _likelihoods(model: LatentVariableModel, batch: Batch) -> Iterator[tuple[Tensor, Distribution]]:
    for part in parts_of(batch):
        z = model.encode(part.x, *part.conditions)
        yield part.x, model.decoder(z, *part.conditions)


def _error(model: LatentVariableModel, batch: Batch) -> float:
    pairs = _likelihoods(model, batch)
    total = sum(float((point(p).double() - x.double()).square().sum()) for x, p in pairs)
    return total / len(batch)


def _pca_error(model: Diagnosable, x: Tensor, code: CodeVitals) -> float | None:
    encoder = model.model_.encoder
    bounded = isinstance(head_of(encoder), TopK | Quantizer) or code.space not in ("real", "unit")
    k = model.n_components_ if code.deterministic else code.n_active
    if bounded or not 0 < k < x.shape[1]:
        return None
    return evaluation.pca_floor(x, x, k)["sse"]


def _scale(model: LatentVariableModel, batch: Batch) -> float | None:
    head = head_of(model.decoder)
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
    head = head_of(model.decoder)
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
