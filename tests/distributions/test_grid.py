"""Values on a grid: probabilities sum to one, and moments and draws are theirs."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import stats

from latentia.distributions import DiscretizedLogistic, Levels
from latentia.training import seeded

LOC = torch.tensor([-0.5, 0.0, 0.31, 0.5, 1.0, 40.0], dtype=torch.float64)
SCALE = torch.tensor([1e-3, 0.05, 0.7, 20.0], dtype=torch.float64).unsqueeze(-1)


def distributions(n_levels, dtype=torch.float64):
    logits = torch.randn(4, 6, n_levels, generator=torch.Generator().manual_seed(0), dtype=dtype)
    logistic = DiscretizedLogistic(LOC.to(dtype), SCALE.to(dtype), n_levels)
    return {"levels": Levels(3 * logits), "logistic": logistic}


def grid(n_levels, dtype=torch.float64):
    return (torch.arange(n_levels, dtype=dtype) / (n_levels - 1)).reshape(-1, 1, 1)


@pytest.mark.parametrize("n_levels", [2, 3, 17, 256])
@pytest.mark.parametrize("name", ["levels", "logistic"])
def test_probabilities_sum_to_one_and_give_the_moments(name, n_levels):
    p, x = distributions(n_levels)[name], grid(n_levels)
    mass = p.log_prob(x).exp()
    mean = (mass * x).sum(0)
    assert torch.allclose(mass.sum(0), torch.ones(4, 6, dtype=torch.float64), atol=1e-13)
    assert torch.allclose(p.mean, mean, atol=1e-13)
    assert torch.allclose(p.variance, (mass * (x - mean).square()).sum(0), atol=1e-12)


@pytest.mark.parametrize("name", ["levels", "logistic"])
def test_single_precision_sums_to_one_as_well(name):
    p = distributions(256, torch.float32)[name]
    mass = p.log_prob(grid(256, torch.float32)).double().exp()
    assert torch.allclose(mass.sum(0), torch.ones(4, 6, dtype=torch.float64), atol=1e-5)


def test_the_logistic_is_a_difference_of_its_distribution_function():
    p, x = distributions(17)["logistic"], grid(17)
    edges = np.concatenate([[-np.inf], (np.arange(16) + 0.5) / 16, [np.inf]]).reshape(-1, 1, 1)
    cdf = stats.logistic.cdf(edges, loc=LOC.numpy(), scale=SCALE.numpy())
    assert np.allclose(p.log_prob(x).exp().numpy(), np.diff(cdf, axis=0), atol=1e-14)


def test_far_levels_keep_a_probability_and_a_gradient():
    # 255 levels from a narrow location, a difference of distribution functions is 0 - 0.
    loc = torch.zeros(1, requires_grad=True)
    value = DiscretizedLogistic(loc, torch.tensor(1e-3), 256).log_prob(
        torch.tensor([1.0, 254 / 255])
    )
    (slope,) = torch.autograd.grad(value[0], loc)
    assert torch.allclose(value, -torch.tensor([254.5 / 255, 253.5 / 255]) * 1e3, rtol=1e-4, atol=1)
    assert slope.item() == pytest.approx(1e3)


@pytest.mark.parametrize("name", ["levels", "logistic"])
def test_draws_are_levels_with_their_frequencies(name):
    p = distributions(5)[name]
    with seeded(0):
        draws = p.sample((20_000,))
    frequencies = (draws == grid(5).unsqueeze(1)).double().mean(1)
    assert torch.allclose(frequencies.sum(0), torch.ones(4, 6, dtype=torch.float64))
    # Five standard errors at most, in each of 120 cells.
    mass = p.log_prob(grid(5)).exp()
    assert ((frequencies - mass).abs() <= 5 * (mass * (1 - mass) / 20_000).sqrt() + 1e-9).all()


@pytest.mark.parametrize("name", ["levels", "logistic"])
def test_values_off_the_grid_count_as_the_nearest_and_shapes_expand(name):
    p = distributions(5)[name]
    off, on = torch.tensor([0.3, -2.0, 7.0]), torch.tensor([0.25, 0.0, 1.0])
    shape = (3, 1, 1)
    assert torch.equal(p.log_prob(off.reshape(shape)), p.log_prob(on.reshape(shape)))
    wide = p.expand((3, 4, 6))
    assert wide.batch_shape == (3, 4, 6) and wide.sample((2,)).shape == (2, 3, 4, 6)
    assert torch.allclose(wide.log_prob(on.reshape(shape)), p.log_prob(on.reshape(shape)))


def test_entropy_and_mode_of_levels():
    p = distributions(5)["levels"]
    log_mass = p.log_prob(grid(5))
    assert torch.allclose(p.entropy(), -(log_mass.exp() * log_mass).sum(0))
    assert torch.equal(p.mode, log_mass.argmax(0) / 4)
