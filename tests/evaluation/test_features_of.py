"""Features tell classes apart, or examples from noise, and are the same again."""

import numpy as np
import pytest

from latentia.evaluation import features_of, frechet_distance, probe

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def learned(digits):
    return {"labels": features_of(digits.X, digits.y), "none": features_of(digits.X)}


@pytest.mark.parametrize("how", ["labels", "none"])
def test_features_are_few_and_know_the_digits(digits, learned, how):
    features = learned[how](digits.X)
    assert features.shape == (len(digits.X), 32) and np.abs(features).max() <= 1
    assert probe(features, digits.y)["knn"] > 0.9


@pytest.mark.parametrize("how", ["labels", "none"])
def test_worse_digits_are_farther(digits, learned, how):
    features, images = learned[how], digits.X.astype(float)
    real = features(images[:900])
    noisy = [images[900:] + s * RNG.normal(size=images[900:].shape) for s in (0, 2, 8)]
    distances = [frechet_distance(real, features(x)) for x in noisy]
    assert distances == sorted(distances) and distances[2] > 3 * distances[0]


def test_the_seed_decides_and_one_example_is_enough_to_ask(digits):
    x, y = digits.X[:100], digits.y[:100]
    first, same, other = (features_of(x, y, 4, seed)(x) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, same)
    assert not np.allclose(first, other)
    np.testing.assert_allclose(features_of(x, y, 4, 1)(x[7:8]), first[7:8])


def test_scale_sets_the_units_of_columns():
    x, y = RNG.normal(size=(200, 3)), np.arange(200) % 2
    plain, scaled = features_of(x, y), features_of(x * [1, 10, 1e4], y, scale=[1, 10, 1e4])
    np.testing.assert_allclose(plain(x), scaled(x * [1, 10, 1e4]), atol=1e-6)
    assert not np.allclose(plain(x), features_of(x * [1, 10, 1e4], y)(x * [1, 10, 1e4]))


def test_constant_examples_have_features_too():
    assert np.isfinite(features_of(np.ones((20, 3)))(np.ones((2, 3)))).all()


def test_refusals(learned):
    with pytest.raises(ValueError, match="n_features=0"):
        features_of(np.eye(3), n_features=0)
    with pytest.raises(ValueError, match="each of the 3 examples"):
        features_of(np.eye(3), [1, 2])
    with pytest.raises(ValueError, match="no classes"):
        features_of(RNG.normal(size=(90, 2)), RNG.normal(size=90))
    with pytest.raises(ValueError, match=r"learned from, .*\(64,\) and \(8, 8\)"):
        learned["none"](np.zeros((2, 64)))
