"""A straight decoder has its own slope everywhere; bends, jumps and detours are found."""

import math

import numpy as np
import pytest
from sklearn.decomposition import PCA

from latentia.evaluation import continuity, local_lipschitz

RNG = np.random.default_rng(0)
CODES = RNG.normal(size=(100, 2))
MATRIX = RNG.normal(size=(2, 5))


def test_an_affine_decoder_is_as_steep_as_its_largest_singular_value():
    steepness = local_lipschitz(lambda z: z @ MATRIX + 3, CODES)
    np.testing.assert_allclose(steepness, np.linalg.norm(MATRIX, 2))
    measured = continuity(lambda z: z @ MATRIX + 3, CODES)
    assert measured["path"] == pytest.approx(1) and measured["jump"] == pytest.approx(1)
    assert measured["slope"] < measured["steepest"] <= np.linalg.norm(MATRIX, 2) + 1e-9


def test_components_keep_distances(digits):
    x = digits.X.reshape(len(digits.X), -1)
    pca = PCA(3).fit(x)
    measured = continuity(pca.inverse_transform, pca.transform(x), n_pairs=20)
    assert measured == pytest.approx({"slope": 1, "steepest": 1, "path": 1, "jump": 1})


def test_a_step_is_a_jump():
    ends = np.array([[-1.0], [1.0]])
    measured = continuity(lambda z: np.where(z > 0.01, 1.0, 0.0), ends, n_steps=20)
    assert measured == pytest.approx({"slope": 0.5, "steepest": 10, "path": 1, "jump": 20})


def test_half_a_circle_is_a_detour():
    def circle(z):
        return np.concatenate([np.cos(z), np.sin(z)], axis=1)

    ends = np.array([[0.0], [math.pi]])
    measured = continuity(circle, ends, n_pairs=5, n_steps=500)
    assert measured["path"] == pytest.approx(math.pi / 2, rel=1e-4)
    assert measured["slope"] == pytest.approx(1, rel=1e-4)
    np.testing.assert_allclose(local_lipschitz(circle, ends), 1, rtol=1e-3)


def test_a_bend_is_steep_where_it_is():
    def bent(z):
        return np.where(z > 0, 5 * z, z)

    np.testing.assert_allclose(local_lipschitz(bent, [[-1.0], [1.0]]), [1, 5])


def test_units_of_the_code_change_slopes_only():
    def curved(z):
        return np.tanh(z @ MATRIX)

    first = continuity(curved, CODES)
    scaled = continuity(lambda z: curved(z / 4), 4 * CODES)
    for name, factor in {"slope": 4, "steepest": 4, "path": 1, "jump": 1}.items():
        assert scaled[name] == pytest.approx(first[name] / factor)
    np.testing.assert_allclose(
        local_lipschitz(lambda z: curved(z / 4), 4 * CODES), local_lipschitz(curved, CODES) / 4
    )


def test_a_constant_decoder_goes_nowhere():
    measured = continuity(lambda z: np.ones((len(z), 3)), CODES)
    assert measured["slope"] == measured["steepest"] == 0
    assert math.isnan(measured["path"]) and math.isnan(measured["jump"])


def test_the_seed_decides():
    def curved(z):
        return np.tanh(z @ MATRIX)

    assert continuity(curved, CODES, seed=1) == continuity(curved, CODES, seed=1)
    assert continuity(curved, CODES, seed=1) != continuity(curved, CODES, seed=2)


def test_refusals():
    with pytest.raises(ValueError, match="n_steps=0"):
        continuity(np.sin, CODES, n_steps=0)
    with pytest.raises(ValueError, match="two different codes"):
        continuity(np.sin, np.ones((5, 2)))
    with pytest.raises(ValueError, match="returned 1 for 33"):
        continuity(lambda z: z[:1], CODES)
    with pytest.raises(ValueError, match=r"decode\(codes\) holds NaN"):
        local_lipschitz(lambda z: z * np.nan, CODES)
    with pytest.raises(ValueError, match="step=0"):
        local_lipschitz(np.sin, CODES, step=0)
