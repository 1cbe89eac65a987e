"""Averages over examples are those of the estimates, in the units of the data, and honest."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest
import torch

from latentia import VAE, Autoencoder
from latentia.errors import IncompatiblePartsError
from latentia.evaluation import bits_per_dimension, likelihood
from latentia.heads import DiscretizedLogistic
from latentia.inference import exact_log_likelihood
from latentia.training import seeded

QUIET = {"random_state": 0, "verbose": False, "max_iter": 3}


@pytest.fixture(scope="module")
def iris():
    from sklearn.datasets import load_iris

    return load_iris().data


@pytest.fixture(scope="module")
def linear(iris):
    """A model with a closed form: no hidden layers, one scale for all features."""
    long = {**QUIET, "max_iter": 100, "learning_rate": 0.01}
    return VAE(2, hidden_layer_sizes=(), scaling="standard", **long).fit(iris)


def test_the_average_is_that_of_the_closed_form(linear_gaussian):
    model, marginal = linear_gaussian
    with seeded(0):
        x = marginal.sample((100,))
    exact = marginal.log_prob(x)
    found = likelihood(model, x, n_samples=30)
    for average in (found.elbo, found.importance_weighted, found.log_likelihood):
        assert average.mean == pytest.approx(exact.mean().item())
        assert average.standard_error == pytest.approx(exact.std().item() / 10)
    assert np.allclose(found.effective_sample_sizes, 30)
    assert found.share_untrusted == 0
    assert found.bits_per_dimension is None


def test_densities_are_in_the_units_of_the_data(linear, iris):
    batch = linear.as_batch(iris)
    exact = exact_log_likelihood(linear.model_, batch) + linear.scaling_.log_abs_det()
    found = likelihood(linear, iris, n_samples=2000)
    assert found.log_likelihood.mean == pytest.approx(exact.mean().item(), abs=0.02)
    assert found.elbo.mean < found.importance_weighted.mean < found.log_likelihood.mean + 0.01
    scaled = likelihood(linear.model_, batch.x, n_samples=2000)
    shift = float(linear.scaling_.log_abs_det())
    assert found.log_likelihood.mean - scaled.log_likelihood.mean == pytest.approx(shift)


def test_bits_count_what_is_discrete(digits):
    X = digits.X[:100]
    likelihood_of_levels = partial(DiscretizedLogistic, n_levels=17)
    model = VAE(2, likelihood=likelihood_of_levels, **QUIET).fit(X)
    found = likelihood(model, X, n_samples=100)
    assert found.bits_per_dimension == pytest.approx(bits_per_dimension(model, X).mean(), abs=0.02)
    assert found.bits_per_dimension == pytest.approx(
        -found.log_likelihood.mean / (X[0].size * math.log(2))
    )


def test_grey_values_have_no_bits(digits):
    X = digits.X[:50] / 16
    model = VAE(2, likelihood="bernoulli", scaling="none", **QUIET).fit(X)
    assert likelihood(model, X, n_samples=5).bits_per_dimension is None
    ones = np.round(X)
    assert likelihood(model, ones, n_samples=5).bits_per_dimension > 0


def test_two_calls_agree_and_leave_the_model_as_it_was(linear, iris):
    linear.model_.train()
    state = torch.get_rng_state()
    first, second = (likelihood(linear, iris[:10], n_samples=50) for _ in range(2))
    assert np.array_equal(first.log_likelihoods, second.log_likelihoods)
    assert linear.model_.training
    assert torch.equal(state, torch.get_rng_state())


def test_few_effective_draws_are_told(linear_gaussian):
    model, marginal = linear_gaussian
    with seeded(0):
        x = marginal.sample((40,))
    assert "too low" not in str(likelihood(model, x, n_samples=50))
    with torch.no_grad():
        model.encoder.net.layers[0].bias += 2.0
    found = likelihood(model, x, n_samples=50)
    few = (found.effective_sample_sizes < 20).mean()
    assert found.share_untrusted == few > 0.5
    assert f"{few:.1%} of the examples have fewer than 20 effective draws" in str(found)
    assert found.log_likelihood.mean < float(marginal.log_prob(x).mean())


def test_one_example_has_no_standard_error(linear, iris):
    assert math.isnan(likelihood(linear, iris[:1], n_samples=5).log_likelihood.standard_error)


def test_conditions_are_given(iris):
    y = np.repeat([0, 1, 2], 50)
    model = VAE(2, condition="y", **QUIET).fit(iris, y)
    right, wrong = (likelihood(model, iris, given, n_samples=50) for given in (y, 2 - y))
    assert right.log_likelihood.mean > wrong.log_likelihood.mean
    with pytest.raises(ValueError, match="y=None"):
        likelihood(model, iris)


def test_progress_is_reported(linear, iris):
    told = []
    likelihood(linear, iris, n_samples=20, report=lambda *done: told.append(done))
    assert told[-1] == (150 * 20, 150 * 20)


def test_what_has_no_likelihood_is_refused(linear, iris):
    with pytest.raises(IncompatiblePartsError, match="deterministic encoder"):
        likelihood(Autoencoder(2, **QUIET).fit(iris), iris)
    with pytest.raises(ValueError, match="n_samples=0"):
        likelihood(linear, iris, n_samples=0)
    with pytest.raises(ValueError, match="n_importance=0"):
        likelihood(linear, iris, n_importance=0)
    with pytest.raises(ValueError, match="fitted estimator"):
        likelihood(object(), iris)
    with pytest.raises(ValueError, match="fitted"):
        likelihood(VAE(), iris)
