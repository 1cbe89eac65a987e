"""Counts: the probabilities of scipy, and a start that suits counts of any size."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import stats

from latentia import heads
from latentia.testing import check_head

X = np.arange(3000.0)
T = torch.tensor(X).unsqueeze(-1)
MAKERS = {
    "poisson": heads.Poisson,
    "negative-binomial": lambda shape: heads.NegativeBinomial(shape, "predicted"),
    "zero-inflated-poisson": heads.ZeroInflatedPoisson,
    "zero-inflated": lambda shape: heads.ZeroInflatedNegativeBinomial(shape, "predicted"),
}


def counts(n=4000, mean=(2.0, 300.0, 5.0), total=(0.5, 4.0, 1e6)):
    rng = np.random.default_rng(0)
    mean, total = np.array(mean), np.array(total)
    return torch.tensor(
        rng.negative_binomial(total, total / (total + mean), (n, len(mean)))
    ).double()


@pytest.mark.parametrize("rate", [0.01, 1.0, 700.0])
def test_poisson_is_scipys(rate):
    p = heads.Poisson(1).double()(torch.tensor([[7 * np.arctanh(np.log(rate) / 7)]]))
    assert np.allclose(p.log_prob(T).numpy(), stats.poisson.logpmf(X, rate), atol=1e-9)
    assert p.mean.item() == pytest.approx(rate) == pytest.approx(p.variance.item())


@pytest.mark.parametrize("total", [0.1, 1.0, 50.0])
@pytest.mark.parametrize("mean", [0.3, 20.0])
def test_negative_binomial_is_scipys(mean, total):
    raw = 7 * np.arctanh(np.log([mean, total]) / 7)
    head = heads.NegativeBinomial(1, total_count="predicted").double()
    p = head(torch.tensor(raw[None]))
    oracle = stats.nbinom(total, total / (total + mean))
    assert np.allclose(p.log_prob(T).numpy(), oracle.logpmf(X), atol=1e-8)
    assert p.mean.item() == pytest.approx(mean) == pytest.approx(oracle.mean())
    assert p.variance.item() == pytest.approx(mean + mean**2 / total)
    fixed = heads.NegativeBinomial(1, total_count=total).double()(torch.tensor(raw[None, :1]))
    assert torch.allclose(fixed.log_prob(T), p.log_prob(T))


@pytest.mark.parametrize("name", MAKERS)
def test_probabilities_sum_to_one_and_give_the_moments(name):
    head = MAKERS[name](1).double()
    p = head(torch.full((1, head.n_params), 0.4, dtype=torch.float64))
    mass = p.log_prob(T).exp()
    mean = (mass * T.squeeze()).sum()
    assert mass.sum().item() == pytest.approx(1)
    assert p.mean.item() == pytest.approx(mean.item())
    assert p.variance.item() == pytest.approx((mass * (T.squeeze() - mean).square()).sum().item())


def test_a_large_total_count_is_a_poisson():
    raw = torch.tensor([[0.7]], dtype=torch.float64)
    negative = heads.NegativeBinomial(1, total_count=1e9).double()(raw)
    poisson = heads.Poisson(1).double()(raw)
    assert torch.allclose(negative.log_prob(T[:20]), poisson.log_prob(T[:20]), atol=1e-6)


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("shape", [(3,), (2, 4, 5)], ids=str)
def test_they_are_heads(name, shape):
    check_head(MAKERS[name](shape))


@pytest.mark.parametrize("size", [1e-3, 1e6])
@pytest.mark.parametrize("name", MAKERS)
def test_nothing_overflows_for_rare_and_frequent_counts(name, size):
    head = MAKERS[name](2)
    head.size.fill_(size)
    raw = (1e4 * torch.tensor([[-1.0], [1.0]])).repeat(1, head.n_params).requires_grad_()
    value = head(raw).log_prob(torch.tensor([[0.0, 1e7]]))
    (gradient,) = torch.autograd.grad(value.sum(), raw)
    assert value.isfinite().all() and gradient.isfinite().all()
    assert head(raw).sample().isfinite().all()


@pytest.mark.parametrize("name", ["poisson", "negative-binomial"])
def test_raw_outputs_of_zero_predict_the_mean_of_each_feature(name):
    head, x = heads.likelihoods[name](4), torch.nn.functional.pad(counts(), (0, 1))
    with torch.no_grad():
        head.start_from(x)
    mean = head(torch.zeros(1, head.n_params)).mean[0]
    assert torch.allclose(mean[:3].double(), x.mean(0)[:3], rtol=1e-5)
    assert 0 < mean[3] < 1e-3  # never seen, but not impossible
    assert "size" in head.state_dict()


def test_learned_dispersions_start_at_the_moments():
    head = heads.NegativeBinomial(3, "feature")
    with torch.no_grad():
        head.start_from(counts())
    total = head(torch.zeros(1, 3)).base_dist.total_count[0]
    assert total[:2].tolist() == pytest.approx([0.5, 4.0], rel=0.1)
    assert total[2] > 100  # no overdispersion: nearly a Poisson
    shared = heads.NegativeBinomial(2, "shared")
    with torch.no_grad():
        shared.start_from(counts(mean=(5.0, 300.0), total=(3.0, 3.0)))
    assert shared(torch.zeros(1, 2)).base_dist.total_count[0, 0].item() == pytest.approx(3, rel=0.1)


@pytest.mark.parametrize("total_count", [0.0, -1.0, float("inf"), None, "features"])
@pytest.mark.parametrize("head", [heads.NegativeBinomial, heads.ZeroInflatedNegativeBinomial])
def test_a_wrong_dispersion_is_named(head, total_count):
    with pytest.raises(ValueError, match="total_count="):
        head(2, total_count=total_count)
