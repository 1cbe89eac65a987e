"""Sets that are equal hold each other, sets that are far apart do not, and units do not matter."""

from math import comb

import numpy as np
import pytest
import torch

from latentia.evaluation import density_coverage, precision_recall

RNG = np.random.default_rng(0)
REAL = RNG.normal(size=(300, 4))
OTHER = 1.5 * RNG.normal(size=(200, 4)) + 0.5


def both(real, generated, k=5):
    return precision_recall(real, generated, k) | density_coverage(real, generated, k)


def test_equal_sets_hold_each_other():
    measured = both(REAL, REAL.copy())
    assert measured["precision"] == measured["recall"] == measured["coverage"] == 1
    assert precision_recall(np.repeat(REAL, 5, axis=0), REAL) == {"precision": 1, "recall": 1}


def test_sets_far_apart_share_nothing():
    assert set(both(REAL, REAL + 1e3).values()) == {0}


def test_points_on_a_line_by_hand():
    # With one neighbour the balls reach 1 around 0, 1 and 4 around 5.
    measured = both([[0.0], [1.0], [5.0]], [[-0.5], [1.5], [8.0], [20.0]], k=1)
    assert measured["precision"] == 3 / 4
    assert measured["density"] == 4 / 4  # -0.5 in one ball, 1.5 in two, 8 in one
    assert measured["coverage"] == 3 / 3
    # Around -0.5 and 1.5 they reach 2, around 8 they reach 6.5, around 20 they reach 12.
    assert measured["recall"] == 1


def test_what_is_left_out_lowers_the_recall_and_what_is_added_the_precision():
    kinds = np.concatenate([REAL, REAL + 100])
    assert precision_recall(kinds, REAL) == {"precision": 1.0, "recall": 0.5}
    assert precision_recall(REAL, kinds) == {"precision": 0.5, "recall": 1.0}
    assert density_coverage(kinds, REAL)["coverage"] == 0.5


def test_samples_of_one_distribution_have_the_density_and_coverage_that_are_expected():
    measured = density_coverage(*RNG.normal(size=(2, 2000, 3)), n_neighbors=3)
    assert measured["density"] == pytest.approx(1, abs=0.1)
    expected = 1 - comb(1999, 3) / comb(3999, 3)
    assert measured["coverage"] == pytest.approx(expected, abs=0.03)


def test_neither_units_nor_turns_nor_where_and_in_which_order():
    turn = np.linalg.qr(RNG.normal(size=(4, 4)))[0]
    expected = both(REAL, OTHER)
    assert 0 < expected["coverage"] < 1
    assert both(1e-3 * REAL @ turn + 7, 1e-3 * OTHER @ turn + 7) == expected
    assert both(REAL[::-1], OTHER[::-1]) == expected
    images = REAL.reshape(-1, 2, 2), torch.as_tensor(OTHER).reshape(-1, 2, 2)
    assert both(*images) == expected


def test_a_repeated_example_is_found_though_its_ball_has_no_size():
    real = np.repeat(1e3 + REAL[:20], 4, axis=0)
    assert precision_recall(real, real[:5])["precision"] == 1
    assert precision_recall(real, real[:5] + 1e-2)["precision"] == 0


@pytest.mark.parametrize("measure", [precision_recall, density_coverage])
def test_refusals(measure):
    with pytest.raises(ValueError, match="n_neighbors=3 must be at least 1 and less than the 3"):
        measure(REAL[:3], OTHER, 3)
    with pytest.raises(ValueError, match=r"n_neighbors=0 .* of real"):
        measure(REAL, OTHER, 0)
    with pytest.raises(ValueError, match="have as many features, but have 4 and 3"):
        measure(REAL, OTHER[:, :3])
    with pytest.raises(ValueError, match="generated holds NaN"):
        measure(REAL, np.full((9, 4), np.nan))


def test_recall_needs_enough_generated_examples():
    with pytest.raises(ValueError, match=r"less than the 3 examples of generated"):
        precision_recall(REAL, OTHER[:3])
