"""The trainer: what it is told to do really acts, and nothing that was learned is lost."""

from __future__ import annotations

import math

import pytest
import torch

from latentia import conditional, heads, models, networks, priors
from latentia.errors import TrainingDivergedError
from latentia.objectives import ELBO, Info, Loss, Objective, Reconstruction
from latentia.training import Cyclical, Linear, Trainer, optimizers, precisions, seeded

X = torch.randn(100, 5, generator=torch.Generator().manual_seed(0))


def build(code=heads.DiagonalNormal):
    with seeded(0):
        q, p = code(2), heads.DiagonalNormal(5, scale="shared")
        return models.LatentVariableModel(
            conditional.Amortized(networks.MLP(5, q.n_params, (8,)), q),
            conditional.Amortized(networks.MLP(2, p.n_params, (8,)), p),
            priors.StandardNormal(2),
        )


def weights(model):
    return torch.cat([p.detach().flatten() for p in model.parameters()])


def train(epochs=3, objective=None, x=X, model=None, **options):
    model = model or build()
    trainer = Trainer(model, objective or ELBO(), batch_size=32, device="cpu", **options)
    trainer.fit(x, epochs=epochs)
    return model, trainer


def test_same_seed_same_model_and_another_seed_another():
    a, b, c = (weights(train(seed=seed)[0]) for seed in (1, 1, 2))
    assert torch.equal(a, b)
    assert not torch.equal(a, c)


def test_global_random_state_is_left_as_it_was():
    before = torch.get_rng_state()
    train()
    assert torch.equal(before, torch.get_rng_state())


def test_two_calls_equal_one_of_their_sum():
    together = weights(train(epochs=4)[0])
    model, trainer = train(epochs=1)
    trainer.fit(X, epochs=3)
    assert torch.equal(together, weights(model))


@pytest.mark.parametrize("name", optimizers)
def test_every_optimizer_makes_the_loss_small(name):
    rate = 1e-3 if name.startswith("sgd") else 1e-2
    _, trainer = train(epochs=10, optimizer=name, learning_rate=rate)
    losses = trainer.history.curve("loss")
    assert losses[-1] < losses[0] - 0.1


def test_one_step_of_plain_descent_equals_the_gradient_by_hand():
    model, reference = build(heads.Delta), build(heads.Delta)
    Trainer(model, Reconstruction(), optimizer="sgd", learning_rate=0.1, batch_size=100).fit(
        X, epochs=1
    )
    loss = Reconstruction()(reference.trace(models.Batch(X)), Info()).total
    gradients = torch.autograd.grad(loss, list(reference.parameters()))
    expected = [p - 0.1 * g for p, g in zip(reference.parameters(), gradients, strict=True)]
    for p, e in zip(model.parameters(), expected, strict=True):
        assert torch.allclose(p, e, atol=1e-6)


def test_clipping_bounds_the_step():
    # Plain descent moves by at most learning rate times the norm.
    start = weights(build())
    model, _ = train(epochs=1, optimizer="sgd", learning_rate=1.0, clip_norm=1e-3)
    assert 0 < (weights(model) - start).norm() <= 4 * 1e-3 + 1e-6


def test_learning_rate_schedule_acts_on_every_step():
    free, stopped = (
        train(epochs=5, optimizer="sgd", learning_rate=rate)[0]
        for rate in (1e-3, lambda step: 1e-3 if step < 4 else 0.0)
    )
    one_epoch, _ = train(epochs=1, optimizer="sgd", learning_rate=1e-3)
    assert torch.equal(weights(stopped), weights(one_epoch))
    assert not torch.equal(weights(free), weights(one_epoch))
    _, trainer = train(epochs=2, learning_rate=Linear(1e-2, 0.0, 8))
    assert trainer.history.curve("learning_rate") == [Linear(1e-2, 0.0, 8)(s) for s in (3, 7)]


def test_history_holds_the_mean_over_examples_of_every_term():
    # With a step of zero the model stands still, so the mean is known.
    model, trainer = train(
        epochs=1,
        objective=Reconstruction(),
        model=build(heads.Delta),
        learning_rate=0.0,
        optimizer="sgd",
    )
    loss = Reconstruction()(model.trace(models.Batch(X)), Info())
    assert trainer.history.curve("loss")[0] == pytest.approx(loss.total.item(), rel=1e-6)
    assert {"reconstruction", "epoch", "step"} <= trainer.history.records[0].keys()


@pytest.mark.parametrize("n", [1, 31, 33, 100])
def test_any_number_of_examples_even_a_last_batch_of_one(n):
    _, trainer = train(epochs=2, x=X[:n])
    assert trainer.step == 2 * math.ceil(n / 32)
    assert all(map(math.isfinite, trainer.history.curve("loss")))


class Poison(Objective):
    """Breaks the term 'bad' at one step."""

    def __init__(self, at):
        super().__init__()
        self.at = at

    def forward(self, trace, info):
        values = -trace.likelihood.log_prob(trace.batch.x).mean(0)
        bad = torch.full_like(values, math.nan if info.step == self.at else 0.0)
        return Loss(values + bad, {"reconstruction": values, "bad": bad})


def test_nan_stops_at_its_step_names_the_term_and_keeps_the_last_good_epoch():
    good, _ = train(epochs=1, objective=Poison(at=99))
    model = build()
    with pytest.raises(TrainingDivergedError, match=r"'bad' became nan at step 6 \(epoch 2, examp"):
        train(epochs=5, objective=Poison(at=6), model=model)
    assert torch.equal(weights(model), weights(good))


def test_nan_between_two_looks_still_names_its_own_step():
    from latentia.training._meters import FiniteWatch, Sums

    watch = FiniteWatch(every=10, advice="")
    for step in range(9):
        value = torch.tensor([math.inf if step >= 4 else 1.0])
        watch.add(Info(step), range(step, step + 1), Sums(("loss",), value))
    with pytest.raises(TrainingDivergedError, match="at step 4 "):
        watch.look()


def test_weights_broken_by_the_last_update_are_never_kept():
    start = build()
    before = weights(start).clone()
    with pytest.raises(TrainingDivergedError, match="After step 0, the last of epoch 1"):
        train(epochs=1, model=start, learning_rate=1e30, x=X[:30])
    assert torch.equal(weights(start), before)


def test_a_schedule_that_restarts_ends_before_its_restart_in_validation():
    trainer = Trainer(build(), ELBO(beta=Cyclical(1.0, 8)), batch_size=32)
    history = trainer.fit(X, X, epochs=2)
    assert history.records[-1]["validation_loss"] == pytest.approx(
        -history.records[-1]["validation_elbo"]
    )


def test_histories_with_and_without_validation_join():
    trainer = Trainer(build(), ELBO())
    trainer.fit(X, epochs=1)
    history = trainer.fit(X, X, epochs=1)
    assert math.isnan(history.curve("validation_loss")[0])
    assert len(history.to_csv().splitlines()) == 3


class Interrupt(Poison):
    def forward(self, trace, info):
        if info.step == self.at:
            raise KeyboardInterrupt
        return super().forward(trace, Info(step=-2))


def test_interrupt_keeps_what_was_learned():
    model, trainer = train(epochs=5, objective=Interrupt(at=10))
    finished, _ = train(epochs=2, objective=Interrupt(at=99))
    assert trainer.history.stopped == "interrupted"
    assert len(trainer.history) == trainer.history.kept == 2
    assert torch.equal(weights(model), weights(finished))


def test_early_stopping_restores_the_best_weights():
    model = build()
    trainer = Trainer(model, ELBO(), batch_size=32, learning_rate=0.03, seed=0)
    history = trainer.fit(X[:20], X[50:], epochs=300, patience=5)
    losses = history.curve("validation_loss")
    assert history.stopped == "early"
    assert len(losses) - 1 - losses.index(min(losses)) == 5
    again = trainer._measure([trainer._batches.place(X[50:])], Info(step=10**6))
    assert again["loss"] == pytest.approx(min(losses), rel=1e-6)


def test_validation_does_not_change_training():
    with_validation, without = build(), build()
    Trainer(with_validation, ELBO(), seed=3).fit(X, X[:10], epochs=3)
    Trainer(without, ELBO(), seed=3).fit(X, epochs=3)
    assert torch.equal(weights(with_validation), weights(without))


def test_validation_uses_the_final_weight_of_a_schedule():
    trainer = Trainer(
        build(), ELBO(beta=Linear(0.0, 1.0, 7)), batch_size=32, learning_rate=0.0, optimizer="sgd"
    )
    history = trainer.fit(X, X, epochs=2)
    for record in history.records:
        assert record["validation_loss"] == pytest.approx(-record["validation_elbo"])


class TwoPlayers(Objective):
    """Two groups, each with a loss that depends on the parameters of both."""

    def __init__(self):
        super().__init__()
        self.critic = torch.nn.Linear(2, 1)

    def forward(self, trace, info):
        raise AssertionError("two phases")

    def groups(self, model):
        return {"model": list(model.parameters()), "critic": list(self.critic.parameters())}

    def losses(self, model, batch, info):
        trace = model.trace(batch)
        yield "model", Loss(self.critic(trace.z).square().mean((0, 2)))
        yield "critic", Loss(self.critic(model.trace(batch).z).mean((0, 2)))


def test_a_gradient_reaches_the_parameters_of_its_own_player_only():
    model, objective = build(), TwoPlayers()
    start = objective.critic.weight.detach().clone()
    trainer = Trainer(model, objective, optimizer="sgd", learning_rate=0.1)
    seen = []
    original = trainer._optimizers["model"].step
    trainer._optimizers["model"].step = lambda: (
        seen.append(objective.critic.weight.grad),
        original(),
    )
    history = trainer.fit(X[:10], epochs=1)
    assert seen == [None]
    assert not torch.equal(objective.critic.weight, start)
    assert {"loss", "critic_loss"} <= history.records[0].keys()


def test_frozen_parameters_stay():
    model = build()
    model.encoder.requires_grad_(False)
    before = weights(model.encoder).clone()
    train(model=model)
    assert torch.equal(before, weights(model.encoder))


def test_corruption_is_given_to_the_encoder_and_the_target_stays_clean():
    seen = []

    class Spy(Reconstruction):
        def forward(self, trace, info):
            seen.append((trace.batch.x, trace.batch.seen))
            return super().forward(trace, info)

    Trainer(build(), Spy(), corruption=lambda x: torch.zeros_like(x)).fit(X, epochs=1)
    clean, corrupted = seen[0]
    assert clean.abs().sum() > 0
    assert corrupted.abs().sum() == 0


def test_doubles_are_what_they_say():
    double, _ = train(precision="float64", x=X.double())
    assert next(double.parameters()).dtype == torch.float64


@pytest.mark.skipif(
    not precisions["bfloat16"].is_of(torch.device("cpu")), reason="no bfloat16 in this processor"
)
def test_products_of_few_digits_are_what_they_say():
    mixed, trainer = train(precision="bfloat16", epochs=5)
    assert next(mixed.parameters()).dtype == torch.float32
    exact = train(epochs=5)[1].history.curve("loss")[-1]
    assert trainer.history.curve("loss")[-1] == pytest.approx(exact, rel=0.05)
    assert trainer.history.curve("loss")[-1] != exact


def test_numbers_that_a_processor_lacks_are_refused(monkeypatch):
    lacks = lambda *_: False  # noqa: E731
    monkeypatch.setattr(precisions["bfloat16"].__class__, "is_of", lacks)
    with pytest.raises(ValueError, match=r"'bfloat16' is nothing that cpu computes in.*float32"):
        Trainer(build(), ELBO(), precision="bfloat16", device="cpu")


def test_a_switch_of_the_user_stays_as_it_is(monkeypatch):
    monkeypatch.setattr(torch, "get_float32_matmul_precision", lambda: 1 / 0)
    train(epochs=1)


def test_the_switch_of_tensor_cores_is_given_back():
    before = torch.get_float32_matmul_precision()
    with precisions["tensorfloat32"].running():
        assert torch.get_float32_matmul_precision() == "high"
    assert torch.get_float32_matmul_precision() == before


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"batch_size": 0}, "batch_size=0"),
        ({"clip_norm": 0.0}, "clip_norm=0.0"),
        ({"optimizer": "adan"}, "did you mean 'adam'"),
        ({"precision": "float17"}, "precision='float17'"),
        ({"device": "gpu:7"}, "device='gpu:7'"),
        ({"precision": "tensorfloat32", "device": "cpu"}, "is nothing that cpu computes in here"),
    ],
)
def test_wrong_options_are_named(options, match):
    with pytest.raises(ValueError, match=match):
        Trainer(build(), ELBO(), **options)


def test_a_term_that_is_no_value_for_each_example_is_named():
    class Total(ELBO):
        def forward(self, trace, info):
            loss = super().forward(trace, info)
            return Loss(loss.values, {"kl": loss.terms["kl"].sum()})

    with pytest.raises(ValueError, match=r"'kl' has shape \(\), but the loss has \(30,\)"):
        train(epochs=1, objective=Total(), x=X[:30])
