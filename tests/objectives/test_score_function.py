"""Codes without a derivative: gradients against enumeration of all codes."""

from __future__ import annotations

import itertools

import pytest
import torch

from latentia import models
from latentia.errors import IncompatiblePartsError
from latentia.objectives import (
    ELBO,
    IWAE,
    PIWAE,
    Constrained,
    Divergence,
    Info,
    Renyi,
)
from latentia.training import seeded

X = torch.tensor([[0.5, -1.0, 0.8]], dtype=torch.float64)
PRIORS = pytest.mark.parametrize("exact", [True, False], ids=["closed", "sampled"])


def densities(model, codes):
    """log p(x|z), log p(z) and log q(z|x) of every code."""
    trace = models.Trace(model, models.Batch(X), model.encoder(X), codes)
    log_likelihood = trace.likelihood.log_prob(X).squeeze(1)
    log_prior = trace.prior.log_prob(codes).squeeze(1)
    return log_likelihood, log_prior, trace.posterior.log_prob(codes).squeeze(1)


def expected_elbo(model, codes, distortion=1.0, rate=1.0):
    log_likelihood, log_prior, log_q = densities(model, codes)
    return (log_q.exp() * (distortion * log_likelihood + rate * (log_prior - log_q))).sum()


def expected_bound_of_two(model, codes, power):
    log_likelihood, log_prior, log_q = densities(model, codes)
    log_w = log_likelihood + log_prior - log_q
    pairs = list(itertools.product(range(8), repeat=2))
    return sum(
        (log_q[i] + log_q[j]).exp()
        * (0.5 * (power * log_w[i]).exp() + 0.5 * (power * log_w[j]).exp()).log()
        / power
        for i, j in pairs
    )


@PRIORS
@pytest.mark.parametrize("n_samples", [1, 3])
def test_the_elbo_has_the_exact_gradient(
    n_samples, exact, discrete, all_codes, estimates, agree, gradient_of
):
    model = discrete(exact)
    objective = ELBO(beta=2.0, n_samples=n_samples)
    for part in (model.encoder, model.decoder, model.prior):
        known = -gradient_of(expected_elbo(model, all_codes, rate=2.0), part)
        drawn = estimates(objective, model, part, copies=256)
        assert agree(drawn, known)
        assert not agree(drawn, 1.5 * known)


@pytest.mark.parametrize(
    ("objective", "power"), [(IWAE(2), 1.0), (IWAE(2, 2), 1.0), (Renyi(0.5, 2), 0.5)], ids=str
)
def test_bounds_of_several_codes_have_the_exact_gradient(
    objective, power, discrete, all_codes, estimates, agree, gradient_of
):
    model = discrete()
    for part in (model.encoder, model.decoder, model.prior):
        known = -gradient_of(expected_bound_of_two(model, all_codes, power), part)
        drawn = estimates(objective, model, part)
        assert agree(drawn, known)
        assert not agree(drawn, 1.5 * known)


@PRIORS
def test_the_divergence_alone_has_the_exact_gradient(
    exact, discrete, all_codes, estimates, agree, gradient_of
):
    model = discrete(exact)
    known = -gradient_of(expected_elbo(model, all_codes, distortion=0.0), model.encoder)
    assert agree(estimates(Divergence(), model, model.encoder), known)


@PRIORS
def test_the_lagrangian_has_the_exact_gradient(
    exact, discrete, all_codes, estimates, agree, gradient_of
):
    model = discrete(exact)
    objective = Constrained(1.0, on="distortion").double()
    objective.multiplier.fill_(3.0)
    known = -gradient_of(expected_elbo(model, all_codes, distortion=3.0), model.encoder)
    assert agree(estimates(objective, model, model.encoder), known)


def test_other_draws_take_out_what_all_share(discrete, estimates):
    # Four draws with baselines have less than a quarter of the variance of one without.
    model = discrete()
    one, four = (estimates(ELBO(n_samples=k), model, model.encoder).var(0).sum() for k in (1, 4))
    assert four < 0.1 * one


class Blind:
    """An encoder whose draws deny their derivative."""

    def __init__(self, encoder):
        self.encoder = encoder

    def __call__(self, *conditions):
        posterior = self.encoder(*conditions)
        posterior.base_dist.has_rsample = False
        return posterior


def test_following_the_draws_has_the_same_mean_and_far_less_noise(continuous, estimates, agree):
    model = continuous()
    followed = estimates(ELBO(n_samples=2), model, model.encoder)
    blind = continuous()
    encoder = blind.encoder
    encoder.head.forward = Blind(type(encoder.head).forward.__get__(encoder.head))
    scored = estimates(ELBO(n_samples=2), blind, encoder, seed=2)
    assert agree(followed, scored)
    assert followed.var(0).sum() < 0.5 * scored.var(0).sum()


@pytest.mark.parametrize(
    ("objective", "match"),
    [
        (
            ELBO(gradient="sticking-the-landing"),
            "gradient='sticking-the-landing' and the posterior",
        ),
        (IWAE(gradient="doubly-reparameterized"), "gradient='doubly-reparameterized' and the"),
        (PIWAE(2, 2), "PIWAE and the posterior"),
        (ELBO(capacity=1.0), "capacity=1.0 and the posterior Bernoulli with the prior"),
    ],
)
def test_what_needs_a_derivative_is_refused(objective, match, discrete):
    model = discrete(exact=False)
    with seeded(0), pytest.raises(IncompatiblePartsError, match=match):
        objective(model.trace(models.Batch(X), objective.n_draws), Info())


def test_a_capacity_with_a_closed_divergence_needs_none(discrete):
    model = discrete()
    loss = ELBO(capacity=1.0)(model.trace(models.Batch(X)), Info())
    assert loss.total.isfinite()
