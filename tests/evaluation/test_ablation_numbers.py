"""What is left out, the likelihood that makes it comparable, and the numbers that tell."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from sklearn.datasets import load_iris

from latentia import VAE, data, evaluation, heads
from latentia.evaluation import ablation, ablations, fixed_likelihood

IRIS, SPECIES = load_iris(return_X_y=True)
QUICK = {"max_iter": 2, "random_state": 0, "verbose": False}


def test_numbers_are_those_of_the_other_measures():
    vae = VAE(3, beta=2.0, **QUICK).fit(IRIS)
    found = ablation(vae, IRIS, run="beta 2")
    rate, distortion = evaluation.rate_distortion(vae, IRIS)
    assert (found.run, found.beta, found.kl) == ("beta 2", 2.0, pytest.approx(rate))
    assert found.reconstruction == pytest.approx(distortion)
    assert found.active == evaluation.code(vae, IRIS).n_active
    with torch.no_grad():
        posterior = vae.encoder_(vae.as_batch(IRIS).x)
    assert found.variance == pytest.approx(float(posterior.variance.mean()), rel=1e-5)
    assert found.largest_mean == pytest.approx(float(posterior.mean.abs().max()), rel=1e-6)


def test_a_point_costs_infinitely_many_nats_and_has_no_width():
    parameters = ablations()["deterministic"]
    found = ablation(VAE(2, **parameters, **QUICK).fit(IRIS), IRIS)
    assert (found.kl, found.beta, found.variance) == (None, None, 0.0)


def test_a_conditional_model_is_given_y():
    vae = VAE(2, condition="y", **QUICK).fit(IRIS, SPECIES)
    assert ablation(vae, IRIS, SPECIES).kl == evaluation.rate_distortion(vae, IRIS, SPECIES).rate


def test_posteriors_without_a_variance_are_refused():
    vae = VAE(2, posterior="inverse-autoregressive", **QUICK).fit(IRIS)
    with pytest.raises(ValueError, match="needs posteriors with a variance"):
        ablation(vae, IRIS)


def test_a_weight_that_has_a_run_is_not_trained_twice():
    assert list(ablations([0.0, 1.0])) == list(ablations([]))
    assert ablations([4.0])["beta 4"] == {"beta": 4.0}


def test_the_scale_is_what_a_linear_code_leaves():
    X = data.load("digits").X
    u = X.reshape(len(X), -1) / X.max()
    eigenvalues = np.linalg.eigvalsh(np.cov(u.T, bias=True))
    likelihood = fixed_likelihood(X, 2)
    assert likelihood.func is heads.DiagonalNormal
    expected = math.sqrt(eigenvalues[:-2].sum() / 64)
    assert likelihood.keywords["scale"] == pytest.approx(expected, rel=1e-4)


def test_the_scale_of_data_that_a_linear_code_holds_whole():
    table = np.random.default_rng(0).normal(size=(50, 2))
    assert fixed_likelihood(table, 2).keywords["scale"] == pytest.approx(0.1)


def test_zeros_and_ones_are_bernoulli():
    bits = np.random.default_rng(0).integers(0, 2, (20, 4, 4))
    assert fixed_likelihood(bits * 255, 2) == "bernoulli"
