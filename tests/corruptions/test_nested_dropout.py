"""Nested dropout: how many features are kept has its geometric law, and they are the first."""

from __future__ import annotations

import math

import pytest
import torch
from scipy.stats import chisquare

from latentia.corruptions import NestedDropout
from latentia.training import seeded

N = 100_000


def kept(p, d, seed=0):
    """The number b of kept features for each example."""
    with seeded(seed):
        y = NestedDropout(p)(torch.ones(N, d))
    b = y.sum(1).long()
    # Beginnings only: a one stands exactly at the first b places.
    assert torch.equal(y, (torch.arange(d) < b.unsqueeze(1)).float())
    return b


@pytest.mark.parametrize(("p", "d"), [(0.1, 8), (0.3, 5), (0.7, 3), (0.01, 40)])
def test_the_kept_are_first_and_their_number_is_geometric_and_cut_at_d(p, d):
    b = kept(p, d)
    share = [p * (1 - p) ** (j - 1) for j in range(1, d)] + [(1 - p) ** (d - 1)]
    assert sum(share) == pytest.approx(1)
    counts = b.bincount(minlength=d + 1)
    assert counts[0] == 0
    # A correct law fails in one of 10,000 seeds.
    assert chisquare(counts[1:].numpy(), [N * s for s in share]).pvalue > 1e-4


def test_a_single_feature_is_always_kept():
    assert (kept(0.9, 1) == 1).all()


def test_what_is_kept_is_as_it_was_and_channels_are_kept_whole():
    x = torch.rand(50, 4, 3, 3) + 1
    with seeded(0):
        y = NestedDropout(0.4)(x)
    alive = (y != 0).flatten(2)
    assert torch.equal(alive.any(2), alive.all(2))
    assert torch.equal(y[y != 0], x[y != 0])
    assert 0 < alive.double().mean() < 1


@pytest.mark.parametrize("p", [0.0, 1.0, -0.1, 1.5, math.nan, math.inf, "0.1", None])
def test_a_chance_outside_its_range_is_refused(p):
    with pytest.raises(ValueError, match=r"p=.* must be a number in \(0, 1\)\.$"):
        NestedDropout(p)


def test_data_without_features_are_refused():
    with pytest.raises(ValueError, match=r"needs features in order, \(n, d\).*shape \(7,\)"):
        NestedDropout()(torch.ones(7))
