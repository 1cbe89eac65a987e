"""Codes are searched for near the encoder's; each player learns from them, and apart."""

from __future__ import annotations

import math

import pytest
import torch
from sklearn.datasets import load_digits

from latentia import conditional, data, heads, models, networks, objectives, priors
from latentia.errors import IncompatiblePartsError
from latentia.objectives import Info, Reconstruction, TargetPropagation
from latentia.training import Trainer, seeded

X = torch.randn(20, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def autoencoder(d=3, k=2, hidden=(8,), head=None, prior=None):
    with seeded(0):
        code = heads.Delta(k) if head is None else head
        likelihood = heads.DiagonalNormal(d, scale=1.0)
        encoder = networks.MLP(d, code.n_params, hidden, activation="tanh")
        decoder = networks.MLP(k, d, hidden, activation="tanh")
        return models.LatentVariableModel(
            conditional.Amortized(encoder, code), conditional.Amortized(decoder, likelihood), prior
        )


def phases(objective, model, x=X):
    return dict(objective.losses(model, models.Batch(x), Info()))


def error(model, x):
    with torch.no_grad():
        return (model.decode(model.encode(x)) - x).square().sum(1).mean().item()


@pytest.mark.parametrize("distance", ["squared_error", "absolute_error", "huber", "l2"])
@pytest.mark.parametrize("weight", [0.0, 0.1, 100.0])
@pytest.mark.parametrize("n_steps", [1, 2, 15])
def test_no_search_ends_above_the_code_of_the_encoder(distance, weight, n_steps):
    model = autoencoder().double()
    objective = TargetPropagation(
        None, "l1", regularizer_weight=0.3, distance=distance, weight=weight, n_steps=n_steps
    )
    loss = phases(objective, model)["model"]
    z = model.encode(X)
    start = -model.decoder(z).log_prob(X) + 0.3 * z.abs().sum(1)
    assert (loss.values <= start + 1e-12).all()
    if n_steps == 15 and weight < 1:
        assert (loss.values < start - 1e-3).sum() > 15  # at a kink it may be best to stay


def test_the_loss_is_the_sum_of_its_terms():
    objective = TargetPropagation("squared_error", "l2", regularizer_weight=0.5, weight=2.0)
    loss = phases(objective, autoencoder().double())["model"]
    cost, price, distance = (loss.terms[k] for k in ("cost", "regularizer", "distance"))
    assert torch.allclose(loss.values, cost + 0.5 * price + 2.0 * distance)
    assert "regularizer" not in phases(TargetPropagation(), autoencoder().double())["model"].terms


def test_the_code_of_a_linear_decoder_solves_its_normal_equations():
    model = autoencoder(hidden=()).double()
    affine = model.decoder.net.layers[0]
    w, b = affine.weight, affine.bias
    code = model.encode(X)
    normal = w.T @ w + (0.5 + 2.0) * torch.eye(2, dtype=torch.float64)
    z = torch.linalg.solve(normal, ((X - b) @ w + 2.0 * code).T).T
    objective = TargetPropagation(
        "squared_error", "l2", regularizer_weight=0.5, weight=2.0, n_steps=100
    )
    losses = phases(objective, model)
    assert torch.allclose(losses["encoder"].values, (z - code).square().sum(1), atol=1e-6)
    assert torch.allclose(losses["model"].terms["regularizer"], z.square().sum(1), atol=1e-5)


def test_the_players_share_out_all_parameters():
    model = autoencoder(prior=priors.LearnedNormal(2))
    groups = TargetPropagation().groups(model)
    assert {id(p) for p in groups["encoder"]} == {id(p) for p in model.encoder.parameters()}
    rest = [*model.decoder.parameters(), *model.prior.parameters()]
    assert {id(p) for p in groups["model"]} == {id(p) for p in rest}


def test_no_gradient_reaches_the_other_player():
    model, objective = autoencoder().double(), TargetPropagation("squared_error", weight=0.5)
    losses, groups = phases(objective, model), objective.groups(model)
    for name, other in (("model", "encoder"), ("encoder", "model")):
        total = losses[name].total
        grads = torch.autograd.grad(total, groups[other], allow_unused=True, retain_graph=True)
        assert all(g is None for g in grads)
        assert all(g.abs().sum() > 0 for g in torch.autograd.grad(total, groups[name]))


def test_held_at_the_encoder_it_is_a_plain_autoencoder(gradient_of):
    model = autoencoder().double()
    held = phases(TargetPropagation("squared_error", weight=1e9), model)
    plain = Reconstruction("squared_error")(model.trace(models.Batch(X)), Info())
    assert held["encoder"].values.max() < 1e-6
    assert torch.allclose(held["model"].values, plain.values, rtol=1e-6)
    wanted = gradient_of(plain.total, model.decoder)
    assert torch.allclose(gradient_of(held["model"].total, model.decoder), wanted, rtol=1e-5)


def test_the_decoder_follows_the_minimum_itself(gradient_of):
    # The minimum moves with its argument too, but not to first order.
    model = autoencoder().double()
    objective = TargetPropagation("squared_error", weight=0.5, n_steps=200)
    gradient = gradient_of(phases(objective, model)["model"].total, model.decoder)
    start = torch.nn.utils.parameters_to_vector(model.decoder.parameters()).detach()
    direction = torch.randn(len(start), generator=torch.Generator().manual_seed(1)).double()

    def minimum(step):
        torch.nn.utils.vector_to_parameters(start + step * direction, model.decoder.parameters())
        return phases(objective, model)["model"].total.item()

    slope = (minimum(1e-4) - minimum(-1e-4)) / 2e-4
    assert slope == pytest.approx(float(gradient @ direction), rel=1e-4)


def test_a_prior_as_regulariser_is_that_of_the_model_and_learns():
    prior = priors.LearnedNormal(2)
    model = autoencoder(prior=prior).double()
    objective = TargetPropagation(None, priors.StandardNormal(2))
    loss = phases(objective, model)["model"]
    assert all(g is not None for g in torch.autograd.grad(loss.total, list(prior.parameters())))
    own = TargetPropagation(None, priors.LearnedNormal(2))
    group = {id(p) for p in own.groups(autoencoder())["model"]}
    assert {id(p) for p in own.regularizer.parameters()} <= group
    shared = TargetPropagation(None, prior).groups(model)["model"]
    assert len({id(p) for p in shared}) == len(shared)


def test_it_searches_where_no_gradients_are_kept():
    model, objective = autoencoder().double(), TargetPropagation("squared_error", weight=0.1)
    with torch.no_grad():
        values = phases(objective, model)["model"].values
    assert torch.equal(values, phases(objective, model)["model"].values)
    assert all(p.grad is None for p in model.parameters())


def test_conditions_reach_the_decoder_in_the_search():
    code, likelihood = heads.Delta(2), heads.DiagonalNormal(3, scale=1.0)
    with seeded(0):
        model = models.LatentVariableModel(
            conditional.Amortized(networks.MLP(3, 2, context=1), code),
            conditional.Amortized(networks.MLP(2, 3, context=1), likelihood),
        ).double()
    c = torch.ones(20, 1, dtype=torch.float64)
    objective = TargetPropagation("squared_error", weight=0.1)
    batches = [models.Batch(X, (k * c,)) for k in (0.0, 1.0)]
    first, second = (next(objective.losses(model, b, Info()))[1].values for b in batches)
    assert not torch.allclose(first, second)


def test_a_frozen_encoder_is_no_player():
    model = autoencoder().double()
    model.encoder.requires_grad_(False)
    objective = TargetPropagation()
    assert list(objective.groups(model)) == list(phases(objective, model)) == ["model"]


@pytest.mark.parametrize(
    ("x", "k", "hidden", "epochs", "share"),
    [
        (data.Ellipse().load(500).X, 1, 32, 40, 0.4),
        (load_digits().data / 16, 12, 64, 10, 0.1),
    ],
    ids=["ellipse", "digits"],
)
def test_the_encoder_comes_to_find_codes_that_reconstruct(x, k, hidden, epochs, share):
    # The digits are scikit-learn's, of 8 x 8 pixels: they stand in for MNIST, which is not at hand
    # wherever tests run.
    x = torch.as_tensor(x, dtype=torch.float32)
    model = autoencoder(x.shape[1], k, (hidden,))
    objective = TargetPropagation("squared_error", n_steps=5)
    before = error(model, x)
    trainer = Trainer(model, objective, learning_rate=3e-3, batch_size=100)
    first, *_, last = trainer.fit(x, epochs=epochs).records
    assert error(model, x) < share * before
    assert last["loss"] < 0.4 * first["loss"]
    # The encoder alone is nearly as good as the search.
    assert last["encoder_loss"] == last["distance"] < 0.15 * first["distance"]
    assert error(model, x) < 1.2 * last["cost"]


def test_the_weight_may_follow_the_step():
    model = autoencoder().double()
    objective = TargetPropagation(weight=lambda step: 1e9 if step else 0.0)
    free, held = (
        next(objective.losses(model, models.Batch(X), Info(step=step)))[1].terms["distance"]
        for step in (0, 1)
    )
    assert free.mean() > 1e-3 > held.max()


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"weight": -1.0}, "weight is -1.0"),
        ({"weight": math.nan}, "weight is nan"),
        ({"regularizer_weight": -0.5}, "regularizer_weight is -0.5"),
        ({"n_steps": 0}, "n_steps=0"),
        ({"distance": "squared_eror"}, "squared_error"),
        ({"distance": "binary_cross_entropy"}, "distance"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments, match):
    with pytest.raises(ValueError, match=match):
        TargetPropagation(**arguments)


@pytest.mark.parametrize("use", ["groups", "losses", "forward"])
def test_codes_that_are_not_real_are_refused(use):
    model = autoencoder(head=heads.OneHot(2))
    objective = TargetPropagation()
    calls = {
        "groups": lambda: objective.groups(model),
        "losses": lambda: phases(objective, model, X.float()),
        "forward": lambda: objective(model.trace(models.Batch(X.float())), Info()),
    }
    with pytest.raises(IncompatiblePartsError, match="one-hot"):
        calls[use]()


@pytest.mark.parametrize("layer", [torch.nn.Dropout(0.5), torch.nn.BatchNorm1d(3)])
def test_energies_that_do_not_stand_still_are_refused(layer):
    model = autoencoder()
    model.decoder.net.layers.append(layer)
    with pytest.raises(IncompatiblePartsError, match=type(layer).__name__):
        TargetPropagation().groups(model)


def test_it_is_no_summand():
    with pytest.raises(IncompatiblePartsError, match="phases of its own"):
        TargetPropagation() + objectives.CodeNorm()
