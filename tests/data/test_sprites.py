"""Sprites are their factors, and nothing else."""

from itertools import product

import numpy as np
import pytest

from latentia.data import Sprites, load

SMALL = Sprites(size=32)
RNG = np.random.default_rng(0)
each_size = pytest.mark.parametrize("size", [32, 64, 96])


def test_places_and_factors_are_the_same():
    assert len(SMALL) == 737_280 == np.prod(SMALL.factor_sizes)
    index = np.r_[0, len(SMALL) - 1, RNG.integers(len(SMALL), size=1000)]
    factors = SMALL.factors(index)
    np.testing.assert_array_equal(SMALL.index(factors), index)
    np.testing.assert_array_equal(factors[:2], [[0] * 5, np.array(SMALL.factor_sizes) - 1])


def test_an_index_gives_its_image():
    np.testing.assert_array_equal(SMALL[5], SMALL.images([[0, 0, 0, 0, 5]])[0])
    np.testing.assert_array_equal(SMALL[-1], SMALL[len(SMALL) - 1])
    with pytest.raises(IndexError, match="737280 is not one of"):
        SMALL[737_280]


@each_size
@pytest.mark.parametrize("binary", [False, True])
def test_a_moved_sprite_is_the_moved_image(size, binary):
    sprites = Sprites(size, binary)
    factors = sprites.factors(RNG.integers(len(sprites), size=20))
    factors[:, 3:] %= 16
    moved = factors + np.array([0, 0, 0, 2, 6])
    right, down = size // 32, 3 * size // 32
    expected = np.roll(sprites.images(factors), (down, right), axis=(1, 2))
    np.testing.assert_array_equal(sprites.images(moved), expected)


@each_size
def test_no_sprite_is_cut(size):
    corners = np.array(list(product(range(3), [5], range(40), [0, 31], [0, 31])))
    images = Sprites(size).images(corners).astype(float).reshape(3, 40, 4, -1).sum(axis=-1) / 255
    # The area of a square of half diagonal 1, an ellipse of half axes 1 and 0.6, and the heart.
    areas = np.array([2, 0.6 * np.pi, 3.6617 / 1.29**2]) * (size / 4) ** 2
    assert abs(images / areas[:, None, None] - 1).max() < 0.04


def test_centres_are_where_the_values_say():
    images, factors = Sprites().draw(200, seed=1)
    mass = images.astype(float) / images.sum(axis=(1, 2), keepdims=True)
    round_ones = factors[:, 0] < 2
    for axis, name in ((1, "position_x"), (2, "position_y")):
        centre = (mass.sum(axis=axis) * (np.arange(64) + 0.5)).sum(axis=1)
        expected = 16.5 + 31 * Sprites().values(factors, name)
        np.testing.assert_allclose(centre[round_ones], expected[round_ones], atol=0.1)


def test_every_factor_shows():
    base = np.array([2, 2, 7, 10, 10])
    other = base + np.diag([-1, 1, 1, 1, 1])
    images = SMALL.images(np.vstack([base, other]))
    assert len(np.unique(images.reshape(6, -1), axis=0)) == 6


def test_turns_that_show_nothing():
    for shape, period in ((0, 10), (1, 20)):
        first, second = SMALL.images([[shape, 5, 3, 8, 8], [shape, 5, 3 + period, 8, 8]])
        np.testing.assert_array_equal(first, second)


def test_a_quarter_turn_turns_the_image_against_the_clock():
    upright, turned = Sprites().images([[2, 5, 0, 15, 15], [2, 5, 10, 15, 15]])
    about_the_centre = np.s_[15:48, 15:48]
    np.testing.assert_array_equal(turned[about_the_centre], np.rot90(upright[about_the_centre]))
    widths = (upright > 0).sum(axis=1)[upright.any(axis=1)]
    assert widths[-1] < 4 < widths[3]  # the tip is below


@pytest.mark.parametrize(("binary", "levels"), [(True, {0, 1}), (False, set(range(256)))])
def test_pixels(binary, levels):
    images, _ = Sprites(binary=binary).draw(50)
    assert images.dtype == np.uint8
    assert {0, max(levels)} <= set(np.unique(images).tolist()) <= levels


def test_the_same_seed_gives_the_same_images():
    images, factors = SMALL.draw(300, seed=4)
    for mine, again in zip((images, factors), SMALL.draw(100, seed=4), strict=True):
        np.testing.assert_array_equal(mine[:100], again)
    assert not np.array_equal(factors[:100], SMALL.draw(100, seed=5)[1])
    np.testing.assert_array_equal(SMALL.load(300, seed=4).X, images)


def test_every_level_is_drawn_alike():
    _, factors = SMALL.draw(12_800)
    for column, size in zip(factors.T, SMALL.factor_sizes, strict=True):
        counts = np.bincount(column, minlength=size)
        # Six standard deviations of a binomial count.
        assert abs(counts - 12_800 / size).max() < 6 * np.sqrt(12_800 / size)


def test_the_label_is_the_factor_asked_for():
    _, factors = SMALL.draw(50, seed=3)
    assert set(load("sprites-32", n=50, seed=3).y) == {"square", "ellipse", "heart"}
    rotation = load("sprites-32", y="rotation", n=50, seed=3).y
    np.testing.assert_allclose(rotation, factors[:, 2] * np.pi / 20)
    assert load("sprites", n=5).schema.describe() == (
        "images of 64 x 64 grey pixels, uint8 from 0 to 255"
    )


def test_refusals():
    with pytest.raises(ValueError, match="size=33 must be a multiple of 32"):
        Sprites(size=33)
    with pytest.raises(ValueError, match=r"no column y='scal'; did you mean 'scale'\?"):
        load("sprites", y="scal")
    with pytest.raises(ValueError, match="y= has no use"):
        load("sprites", y=[1, 2, 3])
    with pytest.raises(ValueError, match="column 'scale', holds 6; it counts from 0 to 5"):
        SMALL.images([[0, 6, 0, 0, 0]])
    with pytest.raises(ValueError, match=r"a column for each of shape.*\(1, 3\)"):
        SMALL.images([[0, 6, 0]])
    with pytest.raises(ValueError, match="index must hold integers"):
        SMALL.factors([0.5])
    with pytest.raises(ValueError, match="index holds -1"):
        SMALL.factors([-1])
