"""Normal posteriors with correlations: covariances, divergences, and derivatives of draws."""

from __future__ import annotations

import math

import pytest
import torch
from torch.distributions import Independent, Normal, kl_divergence

from latentia import heads, priors
from latentia.distributions import divergence, has_exact_divergence
from latentia.testing import check_head
from latentia.training import seeded

HEADS = {"full": heads.FullNormal, "low-rank": heads.LowRankNormal}


def raw_for(head, seed=0, *batch):
    g = torch.Generator().manual_seed(seed)
    return torch.randn(*batch, head.n_params, generator=g, dtype=torch.float64)


@pytest.mark.parametrize("d", [1, 2, 16])
@pytest.mark.parametrize("name", HEADS)
def test_the_kit_accepts_it(name, d):
    check_head(HEADS[name](d))


def test_the_numbers_that_they_need():
    assert heads.FullNormal(5).n_params == 5 + 5 * 6 // 2
    assert heads.LowRankNormal(5).n_params == 5 * 4
    assert heads.LowRankNormal((5,), rank=3).n_params == 5 * 5


@pytest.mark.parametrize("name", HEADS)
def test_without_correlations_it_is_the_diagonal_normal(name):
    head, diagonal = HEADS[name](4).double(), heads.DiagonalNormal(4)
    raw = raw_for(head, 0, 7)
    raw[:, 8:] = 0
    x = torch.randn(7, 4, dtype=torch.float64)
    assert torch.allclose(head(raw).log_prob(x), diagonal(raw[:, :8]).log_prob(x))
    standard = priors.StandardNormal(4).double()().expand((7,))
    assert torch.allclose(
        kl_divergence(head(raw), standard), kl_divergence(diagonal(raw[:, :8]), standard)
    )


def test_covariances_are_what_the_raw_numbers_say():
    raw = torch.tensor([[0.0, 0.0, 0.0, 0.0, 3.0]], dtype=torch.float64)
    v = 3 / math.sqrt(1.09)  # held below a length of 10
    expected = torch.tensor([[1.0, v], [v, 1 + v * v]], dtype=torch.float64)
    assert torch.allclose(heads.FullNormal(2).double()(raw).covariance_matrix[0], expected)
    raw = torch.tensor([[0.0, 0.0, 0.0, 0.0, 3.0, -3.0]], dtype=torch.float64)
    expected = torch.tensor([[1 + v * v, -v * v], [-v * v, 1 + v * v]], dtype=torch.float64)
    low_rank = heads.LowRankNormal(2, rank=1).double()
    assert torch.allclose(low_rank(raw).covariance_matrix[0], expected)


def test_covariances_of_rank_two_differ_from_the_diagonal_by_rank_two():
    head = heads.LowRankNormal(6, rank=2).double()
    q = head(raw_for(head))
    rest = q.covariance_matrix - torch.diag_embed(q.cov_diag)
    assert torch.linalg.matrix_rank(rest) == 2


@pytest.mark.parametrize("name", HEADS)
def test_the_divergence_from_the_standard_normal(name):
    # (tr S + m'm - k - log det S) / 2
    head = HEADS[name](4).double()
    q = head(raw_for(head, 1, 5))
    p = priors.StandardNormal(4).double()().expand((5,))
    s, m = q.covariance_matrix, q.loc
    trace = s.diagonal(dim1=-2, dim2=-1).sum(-1)
    expected = 0.5 * (trace + (m * m).sum(-1) - 4 - torch.logdet(s))
    assert has_exact_divergence(q, p)
    assert torch.allclose(divergence(q, p, q.sample((1,))), expected, atol=1e-8)


@pytest.mark.parametrize("name", HEADS)
def test_worked_value_of_one_dimension(name):
    head = HEADS[name](1).double()
    raw = torch.zeros(1, head.n_params, dtype=torch.float64)
    raw[0, 1] = 7 * math.atanh(math.log(2) / 7)  # a variance of 4
    p = Independent(Normal(torch.zeros(1, 1).double(), 1.0), 1)
    assert kl_divergence(head(raw), p).item() == pytest.approx(0.80685, abs=1e-5)


@pytest.mark.parametrize("name", HEADS)
def test_derivatives_of_draws_are_those_of_the_expectation(name):
    # E z'Az = tr AS + m'Am. At most 12 values at 4.5 standard errors, twice: fails by chance in 2
    # of 10,000 seeds.
    n, head = 20_000, HEADS[name](3).double()
    a = torch.tensor([[1.0, 0.5, 0.0], [0.5, -1.0, 2.0], [0.0, 2.0, 0.5]], dtype=torch.float64)
    whole = raw_for(head, 2).requires_grad_()
    q = head(whole)
    expectation = (a * q.covariance_matrix).sum() + q.loc @ a @ q.loc
    (exact,) = torch.autograd.grad(expectation, whole)
    each = whole.detach().expand(n, -1).clone().requires_grad_()
    with seeded(0):
        z = head(each).rsample()
    (drawn,) = torch.autograd.grad(((z @ a) * z).sum(), each)
    assert ((drawn.mean(0) - exact).abs() < 4.5 * drawn.std(0) / n**0.5).all()


@pytest.mark.parametrize("name", HEADS)
def test_narrow_and_correlated_densities_have_digits_in_single_precision(name):
    head = HEADS[name](8)
    raw = 10 * torch.randn(200, head.n_params, generator=torch.Generator().manual_seed(3))
    with seeded(0):
        z = head(raw).sample()
    single, scales = head(raw).log_prob(z), head(raw).variance.log()
    double = head.double()(raw.double()).log_prob(z.double())
    assert scales.amin(-1).median() < -7 and scales.amax(-1).median() > 7
    assert (single - double).abs().median() < 1e-3


@pytest.mark.parametrize("name", HEADS)
def test_images_are_refused_with_what_to_use(name):
    with pytest.raises(ValueError, match=r"event_shape=\(4, 5\).*heads.DiagonalNormal"):
        HEADS[name]((4, 5))


@pytest.mark.parametrize("rank", [0, -1, 1.5])
def test_a_wrong_rank_is_named(rank):
    with pytest.raises(ValueError, match="rank="):
        heads.LowRankNormal(3, rank=rank)


@pytest.mark.parametrize("name", HEADS)
def test_a_network_of_the_wrong_width_is_named(name):
    with pytest.raises(ValueError, match="along the last dimension"):
        HEADS[name](3)(torch.zeros(1, 7))
