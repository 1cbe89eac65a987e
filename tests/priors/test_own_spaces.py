"""Priors of directions and of categories: made from an encoder, built again, and learned."""

from __future__ import annotations

import json
import math

import pytest
import torch

from latentia import heads, priors
from latentia.conditional import Amortized
from latentia.models import Batch, LatentVariableModel
from latentia.networks import MLP
from latentia.objectives import ELBO
from latentia.testing import check_prior
from latentia.training import Trainer, seeded

PRIORS = {
    "uniform-sphere": (priors.UniformSphere, {}),
    "autoregressive": (priors.AutoregressiveRows, {"n_variables": 2, "hidden_size": 8}),
    "categorical": (priors.Categorical, {"n_variables": 2}),
    "categorical-learned": (priors.Categorical, {"learned": True}),
    "gumbel-softmax": (priors.GumbelSoftmax, {"n_variables": 3, "temperature": 0.3}),
}


def encoder(head):
    return Amortized(MLP(3, head.n_params), head)


@pytest.mark.parametrize("name", PRIORS)
def test_the_kit_accepts_it_and_its_arguments_build_it_again(name):
    make, options = PRIORS[name]
    prior = make(6, **options)
    check_prior(prior)
    again = make(**json.loads(json.dumps(prior.arguments)))
    again.load_state_dict(prior.state_dict())
    with seeded(0):
        z = prior().sample((9,))
    assert again.arguments == prior.arguments
    assert torch.equal(again().log_prob(z), prior().log_prob(z))
    assert torch.equal(prior().expand((9,)).log_prob(z), prior().log_prob(z))
    assert torch.equal(prior(torch.zeros(9, 1)).log_prob(z), prior().log_prob(z))


def test_an_encoder_stands_for_its_codes():
    assert priors.UniformSphere(encoder(heads.PowerSpherical(4))).event_shape == (4,)
    for name, make in {"categorical": heads.OneHot, "gumbel-softmax": heads.GumbelSoftmax}.items():
        q = encoder(make(6, n_variables=3))
        prior = priors.priors[name](q)
        assert prior.arguments["n_variables"] == 3
        assert priors.priors[name](q, n_variables=2).arguments["n_variables"] == 2
        assert priors.priors[name](6).arguments["n_variables"] == 1
        assert (prior.space, prior.event_shape) == (q.space, q.event_shape)


def test_they_follow_the_precision_of_the_model():
    for make, options in PRIORS.values():
        assert make(6, **options).double()().sample().dtype == torch.float64


def test_equal_probabilities_are_those_of_counting():
    prior = priors.Categorical(6, n_variables=2)
    assert prior().entropy().item() == pytest.approx(2 * math.log(3))
    assert not list(prior.parameters()) and not prior.state_dict()


def test_learned_probabilities_go_to_the_shares_of_the_data():
    # With an encoder that is sure, the best prior has the shares of the groups: 5 to 3 to 2.
    with seeded(0):
        code, pixels = heads.OneHot(3), heads.DiagonalNormal(3, scale=0.1)
        q = encoder(code)
        model = LatentVariableModel(
            q, Amortized(MLP(3, pixels.n_params), pixels), priors.Categorical(q, learned=True)
        )
        x = torch.eye(3)[torch.tensor([0] * 50 + [1] * 30 + [2] * 20)]
        model.encoder.net.layers[-1].weight.data = 50 * torch.eye(3)
        model.encoder.net.layers[-1].bias.data.zero_()
    for parameter in model.encoder.parameters():
        parameter.requires_grad_(False)
    Trainer(model, ELBO(), batch_size=100, learning_rate=5e-2, seed=0).fit(x, epochs=200)
    assert model.prior().mean.tolist() == pytest.approx([0.5, 0.3, 0.2], abs=0.02)
    assert model.trace(Batch(x)).prior.batch_shape == (100,)


@pytest.mark.parametrize("shape", [1, (4, 5)])
def test_shapes_that_they_are_not_for_are_refused(shape):
    for make, options in PRIORS.values():
        with pytest.raises(ValueError, match=r"event_shape|n_variables"):
            make(shape, **options)
