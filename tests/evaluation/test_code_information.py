"""What a code tells of its example, in cases whose answer is known."""

import math

import numpy as np
import pytest
import torch
from torch.distributions import Independent, Normal

from latentia import VAE, data, priors
from latentia.conditional import Amortized, ConditionalDistribution
from latentia.evaluation import code_information, rate_distortion
from latentia.heads import Bernoulli
from latentia.models import LatentVariableModel
from latentia.networks import MLP


class Channel(ConditionalDistribution):
    """q(z|x) = N(x, noise squared)."""

    event_shape = (2,)

    def __init__(self, noise):
        super().__init__()
        self.noise = noise

    def forward(self, x):
        return Independent(Normal(x, torch.full_like(x, self.noise)), 1)


def channel(noise, prior=None):
    return LatentVariableModel(Channel(noise), Amortized(MLP(2, 2), Bernoulli(2)), prior)


X = torch.randn(2000, 2, generator=torch.Generator().manual_seed(7))


def test_it_is_the_capacity_of_a_normal_channel():
    found = code_information(channel(0.5), X, n_samples=4)
    # Each of two dimensions has a signal of variance 1 in noise of variance 1/4.
    assert found.information == pytest.approx(math.log(1 + 4), rel=0.03)
    assert found.ceiling == pytest.approx(math.log(2000))


def test_the_number_of_examples_caps_it():
    found = code_information(channel(1e-3), X[:50])
    assert found.information == pytest.approx(math.log(50), abs=1e-6)


def test_noise_alone_tells_nothing():
    same = torch.zeros(500, 2)
    assert code_information(channel(1.0), same).information == pytest.approx(0, abs=1e-5)


def test_rows_taken_a_few_at_a_time_do_not_matter(monkeypatch):
    whole = code_information(channel(0.5), X[:100])
    monkeypatch.setattr("latentia.evaluation._code_information._MOST_VALUES", 2000)
    assert code_information(channel(0.5), X[:100]) == pytest.approx(whole, rel=1e-6)


def test_it_is_part_of_the_rate():
    model = channel(0.5, priors.StandardNormal(2))
    rate = rate_distortion(model, X).rate
    q = Normal(0.0, math.sqrt(1.25))
    gap = 2 * float(torch.distributions.kl_divergence(q, Normal(0.0, 1.0)))
    assert rate - code_information(model, X, n_samples=4).information == pytest.approx(gap, abs=0.1)


@pytest.mark.parametrize("posterior", ["full", "flow", "von-mises-fisher", "categorical"])
def test_every_posterior_has_one(posterior):
    model = VAE(2, posterior=posterior, max_iter=1, random_state=0, verbose=False)
    x = data.load("iris").X
    information, ceiling = code_information(model.fit(x), x)
    assert -0.2 < information < ceiling


def test_it_refuses_what_it_cannot_measure():
    with pytest.raises(ValueError, match="n_samples=0"):
        code_information(channel(1.0), X, n_samples=0)
    with pytest.raises(ValueError, match="no examples"):
        code_information(channel(1.0), X[:0])
    with pytest.raises(ValueError, match="tensor"):
        code_information(channel(1.0), np.zeros((3, 2)))
