"""Angles between spaces depend on the spaces only, and a decoder without a space is refused."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from latentia import Autoencoder
from latentia.evaluation import decoded_directions, principal_angles

RNG = np.random.default_rng(0)
BASIS = np.linalg.qr(RNG.normal(size=(6, 6)))[0]
A = BASIS[:, :2]


@pytest.mark.parametrize("degrees", [0.001, 30, 60, 90])
def test_a_planted_angle_is_found(degrees):
    angle = np.deg2rad(degrees)
    turned = np.cos(angle) * BASIS[:, 1] + np.sin(angle) * BASIS[:, 2]
    found = principal_angles(A, np.stack([BASIS[:, 0], turned], axis=1))
    np.testing.assert_allclose(found, [angle, 0], atol=1e-7)


def test_the_basis_does_not_matter():
    b = RNG.normal(size=(6, 2))
    mixed = b @ RNG.normal(size=(2, 2))
    doubled = np.concatenate([mixed, 3 * mixed], axis=1)
    expected = principal_angles(A, b)
    assert expected[0] > 0.1
    for same in (mixed, doubled, 1e-6 * b):
        np.testing.assert_allclose(principal_angles(A, same), expected, atol=1e-7)
    np.testing.assert_allclose(principal_angles(b, A), expected, atol=1e-7)


def test_a_space_holds_its_parts():
    np.testing.assert_allclose(principal_angles(A, BASIS[:, :1]), [0], atol=1e-7)
    np.testing.assert_allclose(principal_angles(A, BASIS[:, 2:]), np.full(2, np.pi / 2))


def test_directions_of_pca_are_its_components(digits):
    pca = PCA(5).fit(digits.X.reshape(-1, 64))
    directions = decoded_directions(pca)
    np.testing.assert_allclose(directions, pca.components_.T, atol=1e-9)
    np.testing.assert_allclose(principal_angles(directions, pca.components_.T), 0, atol=1e-6)


def test_directions_of_an_affine_autoencoder_are_its_weights(digits):
    model = Autoencoder(
        3, hidden_layer_sizes=(), likelihood="normal", max_iter=1, random_state=0, verbose=False
    ).fit(digits.X)
    weight = model.decoder_.net.layers[-1].weight.detach().numpy()
    scale = model.scaling_.scale.numpy()
    np.testing.assert_allclose(decoded_directions(model), weight * scale, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("how", [{"hidden_layer_sizes": (8,)}, {"likelihood": "bernoulli"}])
def test_a_decoder_that_is_not_affine_is_refused(digits, how):
    settings = {"hidden_layer_sizes": (), "max_iter": 1, "random_state": 0, "verbose": False} | how
    model = Autoencoder(3, **settings).fit(digits.X / 16)
    with pytest.raises(ValueError, match="decoder of Autoencoder is not affine"):
        decoded_directions(model)


def test_a_bent_ray_through_the_origin_is_not_enough():
    class Relu:
        """Straight on each axis to both sides of which one is looked at, and bent between."""

        def get_feature_names_out(self):
            return ["z1", "z2"]

        def inverse_transform(self, z):
            return np.maximum(z @ [[1.0, 2.0], [2.0, 1.0]], 0)

    with pytest.raises(ValueError, match="not affine"):
        decoded_directions(Relu())


def test_refusals():
    with pytest.raises(ValueError, match="6 and 5 rows"):
        principal_angles(A, np.ones((5, 1)))
    with pytest.raises(ValueError, match="b must be a matrix"):
        principal_angles(A, np.zeros((6, 2)))
    with pytest.raises(ValueError, match="a must hold numbers"):
        principal_angles(A[:, 0], A)
