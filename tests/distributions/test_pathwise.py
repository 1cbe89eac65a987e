"""Which draws can be differentiated without a bias."""

from __future__ import annotations

import pytest
import torch
from torch.distributions import Bernoulli, Independent, Normal, OneHotCategorical

from latentia import heads
from latentia.distributions import Flattened, Joint, is_pathwise

EXACT = sorted(set(heads.posteriors) - {"categorical"})


@pytest.mark.parametrize("name", EXACT)
def test_posteriors_with_exact_derivatives(name):
    head = heads.posteriors[name](4)
    assert is_pathwise(head(torch.zeros(3, head.n_params)))


@pytest.mark.parametrize("head", [heads.OneHot(4), heads.VectorQuantized(4), heads.FiniteScalar(4)])
def test_straight_through_is_not_exact(head):
    q = head(torch.zeros(3, head.n_params))
    assert q.has_rsample and not is_pathwise(q)


def test_what_wraps_draws_says_what_they_say():
    zero = torch.zeros(3, 4)
    for base in (Bernoulli(logits=zero), Normal(zero, 1.0)):
        whole = Independent(base, 1)
        exact = base.has_rsample
        assert is_pathwise(whole) is is_pathwise(Joint(whole, [], [])) is exact
    assert not is_pathwise(Flattened(Independent(OneHotCategorical(logits=zero), 1)))


def test_a_distribution_of_ones_own_may_say_it():
    class Rounded(Normal):
        straight_through = True

    assert is_pathwise(Normal(0.0, 1.0)) and not is_pathwise(Independent(Rounded(0.0, 1.0), 0))
