"""Beta: the density of scipy inside, and something finite at the edges."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import stats

from latentia import heads

X = torch.linspace(0.01, 0.99, 99, dtype=torch.float64).unsqueeze(-1)


@pytest.mark.parametrize("raw", [(0.0, 0.0), (1.5, 2.0), (-3.0, -1.0)], ids=str)
def test_the_density_is_scipys(raw):
    p = heads.Beta(1).double()(torch.tensor([raw], dtype=torch.float64))
    m = 1 / (1 + np.exp(-raw[0]))
    c = 2 * np.exp(7 * np.tanh(raw[1] / 7))
    oracle = stats.beta(m * c + 0.01, (1 - m) * c + 0.01)
    assert np.allclose(p.log_prob(X).numpy(), oracle.logpdf(X.squeeze(-1).numpy()))
    assert p.mean.item() == pytest.approx(oracle.mean())
    assert p.variance.item() == pytest.approx(oracle.var())


@pytest.mark.parametrize("sign", [-1.0, 0.0, 1.0])
def test_edges_are_finite_whatever_the_network_says(sign):
    raw = torch.tensor([[sign * 1e4, 1e4], [sign * 1e4, -1e4]], requires_grad=True)
    head = heads.Beta(1)
    value = head(raw).log_prob(torch.tensor([[[0.0]], [[1.0]], [[0.5]]]))
    (gradient,) = torch.autograd.grad(value.sum(), raw)
    assert value.isfinite().all() and gradient.isfinite().all()
    draws = head(raw).sample((1000,))
    assert draws.isfinite().all() and head(raw).log_prob(draws).isfinite().all()


def test_the_edges_count_as_just_inside():
    p = heads.Beta(1)(torch.tensor([[0.3, -1.0]]))
    edges, inside = torch.tensor([[0.0], [1.0]]), torch.tensor([[1e-6], [1 - 1e-6]])
    assert torch.equal(p.log_prob(edges), p.log_prob(inside))
