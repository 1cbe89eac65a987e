"""Distances of distributions have closed forms for normals, and none to themselves."""

import numpy as np
import pytest
from scipy.linalg import sqrtm

from latentia.evaluation import frechet_distance, kernel_distance

RNG = np.random.default_rng(0)


def with_moments(mean, covariance, n=200):
    """A sample that has exactly these moments."""
    mean, covariance = np.asarray(mean, float), np.asarray(covariance, float)
    z = RNG.normal(size=(n, len(mean)))
    z = np.linalg.qr(z - z.mean(0))[0] * np.sqrt(n - 1)
    values, vectors = np.linalg.eigh(covariance)
    return mean + z @ (vectors * np.sqrt(np.maximum(values, 0))).T


def random_covariance(d):
    root = RNG.normal(size=(d, d))
    return root @ root.T


def test_two_normals_have_the_closed_form():
    a, b, mean = random_covariance(5), random_covariance(5), RNG.normal(size=5)
    expected = mean @ mean + np.trace(a + b - 2 * sqrtm(a @ b).real)
    measured = frechet_distance(with_moments(np.zeros(5), a), with_moments(mean, b, n=77))
    assert measured == pytest.approx(expected)


def test_standard_deviations_subtract_where_covariances_commute():
    a, b = with_moments([0, 0], np.diag([4, 9])), with_moments([3, 0], np.diag([1, 1]))
    assert frechet_distance(a, b) == pytest.approx(9 + (2 - 1) ** 2 + (3 - 1) ** 2)


def test_covariances_without_an_inverse_are_no_trouble():
    a, b = with_moments([0, 0, 0], np.diag([1, 0, 0])), with_moments([0, 0, 0], np.diag([0, 4, 0]))
    assert frechet_distance(a, b) == pytest.approx(5)
    wide = RNG.normal(size=(2, 10, 500))  # far fewer examples than features
    assert np.isfinite(frechet_distance(*wide))
    assert frechet_distance(wide[0], wide[0]) == pytest.approx(0, abs=1e-9)


def test_the_square_root_is_a_metric_that_turns_do_not_change():
    x, y, z = RNG.normal(size=(3, 50, 4)) * [[[1.0]], [[2.0]], [[0.5]]]
    turn = np.linalg.qr(RNG.normal(size=(4, 4)))[0]
    assert frechet_distance(x, y) == pytest.approx(frechet_distance(y, x))
    assert frechet_distance(x @ turn + 3, y @ turn + 3) == pytest.approx(frechet_distance(x, y))
    direct, by_z = frechet_distance(x, y) ** 0.5, [frechet_distance(z, o) ** 0.5 for o in (x, y)]
    assert direct <= sum(by_z)


def test_the_kernel_sum_over_pairs_by_hand():
    x, y = np.array([[0.0], [1.0]]), np.array([[2.0], [3.0], [-1.0]])
    k = lambda a, b: (a[0] * b[0] + 1) ** 3  # noqa: E731
    within = k(x[0], x[1])
    across = (k(y[0], y[1]) + k(y[0], y[2]) + k(y[1], y[2])) / 3
    between = np.mean([k(a, b) for a in x for b in y])
    assert kernel_distance(x, y) == pytest.approx(within + across - 2 * between)


def test_the_kernel_distance_has_no_bias_whatever_the_size():
    few = [kernel_distance(*RNG.normal(size=(2, 5, 3))) for _ in range(2000)]
    assert abs(np.mean(few)) < 4 * np.std(few) / np.sqrt(len(few))
    assert min(few) < 0


def test_the_kernel_distance_sees_what_the_frechet_distance_cannot():
    skewed = RNG.exponential(size=(3000, 1)) - 1
    normal = with_moments([0], np.array([[skewed.var(ddof=1)]]), n=3000) + skewed.mean()
    assert frechet_distance(normal, skewed) < 1e-9
    assert kernel_distance(normal, skewed) > 1  # the square of the third moment, 4


def test_blocks_do_not_matter(monkeypatch):
    x, y = RNG.normal(size=(2, 50, 3))
    whole = kernel_distance(x, y)
    monkeypatch.setattr("latentia.evaluation._feature_distances.BLOCK_VALUES", 100)
    assert kernel_distance(x, y) == pytest.approx(whole)


@pytest.mark.parametrize("measure", [frechet_distance, kernel_distance])
def test_refusals(measure):
    with pytest.raises(ValueError, match="generated must hold at least two examples, but holds 1"):
        measure(np.zeros((5, 2)), np.zeros((1, 2)))
    with pytest.raises(ValueError, match="as many features, but have 2 and 3"):
        measure(np.zeros((5, 2)), np.zeros((5, 3)))
