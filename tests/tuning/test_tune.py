"""A search compares like with like, and the same seed finds the same."""

from __future__ import annotations

import math
import sys

import numpy as np
import optuna
import polars as pl
import pytest
import torch
from optuna.distributions import FloatDistribution, IntDistribution
from sklearn.datasets import load_iris

from latentia import (
    VAE,
    Autoencoder,
    HierarchicalVAE,
    RestrictedBoltzmannMachine,
    data,
    tuning,
)
from latentia.errors import OutOfMemoryError

X = load_iris().data
RATES = {"learning_rate": [1e-6, 1e-2]}


def vae(**parameters):
    small = {"max_iter": 5, "hidden_layer_sizes": (8,), "random_state": 0, "verbose": False}
    return VAE(**{**small, **parameters})


def states(found):
    return [row["state"] for row in tuning.records(found.study)]


def test_the_same_seed_finds_the_same():
    space = {
        "learning_rate": FloatDistribution(1e-4, 1e-1, log=True),
        "n_components": IntDistribution(1, 3),
    }
    first, again, other = (
        tuning.records(tuning.tune(vae(random_state=seed), X, space=space, n_trials=4).study)
        for seed in (0, 0, 1)
    )
    assert first == again
    assert first != other


def test_the_order_of_the_space_changes_nothing():
    space = {"n_components": [1, 2, 3], "learning_rate": FloatDistribution(1e-4, 1e-1)}
    rows = [
        tuning.records(tuning.tune(vae(), X, space=dict(items), n_trials=3, refit=False).study)
        for items in (space.items(), reversed(space.items()))
    ]
    assert rows[0] == rows[1]


def test_a_rate_that_learns_beats_one_that_does_not():
    found = tuning.tune(vae(max_iter=20), X, space=RATES, n_trials=6)
    assert found.best_estimator.learning_rate == 1e-2
    assert max(tuning.importances(found.study), key=tuning.importances(found.study).get) == (
        "learning_rate"
    )


def test_the_best_estimator_is_that_of_the_best_trial():
    found = tuning.tune(vae(), X, space=RATES, n_trials=3)
    assert found.best_estimator.history_.kept_record["validation_loss"] == found.study.best_value
    bare = tuning.tune(vae(), X, space=RATES, n_trials=3, refit=False).best_estimator
    assert not hasattr(bare, "model_")
    assert bare.get_params() == found.best_estimator.get_params()


def test_the_estimator_and_the_random_state_of_the_caller_stay():
    estimator = vae()
    before, state = estimator.get_params(), torch.get_rng_state()
    tuning.tune(estimator, X, space=RATES, n_trials=2)
    assert estimator.get_params() == before
    assert not hasattr(estimator, "model_")
    assert torch.equal(torch.get_rng_state(), state)


def test_a_loss_that_changes_its_meaning_is_replaced_by_the_score():
    found = tuning.tune(vae(), X, space={"beta": [0.5, 2.0]}, n_trials=2, refit=False)
    assert found.study.user_attrs["objective"] == "score"
    assert found.study.direction == optuna.study.StudyDirection.MAXIMIZE
    with pytest.raises(ValueError, match=r"different beta: it is another loss.*objective='score'"):
        tuning.tune(vae(), X, space={"beta": [0.5, 2.0]}, objective="validation_loss")


def test_the_score_is_of_examples_that_no_trial_has_seen():
    seen = []

    def judge(model, x, y):
        seen.append(x)
        return float(np.mean(model.score_samples(x)))

    found = tuning.tune(vae(), X, space=RATES, n_trials=3, objective=judge, refit=False)
    assert all(len(x) == 15 and np.array_equal(x, seen[0]) for x in seen)
    assert found.study.user_attrs["objective"] == "judge"
    known = tuning.tune(vae(), X, space=RATES, n_trials=3, objective="score", refit=False)
    assert known.study.best_value == found.study.best_value


@pytest.mark.parametrize(
    ("make", "space"),
    [
        (VAE, {"posterior": ["diagonal", "delta"], "objective": ["reconstruction"]}),
        (VAE, {"likelihood": ["normal", "poisson"]}),
    ],
)
def test_scores_of_different_kinds_are_refused(make, space):
    estimator = vae(max_iter=1)
    grid = optuna.samplers.GridSampler({name: list(values) for name, values in space.items()})
    with pytest.raises(ValueError, match="objective='score' does not compare trials: one has a"):
        tuning.tune(estimator, X.round(), space=space, objective="score", sampler=grid, n_trials=4)


def test_energies_of_different_penalties_are_refused():
    estimator = Autoencoder(2, penalty="code-norm", max_iter=1, random_state=0, verbose=False)
    space = {"penalty_weight": [0.1, 1.0]}
    with pytest.raises(ValueError, match="different penalty_weight: an energy has a unit"):
        tuning.tune(estimator, X, space=space, n_trials=2)
    found = tuning.tune(estimator, X, space=space, n_trials=2, objective="reconstruction")
    assert found.study.best_value < 0


def test_machines_are_judged_by_what_they_reconstruct():
    machine = RestrictedBoltzmannMachine(8, max_iter=2, random_state=0, verbose=False)
    found = tuning.tune(machine, X, space=RATES, n_trials=2, refit=False)
    assert found.study.user_attrs["objective"] == "reconstruction"
    for objective in ("score", "validation_loss"):
        with pytest.raises(ValueError, match="another constant in each trial"):
            tuning.tune(machine, X, space=RATES, objective=objective)


def test_parts_that_do_not_fit_are_failed_trials():
    priors = {"prior": ["standard", "uniform-sphere"]}
    grid = optuna.samplers.GridSampler(priors)
    found = tuning.tune(vae(max_iter=1), X, space=priors, n_trials=2, sampler=grid, refit=False)
    assert sorted(states(found)) == ["complete", "fail"]
    (reason,) = [row["failed"] for row in tuning.records(found.study) if row["failed"]]
    assert "sphere" in reason
    with pytest.raises(ValueError, match=r"None of 1 trials came to its end\. The last one failed"):
        tuning.tune(vae(), X, space={"prior": ["uniform-sphere"]}, n_trials=1)


def test_trials_that_diverge_are_failed_trials():
    space = {"learning_rate": [1e-3, 1e30]}
    grid = optuna.samplers.GridSampler(space)
    found = tuning.tune(vae(), X, space=space, n_trials=2, sampler=grid)
    assert sorted(states(found)) == ["complete", "fail"]
    assert found.best_estimator.learning_rate == 1e-3


def test_a_trial_without_room_is_a_failed_trial():
    def judge(model, x, y):
        if model.learning_rate == 1.0:
            raise OutOfMemoryError("A batch of 8 examples does not fit.")
        return 1.0

    space = {"learning_rate": [1e-3, 1.0]}
    grid = optuna.samplers.GridSampler(space)
    found = tuning.tune(vae(), X, space=space, objective=judge, n_trials=2, sampler=grid)
    assert sorted(states(found)) == ["complete", "fail"]


def test_an_interrupted_search_keeps_what_it_has_found():
    calls = []

    def judge(model, x, y):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return 1.0

    found = tuning.tune(vae(), X, space=RATES, objective=judge, n_trials=9, refit=False)
    assert states(found) == ["complete", "complete", "fail"]
    calls[:] = [1, 1]
    with pytest.raises(KeyboardInterrupt):
        tuning.tune(vae(), X, space=RATES, objective=judge, n_trials=9, refit=False)


def test_choices_may_be_anything():
    space = {"hidden_layer_sizes": [(), (4,), (4, 3)], "corruption": [None, torch.nn.ReLU()]}
    found = tuning.tune(vae(), X, space=space, n_trials=3, objective="reconstruction", refit=False)
    written = {row["hidden_layer_sizes"] for row in tuning.records(found.study)}
    assert written <= {"none", "4", "4x3"}
    assert found.best_estimator.hidden_layer_sizes in space["hidden_layer_sizes"]


@pytest.mark.parametrize("make", [pl.DataFrame, torch.tensor, list])
def test_data_of_any_kind_go_in(make):
    given = make(X.tolist()) if make is list else make(X)
    for space in (RATES, {"beta": [0.5, 1.0]}):
        found = tuning.tune(vae(max_iter=1), given, space=space, n_trials=1, refit=False)
        expected = tuning.tune(vae(max_iter=1), X, space=space, n_trials=1, refit=False)
        assert found.study.best_value == pytest.approx(expected.study.best_value, rel=1e-4)


def test_labels_go_with_their_examples():
    y = load_iris().target
    found = tuning.tune(vae(condition="y"), X, y, space={"beta": [0.5, 1.0]}, n_trials=2)
    assert found.best_estimator.conditions_ is not None
    assert math.isfinite(found.study.best_value)


def test_the_default_space_leaves_alone_what_is_set():
    space = tuning.default_space(VAE(), X)
    assert set(space) == {"n_components", "hidden_layer_sizes", "learning_rate", "batch_size"}
    assert space["n_components"].high == 4  # no more codes than features
    assert space["batch_size"] == [32]  # no more than a quarter of the examples
    fixed = tuning.default_space(VAE(3, learning_rate=0.1, network="convolutional"), X)
    assert set(fixed) == {"batch_size"}
    # More codes always reconstruct better where they cost nothing.
    assert "n_components" not in tuning.default_space(Autoencoder(), X)
    assert "layers" in tuning.default_space(HierarchicalVAE(), X)


REFUSED = {
    "empty": ({}, "space is empty"),
    "unknown": ({"n_codes": [1, 2]}, "'n_codes', which is no parameter of VAE"),
    "its own": ({"early_stopping": [True, False]}, "must be the same in all trials"),
    "no list": ({"n_components": 3}, r"space\['n_components'\]=3 must be one of Optuna's"),
    "none": ({"n_components": []}, "or a list of different values"),
    "twice": ({"n_components": [2, 2]}, "or a list of different values"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_searched_is_refused(case):
    space, fault = REFUSED[case]
    with pytest.raises(ValueError, match=fault):
        tuning.tune(vae(), X, space=space)


def test_a_search_without_end_and_an_unknown_objective_are_refused():
    with pytest.raises(ValueError, match="n_trials=None needs a timeout"):
        tuning.tune(vae(), X, space=RATES, n_trials=None)
    with pytest.raises(ValueError, match="did you mean 'score'"):
        tuning.tune(vae(), X, space=RATES, objective="scores")


def test_without_optuna_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(ImportError, match=r'`pip install "latentia\[tune\]"`'):
        tuning.tune(vae(), X, space=RATES)


def test_optuna_logs_again_as_before():
    optuna.logging.set_verbosity(optuna.logging.DEBUG)
    try:
        tuning.tune(vae(max_iter=1), X, space=RATES, n_trials=1, refit=False)
        assert optuna.logging.get_verbosity() == optuna.logging.DEBUG
    finally:
        optuna.logging.set_verbosity(optuna.logging.WARNING)


def test_a_stream_is_searched_by_its_validation_loss(tmp_path):
    np.save(tmp_path / "x.npy", X)
    stream = data.stream(tmp_path / "x.npy")
    found = tuning.tune(vae(max_iter=1), stream, space=RATES, n_trials=1, refit=False)
    assert math.isfinite(found.study.best_value)
    with pytest.raises(ValueError, match=r"is a stream; take objective='validation_loss'"):
        tuning.tune(vae(), stream, space=RATES, objective="score")
