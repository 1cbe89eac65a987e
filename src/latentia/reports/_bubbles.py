"""The picture of where posteriors lie and how wide they are."""

from __future__ import annotations

import torch
from matplotlib.figure import Figure
from torch import Tensor
from torch.distributions import (
    Distribution,
    Independent,
    LowRankMultivariateNormal,
    MultivariateNormal,
    Normal,
)

from latentia import plotting
from latentia.reports._observed import Observed, some_rows

# More than these hide each other.
_MOST_BUBBLES = 150


def bubbles(seen: Observed) -> Figure | None:
    """Draw some normal posteriors of two dimensions; None where they are others."""
    rows = some_rows(len(seen.X), _MOST_BUBBLES)
    device = seen.estimator.scaling_.scale.device
    with torch.no_grad():
        x, conditions = seen.scaled(seen.X[rows]).to(device), (c[rows] for c in seen.given())
        posterior = seen.estimator.model_.encoder(x, *conditions)
    spread = _spread(posterior)
    if spread is None or posterior.event_shape != (2,):
        return None
    labels = None if seen.y is None or seen.y.ndim > 1 else seen.y[rows]
    return plotting.bubbles(posterior.mean, spread, labels)


def _spread(posterior: Distribution) -> Tensor | None:
    """Return standard deviations or covariances of a normal distribution."""
    match posterior:
        case Independent(base_dist=Normal()):
            return posterior.stddev
        case MultivariateNormal() | LowRankMultivariateNormal():
            return posterior.covariance_matrix
    return None
