"""Gradient estimators: the same expectation, less noise, and nothing for the wrong player."""

from __future__ import annotations

import pytest
import torch

from latentia import conditional, heads, models, networks, priors
from latentia.inference import frozen_log_prob
from latentia.objectives import ELBO, IWAE, PIWAE, Info
from latentia.training import seeded

DREG, STL = "doubly-reparameterized", "sticking-the-landing"
POSTERIORS = pytest.mark.parametrize(
    "posterior", ["diagonal", "flow", "full", "inverse-autoregressive", "lazy", "low-rank"]
)
X = torch.randn(5, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def total(objective, model, n_samples=None, seed=1):
    with seeded(seed):
        trace = model.trace(models.Batch(X), n_samples or objective.n_draws)
        return objective(trace, Info()).total


def counted(encoder):
    """The encoder, or its network, through which all passes, if it has too many parameters."""
    return encoder if sum(p.numel() for p in encoder.parameters()) <= 50 else encoder.net


@POSTERIORS
def test_the_doubly_reparameterised_gradient_is_unbiased(posterior, continuous, estimates, agree):
    model = continuous(posterior)
    part = counted(model.encoder)
    plain = estimates(IWAE(4), model, part, copies=16)
    doubly = estimates(IWAE(4, gradient=DREG), model, part, copies=16, seed=2)
    assert agree(plain, doubly)
    assert not agree(plain, 2 * doubly)


@POSTERIORS
def test_sticking_the_landing_is_unbiased_for_the_elbo(posterior, continuous, estimates, agree):
    model = continuous(posterior)
    part = counted(model.encoder)
    plain = estimates(ELBO(beta=2.0), model, part)
    stuck = estimates(ELBO(beta=2.0, gradient=STL), model, part, seed=2)
    assert agree(plain, stuck)
    assert not agree(plain, 1.5 * stuck)


@pytest.mark.parametrize("gradient", [DREG, STL])
@POSTERIORS
def test_decoder_and_prior_have_the_ordinary_gradient(posterior, gradient, continuous, gradient_of):
    model = continuous(posterior)
    for part in (model.decoder, model.prior):
        plain = gradient_of(total(IWAE(3, 2), model), part)
        other = gradient_of(total(IWAE(3, 2, gradient=gradient), model), part)
        assert plain.abs().max() > 1e-3
        assert torch.allclose(plain, other)


@POSTERIORS
def test_the_path_is_what_frozen_densities_have(posterior, continuous, gradient_of):
    # The same estimator from other parts: densities whose parameters are held.
    model = continuous(posterior)
    with seeded(1):
        trace = model.trace(models.Batch(X), 4)
    z = trace.z
    log_weights = (
        frozen_log_prob(model.decoder, (z,), X)
        + frozen_log_prob(model.prior, (), z)
        - frozen_log_prob(model.encoder, (X,), z)
    )
    weights = log_weights.detach().softmax(0)
    expected = gradient_of(-(weights**2 * log_weights).sum(0).mean(), model.encoder)
    doubly = gradient_of(total(IWAE(4, gradient=DREG), model), model.encoder)
    assert torch.allclose(doubly, expected)


def test_both_are_the_same_for_one_code(continuous, gradient_of):
    model = continuous("lazy")
    losses = [
        total(IWAE(1, 3, gradient=DREG), model),
        total(IWAE(1, 3, gradient=STL), model),
        total(ELBO(n_samples=3, gradient=STL), model),
    ]
    first, *others = (gradient_of(loss, model) for loss in losses)
    assert all(torch.allclose(first, other) for other in others)


@pytest.mark.parametrize(
    "objective",
    [ELBO(gradient=STL), IWAE(4, gradient=STL), IWAE(4, gradient=DREG)],
    ids=["elbo", "iwae-stl", "iwae-dreg"],
)
def test_nothing_is_noise_at_the_exact_posterior(objective, linear_gaussian, gradient_of):
    model, _ = linear_gaussian
    gradient = gradient_of(total(objective, model), model.encoder)
    assert torch.allclose(gradient, torch.zeros_like(gradient), atol=1e-9)
    plain = gradient_of(total(ELBO(), model), model.encoder)
    assert plain.abs().max() > 0.01


def test_near_the_posterior_many_codes_leave_a_clear_signal(linear_gaussian, estimates, agree):
    # The ordinary gradient drowns in noise as codes are added, this one does not.
    model, _ = linear_gaussian
    with torch.no_grad():
        model.encoder.net.layers[0].bias += 0.2
    signal = {}
    for gradient in ("reparameterized", DREG):
        for k in (4, 64):
            drawn = estimates(IWAE(k, gradient=gradient), model, model.encoder, copies=8)
            signal[gradient, k] = drawn.mean(0).norm() / drawn.var(0).sum().sqrt()
    assert signal[DREG, 64] > signal[DREG, 4]
    assert signal["reparameterized", 4] > signal["reparameterized", 64]
    assert signal[DREG, 64] > 3 * signal["reparameterized", 64]


def test_the_encoder_runs_once_and_keeps_its_dropped_units():
    head, calls = heads.DiagonalNormal(2), []
    with seeded(0):
        net = torch.nn.Sequential(torch.nn.Dropout(0.5), torch.nn.Linear(3, head.n_params))
        decoder = conditional.Amortized(networks.MLP(2, 3), heads.DiagonalNormal(3, scale=1.0))
        encoder = conditional.Amortized(net, head)
        model = models.LatentVariableModel(encoder, decoder, priors.StandardNormal(2)).double()
    encoder.register_forward_hook(lambda *_: calls.append(1))
    for objective in (ELBO(gradient=STL), IWAE(3, gradient=DREG), PIWAE(2, 2)):
        calls.clear()
        total(objective, model).backward()
        assert len(calls) == 1


@POSTERIORS
def test_each_player_of_the_partial_objective_follows_its_own_bound(
    posterior, continuous, gradient_of
):
    model = continuous(posterior)
    partial = total(PIWAE(n_samples=3, n_bounds=4), model)
    of_all, of_each = total(IWAE(12), model), total(IWAE(3, 4), model)
    for part, own, other in [
        (model.decoder, of_all, of_each),
        (model.prior, of_all, of_each),
        (model.encoder, of_each, of_all),
    ]:
        assert torch.allclose(gradient_of(partial, part), gradient_of(own, part))
        assert not torch.allclose(gradient_of(partial, part), gradient_of(other, part))


@pytest.mark.parametrize("gradient", ["reparameterized", STL])
def test_the_gradient_changes_no_value(gradient, continuous):
    model = continuous("lazy")
    assert torch.allclose(total(ELBO(gradient=gradient), model), total(ELBO(), model))
    assert torch.allclose(total(IWAE(3, gradient=gradient), model), total(IWAE(3), model))


def test_a_sum_keeps_each_gradient(continuous, gradient_of):
    model = continuous()
    both = total(0.5 * ELBO() + 0.25 * IWAE(4, gradient=DREG), model)
    parts = 0.5 * total(ELBO(n_samples=4), model) + 0.25 * total(IWAE(4, gradient=DREG), model)
    assert torch.allclose(gradient_of(both, model), gradient_of(parts, model))
