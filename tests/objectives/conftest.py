"""Small models in float64 on which expectations can be written out."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import nn
from torch.distributions import (
    Bernoulli,
    Categorical,
    Independent,
    MixtureSameFamily,
)
from zuko.flows import MAF

from latentia import conditional, heads, models, networks, priors
from latentia.objectives import Info
from latentia.training import seeded

X = torch.tensor([[0.5, -1.0, 0.8]], dtype=torch.float64)


class Switches(conditional.ConditionalDistribution):
    """Three learned independent switches."""

    space = "binary"
    event_shape = (3,)

    def __init__(self):
        super().__init__()
        self.logits = nn.Parameter(torch.tensor([0.3, -0.5, 0.1]))

    def forward(self, *conditions):
        return Independent(Bernoulli(logits=self.logits, validate_args=False), 1)


class MixedSwitches(Switches):
    """A mixture of two, whose divergence from switches has no closed form."""

    def forward(self, *conditions):
        logits = torch.stack([self.logits, -2 * self.logits])
        parts = Independent(Bernoulli(logits=logits, validate_args=False), 1)
        weights = Categorical(torch.tensor([0.3, 0.7]).to(logits), validate_args=False)
        return MixtureSameFamily(weights, parts, validate_args=False)


class LazyFlow(conditional.ConditionalDistribution):
    """A flow that depends on x and reads its parameters late."""

    event_shape = (2,)

    def __init__(self):
        super().__init__()
        self.flow = MAF(2, context=3, transforms=1, hidden_features=(4,))

    def forward(self, *conditions):
        return self.flow(conditions[0])


def _decoder(k):
    return conditional.Amortized(networks.MLP(k, 3), heads.DiagonalNormal(3, scale=0.6))


def _encoder(head):
    return conditional.Amortized(networks.MLP(3, head.n_params), head)


@pytest.fixture
def discrete():
    """Make a model of three switches with a prior that learns; exact or sampled divergence."""

    def make(exact=True):
        with seeded(0):
            prior = Switches() if exact else MixedSwitches()
            encoder = _encoder(heads.Bernoulli(3))
            return models.LatentVariableModel(encoder, _decoder(3), prior).double()

    return make


@pytest.fixture
def continuous():
    """Make a model of two real codes with a posterior of "diagonal", "lazy", ..."""
    small = {"n_transforms": 1, "hidden_layer_sizes": (2,), "context": 1}
    encoders = {
        "diagonal": lambda: _encoder(heads.DiagonalNormal(2)),
        "flow": lambda: _encoder(heads.Flow(2, **small)),
        "full": lambda: _encoder(heads.FullNormal(2)),
        "inverse-autoregressive": lambda: _encoder(heads.InverseAutoregressive(2, **small)),
        "lazy": LazyFlow,
        "low-rank": lambda: _encoder(heads.LowRankNormal(2, rank=1)),
    }

    def make(posterior="diagonal"):
        with seeded(0):
            prior = priors.Flow(2, n_transforms=1, hidden_layer_sizes=(4,))
            return models.LatentVariableModel(encoders[posterior](), _decoder(2), prior).double()

    return make


@pytest.fixture
def all_codes():
    """Every code of three switches, shape (8, 1, 3)."""
    codes = torch.tensor(list(itertools.product([0.0, 1.0], repeat=3)), dtype=torch.float64)
    return codes.unsqueeze(1)


@pytest.fixture
def gradient_of():
    """Return the gradient with respect to all of a part's parameters as one vector."""

    def gradient(loss, part):
        parameters = list(part.parameters())
        grads = torch.autograd.grad(loss, parameters, allow_unused=True, retain_graph=True)
        pairs = zip(grads, parameters, strict=True)
        return torch.cat([(torch.zeros_like(p) if g is None else g).flatten() for g, p in pairs])

    return gradient


@pytest.fixture
def estimates(gradient_of):
    """Return independent estimates of the gradient for one example, shape (repetitions, p).

    Each is the mean over copies of the example, so that they are nearly normal.
    """

    def draw(objective, model, part, repetitions=80, copies=32, seed=1, x=X):
        x = x.expand(copies, -1)

        def once():
            trace = model.trace(models.Batch(x), objective.n_draws)
            return gradient_of(objective(trace, Info()).total, part)

        with seeded(seed):
            return torch.stack([once() for _ in range(repetitions)])

    return draw


@pytest.fixture
def agree():
    """Whether the means of two sets of estimates, or of one and a known value, are the same.

    Of at most 50 parameters none may be 4.5 standard errors off: by chance 1 in 3,000 times.
    """

    def check(a, b):
        known = b.dim() == 1
        mean = b if known else b.mean(0)
        variance = a.var(0) / len(a) + (0 if known else b.var(0) / len(b))
        assert a.shape[1] <= 50
        return ((a.mean(0) - mean).abs() <= 4.5 * variance.sqrt() + 1e-12).all()

    return check
