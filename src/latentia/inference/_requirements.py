"""What an estimate needs of a model, and a reason where it is not there."""

from __future__ import annotations

import torch
from torch.distributions import Distribution

from latentia.distributions import Delta
from latentia.errors import IncompatiblePartsError
from latentia.models import Batch, LatentVariableModel


def prior_of(model: LatentVariableModel, batch: Batch, function: str) -> Distribution:
    """Return p(z|c) of each example, or refuse a model without a prior."""
    if model.prior is None:
        raise IncompatiblePartsError(
            f"{function} and a model without a prior do not fit: log p(x) is an integral over "
            "p(z). Build the model as LatentVariableModel(encoder, decoder, "
            "priors.StandardNormal(...))."
        )
    prior = model.prior(*batch.conditions)
    return prior if batch.conditions else prior.expand(torch.Size((len(batch),)))


def posterior_of(model: LatentVariableModel, batch: Batch, function: str) -> Distribution:
    """Return q(z|x, c) of each example, or refuse a point mass."""
    posterior = model.encoder(batch.seen, *batch.conditions)
    if isinstance(posterior, Delta):
        raise IncompatiblePartsError(
            f"{function} and a deterministic encoder do not fit: a point mass has no density "
            "to weigh draws with. Use a posterior such as heads.DiagonalNormal."
        )
    return posterior
