"""Copies are found out, new examples are not, and blur is no copy."""

import numpy as np
import pytest

from latentia.evaluation import memorization

RNG = np.random.default_rng(0)
TRAIN, HELD_OUT, NEW = (RNG.normal(size=(n, 6)) for n in (1200, 600, 500))


def test_copies_are_nearest_to_what_they_copy():
    rows = RNG.permutation(1200)[:200]
    found = memorization(TRAIN[rows] + 1e-9, TRAIN, HELD_OUT)
    np.testing.assert_array_equal(found.neighbors, rows)
    np.testing.assert_allclose(found.distances, 0, atol=1e-8)
    assert found.closer == found.from_training == 1


def test_new_examples_prefer_nothing():
    found = memorization(NEW, TRAIN, HELD_OUT)
    assert found.closer == pytest.approx(0.5, abs=0.05)
    assert found.expected == 1200 / 1800
    assert found.from_training == pytest.approx(found.expected, abs=0.06)


def test_blurred_samples_are_close_to_everything_and_still_prefer_nothing():
    found = memorization(0.6 * NEW, TRAIN, HELD_OUT)
    assert found.closer > 0.7
    assert found.from_training == pytest.approx(found.expected, abs=0.1)


def test_what_is_in_both_counts_half():
    found = memorization(TRAIN[:50], TRAIN, TRAIN[:100])
    assert found.closer == found.from_training == 0.5


def test_distances_are_those_to_the_nearest():
    found = memorization(NEW[:20], TRAIN, HELD_OUT[:30])
    for measured, x in ((found.distances, NEW[:20]), (found.held_out_distances, HELD_OUT[:30])):
        expected = np.linalg.norm(x[:, None] - TRAIN, axis=2).min(axis=1)
        np.testing.assert_allclose(measured, expected)


def test_refusals():
    with pytest.raises(ValueError, match="samples and x_train must have as many features"):
        memorization(NEW[:, :2], TRAIN, HELD_OUT)
    with pytest.raises(ValueError, match="x_held_out and x_train must have as many features"):
        memorization(NEW, TRAIN, HELD_OUT[:, :2])
    with pytest.raises(ValueError, match="samples must hold numbers"):
        memorization([], TRAIN, HELD_OUT)
