"""A prior fitted to codes ex post: it becomes their density, and nothing else moves."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn
from torch.distributions import Independent, Normal

from latentia import conditional, heads, models, networks, priors
from latentia.errors import IncompatiblePartsError
from latentia.objectives import Info, PriorLikelihood
from latentia.training import Cosine, Trainer, seeded

X = torch.randn(500, 3, generator=torch.Generator().manual_seed(0))


class Learned(conditional.ConditionalDistribution):
    """N(loc, scale^2) with parameters."""

    event_shape = (2,)

    def __init__(self):
        super().__init__()
        self.loc, self.log_scale = (nn.Parameter(torch.zeros(2)) for _ in range(2))

    def forward(self, *conditions):
        return Independent(Normal(self.loc, self.log_scale.exp(), validate_args=False), 1)


def build(prior, code=heads.Delta):
    with seeded(0):
        q, p = code(2), heads.DiagonalNormal(3, scale=1.0)
        return models.LatentVariableModel(
            conditional.Amortized(networks.MLP(3, q.n_params, (8,)), q),
            conditional.Amortized(networks.MLP(2, p.n_params), p),
            prior,
        )


def test_the_value_is_the_density_of_the_drawn_codes():
    model = build(priors.StandardNormal(2), heads.DiagonalNormal)
    trace = model.trace(models.Batch(X), 3)
    expected = 0.5 * trace.z.square().sum(2).mean(0) + torch.log(torch.tensor(2 * torch.pi))
    loss = PriorLikelihood()(trace, Info())
    assert torch.allclose(loss.values, expected)
    assert torch.equal(loss.terms["prior_likelihood"], loss.values)


def test_the_prior_becomes_the_density_of_the_codes_and_the_rest_stays():
    model = build(Learned())
    before = copy.deepcopy(model)
    rate = Cosine(0.05, 300)
    trainer = Trainer(model, PriorLikelihood(), learning_rate=rate, batch_size=100, device="cpu")
    trainer.fit(X, epochs=60)
    z = model.encode(X).detach()
    # The most likely normal distribution is the one with their moments.
    assert torch.allclose(model.prior.loc, z.mean(0), atol=0.01)
    assert torch.allclose(model.prior.log_scale.exp(), z.std(0, correction=0), rtol=0.02)
    for part in ("encoder", "decoder"):
        old, new = (getattr(m, part).state_dict() for m in (before, model))
        assert all(torch.equal(old[key], new[key]) for key in old)


def test_no_gradient_leaves_the_prior_and_the_decoder_does_not_run():
    model = build(Learned(), heads.DiagonalNormal)
    model.decoder.forward = None
    PriorLikelihood()(model.trace(models.Batch(X)), Info()).total.backward()
    assert all(p.grad is not None for p in model.prior.parameters())
    assert all(p.grad is None for p in model.encoder.parameters())


def test_a_frozen_parameter_stays_frozen():
    model = build(Learned())
    model.prior.loc.requires_grad_(False)
    assert PriorLikelihood().groups(model) == {"model": [model.prior.log_scale]}


@pytest.mark.parametrize(
    ("prior", "message"),
    [
        (None, "the model has none; give it one with parameters"),
        (priors.StandardNormal(2), "StandardNormal has no parameters to train.*Normal.fit"),
        (Learned().requires_grad_(False), "Learned has no parameters to train"),
    ],
    ids=["none", "fixed", "frozen"],
)
def test_a_prior_that_cannot_learn_is_refused(prior, message):
    with pytest.raises(IncompatiblePartsError, match=message):
        Trainer(build(prior), PriorLikelihood())
