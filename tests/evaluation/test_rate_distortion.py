"""Rate and distortion of planted models are their closed forms."""

import math

import pytest
import torch
from torch.distributions import Independent, MultivariateNormal, Normal, kl_divergence

from latentia import priors
from latentia.conditional import Amortized, ConditionalDistribution
from latentia.errors import IncompatiblePartsError
from latentia.evaluation import rate_distortion
from latentia.heads import Bernoulli, Delta, DiagonalNormal
from latentia.models import LatentVariableModel
from latentia.networks import MLP

X = torch.randn(400, 2, generator=torch.Generator().manual_seed(0))
SCALE = 0.5


class Posterior(ConditionalDistribution):
    """q(z|x) = N(x + c, 0.25 I), as a diagonal or as a full normal distribution."""

    event_shape = (2,)

    def __init__(self, full=False):
        super().__init__()
        self.full = full

    def forward(self, x, *conditions):
        loc = x + sum(conditions)
        if self.full:
            return MultivariateNormal(loc, SCALE**2 * torch.eye(2))
        return Independent(Normal(loc, SCALE), 1)


class Likelihood(ConditionalDistribution):
    """p(x|z) = N(z, I)."""

    event_shape = (2,)

    def forward(self, z, *conditions):
        return Independent(Normal(z, 1.0), 1)


def planted(posterior, prior=True):
    return LatentVariableModel(posterior, Likelihood(), priors.StandardNormal(2) if prior else None)


@pytest.mark.parametrize("full", [False, True])
def test_the_linear_model_in_closed_form(full):
    rate, distortion = rate_distortion(planted(Posterior(full)), X, n_samples=200)
    exact = kl_divergence(Posterior()(X), Independent(Normal(torch.zeros(2), 1.0), 1))
    assert rate == pytest.approx(exact.mean().item(), rel=1e-5)
    # E |x - z|^2 is the variance of the posterior in each of two dimensions.
    assert distortion == pytest.approx(math.log(2 * math.pi) + SCALE**2, rel=2e-3)


def test_conditions_reach_the_model():
    c = torch.full((400, 2), 3.0)
    moved = rate_distortion(planted(Posterior()), X, [c])
    still = rate_distortion(planted(Posterior()), X)
    assert moved.rate - still.rate == pytest.approx((9 + 3 * X.sum(1).mean().item()), rel=1e-4)
    assert moved.distortion - still.distortion == pytest.approx(9, rel=0.05)


def test_their_sum_is_the_bound_of_training():
    from latentia.models import Batch
    from latentia.objectives import ELBO, Info

    torch.manual_seed(0)
    head = DiagonalNormal(2)
    model = LatentVariableModel(
        Amortized(MLP(3, head.n_params), head),
        Amortized(MLP(2, 3), Bernoulli(3)),
        priors.StandardNormal(2),
    )
    x = torch.bernoulli(torch.full((20, 3), 0.5))
    found = rate_distortion(model, x, n_samples=500)
    loss = ELBO(n_samples=500)(model.trace(Batch(x), 500), Info())
    assert sum(found) == pytest.approx(loss.values.mean().item(), rel=1e-2)
    assert found.rate == pytest.approx(loss.terms["kl"].mean().item(), rel=1e-5)


def test_a_point_mass_costs_infinitely_much_and_loses_nothing_by_noise():
    encoder = Amortized(MLP(2, 2), Delta(2))
    rate, distortion = rate_distortion(planted(encoder, prior=False), X)
    expected = -Likelihood()(encoder(X).mean).log_prob(X).mean().item()
    assert rate == math.inf and distortion == pytest.approx(expected, rel=1e-5)


def test_the_same_twice_and_nothing_changed():
    model = planted(Posterior()).train()
    state = torch.get_rng_state()
    assert rate_distortion(model, X) == rate_distortion(model, X)
    assert model.encoder.training and torch.equal(state, torch.get_rng_state())


def test_refusals():
    with pytest.raises(ValueError, match="hold 0"):
        rate_distortion(planted(Posterior()), X[:0])
    with pytest.raises(ValueError, match="n_samples=0"):
        rate_distortion(planted(Posterior()), X, n_samples=0)
    with pytest.raises(IncompatiblePartsError, match="prior"):
        rate_distortion(planted(Posterior(), prior=False), X)
