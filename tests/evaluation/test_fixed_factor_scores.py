"""Scores from examples that share a factor: known codes, chance, and real images."""

import numpy as np
import pytest

from latentia.data import Sprites
from latentia.evaluation import beta_vae_score, factor_vae_score

SIZES = (3, 6, 10, 8)
each = pytest.mark.parametrize("score", [factor_vae_score, beta_vae_score])


def levels(factors):
    return factors


@each
def test_identity_codes_have_one(score):
    assert score(levels, levels, SIZES) == 1.0


@each
def test_order_sign_scale_and_constants_do_not_matter(score):
    def changed(x):
        return np.hstack([np.ones((len(x), 1)), x[:, ::-1] * [-1e-6, 1e6, 3, -1]])

    assert score(levels, changed, SIZES) == 1.0


@each
def test_random_codes_are_right_by_chance(score):
    noise = np.random.default_rng(0)
    by_chance = score(levels, lambda x: noise.normal(size=(len(x), 5)), SIZES)
    # Five standard deviations of a share of 400 votes.
    assert abs(by_chance - 1 / 4) < 5 * np.sqrt(3 / 16 / 400)


def test_turned_codes_have_less():
    turn = np.array([[1.0, 1.0], [1.0, -1.0]])
    assert factor_vae_score(levels, lambda x: x @ turn, (10, 10)) < 0.65


def test_constant_codes_have_no_vote():
    assert factor_vae_score(levels, lambda x: np.zeros((len(x), 3)), SIZES) == 0.0


@each
def test_same_seed_same_votes(score):
    def blurred(x):
        return x @ np.array([[4.0, 1, 1, 0], [1, 2, 1, 1], [0, 1, 1, 1], [1, 0, 1, 1]])

    first, again = (score(levels, blurred, SIZES, n_votes=200, n_shared=8) for _ in range(2))
    assert first == again
    assert (
        len({score(levels, blurred, SIZES, n_votes=200, n_shared=8, seed=s) for s in (0, 1, 2)}) > 1
    )


@each
def test_every_group_shares_the_level_of_one_factor_only(score):
    seen = []

    def draw(factors):
        seen.append(factors)
        return factors

    score(draw, levels, SIZES, n_votes=16, n_shared=64)
    factors = seen[-1]
    group = 64 if score is factor_vae_score else 2
    shared = (np.ptp(factors.reshape(-1, group, 4), axis=1) == 0).reshape(16, -1, 4).all(axis=1)
    assert (shared.sum(axis=1) == 1).all()
    assert (factors.min(axis=0) == 0).all()
    assert (factors.max(axis=0) == np.array(SIZES) - 1).all()


def test_centres_of_sprites_know_places_alone():
    sprites = Sprites(size=32)

    def centres(images):
        mass = images.astype(float) / images.sum(axis=(1, 2), keepdims=True)
        return np.stack([(mass.sum(axis=axis) @ np.arange(32)) for axis in (1, 2)], axis=1)

    found = factor_vae_score(sprites.images, centres, sprites.factor_sizes, n_shared=16)
    # Votes are right when one of two of five factors is held; five standard deviations.
    assert abs(found - 2 / 5) < 5 * np.sqrt(6 / 25 / 400)


@each
def test_refusals(score):
    with pytest.raises(ValueError, match=r"sizes=\(3, 1\) must hold"):
        score(levels, levels, (3, 1))
    with pytest.raises(ValueError, match="n_votes=15 must be at least 16"):
        score(levels, levels, SIZES, n_votes=15)
    with pytest.raises(ValueError, match="n_shared=1 must be at least 2"):
        score(levels, levels, SIZES, n_shared=1)
    with pytest.raises(ValueError, match=r"must have a row for each of the .* has 1"):
        score(levels, lambda x: x[:1], SIZES)
    with pytest.raises(ValueError, match=r"encode\(draw\(factors\)\) holds NaN"):
        score(levels, lambda x: x * np.nan, SIZES)
