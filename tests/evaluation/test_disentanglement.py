"""Measures of codes against known factors: anchors, invariances, and what chance gives."""

import numpy as np
import pytest

from latentia.data import Sprites
from latentia.evaluation import (
    dci,
    dci_from_importances,
    disentanglement,
    mig,
    modularity,
    mutual_information,
    sap,
)

RNG = np.random.default_rng(0)
GRID = np.indices((5, 8, 10)).reshape(3, -1).T
#: Codes that know each factor up to a little noise, of 3,000 examples.
FACTORS = RNG.integers([5, 8, 10], size=(3000, 3))
CODES = FACTORS + RNG.normal(scale=0.2, size=FACTORS.shape)
RANDOM = RNG.normal(size=(3000, 6))
TURN = np.array([[1.0, 1.0], [1.0, -1.0]]) / np.sqrt(2)

MEASURES = [
    mig,
    sap,
    modularity,
    lambda codes, factors: dci(codes, factors)["disentanglement"],
    lambda codes, factors: dci(codes, factors)["completeness"],
]
each = pytest.mark.parametrize("measure", MEASURES, ids=["mig", "sap", "modularity", "d", "c"])


@each
def test_perfect_codes_have_one(measure):
    assert measure(GRID, GRID) == pytest.approx(1.0, abs=1e-9)


@each
def test_order_sign_scale_and_shift_do_not_matter(measure):
    changed = (CODES * [-3.0, 1e-4, 1e4] + [0.0, 7.0, -2.0])[:, [2, 0, 1]]
    assert measure(changed, FACTORS) == pytest.approx(measure(CODES, FACTORS), abs=0.01)


@each
def test_names_of_levels_and_order_of_factors_do_not_matter(measure):
    renamed = (10.0 + 0.5 * FACTORS)[:, [1, 2, 0]]
    assert measure(CODES, renamed) == pytest.approx(measure(CODES, FACTORS), abs=0.01)


@each
def test_constant_codes_know_nothing_and_do_no_harm(measure):
    with_one = np.hstack([CODES, np.full((3000, 1), 0.1)])
    assert measure(with_one, FACTORS) == pytest.approx(measure(CODES, FACTORS), abs=0.01)
    assert measure(np.ones((3000, 2)), FACTORS) == 0


@each
def test_turned_codes_have_less(measure):
    factors = RNG.integers(10, size=(3000, 2))
    codes = factors + RNG.normal(scale=0.2, size=factors.shape)
    assert measure(codes @ TURN, factors) < measure(codes, factors) - 0.25


# Chance shares (19 bins) (4 to 9 levels) / 6000 nats with each factor, in gaps less than 0.02 of
# 1.6 nats and more; squared correlations are 1 / 3000 on average; importances of noise are equal
# within a few per cent. Modularity compares chances with chances and has no such bound.
@each
def test_random_codes_have_nothing(measure):
    if measure is modularity:
        assert measure(RANDOM, FACTORS) < 0.8
    else:
        assert measure(RANDOM, FACTORS) < 0.02


def test_what_two_dimensions_know_has_no_gap():
    twice = np.hstack([CODES, -2 * CODES])
    assert mig(twice, FACTORS) == pytest.approx(0.0, abs=1e-3)
    assert sap(twice, FACTORS) == pytest.approx(0.0, abs=1e-9)
    assert modularity(twice, FACTORS) > 0.99
    assert dci(twice, FACTORS)["completeness"] < 0.7 < dci(twice, FACTORS)["disentanglement"]


def test_the_grid_of_sprites():
    factors = Sprites(size=32).draw(4000)[1]
    scores = disentanglement(factors, factors, n_bins=40)
    assert min(scores.values()) > 0.95
    nominal = disentanglement(factors, factors, nominal=[0], n_bins=40)
    # Chance is right for a third of the shapes.
    assert nominal.pop("sap") == pytest.approx(scores.pop("sap") - 1 / 3 / 5, abs=0.02)
    assert nominal == scores


def test_modularity_of_what_was_counted_by_hand():
    half, quarter, idle, _ = np.indices((2, 4, 2, 2)).reshape(4, -1)
    factors = np.stack([half, quarter, idle], axis=1)
    # One knows 1 bit of the first and 2 of the second: 1 - (1/2)^2 / 2. One knows the first alone.
    both = 4 * half + quarter
    assert modularity(both[:, None], factors) == pytest.approx(1 - 1 / 8)
    assert modularity(np.stack([both, half], axis=1), factors) == pytest.approx(1 - 1 / 16)
    alike = (2 * half + idle)[:, None]  # a bit of two factors, and nothing of the third
    assert modularity(alike, factors) == pytest.approx(1 / 2)


@pytest.mark.parametrize(
    ("levels", "expected"),
    [((5, 8, 10), 1 - ((4 / 9) ** 2 + (7 / 9) ** 2) / 2), ((8, 8, 8), 0.25)],
)
def test_modularity_of_random_codes_is_that_of_chance(levels, expected):
    rng = np.random.default_rng(1)
    factors, codes = rng.integers(levels, size=(3000, 3)), rng.uniform(size=(3000, 40))
    assert modularity(codes, factors) == pytest.approx(expected, abs=0.08)


def test_information_of_independent_levels_is_their_entropy():
    np.testing.assert_allclose(
        mutual_information(GRID, GRID, n_bins=10), np.diag(np.log([5, 8, 10])), atol=1e-12
    )
    coarse = mutual_information(GRID[:, 1:2], GRID[:, 1:2], n_bins=4)
    np.testing.assert_allclose(coarse, np.log(4))


def test_information_of_noisy_bits_is_the_closed_form():
    bit, flip = RNG.integers(2, size=200_000), RNG.random(200_000) < 0.1
    expected = np.log(2) + 0.1 * np.log(0.1) + 0.9 * np.log(0.9)
    shared = mutual_information((bit ^ flip)[:, None], bit[:, None])
    assert shared.item() == pytest.approx(expected, abs=0.01)


def test_sap_is_the_gap_of_squared_correlations():
    codes = np.stack([CODES[:, 0], CODES[:, 0] + RNG.normal(scale=2, size=3000)], axis=1)
    squares = [np.corrcoef(code, FACTORS[:, 0])[0, 1] ** 2 for code in codes.T]
    assert sap(codes, FACTORS[:, :1]) == pytest.approx(squares[0] - squares[1])


def test_sap_of_nominal_levels_finds_thresholds():
    shape = np.repeat([0, 1, 2], 100)
    middle = np.choose(shape, [1.0, 0.0, 2.0])[:, None]
    assert sap(middle, shape[:, None]) < 0.3
    assert sap(middle, shape[:, None], nominal=[0]) == 1.0  # no second dimension
    both = np.hstack([middle, RNG.normal(size=(300, 1))])
    assert 0.5 < sap(both, shape[:, None], nominal=[0]) < 1 - 1 / 3


@pytest.mark.parametrize(
    ("importances", "disentangled", "complete"),
    [
        (np.eye(4), 1.0, 1.0),
        (np.ones((3, 5)), 0.0, 0.0),
        ([[1.0, 1.0] + [0.0] * 8], 1 - np.log(2) / np.log(10), 1.0),
        ([[1.0] * 2 + [0.0] * 8, [0.0] * 10, [0.0] * 10], 1 - np.log(2) / np.log(10), 1.0),
        ([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]], 1.0, (2 * 0.5 + 1) / 3),
        ([[3.0, 0.0], [1.0, 1.0]], 3 / 5, 1 - 4 / 5 * 0.8112781244591328),
        ([[2.0], [0.0]], 1.0, 1.0),
        (np.zeros((2, 2)), 0.0, 0.0),
    ],
)
def test_dci_of_known_importances(importances, disentangled, complete):
    scores = dci_from_importances(importances)
    assert scores["disentanglement"] == pytest.approx(disentangled, abs=1e-12)
    assert scores["completeness"] == pytest.approx(complete, abs=1e-12)


def test_informativeness_is_the_share_that_can_be_known():
    assert dci(CODES, FACTORS)["informativeness"] > 0.9
    expected = np.mean([1 / 5, 1 / 8, 1 / 10])
    assert dci(RANDOM, FACTORS)["informativeness"] == pytest.approx(expected, abs=0.04)


def test_importances_are_those_of_what_is_there_to_know():
    blurred = np.hstack([FACTORS + RNG.normal(scale=0.5, size=FACTORS.shape), RANDOM[:, :2]])
    scores = dci(blurred, FACTORS)
    assert scores["informativeness"] < 0.75
    assert min(scores["disentanglement"], scores["completeness"]) > 0.6


def test_all_are_what_they_are_alone():
    scores = disentanglement(CODES, FACTORS, nominal=[1], n_bins=15, seed=3)
    alone = {
        "mig": mig(CODES, FACTORS, n_bins=15),
        "sap": sap(CODES, FACTORS, nominal=[1]),
        "modularity": modularity(CODES, FACTORS, n_bins=15),
        **dci(CODES, FACTORS, seed=3),
    }
    assert scores == alone


def test_the_same_seed_gives_the_same_numbers():
    few = RANDOM[:500], FACTORS[:500]
    assert dci(*few, seed=1) == dci(*few, seed=1) != dci(*few, seed=2)


@pytest.mark.parametrize("measure", [mig, sap, modularity, dci, disentanglement])
def test_refusals_of_all(measure):
    with pytest.raises(ValueError, match="codes has 2999 and factors 3000"):
        measure(CODES[1:], FACTORS)
    with pytest.raises(ValueError, match="column 1, is 4 in all 3000 examples"):
        measure(CODES, FACTORS * [1, 0, 1] + [0, 4, 0])
    with pytest.raises(ValueError, match="column 0, has 3000 levels in 3000 examples"):
        measure(CODES, CODES)
    with pytest.raises(ValueError, match=r"codes holds NaN.* example 7"):
        measure(np.where(np.arange(3000)[:, None] == 7, np.nan, CODES), FACTORS)
    with pytest.raises(ValueError, match=r"factors must be a table|factors must hold numbers"):
        measure(CODES, FACTORS[:, 0])


def test_refusals_of_some():
    few = CODES[:15], FACTORS[:15] > 3
    for measure in (mig, modularity, mutual_information):
        with pytest.raises(ValueError, match=r"n_bins=20 must be between 2 and .* 15"):
            measure(*few)
    with pytest.raises(ValueError, match="n_bins=1 "):
        mig(CODES, FACTORS, n_bins=1)
    with pytest.raises(ValueError, match="at least two columns"):
        modularity(CODES, FACTORS[:, :1])
    with pytest.raises(
        ValueError, match=r"nominal=\[3\] must hold columns of factors, from 0 to 2"
    ):
        sap(CODES, FACTORS, nominal=[3])
    with pytest.raises(ValueError, match="at least eight examples"):
        dci(np.eye(4), np.array([[0, 1], [0, 1], [1, 0], [1, 0]]))
    with pytest.raises(ValueError, match="0 or more, but one is -1"):
        dci_from_importances([[1.0, -1.0]])
    with pytest.raises(ValueError, match=r"a table of numbers.*\(2,\)"):
        dci_from_importances([1.0, 2.0])
