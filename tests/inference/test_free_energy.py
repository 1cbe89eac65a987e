"""Free energies: closed forms, limits of hot and cold, and integrals that do not exist."""

from __future__ import annotations

import math

import pytest
import torch

from latentia import conditional, heads, models, networks, spaces
from latentia.errors import IncompatiblePartsError, UnresolvedIntegralWarning
from latentia.inference import (
    Search,
    energy_gap,
    estimated_free_energy,
    free_energy,
    most_likely_code,
    posterior,
)
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
    (slope,) = torch.autograd.grad(whole.sum(), energy.decoder.radii)
    monkeypatch.setattr("latentia.inference._energy_grid._AT_ONCE", 700)
    pieces = free_energy(energy, points)
    assert torch.allclose(pieces, whole)
    assert torch.allclose(torch.autograd.grad(pieces.sum(), energy.decoder.radii)[0], slope)


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


def points_of(model):
    return torch.zeros(2, *model.decoder.event_shape, dtype=torch.float64)


def test_other_bad_arguments_are_refused(energy, points, linear_gaussian):
    with pytest.raises(ValueError, match="n_points=0"):
        free_energy(energy, points, n_points=0)
    with pytest.raises(ValueError, match="n_samples=0"):
        free_energy(energy, points, n_samples=0)
    with pytest.raises(ValueError, match="most_likely_code"):
        posterior(energy, points, math.inf)
    model, _ = linear_gaussian
    many = models.LatentEnergy(model.decoder, spaces.Box(9))
    with pytest.raises(IncompatiblePartsError, match=r"9 numbers.*3 are the most.*encoder"):
        free_energy(many, points_of(model))
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


# Encoders that are not at home in the space.


def at(encoder, loc, scale, d=1):
    """An encoder of a fixed normal."""
    head = heads.DiagonalNormal(d, scale=scale)
    net = torch.nn.Linear(encoder, d).double()
    with torch.no_grad():
        net.weight.zero_()
        net.bias.fill_(loc)
    return conditional.Amortized(net, head).double()


@pytest.mark.parametrize(
    ("space", "loc", "scale"),
    [(spaces.Box(1), 0.2, 1.0), (spaces.Box(1, 0.0, 3.0), 1.0, 2.0), (spaces.Circle(), 3.0, 3.0)],
    ids=repr,
)
def test_draws_outside_the_space_have_no_weight(space, loc, scale, ellipse):
    decoder = ellipse
    if not isinstance(space, spaces.Circle):
        head = heads.DiagonalNormal(2, scale=0.7)
        with seeded(0):
            decoder = conditional.Amortized(networks.MLP(1, 2, (4,)), head).double()
    energy = models.LatentEnergy(decoder, space, cost="squared_error")
    y = normal(5, 2)
    with seeded(0), torch.no_grad():
        found = estimated_free_energy(energy, y, encoder=at(2, loc, scale), n_samples=40_000)
        exact = free_energy(energy, y)
    assert ((found.values - exact).abs() < 4 * found.error).all()
    assert found.error.max() < 0.02


def test_draws_that_all_miss_the_space_leave_no_gradient_and_an_infinite_energy():
    likelihood = heads.DiagonalNormal(2, scale=1.0)
    decoder = conditional.Amortized(torch.nn.Linear(1, 2).double(), likelihood)
    energy = models.LatentEnergy(decoder, spaces.Box(1), cost="squared_error")
    values = free_energy(energy, normal(3, 2), encoder=at(2, 50.0, 0.1))
    (slope,) = torch.autograd.grad(values.sum(), decoder.net.weight)
    assert (values == math.inf).all() and (slope == 0).all()


@pytest.mark.parametrize(
    ("space", "head"),
    [
        (spaces.Categories(3), heads.DiagonalNormal(3)),
        (spaces.Real(3), heads.OneHot(3)),
        (spaces.Box(3), heads.Logistic(3) if hasattr(heads, "Logistic") else heads.OneHot(3)),
    ],
    ids=repr,
)
def test_an_encoder_that_cannot_reach_the_space_is_refused(space, head):
    decoder = conditional.Amortized(networks.MLP(3, 2), heads.DiagonalNormal(2)).double()
    energy = models.LatentEnergy(decoder, space, regularizer="l2")
    encoder = conditional.Amortized(networks.MLP(2, head.n_params), head).double()
    with pytest.raises(IncompatiblePartsError, match=rf"{type(space).__name__}.*{head.space}"):
        free_energy(energy, normal(4, 2), encoder=encoder)


def test_an_encoder_of_other_codes_is_refused():
    decoder = conditional.Amortized(networks.MLP(1, 2), heads.DiagonalNormal(2)).double()
    energy = models.LatentEnergy(decoder, spaces.Box(1))
    with pytest.raises(IncompatiblePartsError, match=r"shape \(2,\).*shape \(1,\)"):
        free_energy(energy, normal(4, 2), encoder=at(2, 0.0, 1.0, d=2))


# Grids as fine and as wide as the energy asks for.


def flat(likelihood, y):
    return 0 * likelihood.log_prob(y)


@torch.no_grad()
@pytest.mark.parametrize("noise", [1.0, 1e-2, 1e-3, 1e-5])
def test_a_narrow_posterior_is_found(noise):
    decoder = conditional.Amortized(torch.nn.Identity(), heads.DiagonalNormal(1, scale=1.0))
    energy = models.LatentEnergy(
        decoder,
        spaces.Real(1),
        # As above, but of any precision.
        cost=lambda p, y: -torch.distributions.Normal(p.mean, noise).log_prob(y).sum(-1),
        regularizer="normal",
    )
    y = torch.tensor([[1.37], [-0.2501], [0.0], [30.0]], dtype=torch.float64)
    exact = -torch.distributions.Normal(0, math.sqrt(1 + noise**2)).log_prob(y)[:, 0]
    found = estimated_free_energy(energy, y)
    assert (found.values - exact).abs().max() < 1e-4 and found.error.max() < 1e-3


@torch.no_grad()
@pytest.mark.parametrize("beta", [1.0, 1e-2, 1e-4])
def test_a_wide_posterior_is_followed_as_far_as_it_goes(beta):
    decoder = conditional.Amortized(torch.nn.Identity(), heads.DiagonalNormal(1, scale=1.0))
    y = torch.zeros(1, 1, dtype=torch.float64)
    energy = models.LatentEnergy(decoder, spaces.Real(1), regularizer="normal")
    exact = math.log(2 * math.pi) - math.log(math.pi / beta) / 2 / beta
    assert math.isclose(free_energy(energy, y, beta).item(), exact, rel_tol=1e-9)
    weak = models.LatentEnergy(decoder, spaces.Real(1), cost=flat, regularizer="l1", weight=beta)
    assert math.isclose(free_energy(weak, y).item(), -math.log(2 / beta), rel_tol=1e-6)


@torch.no_grad()
def test_narrow_peaks_far_apart_all_count():
    # y = |z| + noise has two posteriors, of which one alone would be log 2 too little.
    decoder = conditional.Amortized(torch.nn.Identity(), heads.DiagonalNormal(1, scale=1.0))
    energy = models.LatentEnergy(
        decoder,
        spaces.Real(1),
        cost=lambda p, y: -torch.distributions.Normal(p.mean.abs(), 1e-3).log_prob(y).sum(-1),
        regularizer="normal",
    )
    y = torch.tensor([[1.3], [2.7]], dtype=torch.float64)
    exact = -torch.distributions.Normal(0, 1).log_prob(y)[:, 0] - math.log(2)
    assert (free_energy(energy, y) - exact).abs().max() < 1e-3


@torch.no_grad()
def test_a_price_that_does_not_grow_diverges():
    decoder = conditional.Amortized(torch.nn.Tanh(), heads.DiagonalNormal(1, scale=1.0))
    energy = models.LatentEnergy(
        decoder, spaces.Real(1), regularizer=lambda z: z.square().sum(2).clamp(max=3.0)
    )
    with pytest.raises(IncompatiblePartsError, match=r"Real.*example 0 diverges"):
        free_energy(energy, torch.zeros(2, 1))


@torch.no_grad()
def test_at_default_settings_the_cold_is_the_least_energy(energy, points):
    cold = free_energy(energy, points, 1e4) - free_energy(energy, points, math.inf)
    assert cold.min() >= 0 and cold.max() < 1e-3


@torch.no_grad()
def test_in_single_precision_too_the_heat_is_the_mean_energy(energy, points):
    single = models.LatentEnergy(energy.decoder.float(), spaces.Circle(), cost="squared_error")
    mean = points.square().sum(1) + (2.0**2 + 1.5**2) / 2
    assert torch.allclose(free_energy(single, points.float(), 1e-7), mean.float(), rtol=1e-5)


@torch.no_grad()
def test_a_posterior_narrower_than_its_grid_warns(energy, points):
    with pytest.warns(UnresolvedIntegralWarning, match=r"misses the posterior of example"):
        posterior(energy, points, 1e6, n_points=50)


def test_memory_is_bounded_by_the_points_of_the_first_grid():
    sizes = []
    head = heads.DiagonalNormal(4, scale=1.0)
    decoder = conditional.Amortized(networks.MLP(3, 4, (8,)), head)
    decoder.register_forward_hook(lambda m, args, out: sizes.append(args[0].numel() // 3))
    energy = models.LatentEnergy(decoder, spaces.Real(3), regularizer="normal")
    free_energy(energy, normal(4, 4).float(), tolerance=0.1).sum().backward()
    assert max(sizes) <= 2**20 / (4 + 4 + 3)


def test_the_coldest_is_found_by_the_search_that_is_given(energy, points):
    rough = Search(energy, n_restarts=1, n_steps=1)
    with torch.no_grad():
        found = free_energy(energy, points, math.inf, search=rough)
        z = rough(points).mean
        assert torch.equal(found, energy(points, z.unsqueeze(0))[0])
        assert (found > free_energy(energy, points, math.inf)).any()


@pytest.mark.parametrize("function", [free_energy, posterior, most_likely_code])
def test_examples_without_an_energy_are_refused(function, linear_gaussian):
    model, _ = linear_gaussian
    energy = models.LatentEnergy(model.decoder, spaces.Real(2), regularizer="normal")
    for shape in ((2, 1), (2,), (2, 3, 1)):
        with pytest.raises(ValueError, match=r"y has shape .* must have shape \(n, 3\)"):
            function(energy, torch.zeros(shape, dtype=torch.float64))
    y = torch.zeros(3, 3, dtype=torch.float64)
    y[1, 2] = math.nan
    with pytest.raises(ValueError, match=r"y\[1\] has a NaN"):
        function(energy, y)
    with pytest.raises(ValueError, match="y holds no example"):
        function(energy, y[:0])


@pytest.mark.parametrize("beta", ["a", True, None])
def test_a_temperature_is_a_number(beta, energy, points):
    with pytest.raises(ValueError, match=r"beta=.* must be a positive number"):
        free_energy(energy, points, beta)
