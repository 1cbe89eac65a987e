"""Importance sampling uses exactly the draws it was asked for and refuses point masses."""

from __future__ import annotations

import pytest
import torch

from latentia import conditional, heads, models, networks
from latentia.errors import IncompatiblePartsError
from latentia.inference import log_importance_weights, log_likelihood
from latentia.models import Batch
from latentia.training import seeded


@pytest.mark.parametrize("n_samples", [1, 7, 50, 101])
def test_exactly_as_many_draws_as_asked(linear_gaussian, n_samples):
    model, _ = linear_gaussian
    counted = []
    model.decoder.register_forward_hook(lambda m, args, out: counted.append(len(args[0])))
    log_likelihood(model, Batch(torch.zeros(3, 3, dtype=torch.float64)), n_samples, chunk_size=20)
    assert sum(counted) == n_samples


def test_chunks_do_not_change_the_estimate(linear_gaussian):
    model, _ = linear_gaussian
    with torch.no_grad():
        model.encoder.net.layers[0].bias += 0.5
    x = torch.randn(4, 3, dtype=torch.float64)
    with seeded(0), torch.no_grad():
        trace = model.trace(Batch(x), 8)
    expected = log_importance_weights(trace).exp().mean(0).log()
    with seeded(0):
        assert torch.allclose(log_likelihood(model, Batch(x), 8, chunk_size=8), expected)


def test_exponential_is_unbiased_for_any_number_of_draws(linear_gaussian):
    # 20,000 estimates of p(x) with two draws, four standard errors.
    model, marginal = linear_gaussian
    with torch.no_grad():
        model.encoder.net.layers[0].bias += 0.2
    x = torch.zeros(1, 3, dtype=torch.float64).expand(20_000, 3)
    with seeded(0):
        p = log_likelihood(model, Batch(x), n_samples=2).exp()
    error = p.std() / len(p) ** 0.5
    assert abs(p.mean() - marginal.log_prob(x[0]).exp()) < 4 * error


def test_a_point_mass_is_refused():
    code = heads.Delta(2)
    model = models.LatentVariableModel(
        conditional.Amortized(networks.MLP(3, 2), code),
        conditional.Amortized(networks.MLP(2, 3), heads.Bernoulli(3)),
    )
    with pytest.raises(IncompatiblePartsError, match="deterministic encoder"):
        log_likelihood(model, Batch(torch.zeros(1, 3)))
    with pytest.raises(ValueError, match="n_samples=0"):
        log_likelihood(model, Batch(torch.zeros(1, 3)), 0)
