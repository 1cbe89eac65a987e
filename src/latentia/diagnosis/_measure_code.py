"""Vital signs of the code: whether it is used, and where the prior expects it."""

from __future__ import annotations

import math

import numpy as np
import torch

from latentia import evaluation
from latentia.diagnosis._diagnosable import Diagnosable, head_of, parts_of
from latentia.diagnosis._vitals import CodebookVitals, CodeVitals
from latentia.distributions import Delta, Quantized
from latentia.heads import Quantizer
from latentia.models import Batch, LatentVariableModel


@torch.no_grad()
def code_vitals(model: Diagnosable, batch: Batch, n_available: int) -> CodeVitals:
    inner, x, c = model.model_, batch.x, batch.conditions
    head = head_of(inner.encoder)
    report = evaluation.code(inner, x, c)
    information, ceiling = evaluation.code_information(inner, x, c)
    together = evaluation.aggregated_posterior(inner, x, c)
    deterministic = _is_point(inner, batch)
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


def _is_point(model: LatentVariableModel, batch: Batch) -> bool:
    if (head := head_of(model.encoder)) is not None:
        return head.deterministic
    first = batch.take(slice(0, 1))  # such as codes that are searched for
    return isinstance(model.encoder(first.x, *first.conditions), Delta)


def _codebook(model: LatentVariableModel, head: Quantizer, batch: Batch) -> CodebookVitals:
    found = []
    for part in parts_of(batch):
        posterior = model.encoder(part.x, *part.conditions)
        assert isinstance(posterior, Quantized)
        found.append(posterior.indices.flatten().cpu())
    counts = torch.cat(found).bincount(minlength=head.n_codes).double()
    shares = counts[counts > 0] / counts.sum()
    perplexity = math.exp(float(-(shares * shares.log()).sum()))
    return CodebookVitals(head.n_codes, len(shares), int(counts.sum()), perplexity)
