"""A trial that does badly is ended early, and no good one is."""

from __future__ import annotations

import optuna
import pytest
from sklearn.datasets import load_iris

from latentia import VAE, Autoencoder, StackedAutoencoder, tuning

X = load_iris().data
RATES = {"learning_rate": [1e-7, 1e-2]}


def search(estimator, space=RATES, **parameters):
    grid = optuna.samplers.GridSampler(space, seed=0)
    asked = {"space": space, "n_trials": 2, "sampler": grid, "refit": False, **parameters}
    return tuning.records(tuning.tune(estimator, X, **asked).study)


@pytest.fixture
def vae():
    return VAE(max_iter=30, hidden_layer_sizes=(8,), random_state=0, verbose=False)


@pytest.fixture
def pruner():
    """Ends what is not below the loss of a model that has learned nothing, in nats."""
    return optuna.pruners.ThresholdPruner(upper=5.9, n_warmup_steps=12)


def test_the_bad_trial_is_ended_and_the_good_one_is_not(vae, pruner):
    by_rate = {row["learning_rate"]: row for row in search(vae, pruner=pruner)}
    bad, good = by_rate[1e-7], by_rate[1e-2]
    assert (bad["state"], good["state"]) == ("pruned", "complete")
    assert 12 < bad["epochs"] < 30 == good["epochs"]
    whole = {row["learning_rate"]: row for row in search(vae, pruner=optuna.pruners.NopPruner())}
    assert whole[1e-2] == good
    assert whole[1e-7]["state"] == "complete"
    assert whole[1e-7]["value"] > good["value"]


def test_by_default_the_median_decides(vae):
    space = {"learning_rate": [1e-7, 1e-2], "weight_decay": [0.0, 1e-9, 1e-8, 1e-7, 1e-6]}
    rows = search(vae, space, n_trials=10)
    assert all(row["state"] == "complete" for row in rows[:5])
    pruned = [row for row in rows if row["state"] == "pruned"]
    assert min(row["epochs"] for row in pruned) < 30
    assert all(row["epochs"] >= 5 for row in pruned)
    best = min((row for row in rows if row["state"] == "complete"), key=lambda row: row["value"])
    assert best["learning_rate"] == 1e-2


def test_trials_that_are_judged_otherwise_are_not_pruned(vae, pruner):
    rows = search(vae, pruner=pruner, objective="reconstruction")
    assert [row["state"] for row in rows] == ["complete", "complete"]


def test_layers_that_are_trained_first_are_not_judged(pruner):
    layer = Autoencoder(code="sigmoid", max_iter=20, early_stopping=True, verbose=False)
    stack = StackedAutoencoder((3, 2), of=layer, max_iter=20, random_state=0, verbose=False)
    rows = search(stack, pruner=pruner)
    assert [row["state"] for row in rows] == ["complete", "complete"]
