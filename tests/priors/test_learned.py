"""Learned priors: normalised, where they say at the start, and able to learn codes."""

from __future__ import annotations

import math

import pytest
import torch

from latentia import priors
from latentia.training import seeded


def moved(prior):
    """Parameters far from the start."""
    with seeded(0):
        for parameter in prior.parameters():
            torch.nn.init.normal_(parameter, std=0.7)
    return prior.double()


@torch.no_grad()
def integral(prior, d):
    axis = torch.linspace(-16, 16, 801, dtype=torch.float64)
    grid = torch.cartesian_prod(*[axis] * d).reshape(-1, d)
    return (prior().log_prob(grid).exp().sum() * (axis[1] - axis[0]) ** d).item()


@pytest.mark.parametrize("d", [1, 2])
def test_densities_integrate_to_one(d):
    for prior in (priors.LearnedNormal(d), priors.LearnedMixture(d, 4)):
        assert integral(moved(prior), d) == pytest.approx(1.0, abs=1e-6)
    assert integral(priors.StandardNormal(d, scale=1.7).double(), d) == pytest.approx(1.0, abs=1e-6)


def test_a_scale_is_the_spread():
    prior, unit = priors.StandardNormal(3, scale=2.5), priors.StandardNormal(3)
    z = torch.randn(7, 3, generator=torch.Generator().manual_seed(0))
    expected = unit().log_prob(z / 2.5) - 3 * math.log(2.5)
    assert torch.allclose(prior().log_prob(z), expected)


@pytest.mark.parametrize("scale", [0.0, -1.0, math.inf, math.nan])
def test_scales_that_are_none_are_refused(scale):
    with pytest.raises(ValueError, match="scale="):
        priors.StandardNormal(2, scale=scale)


def test_the_normal_starts_as_the_standard_normal():
    z = torch.randn(5, 2, 3, generator=torch.Generator().manual_seed(0))
    learned = priors.LearnedNormal((2, 3))().log_prob(z)
    assert torch.allclose(learned, priors.StandardNormal((2, 3))().log_prob(z))


def test_the_mixture_starts_as_wide_as_the_standard_normal_with_components_apart():
    with seeded(0):
        prior = priors.LearnedMixture(2, n_components=2000)()
    assert torch.allclose(prior.mean, torch.zeros(2), atol=0.1)
    assert torch.allclose(prior.variance, torch.ones(2), atol=0.1)
    means = prior.component_distribution.mean
    assert torch.unique(means, dim=0).shape == means.shape
    assert torch.allclose(prior.mixture_distribution.probs, torch.tensor(1 / 2000))


def test_the_generator_of_torch_decides_the_start():
    def build(seed):
        with seeded(seed):
            return priors.LearnedMixture(2)().mean

    assert torch.equal(build(0), build(0)) and not torch.equal(build(0), build(1))


def test_the_mixture_learns_clusters_that_the_normal_cannot():
    with seeded(0):
        sign = torch.randint(2, (200, 1)) * 2.0 - 1
        codes = torch.cat([4 * sign, -4 * sign], 1) + 0.5 * torch.randn(200, 2)
        fitted = [priors.LearnedNormal(2), priors.LearnedMixture(2, 4)]
    for prior in fitted:
        optimizer = torch.optim.Adam(prior.parameters(), lr=0.2)
        for _ in range(100):
            optimizer.zero_grad()
            (-prior().log_prob(codes).mean()).backward()
            optimizer.step()
    normal, mixture = (prior().log_prob(codes).mean() for prior in fitted)
    loc, scale = codes.mean(0), codes.std(0, correction=0)
    best = torch.distributions.Normal(loc, scale).log_prob(codes).sum(1).mean()
    assert normal.item() == pytest.approx(best.item(), abs=0.02)
    truth = priors.Mixture.fit(codes, 2)().log_prob(codes).mean()
    assert truth > best + 1
    assert mixture > truth - 0.25


@pytest.mark.parametrize(
    "wrong", [{"event_shape": (4, 4)}, {"event_shape": 0}, {"n_components": 0}], ids=str
)
def test_wrong_sizes_are_named(wrong):
    (name,) = wrong
    with pytest.raises(ValueError, match=f"{name}="):
        priors.LearnedMixture(**{"event_shape": 2, **wrong})
