"""Shares of variance are those of the spectrum, whatever the units and shapes."""

import math

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from latentia.evaluation import (
    codes_needed,
    explained_variance,
    explained_variance_by_codes,
    pca_explained_variance,
    pca_floor,
)

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 5)) @ RNG.normal(size=(5, 5)) + 100


class Shifted:
    """A codec whose codes and examples are those of another, moved."""

    def __init__(self, inner, order, shift=0.0):
        self.inner, self.order, self.shift = inner, order, shift

    def transform(self, x):
        return self.inner.transform(x)[:, self.order] + self.shift

    def inverse_transform(self, z):
        return self.inner.inverse_transform((z - self.shift)[:, np.argsort(self.order)])


def test_exact_mean_and_wrong():
    assert explained_variance(X, X) == 1
    assert explained_variance(X, np.broadcast_to(X.mean(0), X.shape)) == pytest.approx(0)
    mirrored = 2 * X.mean(0) - X
    assert explained_variance(X, mirrored) == pytest.approx(-3)
    assert math.isnan(explained_variance(np.ones((3, 2)), np.zeros((3, 2))))


def test_units_and_shapes_do_not_matter():
    x_hat = X + RNG.normal(size=X.shape)
    share = explained_variance(X, x_hat)
    assert 0 < share < 1
    assert explained_variance(1e3 * X - 7, 1e3 * x_hat - 7) == pytest.approx(share)
    images = torch.from_numpy(X).reshape(60, 1, 5), torch.from_numpy(x_hat).reshape(60, 1, 5)
    assert explained_variance(*images) == pytest.approx(share)


def test_codes_of_pca_explain_what_its_ratios_say():
    pca = PCA(4).fit(X)
    curve = explained_variance_by_codes(pca, X)
    np.testing.assert_allclose(curve, np.cumsum(pca.explained_variance_ratio_))
    np.testing.assert_allclose(curve, pca_explained_variance(X, 4))
    assert curve[-1] == pytest.approx(
        explained_variance(X, pca.inverse_transform(pca.transform(X)))
    )


def test_each_code_is_replaced_by_its_own_mean():
    # Codes that are far from zero, in another order: the shares are those of this order.
    pca, order = PCA(3).fit(X), [2, 0, 1]
    curve = explained_variance_by_codes(Shifted(pca, order, shift=50.0), X)
    np.testing.assert_allclose(curve, np.cumsum(pca.explained_variance_ratio_[order]))


def test_scale_makes_features_count_alike():
    scale = X.std(axis=0)
    standard, pca = X / scale, PCA(2).fit(X / scale)

    class InUnits:
        def transform(self, x):
            return pca.transform(x / scale)

        def inverse_transform(self, z):
            return pca.inverse_transform(z) * scale

    curve = explained_variance_by_codes(InUnits(), X, scale=scale)
    np.testing.assert_allclose(curve, pca_explained_variance(standard, 2))
    with pytest.raises(ValueError, match=r"scale must be.*\(5,\)"):
        explained_variance_by_codes(InUnits(), X, scale=np.ones(4))
    with pytest.raises(ValueError, match="not 0"):
        explained_variance_by_codes(InUnits(), X, scale=0)


def test_the_spectrum_of_digits(digits):
    x = digits.X.reshape(len(digits.X), -1).astype(float)
    spectrum = np.linalg.eigvalsh(np.cov(x.T))[::-1]
    curve = pca_explained_variance(digits.X)
    assert len(curve) == 64 and curve[-1] == pytest.approx(1) and curve.max() <= 1
    np.testing.assert_allclose(curve, np.cumsum(spectrum) / spectrum.sum())
    np.testing.assert_allclose(pca_explained_variance(digits.X, 10), curve[:10])
    floor = pca_floor(digits.X, digits.X, 10)["sse"]
    assert curve[9] == pytest.approx(1 - floor / x.var(axis=0).sum())


def test_the_spectrum_of_mnist(mnist):
    curve = pca_explained_variance(mnist[0])
    np.testing.assert_allclose(curve[[29, 49, 99]], [0.7305, 0.8246, 0.9146], atol=5e-5)
    assert pca_floor(*mnist, 30, max_examples=None)["sse"] == pytest.approx(13.866, abs=0.005)


def test_the_floor_is_fitted_on_as_many_examples_as_allowed(digits):
    train, test = digits.X[:1500], digits.X[1500:]
    few = pca_floor(train, test, 5, max_examples=500)
    assert few == pca_floor(train[np.linspace(0, 1499, 500).astype(int)], test, 5)
    assert few["sse"] > pca_floor(train, test, 5)["sse"]
    assert pca_floor(train, test, 5) == pca_floor(train, test, 5, max_examples=None)
    with pytest.raises(ValueError, match="max_examples=0"):
        pca_floor(train, test, 5, max_examples=0)


def test_codes_needed_is_the_inverse_of_the_curve():
    curve = pca_explained_variance(X)
    assert [codes_needed(curve, share) for share in curve] == [1, 2, 3, 4, 5]
    assert codes_needed([0.2, 0.9, 0.85, 0.95], 0.9) == 2
    assert codes_needed([0.2, 0.5], 0.9) is None
    assert codes_needed([0.5, 1 - 1e-12], 1.0) == 2


def test_refusals():
    for share in (0, 1.1, math.nan):
        with pytest.raises(ValueError, match="share="):
            codes_needed([0.5], share)
    with pytest.raises(ValueError, match="one number for each code"):
        codes_needed([], 0.5)
    with pytest.raises(ValueError, match="k=0"):
        pca_explained_variance(X, 0)
    with pytest.raises(ValueError, match="same shape"):
        explained_variance(X, X[:, :2])

    class Grids(Shifted):
        def transform(self, x):
            return np.zeros((len(x), 2, 2))

    with pytest.raises(ValueError, match=r"one row of numbers.*\(60, 2, 2\)"):
        explained_variance_by_codes(Grids(None, []), X)
