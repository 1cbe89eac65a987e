"""The laws of a head."""

from __future__ import annotations

import torch

from latentia.distributions import Delta, point
from latentia.heads import Head
from latentia.training import seeded


def check_head(head: Head) -> None:
    """Check that a head obeys the laws that models rely on.

    Leading dimensions are kept, an example does not depend on its neighbours, the deterministic
    code repeats, draws are finite and have a finite density, and that density has finite
    gradients even where the network's output is extreme.

    Parameters
    ----------
    head : Head

    Raises
    ------
    AssertionError
        With the law that was broken.

    Examples
    --------
    >>> from latentia.heads import DiagonalNormal
    >>> check_head(DiagonalNormal((3,)))
    """
    with seeded(0):
        raw = torch.randn(2, 5, head.n_params)
        distribution = head(raw)
        draws = distribution.sample()
    name = type(head).__name__
    assert distribution.batch_shape == (2, 5), f"{name} loses leading dimensions"
    assert distribution.event_shape == head.event_shape, f"{name} has another event shape"
    assert torch.equal(point(distribution), point(head(raw))), f"the point of {name} varies"
    assert draws.isfinite().all(), f"{name} draws NaN or infinity"
    if isinstance(distribution, Delta):
        return
    alone = head(raw[1:, 2:3]).log_prob(draws[1:, 2:3])
    together = distribution.log_prob(draws)
    assert together.isfinite().all(), f"{name} gives its own draws no density"
    assert torch.allclose(alone, together[1:, 2:3], atol=1e-4), f"{name} mixes examples"
    extreme = (1e4 * raw).requires_grad_()
    value = head(extreme).log_prob(draws)
    (gradient,) = torch.autograd.grad(value.sum(), extreme)
    assert value.isfinite().all(), f"{name} overflows for extreme network outputs"
    assert gradient.isfinite().all(), f"{name} has infinite gradients for extreme network outputs"
