"""A mixture of normals by a network: the density by hand, its start, and bounds with it."""

from __future__ import annotations

import math

import pytest
import torch
from torch.distributions import Independent, Normal

from latentia import conditional, heads, models, networks, objectives, priors
from latentia.distributions import divergence, has_exact_divergence
from latentia.errors import IncompatiblePartsError
from latentia.objectives import Info
from latentia.training import seeded


def normal_numbers(head, *batch):
    with seeded(0):
        return torch.randn(*batch, head.n_params, dtype=torch.float64)


@pytest.mark.parametrize("d", [1, 2])
def test_the_density_integrates_to_one(d):
    with seeded(1):
        head = heads.NormalMixture(d, n_components=3).double()
    axis = torch.linspace(-30, 30, 1201, dtype=torch.float64)
    grid = torch.cartesian_prod(*[axis] * d).reshape(-1, d)
    mass = head(normal_numbers(head)).log_prob(grid).exp().sum() * (axis[1] - axis[0]) ** d
    assert mass.item() == pytest.approx(1.0, abs=1e-6)


def test_the_density_is_the_sum_written_by_hand():
    k, d = 4, 3
    head = heads.NormalMixture(d, n_components=k).double()
    assert head.n_params == k * (1 + 2 * d)
    p = head(normal_numbers(head, 5))
    logits, raw = head.split(normal_numbers(head, 5))
    weights, loc = logits.softmax(-1), raw[..., :d]
    scale = (7 * torch.tanh(raw[..., d:] / 7)).exp()
    z = torch.linspace(-2, 2, 5 * d, dtype=torch.float64).reshape(5, d)
    squares = ((z.unsqueeze(1) - loc) / scale).square().sum(-1)
    volume = (2 * math.pi) ** (d / 2) * scale.prod(-1)
    by_hand = (weights * torch.exp(-0.5 * squares) / volume).sum(-1).log()
    assert torch.allclose(p.log_prob(z), by_hand)


def test_components_start_apart_and_as_wide_as_the_standard_normal():
    with seeded(0):
        head = heads.NormalMixture(2, n_components=2000)
    start = head(torch.zeros(head.n_params))
    assert torch.allclose(start.mean, torch.zeros(2), atol=0.1)
    assert torch.allclose(start.variance, torch.ones(2), atol=0.1)
    assert torch.allclose(start.mixture_distribution.probs, torch.tensor(1 / 2000))
    means = start.component_distribution.mean
    assert torch.unique(means, dim=0).shape == means.shape


def test_it_is_where_it_was_after_the_disk():
    one, other = heads.NormalMixture(2), heads.NormalMixture(2)
    raw, z = torch.zeros(3, one.n_params), torch.ones(3, 2)
    assert not torch.equal(one(raw).log_prob(z), other(raw).log_prob(z))
    other.load_state_dict(one.state_dict())
    assert torch.equal(one(raw).log_prob(z), other(raw).log_prob(z))


def test_the_learned_mixture_is_this_head_with_numbers_of_its_own():
    with seeded(3):
        prior = priors.LearnedMixture(2, n_components=4)
    with seeded(3):
        head = heads.NormalMixture(2, n_components=4)
    z = torch.ones(5, 2)
    assert torch.equal(prior().log_prob(z), head(torch.zeros(head.n_params)).log_prob(z))


def model_with(prior, posterior=heads.DiagonalNormal):
    with seeded(0):
        q, p = posterior(2), heads.DiagonalNormal(3)
        return models.LatentVariableModel(
            conditional.Amortized(networks.MLP(3, q.n_params, context=2), q),
            conditional.Amortized(networks.MLP(2, p.n_params, context=2), p),
            prior,
        ).double()


def batch_of(n):
    with seeded(0):
        x = torch.randn(n, 3, dtype=torch.float64)
        return models.Batch(x, (torch.eye(2, dtype=torch.float64)[torch.arange(n) % 2],))


class Predicted(torch.nn.Module):
    """A network that says the same numbers to two heads: one normal, and a mixture of it alone."""

    def __init__(self, mixture=None):
        super().__init__()
        self.mixture = mixture
        self.register_buffer("of_class", torch.tensor([[1.0, 0.0, 0.5, -0.5], [-2.0, 1.0, 0, 1.0]]))

    def forward(self, c):
        raw = c @ self.of_class
        if self.mixture is None:
            return raw
        return torch.cat([torch.zeros_like(raw[:, :1]), raw], -1) - self.mixture.start[0]


def normal_and_mixture_of_one():
    head = heads.NormalMixture(2, n_components=1)
    return [
        conditional.Amortized(Predicted(), heads.DiagonalNormal(2)),
        conditional.Amortized(Predicted(head), head),
    ]


def test_a_mixture_of_one_is_the_normal_of_the_same_numbers():
    normal, mixture = (model_with(prior) for prior in normal_and_mixture_of_one())
    batch, bound = batch_of(6), objectives.IWAE(5)
    losses = []
    for model in (normal, mixture):
        with seeded(2):
            losses.append(bound(model.trace(batch, bound.n_draws), Info()).values)
    assert torch.allclose(*losses)


def test_the_sampled_divergence_of_a_mixture_of_one_is_on_average_the_exact_one():
    n_samples, batch = 20_000, batch_of(4)
    elbo = objectives.ELBO(n_samples=n_samples)
    values = []
    with torch.no_grad():
        for model in map(model_with, normal_and_mixture_of_one()):
            with seeded(2):
                trace = model.trace(batch, n_samples)
            values.append(elbo(trace, Info()).terms["kl"])
        log_ratio = trace.posterior.log_prob(trace.z) - trace.prior.log_prob(trace.z)
    exact, sampled = values
    error = log_ratio.std(0) / math.sqrt(n_samples)
    assert ((sampled - exact).abs() < 4 * error).all()
    assert (exact > 20 * error).all()  # so that another sign would be seen


def test_the_divergence_to_a_mixture_is_that_of_a_grid():
    with seeded(4):
        head = heads.NormalMixture(1, n_components=3).double()
    q = Independent(Normal(torch.tensor([[1.5]], dtype=torch.float64), 0.4), 1)
    p = head(normal_numbers(head, 1))
    grid = torch.linspace(-8, 8, 8001, dtype=torch.float64).reshape(-1, 1, 1)
    expected = (q.log_prob(grid).exp() * (q.log_prob(grid) - p.log_prob(grid))).sum() * 16 / 8000
    with seeded(5):
        z = q.sample((40_000,))
    error = (q.log_prob(z) - p.log_prob(z)).std() / 200
    assert not has_exact_divergence(q, p)
    assert abs(divergence(q, p, z) - expected) < 4 * error
    assert expected > 20 * error


def test_as_a_posterior_it_learns_by_the_score_or_is_refused():
    model, batch = model_with(priors.StandardNormal(2), heads.NormalMixture), batch_of(6)
    for objective in (objectives.ELBO(), objectives.IWAE(3)):
        model.zero_grad()
        loss = objective(model.trace(batch, objective.n_draws), Info())
        loss.total.backward()
        assert all(p.grad.abs().sum() > 0 for p in model.encoder.parameters())
    with pytest.raises(IncompatiblePartsError, match=r"NormalMixture.*no derivative"):
        objective = objectives.ELBO(gradient="sticking-the-landing")
        objective(model.trace(batch, 1), Info())


@pytest.mark.parametrize(
    "wrong", [{"event_shape": (4, 4)}, {"event_shape": 0}, {"n_components": 0}], ids=str
)
def test_wrong_sizes_are_named(wrong):
    (name,) = wrong
    with pytest.raises(ValueError, match=f"{name}="):
        heads.NormalMixture(**{"event_shape": 2, **wrong})
