"""The estimate of log p(x) and what it says of itself, against the linear-Gaussian closed form."""

from __future__ import annotations

import math

import pytest
import torch

from latentia import conditional, heads, models, networks, priors
from latentia.errors import IncompatiblePartsError
from latentia.inference import (
    exact_log_likelihood,
    importance_sampling,
    log_importance_weights,
    log_likelihood,
    prior_sampling,
)
from latentia.models import Batch
from latentia.training import seeded

ESTIMATES = pytest.mark.parametrize("estimate", [importance_sampling, prior_sampling])


@pytest.fixture
def wrong(linear_gaussian):
    """The linear-Gaussian model with an encoder that is off, and its evidence."""
    model, marginal = linear_gaussian
    with torch.no_grad():
        model.encoder.net.layers[0].bias += 0.3
        model.encoder.head.log_scale += 0.2
    return model, marginal


def drawn(marginal, n):
    with seeded(0):
        return marginal.sample((n,))


@pytest.mark.parametrize("n_samples", [1, 7, 50, 101])
def test_exactly_as_many_draws_as_asked(linear_gaussian, n_samples):
    model, _ = linear_gaussian
    counted = []
    model.decoder.register_forward_hook(lambda m, args, out: counted.append(len(args[0])))
    log_likelihood(model, Batch(torch.zeros(3, 3, dtype=torch.float64)), n_samples, chunk_size=20)
    assert sum(counted) == n_samples
    assert max(counted) <= 20


@ESTIMATES
@pytest.mark.parametrize(("n", "n_samples"), [(1, 5000), (5, 333), (40, 1), (7, 5000)])
def test_memory_does_not_grow_with_draws_or_examples(linear_gaussian, estimate, n, n_samples):
    # An example, its three means and its code of two: eight numbers for a draw.
    model, _ = linear_gaussian
    sizes = []
    model.decoder.register_forward_hook(lambda m, args, out: sizes.append(args[0][..., 0].numel()))
    x = torch.zeros(n, 3, dtype=torch.float64)
    found = estimate(model, Batch(x), n_samples, max_values=100 * 8)
    assert max(sizes) <= 100
    assert sum(sizes) == n * n_samples
    assert len(sizes) <= 2 * n * n_samples / 100 + n
    assert all(part.shape == (n,) for part in found)


def test_memory_counts_the_components_of_a_prior(linear_gaussian):
    model, _ = linear_gaussian
    model.prior = priors.LearnedMixture(2, n_components=12).double()
    sizes = []
    model.decoder.register_forward_hook(lambda m, args, out: sizes.append(args[0][..., 0].numel()))
    log_likelihood(
        model, Batch(torch.zeros(3, 3, dtype=torch.float64)), 500, max_values=100 * (8 + 48)
    )
    assert max(sizes) == 100


def test_a_draw_that_memory_does_not_hold_is_made_alone(linear_gaussian):
    model, marginal = linear_gaussian
    x = drawn(marginal, 3)
    assert torch.allclose(log_likelihood(model, Batch(x), 5, max_values=1), marginal.log_prob(x))


def test_chunks_do_not_change_the_estimate(wrong):
    model, marginal = wrong
    x = drawn(marginal, 4)
    with seeded(0), torch.no_grad():
        trace = model.trace(Batch(x), 8)
    expected = log_importance_weights(trace).exp().mean(0).log()
    with seeded(0):
        assert torch.allclose(log_likelihood(model, Batch(x), 8, chunk_size=8), expected)


def test_what_an_estimate_says_of_itself_is_made_of_its_weights(wrong):
    model, marginal = wrong
    x = drawn(marginal, 1)
    with seeded(0):
        weights = log_importance_weights(model.trace(Batch(x), 64)).detach().squeeze(1)
    w = (weights - weights.max()).exp()
    with seeded(0):
        whole = importance_sampling(model, Batch(x), 64)
    assert whole.effective_sample_size.item() == pytest.approx(
        (w.sum() ** 2 / w.square().sum()).item()
    )
    relative = w.std() / w.mean() / math.sqrt(64)
    assert whole.standard_error.item() == pytest.approx(relative.item())
    assert whole.mean_log_weight.item() == pytest.approx(weights.mean().item())


@ESTIMATES
def test_exponential_is_unbiased_for_any_number_of_draws(wrong, estimate):
    # 20,000 estimates of p(x) with two draws: off by four standard errors once in 16,000 runs.
    model, marginal = wrong
    x = torch.zeros(1, 3, dtype=torch.float64).expand(20_000, 3)
    with seeded(0):
        p = estimate(model, Batch(x), 2).log_likelihood.exp()
    error = p.std() / len(p) ** 0.5
    assert abs(p.mean() - marginal.log_prob(x[0]).exp()) < 4 * error


@pytest.mark.parametrize(("n_samples", "share"), [(10, 0.1), (5000, 0.02)])
def test_within_three_standard_errors_of_the_closed_form(wrong, n_samples, share):
    # 400 examples; a normal error would leave 0.3 % of them, and the few weights of ten draws
    # understate it.
    model, marginal = wrong
    x = drawn(marginal, 400)
    with seeded(1):
        found = importance_sampling(model, Batch(x), n_samples)
    off = (found.log_likelihood - marginal.log_prob(x)).abs() > 3 * found.standard_error
    assert off.double().mean() < share


def test_the_standard_error_is_the_spread_of_repeated_estimates(wrong):
    model, marginal = wrong
    x = drawn(marginal, 5).repeat_interleave(200, 0)
    with seeded(2):
        found = importance_sampling(model, Batch(x), 200)
    spread = found.log_likelihood.view(5, 200).std(1)
    ratio = spread / found.standard_error.view(5, 200).mean(1)
    assert ((ratio > 1 / 1.5) & (ratio < 1.5)).all()


def test_more_draws_are_more_on_average(wrong):
    model, marginal = wrong
    x = drawn(marginal, 2000)
    with seeded(3):
        means = [float(log_likelihood(model, Batch(x), n).mean()) for n in (1, 3, 10, 100)]
    assert means == sorted(means)
    assert means[-1] < float(marginal.log_prob(x).mean()) + 0.01


def test_draws_from_the_exact_posterior_all_count(linear_gaussian):
    model, marginal = linear_gaussian
    x = drawn(marginal, 6)
    found = importance_sampling(model, Batch(x), 50)
    assert torch.allclose(found.effective_sample_size, torch.tensor(50.0, dtype=torch.float64))
    assert torch.allclose(found.log_likelihood, marginal.log_prob(x))
    assert torch.allclose(found.mean_log_weight, marginal.log_prob(x))
    assert (found.standard_error < 1e-6).all()


def test_draws_from_the_prior_count_less(wrong):
    model, marginal = wrong
    x = drawn(marginal, 50)
    with seeded(4):
        posterior, prior = (
            estimate(model, Batch(x), 500) for estimate in (importance_sampling, prior_sampling)
        )
    assert prior.effective_sample_size.mean() < posterior.effective_sample_size.mean() / 2
    assert prior.standard_error.mean() > 2 * posterior.standard_error.mean()
    assert ((prior.log_likelihood - marginal.log_prob(x)).abs() < 6 * prior.standard_error).all()


def test_a_single_draw_has_no_standard_error(wrong):
    model, marginal = wrong
    found = importance_sampling(model, Batch(drawn(marginal, 2)), 1)
    assert found.standard_error.isnan().all()
    assert (found.effective_sample_size == 1).all()


def test_weights_of_zero_are_no_draws(linear_gaussian):
    # Values outside the bounds of a uniform variable have no density.
    class Uniform(heads.Head):
        def forward(self, raw):
            flat = torch.distributions.Uniform(raw, raw + 1, validate_args=False)
            return torch.distributions.Independent(flat, 1)

    model, _ = linear_gaussian
    decoder = conditional.Amortized(networks.MLP(2, 3), Uniform(3)).double()
    model = models.LatentVariableModel(model.encoder, decoder, model.prior)
    found = importance_sampling(model, Batch(torch.full((2, 3), 1e3, dtype=torch.float64)), 10)
    assert (found.log_likelihood == -math.inf).all()
    assert (found.effective_sample_size == 0).all()


def test_progress_is_reported(linear_gaussian):
    model, _ = linear_gaussian
    told = []
    x = torch.zeros(7, 3, dtype=torch.float64)
    importance_sampling(
        model, Batch(x), 30, max_values=80, report=lambda done, total: told.append((done, total))
    )
    done = [part for part, _ in told]
    assert done == sorted(done)
    assert len(done) > 7
    assert told[-1] == (210, 210)
    assert {total for _, total in told} == {210}


def test_conditions_and_corruptions_keep_their_rows():
    with seeded(0):
        code, values = heads.DiagonalNormal(2, scale=1.0), heads.DiagonalNormal(3, scale=1.0)
        model = models.LatentVariableModel(
            conditional.Amortized(networks.MLP(3, code.n_params, context=1), code),
            conditional.Amortized(networks.MLP(2, 3, context=1), values),
            priors.StandardNormal(2),
        ).double()
        x, c = torch.randn(6, 3).double(), torch.randn(6, 1).double()
        batch = Batch(x, (c,), corrupted=x + 0.1)
        found = [importance_sampling(model, batch, 2000, max_values=m) for m in (800, 80_000)]
    exact = exact_log_likelihood(model, batch)
    assert (exact - exact_log_likelihood(model, Batch(x, (c.flip(0),)))).abs().max() > 0.1
    for estimate in found:
        off = (estimate.log_likelihood - exact).abs()
        assert (off < 4 * estimate.standard_error).all()


def test_labels_are_estimated_in_the_type_of_the_weights():
    # The posterior is the prior, so that the draws of all labels are alike.
    code, labels = heads.DiagonalNormal(2, scale=1.0), heads.Categorical((), 4)
    model = models.LatentVariableModel(
        conditional.Unconditioned(torch.nn.Embedding.from_pretrained(torch.zeros(4, 2)), code),
        conditional.Amortized(networks.MLP(2, labels.n_params), labels),
        priors.StandardNormal(2),
    )
    with seeded(0):
        found = log_likelihood(model, Batch(torch.arange(4)), 4000)
    assert found.exp().sum() == pytest.approx(1, abs=0.02)
    assert found.dtype == torch.float32


def point_mass(prior=None):
    return models.LatentVariableModel(
        conditional.Amortized(networks.MLP(3, 2), heads.Delta(2)),
        conditional.Amortized(networks.MLP(2, 3), heads.Bernoulli(3)),
        prior,
    )


def test_what_has_no_estimate_is_refused(linear_gaussian):
    model, _ = linear_gaussian
    x = torch.zeros(1, 3)
    with pytest.raises(IncompatiblePartsError, match="deterministic encoder"):
        log_likelihood(point_mass(priors.StandardNormal(2)), Batch(x))
    without = models.LatentVariableModel(model.encoder, model.decoder)
    with pytest.raises(IncompatiblePartsError, match="without a prior"):
        log_likelihood(without, Batch(x.double()))
    with pytest.raises(IncompatiblePartsError, match="without a prior"):
        prior_sampling(point_mass(), Batch(x))
    for estimate in (log_likelihood, importance_sampling, prior_sampling):
        with pytest.raises(ValueError, match="n_samples=0"):
            estimate(model, Batch(x.double()), 0)
        with pytest.raises(ValueError, match="max_values=0"):
            estimate(model, Batch(x.double()), max_values=0)
        with pytest.raises(ValueError, match="no example"):
            estimate(model, Batch(x[:0].double()))
    with pytest.raises(ValueError, match="chunk_size=0"):
        log_likelihood(model, Batch(x.double()), 10, 0)


def test_a_deterministic_autoencoder_with_a_prior_has_an_evidence():
    with seeded(0):
        found = prior_sampling(point_mass(priors.StandardNormal(2)), Batch(torch.zeros(4, 3)), 500)
    assert (found.log_likelihood < 0).all()
