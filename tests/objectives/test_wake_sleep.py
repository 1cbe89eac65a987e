"""Wake and sleep: each player has its own phase, its own gradient, and learns the truth."""

from __future__ import annotations

import pytest
import torch

from latentia import models
from latentia.inference import log_likelihood
from latentia.objectives import ELBO, Info, WakeSleep
from latentia.training import Linear, Trainer, seeded

X = torch.tensor([[0.5, -1.0, 0.8]], dtype=torch.float64).expand(50, 3)


def phases(model, x=X, n_samples=1):
    with seeded(1):
        return dict(WakeSleep(n_samples).losses(model, models.Batch(x), Info()))


def test_the_players_share_out_all_parameters(discrete):
    model = discrete()
    groups = WakeSleep().groups(model)
    ids = [{id(p) for p in parameters} for parameters in groups.values()]
    assert not ids[0] & ids[1]
    assert ids[0] | ids[1] == {id(p) for p in model.parameters()}
    assert {id(p) for p in groups["sleep"]} == {id(p) for p in model.encoder.parameters()}


def test_no_gradient_reaches_the_other_player(discrete):
    model = discrete()
    losses, groups = phases(model), WakeSleep().groups(model)
    for name, other in (("model", "sleep"), ("sleep", "model")):
        grads = torch.autograd.grad(losses[name].total, groups[other], allow_unused=True)
        assert all(g is None for g in grads)
        own = torch.autograd.grad(losses[name].total, groups[name])
        assert all(g.abs().sum() > 0 for g in own)


def test_awake_the_model_follows_the_bound(continuous, gradient_of):
    model = continuous("lazy")
    with seeded(1):
        bound = ELBO()(model.trace(models.Batch(X), 3), Info())
    awake = phases(model, n_samples=3)["model"]
    for part in (model.decoder, model.prior):
        assert torch.allclose(gradient_of(awake.total, part), gradient_of(bound.total, part))
    assert torch.allclose(awake.values, bound.values)
    assert set(awake.terms) == set(bound.terms)


def test_asleep_the_exact_posterior_has_nothing_to_learn(linear_gaussian, gradient_of):
    # 200 estimates from 500 dreams each; none of the 10 parameters is 4.5 standard errors off.
    model, _ = linear_gaussian
    with seeded(0):
        draws = torch.stack(
            [
                gradient_of(WakeSleep()._sleep(model.trace(models.Batch(X))).total, model.encoder)
                for _ in range(200)
            ]
        )
    assert (draws.mean(0).abs() < 4.5 * draws.std(0) / 200**0.5).all()


def test_it_learns_the_density_of_the_data_and_its_posterior(linear_gaussian):
    model, marginal = linear_gaussian
    with seeded(0), torch.no_grad():
        x, held_out = marginal.sample((2000,)), marginal.sample((500,))
        for part in (model.encoder, model.decoder):
            for parameter in part.parameters():
                parameter.normal_(std=0.1)
    truth = marginal.log_prob(held_out).mean()

    def evidence():
        with seeded(0), torch.no_grad():
            bound = ELBO()(model.trace(models.Batch(held_out), 100), Info()).terms["elbo"]
            return log_likelihood(model, models.Batch(held_out), 200).mean(), bound.mean()

    before, _ = evidence()
    rate = Linear(0.02, 1e-4, 500)
    trainer = Trainer(model, WakeSleep(), learning_rate=rate, batch_size=100, precision="float64")
    history = trainer.fit(x, epochs=25)
    after, bound = evidence()
    assert truth - before > 1.0
    assert truth - after < 0.05
    assert after - bound < 0.05
    assert {"loss", "elbo", "sleep_loss"} <= set(history.records[-1])


def test_a_dream_is_of_the_model_and_one_for_each_example(discrete):
    model = discrete()
    loss = phases(model, n_samples=3)["sleep"]
    assert loss.values.shape == (50,)
    assert (loss.values > 0).all()  # codes are discrete: a probability is below one


def test_no_draws_are_refused():
    with pytest.raises(ValueError, match="n_samples=0"):
        WakeSleep(0)
