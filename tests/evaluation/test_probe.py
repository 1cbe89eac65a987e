"""A probe finds what is in the code, and nothing where there is nothing."""

import numpy as np
import pytest

from latentia.evaluation import probe

RNG = np.random.default_rng(0)
Y = np.repeat([3, 1, 7], [40, 30, 20])
ONE_HOT = (Y[:, None] == [1, 3, 7]).astype(float)


@pytest.mark.parametrize(
    "labels", [Y, Y.astype(float), Y.astype(str), Y.astype(str).astype(object)]
)
def test_the_label_itself_is_read_without_error(labels):
    assert probe(ONE_HOT, labels) == {"knn": 1.0, "logistic": 1.0}


def test_noise_is_no_better_than_the_largest_class():
    accuracy = probe(RNG.normal(size=(2000, 3)), np.arange(2000) % 4)
    assert all(0.18 < share < 0.32 for share in accuracy.values())


def test_what_only_neighbours_can_read():
    z = RNG.uniform(-1, 1, size=(1000, 2))
    accuracy = probe(z, (z[:, 0] * z[:, 1] > 0).astype(int))
    assert accuracy["knn"] > 0.9 and accuracy["logistic"] < 0.65


def test_logistic_regression_does_not_see_units():
    z = RNG.normal(size=(300, 2))
    y = (z[:, 0] > 0).astype(int)
    assert probe(z, y)["logistic"] == pytest.approx(
        probe(z * [1e-6, 1e6] + 3, y)["logistic"], abs=0.02
    )


def test_examples_are_compared_with_codes(digits):
    noise = RNG.normal(size=(len(digits.X), 2))
    accuracy = probe(noise, digits.y, digits.X)
    assert accuracy["knn"] < 0.2 and accuracy["logistic"] < 0.2
    assert accuracy["knn_raw"] > 0.95 and accuracy["logistic_raw"] > 0.9


def test_the_same_seed_gives_the_same_numbers():
    z, y = RNG.normal(size=(6000, 2)), RNG.integers(0, 2, 6000)
    assert probe(z, y, seed=1) == probe(z, y, seed=1) != probe(z, y, seed=2)


def test_small_classes_have_fewer_folds():
    y = np.array([0, 0, 1, 1, 1])
    assert probe(np.eye(2)[y], y)["logistic"] == 1.0
    alone = np.array([0] * 10 + [1] * 10 + [2])
    assert probe(np.eye(3)[alone], alone) == {"knn": 1.0, "logistic": 1.0}


def test_refusals():
    with pytest.raises(ValueError, match="90 distinct numbers of type float64"):
        probe(ONE_HOT, RNG.normal(size=90))
    with pytest.raises(ValueError, match=r"at least two classes.* has 1"):
        probe(ONE_HOT, np.ones(90, int))
    with pytest.raises(ValueError, match=r"each of the 90 examples.*\(3,\)"):
        probe(ONE_HOT, [1, 2, 3])
    with pytest.raises(ValueError, match="x has 2 examples, but codes has 90"):
        probe(ONE_HOT, Y, np.zeros((2, 3)))
