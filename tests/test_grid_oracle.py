"""A trained model of two codes, whose evidence and posterior a fine grid gives."""

from __future__ import annotations

import math
from functools import partial

import pytest
import torch
from sklearn.datasets import load_digits

from latentia import VAE
from latentia.heads import DiagonalNormal
from latentia.inference import log_importance_weights, log_likelihood
from latentia.models import Batch
from latentia.training import seeded

X = load_digits().data / 16
N = 8


@pytest.fixture(scope="module", params=["diagonal", "full", "inverse-autoregressive"])
def model(request):
    # Scales of 0.5 keep the posterior of a digit wider than the cells of the grid.
    vae = VAE(
        2,
        posterior=request.param,
        hidden_layer_sizes=(64,),
        likelihood=partial(DiagonalNormal, scale=0.5),
        scaling="none",
        precision="float64",
        max_iter=30,
        learning_rate=3e-3,
        random_state=0,
        verbose=False,
    )
    return vae.fit(X).model_


@pytest.fixture(scope="module")
def grid(model):
    """Return log p(x), and log p(z, x) at the centres z of cells, of a log-area."""
    axis = torch.linspace(-7, 7, 351, dtype=torch.float64)
    z, cell = torch.cartesian_prod(axis, axis), 2 * math.log(14 / 350)
    x = torch.from_numpy(X[:N])
    with torch.no_grad():
        decoded, prior = model.decoder(z), model.prior().log_prob(z)
        joint = torch.stack([prior + decoded.log_prob(one) for one in x], 1)
    return torch.logsumexp(joint, 0) + cell, joint, z, cell


def test_importance_sampling_finds_the_evidence(model, grid):
    with seeded(0):
        estimate = log_likelihood(model, Batch(torch.from_numpy(X[:N])), n_samples=5000)
    assert (estimate - grid[0]).abs().max() < 0.05


def test_the_bound_and_its_gap_add_up_to_the_evidence(model, grid):
    evidence, joint, z, cell = grid
    batch = Batch(torch.from_numpy(X[:N]))
    with seeded(1), torch.no_grad():
        trace = model.trace(batch, 20_000)
        weights = log_importance_weights(trace)
        density = trace.posterior.log_prob(z.unsqueeze(1))
    bound, noise = weights.mean(0), weights.std(0) / math.sqrt(20_000)
    # KL(q || p(z|x)) by quadrature, which shares no draw with the bound.
    gap = ((density + cell).exp() * (density - joint + evidence)).sum(0)
    assert (gap > -1e-3).all()
    assert ((bound + gap - evidence).abs() < 5 * noise + 0.01).all()


def test_more_draws_are_a_tighter_bound(model, grid):
    # Twenty thousand draws of eight digits: the mean of each bound is known to 0.01 nats.
    with seeded(2), torch.no_grad():
        weights = log_importance_weights(model.trace(Batch(torch.from_numpy(X[:N])), 20_000))
    bounds = [
        float((weights.view(-1, k, N).logsumexp(1) - math.log(k)).mean()) for k in (1, 5, 50, 5_000)
    ]
    assert bounds == sorted(bounds)
    assert bounds[-1] < float(grid[0].mean()) + 0.01
