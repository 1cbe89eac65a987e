"""A run that was stopped at any step and goes on ends as one that was not, to the last bit."""

from __future__ import annotations

import pytest
import torch

from latentia import conditional, heads, models, networks, priors
from latentia.errors import TrainingStoppedError
from latentia.objectives import ELBO, Factor
from latentia.training import Checkpoints, Cosine, Trainer, seeded

X = torch.randn(20, 5, generator=torch.Generator().manual_seed(0))
HELD_OUT = torch.randn(8, 5, generator=torch.Generator().manual_seed(1))


def build(objective=ELBO, **options):
    with seeded(0):
        q, p = heads.DiagonalNormal(2), heads.DiagonalNormal(5, scale="shared")
        model = models.LatentVariableModel(
            conditional.Amortized(networks.MLP(5, q.n_params, (8,), dropout=0.2), q),
            conditional.Amortized(networks.MLP(2, p.n_params, (8,)), p),
            priors.StandardNormal(2),
        )
    made = objective()
    return Trainer(model, made, **{"batch_size": 8, "device": "cpu", "seed": 3, **options})


class StopsAt(Checkpoints):
    """Asks for the end after one step."""

    def after_step(self, step, state):
        if step == self.notes["at"]:
            assert self.stop()
        super().after_step(step, state)


def assert_same(a, b):
    for one, other in ((a.model, b.model), (a.objective, b.objective)):
        for x, y in zip(one.state_dict().values(), other.state_dict().values(), strict=True):
            assert torch.equal(x, y)
    assert a.history == b.history
    assert (a.step, a.epoch) == (b.step, b.epoch)


def stopped_and_resumed(at, folder, make, **call):
    with pytest.raises(TrainingStoppedError, match=f"after step {at}"):
        make().fit(X, checkpoints=StopsAt(folder, notes={"at": at}), **call)
    trainer = make()
    trainer.load_state_dict(Checkpoints(folder).latest().state)
    trainer.fit(X, **call)
    return trainer


CASES = {
    "adam": {},
    "momentum": {"optimizer": "sgd-momentum", "learning_rate": Cosine(1e-2, 12)},
    "rmsprop": {"optimizer": "rmsprop", "clip_norm": 1.0},
    "float64": {"precision": "float64", "micro_batch_size": 3},
    "two players": {"objective": Factor},
}


@pytest.mark.parametrize("at", [1, 2, 3, 7, 11, 12])
@pytest.mark.parametrize("case", CASES)
def test_it_equals_the_uninterrupted_run(case, at, tmp_path):
    def make():
        return build(**CASES[case])

    whole = make()
    whole.fit(X, HELD_OUT, epochs=4, patience=3)
    resumed = stopped_and_resumed(at, tmp_path, make, validation=HELD_OUT, epochs=4, patience=3)
    assert_same(whole, resumed)


@pytest.mark.parametrize("at", [1, 4])
def test_so_does_a_search_on_all_examples(at, tmp_path):
    def make():
        return build(optimizer="lbfgs")

    whole = make()
    whole.fit(X, epochs=6)
    assert_same(whole, stopped_and_resumed(at, tmp_path, make, epochs=6))


@pytest.mark.parametrize("at", [3, 17, 18])
def test_patience_and_the_best_weights_are_kept_too(at, tmp_path):
    def make():
        return build(learning_rate=0.05)

    whole = make()
    whole.fit(X, HELD_OUT, epochs=300, patience=5)
    assert whole.history.stopped == "early" and whole.step == 18
    call = {"validation": HELD_OUT, "epochs": 300, "patience": 5}
    assert_same(whole, stopped_and_resumed(at, tmp_path, make, **call))


def test_a_run_may_be_stopped_again_and_again(tmp_path):
    whole = build()
    whole.fit(X, epochs=4)
    trainer = build()
    for at in range(1, 12):
        with pytest.raises(TrainingStoppedError):
            trainer.fit(X, epochs=4, checkpoints=StopsAt(tmp_path, notes={"at": at}))
        trainer = build()
        trainer.load_state_dict(Checkpoints(tmp_path).latest().state)
    trainer.fit(X, epochs=4)
    assert_same(whole, trainer)


def test_the_last_state_is_of_a_finished_run_and_the_next_call_goes_on(tmp_path):
    first = build()
    first.fit(X, epochs=2, checkpoints=Checkpoints(tmp_path))
    second = build()
    second.load_state_dict(Checkpoints(tmp_path).latest().state)
    assert_same(first, second)
    for trainer in (first, second):
        trainer.fit(X, epochs=1)
    assert_same(first, second)


def test_keeping_checkpoints_changes_nothing(tmp_path):
    with_them, without = build(), build()
    with_them.fit(X, epochs=3, checkpoints=Checkpoints(tmp_path, every_steps=1))
    without.fit(X, epochs=3)
    assert_same(with_them, without)


def test_another_call_or_another_trainer_is_refused(tmp_path):
    with pytest.raises(TrainingStoppedError):
        build().fit(X, epochs=4, checkpoints=StopsAt(tmp_path, notes={"at": 2}))
    state = Checkpoints(tmp_path).latest().state
    trainer = build()
    trainer.load_state_dict(state)
    with pytest.raises(ValueError, match="epochs=5, but the run that was loaded had epochs=4"):
        trainer.fit(X, epochs=5)
    with pytest.raises(ValueError, match=r"data has 19 examples, but .* had 20"):
        trainer.fit(X[:19], epochs=4)
    with pytest.raises(ValueError, match="same parts"):
        build(Factor).load_state_dict(state)
