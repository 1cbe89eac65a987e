"""A model that knows the data fails on noise; one that copies does not."""

import math

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from latentia import Autoencoder
from latentia.evaluation import copying

RNG = np.random.default_rng(0)
LINE = np.outer(RNG.normal(size=2000), [3.0, 2.0, -1.0])


class Identity:
    def transform(self, x):
        return x.reshape(len(x), -1)

    def inverse_transform(self, z):
        return z


class Shrinking(Identity):
    """Loses the same share of everything: error everywhere, knowledge nowhere."""

    def inverse_transform(self, z):
        return 0.9 * z


def test_what_copies_without_error_or_with_the_same_error_has_ratio_one():
    exact = copying(Identity(), LINE)
    assert exact["data"] == exact["noise"] == 0
    assert exact["ratio"] == exact["data_explained"] == exact["noise_explained"] == 1
    assert copying(Shrinking(), LINE)["ratio"] == pytest.approx(1)
    rounded = copying(PCA(3).fit(LINE), LINE)
    assert rounded["noise"] < 1e-20 and rounded["ratio"] == 1


def test_the_error_on_noise_is_the_closed_form():
    # The noise has covariance diag(variances); a line keeps u' diag(variances) u of it.
    variances = LINE.var(axis=0)
    u = np.array([3.0, 2.0, -1.0]) / np.sqrt(14)
    kept = (u**2 * variances).sum() / variances.sum()
    measured = copying(PCA(1).fit(LINE), LINE)
    assert measured["noise_explained"] == pytest.approx(kept, abs=0.05)
    assert measured["data_explained"] == pytest.approx(1)
    assert measured["ratio"] > 1000


def test_components_know_digits(digits):
    x = digits.X.reshape(-1, 64)
    measured = copying(PCA(8).fit(x), x)
    assert measured["ratio"] > 2
    assert measured["noise_explained"] < 0.3 < 0.6 < measured["data_explained"]


@pytest.mark.filterwarnings("ignore:A code of 128")
def test_an_over_complete_code_copies_and_an_under_complete_one_does_not(digits):
    x = digits.X[:1000]
    settings = {"hidden_layer_sizes": (), "max_iter": 20, "random_state": 0, "verbose": False}
    under, over = (
        copying(Autoencoder(k, learning_rate=1e-2, **settings).fit(x), x) for k in (8, 128)
    )
    assert under["noise_explained"] < 0.4
    assert over["noise_explained"] > 0.9
    # The ratio alone would call the second the wiser one.
    assert over["ratio"] > 1


def test_images_are_shuffled_pixel_by_pixel(digits):
    images = digits.X[:50]
    table, flat = images.reshape(50, -1), PCA(5).fit(images.reshape(50, -1))

    class OfImages:
        def transform(self, x):
            assert x.shape[1:] == images.shape[1:]
            # Every pixel keeps its values.
            np.testing.assert_array_equal(np.sort(x, axis=0), np.sort(images, axis=0))
            return flat.transform(x.reshape(len(x), -1))

        def inverse_transform(self, z):
            return flat.inverse_transform(z).reshape(-1, *images.shape[1:])

    assert copying(OfImages(), images) == pytest.approx(copying(flat, table))
    assert copying(OfImages(), torch.as_tensor(images)) == copying(OfImages(), images)


def test_scale_sets_the_units_of_the_errors():
    measured, halved = copying(Shrinking(), LINE), copying(Shrinking(), LINE, scale=2.0)
    assert halved["data"] == pytest.approx(measured["data"] / 4)
    assert halved["data_explained"] == pytest.approx(measured["data_explained"])
    first = copying(Shrinking(), LINE, scale=[1.0, 1e9, 1e9])
    assert first["data"] == pytest.approx((0.1 * LINE[:, 0] ** 2 * 0.1).mean())


def test_the_seed_decides_and_the_data_are_left_alone():
    pca, before = PCA(1).fit(LINE), LINE.copy()
    assert copying(pca, LINE, seed=1) == copying(pca, LINE, seed=1) != copying(pca, LINE, seed=2)
    np.testing.assert_array_equal(LINE, before)


def test_constant_data_are_their_own_noise():
    measured = copying(Shrinking(), np.ones((5, 2)))
    assert measured["ratio"] == 1
    assert math.isnan(measured["data_explained"]) and math.isnan(measured["noise_explained"])
