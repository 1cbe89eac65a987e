"""Labels: the cross-entropy, as a normalised distribution."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch.nn import functional

from latentia import heads
from latentia.distributions import point
from latentia.testing import check_head

GENERATOR = torch.Generator().manual_seed(0)


@pytest.mark.parametrize("shape", [(), (3,), (4, 5)], ids=str)
def test_the_kit_accepts_it(shape):
    head = heads.Categorical(shape, n_categories=6)
    assert head.params_shape == (6, *shape)
    check_head(head)


def test_its_density_is_the_cross_entropy():
    head = heads.Categorical((3, 5), n_categories=4)
    raw = torch.randn(7, head.n_params, generator=GENERATOR)
    labels = torch.randint(4, (7, 3, 5), generator=GENERATOR)
    # torch has the categories second, as a head has them first.
    expected = functional.cross_entropy(raw.view(7, 4, 3, 5), labels, reduction="none")
    assert torch.allclose(-head(raw).log_prob(labels), expected.sum((1, 2)), atol=1e-5)


def test_one_label_for_each_example():
    raw = torch.randn(7, 4, generator=GENERATOR)
    labels = torch.randint(4, (7,), generator=GENERATOR)
    expected = functional.cross_entropy(raw, labels, reduction="none")
    assert torch.allclose(-heads.Categorical((), 4)(raw).log_prob(labels), expected)


def test_all_outcomes_together_are_certain():
    head = heads.Categorical(3, n_categories=4)
    raw = torch.randn(1, head.n_params, generator=GENERATOR)
    outcomes = torch.tensor(list(itertools.product(range(4), repeat=3)))
    total = head(raw).log_prob(outcomes).exp().sum()
    assert total.item() == pytest.approx(1.0, abs=1e-5)


def test_its_point_is_the_probabilities():
    head = heads.Categorical(3, n_categories=4)
    raw = torch.randn(2, head.n_params, generator=GENERATOR)
    expected = raw.view(2, 4, 3).softmax(1).movedim(1, -1)
    assert torch.allclose(point(head(raw)), expected)


@pytest.mark.parametrize("n_categories", [1, 0, 2.5, "many"])
def test_too_few_categories_are_refused(n_categories):
    with pytest.raises(ValueError, match="n_categories="):
        heads.Categorical(3, n_categories)
