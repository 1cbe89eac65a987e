"""A search is an encoder: of any model, its copies and its trainer."""

from __future__ import annotations

import copy
import pickle

import pytest
import torch

from latentia import conditional, heads, models, networks, objectives, spaces, training
from latentia.errors import IncompatiblePartsError
from latentia.inference import Search, most_likely_code


@pytest.fixture
def model():
    torch.manual_seed(0)
    likelihood = heads.DiagonalNormal(3, scale=0.5)
    decoder = conditional.Amortized(networks.MLP(2, 3, (8,), activation="tanh"), likelihood)
    energy = models.LatentEnergy(decoder, spaces.Real(2), regularizer="l2")
    return models.LatentVariableModel(Search(energy, n_restarts=3, n_steps=60), decoder)


X = torch.randn(5, 3, generator=torch.Generator().manual_seed(1))


def test_it_is_the_most_likely_code(model):
    best = most_likely_code(model.encoder.energy, X, n_restarts=3, n_steps=60)
    assert torch.equal(model.encode(X), best.z)
    assert (model.encoder.space, model.encoder.event_shape) == ("real", (2,))


def test_every_weight_is_there_once(model):
    assert set(model.state_dict()) == {f"decoder.{k}" for k in model.decoder.state_dict()}
    assert len(list(model.parameters())) == len(list(model.decoder.parameters()))


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_a_copy_searches_with_the_copied_decoder(model, copied):
    other = copied(model)
    assert other.encoder.energy.decoder is other.decoder
    assert torch.equal(other.encode(X), model.encode(X))
    with torch.no_grad():
        other.decoder.net.layers[-1].bias += 1.0
    assert not torch.allclose(other.encode(X), model.encode(X))


def test_it_follows_the_model_to_another_precision(model):
    assert model.double().encode(X.double()).dtype == torch.float64


def test_the_code_has_no_gradient_and_the_decoder_the_one_at_the_minimum(model):
    trace = model.trace(models.Batch(X))
    assert not trace.z.requires_grad
    trace.likelihood.log_prob(X).sum().backward()
    assert model.decoder.net.layers[0].weight.grad is not None


def test_a_proposal_is_a_start_and_is_registered(model):
    energy = model.encoder.energy
    proposal = conditional.Amortized(networks.MLP(3, 2), heads.Delta(2))
    search = Search(energy, proposal=proposal, n_restarts=1, n_steps=30)
    assert len(list(search.parameters())) == len(list(proposal.parameters()))
    with torch.no_grad():
        proposed = energy(X, proposal(X).mean.unsqueeze(0))[0]
        found = energy(X, search(X).mean.unsqueeze(0))[0]
    assert (found <= proposed).all()
    assert torch.equal(
        search(X).mean,
        most_likely_code(energy, X, start=proposal(X).mean, n_restarts=1, n_steps=30).z,
    )


def test_a_conditional_search_sees_the_condition():
    torch.manual_seed(0)
    likelihood = heads.DiagonalNormal(3, scale=0.5)
    decoder = conditional.Amortized(networks.MLP(2, 3, context=1), likelihood)
    energy = models.LatentEnergy(decoder, spaces.Real(2), regularizer="normal")
    model = models.LatentVariableModel(Search(energy), decoder)
    c = torch.arange(5.0).unsqueeze(1)
    expected = most_likely_code(energy, X, c).z
    assert torch.equal(model.encode(X, c), expected)
    assert not torch.allclose(model.encode(X, 0 * c), expected)


def ring(n=300):
    """Noisy points of an ellipse with radii 2 and 1.5."""
    generator = torch.Generator().manual_seed(0)
    angle = 2 * torch.pi * torch.rand(n, 1, generator=generator, dtype=torch.float64)
    on = torch.cat([2 * angle.cos(), 1.5 * angle.sin()], 1)
    return on + 0.05 * torch.randn(n, 2, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize(
    "objective",
    [objectives.Reconstruction("squared_error"), objectives.FreeEnergy(beta=10.0, n_points=64)],
    ids=["cold", "beta=10"],
)
def test_training_finds_the_radii_of_an_ellipse(ellipse, objective):
    with torch.no_grad():
        ellipse.radii.copy_(torch.tensor([1.0, 1.2]))
    energy = models.LatentEnergy(ellipse, spaces.Circle(), cost="squared_error")
    model = models.LatentVariableModel(Search(energy, n_restarts=4, n_steps=20), ellipse)
    trainer = training.Trainer(
        model,
        objective,
        learning_rate=training.Linear(0.1, 0.005, 60),
        batch_size=50,
        precision="float64",
        device="cpu",
    )
    trainer.fit(ring(), epochs=10)
    expected = torch.tensor([2.0, 1.5], dtype=torch.float64)
    assert ((ellipse.radii.detach().abs() - expected).abs() / expected).max() < 0.02


def test_bad_arguments_are_refused(model):
    energy = model.encoder.energy
    for name in ("n_restarts", "n_steps"):
        with pytest.raises(ValueError, match=f"{name}=0"):
            Search(energy, **{name: 0})
    with pytest.raises(ValueError, match="tolerance=-1"):
        Search(energy, tolerance=-1)
    proposal = conditional.Amortized(networks.MLP(3, 4), heads.Delta(4))
    with pytest.raises(IncompatiblePartsError, match=r"shape \(4,\)"):
        Search(energy, proposal=proposal)
