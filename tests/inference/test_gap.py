"""The gap of the bound is that of the family and that of the network, each where it should be."""

from __future__ import annotations

import pytest
import torch
from torch.distributions import Independent, Normal, Poisson, kl_divergence

from latentia import conditional, heads, models, networks, priors
from latentia.errors import IncompatiblePartsError
from latentia.inference import exact_log_likelihood, inference_gaps, quadrature
from latentia.models import Batch
from latentia.training import seeded

QUICK = {"n_steps": 300, "n_samples": 2000}


@pytest.fixture
def off(linear_gaussian):
    """An encoder that is off, examples, and the exact posterior."""
    model, marginal = linear_gaussian
    with seeded(0):
        x = marginal.sample((12,))
    with torch.no_grad():
        exact = model.encoder(x).base_dist
        exact = Independent(Normal(exact.loc, exact.scale.clone()), 1)
        model.encoder.net.layers[0].bias += 0.3
        model.encoder.head.log_scale += 0.4
    return model, Batch(x), exact


def test_a_family_that_holds_the_posterior_leaves_the_gap_of_the_network(off):
    model, batch, exact = off
    gap = kl_divergence(model.encoder(batch.x), exact)
    with seeded(1):
        found = inference_gaps(model, batch, heads.DiagonalNormal(2).double(), **QUICK)
    assert found.approximation.abs().max() < 0.05
    assert (found.amortization - gap).abs().max() < 0.15
    assert (found.log_likelihood - exact_log_likelihood(model, batch)).abs().max() < 0.05


def test_a_family_too_small_keeps_a_gap_of_its_own(off):
    # The scales of this encoder are no output: refined, it finds the means and nothing else.
    model, batch, exact = off
    q = model.encoder(batch.x)
    best = Independent(Normal(exact.base_dist.loc, q.base_dist.scale), 1)
    with seeded(1):
        found = inference_gaps(model, batch, **QUICK)
    assert (found.approximation - kl_divergence(best, exact)).abs().max() < 0.1
    total = kl_divergence(q, exact)
    assert (found.approximation + found.amortization - total).abs().max() < 0.15


def test_a_full_covariance_reaches_what_a_diagonal_one_does_not():
    with seeded(0):
        code, values = heads.DiagonalNormal(2), heads.DiagonalNormal(3, scale=0.5)
        model = models.LatentVariableModel(
            conditional.Amortized(networks.MLP(3, code.n_params), code),
            conditional.Amortized(networks.MLP(2, 3), values),
            priors.StandardNormal(2),
        ).double()
        model.decoder.net.layers[0].weight.data = torch.tensor(
            [[1.0, 0.8], [0.8, 1.0], [0.0, 0.5]], dtype=torch.float64
        )
        batch = Batch(torch.randn(5, 3, dtype=torch.float64))
        diagonal, full = (
            inference_gaps(model, batch, family, n_steps=600)
            for family in (None, heads.FullNormal(2).double())
        )
    # With the precision matrix P, the best diagonal normal misses log(P11 P22 / |P|) / 2.
    w = model.decoder.net.layers[0].weight.detach()
    precision = torch.eye(2, dtype=torch.float64) + w.T @ w / 0.25
    missed = 0.5 * (precision.diagonal().log().sum() - precision.logdet())
    assert missed > 0.1
    assert (diagonal.approximation - missed).abs().max() < 0.1
    assert full.approximation.abs().max() < 0.05
    for found in (diagonal, full):
        exact = quadrature(model, batch).log_likelihood
        assert (found.log_likelihood - exact).abs().max() < 0.15
        assert (found.amortization > -0.05).all()


def test_the_model_stays_as_it_is(off):
    model, batch, _ = off
    before = {name: value.clone() for name, value in model.state_dict().items()}
    inference_gaps(model, batch, n_steps=3, n_samples=10)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(p.grad is None and p.requires_grad for p in model.parameters())


def test_memory_is_bounded(off):
    model, batch, _ = off
    sizes = []
    model.decoder.register_forward_hook(lambda m, args, out: sizes.append(args[0][..., 0].numel()))
    found = inference_gaps(model, batch, n_steps=2, n_draws=4, n_samples=33, max_values=8 * 20)
    assert max(sizes) <= 20
    assert all(part.shape == (12,) for part in found)


def with_encoder(encoder, prior=True):
    decoder = conditional.Amortized(networks.MLP(2, 3), heads.Bernoulli(3))
    return models.LatentVariableModel(encoder, decoder, priors.StandardNormal(2) if prior else None)


def amortized(head):
    return conditional.Amortized(networks.MLP(3, head.n_params), head)


class Counts(heads.Head):
    """Draws without a derivative, in a space that says nothing of it."""

    def forward(self, raw):
        return Independent(Poisson(raw.exp(), validate_args=False), 1)


def test_an_encoder_without_a_head_needs_a_family():
    layers = (
        amortized(heads.DiagonalNormal(1)),
        conditional.Amortized(networks.MLP(1, 2), heads.DiagonalNormal(1)),
    )
    model, batch = with_encoder(conditional.BottomUp(*layers)), Batch(torch.zeros(2, 3))
    with pytest.raises(IncompatiblePartsError, match="encoder BottomUp"):
        inference_gaps(model, batch)
    found = inference_gaps(model, batch, heads.DiagonalNormal(2), n_steps=2, n_samples=5)
    assert found.refined.isfinite().all()


def test_what_has_no_gap_is_refused():
    batch = Batch(torch.zeros(2, 3))
    with pytest.raises(IncompatiblePartsError, match="deterministic encoder"):
        inference_gaps(with_encoder(amortized(heads.Delta(2))), batch)
    model = with_encoder(amortized(heads.DiagonalNormal(2)), prior=False)
    with pytest.raises(IncompatiblePartsError, match="without a prior"):
        inference_gaps(model, batch)
    model = with_encoder(amortized(heads.DiagonalNormal(2)))
    with pytest.raises(IncompatiblePartsError, match="family Counts"):
        inference_gaps(model, batch, Counts(2))
    for other in (heads.Bernoulli(2), heads.DiagonalNormal(3)):
        with pytest.raises(IncompatiblePartsError, match="codes of the encoder"):
            inference_gaps(model, batch, other)
    for name in ("n_steps", "n_draws", "n_samples", "max_values"):
        with pytest.raises(ValueError, match=f"{name}=0"):
            inference_gaps(model, batch, **{name: 0})
