"""Chains have the moments of the density that they are of."""

from __future__ import annotations

import math
from functools import partial

import pytest
import torch

from latentia import spaces
from latentia.errors import IncompatiblePartsError
from latentia.inference import langevin, minimize
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


def along(space, energy, start, adjusted=True, step_size=0.3, n_steps=200):
    with seeded(0):
        begin = torch.full((1, N_CHAINS, 1), start, dtype=torch.float64)
        chain = langevin(
            energy, begin, n_steps=n_steps, step_size=step_size, adjusted=adjusted, space=space
        )
    assert torch.equal(space.project(chain[-1]), chain[-1])
    return chain[-1].flatten()


def test_in_a_box_chains_have_the_moments_of_the_cut_density():
    # exp(z) on [0, 1], whose slope drives all chains against a wall.
    z = along(spaces.Box(1, 0.0, 1.0), lambda z: -z.sum(2), 0.5, step_size=0.05)
    mean = 1 / (math.e - 1)
    second = (math.e - 2) / (math.e - 1)
    assert abs(z.mean() - mean) < 4 * math.sqrt((second - mean**2) / N_CHAINS)
    fourth = (9 * math.e - 24) / (math.e - 1)
    assert abs(z.square().mean() - second) < 4 * math.sqrt((fourth - second**2) / N_CHAINS)


def test_unadjusted_chains_are_thrown_back_by_the_walls():
    z = along(
        spaces.Box(1, 0.0, 1.0),
        lambda z: -z.sum(2),
        0.5,
        adjusted=False,
        step_size=1e-3,
        n_steps=1000,
    )
    mean = 1 / (math.e - 1)
    assert abs(z.mean() - mean) < 0.02 and 0 <= z.min() < 0.01 and 0.99 < z.max() <= 1


@pytest.mark.parametrize("adjusted", [True, False])
def test_on_the_circle_chains_have_the_moments_of_von_mises(adjusted):
    step_size, n_steps = (2.0, 200) if adjusted else (0.02, 1000)
    z = along(spaces.Circle(), lambda z: -(z - 6.0).cos().sum(2), 0.0, adjusted, step_size, n_steps)
    # The mean of cos(z - 6) is I1(1) / I0(1); the variance that of a cosine at most.
    one = torch.ones((), dtype=torch.float64)
    mean = torch.special.i1(one) / torch.special.i0(one)
    assert abs((z - 6.0).cos().mean() - mean) < 4 * math.sqrt(0.36 / N_CHAINS)
    assert abs((z - 6.0).sin().mean()) < 4 * math.sqrt(0.45 / N_CHAINS)


def test_a_space_that_has_no_slopes_or_does_not_hold_the_start_is_refused():
    start = torch.zeros(1, 2, 3)

    def walk(space, begin=start):
        return langevin(lambda z: z.sum(2), begin, n_steps=1, step_size=0.1, space=space)

    with pytest.raises(IncompatiblePartsError, match=r"langevin and Categories"):
        walk(spaces.Categories(3))
    with pytest.raises(ValueError, match=r"shape \(1, 2, 3\)"):
        walk(spaces.Box(2))
    with pytest.raises(ValueError, match=r"outside Box"):
        walk(spaces.Box(3), start + 2)


@pytest.mark.parametrize(
    ("function", "start", "match"),
    [
        (lambda z: z.square(), torch.zeros(1, 2, 1), r"gave shape \(1, 2, 1\)"),
        (lambda z: torch.zeros(z.shape[:2]), torch.zeros(1, 2, 1), "does not depend on z"),
        (lambda z: z.square(), torch.zeros(3), r"start has shape \(3,\)"),
        (lambda z: z.sum(2), torch.zeros(0, 2, 1), r"start has shape \(0, 2, 1\)"),
        (lambda z: z.sum(2), torch.zeros(1, 2, 1, dtype=torch.long), "dtype torch.int64"),
    ],
)
@pytest.mark.parametrize("walk", [minimize, partial(langevin, n_steps=1, step_size=0.1)])
def test_what_cannot_be_walked_on_is_refused(walk, function, start, match):
    with pytest.raises(ValueError, match=match):
        walk(function, start)


def test_a_bottomless_energy_is_refused():
    with pytest.raises(ValueError, match=r"energy 0 has no lower bound"):
        minimize(lambda z: -z.exp().exp().sum(2), torch.ones(1, 2, 1))
