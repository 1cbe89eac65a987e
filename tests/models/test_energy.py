"""An energy is a cost plus a weighted price, from parts that fit."""

from __future__ import annotations

import math

import pytest
import torch
from torch.distributions import Independent, Normal

from latentia import conditional, heads, models, networks, priors, spaces
from latentia.errors import IncompatiblePartsError
from latentia.models import LatentEnergy

Y = torch.randn(4, 3, generator=torch.Generator().manual_seed(0))
Z = torch.randn(5, 4, 2, generator=torch.Generator().manual_seed(1))


def decoder(context=0):
    likelihood = heads.DiagonalNormal(3, scale=0.5)
    torch.manual_seed(0)
    return conditional.Amortized(networks.MLP(2, 3, (4,), context=context), likelihood)


@pytest.mark.parametrize(
    ("regularizer", "price"),
    [
        (None, lambda z: 0 * z.sum(2)),
        ("l1", lambda z: z.abs().sum(2)),
        ("l2", lambda z: z.square().sum(2)),
        ("normal", lambda z: z.square().sum(2) / 2 + math.log(2 * math.pi)),
        (lambda z: z[..., 0], lambda z: z[..., 0]),
        (priors.StandardNormal(2), lambda z: z.square().sum(2) / 2 + math.log(2 * math.pi)),
    ],
)
def test_an_energy_is_a_cost_plus_a_weighted_price(regularizer, price):
    part = decoder()
    energy = LatentEnergy(part, spaces.Real(2), regularizer=regularizer, weight=0.3)
    mean = part(Z).mean
    cost = -Independent(Normal(mean, 0.5), 1).log_prob(Y)
    assert torch.allclose(energy.cost_of(Y, Z), cost)
    assert torch.allclose(energy.price_of(Z), price(Z), atol=1e-6)
    assert torch.allclose(energy(Y, Z), cost + 0.3 * price(Z), atol=1e-5)


def test_a_distance_from_the_mean_and_a_function_are_costs():
    part = decoder()
    expected = (part(Z).mean - Y).square().sum(2)
    named = LatentEnergy(part, spaces.Real(2), cost="squared_error")
    given = LatentEnergy(part, spaces.Real(2), cost=lambda p, y: (p.mean - y).square().sum(2))
    assert torch.allclose(named(Y, Z), expected)
    assert torch.equal(given(Y, Z), named(Y, Z))


@pytest.mark.parametrize("cost", [None, "squared_error", "huber", "l2"])
@pytest.mark.parametrize("context", [0, 2])
def test_the_same_codes_for_all_examples_need_not_be_repeated(cost, context):
    energy = LatentEnergy(decoder(context), spaces.Real(2), cost=cost, regularizer="l1")
    given = (torch.randn(4, context),) if context else ()
    z = Z[:, :1]
    repeated = energy(Y, z.expand(5, 4, 2), *given)
    assert torch.allclose(energy(Y, z, *given), repeated)


def test_a_cross_entropy_of_rates_broadcasts_too():
    head = heads.Delta(3, activation="sigmoid")
    part = conditional.Amortized(networks.MLP(2, 3), head)
    part.space = "unit"
    energy = LatentEnergy(part, spaces.Real(2), cost="binary_cross_entropy")
    y = Y.sigmoid()
    assert torch.allclose(energy(y, Z[:, :1]), energy(y, Z[:, :1].expand(5, 4, 2)))


def test_the_prior_of_a_conditional_energy_sees_the_condition():
    head = heads.DiagonalNormal(2)
    prior = conditional.Amortized(networks.MLP(1, head.n_params), head)
    part = decoder(1)
    energy = LatentEnergy(part, spaces.Real(2), regularizer=prior)
    c = torch.randn(4, 1)
    expected = -part(Z, c).log_prob(Y) - prior(c).log_prob(Z)
    assert torch.allclose(energy(Y, Z, c), expected)


def test_the_energy_of_a_model_has_its_decoder_and_its_prior():
    energy = LatentEnergy(decoder(), spaces.Real(2), regularizer=priors.StandardNormal(2))
    model = models.LatentVariableModel(conditional.Identity(2), decoder(), priors.LearnedNormal(2))
    bound = energy.of(model)
    assert bound.decoder is model.decoder and bound.regularizer is model.prior
    named = LatentEnergy(decoder(), spaces.Real(2), regularizer="l1").of(model)
    assert named.regularizer == "l1"


@pytest.mark.parametrize(
    ("settings", "error", "match"),
    [
        ({"cost": "squared"}, ValueError, "did you mean 'squared_error'"),
        ({"regularizer": "l3"}, ValueError, "regularizer='l3' is unknown"),
        ({"weight": -1.0}, ValueError, "weight=-1.0"),
        ({"weight": math.nan}, ValueError, "weight=nan"),
        ({"cost": 3}, TypeError, "cost=3 must be a name"),
        ({"regularizer": 3}, TypeError, "regularizer=3 must be a name"),
        ({"cost": "binary_cross_entropy"}, IncompatiblePartsError, "heads.Bernoulli"),
        ({"regularizer": priors.UniformSphere(2)}, IncompatiblePartsError, "live in 'sphere'"),
        ({"regularizer": priors.StandardNormal(3)}, IncompatiblePartsError, "have shape"),
    ],
)
def test_bad_parts_are_refused(settings, error, match):
    with pytest.raises(error, match=match):
        LatentEnergy(decoder(), spaces.Real(2), **settings)


def test_codes_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"z has shape \(4, 2\)"):
        LatentEnergy(decoder(), spaces.Real(2))(Y, Z[0])
