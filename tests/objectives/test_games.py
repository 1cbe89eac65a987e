"""Two players: each learns from its own loss, and both losses do what they are for."""

from __future__ import annotations

import math
from functools import partial

import pytest
import torch
from torch.nn.functional import softplus

from latentia import conditional, heads, models, networks, objectives, priors
from latentia.errors import IncompatiblePartsError
from latentia.objectives import ELBO, Adversarial, CodeNorm, Factor, Info, Reconstruction
from latentia.training import Trainer, seeded

X = torch.randn(8, 3, generator=torch.Generator().manual_seed(0))
GAMES = {"factor": Factor, "adversarial": Adversarial}


def model(code="diagonal", prior=True):
    with seeded(0):
        q, p = heads.posteriors[code](2), heads.DiagonalNormal(3, scale=1.0)
        return models.LatentVariableModel(
            conditional.Amortized(networks.MLP(3, q.n_params, (6,)), q),
            conditional.Amortized(networks.MLP(2, 3, (6,)), p),
            priors.StandardNormal(2) if prior else None,
        )


def play(game, of):
    with seeded(1):
        return list(game.losses(of, models.Batch(X), Info()))


@pytest.mark.parametrize("name", GAMES)
def test_players_share_no_parameter_and_leave_none_out(name):
    of, game = model(), GAMES[name](hidden_layer_sizes=(4,))
    groups = game.groups(of)
    assert set(groups) == {"model", "discriminator"}
    listed = [id(p) for parameters in groups.values() for p in parameters]
    assert len(listed) == len(set(listed))
    assert set(listed) == {id(p) for p in [*of.parameters(), *game.parameters()]}


@pytest.mark.parametrize("name", GAMES)
def test_no_gradient_leaks_from_the_judge_into_the_model(name):
    of, game = model(), GAMES[name](hidden_layer_sizes=(4,))
    groups = game.groups(of)
    (_, loss), (_, judged) = play(game, of)
    reached = torch.autograd.grad(loss.total, list(of.encoder.parameters()))
    assert all(gradient.any() for gradient in reached)
    leaked = torch.autograd.grad(
        judged.total, groups["model"], allow_unused=True, retain_graph=True
    )
    assert all(gradient is None for gradient in leaked)
    assert any(g.any() for g in torch.autograd.grad(judged.total, groups["discriminator"]))


@pytest.mark.parametrize("name", GAMES)
@pytest.mark.parametrize("still", ["model", "discriminator"])
def test_a_player_moves_in_its_own_phase_only(name, still):
    trainer = Trainer(model(), GAMES[name](hidden_layer_sizes=(4,)), device="cpu")
    trainer._optimizers[still].step = lambda: None
    before = {group: [p.clone() for p in ps] for group, ps in trainer._groups.items()}
    trainer.fit(X, epochs=1)
    moved = {
        group: any(not torch.equal(*pair) for pair in zip(before[group], ps, strict=True))
        for group, ps in trainer._groups.items()
    }
    assert moved == {group: group != still for group in before}


@pytest.mark.parametrize("name", GAMES)
def test_the_loss_of_the_model_is_its_base_and_what_the_judge_says(name):
    of = model()
    base = ELBO(n_samples=3) + 0.1 * CodeNorm()
    game = GAMES[name](weight=lambda step: 2.0 + step, base=base, hidden_layer_sizes=())
    game.groups(of)
    with seeded(1):
        trace = of.trace(models.Batch(X), game.n_draws)
        loss = game(trace, Info(step=1))
        logits = game.discriminator(trace.z).squeeze(-1)
        expected = logits if name == "factor" else softplus(-logits)
        values = base(trace, Info(step=1)).values + 3 * expected.mean(0)
    assert game.n_samples == 3
    assert torch.allclose(loss.values, values)
    assert {"elbo", "code_norm"} < set(loss.terms)


def test_a_judge_that_learns_knows_the_total_correlation():
    # Codes of two normal dimensions with correlation r: the truth is -log(1 - r^2) / 2.
    r = 0.9
    with seeded(0):
        noise = torch.randn(4000, 2)
        z = torch.stack([noise[:, 0], r * noise[:, 0] + (1 - r**2) ** 0.5 * noise[:, 1]], 1)
    decoder = conditional.Amortized(networks.MLP(2, 2), heads.DiagonalNormal(2, scale=1.0))
    known = models.LatentVariableModel(conditional.Identity(2), decoder)
    game = Factor(0.0, Reconstruction(), hidden_layer_sizes=(64, 64))
    trainer = Trainer(known, game, learning_rate=3e-3, batch_size=500, device="cpu")
    history = trainer.fit(z, epochs=40)
    with seeded(2), torch.no_grad():
        estimate = game(known.trace(models.Batch(z)), Info()).terms["total_correlation"].mean()
    truth = -0.5 * torch.tensor(1 - r**2).log()
    assert estimate.item() == pytest.approx(truth.item(), abs=0.15)
    losses, accuracies = (history.curve(f"discriminator_{t}") for t in ("loss", "accuracy"))
    assert losses[0] == pytest.approx(math.log(2), abs=0.1)
    assert losses[-1] < 0.6
    assert 0.6 < accuracies[-1] < 0.95


def test_shuffled_codes_keep_each_dimension_and_lose_their_pairs():
    z = torch.arange(40.0).view(1, 20, 2)
    trace = models.Trace(None, None, None, z)
    with seeded(0):
        real, shuffled = Factor().sides(trace, Info())
    assert torch.equal(real, z)
    assert torch.equal(shuffled.sort(1).values, z)
    assert not torch.equal(shuffled[..., 0] + 1, shuffled[..., 1])


@pytest.mark.parametrize("code", ["delta", "diagonal"])
def test_codes_become_those_of_the_prior(code):
    with seeded(0):
        x = 3 + torch.randn(600, 3)
    of, game = model(code), Adversarial(hidden_layer_sizes=(32,))
    before = of.encode(x).detach()
    history = Trainer(
        of,
        game,
        # Momentum makes two players circle.
        optimizer=partial(torch.optim.Adam, betas=(0.5, 0.9)),
        learning_rate=5e-3,
        batch_size=100,
        device="cpu",
    ).fit(x, epochs=80)
    with seeded(1):
        codes = of.encoder(x).sample()
    assert before.mean(0).abs().max() > 0.5
    assert codes.mean(0).abs().max() < 0.3
    assert (codes.std(0) - 1).abs().max() < 0.3
    # At their balance neither player can do much better than to guess.
    assert history.curve("discriminator_loss")[-1] == pytest.approx(math.log(2), abs=0.15)


@pytest.mark.parametrize("name", GAMES)
def test_the_same_seed_makes_the_same_judge_whatever_the_caller_drew(name):
    ends = []
    for noise in (0, 5):
        torch.rand(noise)
        of, game = model(), GAMES[name](hidden_layer_sizes=(4,))
        state = torch.get_rng_state()
        Trainer(of, game, device="cpu", seed=3).fit(X, validation=X, epochs=2)
        assert torch.equal(state, torch.get_rng_state())
        ends.append([*of.parameters(), *game.parameters()])
    assert all(torch.equal(a, b) for a, b in zip(*ends, strict=True))


def test_a_judge_is_kept_for_the_same_code_and_made_anew_for_another():
    game = Adversarial(hidden_layer_sizes=(4,))
    game.groups(model())
    first = game.discriminator
    game.groups(model("delta"))
    assert game.discriminator is first
    game.groups(models.LatentVariableModel(conditional.Identity(5), model().decoder).double())
    assert game.discriminator.in_shape == (5,)
    assert next(game.discriminator.parameters()).dtype == torch.float64


def test_images_of_codes_are_judged_flat():
    encoder = conditional.Amortized(networks.MLP(3, 8), heads.Delta((2, 4)))
    decoder = conditional.Amortized(networks.MLP((2, 4), 3), heads.DiagonalNormal(3, scale=1.0))
    of = models.LatentVariableModel(encoder, decoder, priors.StandardNormal((2, 4)))
    game = Adversarial(hidden_layer_sizes=(4,))
    Trainer(of, game, device="cpu").fit(X, epochs=1)


@pytest.mark.parametrize("name", GAMES)
def test_without_a_trainer_the_players_must_be_asked_for(name):
    game = GAMES[name]()
    with pytest.raises(IncompatiblePartsError, match=r"no discriminator yet.*groups\(model\)"):
        game(model().trace(models.Batch(X)), Info())


def test_draws_need_a_prior_and_a_base_one_phase():
    of = model("delta", prior=False)
    with pytest.raises(IncompatiblePartsError, match="has none"):
        Trainer(of, Adversarial(), device="cpu").fit(X, epochs=1)
    with pytest.raises(IncompatiblePartsError, match="phases of its own"):
        Factor(base=objectives.Adversarial())
    with pytest.raises(ValueError, match="weight is -1"):
        Factor(weight=-1)
    with pytest.raises(ValueError, match="hidden_layer_sizes="):
        Adversarial(hidden_layer_sizes=(0,))
