"""The mixture of posteriors: its density, its draws, and whose encoder it holds."""

from __future__ import annotations

import copy
import pickle

import pytest
import torch
from safetensors.torch import load, save
from torch import nn

from latentia import conditional, heads, models, networks, objectives, priors
from latentia.errors import IncompatiblePartsError
from latentia.training import Trainer, seeded


def encoder(head=heads.DiagonalNormal, d=2, context=0):
    q = head(d)
    return conditional.Amortized(networks.MLP(3, q.n_params, (8,), context=context), q)


def model(head=heads.DiagonalNormal, d=2, context=0, **arguments):
    with seeded(0):
        q, p = encoder(head, d, context), heads.DiagonalNormal(3)
        decoder = conditional.Amortized(networks.MLP(d, p.n_params, context=context), p)
        return models.LatentVariableModel(
            q, decoder, priors.Vamp(q, **{"n_components": 4, **arguments})
        )


X = torch.randn(60, 3, generator=torch.Generator().manual_seed(0))
C = torch.randn(60, 2, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("head", [heads.DiagonalNormal, heads.InverseAutoregressive, heads.Flow])
def test_it_is_the_mean_of_the_posteriors_of_its_pseudo_inputs(head):
    vae = model(head)
    with seeded(1):
        z = torch.randn(5, 7, 2)
    each = torch.stack([vae.encoder(u).log_prob(z) for u in vae.prior.pseudo_inputs])
    expected = each.exp().mean(0).log()
    assert torch.allclose(vae.prior().log_prob(z), expected, atol=1e-4)
    assert torch.allclose(vae.prior().expand((7,)).log_prob(z), expected, atol=1e-4)


def test_a_condition_is_the_encoders_too():
    vae = model(context=2)
    z = X[:6, :2]
    prior = vae.prior(C[:6])
    each = [vae.encoder(u.expand(6, -1), C[:6]).log_prob(z).exp() for u in vae.prior.pseudo_inputs]
    assert prior.batch_shape == (6,)
    assert torch.allclose(prior.log_prob(z), torch.stack(each).mean(0).log(), atol=1e-5)
    assert prior.sample((3,)).shape == (3, 6, 2)


def test_an_encoder_that_sees_no_condition_makes_one_prior_for_all():
    q = heads.DiagonalNormal(2)
    with seeded(0):
        prior = priors.Vamp(conditional.Unconditioned(networks.MLP(3, q.n_params), q), 4)
    z = X[:6, :2]
    assert prior(C[:6]).batch_shape == (6,)
    assert torch.allclose(prior(C[:6]).log_prob(z), prior().log_prob(z))


@torch.no_grad()
def test_it_integrates_to_one():
    axis = torch.linspace(-15, 15, 601, dtype=torch.float64)
    density = model().double().prior().log_prob(torch.cartesian_prod(axis, axis)).exp()
    assert (density.sum() * (axis[1] - axis[0]) ** 2).item() == pytest.approx(1.0, abs=1e-5)


def test_draws_come_from_random_components_as_often_as_they_weigh():
    # Components far apart, so that a draw tells where it is from; 5 standard errors.
    q = heads.DiagonalNormal(1, scale=0.1)
    encoder = conditional.Amortized(networks.MLP(1, 1), q)
    nn.init.constant_(encoder.net.layers[0].weight, 10.0)
    prior = priors.Vamp(encoder, n_components=4, learned_weights=True)
    weights = torch.tensor([0.1, 0.2, 0.3, 0.4])
    with torch.no_grad():
        prior.pseudo_inputs.copy_(torch.arange(4.0).unsqueeze(1))
        prior.logits.copy_(weights.log())
        centres = encoder(prior.pseudo_inputs).mean
    with seeded(0):
        z = prior().sample((20_000,))
    origin = (z - centres.T).abs().argmin(1)
    shares = origin.bincount() / len(z)
    error = (weights * (1 - weights) / len(z)).sqrt()
    assert ((shares - weights).abs() < 5 * error).all()
    assert 0.09 < (z - centres[origin]).std() < 0.11
    # Neighbours are independent: drawing the components in turn would never repeat one.
    again = (origin[1:] == origin[:-1]).float().mean()
    assert again.item() == pytest.approx((weights**2).sum().item(), abs=0.03)


def test_gradients_reach_the_encoder_and_the_pseudo_inputs():
    vae = model(learned_weights=True)
    wanted = [*vae.encoder.parameters(), *vae.prior.parameters()]
    gradients = torch.autograd.grad(vae.prior().log_prob(X[:, :2]).sum(), wanted)
    assert all(gradient.isfinite().all() and gradient.any() for gradient in gradients)


def test_the_encoder_is_registered_once():
    vae = model()
    assert set(vae.prior.state_dict()) == {"pseudo_inputs"}
    assert set(model(learned_weights=True).prior.state_dict()) == {"pseudo_inputs", "logits"}
    assert len(list(vae.parameters())) == len({id(p) for p in vae.parameters()})
    other = model()
    with torch.no_grad():
        other.prior.pseudo_inputs.zero_()
    other.load_state_dict(load(save(vae.state_dict())))
    assert torch.equal(other.prior().log_prob(X[:, :2]), vae.prior().log_prob(X[:, :2]))


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda vae: pickle.loads(pickle.dumps(vae))], ids=["copy", "pickle"]
)
def test_a_copy_of_the_model_has_a_prior_of_the_copied_encoder(copied):
    vae = model()
    twin = copied(vae)
    assert twin.prior.encoder is twin.encoder
    assert twin.encoder is not vae.encoder
    before = vae.prior().log_prob(X[:, :2])
    assert torch.equal(twin.prior().log_prob(X[:, :2]), before)
    with torch.no_grad():
        for parameter in twin.encoder.parameters():
            parameter.add_(1.0)
    assert not torch.allclose(twin.prior().log_prob(X[:, :2]), before)
    assert torch.equal(vae.prior().log_prob(X[:, :2]), before)


def test_it_follows_the_model_to_another_precision():
    vae = model().double()
    z = vae.prior().sample((5,))
    assert z.dtype == torch.float64 and vae.prior().log_prob(z).dtype == torch.float64


def test_it_starts_at_different_examples():
    prior = model(n_components=30).prior
    with seeded(0):
        prior.start_from(X)
    equal = (prior.pseudo_inputs.unsqueeze(1) == X).all(-1)
    assert equal.any(1).all()
    assert equal.any(0).sum() == 30


def test_more_components_than_examples_start_apart_but_near():
    prior = model(n_components=50).prior
    with seeded(0):
        prior.start_from(X[:20])
    u = prior.pseudo_inputs
    assert len(torch.unique(u, dim=0)) == 50
    assert torch.cdist(u, X[:20]).amin(1).max() < 0.2
    with seeded(0):
        prior.start_from(torch.ones(1, 3))
    assert len(torch.unique(prior.pseudo_inputs, dim=0)) == 50


def test_training_moves_it_and_improves_the_bound():
    vae = model()
    vae.prior.start_from(X)
    before = vae.prior.pseudo_inputs.clone()
    history = Trainer(vae, objectives.ELBO(), batch_size=20, seed=0, learning_rate=0.01).fit(
        X, epochs=30
    )
    assert not torch.equal(vae.prior.pseudo_inputs, before)
    assert history.records[-1]["loss"] < history.records[0]["loss"]


def test_what_it_cannot_use_is_refused():
    with pytest.raises(ValueError, match=r"encoder=2 must be .* in_shape"):
        priors.Vamp(2)
    with pytest.raises(ValueError, match="n_components=0"):
        priors.Vamp(encoder(), n_components=0)
    with pytest.raises(ValueError, match=r"shape \(5, 4\), but must .* \(3,\)"):
        priors.Vamp(encoder()).start_from(torch.zeros(5, 4))
    with pytest.raises(IncompatiblePartsError, match="point masses has no density"):
        priors.Vamp(encoder(heads.Delta))()
