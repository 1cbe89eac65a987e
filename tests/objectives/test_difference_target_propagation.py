"""Every layer has its own target: the Gauss-Newton step, where layers are linear."""

from __future__ import annotations

import itertools

import pytest
import torch
from sklearn.datasets import load_digits
from torch import nn

from latentia import heads, models, networks
from latentia.conditional import Amortized, Composed, Identity
from latentia.errors import IncompatiblePartsError
from latentia.objectives import DifferenceTargetPropagation, Info, Reconstruction
from latentia.training import Linear, Trainer, seeded

PLAYERS = ["encoder_1", "encoder_2", "encoder_3", "decoder_3", "decoder_2", "model"]
X = torch.randn(20, 6, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def stack(*sizes, activation="tanh", context=0):
    """An autoencoder whose layers have these sizes, the code last; the output is affine."""
    pairs = list(itertools.pairwise(sizes))
    with seeded(0):
        up, down = (
            [
                Amortized(
                    networks.MLP(a, b, context=context), heads.Delta(b, activation=activation)
                )
                for a, b in side
            ]
            for side in (pairs, [(b, a) for a, b in reversed(pairs[1:])])
        )
        output = Amortized(
            networks.MLP(sizes[1], sizes[0], context=context),
            heads.DiagonalNormal(sizes[0], scale=1.0),
        )
        return models.LatentVariableModel(Composed(*up), Composed(*down, output))


def invertible():
    """Three linear layers and their exact inverses."""
    model = stack(6, 6, 6, 6, activation="identity").double()
    generator = torch.Generator().manual_seed(1)
    pairs = zip(model.encoder.parts, reversed(model.decoder.parts), strict=True)
    with torch.no_grad():
        for up, down in pairs:
            (f,), (g,) = up.net.layers, down.net.layers
            f.weight.copy_(torch.eye(6) + 0.2 * torch.randn(6, 6, generator=generator))
            g.weight.copy_(torch.linalg.inv(f.weight))
            g.bias.copy_(-g.weight @ f.bias)
    return model


def phases(objective, model, batch):
    with seeded(1):
        return dict(objective.losses(model, batch, Info()))


def error(model, x):
    with torch.no_grad():
        return (model.decode(model.encode(x)) - x).square().sum(1).mean().item()


def test_targets_of_invertible_linear_layers_are_gauss_newton_steps():
    model, x = invertible(), X[:1]
    seen = models.Batch(x, corrupted=x + 1.0)  # else there is nothing to learn
    losses = phases(DifferenceTargetPropagation(step_size=0.3), model, seen)
    assert list(losses) == ["model", *PLAYERS[:-1]]
    layers = [*model.encoder.parts, *model.decoder.parts]
    gap = (x - model.decode(model.encode(x + 1.0)))[0]
    jacobian = torch.eye(6, dtype=torch.float64)
    for name, layer in reversed(list(zip(PLAYERS[:-1], layers, strict=False))):
        above = layers[layers.index(layer) + 1]
        jacobian = jacobian @ above.net.layers[0].weight
        step = 0.3 * torch.linalg.solve(jacobian, gap)
        (gradient,) = torch.autograd.grad(
            losses[name].terms["target"].sum(), layer.net.layers[0].bias, retain_graph=True
        )
        # Half the gradient of a squared distance from h to h + step is -step.
        assert torch.allclose(-gradient / 2, step)
        assert losses[name].terms["target"].item() == pytest.approx(step.square().sum().item())


def test_the_target_of_one_layer_is_the_code_and_a_difference_of_codes():
    model = stack(6, 3).double()
    encode, h, seen = model.encode, model.encode(X), model.decode(model.encode(X))
    target = h + encode(seen + 0.5 * (X - seen)) - encode(seen)
    loss = phases(DifferenceTargetPropagation(), model, models.Batch(X))["encoder_1"]
    assert torch.allclose(loss.terms["target"], (h - target).square().sum(1))


@pytest.mark.parametrize("noise", [0.0, 0.5])
def test_exact_inverses_have_nothing_to_learn(noise):
    losses = phases(DifferenceTargetPropagation(noise=noise), invertible(), models.Batch(X))
    for name in PLAYERS[:-1]:
        assert losses[name].values.max() < 1e-20


def test_the_players_are_the_layers():
    model = stack(6, 5, 4, 3)
    groups = DifferenceTargetPropagation().groups(model)
    assert list(groups) == PLAYERS
    layers = [*model.encoder.parts, *model.decoder.parts]
    for group, layer in zip(groups.values(), layers, strict=True):
        assert [id(p) for p in group] == [id(p) for p in layer.parameters()]


def test_no_gradient_leaves_its_layer():
    model, objective = stack(6, 5, 4, 3).double(), DifferenceTargetPropagation()
    groups = objective.groups(model)
    for name, loss in phases(objective, model, models.Batch(X)).items():
        others = [p for other, group in groups.items() if other != name for p in group]
        grads = torch.autograd.grad(loss.total, others, allow_unused=True, retain_graph=True)
        assert all(g is None for g in grads)
        assert all(g.abs().sum() > 0 for g in torch.autograd.grad(loss.total, groups[name]))


@pytest.mark.parametrize("norm", [None, "squared_error"])
def test_the_last_layer_follows_the_reconstruction(norm, gradient_of):
    model, batch = stack(6, 5, 4, 3).double(), models.Batch(X)
    last = model.decoder.parts[-1]
    loss = phases(DifferenceTargetPropagation(norm), model, batch)["model"]
    plain = Reconstruction(norm)(model.trace(batch), Info())
    assert torch.allclose(loss.values, plain.values)
    assert torch.allclose(gradient_of(loss.total, last), gradient_of(plain.total, last))


def test_a_phase_changes_its_layer_alone():
    model, objective = stack(6, 5, 4, 3).double(), DifferenceTargetPropagation()
    groups = objective.groups(model)
    for name, loss in objective.losses(model, models.Batch(X), Info()):
        before = {id(p): p.clone() for p in model.parameters()}
        for parameter, slope in zip(
            groups[name], torch.autograd.grad(loss.total, groups[name]), strict=True
        ):
            parameter.data -= 0.1 * slope
        own = {id(p) for p in groups[name]}
        for parameter in model.parameters():
            assert torch.equal(parameter, before[id(parameter)]) == (id(parameter) not in own)


def test_a_deep_stack_learns_digits_by_its_targets():
    x = torch.tensor(load_digits().data / 16, dtype=torch.float32)
    mean = (x - x.mean(0)).square().sum(1).mean().item()

    def trained(step_size):
        model = stack(64, 48, 24, 12)
        objective = DifferenceTargetPropagation(step_size=step_size, noise=0.3)
        trainer = Trainer(model, objective, learning_rate=Linear(3e-3, 1e-5, 360), batch_size=100)
        first, *_, last = trainer.fit(x, epochs=20).records
        assert last["loss"] < first["loss"]
        return error(model, x)

    learned, inverses_alone = trained(0.5), trained(1e-9)
    assert learned < 0.45 * mean
    assert learned < 0.8 * inverses_alone


def test_a_point_mass_on_top_is_no_layer():
    model = stack(6, 5, 3)
    top = models.LatentVariableModel(Composed(*model.encoder.parts, Identity(3)), model.decoder)
    objective = DifferenceTargetPropagation()
    assert list(objective.groups(top)) == list(objective.groups(model))


def test_a_frozen_layer_is_no_player():
    model, objective = stack(6, 5, 3).double(), DifferenceTargetPropagation()
    model.encoder.parts[0].requires_grad_(False)
    losses = phases(objective, model, models.Batch(X))
    assert set(losses) == set(objective.groups(model)) == {"encoder_2", "decoder_2", "model"}


def test_conditions_reach_every_layer():
    model, objective = stack(6, 5, 3, context=1).double(), DifferenceTargetPropagation()
    ones = torch.ones(20, 1, dtype=torch.float64)
    first, second = (
        phases(objective, model, models.Batch(X, (c,))) for c in (ones, torch.zeros_like(ones))
    )
    for name, loss in first.items():
        assert not torch.allclose(loss.values, second[name].values)


def test_step_size_and_noise_may_follow_the_step():
    model = invertible()
    objective = DifferenceTargetPropagation(
        step_size=lambda step: 0.1 if step else 1.0, noise=lambda step: float(step)
    )
    batch = models.Batch(X, corrupted=X + 1.0)
    first, second = (
        dict(objective.losses(model, batch, Info(step=step)))["encoder_3"].terms["target"]
        for step in (0, 1)
    )
    assert torch.allclose(second, 0.01 * first)


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"norm": "squared_eror"}, "squared_error"),
        ({"step_size": 0.0}, "step_size is 0.0"),
        ({"step_size": 1.5}, "step_size is 1.5"),
        ({"noise": -0.1}, "noise is -0.1"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments, match):
    with pytest.raises(ValueError, match=match):
        DifferenceTargetPropagation(**arguments)


def plain(*sizes, head=heads.Delta):
    return Amortized(networks.MLP(sizes[0], head(sizes[-1]).n_params), head(sizes[-1]))


@pytest.mark.parametrize(
    ("encoder", "decoder", "match"),
    [
        (plain(6, 3), Composed(plain(3, 6)), r"the encoder \(Amortized\) has no layers"),
        (Composed(plain(6, 3)), plain(3, 6), r"the decoder \(Amortized\) has no layers"),
        (Composed(Identity(3)), Composed(plain(3, 3)), "no layers"),
        (Composed(plain(6, 3)), Composed(plain(3, 4), plain(4, 6)), "has 1 and the decoder 2"),
        (Composed(plain(6, 3, head=heads.OneHot)), Composed(plain(3, 6)), "one-hot"),
    ],
)
def test_parts_without_layers_to_undo_are_refused(encoder, decoder, match):
    model = models.LatentVariableModel(encoder, decoder)
    with pytest.raises(IncompatiblePartsError, match=match):
        DifferenceTargetPropagation().groups(model)


def test_layers_of_other_shapes_on_the_way_back_are_refused():
    model = models.LatentVariableModel(
        Composed(plain(6, 5), plain(5, 3)), Composed(plain(3, 4), plain(4, 6))
    )
    with pytest.raises(IncompatiblePartsError, match=r"\(5,\) come back as \(4,\)"):
        phases(DifferenceTargetPropagation(), model, models.Batch(X.float()))


def test_a_cross_entropy_of_real_values_is_refused():
    with pytest.raises(IncompatiblePartsError, match=r"heads\.Bernoulli"):
        phases(
            DifferenceTargetPropagation("binary_cross_entropy"),
            stack(6, 3).double(),
            models.Batch(X),
        )


def test_layers_need_not_be_vectors():
    class Image(nn.Module):
        def __init__(self, *layers):
            super().__init__()
            self.layers = nn.Sequential(*layers)

        def forward(self, x):
            lead = x.shape[:-3]
            return self.layers(x.flatten(0, -4)).flatten(1).unflatten(0, lead)

    shrink = Image(nn.Conv2d(1, 2, 2, stride=2))
    grow = Image(nn.ConvTranspose2d(2, 1, 2, stride=2))
    model = models.LatentVariableModel(
        Composed(Amortized(shrink, heads.Delta((2, 2, 2)))),
        Composed(Amortized(grow, heads.DiagonalNormal((1, 4, 4), scale=1.0))),
    )
    losses = phases(DifferenceTargetPropagation(), model, models.Batch(torch.randn(3, 1, 4, 4)))
    assert all(loss.values.shape == (3,) for loss in losses.values())
