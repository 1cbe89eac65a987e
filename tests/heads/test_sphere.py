"""Heads of directions: unit length, held concentrations, and a model that learns on the sphere."""

from __future__ import annotations

import pytest
import torch
from torch.distributions import kl_divergence

from latentia import heads, priors
from latentia.conditional import Amortized
from latentia.distributions import divergence, point
from latentia.errors import IncompatiblePartsError
from latentia.models import Batch, LatentVariableModel
from latentia.networks import MLP
from latentia.objectives import ELBO
from latentia.testing import check_head
from latentia.training import Trainer, seeded

HEADS = [heads.VonMisesFisher, heads.PowerSpherical]


def model(head, prior, width=4):
    with seeded(0):
        pixels = heads.DiagonalNormal(width, scale=0.3)
        return LatentVariableModel(
            Amortized(MLP(width, head.n_params), head),
            Amortized(MLP(head.event_shape, pixels.n_params), pixels),
            prior,
        )


@pytest.mark.parametrize("d", [2, 3, 64])
@pytest.mark.parametrize("make", HEADS)
def test_the_kit_accepts_it(make, d):
    check_head(make(d))


@pytest.mark.parametrize("make", HEADS)
def test_the_axis_is_the_direction_of_the_raw_numbers(make):
    raw = torch.tensor([[0.0, 3.0, -4.0, 0.0], [1e4, 0.0, 0.0, 1e6], [0.0, 0.0, 0.0, -1e6]])
    q = make(3)(raw)
    expected = torch.tensor([[0.0, 0.6, -0.8], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    assert torch.allclose(point(q), expected, atol=1e-5)
    assert torch.allclose(q.concentration, torch.tensor([1.6931, 1e4, 1.0]), rtol=1e-3)


@pytest.mark.parametrize("make", HEADS)
def test_a_network_that_gives_zeros_has_finite_derivatives(make):
    raw = torch.zeros(1, 4, requires_grad=True)
    q = make(3)(raw)
    (gradient,) = torch.autograd.grad(q.rsample().sum() + q.entropy().sum(), raw)
    assert gradient.isfinite().all()


@pytest.mark.parametrize("make", HEADS)
def test_codes_along_the_circle_are_found(make):
    # Points of a circle in four dimensions.
    angle = torch.linspace(0, 6.28, 400)
    x = torch.stack([angle.cos(), angle.sin(), -angle.sin(), angle.cos()], dim=-1)
    on_sphere = model(make(2), priors.UniformSphere(2))
    Trainer(on_sphere, ELBO(), batch_size=100, learning_rate=1e-2, seed=0).fit(x, epochs=40)
    error = (on_sphere.decode(on_sphere.encode(x)) - x).square().mean()
    assert error < 0.1  # the variance is 0.5
    trace = on_sphere.trace(Batch(x), n_samples=3)
    kl = divergence(trace.posterior, trace.prior, trace.z)
    assert torch.equal(kl, kl_divergence(trace.posterior, trace.prior))
    assert (kl > 0.5).all()


@pytest.mark.parametrize("make", HEADS)
def test_a_prior_of_another_space_is_refused(make):
    with pytest.raises(IncompatiblePartsError, match="'sphere'"):
        model(make(3), priors.StandardNormal(3))


@pytest.mark.parametrize("shape", [1, (4, 5)])
@pytest.mark.parametrize("make", HEADS)
def test_shapes_that_have_no_direction_are_refused(make, shape):
    with pytest.raises(ValueError, match=r"event_shape=.* at least 2"):
        make(shape)
