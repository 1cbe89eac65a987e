"""An interval of a paired difference holds the truth, and tells it from nothing."""

import numpy as np
import pytest
from scipy.stats import ttest_rel

from latentia.evaluation import paired_difference

RNG = np.random.default_rng(0)
HARD = 10 * RNG.normal(size=300)


def test_a_planted_difference_is_found_although_examples_differ_more():
    found = paired_difference(HARD + 0.5 + RNG.normal(size=300), HARD)
    assert 0 < found.low < 0.5 < found.high
    unpaired = 1.96 * np.sqrt(2 * HARD.var() / 300)
    assert found.high - found.mean < unpaired / 5


def test_it_is_the_interval_of_the_paired_t_test():
    a, b = RNG.normal(size=(2, 40))
    found = paired_difference(a, b, 0.9)
    expected = ttest_rel(a, b).confidence_interval(0.9)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert (found.mean, found.n) == (pytest.approx((a - b).mean()), 40)


def test_it_holds_the_truth_as_often_as_it_says():
    draws = RNG.normal(0.3, 1.0, size=(2000, 20))
    held = [f.low <= 0.3 <= f.high for f in (paired_difference(d, 0 * d) for d in draws)]
    assert np.mean(held) == pytest.approx(0.95, abs=0.02)


def test_the_other_order_is_the_other_sign():
    a, b = RNG.normal(size=(2, 9))
    one, other = paired_difference(a, b), paired_difference(b, a)
    assert (one.mean, one.low, one.high) == pytest.approx((-other.mean, -other.high, -other.low))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0, 2.0], [1.0]), r"shapes \(2,\) and \(1,\)"),
        (([1.0], [1.0]), "2 examples or more"),
        (([1.0, np.nan], [1.0, 2.0]), "infinite in example 1"),
        (([1.0, 3.0], [1.0, 2.0], 95), "confidence=95"),
    ],
)
def test_refusals(arguments, message):
    with pytest.raises(ValueError, match=message):
        paired_difference(*arguments)
