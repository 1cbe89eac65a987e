"""Values as one row: nothing but their shape changes."""

from __future__ import annotations

import pytest
import torch
from torch.distributions import (
    Independent,
    Normal,
    OneHotCategorical,
    RelaxedOneHotCategorical,
    kl_divergence,
)

from latentia.distributions import Flattened, GumbelSoftmax, has_exact_divergence, point
from latentia.training import seeded


def categories(seed, *shape):
    g = torch.Generator().manual_seed(seed)
    return Flattened(Independent(OneHotCategorical(logits=torch.randn(shape, generator=g)), 1))


def test_densities_moments_and_divergences_are_those_of_the_base():
    q, p = categories(0, 5, 2, 3), categories(1, 5, 2, 3)
    z = q.sample((4,))
    assert z.shape == (4, 5, 6)
    assert torch.equal(q.log_prob(z), q.base_dist.log_prob(z.view(4, 5, 2, 3)))
    assert torch.equal(point(q), q.base_dist.mean.flatten(1))
    assert torch.equal(q.variance, q.base_dist.variance.flatten(1))
    assert torch.equal(q.expand((7, 5)).log_prob(z[0]), q.log_prob(z[0]).expand(7, 5))
    assert has_exact_divergence(q, p)
    assert torch.equal(kl_divergence(q, p), kl_divergence(q.base_dist, p.base_dist))


def test_the_divergence_of_categories_is_the_sum_over_all_of_them():
    q, p = categories(0, 2, 3), categories(1, 2, 3)
    eye = torch.eye(3)
    codes = torch.stack([torch.cat([a, b]) for a in eye for b in eye])
    log_q, log_p = q.log_prob(codes), p.log_prob(codes)
    assert log_q.exp().sum().item() == pytest.approx(1.0, abs=1e-6)
    expected = (log_q.exp() * (log_q - log_p)).sum()
    assert torch.allclose(kl_divergence(q, p), expected, atol=1e-6)


def test_variables_of_other_sizes_have_no_closed_form():
    assert not has_exact_divergence(categories(0, 2, 3), categories(1, 3, 2))
    assert not has_exact_divergence(categories(0, 2, 3), Independent(Normal(torch.zeros(6), 1), 1))


def test_it_has_derivatives_where_the_base_has():
    assert not categories(0, 2, 3).has_rsample
    assert Flattened(GumbelSoftmax(torch.tensor(0.5), torch.zeros(3))).has_rsample


def relaxed(logits, temperature=0.5):
    return GumbelSoftmax(torch.tensor(temperature), logits)


def test_relaxed_categories_are_those_of_torch_inside():
    logits = torch.tensor([0.3, -1.0, 2.0])
    own, theirs = relaxed(logits), RelaxedOneHotCategorical(torch.tensor(0.5), logits=logits)
    with seeded(0):
        z = own.rsample((50,))
    with seeded(0):
        assert torch.equal(z, theirs.rsample((50,)))
    assert torch.equal(own.log_prob(z), theirs.log_prob(z))
    assert torch.equal(point(own), point(theirs))


@pytest.mark.parametrize("temperature", [0.05, 0.5])
def test_relaxed_draws_keep_a_density_for_sure_categories(temperature):
    logits = torch.tensor([0.0, 50.0, -1e4, 1e4]).requires_grad_()
    q = relaxed(logits, temperature)
    with seeded(0):
        z = q.rsample((1000,))
    assert (z > 0).all()
    (gradient,) = torch.autograd.grad(q.log_prob(z).sum(), logits)
    assert q.log_prob(z).isfinite().all() and gradient.isfinite().all()
    assert q.log_prob(torch.eye(4)).isfinite().all()


def test_relaxed_densities_integrate_to_one():
    u = torch.linspace(-30, 30, 20_001, dtype=torch.float64)  # the logit of the first share
    z = torch.stack([u.sigmoid(), (-u).sigmoid()], dim=-1)
    q = relaxed(torch.tensor([0.4, -0.2], dtype=torch.float64))
    density = q.log_prob(z).exp() * z.prod(-1)
    assert torch.trapezoid(density, u).item() == pytest.approx(1.0, abs=1e-6)


def test_the_largest_share_is_as_often_each_category_as_it_is_probable():
    # Three shares at four standard errors: fails by chance in 2 of 10,000 seeds.
    logits = torch.tensor([0.0, 1.0, -0.5])
    with seeded(0):
        z = relaxed(logits).sample((20_000,))
    p = logits.softmax(-1)
    seen = torch.bincount(z.argmax(-1), minlength=3) / 20_000
    assert ((seen - p).abs() < 4 * (p * (1 - p) / 20_000).sqrt()).all()


def test_relaxed_categories_have_no_closed_form():
    assert not has_exact_divergence(relaxed(torch.zeros(3)), relaxed(torch.ones(3)))
