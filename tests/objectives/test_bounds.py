"""Bounds of many draws: their values, their order, and what they are at the exact posterior."""

from __future__ import annotations

import itertools
import math

import pytest
import torch

from latentia import conditional, heads, models, networks
from latentia.errors import IncompatiblePartsError
from latentia.inference import log_importance_weights
from latentia.objectives import (
    ELBO,
    IWAE,
    PIWAE,
    Adversarial,
    CodeNorm,
    Divergence,
    Info,
    Renyi,
    objectives,
)
from latentia.training import seeded

X = torch.randn(7, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


@pytest.fixture
def trace(linear_gaussian):
    """64 draws from a posterior that is wrong."""
    model, _ = linear_gaussian
    with seeded(0), torch.no_grad():
        model.encoder.net.layers[0].bias += 0.4
        model.encoder.head.log_scale += 0.3
        return model.trace(models.Batch(X), 64)


def value(objective, trace):
    return -objective(trace, Info()).values


@pytest.mark.parametrize(
    "objective",
    [IWAE(1), IWAE(5), IWAE(3, 7), PIWAE(3, 4), *(Renyi(a, 5) for a in (-math.inf, -1, 0.3, 1, 2))],
    ids=lambda o: f"{type(o).__name__}-{o.n_samples}-{getattr(o, 'alpha', '')}",
)
def test_with_the_exact_posterior_every_bound_is_the_evidence(objective, linear_gaussian):
    model, marginal = linear_gaussian
    with seeded(0):
        trace = model.trace(models.Batch(X), objective.n_draws)
    assert torch.allclose(value(objective, trace), marginal.log_prob(X), atol=1e-9)


def test_the_effective_number_of_codes_is_all_of_them_at_the_exact_posterior(linear_gaussian):
    model, _ = linear_gaussian
    ess = IWAE(6, 2)(model.trace(models.Batch(X), 12), Info()).terms["ess"]
    assert torch.allclose(ess, torch.full_like(ess, 6.0))


def test_one_code_is_the_bound_of_the_mean_log_weight(trace):
    one = IWAE(1)(trace, Info())
    assert torch.allclose(-one.values, log_importance_weights(trace)[0])
    assert torch.equal(one.terms["iwae"], one.terms["sampled_elbo"])
    assert torch.equal(one.terms["ess"], torch.ones(7).double())


def test_bounds_are_of_k_weights_each_and_their_mean_is_over_m(trace):
    log_weights = log_importance_weights(trace)[:21]
    bounds = [(sum(log_weights[k * 3 + m].exp() for k in range(7)) / 7).log() for m in range(3)]
    loss = IWAE(n_samples=7, n_bounds=3)(trace, Info())
    assert torch.allclose(-loss.values, sum(bounds) / 3)
    assert torch.allclose(loss.terms["sampled_elbo"], log_weights.mean(0))


def test_more_codes_make_a_tighter_bound_of_the_same_draws(trace):
    # Each bound of 2 K codes joins two of K: the inequality holds for every draw.
    bounds = [value(IWAE(k, 64 // k), trace) for k in (1, 2, 4, 8, 16, 32, 64)]
    for looser, tighter in itertools.pairwise(bounds):
        assert (looser < tighter).all()
    assert torch.allclose(bounds[0], log_importance_weights(trace).mean(0))


def test_more_codes_approach_the_evidence_from_below(linear_gaussian, trace):
    # 4,000 estimates: the mean gap of 64 codes is below a tenth of that of one, and positive.
    model, marginal = linear_gaussian
    x = X[:1].expand(4000, 3)
    with seeded(1), torch.no_grad():
        trace = model.trace(models.Batch(x), 64)
    gaps = [(marginal.log_prob(x) - value(IWAE(k), trace)).mean() for k in (1, 64)]
    assert 0 < gaps[1] < 0.1 * gaps[0]


def test_the_renyi_bound_falls_with_alpha(trace):
    bounds = [value(Renyi(a, 64), trace) for a in (-math.inf, -2.0, 0.0, 0.5, 0.9, 1.0, 1.5)]
    for higher, lower in itertools.pairwise(bounds):
        assert (higher > lower).all()


def test_the_renyi_bound_has_the_others_as_special_cases(trace):
    log_weights = log_importance_weights(trace)
    assert torch.allclose(value(Renyi(0.0, 64), trace), value(IWAE(64), trace))
    assert torch.allclose(value(Renyi(1.0, 64), trace), log_weights.mean(0))
    assert torch.allclose(value(Renyi(1 - 1e-6, 64), trace), log_weights.mean(0), atol=1e-4)
    assert torch.equal(value(Renyi(-math.inf, 64), trace), log_weights.max(0).values)


def test_the_partial_objective_reports_both_of_its_bounds(trace):
    loss = PIWAE(4, 8)(trace, Info())
    assert torch.allclose(loss.terms["piwae"], value(IWAE(32), trace))
    assert torch.allclose(loss.terms["piwae_encoder"], value(IWAE(4, 8), trace))
    assert torch.equal(-loss.values, loss.terms["piwae"])


def test_a_combination_of_bounds_is_a_sum(trace):
    both = 0.5 * ELBO() + 0.5 * IWAE(64)
    assert both.n_samples == both.n_draws == 64
    expected = 0.5 * value(ELBO(), trace) + 0.5 * value(IWAE(64), trace)
    assert torch.allclose(value(both, trace), expected)
    assert {"elbo", "iwae"} <= set(both(trace, Info()).terms)


def test_the_divergence_alone_is_that_term_of_the_elbo_and_runs_no_decoder(linear_gaussian):
    model, _ = linear_gaussian
    kl = ELBO()(model.trace(models.Batch(X)), Info()).terms["kl"]
    model.decoder.forward = None
    loss = Divergence()(model.trace(models.Batch(X)), Info())
    assert torch.equal(loss.values, kl)
    assert torch.equal(loss.terms["kl"], kl)


@pytest.mark.parametrize("bound", [IWAE, PIWAE])
def test_what_was_given_is_read_by_its_own_name_wherever_draws_are_counted(bound):
    objective = bound(n_samples=3, n_bounds=4)
    assert (objective.n_samples, objective.n_bounds, objective.n_draws) == (3, 4, 12)
    assert (ELBO() + 0.5 * objective).n_draws == Adversarial(base=objective).n_draws == 12


def test_too_few_draws_are_refused(trace):
    with pytest.raises(ValueError, match="needs 65 codes for each example, but the trace has 64"):
        IWAE(65)(trace, Info())


@pytest.mark.parametrize(
    ("make", "match"),
    [
        *((lambda c=c: c(n_samples=0), "n_samples=0 must be") for c in (IWAE, PIWAE, Renyi)),
        (lambda: IWAE(n_bounds=0), "n_bounds=0 must be an integer of at least 1"),
        (lambda: PIWAE(n_bounds=-1), "n_bounds=-1 must be an integer of at least 1"),
        (lambda: IWAE(gradient="dreg"), "gradient='dreg' is unknown"),
        (lambda: Renyi(math.inf), "alpha=inf must be a finite number, or -inf"),
        (lambda: Renyi(math.nan), "alpha=nan must be"),
    ],
)
def test_arguments_out_of_range_are_refused(make, match):
    with pytest.raises(ValueError, match=match):
        make()


@pytest.mark.parametrize(
    "name",
    ["constrained", "divergence", "dreg", "elbo", "iwae", "miwae", "piwae", "renyi", "wake-sleep"],
)
def test_a_deterministic_encoder_is_refused(name):
    model = models.LatentVariableModel(
        conditional.Amortized(networks.MLP(3, 2), heads.Delta(2)),
        conditional.Amortized(networks.MLP(2, 3), heads.Bernoulli(3)),
    )
    objective = objectives[name]()
    objective.groups(model)
    with pytest.raises(IncompatiblePartsError, match="and a deterministic encoder"):
        next(objective.losses(model, models.Batch(X.float()), Info()))


@pytest.mark.parametrize("gradient", ["doubly-reparameterized", "sticking-the-landing"])
def test_a_measurement_needs_no_gradient(gradient, trace):
    for objective in (IWAE(8, gradient=gradient), PIWAE(2, 4)):
        with torch.no_grad():
            measured = objective(trace, Info())
        assert not measured.total.requires_grad
        assert torch.allclose(measured.total, objective(trace, Info()).total)


def test_a_combined_bound_is_reported_also_beside_a_penalty(linear_gaussian):
    model, _ = linear_gaussian
    trace = model.trace(models.Batch(X), 3)
    combined = objectives["ciwae"](3)
    loss, held = (o(trace, Info()) for o in (combined, combined + 0.1 * CodeNorm()))
    expected = 0.5 * loss.terms["elbo"] + 0.5 * loss.terms["iwae"]
    assert torch.allclose(loss.terms["ciwae"], expected)
    assert torch.allclose(held.terms["ciwae"], expected)
    assert torch.allclose(held.values, 0.1 * held.terms["code_norm"] - expected)
