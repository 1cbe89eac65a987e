"""More zeros than counts have: the law of total probability."""

from __future__ import annotations

import torch
from torch.distributions import Poisson

from latentia.distributions import ZeroInflated
from latentia.training import seeded

RATE = torch.tensor([0.3, 2.0, 9.0], dtype=torch.float64)
ZEROS = torch.tensor([[-2.0], [0.5]], dtype=torch.float64)
X = torch.arange(60, dtype=torch.float64).reshape(-1, 1, 1)


def inflated():
    return ZeroInflated(Poisson(RATE.expand(2, 3)), ZEROS)


def test_it_is_a_mixture_of_zero_and_counts():
    mass = inflated().log_prob(X).exp()
    p = ZEROS.sigmoid()
    expected = (1 - p) * Poisson(RATE).log_prob(X).exp() + p * (X == 0)
    assert torch.allclose(mass, expected)
    assert torch.allclose(mass.sum(0), torch.ones(2, 3, dtype=torch.float64))


def test_moments_are_sums_over_counts():
    mass, p = inflated().log_prob(X).exp(), inflated()
    mean = (mass * X).sum(0)
    assert torch.allclose(p.mean, mean)
    assert torch.allclose(p.variance, (mass * (X - mean).square()).sum(0))


def test_draws_have_these_moments_and_shapes_expand():
    with seeded(0):
        draws = inflated().expand((2, 3)).sample((50_000,))
    error = (inflated().variance / 50_000).sqrt()
    assert ((draws.mean(0) - inflated().mean).abs() < 5 * error).all()
    assert torch.equal(draws, draws.round())


def test_certain_and_impossible_zeros_stay_finite():
    logits = torch.tensor([-1e4, 1e4], requires_grad=True)
    value = ZeroInflated(Poisson(torch.ones(2)), logits).log_prob(torch.tensor([[0.0], [3.0]]))
    (slope,) = torch.autograd.grad(value.sum(), logits)
    assert value.isfinite().all() and slope.isfinite().all()
