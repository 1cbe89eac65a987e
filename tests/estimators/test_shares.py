"""Rows of shares: one category among several, as a likelihood and as a norm."""

from __future__ import annotations

import numpy as np
import pytest

import latentia
from latentia import VAE, Autoencoder

RNG = np.random.default_rng(0)
LABELS = RNG.integers(5, size=400)
ONE_HOT = np.eye(5)[LABELS]
SHARES = RNG.dirichlet(np.ones(5), size=400)
QUIET = {"random_state": 0, "verbose": False}


def test_one_category_is_predicted_by_its_probability(tmp_path):
    model = Autoencoder(2, likelihood="multinomial", max_iter=300, learning_rate=0.01, **QUIET)
    model.fit(ONE_HOT)
    p = model.reconstruct(ONE_HOT)
    assert np.allclose(p.sum(1), 1, atol=1e-5)
    assert (p.argmax(1) == LABELS).mean() == 1.0
    assert np.allclose(model.score_samples(ONE_HOT), np.log(p[range(400), LABELS]), atol=1e-4)
    again = latentia.load(latentia.save(model, tmp_path / "m"))
    assert np.array_equal(again.reconstruct(ONE_HOT), p)


def test_draws_are_one_category_each():
    model = VAE(2, likelihood="multinomial", max_iter=5, **QUIET).fit(ONE_HOT)
    draws = model.sample(100, random_state=0, mean=False)
    assert set(np.unique(draws)) == {0.0, 1.0}
    assert (draws.sum(1) == 1).all()


def test_the_categorical_cross_entropy_of_shares_is_at_least_their_entropy():
    model = Autoencoder(
        2, likelihood="multinomial", norm="categorical_cross_entropy", max_iter=100, **QUIET
    ).fit(SHARES)
    p = model.reconstruct(SHARES)
    assert np.allclose(model.energy(SHARES), -(SHARES * np.log(p)).sum(1), rtol=1e-4)
    assert (model.energy(SHARES) >= -(SHARES * np.log(SHARES)).sum(1) - 1e-6).all()


def test_other_data_are_refused():
    with pytest.raises(ValueError, match=r"shares that sum to 1, .* row 0 of X sums to 2"):
        Autoencoder(2, likelihood="multinomial", scaling="none").fit(2 * SHARES)
    with pytest.raises(ValueError, match=r"categorical_cross_entropy.*heads.Multinomial"):
        Autoencoder(2, norm="categorical_cross_entropy", **QUIET).fit(SHARES)
