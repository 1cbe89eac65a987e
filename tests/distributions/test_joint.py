"""A chain of vectors is one distribution, whichever way round it stands."""

from __future__ import annotations

import pytest
import torch
from torch.distributions import (
    Bernoulli,
    Categorical,
    Independent,
    MixtureSameFamily,
    MultivariateNormal,
    Normal,
)

from latentia.distributions import Joint, divergence, has_exact_divergence, point
from latentia.training import seeded

A = torch.tensor([[1.0, -0.5, 0.3], [0.2, 0.8, -1.0]], dtype=torch.float64)


def first(n=4):
    loc = torch.linspace(-1, 1, 2 * n, dtype=torch.float64).view(n, 2)
    return Independent(Normal(loc, 0.7), 1)


def second(z):
    return Independent(Normal(z @ A, 0.4), 1)


def joint(reverse=False):
    return Joint(first(), [second], [3], reverse=reverse)


def exact(reverse=False):
    """The same as one normal."""
    loc = torch.cat([first().mean, first().mean @ A], -1)
    eye = torch.eye(2, dtype=torch.float64)
    covariance = 0.49 * torch.cat([torch.cat([eye, A], 1), torch.cat([A.T, A.T @ A], 1)], 0)
    covariance[2:, 2:] += 0.16 * torch.eye(3)
    order = [2, 3, 4, 0, 1] if reverse else [0, 1, 2, 3, 4]
    return MultivariateNormal(loc[:, order], covariance[order][:, order])


@pytest.mark.parametrize("reverse", [False, True])
def test_a_linear_chain_is_a_normal(reverse):
    p = joint(reverse)
    with seeded(0):
        z = p.sample((20_000,))
    assert torch.allclose(p.log_prob(z[:50].clone()), exact(reverse).log_prob(z[:50]))
    # Means and covariances at five standard errors, all below 0.05.
    assert torch.allclose(z.mean(0), exact(reverse).mean, atol=0.05)
    assert torch.allclose(torch.cov(z[:, 0].T), exact(reverse).covariance_matrix[0], atol=0.06)


@pytest.mark.parametrize("reverse", [False, True])
def test_its_point_pushes_points_through(reverse):
    assert torch.allclose(point(joint(reverse)), exact(reverse).mean)


def test_draws_and_densities_have_the_shapes_of_one_vector():
    p = joint().expand((6, 4))
    z = p.rsample((2, 3))
    assert z.shape == (2, 3, 6, 4, 5) and p.log_prob(z).shape == (2, 3, 6, 4)
    assert p.batch_shape == (6, 4) and p.event_shape == (5,)
    assert torch.allclose(p.log_prob(z), exact().log_prob(z))
    assert joint().log_prob(z[0, 0, 0]).shape == (4,)


def test_gradients_of_own_draws_are_those_of_any_value():
    loc = first().mean.clone().requires_grad_()
    p, again = (Joint(Independent(Normal(loc, 0.7), 1), [second], [3]) for _ in range(2))
    with seeded(0):
        z = p.rsample((3,))
    (own,), (other,) = (
        torch.autograd.grad((q.log_prob(z) * z.sum(-1)).sum(), loc, retain_graph=True)
        for q in (p, again)
    )
    assert torch.allclose(own, other)
    still = p.sample((3,))
    (own,), (other,) = (
        torch.autograd.grad(q.log_prob(v).sum(), loc)
        for q, v in ((p, still), (again, still.clone()))
    )
    assert torch.allclose(own, other) and own.any()


def test_a_draw_is_weighed_by_what_drew_it():
    # A random link (dropout, say) is asked once for a draw and its density.
    calls = []

    def link(z):
        calls.append(z)
        return second(z)

    p = Joint(Independent(Normal(first().mean.requires_grad_(), 0.7), 1), [link], [3])
    p.log_prob(p.rsample())
    assert len(calls) == 1
    with torch.no_grad():
        p.log_prob(p.rsample())
    assert len(calls) == 2


def test_binary_chains():
    def layer(z):
        return Independent(Bernoulli(logits=z @ A), 1)

    p = Joint(Independent(Bernoulli(torch.full((2,), 0.3).double()), 1), [layer], [3])
    values = torch.cartesian_prod(*[torch.tensor([0.0, 1.0]).double()] * 5)
    assert p.log_prob(values).exp().sum().item() == pytest.approx(1.0)
    assert not p.has_rsample and p.sample((7,)).shape == (7, 5)


def test_mixtures_and_divergences_take_it():
    p, q = joint(), exact()
    mixture = MixtureSameFamily(Categorical(torch.ones(4)), p, validate_args=False)
    z = torch.zeros(6, 5, dtype=torch.float64)
    expected = q.log_prob(z.unsqueeze(1)).exp().mean(1).log()
    assert torch.allclose(mixture.log_prob(z), expected)
    assert mixture.sample((8,)).shape == (8, 5)
    assert not has_exact_divergence(p, q)
    with seeded(0):
        z = p.rsample((5,))
    assert torch.allclose(divergence(p, q, z), torch.zeros(4, dtype=torch.float64), atol=1e-6)
