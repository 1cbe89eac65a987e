"""Posteriors overlap as their integral says."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from latentia.evaluation import overlap

RNG = np.random.default_rng(0)
MEANS = RNG.normal(size=(30, 3))
SCALES = RNG.uniform(0.3, 2, size=(30, 3))


@pytest.mark.parametrize("d", [0.0, 0.5, 2.0, 7.0])
def test_two_unit_normals_at_a_distance(d):
    direction = np.array([0.6, 0.8])
    means = np.stack([np.zeros(2), d * direction])
    assert overlap(means, np.ones((2, 2))) == pytest.approx(np.exp(-(d**2) / 8))


def test_the_integral_of_two_normals():
    a, b = norm(0.0, 0.5), norm(1.0, 2.0)
    integral, _ = quad(lambda z: np.sqrt(a.pdf(z) * b.pdf(z)), -20, 20)
    assert overlap([[0.0], [1.0]], [[0.5], [2.0]]) == pytest.approx(integral)


def test_dimensions_multiply():
    pair = np.array([[0.0, 0.0], [1.0, 3.0]]), np.array([[1.0, 2.0], [0.5, 1.0]])
    each = [overlap(pair[0][:, [j]], pair[1][:, [j]]) for j in range(2)]
    assert overlap(*pair) == pytest.approx(np.prod(each))


def test_the_nearest_are_compared():
    means = np.array([[0.0], [1.0], [100.0], [101.0]])
    assert overlap(means, np.ones((4, 1))) == pytest.approx(np.exp(-1 / 8))
    assert overlap(means, np.ones((4, 1)), n_neighbors=2) == pytest.approx(np.exp(-1 / 8) / 2)


def test_wider_posteriors_overlap_more_and_units_do_not_matter():
    values = [overlap(MEANS, s * np.ones((30, 3))) for s in (0.1, 1.0, 10.0)]
    assert values == sorted(values) and values[0] < 0.5 < 0.95 < values[2] < 1
    assert overlap(1e4 * MEANS + 3, 1e4 * SCALES) == pytest.approx(overlap(MEANS, SCALES))
    assert overlap(np.zeros((5, 2)), np.ones((5, 2))) == 1


def test_refusals():
    with pytest.raises(ValueError, match=r"means and scales must .* \(30, 3\) and \(30, 1\)"):
        overlap(MEANS, SCALES[:, :1])
    with pytest.raises(ValueError, match="scales must be positive, but the smallest is 0"):
        overlap(MEANS, 0 * SCALES)
    with pytest.raises(ValueError, match="n_neighbors=30"):
        overlap(MEANS, SCALES, n_neighbors=30)
