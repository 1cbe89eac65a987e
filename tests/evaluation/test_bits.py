"""Bits for each feature: of probabilities only, and right where they are known."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch

from latentia import VAE, Autoencoder, heads
from latentia.evaluation import bits_per_dimension

QUIET = {"random_state": 0, "verbose": False, "max_iter": 2}
IMAGES = np.random.default_rng(0).integers(0, 4, size=(40, 3, 3))


def silent(model):
    """A model of which every output is 0, and codes tell nothing."""
    for part in (model.encoder_, model.decoder_):
        for parameter in part.net.parameters():
            parameter.data.zero_()
    return model


def test_values_of_which_nothing_is_known_need_the_logarithm_of_their_number():
    levels = partial(heads.Levels, n_levels=4)
    model = silent(VAE(likelihood=levels, **QUIET).fit(IMAGES))
    bits = bits_per_dimension(model, IMAGES)
    assert bits.shape == (40,)
    assert np.allclose(bits, 2.0, atol=1e-5)
    assert np.allclose(bits_per_dimension(model, torch.from_numpy(IMAGES)), bits)
    coins = 255 * (IMAGES > 1)
    model = silent(VAE(likelihood="bernoulli", **QUIET).fit(coins.astype(np.uint8)))
    assert np.allclose(bits_per_dimension(model, coins), 1.0, atol=1e-5)


def test_counts_have_bits():
    model = VAE(likelihood="poisson", **QUIET).fit(IMAGES)
    expected = -model.score_samples(IMAGES) / (9 * np.log(2))
    assert np.allclose(bits_per_dimension(model, IMAGES), expected)
    assert (expected > 0).all()


@pytest.mark.parametrize(
    ("model", "x", "match"),
    [
        (VAE(likelihood="normal", **QUIET), IMAGES, "likelihood='normal' is of 'real' ones"),
        (VAE(likelihood="beta", **QUIET), IMAGES / 4, "is of 'unit' ones"),
        (VAE(likelihood="bernoulli", **QUIET), IMAGES / 4, "scaled X holds 0."),
        (Autoencoder(likelihood="poisson", **QUIET), IMAGES, "Autoencoder has none"),
    ],
)
def test_what_has_no_bits_is_refused(model, x, match):
    with pytest.raises(ValueError, match=match):
        bits_per_dimension(model.fit(x), x)


def test_a_model_must_be_fitted():
    with pytest.raises(ValueError, match="fitted"):
        bits_per_dimension(VAE(), IMAGES)
