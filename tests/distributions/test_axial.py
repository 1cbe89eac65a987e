"""Directions around an axis: closed forms, moments, and derivatives of draws."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy import special
from torch.distributions import kl_divergence
from torch.nn.functional import normalize

from latentia.distributions import (
    PowerSpherical,
    UniformSphere,
    VonMisesFisher,
    divergence,
    has_exact_divergence,
    point,
)
from latentia.training import seeded

FAMILIES = [VonMisesFisher, PowerSpherical]
DIMENSIONS = [2, 3, 4, 5, 8, 16, 33, 64]
CONCENTRATIONS = torch.tensor([0.1, 0.7, 1.0, 5.0, 20.0, 100.0, 1e3, 1e4])


def axis(d, *batch, dtype=torch.float32):
    g = torch.Generator().manual_seed(d)
    return normalize(torch.randn(*batch, d, generator=g, dtype=dtype), dim=-1)


def log_area(d):
    return math.log(2) + d / 2 * math.log(math.pi) - math.lgamma(d / 2)


@pytest.mark.parametrize("d", DIMENSIONS)
def test_von_mises_fisher_has_the_bessel_functions_in_single_precision(d):
    k = CONCENTRATIONS.double().numpy()
    order, log_bessel = d / 2 - 1, np.log(special.ive(d / 2 - 1, k)) + k
    log_constant = order * np.log(k) - d / 2 * np.log(2 * np.pi) - log_bessel
    ratio = special.ive(order + 1, k) / special.ive(order, k)
    concentration = CONCENTRATIONS.clone().requires_grad_()
    q = VonMisesFisher(axis(d), concentration)
    at_axis, opposite = q.log_prob(axis(d)), q.log_prob(-axis(d))
    np.testing.assert_allclose(at_axis.detach(), log_constant + k, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(opposite.detach(), log_constant - k, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(q.mean_resultant_length.detach(), ratio, rtol=1e-4)
    (slope,) = torch.autograd.grad(at_axis.sum(), concentration)
    np.testing.assert_allclose(slope, 1 - ratio, rtol=1e-4)


@pytest.mark.parametrize("d", DIMENSIONS)
def test_power_spherical_is_a_beta_variable_in_single_precision(d):
    k = CONCENTRATIONS.double().numpy()
    b = (d - 1) / 2
    a = b + k
    log_constant = special.gammaln(a + b) - special.gammaln(a) - b * np.log(np.pi)
    log_constant -= (a + b) * np.log(2)
    mean_log = special.digamma(a) - special.digamma(a + b)
    q = PowerSpherical(axis(d), CONCENTRATIONS)
    expected = log_constant + k * np.log(2)
    np.testing.assert_allclose(q.log_prob(axis(d)), expected, rtol=1e-4, atol=1e-5)
    entropy = -expected - k * mean_log
    np.testing.assert_allclose(q.entropy(), entropy, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(q.mean_resultant_length, k / (k + d - 1), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("k", [0.3, 4.0, 50.0])
def test_densities_integrate_to_one(family, k):
    angle = torch.linspace(0, 2 * math.pi, 4001, dtype=torch.float64)[:-1]
    circle = torch.stack([angle.cos(), angle.sin()], dim=-1)
    concentration = torch.tensor(k, dtype=torch.float64)
    total = family(axis(2).double(), concentration).log_prob(circle).exp().mean() * 2 * math.pi
    assert total.item() == pytest.approx(1.0, abs=1e-6)
    # In three dimensions heights are uniform, whatever the axis is.
    w = torch.linspace(-1, 1, 40_001, dtype=torch.float64)
    ball = torch.stack([(1 - w * w).sqrt(), torch.zeros_like(w), w], dim=-1)
    pole = torch.tensor([0.0, 0.0, 1.0], dtype=torch.float64)
    density = family(pole, concentration).log_prob(ball).exp()
    assert torch.trapezoid(density, w).item() * 2 * math.pi == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("d", [2, 3, 20])
def test_the_uniform_density_is_one_over_the_area(d):
    p = UniformSphere(d)
    with seeded(0):
        z = p.sample((100_000,))
    assert p.log_prob(z[:5]).tolist() == pytest.approx([-log_area(d)] * 5)
    assert p.entropy().item() == pytest.approx(log_area(d))
    assert torch.allclose(z.norm(dim=-1), torch.ones(100_000), atol=1e-5)
    # Means and squares of d coordinates, at five standard errors.
    assert (z.mean(0).abs() < 5 / (d * 100_000) ** 0.5).all()
    assert torch.allclose(z.square().mean(0), torch.full((d,), 1 / d), atol=5 / d / 200)


@pytest.mark.parametrize("family", FAMILIES)
def test_without_concentration_it_is_uniform(family):
    q, p = family(axis(4), torch.tensor(1e-4)), UniformSphere(4)
    z = axis(4, 10)
    assert torch.allclose(q.log_prob(z), p.log_prob(z), atol=1e-3)
    assert kl_divergence(q, p).abs() < 1e-5


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("d", [2, 3, 12])
def test_the_divergence_from_uniform_is_exact(family, d):
    # Three values at four standard errors, six times: fails by chance in 1 of 900 seeds.
    q = family(axis(d, 3), torch.tensor([0.5, 5.0, 500.0]))
    p = UniformSphere(d, (3,))
    with seeded(1):
        z = q.sample((50_000,))
    ratio = q.log_prob(z) - p.log_prob(z)
    assert has_exact_divergence(q, p)
    kl = divergence(q, p, z)
    assert ((kl - ratio.mean(0)).abs() < 4 * ratio.std(0) / 50_000**0.5 + 1e-4).all()
    assert (kl > 0).all()
    assert torch.allclose(kl, p.entropy() - q.entropy(), atol=1e-5)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("d", [2, 3, 8, 64])
@pytest.mark.parametrize("k", [0.1, 3.0, 100.0, 1e4])
def test_draws_have_length_one_and_the_right_moments(family, d, k):
    # Two values at five standard errors, 32 times: fails by chance in 4 of 100,000 seeds.
    n, q = 20_000, family(axis(d), torch.tensor(k))
    with seeded(2):
        z = q.sample((n,))
    assert torch.allclose(z.norm(dim=-1), torch.ones(n), atol=1e-5)
    away = (z - q.loc).square().sum(-1) / 2  # 1 - cosine, with all its digits
    other = torch.eye(d)[1] - q.loc * q.loc[1]  # across the axis
    across = z @ normalize(other, dim=0)
    assert (away.mean() - (1 - q.mean_resultant_length)).abs() < 5 * away.std() / n**0.5 + 1e-7
    assert across.mean().abs() < 5 * across.std() / n**0.5


@pytest.mark.parametrize("family", FAMILIES)
def test_derivatives_of_draws_are_those_of_the_expectation(family):
    # Three values at four standard errors, twice: fails by chance in 4 of 10,000 seeds.
    n, weight = 20_000, torch.tensor([1.0, -2.0], dtype=torch.float64)
    raw = torch.tensor([0.8, 1.1, 1.2], dtype=torch.float64)

    def q(raw):
        return family(normalize(raw[..., :2], dim=-1), raw[..., 2].exp())

    def f(z):
        return (z @ weight).exp() + z[..., 0] ** 3

    angle = torch.linspace(0, 2 * math.pi, 2001, dtype=torch.float64)[:-1]
    circle = torch.stack([angle.cos(), angle.sin()], dim=-1)
    whole = raw.clone().requires_grad_()
    expectation = (q(whole).log_prob(circle).exp() * f(circle)).mean() * 2 * math.pi
    (exact,) = torch.autograd.grad(expectation, whole)
    each = raw.expand(n, 3).clone().requires_grad_()
    with seeded(3):
        (drawn,) = torch.autograd.grad(f(q(each).rsample()).sum(), each)
    assert ((drawn.mean(0) - exact).abs() < 4 * drawn.std(0) / n**0.5).all()


@pytest.mark.parametrize("d", [3, 10])
@pytest.mark.parametrize("k", [0.5, 40.0])
def test_derivatives_of_draws_agree_with_the_generating_function(d, k):
    # E exp(a z) = C(k) / C(|k loc + a|). At most 11 values at 4.5 standard errors, four times:
    # fails by chance in 2 of 10,000 seeds.
    n, a = 20_000, 0.7 * axis(d + 1, dtype=torch.float64)[:d]
    raw = torch.cat([axis(d, dtype=torch.float64), torch.tensor([k], dtype=torch.float64)])

    def log_inverse_constant(k):
        z = VonMisesFisher(torch.eye(d, dtype=torch.float64)[0], k)
        return k - z.log_prob(z.loc)

    whole = raw.clone().requires_grad_()
    tilted = (whole[d] * normalize(whole[:d], dim=0) + a).norm()
    expectation = (log_inverse_constant(tilted) - log_inverse_constant(whole[d])).exp()
    (exact,) = torch.autograd.grad(expectation, whole)
    each = raw.expand(n, d + 1).clone().requires_grad_()
    with seeded(4):
        z = VonMisesFisher(normalize(each[:, :d], dim=-1), each[:, d]).rsample()
    (drawn,) = torch.autograd.grad((z @ a).exp().sum(), each)
    error = (drawn.mean(0) - exact).abs()
    assert (error < 4.5 * drawn.std(0) / n**0.5 + 1e-12).all()


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("d", [2, 6, 64])
def test_draws_in_single_precision_move_as_in_double(family, d):
    for k in CONCENTRATIONS:
        q = family(axis(d), k)
        with seeded(5):
            u = q._draw(torch.Size((200,)))
        slope = q._derivative_of_quantile(u)
        double = family(axis(d).double(), k.double())._derivative_of_quantile(u.double())
        assert torch.allclose(slope.double(), double, rtol=1e-3)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("k", [1e-3, 1e4])
def test_extremes_are_finite_and_so_are_their_derivatives(family, k):
    for d in (2, 64):
        loc = axis(d, 1000).requires_grad_()
        concentration = torch.full((1000,), k, requires_grad=True)
        q = family(normalize(loc, dim=-1), concentration)
        with seeded(6):
            z = q.rsample((3,))
        for value in (z.square(), q.log_prob(z), q.log_prob(-loc.detach()), q.entropy()):
            assert value.isfinite().all()
            gradients = torch.autograd.grad(
                value.sum(), (loc, concentration), retain_graph=True, allow_unused=True
            )
            assert all(g.isfinite().all() for g in gradients if g is not None)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_code_is_a_code_of_the_sphere_and_the_mean_is_inside(family):
    q = family(axis(5, 2), torch.tensor([1.0, 9.0]))
    assert torch.equal(point(q), q.loc)
    assert (q.mean.norm(dim=-1) < 1).all()
    expanded = q.expand((4, 2))
    assert expanded.rsample((3,)).shape == (3, 4, 2, 5)
    assert torch.equal(expanded.log_prob(q.loc), q.log_prob(q.loc).expand(4, 2))


@pytest.mark.parametrize("family", FAMILIES)
def test_one_dimension_is_refused(family):
    with pytest.raises(ValueError, match="needs at least 2 numbers"):
        family(torch.ones(3, 1), torch.ones(3))
    with pytest.raises(ValueError, match="d=1"):
        UniformSphere(1)
