"""The laws of a prior."""

from __future__ import annotations

import torch

from latentia.conditional import ConditionalDistribution
from latentia.training import seeded


def check_prior(prior: ConditionalDistribution) -> None:
    """Check that a prior obeys the laws that models rely on.

    It says the shape and space of its codes, gives its own draws a finite density, and with a
    condition it has the batch shape of that condition.

    Parameters
    ----------
    prior : ConditionalDistribution
        One that ignores its condition, or accepts one of width 1.

    Raises
    ------
    AssertionError
        With the law that was broken.

    Examples
    --------
    >>> from latentia.priors import StandardNormal
    >>> check_prior(StandardNormal(3))
    """
    name = type(prior).__name__
    with seeded(0):
        z = prior().sample((6,))
    assert z.shape == (6, *prior.event_shape), f"{name} draws another shape than it says"
    assert prior.space, f"{name} does not say where its codes live"
    assert prior().log_prob(z).isfinite().all(), f"{name} gives its own draws no density"
    assert prior(torch.zeros(4, 1)).batch_shape == (4,), f"{name} does not follow its condition"
