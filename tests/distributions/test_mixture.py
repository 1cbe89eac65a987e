"""The mixture against torch's own: densities, slopes, draws, and what they ask of memory."""

from __future__ import annotations

import pytest
import torch
from scipy.stats import kstest
from torch.distributions import (
    Categorical,
    Independent,
    Laplace,
    MixtureSameFamily,
    MultivariateNormal,
    Normal,
)
from torch.utils._python_dispatch import TorchDispatchMode

from latentia import conditional, heads, models, networks, priors
from latentia.distributions import Mixture
from latentia.inference._requirements import prior_of
from latentia.training import seeded


def parts_of(batch=(), k=5, event=(3,), dtype=torch.float64, family=Normal):
    with seeded(0):
        loc = torch.randn(*batch, k, *event, dtype=dtype, requires_grad=True)
        scale = torch.rand(*batch, k, *event, dtype=dtype).add(0.1).requires_grad_()
        logits = torch.randn(*batch, k, dtype=dtype, requires_grad=True)
    return (logits, loc, scale), family


def both(parts, event_dim=1):
    (logits, loc, scale), family = parts
    return [
        kind(Categorical(logits=logits), Independent(family(loc, scale), event_dim))
        for kind in (Mixture, MixtureSameFamily)
    ]


CASES = [
    ((), (3,), (7, 3)),
    ((), (3,), (2, 7, 3)),
    ((), (3,), (3,)),
    ((4,), (3,), (4, 3)),
    ((4,), (3,), (6, 4, 3)),
    ((4,), (3,), (3,)),
    ((2, 4), (3,), (6, 2, 4, 3)),
    ((4,), (2, 3), (6, 4, 2, 3)),
    ((1,), (3,), (6, 3)),
]


@pytest.mark.parametrize(("batch", "event", "shape"), CASES)
@pytest.mark.parametrize("family", [Normal, Laplace])
def test_densities_and_their_slopes_are_those_of_torch(batch, event, shape, family):
    parts = parts_of(batch, event=event, family=family)
    with seeded(1):
        z = torch.randn(shape, dtype=torch.float64, requires_grad=True)
    found, expected = (p.log_prob(z) for p in both(parts, len(event)))
    assert found.shape == expected.shape
    assert torch.allclose(found, expected, rtol=1e-12)
    leaves = (z, *parts[0])
    slopes = (torch.autograd.grad(v.sum(), leaves) for v in (found, expected))
    for one, other in zip(*slopes, strict=True):
        assert torch.allclose(one, other, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("batch", [(3,), (2, 3)])
def test_one_mixture_for_all_is_that_of_each(batch):
    shared, expected = (p.expand(torch.Size(batch)) for p in both(parts_of()))
    with seeded(1):
        z = torch.randn(6, *batch, 3, dtype=torch.float64)
    assert torch.allclose(shared.log_prob(z), expected.log_prob(z), rtol=1e-12)
    with seeded(2):
        drawn = shared.sample((7_000,))
    error = (shared.variance / 7_000).sqrt()
    assert ((drawn.mean(0) - shared.mean).abs() < 4 * error).all()  # 18 at most: fails in 0.1 %
    assert not torch.equal(drawn[:, 0], drawn[:, 1])


class Largest(TorchDispatchMode):
    """Notes how many numbers the largest tensor holds that anything returns."""

    numbers = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        found = func(*args, **(kwargs or {}))
        if isinstance(found, torch.Tensor):
            held = found.untyped_storage().nbytes() // found.element_size()
            self.numbers = max(self.numbers, held)
        return found


def test_a_prior_for_all_examples_holds_a_number_for_each_component():
    n, k, d = 50, 40, 30
    prior = priors.LearnedMixture(d, n_components=k)
    batch = models.Batch(torch.zeros(n, 3))
    model = models.LatentVariableModel(*build(3, d), prior)
    with Largest() as largest:
        prior_of(model, batch, "a test").log_prob(torch.zeros(n, d))
    assert n * k <= largest.numbers <= 2 * max(n, k) * d  # and not n k d


def build(n_features, d):
    q, p = heads.DiagonalNormal(d), heads.DiagonalNormal(n_features)
    return (
        conditional.Amortized(networks.MLP(n_features, q.n_params), q),
        conditional.Amortized(networks.MLP(d, p.n_params), p),
    )


def test_narrow_components_far_from_zero_lose_no_digits():
    loc = torch.tensor([[30.0], [-30.0]])
    found, expected = (
        kind(Categorical(torch.ones(2)), Independent(Normal(loc, 1e-3), 1))
        for kind in (Mixture, MixtureSameFamily)
    )
    z = torch.tensor([[30.0], [30.001], [29.99], [-30.002]])
    assert torch.allclose(found.log_prob(z), expected.log_prob(z), rtol=1e-5)


def test_single_precision_stays_single():
    mixture, _ = both(parts_of(dtype=torch.float32))
    assert mixture.log_prob(torch.zeros(2, 3)).dtype == mixture.sample().dtype == torch.float32
    assert mixture.log_prob(torch.zeros(2, 3).double()).dtype == torch.float64


def test_no_examples_have_no_densities_and_no_draws():
    (logits, loc, scale), _ = parts_of((0,))
    components = Independent(Normal(loc, scale, validate_args=False), 1, validate_args=False)
    mixture = Mixture(Categorical(logits=logits, validate_args=False), components, False)
    assert mixture.log_prob(torch.zeros(5, 0, 3).double()).shape == (5, 0)
    assert mixture.sample((5,)).shape == (5, 0, 3)


@pytest.mark.parametrize("batch", [(), (2,)])
def test_draws_come_from_the_mixture(batch):
    # One of four tests of a level of 1e-4 each fails in 2,500 runs; the seed is fixed.
    (logits, loc, scale), _ = parts_of(batch, event=(2,))
    mixture, _ = both(((logits, loc, scale), Normal))
    with seeded(3):
        drawn = mixture.sample((20_000,))
    for i in range(2):
        marginal = MixtureSameFamily(Categorical(logits=logits), Normal(loc[..., i], scale[..., i]))
        level = marginal.cdf(drawn[..., i]).detach()
        assert kstest(level.flatten().numpy(), "uniform").pvalue > 1e-4
    joint = mixture.log_prob(drawn).mean(0)
    with seeded(4):
        expected = mixture.log_prob(super(Mixture, mixture).sample((20_000,)))
    error = (2 * expected.var(0) / 20_000).sqrt()
    assert ((joint - expected.mean(0)).abs() < 4 * error).all()


def test_components_of_any_kind_are_drawn_and_weighed_as_torch_does():
    weights = Categorical(torch.ones(3))
    parts = MultivariateNormal(torch.arange(6.0).reshape(3, 2), torch.eye(2))
    ours, theirs = (kind(weights, parts) for kind in (Mixture, MixtureSameFamily))
    drawn = []
    for mixture in (ours, theirs):
        with seeded(0):
            drawn.append(mixture.sample((4,)))
    assert torch.equal(*drawn)
    assert torch.equal(ours.log_prob(drawn[0]), theirs.log_prob(drawn[0]))


def test_it_says_what_a_density_holds_in_memory():
    normal, _ = both(parts_of((4,), k=5))
    other, _ = both(parts_of((4,), k=5, family=Laplace))
    assert (normal.n_values, other.n_values) == (20, 15)


def test_values_are_looked_at_where_that_is_asked_for():
    (logits, loc, scale), _ = parts_of()
    components = Independent(Normal(loc, scale), 1, validate_args=True)
    mixture = Mixture(Categorical(logits=logits), components, validate_args=True)
    with pytest.raises(ValueError, match="within the support"):
        mixture.log_prob(torch.full((3,), torch.nan, dtype=torch.float64))
