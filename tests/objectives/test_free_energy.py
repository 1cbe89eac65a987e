"""The energy loss and its contrastive kin, for a decoder on a circle and for a mixture."""

from __future__ import annotations

import math

import pytest
import torch
from torch.distributions import OneHotCategorical

from latentia import conditional, corruptions, heads, inference, models, networks, spaces
from latentia.errors import IncompatiblePartsError
from latentia.objectives import ContrastiveEnergy, FreeEnergy, Info
from latentia.training import Trainer, seeded

X = torch.randn(6, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def away(x):
    return x + 2.0


@pytest.fixture
def model():
    torch.manual_seed(0)
    decoder = conditional.Amortized(
        networks.MLP(2, 3, (8,), activation="tanh"), heads.DiagonalNormal(3, scale=0.5)
    )
    energy = models.LatentEnergy(decoder, spaces.Box(2), cost="squared_error")
    return models.LatentVariableModel(inference.Search(energy), decoder).double()


def loss_of(objective, model):
    ((group, loss),) = objective.losses(model, models.Batch(X), Info())
    assert group == "model"
    return loss


@pytest.mark.parametrize("beta", [0.5, 4.0, math.inf])
def test_its_value_is_the_free_energy_of_the_energy_that_the_model_searches(model, beta):
    loss = loss_of(FreeEnergy(beta=beta, n_points=20), model)
    expected = inference.free_energy(model.encoder.energy, X, beta, n_points=20)
    assert torch.equal(loss.values, expected)
    assert torch.equal(loss.terms["free_energy"], expected)
    given = loss_of(FreeEnergy(model.encoder.energy, beta, n_points=20), model)
    assert torch.equal(given.values, expected)


def test_a_trace_gives_the_same_loss(model):
    objective = FreeEnergy(beta=2.0, n_points=20)
    with seeded(0):
        trace = model.trace(models.Batch(X))
    assert torch.equal(objective(trace, Info()).values, loss_of(objective, model).values)


def test_the_decoder_that_learns_is_that_of_the_model(model):
    other = conditional.Amortized(networks.MLP(2, 3), heads.DiagonalNormal(3, scale=0.5))
    energy = models.LatentEnergy(other, spaces.Box(2), regularizer="l2")
    objective = FreeEnergy(energy)
    assert not list(objective.parameters())
    loss_of(objective, model).total.backward()
    assert all(p.grad is None for p in other.parameters())
    assert all(p.grad is not None for p in model.decoder.parameters())


def test_beta_may_be_a_schedule(model):
    objective = FreeEnergy(beta=lambda step: 1.0 + step, n_points=20)
    ((_, loss),) = objective.losses(model, models.Batch(X), Info(step=3))
    assert torch.equal(loss.values, loss_of(FreeEnergy(beta=4.0, n_points=20), model).values)
    with pytest.raises(ValueError, match=r"beta is 0\.0 at step 0"):
        loss_of(FreeEnergy(beta=lambda step: 0.0), model)


def test_with_an_encoder_it_is_the_importance_weighted_bound(linear_gaussian):
    model, marginal = linear_gaussian
    energy = models.LatentEnergy(model.decoder, spaces.Real(2), regularizer=model.prior)
    loss = loss_of(FreeEnergy(energy, n_samples=3), model)
    assert torch.allclose(loss.values, -marginal.log_prob(X))
    loss.total.backward()
    assert model.encoder.net.layers[0].weight.grad.isfinite().all()


def test_draws_without_a_derivative_teach_the_decoder_only():
    class Choice(conditional.Amortized):
        def forward(self, *conditions):
            return OneHotCategorical(logits=self.net(*conditions), validate_args=False)

    torch.manual_seed(0)
    encoder = Choice(networks.MLP(3, 3), heads.OneHot(3)).double()
    decoder = conditional.Amortized(networks.MLP(3, 3), heads.DiagonalNormal(3, scale=1.0)).double()
    energy = models.LatentEnergy(decoder, spaces.Categories(3))
    model = models.LatentVariableModel(encoder, decoder)
    loss_of(FreeEnergy(energy, n_samples=4), model).total.backward()
    assert all(p.grad is None for p in encoder.parameters())
    assert all(p.grad is not None for p in decoder.parameters())


def test_it_fits_a_mixture_of_normals_by_maximum_likelihood():
    # One-hot codes and a linear decoder: at a maximum every centre is the mean of its examples.
    generator = torch.Generator().manual_seed(0)
    centres = torch.tensor([[3.0, 0.0], [-3.0, 1.0], [0.0, -4.0]])
    x = (centres.repeat(60, 1) + 0.3 * torch.randn(180, 2, generator=generator)).double()
    net = torch.nn.Linear(3, 2, bias=False)
    with torch.no_grad():
        net.weight.copy_(0.3 * centres.T)
    decoder = conditional.Amortized(net, heads.DiagonalNormal(2, scale=0.5))
    energy = models.LatentEnergy(decoder, spaces.Categories(3))
    model = models.LatentVariableModel(inference.Search(energy), decoder)
    trainer = Trainer(
        model, FreeEnergy(), learning_rate=0.1, batch_size=180, precision="float64", device="cpu"
    )
    trainer.fit(x, epochs=150)
    _, p = inference.posterior(energy, x)
    means = (p.T @ x) / p.sum(0).unsqueeze(1)
    assert torch.allclose(net.weight.T, means, atol=1e-2)


@pytest.mark.parametrize(
    ("loss", "formula"),
    [
        ("hinge", lambda a, b: (0.7 + a - b).clamp(min=0)),
        ("log", lambda a, b: (1 + (0.7 + a - b).exp()).log()),
        ("square-square", lambda a, b: a**2 + (0.7 - b).clamp(min=0) ** 2),
    ],
)
def test_contrasts_follow_their_formulas(model, loss, formula):
    result = loss_of(ContrastiveEnergy(away, loss=loss, margin=0.7, n_points=20), model)
    energy = model.encoder.energy
    a, b = (inference.free_energy(energy, x, n_points=20) for x in (X, away(X)))
    assert torch.allclose(result.values, formula(a, b))
    assert torch.equal(result.terms["free_energy"], a)
    assert torch.equal(result.terms["negative_free_energy"], b)


def test_a_contrast_teaches_an_energy_where_the_data_are_not():
    # Codes as large as the examples can explain everything, so the energy loss alone learns
    # nothing; the contrast makes the decoder shrink along the axis that the data do not use.
    generator = torch.Generator().manual_seed(0)
    data = torch.randn(200, 2, generator=generator) * torch.tensor([1.0, 0.05])
    noise = 6 * torch.rand(200, 2, generator=generator) - 3

    def gap(objective):
        net = torch.nn.Linear(2, 2)
        with torch.no_grad():
            net.weight.copy_(3 * torch.eye(2))
            net.bias.zero_()
        decoder = conditional.Amortized(net, heads.DiagonalNormal(2, scale=1.0))
        energy = models.LatentEnergy(decoder, spaces.Box(2), cost="squared_error")
        model = models.LatentVariableModel(inference.Search(energy), decoder)
        trainer = Trainer(model, objective, learning_rate=0.05, batch_size=100, device="cpu")
        trainer.fit(data, epochs=25)
        with torch.no_grad():
            f = [inference.free_energy(energy, x, 20.0, n_points=30) for x in (data, noise)]
        return inference.energy_gap(*f)

    def shuffled(x):
        return 6 * torch.rand_like(x) - 3

    assert gap(ContrastiveEnergy(shuffled, beta=20.0, margin=0.5, tolerance=0.1)) > 0.9


def test_without_an_energy_the_encoder_must_search(linear_gaussian):
    model, _ = linear_gaussian
    for objective in (FreeEnergy(), ContrastiveEnergy(away)):
        with pytest.raises(IncompatiblePartsError, match=r"inference.Search.*LatentEnergy"):
            loss_of(objective, model)


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: FreeEnergy(beta=0.0), ValueError, "beta is 0.0"),
        (lambda: FreeEnergy(n_points=0), ValueError, "n_points=0"),
        (lambda: FreeEnergy(n_samples=0), ValueError, "n_samples=0"),
        (lambda: ContrastiveEnergy(3), TypeError, "negatives=3"),
        (lambda: ContrastiveEnergy(corruptions.Gaussian), TypeError, "negatives="),
        (lambda: ContrastiveEnergy(away, beta=-1.0), ValueError, "beta is -1.0"),
        (lambda: ContrastiveEnergy(away, loss="hinges"), ValueError, "did you mean 'hinge'"),
        (lambda: ContrastiveEnergy(away, margin=-1.0), ValueError, "margin=-1.0"),
    ],
)
def test_bad_arguments_are_refused(make, error, match):
    with pytest.raises(error, match=match):
        make()


def test_negatives_of_another_shape_are_refused(model):
    with pytest.raises(ValueError, match="negatives="):
        loss_of(ContrastiveEnergy(lambda x: x[:2]), model)
