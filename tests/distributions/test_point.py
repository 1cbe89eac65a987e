"""The deterministic code: it never samples, and it is the mean where there is one."""

from __future__ import annotations

import pytest
import torch
from torch.distributions import (
    Bernoulli,
    Independent,
    MultivariateNormal,
    Normal,
    TransformedDistribution,
)
from torch.distributions.transforms import AffineTransform, TanhTransform

from latentia.distributions import Delta, point

VALUE = torch.tensor([[0.2, 0.7]])
CASES = {
    "delta": (Delta(VALUE, 1), VALUE),
    "normal": (Independent(Normal(VALUE, 1.0), 1), VALUE),
    "full": (MultivariateNormal(VALUE, torch.eye(2)), VALUE),
    "bernoulli": (Independent(Bernoulli(VALUE), 1), VALUE),
    "affine": (TransformedDistribution(Normal(VALUE, 1.0), AffineTransform(1, 2)), 1 + 2 * VALUE),
    "tanh": (TransformedDistribution(Normal(VALUE, 1.0), TanhTransform()), VALUE.tanh()),
}


@pytest.mark.parametrize("case", CASES)
def test_point_is_the_expected_value_and_repeats(case):
    distribution, expected = CASES[case]
    assert torch.allclose(point(distribution), expected)
    assert torch.equal(point(distribution), point(distribution))


def test_delta_puts_all_mass_on_its_value():
    delta = Delta(VALUE, 1)
    assert delta.log_prob(VALUE).tolist() == [0.0]
    assert delta.log_prob(VALUE + 1e-3).tolist() == [-torch.inf]
    assert torch.equal(delta.rsample((4,)), VALUE.expand(4, 1, 2))
    assert delta.expand((3,)).batch_shape == (3,)


def test_a_scalar_delta_scores_each_value_alone():
    delta = Delta(torch.tensor([1.0, 2.0]))
    assert delta.log_prob(torch.tensor([1.0, 3.0])).tolist() == [0.0, -torch.inf]
