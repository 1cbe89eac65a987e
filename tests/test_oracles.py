"""Whole models against closed forms: the linear-Gaussian model and probabilistic PCA."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from latentia.inference import log_likelihood
from latentia.models import Batch
from latentia.objectives import ELBO, Info
from latentia.reproductions import reproduce, sklearn_cancer, sklearn_digits
from latentia.training import seeded


@pytest.fixture
def x(linear_gaussian):
    _, marginal = linear_gaussian
    with seeded(0):
        return marginal.sample((50,))


def test_elbo_equals_log_likelihood_at_the_exact_posterior(linear_gaussian, x):
    # E_q log p(x|z) is sampled: 4,000 draws, and four standard errors of their mean.
    model, marginal = linear_gaussian
    with seeded(1), torch.no_grad():
        trace = model.trace(Batch(x), n_samples=4000)
        elbo = ELBO()(trace, Info()).terms["elbo"]
        noise = trace.likelihood.log_prob(x).std(0) / 4000**0.5
    assert ((elbo - marginal.log_prob(x)).abs() < 4 * noise).all()


def test_importance_weights_are_constant_at_the_exact_posterior(linear_gaussian, x):
    model, marginal = linear_gaussian
    with seeded(2):
        estimate = log_likelihood(model, Batch(x), n_samples=1)
    assert torch.allclose(estimate, marginal.log_prob(x), atol=1e-9)


def test_log_likelihood_converges_where_the_posterior_is_wrong(linear_gaussian, x):
    model, marginal = linear_gaussian
    with torch.no_grad():
        model.encoder.net.layers[0].bias += 0.3
        model.encoder.head.log_scale += 0.2
        exact = marginal.log_prob(x).mean()
        with seeded(3):
            bound = {k: log_likelihood(model, Batch(x), k).mean() for k in (1, 10, 5000)}
    assert bound[1] < bound[10] < exact + 0.01
    assert abs(bound[5000] - exact) < 0.01


def test_elbo_plus_gap_is_the_evidence(linear_gaussian, x):
    # log p(x) = ELBO + KL(q || p(z|x)), for a q that is not the posterior.
    model, marginal = linear_gaussian
    with torch.no_grad():
        posterior = model.encoder(x)
        exact = torch.distributions.Normal(posterior.base_dist.loc, posterior.base_dist.scale)
        exact = torch.distributions.Independent(exact, 1)
        model.encoder.net.layers[0].bias += 0.3
        q = model.encoder(x)
        gap = torch.distributions.kl_divergence(q, exact)
        expected = _expected_reconstruction(model, q, x)
        elbo = expected - torch.distributions.kl_divergence(q, model.prior(x))
    assert torch.allclose(elbo + gap, marginal.log_prob(x), atol=1e-9)


def test_three_forms_of_the_bound_are_one_number(linear_gaussian, x):
    # Reconstruction and divergence; joint density and entropy; evidence and gap.
    model, marginal = linear_gaussian
    with torch.no_grad():
        exact = model.encoder(x)
        model.encoder.net.layers[0].bias += 0.3
        model.encoder.head.log_scale += 0.2
        q = model.encoder(x)
        expected = _expected_reconstruction(model, q, x)
        log_prior = -0.5 * (q.mean.square() + q.variance + np.log(2 * np.pi)).sum(-1)
        forms = [
            expected - torch.distributions.kl_divergence(q, model.prior(x)),
            expected + log_prior + q.entropy(),
            marginal.log_prob(x) - torch.distributions.kl_divergence(q, exact),
        ]
    assert torch.allclose(forms[0], forms[1], atol=1e-9)
    assert torch.allclose(forms[0], forms[2], atol=1e-9)


def _expected_reconstruction(model, q, x):
    """E_q log p(x|z) of a linear decoder in closed form."""
    weight = model.decoder.net.layers[0].weight
    sigma = model.decoder.head.scale
    at_mean = model.decoder(q.mean).log_prob(x)
    spread = (weight.square() * q.variance.unsqueeze(-2)).sum((-2, -1))
    return at_mean - spread / (2 * sigma**2)


@pytest.mark.parametrize("name", ["linear-vae-cancer", "linear-vae-digits", "linear-vae-score"])
def test_linear_vae_is_probabilistic_pca(name):
    result = reproduce(name)
    assert result.passed, result


@pytest.mark.parametrize(
    ("X", "k", "exact"),
    [(sklearn_digits(), 10, 17.4519), (sklearn_cancer(), 5, -24.6251)],
    ids=["digits", "cancer"],
)
def test_published_likelihood_is_the_closed_form(X, k, exact):
    # Tipping and Bishop, Probabilistic Principal Component Analysis, 1999.
    values = np.linalg.eigvalsh(np.cov(X.T, bias=True))[::-1]
    noise, d = values[k:].mean(), X.shape[1]
    log_det = np.log(values[:k]).sum() + (d - k) * np.log(noise)
    assert -0.5 * (d * np.log(2 * np.pi) + log_det + d) == pytest.approx(exact, abs=1e-4)
