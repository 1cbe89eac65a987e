"""Every head: a normalised distribution whose number of parameters is what it says."""

from __future__ import annotations

import math

import pytest
import torch

from latentia import heads
from latentia.distributions import point
from latentia.training import seeded

ALL = {**heads.posteriors, **heads.likelihoods}
#: Their elements belong together: in one order, by a covariance, as a direction or as categories.
VECTORS = {
    "flow",
    "full",
    "gumbel-softmax",
    "inverse-autoregressive",
    "low-rank",
    "power-spherical",
    "von-mises-fisher",
}
SUPPORTS = {"binary": [0.0, 1.0], "real": [-3.2, 0.4], "unit": [0.1, 0.9]}


@pytest.mark.parametrize("shape", [(4,), (3, 5), (2, 3, 5)], ids=str)
@pytest.mark.parametrize("name", sorted(set(ALL) - VECTORS))
def test_shapes_follow_the_leading_dimensions(name, shape):
    head = ALL[name](shape)
    distribution = head(torch.randn(6, 7, head.n_params))
    assert distribution.batch_shape == (6, 7)
    assert distribution.event_shape == shape
    assert point(distribution).shape == (6, 7, *shape)


@pytest.mark.parametrize("name", sorted(set(ALL) - VECTORS - {"beta", "delta", "multinomial"}))
def test_densities_integrate_to_one(name):
    head = ALL[name](1).double()
    raw = torch.full((1, head.n_params), 0.3, dtype=torch.float64)
    grids = {
        "binary": torch.tensor([0.0, 1.0]),
        "counts": torch.arange(2000),
        "levels": torch.linspace(0, 1, 256),
        "unit": torch.linspace(0, 1, 20_001),
        "real": torch.linspace(-60, 60, 200_001),
    }
    x = grids[head.space].double().unsqueeze(-1)
    density = head(raw).log_prob(x).exp()
    continuous = head.space in ("real", "unit")
    total = torch.trapezoid(density, x.squeeze(-1)) if continuous else density.sum()
    assert total.item() == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("name", sorted(set(ALL) - VECTORS))
def test_log_prob_sums_over_features(name):
    head = ALL[name]((2, 3))
    raw = torch.randn(1, head.n_params)
    x = torch.full((1, 2, 3), 0.5) if name != "delta" else head(raw).mean
    whole = head(raw).log_prob(x)
    assert whole.shape == (1,)
    if name == "multinomial":  # a row of categories is one element
        assert torch.allclose(whole, head(raw).base_dist.log_prob(x).sum(1))
    elif name != "delta":
        assert torch.allclose(whole, head(raw).base_dist.log_prob(x).sum((1, 2)))


def test_probabilities_of_one_category_sum_to_one_and_are_the_softmax():
    head, raw = heads.Multinomial(4).double(), torch.randn(1, 4, dtype=torch.float64)
    p = head(raw).log_prob(torch.eye(4, dtype=torch.float64)).exp()
    assert torch.allclose(p, raw.softmax(-1))
    shares = torch.tensor([[0.1, 0.2, 0.3, 0.4]], dtype=torch.float64)
    other = raw + torch.tensor([[1.0, -2.0, 0.5, 0.0]])
    entropies = [-(shares * r.log_softmax(-1)).sum(-1) for r in (raw, other)]
    nats = [-head(r).log_prob(shares) for r in (raw, other)]
    assert torch.allclose(nats[0] - nats[1], entropies[0] - entropies[1])  # up to a constant


def test_unit_variance_constant():
    head = heads.DiagonalNormal(784, scale=1.0)
    loss = -head(torch.zeros(1, 784)).log_prob(torch.zeros(1, 784))
    assert loss.item() == pytest.approx(392 * math.log(2 * math.pi), rel=1e-6)  # 720.45


def test_half_variance_normal_is_the_squared_error_up_to_a_constant():
    head = heads.DiagonalNormal(5, scale=0.5**0.5).double()
    mean, x = torch.randn(2, 8, 5, dtype=torch.float64)
    difference = -head(mean).log_prob(x) - (x - mean).square().sum(-1)
    assert torch.allclose(difference, difference[0].expand(8))


def test_bernoulli_is_the_binary_cross_entropy_and_stays_finite():
    head = heads.Bernoulli(3)
    x = torch.tensor([[0.0, 1.0, 0.3]])
    logits = torch.tensor([[0.3, -0.2, 2.0]])
    p = logits.sigmoid()
    expected = -(x * p.log() + (1 - x) * (1 - p).log()).sum(-1)
    assert torch.allclose(-head(logits).log_prob(x), expected)
    assert head(torch.tensor([[100.0, -100.0, 100.0]])).log_prob(x).isfinite().all()


def test_bernoulli_loss_is_least_at_the_entropy():
    head, x = heads.Bernoulli(1), torch.tensor([[0.3]])
    entropy = -(0.3 * math.log(0.3) + 0.7 * math.log(0.7))
    losses = torch.stack([-head(torch.tensor([[v]])).log_prob(x) for v in (-2.0, -0.8473, 1.0)])
    assert losses.min().item() == pytest.approx(entropy, abs=1e-6)
    assert losses.argmin() == 1


def test_predicted_scale_never_vanishes_nor_overflows():
    head = heads.DiagonalNormal(1)
    extreme = torch.tensor([[0.0, -1e6], [0.0, 1e6]], requires_grad=True)
    scale = head(extreme).base_dist.scale
    assert scale.min() > 9e-4 and scale.max() < 1100
    assert head(extreme).log_prob(torch.zeros(2, 1)).isfinite().all()


def test_sampled_moments_agree_with_the_parameters():
    # Each of 4 moments at five standard errors of 200,000 draws.
    head = heads.Laplace(1, scale=0.5)
    with seeded(0):
        z = head(torch.tensor([[1.5]])).sample((200_000,))
    assert z.mean().item() == pytest.approx(1.5, abs=5 * 0.707 / 200_000**0.5)
    assert z.var().item() == pytest.approx(2 * 0.25, rel=0.03)


@pytest.mark.parametrize("scale", [0.0, -1.0, float("nan"), "wide"])
def test_a_wrong_scale_is_named(scale):
    with pytest.raises(ValueError, match="scale="):
        heads.DiagonalNormal(2, scale=scale)


@pytest.mark.parametrize("shape", [0, (), (3, -1)])
def test_a_wrong_shape_is_named(shape):
    with pytest.raises(ValueError, match="event_shape="):
        heads.Bernoulli(shape)


def test_a_network_of_the_wrong_width_is_named():
    with pytest.raises(ValueError, match="needs 8 numbers"):
        heads.DiagonalNormal(4)(torch.zeros(1, 7))
