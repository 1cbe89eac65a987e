"""What every prior does: the kit's laws, and being built again from plain numbers."""

from __future__ import annotations

import json

import pytest
import torch
from safetensors.torch import load, save

from latentia import heads, priors
from latentia.conditional import Amortized
from latentia.models import Batch, LatentVariableModel
from latentia.networks import MLP
from latentia.objectives import ELBO
from latentia.testing import check_prior
from latentia.training import Trainer, seeded

CODES = torch.randn(300, 3, generator=torch.Generator().manual_seed(0)) @ torch.tensor(
    [[2.0, 0.0, 0.0], [1.0, 0.5, 0.0], [0.0, 0.3, 1.0]]
) + torch.tensor([5.0, 0.0, -1.0])


def flow(codes):
    with seeded(1):
        prior = priors.Flow(codes.shape[1], n_transforms=2, hidden_layer_sizes=(8,))
    prior.start_from(codes)
    return prior


def learned_mixture(codes):
    with seeded(1):
        return priors.LearnedMixture(codes.shape[1:], n_components=4)


FITTED = {
    "flow": flow,
    "learned": lambda codes: priors.LearnedNormal(codes.shape[1:]),
    "learned-mixture": learned_mixture,
    "mixture": lambda codes: priors.Mixture.fit(codes, n_components=4),
    "normal": priors.Normal.fit,
    "standard": lambda codes: priors.StandardNormal(codes.shape[1:]),
    "wide": lambda codes: priors.StandardNormal(codes.shape[1:], scale=3.0),
}

#: What has codes where the prior has them, if they are not real numbers.
POSTERIORS = {
    "autoregressive": heads.OneHot,
    "categorical": heads.OneHot,
    "gumbel-softmax": heads.GumbelSoftmax,
    "uniform-sphere": heads.VonMisesFisher,
}


@pytest.mark.parametrize("d", [1, 3])
@pytest.mark.parametrize("name", FITTED)
def test_the_kit_accepts_it(name, d):
    check_prior(FITTED[name](CODES[:, :d]))


@pytest.mark.parametrize("name", FITTED)
def test_its_arguments_and_state_build_it_again(name):
    prior = FITTED[name](CODES)
    with seeded(2):
        again = type(prior)(**json.loads(json.dumps(prior.arguments)))
    again.load_state_dict(load(save(prior.state_dict())))
    assert again.arguments == prior.arguments
    assert torch.equal(again().log_prob(CODES), prior().log_prob(CODES))


@pytest.mark.parametrize("name", FITTED)
def test_it_follows_the_batch(name):
    prior, batch = FITTED[name](CODES), torch.Size((5,))
    expanded = prior().expand(batch)
    z = CODES[:10].view(2, 5, 3)
    assert expanded.sample((2,)).shape == (2, 5, 3)
    assert torch.allclose(expanded.log_prob(z), prior().log_prob(z), atol=1e-5)
    assert torch.allclose(prior(torch.zeros(5, 1)).log_prob(z), prior().log_prob(z), atol=1e-5)


@pytest.mark.parametrize("name", ["flow", "mixture", "normal"])
def test_codes_that_never_vary_are_usable(name):
    for constant in (torch.full((20, 2), 1e3), torch.eye(2).repeat(10, 1) * torch.eye(2)[0]):
        prior = FITTED[name](constant)
        assert prior().sample((6,)).isfinite().all()
        assert prior().log_prob(constant).isfinite().all()


@pytest.mark.parametrize("name", ["flow", "mixture", "normal"])
def test_codes_of_a_wrong_kind_are_named(name):
    with pytest.raises(ValueError, match=r"shape \(n, d\).* but the shape is \(1, 3\)"):
        FITTED[name](CODES[:1])
    with pytest.raises(ValueError, match="row 7 is"):
        FITTED[name](CODES.index_fill(0, torch.tensor([7]), torch.nan))


def test_sizes_are_what_is_standard():
    z = CODES[:9]
    expected = priors.StandardNormal(3)().log_prob(z)
    assert torch.allclose(priors.Normal(3)().log_prob(z), expected, atol=1e-4)
    assert torch.allclose(priors.Mixture(4, 3)().log_prob(z), expected, atol=1e-4)


@pytest.mark.parametrize("name", priors.priors)
def test_priors_by_name_train_in_a_model(name):
    with seeded(0):
        q, p = POSTERIORS.get(name, heads.DiagonalNormal)(2), heads.DiagonalNormal(3)
        encoder = Amortized(MLP(3, q.n_params), q)
        decoder = Amortized(MLP(2, p.n_params), p)
        model = LatentVariableModel(encoder, decoder, priors.priors[name](encoder))
    before = [parameter.clone() for parameter in model.prior.parameters()]
    Trainer(model, ELBO(), batch_size=100, seed=0).fit(CODES, epochs=2)
    after = list(model.prior.parameters())
    moved = [not torch.equal(a, b) for a, b in zip(after, before, strict=True)]
    # One variable alone remembers none before it.
    assert any(moved) if name == "autoregressive" else all(moved)
    assert model.trace(Batch(CODES)).prior.batch_shape == (300,)
