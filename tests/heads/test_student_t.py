"""Student's t: the density of scipy, heavy tails, degrees of freedom that can be learned."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy import stats
from torch.distributions import Chi2

from latentia import distributions, heads
from latentia.distributions import divergence, has_exact_divergence, point
from latentia.priors import StandardNormal
from latentia.testing import check_head
from latentia.training import seeded

X = torch.linspace(-30, 30, 61, dtype=torch.float64).unsqueeze(-1)


@pytest.mark.parametrize("df", [1.5, 5.0, 80.0])
def test_the_density_is_scipys(df):
    head = heads.StudentT(1, df=df, scale=0.7).double()
    p = head(torch.tensor([[1.2]], dtype=torch.float64))
    oracle = stats.t(df, loc=1.2, scale=0.7)
    assert np.allclose(p.log_prob(X).numpy(), oracle.logpdf(X.squeeze(-1).numpy()))
    assert p.mean.item() == pytest.approx(1.2)
    assert p.variance.item() == pytest.approx(oracle.var())


def test_draws_follow_the_distribution():
    # The Kolmogorov-Smirnov distance of 5,000 draws is above 0.0231 once in 100 seeds.
    head = heads.StudentT(1, df=3.0, scale=2.0)
    with seeded(0):
        draws = head(torch.ones(1, 1)).sample((5000,)).flatten().numpy()
    assert stats.kstest(draws, stats.t(3, loc=1, scale=2).cdf).statistic < 0.0231


def test_an_outlier_pulls_with_a_bounded_force():
    loc = torch.zeros(1, 1, requires_grad=True)
    x = torch.tensor([[10.0], [1000.0]])
    for head, grows in (
        (heads.StudentT(1, scale=1.0), False),
        (heads.DiagonalNormal(1, 1.0), True),
    ):
        pulls = [torch.autograd.grad(head(loc).log_prob(v).sum(), loc)[0].item() for v in x]
        assert (pulls[1] > pulls[0]) == grows


@pytest.mark.parametrize("shape", [(3,), (4, 5)], ids=str)
@pytest.mark.parametrize("scale", ["predicted", "shared", "feature", 0.5])
def test_it_is_a_head(scale, shape):
    check_head(heads.StudentT(shape, df="learned", scale=scale))


@pytest.mark.parametrize(("df", "low", "high"), [(3.0, 2.2, 4.5), (1e6, 40, 100)])
def test_learned_degrees_of_freedom_are_those_of_the_data(df, low, high):
    head = heads.StudentT(1, df="learned", scale="shared")
    with seeded(0):
        x = distributions.StudentT(torch.tensor([df]), 0.0, 1.0).sample((20_000,))
        with torch.no_grad():
            head.start_from(x)
        optimizer = torch.optim.LBFGS(head.parameters(), max_iter=60, line_search_fn="strong_wolfe")

        def loss():
            optimizer.zero_grad()
            value = -head(torch.zeros(len(x), 1)).log_prob(x).mean()
            value.backward()
            return value

        optimizer.step(loss)
    p = head(torch.zeros(1, 1)).base_dist
    assert low < p.df.item() < high
    assert p.variance.isfinite().all()


def test_as_a_posterior_its_divergence_is_sampled():
    q, p = heads.StudentT(2)(torch.zeros(1, 4)), StandardNormal(2)()
    p = p.expand((1,))
    assert not has_exact_divergence(q, p)
    assert torch.equal(point(q), torch.zeros(1, 2))
    with seeded(0):
        z = q.rsample((20_000,))
    grid = torch.linspace(-200, 200, 400_001, dtype=torch.float64)
    density = stats.t(5).pdf(grid)
    integrand = density * (stats.t(5).logpdf(grid) - stats.norm.logpdf(grid))
    assert divergence(q, p, z).item() == pytest.approx(2 * np.trapezoid(integrand, grid), abs=0.1)


def test_making_one_checks_nothing_on_the_way(monkeypatch):
    # A check of values would make an accelerator wait in every forward pass.
    monkeypatch.setattr(Chi2, "arg_constraints", {"df": _Untouchable()})
    heads.StudentT(2, df="learned")(torch.zeros(3, 4))


class _Untouchable:
    def check(self, value):
        raise AssertionError("the values were looked at")


@pytest.mark.parametrize("df", [1.0, 0.0, -3.0, math.inf, math.nan, None, "free"])
def test_wrong_degrees_of_freedom_are_named(df):
    with pytest.raises(ValueError, match="df="):
        heads.StudentT(2, df=df)
