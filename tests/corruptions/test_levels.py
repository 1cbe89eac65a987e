"""The level of every corruption is what it says, and what is kept is kept."""

from __future__ import annotations

import math

import pytest
import torch

from latentia import corruptions
from latentia.corruptions import (
    BlockMasking,
    Chain,
    Dropout,
    Gaussian,
    Masking,
    NestedDropout,
    SaltAndPepper,
)
from latentia.training import seeded

N = 1_000_000
#: Standard errors that a correct level exceeds in one of 30,000 seeds at most.
MOST = 4.2
EVERY = [
    Gaussian(0.3),
    Gaussian(0.5, 0.5, clip=(0, 1)),
    Masking(0.3, value=-1.0),
    BlockMasking((2, 3)),
    SaltAndPepper(0.2),
    Dropout(0.4),
    NestedDropout(0.3),
    Chain(Masking(0.2), Gaussian(0.1)),
    *(make() for make in corruptions.corruptions.values()),
]


def standard_errors(share, expected, n=N):
    return abs(share - expected) / math.sqrt(expected * (1 - expected) / n)


def applied(corruption, x, seed=0):
    with seeded(seed):
        return corruption(x)


@pytest.mark.parametrize("corruption", EVERY, ids=repr)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_shape_and_type_stay_and_x_is_untouched(corruption, dtype):
    x = torch.rand(6, 5, 7, dtype=dtype)
    before = x.clone()
    y = applied(corruption, x)
    assert (y.shape, y.dtype) == (x.shape, dtype)
    assert torch.equal(x, before) and not torch.equal(y, x)


@pytest.mark.parametrize("corruption", EVERY, ids=repr)
def test_the_seed_decides_and_nothing_else(corruption):
    x = torch.rand(6, 5, 7)
    assert torch.equal(applied(corruption, x, 1), applied(corruption, x, 1))
    assert not torch.equal(applied(corruption, x, 1), applied(corruption, x, 2))


def test_gaussian_noise_has_its_mean_and_scale():
    noise = applied(Gaussian(0.3, mean=0.2), torch.full((N,), 5.0, dtype=torch.float64)) - 5
    assert abs(noise.mean() - 0.2) / (0.3 / math.sqrt(N)) < MOST
    assert abs(noise.std() - 0.3) / (0.3 / math.sqrt(2 * N)) < MOST


def test_clipped_noise_stays_in_its_range_and_reaches_both_ends():
    y = applied(Gaussian(0.5, 0.5, clip=(0, 1)), torch.zeros(N))
    assert (y.min(), y.max()) == (0, 1)
    # A normal variable is one standard deviation below its mean with probability 0.158655.
    for end in (0, 1):
        assert standard_errors((y == end).double().mean(), 0.158655) < MOST


def test_masking_loses_its_share_and_keeps_the_rest():
    x = torch.rand(N) + 1
    y = applied(Masking(0.3, value=-1.0), x)
    lost = y == -1
    assert standard_errors(lost.double().mean(), 0.3) < MOST
    assert torch.equal(y[~lost], x[~lost])


def test_features_are_lost_independently():
    lost = applied(Masking(0.5), torch.ones(N // 10, 10)) == 0
    assert abs(torch.corrcoef(lost.T.double()) - torch.eye(10)).max() * math.sqrt(N // 10) < 5


def test_salt_and_pepper_are_equally_many():
    x = torch.full((N,), 0.3)
    y = applied(SaltAndPepper(0.2, low=-1.0, high=2.0), x)
    for value, share in {-1.0: 0.1, 2.0: 0.1, 0.3: 0.8}.items():
        assert standard_errors((y == value).double().mean(), share) < MOST


def test_dropout_keeps_the_expectation():
    y = applied(Dropout(0.4), torch.ones(N, dtype=torch.float64))
    assert standard_errors((y == 0).double().mean(), 0.4) < MOST
    # Of a Bernoulli variable over its mean, the standard deviation is sqrt(p / (1 - p)).
    assert abs(y.mean() - 1) / math.sqrt(0.4 / 0.6 / N) < MOST


def test_a_chain_applies_its_links_in_order():
    x = torch.ones(4, 3)
    assert torch.equal(Chain(Gaussian(0.5), Masking(1.0))(x), torch.zeros(4, 3))
    assert (Chain(Masking(1.0), Gaussian(0.5))(x) != 0).all()
    assert torch.equal(Chain()(x), x)


@pytest.mark.parametrize("event", [(6, 9), (1, 6, 9), (3, 6, 9)])
@pytest.mark.parametrize("size", [1, 4, (2, 5), (6, 9)])
def test_a_block_is_one_rectangle_inside_the_image(event, size):
    height, width = size if isinstance(size, tuple) else (size, size)
    lost = applied(BlockMasking(size, value=-1.0), torch.ones(50, *event)) == -1
    lost = lost if lost.ndim == 4 else lost.unsqueeze(1)
    assert (lost == lost[:, :1]).all()
    rows, columns = lost[:, 0].any(2), lost[:, 0].any(1)
    assert (rows.sum(1) == height).all() and (columns.sum(1) == width).all()
    # As many pixels as its bounding box has, so it is full; the box is connected:
    assert (lost[:, 0].sum((1, 2)) == height * width).all()
    for line, side in ((rows, height), (columns, width)):
        edges = line.int().diff(dim=1).abs().sum(1) + line[:, 0] + line[:, -1]
        assert (edges == 2).all() and (line.sum(1) == side).all()


@pytest.mark.parametrize(("sides", "gap"), [((8, 12), 6), ((28, 28), 49), ((3, 2), 1), ((1, 9), 2)])
def test_a_block_is_a_quarter_of_each_side_by_default(sides, gap):
    lost = applied(BlockMasking(), torch.ones(20, 3, *sides)) == 0
    assert (lost.sum((2, 3)) == gap).all()


def test_all_places_of_a_block_are_equally_likely():
    n = 40_000
    lost = applied(BlockMasking((2, 3)), torch.ones(n, 4, 4)) == 0
    place = lost.flatten(1).int().argmax(1)  # the upper left corner
    counts = place.bincount(minlength=16).double().view(4, 4)[:3, :2]
    assert counts.sum() == n
    assert standard_errors(counts / n, 1 / 6, n).max() < MOST


REFUSED = {
    "scale": (lambda: Gaussian(-0.1), "scale=-0.1 must be at least 0"),
    "scale of nan": (lambda: Gaussian(math.nan), "scale=nan must be a finite number"),
    "scale of text": (lambda: Gaussian("0.1"), "scale='0.1' must be a finite number"),
    "infinite mean": (lambda: Gaussian(mean=math.inf), "mean=inf must be a finite number"),
    "clip": (lambda: Gaussian(clip=(1, 0)), r"clip=\(1, 0\) must be two increasing numbers"),
    "clip of nan": (lambda: Gaussian(clip=(0, math.nan)), "clip=.*must be two increasing numbers"),
    "clip of one": (lambda: Gaussian(clip=1), "clip=1 must be two increasing numbers"),
    "masking": (lambda: Masking(1.5), r"probability=1.5 must be a number in \[0, 1\]"),
    "masking of nan": (lambda: Masking(math.nan), "probability=nan"),
    "masking of text": (lambda: Masking("half"), "probability='half'"),
    "value": (lambda: Masking(0.5, math.nan), "value=nan must be a finite number"),
    "salt": (lambda: SaltAndPepper(-1), "probability=-1 must be"),
    "salt of nan": (lambda: SaltAndPepper(math.nan), "probability=nan must be"),
    "low of nan": (lambda: SaltAndPepper(0.1, low=math.nan), "low=nan must be a finite number"),
    "range": (lambda: SaltAndPepper(0.5, 1, 0), "low=1 must be below high=0"),
    "dropout": (lambda: Dropout(1), r"probability=1 must be a number in \[0, 1\)"),
    "dropout of nan": (lambda: Dropout(math.nan), r"probability=nan must be a number in"),
    "negative dropout": (lambda: Dropout(-0.1), r"probability=-0.1 must be a number in"),
    "block of nan": (lambda: BlockMasking(2, math.nan), "value=nan must be a finite number"),
    "size of nan": (lambda: BlockMasking(math.nan), "size=nan must be a positive integer"),
    "size": (lambda: BlockMasking(0), "size=0 must be a positive integer"),
    "three sizes": (lambda: BlockMasking((1, 2, 3)), r"size=\(1, 2, 3\) must be"),
    "half a pixel": (lambda: BlockMasking(1.5), "size=1.5 must be"),
    "large": (lambda: BlockMasking((9, 2))(torch.ones(2, 8, 8)), r"\(9, 2\).*\(8, 8\)"),
    "table": (lambda: BlockMasking(2)(torch.ones(5, 8)), r"\(5, 8\); for tables use Masking"),
    "class": (lambda: Chain(Gaussian), "give objects"),
    "name": (lambda: Chain("gaussian"), "corruptions holds 'gaussian'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refusals_are_one_sentence(case):
    make, message = REFUSED[case]
    with pytest.raises((ValueError, TypeError), match=message):
        make()


@pytest.mark.parametrize("result", [lambda x: x[:, :2], lambda x: None], ids=["shape", "nothing"])
def test_a_corruption_of_ones_own_keeps_the_shape(result):
    with pytest.raises(ValueError, match=r"noise=<function.* it was given, \(5, 4\), but returned"):
        corruptions.apply(result, torch.ones(5, 4), "noise")
