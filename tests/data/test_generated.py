"""Generated sets follow their formulas, and batches do not change them."""

from itertools import islice

import numpy as np
import pytest

from latentia.data import Ellipse, Ring, Spiral, SwissRoll

SOURCES = [Ring(), Ellipse(), Spiral(), SwissRoll()]
each = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)


@each
@pytest.mark.parametrize("batch_size", [1, 7, 1024, 1500])
def test_batches_do_not_change_the_data(source, batch_size):
    whole = source.load(n=3000, seed=3)
    batches = list(islice(source.stream(batch_size, seed=3), 3000 // batch_size))
    assert all(len(X) == len(y) == batch_size for X, y in batches)
    X, y = (np.concatenate(parts) for parts in zip(*batches, strict=True))
    np.testing.assert_array_equal(X, whole.X[: len(X)])
    np.testing.assert_array_equal(y, whole.y[: len(y)])


@each
def test_a_shorter_draw_is_the_head_of_a_longer_one(source):
    np.testing.assert_array_equal(source.load(10).X, source.load(2500).head(10).X)


@each
def test_seeds_and_pieces_differ(source):
    X = source.load(2048, seed=0).X
    other = source.load(2048, seed=1).X
    rows = {tuple(row) for row in np.concatenate([X, other]).tolist()}
    assert len(rows) == 2 * 2048


@each
def test_default_size_and_type(source):
    data = source.load()
    assert (len(data), data.X.dtype, data.y.dtype) == (2000, np.float32, np.float32)


def test_ring_has_the_moments_of_the_rayleigh_distribution():
    # Two means of a million draws within 5 standard errors: fails for one seed in 850,000.
    n = 1_000_000
    radius = np.linalg.norm(Ring().load(n, seed=1).X.astype(np.float64), axis=1)
    mean, std = 1 + 0.1 * np.sqrt(np.pi / 2), 0.1 * np.sqrt(2 - np.pi / 2)
    assert abs(radius.mean() - mean) < 5 * std / np.sqrt(n)
    # E(r^2) = 2 with variance 4 for Rayleigh(1), so radius 1 + r / 10 pins the spread down too.
    r = 10 * (radius - 1)
    assert abs((r**2).mean() - 2) < 5 * 2 / np.sqrt(n)
    assert radius.std() == pytest.approx(0.06551, abs=5e-4)
    assert radius.min() > 1


def test_ring_label_is_the_angle():
    data = Ring().load(500)
    np.testing.assert_allclose(np.arctan2(data.X[:, 1], data.X[:, 0]) % (2 * np.pi), data.y, 1e-5)


def test_ellipse_noise_has_the_stated_spread():
    data = Ellipse(noise=0.05).load(20_000)
    clean = np.stack([2 * np.cos(data.y), 1.5 * np.sin(data.y)], axis=1)
    # 40,000 residuals: the estimate of sigma has relative error 1 / sqrt(80,000), 5 of them here.
    assert (data.X - clean).std() == pytest.approx(0.05, rel=5 / np.sqrt(80_000))


def test_spiral_without_noise_is_the_curve():
    data = Spiral(turns=2, noise=0).load(500)
    radius = data.y / (4 * np.pi)
    curve = np.stack([radius * np.cos(data.y), radius * np.sin(data.y)], axis=1)
    np.testing.assert_allclose(data.X, curve, atol=1e-5)
    assert radius.max() <= 1


def test_swiss_roll_without_noise_is_the_sheet():
    data = SwissRoll(noise=0).load(500)
    np.testing.assert_allclose(np.hypot(data.X[:, 0], data.X[:, 2]), data.y, rtol=1e-5)
    assert data.X[:, 1].min() >= 0
    assert data.X[:, 1].max() <= 21
    assert 1.5 * np.pi <= data.y.min() < data.y.max() <= 4.5 * np.pi


@pytest.mark.parametrize("noise", [-0.1, np.nan, np.inf])
def test_refuses_a_spread_that_is_none(noise):
    with pytest.raises(ValueError, match="noise="):
        Ellipse(noise=noise)


def test_refuses_bad_sizes_and_seeds_at_once():
    with pytest.raises(ValueError, match="batch_size=0"):
        Ring().stream(0)
    with pytest.raises(ValueError, match="seed=-1"):
        Ring().stream(5, seed=-1)
    with pytest.raises(ValueError, match="n=0 "):
        Ring().load(0)
