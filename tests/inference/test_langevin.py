"""Chains have the moments of the density that they are of."""

from __future__ import annotations

import math

import pytest
import torch

from latentia.inference import langevin
from latentia.training import seeded

MEAN = torch.tensor([1.0, -2.0], dtype=torch.float64)
COVARIANCE = torch.tensor([[1.0, 0.6], [0.6, 0.8]], dtype=torch.float64)
N_CHAINS = 4000


def energy(z):
    return -torch.distributions.MultivariateNormal(MEAN, COVARIANCE).log_prob(z)


def last(temperature=1.0, adjusted=True, step_size=0.3, n_steps=150):
    with seeded(0):
        start = torch.zeros(2, N_CHAINS // 2, 2, dtype=torch.float64)
        chain = langevin(
            energy,
            start,
            n_steps=n_steps,
            step_size=step_size,
            temperature=temperature,
            adjusted=adjusted,
        )
    assert chain.shape == (n_steps, 2, N_CHAINS // 2, 2)
    return chain[-1].flatten(0, 1)


@pytest.mark.parametrize("temperature", [1.0, 0.25])
def test_adjusted_chains_have_mean_and_covariance_of_the_density(temperature):
    # Five moments of 4,000 independent chains within 4 standard errors: a right sampler fails for
    # at most one seed in 3,000, and the seed is fixed.
    z = last(temperature, step_size=0.3 * temperature)
    covariance = temperature * COVARIANCE
    errors = [(z - MEAN).mean(0) / (covariance.diagonal() / N_CHAINS).sqrt()]
    products = torch.einsum("ni,nj->nij", z - MEAN, z - MEAN)
    variance = covariance.diagonal().outer(covariance.diagonal()) + covariance.square()
    errors.append(((products.mean(0) - covariance) / (variance / N_CHAINS).sqrt()).flatten())
    assert torch.cat(errors).abs().max() < 4


def test_unadjusted_chains_are_biased_by_their_step():
    # z' = (1 - e) z + sqrt(2 e) xi along an axis of variance 1 has the variance 1 / (1 - e / 2).
    with seeded(0):
        chain = langevin(
            lambda z: z.square().sum(2) / 2,
            torch.zeros(1, N_CHAINS, 2, dtype=torch.float64),
            n_steps=60,
            step_size=0.5,
            adjusted=False,
        )
    variance = chain[-1].square().mean()
    assert abs(variance - 1 / 0.75) < 4 * variance * (1 / N_CHAINS) ** 0.5


def test_a_step_far_too_long_is_refused_and_the_chain_stays():
    z = last(step_size=1e4, n_steps=3)
    assert (z == 0).all(1).double().mean() > 0.9


def test_an_infinite_energy_is_a_wall():
    with seeded(0):
        chain = langevin(
            lambda z: torch.where(z[..., 0] < 0, torch.inf, z[..., 0]),
            torch.ones(1, 4000, 1, dtype=torch.float64),
            n_steps=200,
            step_size=0.2,
        )
    assert (chain >= 0).all()
    assert abs(chain[-1].mean() - 1) < 4 / math.sqrt(4000)  # of an exponential variable


def test_the_same_seed_gives_the_same_chain_and_no_gradient():
    with torch.no_grad():
        first = last(n_steps=5)
    assert torch.equal(first, last(n_steps=5)) and not first.requires_grad


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"n_steps": 0, "step_size": 0.1}, "n_steps=0"),
        ({"n_steps": 1, "step_size": 0.0}, "step_size=0.0"),
        ({"n_steps": 1, "step_size": 0.1, "temperature": -1.0}, "temperature=-1.0"),
    ],
)
def test_bad_arguments_are_refused(settings, match):
    with pytest.raises(ValueError, match=match):
        langevin(energy, torch.zeros(1, 1, 2, dtype=torch.float64), **settings)
