"""Densities fitted to the codes afterwards: what is sampled, and what does not change."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import NearestNeighbors

import latentia
from latentia import VAE, Autoencoder, estimators, priors

X = load_digits().data / 16


def quick(make, n_components=2, **parameters):
    return make(
        n_components, **{"max_iter": 30, "random_state": 0, "verbose": False, **parameters}
    ).fit(X)


@pytest.fixture(scope="module")
def autoencoder():
    return quick(Autoencoder, 8)


def distance_to_data(samples):
    return NearestNeighbors(n_neighbors=1).fit(X).kneighbors(samples)[0].mean()


def test_a_mixture_explains_codes_as_well_as_that_of_scikit_learn(autoencoder):
    codes = autoencoder.transform(X)
    theirs = GaussianMixture(3, random_state=0).fit(codes.astype(float)).score(codes)
    log_density = {}
    for name, components in {"normal": {}, "gmm": {"n_components": 3}}.items():
        sampler = autoencoder.fit_sampler(name, **components).sampler_
        log_density[name] = float(sampler().log_prob(torch.from_numpy(codes)).mean())
    assert log_density["gmm"] > log_density["normal"]
    # The two start from different seeds, and may end in different optima.
    assert log_density["gmm"] == pytest.approx(theirs, abs=0.2)


@pytest.mark.parametrize("name", estimators.densities)
def test_samples_come_from_the_fitted_density_and_survive_on_disk(name, tmp_path):
    model = quick(Autoencoder).fit_sampler(name)
    again = latentia.load(latentia.save(model, tmp_path / "m"))
    assert np.array_equal(again.sample(50, random_state=1), model.sample(50, random_state=1))
    draws, codes = model.sampler_().sample((20_000,)).numpy(), model.transform(X)
    # Twenty standard errors of a mean; a flow is fitted only nearly.
    assert np.abs(draws.mean(0) - codes.mean(0)).max() < 0.15 * codes.std()
    assert np.allclose(np.cov(draws.T), np.cov(codes.T), atol=0.15 * codes.var())


def test_a_mixture_samples_nearer_to_the_data_than_one_normal(autoencoder):
    normal = distance_to_data(autoencoder.fit_sampler("normal").sample(500, random_state=0))
    mixture = distance_to_data(
        autoencoder.fit_sampler("gmm", n_components=20).sample(500, random_state=0)
    )
    assert mixture < normal


def test_nothing_but_samples_changes():
    model = quick(VAE)
    before = [model.transform(X), model.energy(X), model.score_samples(X[:20]), model.predict(X)]
    samples = model.sample(5, random_state=0)
    model.fit_sampler("gmm", n_components=5)
    after = [model.transform(X), model.energy(X), model.score_samples(X[:20]), model.predict(X)]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    assert not np.array_equal(model.sample(5, random_state=0), samples)
    model.sampler_ = model.model_.prior
    assert np.array_equal(model.sample(5, random_state=0), samples)


def test_the_density_of_a_variational_model_is_that_of_its_aggregated_posterior():
    model = quick(VAE).fit_sampler("normal")
    posterior = model.encoder_(model.scaling_(latentia.estimators._training.as_tensor(X)))
    spread = posterior.variance.detach().numpy()
    total = model.transform(X).var(0) + spread.mean(0)
    assert np.allclose(np.diag(model.sampler_().covariance_matrix), total, rtol=0.1)


def test_a_density_of_ones_own_and_codes_of_other_data():
    model = quick(Autoencoder).fit_sampler(priors.Normal.fit, X[:100])
    expected = model.transform(X[:100]).mean(0)
    assert np.allclose(model.sampler_().mean.numpy(), expected, atol=1e-4)


def test_refusals(tmp_path):
    model = quick(Autoencoder)
    with pytest.raises(ValueError, match=r"sampler='gm' is unknown; did you mean 'gmm'"):
        model.fit_sampler("gm")
    with pytest.raises(ValueError, match=r"n_components=0"):
        model.fit_sampler("gmm", n_components=0)
    for sampler in ("flow", "normal", priors.Normal.fit):
        with pytest.raises(ValueError, match=r"n_components=5 has no meaning for sampler="):
            model.fit_sampler(sampler, n_components=5)
    with pytest.raises(ValueError, match=r"n_components=200 must be between 1 and 100"):
        model.fit_sampler("gmm", X[:100], n_components=200)
    again = latentia.load(latentia.save(model, tmp_path / "m"))
    with pytest.raises(ValueError, match=r"give X"):
        again.fit_sampler("gmm")
    assert again.fit_sampler("gmm", X).sample(2).shape == (2, 64)
