"""Heads for values on a grid."""

from __future__ import annotations

import pytest
import torch

from latentia import heads
from latentia.testing import check_head

MAKERS = {
    "levels": heads.Levels,
    "logistic": heads.DiscretizedLogistic,
    "mixture": lambda shape, n_levels: heads.DiscretizedLogistic(shape, n_levels, n_components=3),
}
N_PARAMS = {"levels": 17, "logistic": 2, "mixture": 9}


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("shape", [(3,), (2, 4, 5)], ids=str)
def test_they_are_heads(name, shape):
    head = MAKERS[name](shape, 17)
    check_head(head)
    assert head.params_per_element == N_PARAMS[name]


@pytest.mark.parametrize("name", MAKERS)
def test_probabilities_sum_to_one_and_give_the_mean(name):
    head = MAKERS[name](2, 17).double()
    raw = torch.randn(5, head.n_params, generator=torch.Generator().manual_seed(0)).double()
    p, x = head(raw), torch.arange(17).double().reshape(-1, 1, 1) / 16
    mass = p.base_dist.log_prob(x).exp()
    assert torch.allclose(mass.sum(0), torch.ones(5, 2, dtype=torch.float64), atol=1e-13)
    assert torch.allclose(p.mean, (mass * x).sum(0), atol=1e-13)


def test_a_softmax_has_any_shape():
    logits = torch.tensor([[0.0, 9.0, 0.0, 9.0, 0.0]]) - 9
    p = heads.Levels(1, n_levels=5)(logits)
    assert p.mean.item() == pytest.approx(0.5)
    assert (p.log_prob(torch.tensor([[0.25]])) > p.log_prob(torch.tensor([[0.5]])) + 8).all()


def test_a_mixture_of_equal_components_is_one_of_them():
    one, three = MAKERS["logistic"](1, 17), MAKERS["mixture"](1, 17)
    # One component sits at 1/2 with scale 1/4, three at 1/6, 1/2, 5/6 with 1/12.
    centres = 1 / 2 - torch.tensor([1 / 6, 1 / 2, 5 / 6])
    wide = 7 * torch.full((3,), 3.0).log().div(7).atanh()
    raw = torch.cat([centres, wide, torch.tensor([0.3, -1.0, 2.0])]).unsqueeze(0)
    x = torch.linspace(0, 1, 17).unsqueeze(-1)
    assert torch.allclose(three(raw).log_prob(x), one(torch.zeros(1, 2)).log_prob(x), atol=1e-5)


@pytest.mark.parametrize("name", MAKERS)
def test_draws_are_levels(name):
    head = MAKERS[name](4, 17)
    draws = 16 * head(torch.randn(300, head.n_params)).sample()
    assert torch.equal(draws, draws.round()) and draws.min() >= 0 and draws.max() <= 16


@pytest.mark.parametrize("n_levels", [1, 0, 2.5, "256", True])
@pytest.mark.parametrize("head", [heads.Levels, heads.DiscretizedLogistic])
def test_a_wrong_number_of_levels_is_named(head, n_levels):
    with pytest.raises(ValueError, match=r"n_levels=.*integer of at least 2"):
        head(2, n_levels=n_levels)


def test_a_wrong_number_of_components_is_named():
    with pytest.raises(ValueError, match="n_components=0 must be an integer of at least 1"):
        heads.DiscretizedLogistic(2, n_components=0)
