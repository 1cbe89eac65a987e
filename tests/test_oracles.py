"""Whole models against closed forms: the linear-Gaussian model and probabilistic PCA."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

from latentia import conditional, heads, networks
from latentia.inference import log_likelihood
from latentia.models import Batch, Trace
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


@pytest.fixture(params=["diagonal", "full"])
def wrong(request, linear_gaussian):
    """The model with an encoder that is not the posterior, and what is: (model, exact, log p)."""
    model, marginal = linear_gaussian
    with torch.no_grad():
        layer = model.encoder.net.layers[0]
        if request.param == "diagonal":
            exact = model.encoder
            model.encoder = copy.deepcopy(exact)
            model.encoder.net.layers[0].bias += 0.3
            model.encoder.head.log_scale += 0.2
        else:
            exact, code = model.encoder, heads.FullNormal(2)
            net = networks.MLP(3, code.n_params).double()
            net.layers[0].weight.zero_()
            net.layers[0].weight[:2] = layer.weight
            net.layers[0].bias.copy_(torch.tensor([0.2, 0.4, -0.7, -0.3, 0.8]))
            model.encoder = conditional.Amortized(net, code).double()
    return model, exact, marginal


def _pass(model, x):
    """A pass whose four draws have the mean and covariance of the posterior: exact for squares."""
    q = model.encoder(x)
    full = getattr(q, "scale_tril", None)
    factor = torch.diag_embed(q.stddev) if full is None else full
    steps = 2**0.5 * factor.movedim(-1, 0)
    return Trace(model, Batch(x), q, torch.cat([q.mean + steps, q.mean - steps]))


def test_elbo_plus_gap_is_the_evidence(wrong, x):
    # log p(x) = ELBO + KL(q || p(z|x)), for a q that is not the posterior.
    model, exact, marginal = wrong
    with torch.no_grad():
        trace = _pass(model, x)
        loss = ELBO()(trace, Info())
        gap = torch.distributions.kl_divergence(trace.posterior, exact(x))
    assert gap.min() > 0.05
    assert torch.allclose(loss.terms["elbo"] + gap, marginal.log_prob(x), atol=1e-6)
    assert torch.allclose(loss.values, -loss.terms["elbo"], atol=1e-9)


def test_three_forms_of_the_bound_are_one_number(wrong, x):
    # Reconstruction and divergence; joint density and entropy; evidence and gap.
    model, exact, marginal = wrong
    with torch.no_grad():
        trace = _pass(model, x)
        q, terms = trace.posterior, ELBO()(trace, Info()).terms
        log_prior = -0.5 * (q.mean.square() + q.variance + np.log(2 * np.pi)).sum(-1)
        forms = [
            -(terms["reconstruction"] + terms["kl"]),
            _expected_reconstruction(model, q, x) + log_prior + q.entropy(),
            marginal.log_prob(x) - torch.distributions.kl_divergence(q, exact(x)),
        ]
    for form in forms:
        assert torch.allclose(terms["elbo"], form, atol=1e-6)


def test_a_weight_counts_in_the_value_and_not_in_the_terms(wrong, x):
    model, _, _ = wrong
    with torch.no_grad():
        plain, weighted = (ELBO(beta)(_pass(model, x), Info()) for beta in (1.0, 4.0))
    kl = plain.terms["kl"]
    assert torch.allclose(weighted.values, plain.values + 3 * kl, atol=1e-9)
    assert all(torch.allclose(weighted.terms[name], term) for name, term in plain.terms.items())


def test_the_sampled_divergence_is_the_closed_one_on_average(wrong, x):
    # Without noise too, as both densities are squares under the exponential.
    model, _, _ = wrong
    with torch.no_grad():
        trace = _pass(model, x)
        q, p = trace.posterior, trace.prior
        sampled = (q.log_prob(trace.z) - p.log_prob(trace.z)).mean(0)
        assert torch.allclose(ELBO()(trace, Info()).terms["kl"], sampled, atol=1e-6)


def _expected_reconstruction(model, q, x):
    """E_q log p(x|z) of a linear decoder in closed form."""
    weight = model.decoder.net.layers[0].weight
    sigma = model.decoder.head.scale
    at_mean = model.decoder(q.mean).log_prob(x)
    covariance = getattr(q, "covariance_matrix", None)
    covariance = torch.diag_embed(q.variance) if covariance is None else covariance
    spread = torch.einsum("ij,nik,kj->n", weight.T, covariance, weight.T)
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
