"""A frozen density has the value of the live one, and no gradient reaches a parameter."""

from __future__ import annotations

import pytest
import torch
from zuko.flows import MAF

from latentia import conditional, heads, networks
from latentia.inference import frozen_log_prob
from latentia.training import seeded

X = torch.randn(6, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


class LazyFlow(conditional.ConditionalDistribution):
    """A flow whose parameters are read when the density is, long after the part was called."""

    event_shape = (2,)

    def __init__(self):
        super().__init__()
        self.flow = MAF(2, context=3, transforms=2, hidden_features=(8,))

    def forward(self, *conditions):
        return self.flow(conditions[0])


def normal():
    head = heads.DiagonalNormal(2)
    return conditional.Amortized(networks.MLP(3, head.n_params, (8,)), head)


def shared():
    """Parameters under several names: by a module in two places, and by two modules."""
    part = normal()
    part.again = part.net
    part.other = torch.nn.Linear(3, 8)
    part.other.weight = part.net.layers[0].weight
    return part


PARTS = pytest.mark.parametrize("make", [normal, LazyFlow, shared], ids=lambda f: f.__name__)


@PARTS
def test_the_value_is_that_of_the_live_density(make):
    with seeded(0):
        part, z = make().double(), torch.randn(4, 6, 2, dtype=torch.float64)
    assert torch.equal(frozen_log_prob(part, (X,), z), part(X).log_prob(z))


@PARTS
def test_gradients_reach_the_value_and_no_parameter(make):
    with seeded(0):
        part = make().double()
        z = torch.randn(4, 6, 2, dtype=torch.float64, requires_grad=True)
    (expected,) = torch.autograd.grad(part(X).log_prob(z).sum(), z)
    frozen_log_prob(part, (X,), z).sum().backward()
    assert torch.allclose(z.grad, expected)
    assert all(p.grad is None and p.requires_grad for p in part.parameters())


def test_gradients_reach_a_condition_that_asks():
    part, x = normal().double(), X.clone().requires_grad_()
    frozen_log_prob(part, (x,), torch.zeros(6, 2, dtype=torch.float64)).sum().backward()
    assert x.grad.abs().sum() > 0
    assert all(p.grad is None for p in part.parameters())
