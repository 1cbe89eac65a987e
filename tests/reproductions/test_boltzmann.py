"""The reproductions of Boltzmann machines run, on digits of another size and for a pass or two."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits

from latentia.reproductions import _boltzmann
from latentia.reproductions._data import Digits


@pytest.fixture(scope="module")
def digits():
    """Eight by eight pixels in place of MNIST's, of 0 to 255."""
    images = np.round(load_digits().images * (255 / 16)).astype(np.uint8)
    y = load_digits().target
    return Digits(images[:200], images[200:240], y[:200], y[200:240])


def test_a_pseudo_log_likelihood_is_measured(digits):
    (value,) = _boltzmann.persistent_contrastive_divergence(digits, max_iter=20)
    # Better than fair coins for the 64 pixels.
    assert -64 * np.log(2) < value < 0


def test_the_error_of_a_pretrained_autoencoder_is_measured(digits):
    (error,) = _boltzmann.pretrained_autoencoder(digits, max_iter=1, pretrain=1)
    pixels = digits.test / 255
    # Better than saying nothing of any pixel.
    assert 0 < error < np.square(pixels).sum((1, 2)).mean()
