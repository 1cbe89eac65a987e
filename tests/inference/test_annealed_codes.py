"""Annealed draws of codes find the evidence where plain ones do not."""

from __future__ import annotations

import pytest
import torch

from latentia import conditional, heads, models, networks, priors
from latentia.errors import IncompatiblePartsError
from latentia.inference import annealed_importance_sampling, importance_sampling
from latentia.models import Batch
from latentia.training import seeded


@pytest.fixture
def lost(linear_gaussian):
    """An encoder that is far off, and examples."""
    model, marginal = linear_gaussian
    with seeded(0):
        x = marginal.sample((20,))
    with torch.no_grad():
        model.encoder.net.layers[0].bias += 1.5
    return model, Batch(x), marginal.log_prob(x)


def test_walks_find_what_as_many_draws_do_not(lost):
    model, batch, exact = lost
    with seeded(1):
        walks = annealed_importance_sampling(model, batch, 32, 200)
        draws = importance_sampling(model, batch, 32)
    assert (walks.log_likelihood - exact).abs().max() < 4 * walks.standard_error.max()
    assert (walks.log_likelihood - exact).abs().mean() < 0.1
    assert (draws.log_likelihood - exact).abs().mean() > 0.3
    assert (walks.effective_sample_size > draws.effective_sample_size).double().mean() > 0.9


def test_walks_are_unbiased(lost):
    # 8,000 estimates by one walk of three steps each, four standard errors.
    model, batch, exact = lost
    x = batch.x[:1].expand(8000, 3)
    with torch.no_grad():
        model.encoder.net.layers[0].bias -= 1.2
    with seeded(2):
        p = annealed_importance_sampling(model, Batch(x), 1, 3, step_size=0.8).log_likelihood.exp()
    assert abs(p.mean() - exact[0].exp()) < 4 * p.std() / len(p) ** 0.5


def test_memory_is_bounded(lost):
    model, batch, _ = lost
    sizes = []
    model.decoder.register_forward_hook(lambda m, args, out: sizes.append(args[0][..., 0].numel()))
    annealed_importance_sampling(model, batch, 7, 2, max_values=8 * 20)
    assert max(sizes) <= 20


def test_what_cannot_walk_is_refused(lost):
    model, batch, _ = lost
    with pytest.raises(ValueError, match="n_temperatures=0"):
        annealed_importance_sampling(model, batch, n_temperatures=0)
    with pytest.raises(ValueError, match="step_size=0"):
        annealed_importance_sampling(model, batch, step_size=0)
    code, values = heads.VonMisesFisher(3), heads.Bernoulli(3)
    encoder = conditional.Amortized(networks.MLP(3, code.n_params), code)
    decoder = conditional.Amortized(networks.MLP(3, 3), values)
    sphere = models.LatentVariableModel(encoder, decoder, priors.UniformSphere(3))
    with pytest.raises(IncompatiblePartsError, match="codes in 'sphere'"):
        annealed_importance_sampling(sphere, Batch(torch.zeros(2, 3)))
