"""Divergences against their formulas, Monte Carlo, and each other."""

from __future__ import annotations

import pytest
import torch
from torch.distributions import (
    AffineTransform,
    Distribution,
    ExpTransform,
    Independent,
    Laplace,
    LogNormal,
    LowRankMultivariateNormal,
    MultivariateNormal,
    Normal,
    TransformedDistribution,
    kl_divergence,
    register_kl,
)

from latentia.distributions import (
    Delta,
    divergence,
    has_exact_divergence,
    kl_per_dimension,
)
from latentia.training import seeded


def diagonal(seed, d=3):
    g = torch.Generator().manual_seed(seed)
    loc = torch.randn(5, d, generator=g, dtype=torch.float64)
    scale = torch.rand(5, d, generator=g, dtype=torch.float64) + 0.2
    return Independent(Normal(loc, scale), 1)


def full(seed, d=3):
    g = torch.Generator().manual_seed(seed)
    loc = torch.randn(5, d, generator=g, dtype=torch.float64)
    a = torch.randn(5, d, d, generator=g, dtype=torch.float64)
    covariance = a @ a.transpose(-1, -2) + 0.1 * torch.eye(d)
    return MultivariateNormal(loc, covariance)


def low_rank(seed, d=3):
    g = torch.Generator().manual_seed(seed)
    loc = torch.randn(5, d, generator=g, dtype=torch.float64)
    factor = torch.randn(5, d, 2, generator=g, dtype=torch.float64)
    variance = torch.rand(5, d, generator=g, dtype=torch.float64) + 0.2
    return LowRankMultivariateNormal(loc, factor, variance)


PAIRS = {
    "diagonal-diagonal": (diagonal(0), diagonal(1)),
    "full-full": (full(0), full(1)),
    "full-diagonal": (full(0), diagonal(1)),
    "diagonal-full": (diagonal(0), full(1)),
    "low-rank-diagonal": (low_rank(0), diagonal(1)),
    "diagonal-low-rank": (diagonal(0), low_rank(1)),
    "low-rank-full": (low_rank(0), full(1)),
    "full-low-rank": (full(0), low_rank(1)),
}


@pytest.mark.parametrize("pair", PAIRS)
def test_exact_divergence_agrees_with_sampling(pair):
    # Five values at four standard errors: fails by chance in 3 of 10,000 seeds.
    q, p = PAIRS[pair]
    with seeded(0):
        z = q.sample((100_000,))
    ratio = q.log_prob(z) - p.log_prob(z)
    error = ratio.std(0) / len(z) ** 0.5
    assert has_exact_divergence(q, p)
    assert ((divergence(q, p, z) - ratio.mean(0)).abs() < 4 * error).all()


def test_full_against_diagonal_equals_full_against_full():
    q, p = full(2), diagonal(3)
    as_full = MultivariateNormal(p.mean, torch.diag_embed(p.variance))
    assert torch.allclose(kl_divergence(q, p), kl_divergence(q, as_full), atol=1e-10)
    back = kl_divergence(as_full, q)
    assert torch.allclose(kl_divergence(p, q), back, atol=1e-10)


def test_full_covariance_formula_against_the_standard_normal():
    # (tr S + m'm - k - log det S) / 2
    q = full(4)
    s, m = q.covariance_matrix, q.loc
    trace = s.diagonal(dim1=-2, dim2=-1).sum(-1)
    expected = 0.5 * (trace + (m * m).sum(-1) - 3 - torch.logdet(s))
    zero = torch.zeros(5, 3, dtype=torch.float64)
    p = Independent(Normal(zero, torch.ones_like(zero)), 1)
    assert torch.allclose(kl_divergence(q, p), expected, atol=1e-10)


def test_worked_value_of_one_dimension():
    q = MultivariateNormal(torch.zeros(1), torch.tensor([[4.0]]))
    p = Independent(Normal(torch.zeros(1), torch.ones(1)), 1)
    assert divergence(q, p, q.sample((1,))).item() == pytest.approx(0.80685, abs=1e-5)


def test_per_dimension_sums_to_the_whole():
    q, p = PAIRS["diagonal-diagonal"]
    assert torch.allclose(kl_per_dimension(q, p).sum(-1), kl_divergence(q, p))


def test_per_dimension_is_none_where_it_does_not_decompose():
    assert kl_per_dimension(full(0), full(1)) is None


def test_sampled_divergence_is_used_where_no_closed_form_is_known():
    q = Independent(Laplace(torch.zeros(2), torch.ones(2)), 1)
    p = MultivariateNormal(torch.zeros(2), torch.eye(2))
    z = q.sample((1000,))
    assert not has_exact_divergence(q, p)
    assert torch.equal(divergence(q, p, z), (q.log_prob(z) - p.log_prob(z)).mean(0))


def test_a_point_mass_has_no_closed_form():
    p = Independent(Normal(torch.zeros(2), torch.ones(2)), 1)
    assert not has_exact_divergence(Delta(torch.zeros(2), 1), p)


def test_independent_over_two_dimensions_has_no_closed_form_against_a_full_normal():
    p = Independent(Normal(torch.zeros(4, 2), torch.ones(4, 2)), 2)
    assert not has_exact_divergence(MultivariateNormal(torch.zeros(2), torch.eye(2)), p)


def test_low_rank_equals_full_with_the_same_covariance():
    q, p = low_rank(0), diagonal(1)
    dense = MultivariateNormal(q.loc, q.covariance_matrix)
    assert torch.allclose(kl_divergence(q, p), kl_divergence(dense, p), atol=1e-10)
    assert torch.allclose(kl_divergence(p, q), kl_divergence(p, dense), atol=1e-10)


def test_transforms_drop_out_only_where_they_are_the_same():
    q, p = diagonal(0), diagonal(1)
    shift = AffineTransform(1.0, 2.0, event_dim=1)
    same = [TransformedDistribution(base, [shift, ExpTransform()]) for base in (q, p)]
    assert has_exact_divergence(*same)
    z = same[0].sample((4,))
    assert torch.allclose(divergence(*same, z), kl_divergence(q, p))
    other = TransformedDistribution(p, [AffineTransform(0.0, 3.0, event_dim=1), ExpTransform()])
    assert not has_exact_divergence(same[0], other)
    expected = (same[0].log_prob(z) - other.log_prob(z)).mean(0)
    assert torch.equal(divergence(same[0], other, z), expected)


def test_transforms_of_bases_without_a_closed_form_have_none():
    laplace = Independent(Laplace(torch.zeros(2), torch.ones(2)), 1)
    normal = MultivariateNormal(torch.zeros(2), torch.eye(2))
    assert not has_exact_divergence(
        *(TransformedDistribution(base, [ExpTransform()]) for base in (laplace, normal))
    )


def test_transformed_distributions_with_formulas_of_their_own_keep_them():
    assert has_exact_divergence(LogNormal(0.0, 1.0), LogNormal(1.0, 2.0))


def test_a_formula_that_is_registered_later_is_found():
    class Own(Normal):
        pass

    class Other(Distribution):
        pass

    q, p = Own(0.0, 1.0), Other(validate_args=False)
    assert not has_exact_divergence(q, p)
    register_kl(Own, Other)(lambda q, p: q.loc)
    assert has_exact_divergence(q, p)
