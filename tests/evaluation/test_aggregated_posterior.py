"""Codes that are the prior are told from codes that are not."""

import numpy as np
import pytest
import torch
from torch.distributions import Independent, Normal

from latentia import priors
from latentia.conditional import Amortized, ConditionalDistribution
from latentia.evaluation import aggregated_posterior
from latentia.evaluation._aggregated_posterior import CRITICAL_STATISTIC, _discrepancy
from latentia.heads import Bernoulli
from latentia.models import LatentVariableModel
from latentia.networks import MLP


class Moved(ConditionalDistribution):
    """q(z|x) = N(gain x + shift, 1 - gain squared): of standard normal x, again standard normal."""

    event_shape = (2,)

    def __init__(self, gain, shift):
        super().__init__()
        self.gain, self.shift = gain, shift

    def forward(self, x):
        noise = torch.full_like(x, (1 - self.gain**2) ** 0.5)
        return Independent(Normal(self.gain * x + self.shift, noise), 1)


def moved(gain=0.6, shift=0.0, prior=True):
    decoder = Amortized(MLP(2, 2), Bernoulli(2))
    return LatentVariableModel(
        Moved(gain, shift), decoder, priors.StandardNormal(2) if prior else None
    )


X = torch.randn(2000, 2, generator=torch.Generator().manual_seed(7))


def test_the_prior_is_not_told_from_itself():
    found = aggregated_posterior(moved(), X)
    assert not found.differs and abs(found.mmd) < 0.005
    np.testing.assert_allclose(found.variance, 1, rtol=0.1)
    np.testing.assert_allclose(found.noise, 0.64, rtol=0.1)


def test_a_shift_is_beyond_chance():
    found = aggregated_posterior(moved(shift=0.3), X)
    assert found.differs
    np.testing.assert_allclose(found.mean, 0.3, atol=0.1)
    assert aggregated_posterior(moved(shift=3.0), X).mmd > found.mmd


def test_the_statistic_needs_no_permutations():
    torch.manual_seed(0)
    drawn = torch.randn(300, 2, 200, 3).double()
    statistics = np.array([_discrepancy(q[::2], q[1::2], p[::2], p[1::2])[1] for q, p in drawn])
    assert abs(statistics.mean()) < 0.2 and abs(statistics.std() - 1) < 0.15
    assert (statistics > CRITICAL_STATISTIC).mean() < 0.01


def test_without_a_prior_there_are_moments_only():
    found = aggregated_posterior(moved(shift=5.0, prior=False), X)
    assert found.mmd is None and found.prior_codes is None and not found.differs
    np.testing.assert_allclose(found.mean, 5, atol=0.1)


def test_the_same_in_every_call_and_batch():
    found, again = (aggregated_posterior(moved(), X) for _ in range(2))
    assert found.mmd == again.mmd
    np.testing.assert_array_equal(found.codes, again.codes)


def test_three_examples_are_too_few():
    with pytest.raises(ValueError, match="at least four"):
        aggregated_posterior(moved(), X[:3])
