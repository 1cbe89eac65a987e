"""Free energies: closed forms, limits of hot and cold, and integrals that do not exist."""

from __future__ import annotations

import math

import pytest
import torch

from latentia import conditional, heads, models, networks, spaces
from latentia.errors import IncompatiblePartsError
from latentia.inference import energy_gap, free_energy, most_likely_code, posterior
from latentia.training import seeded


@pytest.fixture
def energy(ellipse):
    return models.LatentEnergy(ellipse, spaces.Circle(), cost="squared_error")


def normal(*shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def linear(d, k):
    """A linear decoder with its marginal, float64."""
    generator = torch.Generator().manual_seed(5)
    net = torch.nn.Linear(k, d).double()
    with torch.no_grad():
        net.weight.copy_(torch.randn(d, k, generator=generator, dtype=torch.float64))
        net.bias.copy_(torch.randn(d, generator=generator, dtype=torch.float64))
    w, b = net.weight.detach(), net.bias.detach()
    covariance = w @ w.T + 0.6**2 * torch.eye(d, dtype=torch.float64)
    marginal = torch.distributions.MultivariateNormal(b, covariance)
    return conditional.Amortized(net, heads.DiagonalNormal(d, scale=0.6)).double(), marginal


@torch.no_grad()
def test_it_falls_with_beta_and_stays_above_the_minimum(energy, points):
    betas = [0.01, 0.1, 1.0, 10.0, 100.0, 1e4]
    values = torch.stack([free_energy(energy, points, b, n_points=4000) for b in betas])
    least = most_likely_code(energy, points).energy
    assert (values.diff(dim=0) <= 1e-9).all()
    assert (values >= least).all()
    assert (values[-1] - least).max() < 1e-3
    assert torch.allclose(free_energy(energy, points, math.inf), least)


@torch.no_grad()
def test_in_the_heat_it_is_the_mean_energy(energy, points):
    # The mean of (y1 - w1 cos z)^2 + (y2 - w2 sin z)^2 over the circle.
    mean = points.square().sum(1) + (2.0**2 + 1.5**2) / 2
    assert torch.allclose(free_energy(energy, points, 1e-7), mean, atol=1e-4)


@pytest.mark.parametrize(("d", "k"), [(3, 1), (3, 2), (1, 2)])
def test_of_a_linear_gaussian_model_it_is_the_negative_log_likelihood(d, k):
    decoder, marginal = linear(d, k)
    energy = models.LatentEnergy(decoder, spaces.Real(k), regularizer="normal")
    with seeded(0):
        y = marginal.sample((20,))
    values = free_energy(energy, y)
    assert torch.allclose(values, -marginal.log_prob(y), atol=1e-8)


def test_by_importance_sampling_from_the_exact_posterior_it_has_no_variance(linear_gaussian):
    model, marginal = linear_gaussian
    energy = models.LatentEnergy(model.decoder, spaces.Real(2), regularizer=model.prior)
    y = normal(8, 3)
    values = free_energy(energy, y, encoder=model.encoder, n_samples=1)
    assert torch.allclose(values, -marginal.log_prob(y))


def test_importance_sampling_agrees_with_the_grid(linear_gaussian):
    model, _ = linear_gaussian
    energy = models.LatentEnergy(model.decoder, spaces.Real(2), regularizer=model.prior)
    wide = heads.DiagonalNormal(2, scale=1.0)
    encoder = conditional.Amortized(model.encoder.net, wide)
    y = normal(8, 3)
    for beta in (0.5, 2.0):
        with seeded(0), torch.no_grad():
            sampled = free_energy(energy, y, beta, encoder=encoder, n_samples=40_000)
        assert torch.allclose(sampled, free_energy(energy, y, beta), atol=0.05)


@torch.no_grad()
def test_of_categories_it_is_a_finite_mixture():
    net = torch.nn.Linear(4, 2, bias=False).double()
    decoder = conditional.Amortized(net, heads.DiagonalNormal(2, scale=0.7))
    energy = models.LatentEnergy(decoder, spaces.Categories(4))
    y = normal(5, 2)
    parts = torch.distributions.Independent(torch.distributions.Normal(net.weight.T, 0.7), 1)
    mixture = torch.distributions.MixtureSameFamily(
        torch.distributions.Categorical(torch.ones(4, dtype=torch.float64)), parts
    )
    assert torch.allclose(free_energy(energy, y), -mixture.log_prob(y))


def test_a_box_is_a_uniform_prior():
    # y = z + noise, z uniform on [-1, 1]: a difference of two normal distribution functions.
    decoder = conditional.Amortized(torch.nn.Identity(), heads.DiagonalNormal(1, scale=0.3))
    energy = models.LatentEnergy(decoder, spaces.Box(1))
    y = torch.linspace(-1.5, 1.5, 7, dtype=torch.float64).unsqueeze(1)
    cdf = torch.special.ndtr
    density = (cdf((1 - y) / 0.3) - cdf((-1 - y) / 0.3)) / 2
    assert torch.allclose(free_energy(energy, y), -density.log()[:, 0])


def test_the_gradient_is_the_posterior_mean_of_the_energys(energy, points):
    n_points, beta = 64, 3.0
    (gradient,) = torch.autograd.grad(
        free_energy(energy, points, beta, n_points=n_points).sum(), energy.decoder.radii
    )
    with torch.no_grad():
        z, p = posterior(energy, points, beta, n_points=n_points)
    expected = torch.autograd.grad(
        (p.T * energy(points, z.unsqueeze(1))).sum(), energy.decoder.radii
    )[0]
    assert torch.allclose(gradient, expected)


def test_the_gradient_in_the_cold_is_that_at_the_best_code(energy, points):
    radii = energy.decoder.radii
    (gradient,) = torch.autograd.grad(free_energy(energy, points, math.inf).sum(), radii)
    (nearly,) = torch.autograd.grad(free_energy(energy, points, 1e5, n_points=20_000).sum(), radii)
    assert torch.allclose(gradient, nearly, rtol=1e-2)


@torch.no_grad()
def test_the_posterior_collapses_onto_the_best_code(energy, points):
    z, p = posterior(energy, points, 1e5, n_points=4000)
    assert torch.allclose(p.sum(1), torch.ones(len(points), dtype=torch.float64))
    best = most_likely_code(energy, points).z[:, 0]
    difference = torch.remainder(z[:, 0] - best.unsqueeze(1) + math.pi, 2 * math.pi) - math.pi
    # Points in the middle have two best codes; there the posterior has two peaks.
    outside = points.norm(dim=1) > 1.2
    assert (p * difference.abs()).sum(1)[outside].max() < 0.02
    assert (posterior(energy, points, 1e-9)[1] - 1 / 200).abs().max() < 1e-9


@torch.no_grad()
def test_the_posterior_of_a_linear_gaussian_model_has_its_mean(linear_gaussian):
    model, _ = linear_gaussian
    energy = models.LatentEnergy(model.decoder, spaces.Real(2), regularizer="normal")
    y = normal(4, 3)
    z, p = posterior(energy, y)
    assert torch.allclose(p @ z, model.encode(y), atol=1e-6)


def test_conditions_reach_every_part():
    torch.manual_seed(0)
    head = heads.DiagonalNormal(2, scale=0.5)
    decoder = conditional.Amortized(networks.MLP(1, 2, (4,), context=1), head).double()
    energy = models.LatentEnergy(decoder, spaces.Box(1), cost="squared_error")
    y, c = normal(5, 2), normal(5, 1)
    together = free_energy(energy, y, 2.0, c)
    alone = torch.cat([free_energy(energy, y[i : i + 1], 2.0, c[i : i + 1]) for i in range(5)])
    assert torch.allclose(together, alone)


def test_pieces_of_the_grid_do_not_change_the_value(energy, points, monkeypatch):
    whole = free_energy(energy, points)
    monkeypatch.setattr("latentia.inference._free_energy._CHUNK", 700)
    assert torch.allclose(free_energy(energy, points), whole)


@pytest.mark.parametrize("function", [free_energy, posterior])
def test_an_integral_that_diverges_is_refused(function, linear_gaussian):
    model, _ = linear_gaussian
    y = torch.zeros(1, 3, dtype=torch.float64)
    for settings in ({}, {"regularizer": "normal", "weight": 0.0}):
        energy = models.LatentEnergy(model.decoder, spaces.Real(2), **settings)
        with pytest.raises(IncompatiblePartsError, match=r"Real.*diverges.*spaces.Box.*normal"):
            function(energy, y)
    assert free_energy(energy, y, math.inf).isfinite()


@pytest.mark.parametrize("beta", [0.0, -1.0, math.nan])
@pytest.mark.parametrize("function", [free_energy, posterior])
def test_a_temperature_that_is_none_is_refused(function, beta, energy, points):
    with pytest.raises(ValueError, match=f"beta={beta}"):
        function(energy, points, beta)


def test_other_bad_arguments_are_refused(energy, points, linear_gaussian):
    with pytest.raises(ValueError, match="n_points=0"):
        free_energy(energy, points, n_points=0)
    with pytest.raises(ValueError, match="n_samples=0"):
        free_energy(energy, points, n_samples=0)
    with pytest.raises(ValueError, match="most_likely_code"):
        posterior(energy, points, math.inf)
    model, _ = linear_gaussian
    many = models.LatentEnergy(model.decoder, spaces.Box(9))
    with pytest.raises(ValueError, match=r"5\.12e\+20 points.*encoder"):
        free_energy(many, points)
    point_mass = conditional.Amortized(networks.MLP(2, 1), heads.Delta(1)).double()
    with pytest.raises(IncompatiblePartsError, match="deterministic encoder"):
        free_energy(energy, points, encoder=point_mass)


def test_the_gap_is_the_share_of_pairs_in_order():
    generator = torch.Generator().manual_seed(0)
    a = torch.randint(0, 9, (30,), generator=generator).double()
    b = torch.randint(3, 12, (40,), generator=generator).double()
    pairs = (a[:, None] < b).double() + (a[:, None] == b).double() / 2
    assert torch.isclose(energy_gap(a, b), pairs.mean())
    assert torch.isclose(energy_gap(a, b) + energy_gap(b, a), torch.ones((), dtype=torch.float64))
    assert energy_gap(a, a) == 0.5


def test_a_code_as_large_as_the_example_collapses_unless_it_costs_something():
    decoder = conditional.Amortized(torch.nn.Identity(), heads.DiagonalNormal(2, scale=1.0))
    generator = torch.Generator().manual_seed(0)
    data = 0.1 * torch.randn(200, 2, generator=generator)
    noise = 8 * torch.rand(200, 2, generator=generator) - 4
    free = models.LatentEnergy(decoder, spaces.Real(2), cost="squared_error")
    costly = models.LatentEnergy(
        decoder, spaces.Real(2), cost="squared_error", regularizer="l2", weight=0.5
    )
    gaps = [
        energy_gap(*(most_likely_code(e, y).energy for y in (data, noise))) for e in (free, costly)
    ]
    assert most_likely_code(free, noise).energy.max() < 1e-6
    assert gaps[1] > 0.99


@pytest.mark.parametrize("shape", [(0,), (2, 2)])
def test_a_gap_of_no_energies_is_refused(shape):
    with pytest.raises(ValueError, match="elsewhere has shape"):
        energy_gap(torch.zeros(3), torch.zeros(shape))
